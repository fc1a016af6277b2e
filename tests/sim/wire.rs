//! What daemons' reader and writer threads and the operating systems below them do with a connection.

use std::time::Duration;

use photomesh::node::{CloseReason, LinkEvent, LinkId, Source, limits};
use photomesh::photo::PhotoId;
use photomesh::protocol::message::{Lane, TransferId};
use photomesh::protocol::{Address, Message};

use crate::agenda::{Life, What};
use crate::host::Far;
use crate::net::{Conn, Frame, Pipe, Serving, WINDOW, Writing};
use crate::world::World;

/// How long a writer may make no progress at all before its link counts as too slow.
const SLOW: Duration = Duration::from_secs(30);
/// Bytes of a photo that a daemon sends at a time.
const CHUNK: u64 = 63 * 1024;
/// How long an operating system tries to connect to a host that says nothing.
const CONNECT: Duration = Duration::from_secs(5);

impl World {
    /// Begins to dial.
    pub(crate) fn dial(&mut self, life: Life, address: Address) {
        let target = self.hosts.iter().position(|host| host.address == address);
        let reachable = target.filter(|target| self.reaches(life.host, *target));
        let after = match reachable {
            Some(target) => self.net.latency(life.host, target) * 2,
            None => CONNECT,
        };
        self.agenda.add(self.now + after, What::Connect(life, address));
    }

    fn reaches(&self, from: usize, to: usize) -> bool {
        let open = !self.net.is_blocked(from, to) && !self.net.is_blocked(to, from);
        open && self.hosts[to].powered
    }

    /// A dial has come to its end.
    pub(crate) fn connect(&mut self, life: Life, address: &Address) {
        let target = self.hosts.iter().position(|host| host.address == *address);
        let reachable = target.filter(|target| self.reaches(life.host, *target));
        let far = reachable.and_then(|target| self.hosts[target].life());
        let Some(far) = far else {
            let reason = match reachable {
                Some(_) => "connection refused",
                None => "timed out",
            };
            let event =
                LinkEvent::DialFailed { address: address.clone(), reason: reason.to_owned() };
            self.step(life, event);
            return;
        };
        let near_link = self.new_link(life);
        let far_link = self.new_link(far);
        let conn = self.net.add(Conn::new((life, near_link), (far, far_link)));
        self.attach(life, near_link, Far::Conn(conn, 0));
        self.attach(far, far_link, Far::Conn(conn, 1));
        self.stats.links += 1;
        let event = LinkEvent::Opened {
            link: near_link,
            remote: address.host().to_owned(),
            dialed: Some(address.clone()),
        };
        self.step(life, event);
    }

    /// A number for a new link of a daemon.
    pub(crate) fn new_link(&mut self, life: Life) -> LinkId {
        let daemon = self.hosts[life.host].daemon.as_mut();
        LinkId(daemon.map_or(0, |daemon| daemon.number()))
    }

    pub(crate) fn attach(&mut self, life: Life, link: LinkId, far: Far) {
        if let Some(daemon) = self.hosts[life.host].daemon.as_mut() {
            daemon.links.insert(link, far);
        }
    }

    pub(crate) fn detach(&mut self, life: Life, link: LinkId) {
        if let Some(daemon) = self.hosts[life.host].daemon.as_mut()
            && daemon.life == life
        {
            daemon.links.remove(&link);
        }
    }

    /// Queues a message.
    pub(crate) fn send(&mut self, conn: usize, side: usize, message: Message) {
        let size = self.stats.count_message(&message);
        let Some(link) = self.net.conns.get_mut(&conn) else {
            return;
        };
        if link.ends[side].open && link.ends[side].closing.is_none() {
            link.pipes[side].messages.push_back((message, size));
            let waiting = link.pipes[side].messages.len();
            self.oracle.queue(waiting);
            self.pump(conn, side);
        }
    }

    /// Queues a window of a photo.
    pub(crate) fn serve(&mut self, conn: usize, side: usize, serving: Serving, lane: Lane) {
        if let Some(link) = self.net.conns.get_mut(&conn) {
            match lane {
                Lane::Get => link.pipes[side].gets.push_back(serving),
                Lane::Replicate => link.pipes[side].replication.push_back(serving),
            }
            let Pipe { gets, replication, .. } = &link.pipes[side];
            self.oracle.windows(gets.len() + replication.len());
            self.pump(conn, side);
        }
    }

    /// Lets an idle writer take its next frame.
    pub(crate) fn pump(&mut self, conn: usize, side: usize) {
        let now = self.now;
        let Some(link) = self.net.conns.get_mut(&conn) else {
            return;
        };
        let closing = link.ends[side].closing.is_some();
        let pipe = &mut link.pipes[side];
        if !link.ends[side].open || pipe.writing.is_some() {
            return;
        }
        if closing && pipe.messages.is_empty() {
            self.finish_close(conn, side);
            return;
        }
        if !pipe.has_work() {
            return;
        }
        if pipe.unread >= WINDOW {
            if pipe.stuck_since.is_none() {
                pipe.stuck_since = Some(now);
                self.agenda.add(now + SLOW, What::Stuck(conn, side, now));
            }
            return;
        }
        pipe.stuck_since = None;
        let Some(writing) = self.next_frame(conn, side) else {
            return;
        };
        self.begin_writing(conn, side, writing);
    }

    fn begin_writing(&mut self, conn: usize, side: usize, writing: Writing) {
        let Some(link) = self.net.conns.get_mut(&conn) else {
            return;
        };
        let (from, to) = (link.ends[side].life.host, link.ends[1 - side].life.host);
        let size = writing.size;
        link.pipes[side].writing = Some(writing);
        let time = self.net.writing_time(from, to, size).max(self.line_time(from, size));
        if time > limits::TICK {
            self.net.trickles.insert((to, conn, side));
        }
        self.agenda.add(self.now + time, What::Written(conn, side));
    }

    /// A node wants the rest of a pull's windows not to be sent.
    pub(crate) fn stop_serving(&mut self, conn: usize, side: usize, transfer: TransferId) {
        let Some(link) = self.net.conns.get_mut(&conn) else {
            return;
        };
        let (life, id) = (link.ends[side].life, link.ends[side].link);
        for Serving { transfer, photo, .. } in link.pipes[side].take_back(transfer) {
            let event = LinkEvent::Served { link: id, transfer, photo, result: Ok(()) };
            self.tell(life, Duration::ZERO, event);
        }
    }

    /// How long a host's own line needs for so many bytes, which it sends together with what else it is sending.
    fn line_time(&self, from: usize, size: u64) -> Duration {
        let Some(uplink) = self.hosts[from].uplink else {
            return Duration::ZERO;
        };
        let sides = self.net.conns.values().flat_map(|conn| conn.ends.iter().zip(&conn.pipes));
        let sending =
            sides.filter(|(end, pipe)| end.open && end.life.host == from && pipe.writing.is_some());
        Duration::from_micros(size * sending.count() as u64 * 1_000_000 / uplink)
    }

    /// Messages first, then photos.
    fn next_frame(&mut self, conn: usize, side: usize) -> Option<Writing> {
        let pipe = &mut self.net.conns.get_mut(&conn)?.pipes[side];
        match pipe.messages.pop_front() {
            Some((message, size)) => Some(Writing { message, size, served: None }),
            None => self.next_chunk(conn, side),
        }
    }

    /// Gets first, then replication.
    fn next_chunk(&mut self, conn: usize, side: usize) -> Option<Writing> {
        let link = self.net.conns.get_mut(&conn)?;
        let life = link.ends[side].life;
        let Serving { transfer, photo, offset, end, whole } = *link.pipes[side].lane().front()?;
        let length = (end - offset).min(CHUNK);
        let read = self.read(life.host, Source::Held(photo), offset, length);
        let lane = self.net.conns.get_mut(&conn)?.pipes[side].lane();
        let (message, served) = match read {
            Ok(data) => {
                let read = data.len() as u64;
                let chunk = Message::Chunk { transfer, offset, data: data.into() };
                if read == length && offset + read < end {
                    lane.front_mut()?.offset += read;
                    (chunk, None)
                } else {
                    lane.pop_front();
                    self.look_at_what_was_sent(life, photo, whole);
                    (chunk, Some((transfer, photo, Ok(()))))
                }
            }
            Err(error) => {
                lane.pop_front();
                let reason = error.to_string();
                let message = Message::NoImage { transfer, reason };
                (message, Some((transfer, photo, Err(error))))
            }
        };
        let size = self.stats.count_message(&message);
        Some(Writing { message, size, served })
    }

    /// Whoever sends all of a photo at once computes its digest. (A daemon does so for several windows, too.)
    fn look_at_what_was_sent(&mut self, life: Life, photo: PhotoId, whole: bool) {
        let file = self.hosts[life.host].disk.files.get(&photo);
        if whole && file.is_some_and(|file| file.rotten) {
            self.set_aside(life, photo);
        }
    }

    /// A frame is with the operating system.
    pub(crate) fn written(&mut self, conn: usize, side: usize) {
        let Some(link) = self.net.conns.get_mut(&conn) else {
            return;
        };
        if !link.ends[side].open {
            return;
        }
        let (life, id) = (link.ends[side].life, link.ends[side].link);
        let Some(writing) = link.pipes[side].writing.take() else {
            return;
        };
        let is_page = matches!(writing.message, Message::ImageInfo { .. });
        self.preview_written(life, id, &writing.message);
        self.fly(conn, side, Frame::Message(writing.message), writing.size);
        if is_page {
            self.tell(life, Duration::ZERO, LinkEvent::PageSent { link: id });
        }
        if let Some((transfer, photo, result)) = writing.served {
            let event = LinkEvent::Served { link: id, transfer, photo, result };
            self.tell(life, Duration::ZERO, event);
        }
        self.pump(conn, side);
    }

    /// Puts a frame on the line; frames of one direction never overtake each other.
    pub(crate) fn fly(&mut self, conn: usize, side: usize, frame: Frame, size: u64) {
        let Some(link) = self.net.conns.get(&conn) else {
            return;
        };
        let (from, to) = (link.ends[side].life.host, link.ends[1 - side].life.host);
        let frame = self.garble(from, frame);
        if let Frame::Message(message) = &frame {
            self.tape_sent(conn, side, message);
        }
        let arrival = self.now + self.net.latency(from, to);
        if let Some(link) = self.net.conns.get_mut(&conn) {
            let pipe = &mut link.pipes[side];
            pipe.last_arrival = arrival.max(pipe.last_arrival);
            pipe.flight.push_back((frame, size));
            pipe.unread += size;
            let at = pipe.last_arrival;
            self.agenda.add(at, What::Arrive(conn, side));
        }
    }

    /// The next frame of a direction is there, if it can get through.
    pub(crate) fn arrive(&mut self, conn: usize, side: usize) {
        let Some(link) = self.net.conns.get(&conn) else {
            return;
        };
        let (from, to) = (link.ends[side].life.host, link.ends[1 - side].life.host);
        let silent = link.cut || self.net.is_blocked(from, to) || self.hosts[to].paused;
        let Some(link) = self.net.conns.get_mut(&conn) else {
            return;
        };
        if silent {
            link.pipes[side].held += 1;
            return;
        }
        let Some((frame, size)) = link.pipes[side].flight.pop_front() else {
            return;
        };
        link.pipes[side].unread -= size;
        let end = &mut link.ends[1 - side];
        let (life, id, open, opened) = (end.life, end.link, end.open, end.opened);
        self.net.trickles.remove(&(to, conn, side));
        if !open {
            // A machine that is on says that nobody is here; one without power says nothing.
            if self.hosts[to].powered {
                let after = self.net.latency(to, from);
                self.agenda.add(self.now + after, What::Broken(conn, side));
            }
            return;
        }
        match frame {
            Frame::Fin(reason) => self.closed_here(conn, 1 - side, reason),
            Frame::Message(message) => {
                if !opened {
                    self.accept(conn, 1 - side);
                }
                self.show_message(conn, side, &message);
                self.tape_arrived(life, id, &message);
                self.watch_arrival(life, id, &message);
                self.note_challenge(life, &message);
                self.deliver(life, id, message);
            }
        }
        self.pump(conn, side);
    }

    /// The first frame has come on an accepted connection.
    fn accept(&mut self, conn: usize, side: usize) {
        let Some(link) = self.net.conns.get_mut(&conn) else {
            return;
        };
        link.ends[side].opened = true;
        let (life, id) = (link.ends[side].life, link.ends[side].link);
        let dialer = link.ends[1 - side].life.host;
        let event = LinkEvent::Opened {
            link: id,
            remote: self.hosts[dialer].address.host().to_owned(),
            dialed: None,
        };
        self.step(life, event);
    }

    /// The links of a host on which a part of a long frame has just arrived.
    pub(crate) fn trickling(&self, host: usize) -> Vec<LinkId> {
        let range = (host, 0, 0)..(host + 1, 0, 0);
        let heard = |(_, conn, side): &(usize, usize, usize)| {
            let link = self.net.conns.get(conn)?;
            let from = link.ends[*side].life.host;
            let end = &link.ends[1 - side];
            let flows = !link.cut && link.ends[*side].open && !self.net.is_blocked(from, host);
            let moving = link.pipes[*side].writing.is_some() && !self.hosts[from].paused;
            (flows && moving && end.open && end.opened).then_some(end.link)
        };
        self.net.trickles.range(range).filter_map(heard).collect()
    }

    /// The links of a daemon to others that are open and not about to be closed.
    pub(crate) fn open_links(&self, life: Life) -> Vec<LinkId> {
        let Some(daemon) = self.hosts[life.host].daemon.as_ref() else {
            return Vec::new();
        };
        let open = |(link, far): (&LinkId, &Far)| match far {
            Far::Conn(conn, side) => {
                let end = &self.net.conns.get(conn)?.ends[*side];
                (end.open && end.closing.is_none()).then_some(*link)
            }
            Far::Client(_) => None,
        };
        daemon.links.iter().filter_map(open).collect()
    }

    /// Nothing could be written since a moment: too slow.
    pub(crate) fn stuck(&mut self, conn: usize, side: usize, since: Duration) {
        let Some(link) = self.net.conns.get(&conn) else {
            return;
        };
        if link.pipes[side].stuck_since == Some(since) && link.ends[side].open {
            self.closed_here(conn, side, CloseReason::Slow);
        }
    }
}

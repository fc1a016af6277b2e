//! A network of connections, as TCP gives them.
//!
//! What is sent on a connection arrives in order, each once, or the connection breaks; each side learns that at another
//! time. A partition is silence: frames wait until it heals, a full window stops the writer. A writer takes messages
//! first, then gets, then replication, frame by frame.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use photomesh::node::{CloseReason, DiskError, LinkId};
use photomesh::photo::PhotoId;
use photomesh::protocol::Message;
use photomesh::protocol::message::TransferId;

use crate::agenda::Life;
use crate::rng::{Rng, mix};
use crate::settings::Settings;

/// How many bytes an operating system takes from a writer before the other side has read them.
pub(crate) const WINDOW: u64 = 512 * 1024;
/// Bytes a second on a usual link.
const BANDWIDTH: u64 = 10_000_000;

/// One side of a connection.
#[derive(Debug)]
pub(crate) struct End {
    pub(crate) life: Life,
    pub(crate) link: LinkId,
    /// Its node has been told of it.
    pub(crate) opened: bool,
    /// Its process still has the socket.
    pub(crate) open: bool,
    /// Its node wants it closed.
    pub(crate) closing: Option<CloseReason>,
}

/// A window of a photo that is being served.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Serving {
    pub(crate) transfer: TransferId,
    pub(crate) photo: PhotoId,
    pub(crate) offset: u64,
    pub(crate) end: u64,
    /// It is all of the photo.
    pub(crate) whole: bool,
}

/// What travels.
#[derive(Debug)]
pub(crate) enum Frame {
    Message(Message),
    /// The other side is closed, for this reason.
    Fin(CloseReason),
}

/// A frame in the hands of a writer.
#[derive(Debug)]
pub(crate) struct Writing {
    pub(crate) message: Message,
    pub(crate) size: u64,
    /// It is the last one of a window, or the only one of a window that could not be read.
    pub(crate) served: Option<(TransferId, PhotoId, Result<(), DiskError>)>,
}

/// One direction of a connection.
#[derive(Debug, Default)]
pub(crate) struct Pipe {
    pub(crate) messages: VecDeque<(Message, u64)>,
    pub(crate) gets: VecDeque<Serving>,
    pub(crate) replication: VecDeque<Serving>,
    pub(crate) writing: Option<Writing>,
    /// Frames on their way, and their sizes.
    pub(crate) flight: VecDeque<(Frame, u64)>,
    pub(crate) unread: u64,
    /// How many frames have arrived where nobody can take them yet.
    pub(crate) held: u32,
    pub(crate) last_arrival: Duration,
    pub(crate) stuck_since: Option<Duration>,
}

impl Pipe {
    pub(crate) fn has_work(&self) -> bool {
        !(self.messages.is_empty() && self.gets.is_empty() && self.replication.is_empty())
    }

    /// Takes back the windows of a pull that are not sent yet.
    pub(crate) fn take_back(&mut self, transfer: TransferId) -> Vec<Serving> {
        let mut taken = Vec::new();
        for lane in [&mut self.gets, &mut self.replication] {
            taken.extend(lane.iter().filter(|serving| serving.transfer == transfer));
            lane.retain(|serving| serving.transfer != transfer);
        }
        taken
    }

    /// The windows whose turn it is: of gets, or else of replication.
    pub(crate) fn lane(&mut self) -> &mut VecDeque<Serving> {
        if self.gets.is_empty() { &mut self.replication } else { &mut self.gets }
    }
}

/// A connection; side 0 dialed.
#[derive(Debug)]
pub(crate) struct Conn {
    pub(crate) ends: [End; 2],
    /// `pipes[s]` carries what side `s` sends.
    pub(crate) pipes: [Pipe; 2],
    /// Broken in the middle: nothing arrives any more.
    pub(crate) cut: bool,
}

impl Conn {
    pub(crate) fn new(dialer: (Life, LinkId), acceptor: (Life, LinkId)) -> Conn {
        let end = |(life, link), opened| End { life, link, opened, open: true, closing: None };
        Conn {
            ends: [end(dialer, true), end(acceptor, false)],
            pipes: [Pipe::default(), Pipe::default()],
            cut: false,
        }
    }

    /// Whether something that a host has said, or that its side is closed, is still on its way.
    pub(crate) fn is_unheard(&self, host: usize) -> bool {
        let mut sides = (0..2).filter(|side| self.ends[*side].life.host == host);
        sides.any(|side| {
            let pipe = &self.pipes[side];
            let sending = pipe.writing.is_some() || !pipe.messages.is_empty();
            sending || !pipe.flight.is_empty()
        })
    }
}

/// All connections, and the state of the lines between hosts.
#[derive(Debug)]
pub(crate) struct Net {
    pub(crate) conns: BTreeMap<usize, Conn>,
    next: usize,
    /// Pairs (from, to) between which nothing gets through, and how many faults say so.
    blocked: BTreeMap<(usize, usize), u32>,
    /// Slow pairs, in either direction.
    slow: BTreeSet<(usize, usize)>,
    /// Sides of connections whose long frame is arriving piece by piece: (receiver, connection, sender's side).
    pub(crate) trickles: BTreeSet<(usize, usize, usize)>,
    rng: Rng,
    seed: u64,
    jitter: bool,
}

impl Net {
    pub(crate) fn new(settings: &Settings) -> Net {
        Net {
            conns: BTreeMap::new(),
            next: 0,
            blocked: BTreeMap::new(),
            slow: BTreeSet::new(),
            trickles: BTreeSet::new(),
            rng: Rng::new(settings.seed, 2),
            seed: settings.seed,
            jitter: settings.jitter,
        }
    }

    pub(crate) fn add(&mut self, conn: Conn) -> usize {
        self.next += 1;
        self.conns.insert(self.next, conn);
        self.next
    }

    pub(crate) fn host_of(&self, conn: usize, side: usize) -> Option<usize> {
        self.conns.get(&conn).map(|conn| conn.ends[side].life.host)
    }

    /// The connections between two hosts.
    pub(crate) fn between(&self, a: usize, b: usize) -> Vec<usize> {
        let pair = |conn: &Conn| {
            let hosts = [conn.ends[0].life.host, conn.ends[1].life.host];
            hosts == [a, b] || hosts == [b, a]
        };
        let found = self.conns.iter().filter(|(_, conn)| pair(conn));
        found.map(|(id, _)| *id).collect()
    }

    pub(crate) fn block(&mut self, from: usize, to: usize) {
        *self.blocked.entry((from, to)).or_default() += 1;
    }

    pub(crate) fn unblock(&mut self, from: usize, to: usize) {
        if let Some(count) = self.blocked.get_mut(&(from, to)) {
            *count -= 1;
            if *count == 0 {
                self.blocked.remove(&(from, to));
            }
        }
    }

    pub(crate) fn is_blocked(&self, from: usize, to: usize) -> bool {
        self.blocked.contains_key(&(from, to))
    }

    pub(crate) fn is_disturbed(&self) -> bool {
        !self.blocked.is_empty() || !self.slow.is_empty()
    }

    pub(crate) fn slow_down(&mut self, a: usize, b: usize, slow: bool) {
        let pair = (a.min(b), a.max(b));
        if slow {
            self.slow.insert(pair);
        } else {
            self.slow.remove(&pair);
        }
    }

    /// How long a bit travels.
    pub(crate) fn latency(&mut self, from: usize, to: usize) -> Duration {
        if !self.jitter {
            return Duration::from_millis(1);
        }
        let pair = (from.min(to) as u64) << 32 | from.max(to) as u64;
        let usual = 200 + mix(self.seed ^ pair) % 30_000;
        let micros = usual + self.rng.below(usual / 4 + 1);
        let slow = self.slow.contains(&(from.min(to), from.max(to)));
        Duration::from_micros(if slow { micros + 700_000 } else { micros })
    }

    /// How long a writer is busy with a frame.
    pub(crate) fn writing_time(&self, from: usize, to: usize, size: u64) -> Duration {
        let slow = self.slow.contains(&(from.min(to), from.max(to)));
        let bandwidth = if slow { BANDWIDTH / 400 } else { BANDWIDTH };
        Duration::from_micros(size * 1_000_000 / bandwidth)
    }
}

//! How connections end: closed on purpose, broken, or gone with their process.

use std::time::Duration;

use photomesh::node::{CloseReason, LinkEvent};

use crate::agenda::{Life, What};
use crate::net::{Conn, Frame};
use crate::world::World;

/// How long a closing link may go on sending what waits.
const LINGER: Duration = Duration::from_secs(3);

impl World {
    /// A node wants a connection closed.
    pub(crate) fn close(&mut self, conn: usize, side: usize, reason: CloseReason) {
        let Some(link) = self.net.conns.get_mut(&conn) else {
            return;
        };
        if link.ends[side].open && link.ends[side].closing.is_none() {
            link.ends[side].closing = Some(reason);
            link.pipes[side].gets.clear();
            link.pipes[side].replication.clear();
            self.agenda.add(self.now + LINGER, What::Linger(conn, side));
            self.pump(conn, side);
        }
    }

    /// What a closing side had to send is out, or its time is over.
    pub(crate) fn finish_close(&mut self, conn: usize, side: usize) {
        let reason = match self.net.conns.get(&conn) {
            Some(link) if link.ends[side].open => link.ends[side].closing.clone(),
            Some(_) | None => None,
        };
        if let Some(reason) = reason {
            self.closed_here(conn, side, reason);
        }
    }

    /// A side learns that the connection is broken.
    pub(crate) fn broken(&mut self, conn: usize, side: usize) {
        self.closed_here(conn, side, CloseReason::Io("connection reset".to_owned()));
    }

    /// Closes one side: its node is told why, and the other side hears of it.
    pub(crate) fn closed_here(&mut self, conn: usize, side: usize, reason: CloseReason) {
        let Some(link) = self.net.conns.get_mut(&conn) else {
            return;
        };
        if !link.ends[side].open {
            return;
        }
        link.ends[side].open = false;
        let pipe = &mut link.pipes[side];
        pipe.writing = None;
        let end = &link.ends[side];
        let (life, id, opened) = (end.life, end.link, end.opened);
        let other_open = link.ends[1 - side].open;
        let reason = end.closing.clone().unwrap_or(reason);
        self.detach(life, id);
        if opened && self.lives(life) {
            self.tell(life, Duration::ZERO, LinkEvent::Closed { link: id, reason });
        }
        if other_open {
            self.fly(conn, side, Frame::Fin(CloseReason::Remote), 0);
        } else {
            self.forget_conn(conn);
        }
    }

    fn forget_conn(&mut self, conn: usize) {
        self.net.conns.remove(&conn);
        self.net.trickles.retain(|(_, of, _)| *of != conn);
    }

    /// Delivers what has been waiting, now that it can get through again.
    pub(crate) fn release_held(&mut self) {
        let now = self.now;
        for (id, conn) in &mut self.net.conns {
            for side in 0..2 {
                for _ in 0..std::mem::take(&mut conn.pipes[side].held) {
                    self.agenda.add(now, What::Arrive(*id, side));
                }
            }
        }
    }

    /// A daemon that stops lets its writers send the messages that wait.
    pub(crate) fn flush(&mut self, life: Life) {
        let mine = |(id, conn): (&usize, &Conn)| {
            let side = (0..2).find(|side| conn.ends[*side].life == life)?;
            conn.ends[side].open.then_some((*id, side))
        };
        let conns: Vec<(usize, usize)> = self.net.conns.iter().filter_map(mine).collect();
        for (conn, side) in conns {
            let Some(link) = self.net.conns.get_mut(&conn) else {
                continue;
            };
            let pipe = &mut link.pipes[side];
            let begun = pipe.writing.take().map(|writing| (writing.message, writing.size));
            let waiting = std::mem::take(&mut pipe.messages);
            for (message, size) in begun.into_iter().chain(waiting) {
                self.fly(conn, side, Frame::Message(message), size);
            }
        }
    }

    /// A process is gone: its sockets close, or without power just fall silent.
    pub(crate) fn sockets_die(&mut self, host: usize, silent: bool) {
        let mine = |(id, conn): (&usize, &Conn)| {
            let side = (0..2).find(|side| conn.ends[*side].life.host == host)?;
            Some((*id, side))
        };
        let conns: Vec<(usize, usize)> = self.net.conns.iter().filter_map(mine).collect();
        for (conn, _) in conns {
            for side in 0..2 {
                let Some(link) = self.net.conns.get_mut(&conn) else {
                    continue;
                };
                if link.ends[side].life.host != host || !link.ends[side].open {
                    continue;
                }
                link.ends[side].open = false;
                link.pipes[side].writing = None;
                let other_open = link.ends[1 - side].open;
                if !other_open {
                    self.forget_conn(conn);
                } else if !silent {
                    let reason = CloseReason::Io("connection reset".to_owned());
                    self.fly(conn, side, Frame::Fin(reason), 0);
                }
            }
        }
    }
}

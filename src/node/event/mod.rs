//! Everything that a [`Node`](super::Node) is told. Together with everything it asks for ([`Action`]) this is the whole
//! border between the pure core and the world.
//!
//! The driver (the daemon's threads, or the simulator) hands in one [`Event`] at a time and carries out the returned
//! actions in order.

mod client;
mod disk;
mod link;

use std::ops::{Add, Sub};
use std::time::Duration;

#[cfg(doc)]
use super::Action;
use crate::photo::PhotoId;
use crate::protocol::message::TransferId;

pub use client::{Asker, ClientEvent};
pub use disk::{DiskError, DiskEvent};
pub use link::{CloseReason, LinkEvent};

/// A moment, counted from the driver's start. Only differences matter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub Duration);

impl Time {
    /// How long ago `earlier` was; zero if it is later.
    pub fn since(self, earlier: Time) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

impl Add<Duration> for Time {
    type Output = Time;

    fn add(self, span: Duration) -> Time {
        Time(self.0.saturating_add(span))
    }
}

impl Sub<Duration> for Time {
    type Output = Time;

    fn sub(self, span: Duration) -> Time {
        Time(self.0.saturating_sub(span))
    }
}

/// One connection. Never reused, so that a late event of a dead link cannot harm its successor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkId(pub u64);

/// A file under `.photomesh/tmp` that is being written or waits to be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Spool {
    /// The bytes of a pull from another node.
    Pull(TransferId),
    /// The photo that the client on this link puts; its reader thread has written the file.
    Put(LinkId),
}

/// Where the bytes of a photo can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// In the folder, or else in its trash.
    Held(PhotoId),
    /// In a spool file.
    Spooled(Spool),
}

/// What happens to a node.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Time has passed. Sent at least once per [`super::limits::TICK`]; the node does bounded work.
    Tick,
    /// [`Node::has_more`](super::Node::has_more) said so: go on with the waiting work.
    Continue,
    /// Someone wants the daemon to stop: hand over and leave.
    Shutdown,
    /// Something happened on a link to another daemon.
    Link(LinkEvent),
    /// The folder reports something.
    Disk(DiskEvent),
    /// Something happened on a link to a client.
    Client(ClientEvent),
}

impl From<LinkEvent> for Event {
    fn from(event: LinkEvent) -> Event {
        Event::Link(event)
    }
}

impl From<DiskEvent> for Event {
    fn from(event: DiskEvent) -> Event {
        Event::Disk(event)
    }
}

impl From<ClientEvent> for Event {
    fn from(event: ClientEvent) -> Event {
        Event::Client(event)
    }
}

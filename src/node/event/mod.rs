//! Everything that a [`Node`](super::Node) is told. Together with everything it asks for ([`Action`]) this is the whole
//! border between the pure core and the world.
//!
//! ```text
//!                ┌─────────────────────── driver ───────────────────────┐
//!   daemons   ──▶│ LinkEvent ──────┐                    ┌─ LinkAction   │──▶ daemons
//!   clients   ──▶│ ClientEvent ────┼─▶ Node::step(now) ─┼─ ClientAction │──▶ clients
//!   folder    ──▶│ DiskEvent ──────┤                    ├─ DiskAction   │──▶ folder
//!   clock     ──▶│ Tick ───────────┤                    └─ Log, Exit    │
//!   a person  ──▶│ Shutdown ───────┘                                    │
//!                └──────────────────────────────────────────────────────┘
//! ```
//!
//! The driver is the daemon's state thread or, in tests, the simulator under `tests/sim`. It hands in one [`Event`] at
//! a time and carries out the returned actions in order.
//!
//! # What a driver promises
//!
//! **A link has a beginning and an end.** To a daemon, [`LinkEvent::Opened`] comes first, and [`LinkEvent::Closed`]
//! comes exactly once, whoever ended it; no message follows it. A client begins with its first request, and asks the
//! next thing when the last answer is out. A [`LinkId`] never means another link later on, so what comes too late hurts
//! nobody.
//!
//! **A result is an event**, be it a success or a failure. So failures enter by the same door as messages:
//!
//! | asked for | comes back as |
//! |---|---|
//! | `Dial` | `Opened`, or `DialFailed` |
//! | `Close` | `Closed` |
//! | `Send` of an `ImageInfo` | `PageSent`, if the link lasts |
//! | `Serve` | `Served`, if the link lasts |
//! | `AnswerPhoto` | `Answered`, if the link lasts |
//! | `Write`, `Check` or `Inspect`, `Install` | `Written`, `Inspected`, `Installed` |
//! | `Prove`, `Look`, `PutAway` | `Proved`, `Looked`, `PutAway` |
//! | `Restore`, `Sign`, `FindAged`, `FindDaysLeft` | `Returned`, `Signed`, `Aged`, `DaysLeft` |
//! | `FindSurplus` | some `Expired` |
//! | `Dedupe` | `Held`, if it worked |
//! | all others | nothing |
//!
//! **The folder does things in order**, but threads that read files for it may take longer for one than for another. So
//! the results of `Inspect`, `Prove` and `Look` come in any order, and each names what it is about.
//!
//! **The folder speaks for itself, too.** It tells how much room there is, then each photo as a scan finds it, then
//! that the scan is done; and whatever a person changes later.
//!
//! # Its state
//!
//! There is none: events are values. They can be compared, printed and made by a test, since none of them has a socket,
//! a file or a channel in it. Nor is a photo ever in one as a whole: its bytes are where a [`Source`] says, and the
//! driver knows how to read them.
//!
//! # In reading order
//!
//! This file has what all events share, and [`Event`] itself. `link`: other daemons, and the reasons for which a link
//! ends. `client`: people, and who asks. `disk`: the folder's own findings, then its results.
//!
//! # What is left out
//!
//! No event is a reply that the node waits for: between a request to the disk and its result any number of other events
//! may come, and the node remembers in its own state what it is about. And no event can be refused. One that makes no
//! sense any more, because its link or its photo is gone, is to be passed over.
//!
//! # Where it is from
//!
//! Protocol code without input and output, with time as an argument, is known as *sans-I/O*; quinn's `quinn-proto` and
//! `str0m` are written so.

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
pub use disk::{DiskError, DiskEvent, Viewer};
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
    /// In a spool file, into which they may still be coming.
    Spooled(Spool),
    /// In a spool file that is whole, and that is kept for those who ask for the photo again.
    Kept(Spool),
}

/// What happens to a node.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Time has passed. Sent about once per [`super::limits::TICK`]; the node does bounded work.
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

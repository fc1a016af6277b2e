//! What a [`Node`](super::Node) is told: with what it asks for ([`Action`]), the whole border between the pure core and
//! the world.
//!
//! The driver (the daemon's threads, or the simulator) hands in one [`Event`] at a time and carries out the returned
//! actions in order.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::{Add, Sub};
use std::sync::Arc;
use std::time::Duration;

#[cfg(doc)]
use super::Action;
use crate::photo::{Nonce, Photo, PhotoId, Proof, Relation};
use crate::protocol::message::TransferId;
use crate::protocol::{Address, Facts, Holding, Looks, Message, NodeId, Request, Tombstone};

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
    /// What the client on this link is putting; its reader thread has written it.
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
    /// Time has passed. Sent at least every [`super::limits::TICK`]; the node does bounded work.
    Tick,
    /// [`Node::has_more`](super::Node::has_more) said so: go on with what is waiting.
    Continue,
    /// A link to another daemon: one that we dialed, or an accepted one whose first frame was `register`. Frames
    /// follow as [`Event::Received`], that `register` included.
    Opened {
        /// The link.
        link: LinkId,
        /// The remote host: a literal address.
        remote: String,
        /// The address that was dialed; none if the link was accepted.
        dialed: Option<Address>,
    },
    /// No link came of [`Action::Dial`].
    DialFailed {
        /// The address that was dialed.
        address: Address,
        /// Why, in words.
        reason: String,
    },
    /// Bytes have arrived on a link since the last event of it, be it only a part of a frame: its node lives. Sent for
    /// every such link before each [`Event::Tick`].
    Heard {
        /// The link.
        link: LinkId,
    },
    /// A whole message from another daemon.
    Received {
        /// The link it came on.
        link: LinkId,
        /// The message.
        message: Message,
    },
    /// An `ImageInfo` has been handed to the operating system: the next page may be made.
    PageSent {
        /// The link it went to.
        link: LinkId,
    },
    /// A window asked for by [`Action::Serve`] has been sent, or not.
    Served {
        /// The link.
        link: LinkId,
        /// The pull it belongs to.
        transfer: TransferId,
        /// What was served.
        photo: PhotoId,
        /// Whether all of it was sent. After a failure the driver has sent `noImage`.
        result: Result<(), DiskError>,
    },
    /// A link to a daemon or a client is gone; nothing more comes of it. Also sent after [`Action::Close`].
    Closed {
        /// The link.
        link: LinkId,
        /// Why.
        reason: CloseReason,
    },

    /// A client asks something. The next request of this link comes only after this one is answered.
    Asked {
        /// The client's link.
        link: LinkId,
        /// The request. A `Put` comes when all its bytes are in [`Spool::Put`]; `Chunk` and `RegisterClient` never come.
        request: Request,
    },
    /// [`Action::AnswerPhoto`] is done: the bytes are sent, or could not be read before the first was sent.
    Answered {
        /// The client's link.
        link: LinkId,
        /// Whether the photo could be read. After a failure nothing was sent and another answer is due.
        result: Result<(), DiskError>,
    },

    /// What the folder has of a photo, found by a scan or changed by hand. The best of all its files counts: an
    /// original before a replica before one in the trash.
    Held {
        /// What the bytes say.
        photo: Arc<Photo>,
        /// What is known about it beyond its bytes.
        facts: Facts,
        /// How it is held.
        holding: Holding,
        /// How many files with these very bytes the friend's own folder has.
        files: u32,
    },
    /// What the folder remembers of a photo that it tells of next: what this node has found in an earlier life by comparing
    /// it with others.
    Recalled {
        /// The photo.
        photo: PhotoId,
        /// What was found.
        looks: Looks,
    },
    /// No file of this photo is left in the folder or its trash.
    Missing {
        /// The photo.
        photo: PhotoId,
    },
    /// A file's bytes no longer match its digest; the folder has set it aside. What is left of the photo, if anything,
    /// is told by a `Held` or `Missing` that follows.
    Damaged {
        /// The photo that it was.
        photo: PhotoId,
        /// Which file, for people.
        file: String,
    },
    /// A scan has come to its end; after the first one the node's table is complete.
    Scanned {
        /// Files that are no pictures.
        skipped: u64,
    },
    /// The files that go where a photo goes: sidecars, and the film of a live photo. No photos themselves, they are on no
    /// other disk. Told when they change, after the photo itself and before the end of the scan.
    Companions {
        /// The photo.
        photo: PhotoId,
        /// Their names, in the folder or its trash; none if there are none any more.
        files: Vec<String>,
    },
    /// So many photos of the folder are still to be read by the present rules: of an earlier program's account, or only
    /// glanced at. Each is told as a `Held` when it is read.
    Unread {
        /// How many.
        photos: u64,
    },
    /// How many bytes the folder's disk has free. Sent once before the first scan and every few seconds.
    Room {
        /// Free bytes.
        bytes: u64,
    },
    /// A photo has been in the trash for its time and may be purged.
    Expired {
        /// The photo.
        photo: PhotoId,
    },
    /// The folder can no longer be trusted: its marker is gone, or far too many files are missing. The node says
    /// goodbye and stops.
    FolderLost {
        /// What is wrong and what to do.
        reason: String,
    },

    /// [`Action::Write`] is done.
    Written {
        /// The spool file.
        spool: Spool,
        /// Whether the bytes were written.
        result: Result<(), DiskError>,
    },
    /// [`Action::Inspect`] is done.
    Inspected {
        /// The spool file.
        spool: Spool,
        /// What its bytes say.
        result: Result<Arc<Photo>, DiskError>,
    },
    /// [`Action::Install`] is done: the photo is safe on disk, or it is not there.
    Installed {
        /// The spool file; gone in any case.
        spool: Spool,
        /// The photo.
        photo: PhotoId,
        /// Whether it is safe on disk.
        result: Result<(), DiskError>,
    },
    /// [`Action::Prove`] is done.
    Proved {
        /// The round.
        nonce: Nonce,
        /// For each prover asked for, its proof over the bytes, which were checked against the photo's digest.
        result: Result<BTreeMap<NodeId, Proof>, DiskError>,
    },
    /// [`Action::Look`] is done.
    Looked {
        /// The photo of this folder.
        worse: PhotoId,
        /// What it was compared with.
        better: PhotoId,
        /// How they stand to each other by their pixels. The bytes of both were checked against their digests.
        result: Result<Relation, DiskError>,
    },
    /// [`Action::Drop`], [`Action::Retire`], [`Action::Remove`] or [`Action::Purge`] is done.
    PutAway {
        /// The photo that was to go.
        photo: PhotoId,
        /// Whether it is where it was to go; on an error everything is as before.
        result: Result<(), DiskError>,
    },
    /// [`Action::Restore`] is done.
    Returned {
        /// The photo.
        photo: PhotoId,
        /// How it is held now; on an error it is in the trash as before.
        result: Result<Holding, DiskError>,
    },

    /// [`Action::FindAged`] is done.
    Aged {
        /// The client's link.
        link: LinkId,
        /// The photos.
        photos: BTreeSet<PhotoId>,
    },
    /// [`Action::FindDaysLeft`] is done.
    DaysLeft {
        /// The client's link.
        link: LinkId,
        /// The days of running after which the time of each photo in the trash is over; none of one that stays until a
        /// person purges it. What is not in the trash is left out.
        days: BTreeMap<PhotoId, Option<u32>>,
    },
    /// [`Action::Sign`] is done.
    Signed {
        /// The photo.
        photo: PhotoId,
        /// The owner's word, safe on disk; on an error nothing was said.
        result: Result<Tombstone, DiskError>,
    },

    /// Someone wants the daemon to stop: hand over and leave.
    Shutdown,
}

/// Why the disk did not do as asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiskError {
    /// There is no such photo or spool file here (any more).
    Gone,
    /// The bytes do not match the digest. A held file was set aside, which an [`Event::Damaged`] tells too.
    Damaged,
    /// The content is no picture of any kind.
    NotAPicture,
    /// No room left.
    Full,
    /// The time for it was over before it was done; nothing was changed.
    TooLate,
    /// Anything else, in words.
    Other(String),
}

impl fmt::Display for DiskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DiskError::Gone => f.write_str("the file is gone"),
            DiskError::Damaged => f.write_str("the bytes do not match the digest"),
            DiskError::NotAPicture => f.write_str("the file is not a picture"),
            DiskError::Full => f.write_str("the disk is full"),
            DiskError::TooLate => f.write_str("the time for it was over"),
            DiskError::Other(text) => f.write_str(text),
        }
    }
}

/// Why a link ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CloseReason {
    /// The other side closed it.
    Remote,
    /// The other side said goodbye first.
    Left,
    /// A broken frame or a message that makes no sense.
    Protocol(String),
    /// Nothing could be sent for too long, or too much was waiting.
    Slow,
    /// Nothing was heard for too long.
    Silent,
    /// Another link to the same node is kept.
    Duplicate,
    /// The other side is refused.
    Refused(String),
    /// This daemon stops.
    Shutdown,
    /// Reading or writing failed.
    Io(String),
}

impl fmt::Display for CloseReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CloseReason::Remote => f.write_str("closed by the other side"),
            CloseReason::Left => f.write_str("said goodbye"),
            CloseReason::Protocol(text) => write!(f, "broke the protocol: {text}"),
            CloseReason::Slow => f.write_str("too slow"),
            CloseReason::Silent => f.write_str("silent for too long"),
            CloseReason::Duplicate => f.write_str("a second link to the same node"),
            CloseReason::Refused(text) => write!(f, "refused: {text}"),
            CloseReason::Shutdown => f.write_str("this daemon stops"),
            CloseReason::Io(text) => f.write_str(text),
        }
    }
}

//! Room for the frames of other daemons: while they are read, and from then until the state thread has taken them in.
//!
//! A frame can take many times its size in memory: decoded, a record is larger than its text. So what is counted in the
//! end is what frames become. Whoever finds no room waits, and what they send waits with them, in the buffers of the
//! sockets.
//!
//! Nobody takes all of it: each speaker has a share, and a member is one speaker, however many nodes they run.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use crate::node::LinkId;
use crate::protocol::MemberName;

/// How often a reader that waits says that it is this daemon that does not listen.
const WAITING: Duration = Duration::from_secs(1);

/// From whom a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Speaker {
    /// Who is at the other end of a link has not said whose they are, or is nobody's.
    Link(LinkId),
    /// A member's node.
    Member(MemberName),
}

/// The room.
#[derive(Debug)]
pub(super) struct Room {
    all: usize,
    of_speaker: usize,
    taken: Mutex<Taken>,
    returned: Condvar,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    of: BTreeMap<Speaker, usize>,
}

/// A frame's place, given back when dropped.
#[derive(Debug)]
pub(super) struct Place {
    room: Arc<Room>,
    speaker: Speaker,
    bytes: usize,
}

impl Room {
    /// Room for so many bytes, of which one speaker gets so many.
    pub(super) fn new(all: usize, of_speaker: usize) -> Arc<Room> {
        let (taken, returned) = (Mutex::default(), Condvar::new());
        Arc::new(Room { all, of_speaker, taken, returned })
    }

    /// Finds a place for a frame that takes so many bytes, and waits until there is one. Meanwhile the other side
    /// cannot be heard, so `waiting` is called again and again.
    pub(super) fn place(
        self: &Arc<Room>,
        speaker: Speaker,
        bytes: usize,
        waiting: impl Fn(),
    ) -> Place {
        let bytes = bytes.min(self.of_speaker);
        // A panic elsewhere cannot leave the sums half-written, so a poisoned lock is as good as any.
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        while !self.has_room(&taken, speaker, bytes) {
            waiting();
            let woken = self.returned.wait_timeout(taken, WAITING);
            (taken, _) = woken.unwrap_or_else(PoisonError::into_inner);
        }
        taken.all += bytes;
        *taken.of.entry(speaker).or_default() += bytes;
        Place { room: Arc::clone(self), speaker, bytes }
    }

    fn has_room(&self, taken: &Taken, speaker: Speaker, bytes: usize) -> bool {
        let of_speaker = taken.of.get(&speaker).copied().unwrap_or(0);
        of_speaker + bytes <= self.of_speaker && taken.all + bytes <= self.all
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.room.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.all -= self.bytes;
        if let Some(of_speaker) = taken.of.get_mut(&self.speaker) {
            *of_speaker -= self.bytes;
            if *of_speaker == 0 {
                taken.of.remove(&self.speaker);
            }
        }
        drop(taken);
        self.room.returned.notify_all();
    }
}

//! What will happen when: a heap ordered by time and, within one moment, by who asked first.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use photomesh::node::Event;
use photomesh::photo::PhotoId;
use photomesh::protocol::Address;

use crate::fault::Fault;

/// Something that is going to happen.
#[derive(Debug)]
pub(crate) enum What {
    /// A host's ticker fires.
    Tick(Life),
    /// The node said that it has more to do.
    Continue(Life),
    /// The node is told something.
    Tell(Life, Box<Event>),
    /// The scan comes to a photo.
    Look(Life, PhotoId),
    /// The folder has read a photo that came without an account of its picture.
    Reread(Life, PhotoId),
    /// A dial reaches its target, or does not.
    Connect(Life, Address),
    /// A side of a connection has handed a frame to its operating system.
    Written(usize, usize),
    /// The next frame sent by a side of a connection reaches the other one.
    Arrive(usize, usize),
    /// A side of a connection that could write nothing is looked at again.
    Stuck(usize, usize, Duration),
    /// A side of a connection that is closing has had its time.
    Linger(usize, usize),
    /// A side of a connection learns that it is broken.
    Broken(usize, usize),
    /// A disk operation is done.
    Job(Life, u64),
    /// The folder is walked again.
    Scan(Life),
    /// The next photo of the folder is read and compared with its digest.
    Scrub(Life),
    /// A client has its next thing to do.
    Client(usize),
    /// A client has waited for long enough.
    Overdue(usize, u32),
    /// The next fault of the plan.
    Fault(usize),
    /// A fault's effect ends.
    Heal(Fault),
    /// A host's daemon is started.
    Start(usize),
    /// The state of everything is looked at.
    Audit,
}

/// One life of one host's daemon: what belongs to an earlier one is void.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Life {
    pub(crate) host: usize,
    pub(crate) number: u32,
}

#[derive(Debug)]
struct Entry {
    at: Duration,
    sequence: u64,
    what: What,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Entry) -> bool {
        (self.at, self.sequence) == (other.at, other.sequence)
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Entry) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Entry) -> std::cmp::Ordering {
        (self.at, self.sequence).cmp(&(other.at, other.sequence))
    }
}

/// Everything that is going to happen.
#[derive(Debug, Default)]
pub(crate) struct Agenda {
    heap: BinaryHeap<Reverse<Entry>>,
    sequence: u64,
}

impl Agenda {
    pub(crate) fn add(&mut self, at: Duration, what: What) {
        self.sequence += 1;
        let sequence = self.sequence;
        self.heap.push(Reverse(Entry { at, sequence, what }));
    }

    /// The next thing to happen, if that is not after `end`.
    pub(crate) fn next(&mut self, end: Duration) -> Option<(Duration, What)> {
        let due = self.heap.peek().is_some_and(|Reverse(entry)| entry.at <= end);
        let Reverse(entry) = due.then(|| self.heap.pop())??;
        Some((entry.at, entry.what))
    }
}

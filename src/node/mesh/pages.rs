//! Pages of a node's records: how far the other end of a link knows them, and the next page in the making.

use std::collections::BTreeSet;

use crate::node::limits::{PAGE_BYTES, PAGE_RECORDS};
use crate::node::table::tombstones::Key;
use crate::photo::PhotoId;
use crate::protocol::{Facts, Looks, MemberName, Record, Tombstone};

/// How far the other end of a link knows this node's records.
#[derive(Debug, Default)]
pub(in crate::node) struct Pages {
    /// Whether it has requested them.
    pub(super) asked: bool,
    /// The walk through all records: `Some(None)` before the first, then the last one told; `None` once all were.
    pub(super) walk: Option<Option<PhotoId>>,
    /// Records that have changed since they were told.
    pub(super) changed: BTreeSet<PhotoId>,
    /// Tombstones that it was not told of. They go first, so that it knows of a removal before it sees the record.
    pub(super) tombstones: BTreeSet<Key>,
    /// A page is on its way to the socket.
    pub(super) sending: bool,
    /// It was told that it has all records.
    pub(super) told_complete: bool,
}

impl Pages {
    /// Whether the other end is still being told all that it has requested. To begin anew each time that it asks again
    /// would cost it a few bytes, and this node a walk through all tombstones.
    pub(super) fn is_at_it(&self) -> bool {
        self.asked && (self.walk.is_some() || !self.tombstones.is_empty())
    }
}

/// One page in the making.
#[derive(Default)]
pub(in crate::node) struct Page {
    pub(in crate::node) records: Vec<Record>,
    pub(in crate::node) gone: Vec<PhotoId>,
    pub(in crate::node) tombstones: Vec<Tombstone>,
    pub(in crate::node) bytes: usize,
}

impl Page {
    pub(in crate::node) fn is_full(&self) -> bool {
        let items = self.records.len() + self.gone.len() + self.tombstones.len();
        items >= PAGE_RECORDS || self.bytes >= PAGE_BYTES
    }

    pub(in crate::node) fn is_empty(&self) -> bool {
        self.records.is_empty() && self.gone.is_empty() && self.tombstones.is_empty()
    }

    pub(in crate::node) fn add(&mut self, photo: PhotoId, record: Option<Record>) {
        match record {
            Some(record) => {
                self.bytes += size_on_wire(&record.facts, &record.looks);
                self.records.push(record);
            }
            None => self.gone.push(photo),
        }
    }
}

/// The most bytes of JSON that one byte of a name becomes: a control character is written as `\u0001`.
const ESCAPED: usize = 6;

/// The most bytes a tombstone can take: digests, keys and signatures of its own and of its certificate.
pub(in crate::node) const TOMBSTONE_BYTES: usize = 1024;

/// The most bytes a record can take: a fixed part for the photo, and the variable parts.
fn size_on_wire(facts: &Facts, looks: &Looks) -> usize {
    let names = facts
        .names
        .iter()
        .chain(&facts.aliases)
        .map(|name| ESCAPED * name.len() + 3)
        .sum::<usize>();
    let ids = facts.distinct.len() + looks.differs.len();
    1024 + names + 68 * ids + (MemberName::MAX + 3) * facts.owners.len()
}

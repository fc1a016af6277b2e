//! The latest signed word of every owner on every photo.
//!
//! The latest tombstone of each owner and photo counts. In whatever order nodes hear of them, they end with the same
//! set (a state-based CRDT, in the terms of Shapiro et al. 2011). Words by a certificate that counts no more are
//! dropped, and refused from then on: no certificate ever counts again, so that changes nothing of it.

use std::collections::{BTreeMap, BTreeSet};

use crate::node::limits::{TOMBSTONES, TOMBSTONES_OF_OWNER};
use crate::photo::PhotoId;
use crate::protocol::{MemberName, Tombstone, Wish};

/// A tombstone's photo and owner.
pub(in crate::node) type Key = (PhotoId, MemberName);

/// The result of hearing a tombstone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::node) enum Merged {
    /// It is now the latest word.
    News,
    /// The same or a later one was known.
    Known,
    /// There is no room for it.
    Full,
    /// It is by nobody who belongs to the group.
    Foreign,
}

/// The latest word of every owner on every photo.
#[derive(Debug, Default)]
pub(in crate::node) struct Tombstones {
    latest: BTreeMap<PhotoId, BTreeMap<MemberName, Tombstone>>,
    /// The number of tombstones of each owner.
    pub(in crate::node) of_owner: BTreeMap<MemberName, usize>,
    pub(in crate::node) count: usize,
    /// Tombstones that were not passed on yet.
    fresh: BTreeSet<Key>,
}

impl Tombstones {
    /// Adds a tombstone.
    pub(in crate::node) fn merge(&mut self, tombstone: Tombstone) -> Merged {
        let key @ (photo, owner) = (tombstone.photo(), tombstone.owner());
        match self.get(key) {
            Some(known) if !tombstone.is_later_than(known) => return Merged::Known,
            Some(_) => {}
            None if !self.has_room(owner, 1) => return Merged::Full,
            None => {
                *self.of_owner.entry(owner).or_default() += 1;
                self.count += 1;
            }
        }
        let words = self.latest.entry(photo).or_default();
        words.insert(owner, tombstone);
        self.fresh.insert(key);
        Merged::News
    }

    /// Drops a word that counts no more, and with it the room that it took.
    pub(super) fn forget(&mut self, key @ (photo, owner): Key) {
        let Some(words) = self.latest.get_mut(&photo) else {
            return;
        };
        if words.remove(&owner).is_none() {
            return;
        }
        if words.is_empty() {
            self.latest.remove(&photo);
        }
        self.fresh.remove(&key);
        self.count -= 1;
        if let Some(of_owner) = self.of_owner.get_mut(&owner) {
            *of_owner -= 1;
        }
    }

    /// Whether this many more tombstones of an owner have room.
    pub(in crate::node) fn has_room(&self, owner: MemberName, more: usize) -> bool {
        let of_owner = self.of_owner.get(&owner).copied().unwrap_or(0);
        of_owner + more <= TOMBSTONES_OF_OWNER && self.count + more <= TOMBSTONES
    }

    /// An owner's latest word on a photo.
    pub(in crate::node) fn get(&self, (photo, owner): Key) -> Option<&Tombstone> {
        self.latest.get(&photo)?.get(&owner)
    }

    /// The owners that have removed a photo.
    pub(in crate::node) fn removers(
        &self,
        photo: PhotoId,
    ) -> impl Iterator<Item = MemberName> + '_ {
        let words = self.latest.get(&photo).into_iter().flatten();
        let removed = words.filter(|(_, word)| word.wish() == Wish::Removed);
        removed.map(|(owner, _)| *owner)
    }

    /// Whether this owner has removed a photo.
    pub(super) fn is_removed_by(&self, photo: PhotoId, owner: MemberName) -> bool {
        self.get((photo, owner)).is_some_and(|word| word.wish() == Wish::Removed)
    }

    /// The number of an owner's next word on a photo.
    pub(in crate::node) fn next_counter(&self, key: Key) -> u64 {
        let last = self.get(key).map_or(0, Tombstone::counter);
        last.saturating_add(1)
    }

    /// The photo and owner of every tombstone.
    pub(in crate::node) fn keys(&self) -> impl Iterator<Item = Key> + '_ {
        let of_photo =
            |(photo, words): (&PhotoId, &'_ BTreeMap<MemberName, Tombstone>)| -> Vec<Key> {
                words.keys().map(|owner| (*photo, *owner)).collect()
            };
        self.latest.iter().flat_map(of_photo)
    }

    /// Takes the tombstones that are new since the last call.
    pub(in crate::node) fn take_fresh(&mut self) -> BTreeSet<Key> {
        std::mem::take(&mut self.fresh)
    }
}

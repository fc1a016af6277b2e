//! What owners have said about photos that they have removed, and what counts of it.
//!
//! **A photo is removed when an owner has said so, and every other one of whom any holder has ever heard.** Whoever
//! announces it as an original is an owner, whatever he has said before. That he is away, or that his disk is broken, takes
//! nothing from him: it is then that others keep his photo for him. So a friend can withdraw what is his, and never what
//! is another's; and a member who claims to be an owner can keep a photo in the collection, but not take one out of it.
//!
//! To delete a removed photo for good takes more: who has given up a worse version for it must have removed it, too. So
//! nothing that is all a friend has of his own picture is erased by another: it waits in a trash.
//!
//! The tombstones are a set that only grows, of which the latest of each owner and photo counts: in whatever order nodes
//! hear of them, they end with the same (a state-based CRDT, in the terms of Shapiro et al. 2011).

use std::collections::{BTreeMap, BTreeSet};

use super::catalog::Catalog;
use super::entry::Entry;
use super::limits::{TOMBSTONES, TOMBSTONES_OF_OWNER};
use crate::photo::PhotoId;
use crate::protocol::{Facts, Holding, NodeId, Tombstone, Wish};

/// What a tombstone is about, and whose it is.
pub(super) type Key = (PhotoId, NodeId);

/// What has come of a tombstone that was heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Merged {
    /// It is the latest word now.
    News,
    /// A later one, or the same, is known.
    Known,
    /// There is no room for it.
    Full,
}

/// The latest word of every owner on every photo.
#[derive(Debug, Default)]
pub(super) struct Tombstones {
    latest: BTreeMap<PhotoId, BTreeMap<NodeId, Tombstone>>,
    /// How many there are of each owner, and of all.
    of_owner: BTreeMap<NodeId, usize>,
    count: usize,
    /// Those that nobody was told of yet.
    fresh: BTreeSet<Key>,
}

impl Tombstones {
    /// Adds what an owner has said.
    pub(super) fn merge(&mut self, tombstone: Tombstone) -> Merged {
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

    /// Whether so many more tombstones of an owner are taken.
    pub(super) fn has_room(&self, owner: NodeId, more: usize) -> bool {
        let of_owner = self.of_owner.get(&owner).copied().unwrap_or(0);
        of_owner + more <= TOMBSTONES_OF_OWNER && self.count + more <= TOMBSTONES
    }

    /// An owner's latest word on a photo.
    pub(super) fn get(&self, (photo, owner): Key) -> Option<&Tombstone> {
        self.latest.get(&photo)?.get(&owner)
    }

    /// The owners that have removed a photo.
    pub(super) fn removers(&self, photo: PhotoId) -> impl Iterator<Item = NodeId> + '_ {
        let words = self.latest.get(&photo).into_iter().flatten();
        let removed = words.filter(|(_, word)| word.wish() == Wish::Removed);
        removed.map(|(owner, _)| *owner)
    }

    /// Whether this owner has removed a photo.
    pub(super) fn is_removed_by(&self, photo: PhotoId, owner: NodeId) -> bool {
        self.get((photo, owner)).is_some_and(|word| word.wish() == Wish::Removed)
    }

    /// The number of an owner's next word on a photo.
    pub(super) fn next_counter(&self, key: Key) -> u64 {
        let last = self.get(key).map_or(0, Tombstone::counter);
        last.saturating_add(1)
    }

    /// All there are.
    pub(super) fn keys(&self) -> impl Iterator<Item = Key> + '_ {
        let of_photo = |(photo, words): (&PhotoId, &'_ BTreeMap<NodeId, Tombstone>)| -> Vec<Key> {
            words.keys().map(|owner| (*photo, *owner)).collect()
        };
        self.latest.iter().flat_map(of_photo)
    }

    /// Those that are new since the last call.
    pub(super) fn take_fresh(&mut self) -> BTreeSet<Key> {
        std::mem::take(&mut self.fresh)
    }
}

impl Catalog {
    /// Takes what is remembered from earlier lives.
    pub(super) fn remember(&mut self, tombstones: &[Tombstone]) {
        for tombstone in tombstones {
            self.tombstones.merge(tombstone.clone());
        }
        self.tombstones.take_fresh();
    }

    /// Adds what an owner has said, and judges the photo anew.
    pub(super) fn entomb(&mut self, tombstone: Tombstone) -> Merged {
        let photo = tombstone.photo();
        let is_removed = |catalog: &Catalog| {
            let entry = catalog.entries.get(&photo);
            entry.is_some_and(|entry| catalog.is_removed(entry))
        };
        let was_removed = is_removed(self);
        let merged = self.tombstones.merge(tombstone);
        if is_removed(self) != was_removed {
            self.reconsider_with_neighbours(photo);
        }
        self.reclaim(photo);
        merged
    }

    /// The nodes whose friends call a photo their own, or have done so, and have not removed it.
    pub(super) fn owners<'a>(&'a self, entry: &'a Entry) -> impl Iterator<Item = NodeId> + 'a {
        let photo = entry.photo.id;
        let on_record = &entry.facts.owners;
        let claims = entry.claims.iter();
        let claiming = claims
            .filter(|(node, claim)| claim.holding.is_own() && !on_record.contains(node))
            .map(|(node, _)| node);
        let has_it = |node| {
            let claim = entry.claims.get(node);
            claim.is_some_and(|claim| claim.holding == Holding::Original)
        };
        on_record
            .iter()
            .copied()
            .chain(claiming)
            .filter(move |node| has_it(*node) || !self.tombstones.is_removed_by(photo, *node))
    }

    /// The owners that have removed a photo, for people to read: anybody can say so of anything.
    pub(super) fn removers(&self, photo: PhotoId) -> Vec<NodeId> {
        let all: Vec<NodeId> = self.tombstones.removers(photo).collect();
        let entry = self.entries.get(&photo);
        let on_record = |node: &NodeId| entry.is_some_and(|e| e.facts.owners.contains(node));
        let owners: Vec<NodeId> = all.iter().copied().filter(on_record).collect();
        if owners.is_empty() { all } else { owners }
    }

    /// Whether a photo is removed: see the page of this file.
    pub(super) fn is_removed(&self, entry: &Entry) -> bool {
        self.tombstones.removers(entry.photo.id).next().is_some()
            && !Facts::may_lack(&entry.facts.owners)
            && self.owners(entry).next().is_none()
    }

    /// Whether a removed photo may be all that a node has left of a picture of its own: it has not removed it, be it here
    /// or not.
    pub(super) fn is_inherited(&self, entry: &Entry) -> bool {
        let removed = |heir: &NodeId| self.tombstones.is_removed_by(entry.photo.id, *heir);
        Facts::may_lack(&entry.facts.heirs) || !entry.facts.heirs.iter().all(removed)
    }

    /// Whether a photo that may have no entry is removed, for all that is known.
    pub(super) fn is_gone(&self, photo: PhotoId) -> bool {
        match self.entries.get(&photo) {
            Some(entry) => self.is_removed(entry),
            None => self.tombstones.removers(photo).next().is_some(),
        }
    }

    /// Notes a photo that this node's owner has removed, and that is in his folder again: he has thought better of it.
    pub(super) fn reclaim(&mut self, photo: PhotoId) {
        if self.is_reclaimed(photo) {
            self.reclaimed.insert(photo);
        }
    }

    /// Whether this node's owner has removed a photo that is his original.
    pub(super) fn is_reclaimed(&self, photo: PhotoId) -> bool {
        self.is_removed_by_me(photo) && self.mine(photo) == Some(Holding::Original)
    }

    /// Whether this node's owner has removed a photo.
    pub(super) fn is_removed_by_me(&self, photo: PhotoId) -> bool {
        self.tombstones.is_removed_by(photo, self.me)
    }
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::SigningKey;
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn word(owner: u8, photo: u8, counter: u64, lifted: bool) -> Tombstone {
        let key = SigningKey::from_bytes(&[owner; 32]);
        let wish = if lifted { Wish::Lifted } else { Wish::Removed };
        Tombstone::sign(&key, PhotoId([photo; 32]), counter, wish)
    }

    fn words() -> impl Strategy<Value = Vec<Tombstone>> {
        let one = (0..3_u8, 0..3_u8, 0..4_u64, any::<bool>());
        vec(one, 0..12).prop_map(|words| {
            let signed = words.into_iter().map(|(o, p, c, lifted)| word(o, p, c, lifted));
            signed.collect()
        })
    }

    fn table(words: &[Tombstone]) -> Tombstones {
        let mut table = Tombstones::default();
        for word in words {
            table.merge(word.clone());
        }
        table.take_fresh();
        table
    }

    proptest! {
        /// Heard in any order, any number of times, all nodes end with the same: merging is commutative, associative
        /// and idempotent.
        #[test]
        fn all_orders_of_hearing_end_alike(
            (heard, shuffled) in words().prop_flat_map(|w| (Just(w.clone()), Just(w).prop_shuffle())),
            again in 0..12_usize,
        ) {
            let mut twice = shuffled.clone();
            twice.extend(shuffled.iter().take(again).cloned());
            prop_assert_eq!(table(&heard).latest, table(&twice).latest);
        }

        /// The latest word is never an earlier one, and news is news once.
        #[test]
        fn no_word_gives_way_to_an_earlier_one(heard in words()) {
            let mut table = table(&heard);
            for word in &heard {
                let latest = table.get((word.photo(), word.owner())).unwrap();
                prop_assert!(!word.is_later_than(latest));
                prop_assert!(latest.counter() >= word.counter());
                prop_assert_eq!(table.merge(word.clone()), Merged::Known);
            }
            prop_assert!(table.take_fresh().is_empty());
        }
    }

    #[test]
    fn an_owner_cannot_fill_the_table_and_can_always_think_better_of_it() {
        let mut table = Tombstones::default();
        let mine = word(1, 1, 1, false);
        let owner = mine.owner();
        assert_eq!(table.merge(mine), Merged::News);
        assert_eq!((table.count, table.of_owner[&owner]), (1, 1));
        table.of_owner.insert(owner, TOMBSTONES_OF_OWNER);
        assert_eq!(table.merge(word(1, 2, 1, false)), Merged::Full);
        assert_eq!(table.merge(word(1, 1, 2, true)), Merged::News);
        assert_eq!(table.merge(word(2, 2, 1, false)), Merged::News);
        table.count = TOMBSTONES;
        assert_eq!(table.merge(word(3, 2, 1, false)), Merged::Full);
    }
}

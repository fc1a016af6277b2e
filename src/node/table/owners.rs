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

use super::Table;
use super::entry::Entry;
use super::tombstones::Merged;
use crate::photo::PhotoId;
use crate::protocol::{Facts, Holding, NodeId, Tombstone};

impl Table {
    /// Takes what is remembered from earlier lives.
    pub(in crate::node) fn remember(&mut self, tombstones: &[Tombstone]) {
        for tombstone in tombstones {
            self.tombstones.merge(tombstone.clone());
        }
        self.tombstones.take_fresh();
    }

    /// Adds what an owner has said, and judges the photo anew.
    pub(in crate::node) fn entomb(&mut self, tombstone: Tombstone) -> Merged {
        let photo = tombstone.photo();
        let is_removed = |table: &Table| {
            let entry = table.entries.get(&photo);
            entry.is_some_and(|entry| table.is_removed(entry))
        };
        let was_removed = is_removed(self);
        let merged = self.tombstones.merge(tombstone);
        if is_removed(self) != was_removed {
            self.reconsider_neighbours(photo);
        }
        self.reclaim(photo);
        merged
    }

    /// The nodes whose friends call a photo their own, or have done so, and have not removed it.
    pub(in crate::node) fn owners<'a>(
        &'a self,
        entry: &'a Entry,
    ) -> impl Iterator<Item = NodeId> + 'a {
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
    pub(in crate::node) fn removers(&self, photo: PhotoId) -> Vec<NodeId> {
        let all: Vec<NodeId> = self.tombstones.removers(photo).collect();
        let entry = self.entries.get(&photo);
        let on_record = |node: &NodeId| entry.is_some_and(|e| e.facts.owners.contains(node));
        let owners: Vec<NodeId> = all.iter().copied().filter(on_record).collect();
        if owners.is_empty() { all } else { owners }
    }

    /// Whether a photo is removed: see the page of this file.
    pub(in crate::node) fn is_removed(&self, entry: &Entry) -> bool {
        self.tombstones.removers(entry.photo.id).next().is_some()
            && !Facts::may_lack(&entry.facts.owners)
            && self.owners(entry).next().is_none()
    }

    /// Whether a removed photo may be all that a node has left of a picture of its own: it has not removed it, be it here
    /// or not.
    pub(in crate::node) fn is_inherited(&self, entry: &Entry) -> bool {
        let removed = |heir: &NodeId| self.tombstones.is_removed_by(entry.photo.id, *heir);
        Facts::may_lack(&entry.facts.heirs) || !entry.facts.heirs.iter().all(removed)
    }

    /// Whether a photo that may have no entry is removed, for all that is known.
    pub(in crate::node) fn is_gone(&self, photo: PhotoId) -> bool {
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

    /// The photos that this node's owner has removed and that are his originals again.
    pub(in crate::node) fn reclaimed_by_me(&mut self) -> Vec<PhotoId> {
        let mut reclaimed = std::mem::take(&mut self.reclaimed);
        reclaimed.retain(|photo| self.is_reclaimed(*photo));
        let photos = reclaimed.iter().copied().collect();
        self.reclaimed = reclaimed;
        photos
    }

    /// Whether this node's owner has removed a photo that is his original.
    fn is_reclaimed(&self, photo: PhotoId) -> bool {
        self.is_removed_by_me(photo) && self.mine(photo) == Some(Holding::Original)
    }

    /// Whether this node's owner has removed a photo.
    pub(in crate::node) fn is_removed_by_me(&self, photo: PhotoId) -> bool {
        self.tombstones.is_removed_by(photo, self.me)
    }
}

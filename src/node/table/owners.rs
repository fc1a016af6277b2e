//! Which photos count as removed, by the signed words of their owners.
//!
//! **A photo is removed when an owner has said so, and so has every other owner of whom any holder has ever heard.** A
//! node that announces it as an original is an owner, whatever it said before. Owners that are away, or whose disk
//! broke, lose nothing: then others keep their photos for them. So friends can withdraw only their own photos; and a
//! member who falsely claims to be an owner can keep a photo in the collection, but not take one out.
//!
//! To delete a removed photo for good, nodes that gave up their own worse version for it must have removed it, too. So
//! no friend can erase a photo that is all another one has left of their own picture: it waits in a trash.
//!
//! How tombstones merge is in [`super::tombstones`].

use super::Table;
use super::entry::Entry;
use super::tombstones::Merged;
use crate::photo::PhotoId;
use crate::protocol::{Facts, Holding, NodeId, Tombstone};

impl Table {
    /// Takes tombstones remembered from earlier lives.
    pub(in crate::node) fn remember(&mut self, tombstones: &[Tombstone]) {
        for tombstone in tombstones {
            self.tombstones.merge(tombstone.clone());
        }
        self.tombstones.take_fresh();
    }

    /// Adds a tombstone, and judges its photo again.
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

    /// The owners of a photo that have not removed it.
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

    /// The owners that have removed a photo, for people to read; if none is on record, all nodes that signed for it.
    pub(in crate::node) fn removers(&self, photo: PhotoId) -> Vec<NodeId> {
        let all: Vec<NodeId> = self.tombstones.removers(photo).collect();
        let entry = self.entries.get(&photo);
        let on_record = |node: &NodeId| entry.is_some_and(|e| e.facts.owners.contains(node));
        let owners: Vec<NodeId> = all.iter().copied().filter(on_record).collect();
        if owners.is_empty() { all } else { owners }
    }

    /// Whether a photo is removed, by the rule at the top of this file.
    pub(in crate::node) fn is_removed(&self, entry: &Entry) -> bool {
        self.tombstones.removers(entry.photo.id).next().is_some()
            && !Facts::may_lack(&entry.facts.owners)
            && self.owners(entry).next().is_none()
    }

    /// Whether some node may have retired its own version for this photo without removing it: then it is never purged.
    pub(in crate::node) fn is_inherited(&self, entry: &Entry) -> bool {
        let removed = |heir: &NodeId| self.tombstones.is_removed_by(entry.photo.id, *heir);
        Facts::may_lack(&entry.facts.heirs) || !entry.facts.heirs.iter().all(removed)
    }

    /// Whether a photo, perhaps without an entry, is removed as far as is known.
    pub(in crate::node) fn is_gone(&self, photo: PhotoId) -> bool {
        match self.entries.get(&photo) {
            Some(entry) => self.is_removed(entry),
            None => self.tombstones.removers(photo).next().is_some(),
        }
    }

    /// Notes a photo that this node's owner removed, and that is an original here again: the owner wants it back.
    pub(super) fn reclaim(&mut self, photo: PhotoId) {
        if self.is_reclaimed(photo) {
            self.reclaimed.insert(photo);
        }
    }

    /// The photos that this node's owner removed and that are originals here again.
    pub(in crate::node) fn reclaimed_by_me(&mut self) -> Vec<PhotoId> {
        let mut reclaimed = std::mem::take(&mut self.reclaimed);
        reclaimed.retain(|photo| self.is_reclaimed(*photo));
        let photos = reclaimed.iter().copied().collect();
        self.reclaimed = reclaimed;
        photos
    }

    /// Whether a photo that this node's owner removed is an original here.
    fn is_reclaimed(&self, photo: PhotoId) -> bool {
        self.is_removed_by_me(photo) && self.mine(photo) == Some(Holding::Original)
    }

    /// Whether this node's owner has removed a photo.
    pub(in crate::node) fn is_removed_by_me(&self, photo: PhotoId) -> bool {
        self.tombstones.is_removed_by(photo, self.me)
    }
}

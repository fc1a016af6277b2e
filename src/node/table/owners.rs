//! Which photos count as removed, by the signed words of their owners.
//!
//! **A photo is removed when it has owners on record, and every one of them has said so.** On record is whoever has the
//! photo as an original, or had it, or has given up their own version for it, as far as any holder has ever heard. Who
//! announces it as an original is an owner, whatever they said before. Owners that are away, or whose disk broke, lose
//! nothing: then others keep their photos for them. So friends can withdraw only their own photos; and a member who
//! falsely claims to be an owner can keep a photo in the collection, but not take one out.
//!
//! Owners who cannot say anything any more are owners all the same: members who were removed from the group, and nodes
//! of before there was one. What they had stays in the collection as nobody's. A node of before the group that has come
//! into it since is its member's.
//!
//! An owner may have several computers, and can remove a photo at any of them. Another one that has the original moves
//! it to its own trash when it hears the word, since that is its owner's own; until it has, the photo stays. A file
//! that comes into a folder later lifts the word.
//!
//! How tombstones merge is in [`super::tombstones`].

use std::collections::BTreeSet;

use super::Table;
use super::entry::Entry;
use super::tombstones::{Key, Merged};
use crate::photo::PhotoId;
use crate::protocol::{Holding, MemberName, Tombstone};

impl Table {
    /// Takes tombstones remembered from earlier lives.
    pub(in crate::node) fn remember(&mut self, tombstones: &[Tombstone]) {
        for tombstone in tombstones {
            if self.is_by_a_member(tombstone) {
                self.tombstones.merge(tombstone.clone());
            }
        }
        self.tombstones.take_fresh();
    }

    /// Adds a tombstone, and judges its photo again. One that this node has signed itself is `own`; one of its owner's
    /// that comes from elsewhere concerns the file that is here already.
    pub(in crate::node) fn entomb(&mut self, tombstone: Tombstone, own: bool) -> Merged {
        let photo = tombstone.photo();
        if !self.is_by_a_member(&tombstone) {
            return Merged::Foreign;
        }
        let is_removed = |table: &Table| {
            let entry = table.entries.get(&photo);
            entry.is_some_and(|entry| table.is_removed(entry))
        };
        let was_removed = is_removed(self);
        let is_withdrawn = !own && self.is_group() && tombstone.owner() == self.myself;
        let merged = self.tombstones.merge(tombstone);
        if is_removed(self) != was_removed {
            self.reconsider_neighbours(photo);
        }
        if merged == Merged::News
            && is_withdrawn
            && self.is_removed_by_me(photo)
            && self.mine(photo) == Some(Holding::Original)
        {
            self.withdrawn.insert(photo);
            self.mark_changed(photo);
        }
        self.reclaim(photo);
        merged
    }

    /// A word counts no more: its certificate was replaced, or its owner removed from the group.
    pub(super) fn forget_word(&mut self, key @ (photo, owner): Key) {
        self.tombstones.forget(key);
        if owner == self.myself {
            self.withdrawn.remove(&photo);
        }
        self.reconsider_neighbours(photo);
    }

    /// All owners of a photo that are on record, whatever they have said of it.
    pub(in crate::node) fn on_record(&self, entry: &Entry) -> BTreeSet<MemberName> {
        let own = entry.claims.iter().filter(|(_, claim)| claim.holding.is_own());
        let own = own.map(|(node, _)| self.member_of(node));
        let named = entry.facts.owners.iter().map(|owner| self.present_name(*owner));
        named.chain(own).collect()
    }

    /// The owners of a photo that have not removed it.
    pub(in crate::node) fn owners(&self, entry: &Entry) -> BTreeSet<MemberName> {
        let mut owners = self.on_record(entry);
        owners.retain(|owner| !self.has_removed(entry, *owner));
        owners
    }

    /// Whether an owner has removed a photo, and has it nowhere as an original again.
    fn has_removed(&self, entry: &Entry, owner: MemberName) -> bool {
        self.tombstones.is_removed_by(entry.photo.id, owner) && !self.has_original(entry, owner)
    }

    /// Whether some owner of a photo has neither it nor the version that takes its place as their own any more: then what
    /// others keep of it is all that is left to them.
    pub(in crate::node) fn is_left_to_others(&self, entry: &Entry, keeper: &Entry) -> bool {
        let has_own = |entry: &Entry, owner: MemberName| {
            let mut claims = entry.claims.iter();
            claims.any(|(node, claim)| self.member_of(node) == owner && claim.holding.is_own())
        };
        let mut owners = self.owners(entry).into_iter();
        owners.any(|owner| !has_own(entry, owner) && !has_own(keeper, owner))
    }

    /// Whether some node of a member has a photo as an original, as far as is known.
    fn has_original(&self, entry: &Entry, owner: MemberName) -> bool {
        let mut claims = entry.claims.iter();
        claims.any(|(node, claim)| {
            claim.holding == Holding::Original && self.member_of(node) == owner
        })
    }

    /// The owners that have removed a photo.
    pub(in crate::node) fn removers(&self, photo: PhotoId) -> Vec<MemberName> {
        let owners = self.entries.get(&photo).map(|entry| self.on_record(entry));
        let mut removers: Vec<MemberName> = owners.into_iter().flatten().collect();
        removers.retain(|owner| self.tombstones.is_removed_by(photo, *owner));
        removers
    }

    /// Whether a photo is removed, by the rule at the top of this file.
    pub(in crate::node) fn is_removed(&self, entry: &Entry) -> bool {
        let photo = entry.photo.id;
        if self.tombstones.removers(photo).next().is_none() || entry.facts.may_lack_owners() {
            return false;
        }
        let owners = self.on_record(entry);
        !owners.is_empty() && owners.iter().all(|owner| self.has_removed(entry, *owner))
    }

    /// Whether a photo is removed as far as is known. Of one without an entry nobody knows whose it is, so no word on it
    /// says anything.
    pub(in crate::node) fn is_gone(&self, photo: PhotoId) -> bool {
        self.entries.get(&photo).is_some_and(|entry| self.is_removed(entry))
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
        self.is_removed_by_me(photo)
            && self.mine(photo) == Some(Holding::Original)
            && !self.withdrawn.contains(&photo)
    }

    /// Whether this node's owner has removed a photo at another computer, and its file still lies here.
    pub(in crate::node) fn is_withdrawn(&self, photo: PhotoId) -> bool {
        self.withdrawn.contains(&photo) && self.is_removed_by_me(photo)
    }

    /// A file of a photo appears in this folder or leaves it: a word of before concerns it no more.
    pub(super) fn file_changed(&mut self, photo: PhotoId) {
        self.withdrawn.remove(&photo);
    }

    /// Whether this node's owner has removed a photo.
    pub(in crate::node) fn is_removed_by_me(&self, photo: PhotoId) -> bool {
        self.tombstones.is_removed_by(photo, self.myself)
    }
}

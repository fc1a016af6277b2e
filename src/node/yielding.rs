//! When a better version takes a photo's place: not on the word of who announces it.
//!
//! The [verdict](super::verdict) is a function of what all nodes say, and a node may say that it has a better version of
//! everything. So a worse version is shown, found and kept at its copies like any other photo until each of its live
//! holders has *yielded*: it says in its record that it has itself [compared](super::looking) the better version with its
//! own copy. What a node moves to its trash it has yielded before, and of what lies in trashes only, one who has it there
//! must have. Moving files may take its time; the list need not wait for it.

use super::Node;
use super::catalog::Catalog;
use super::entry::Entry;
use super::limits::{DOUBT, RETRY};
use super::verdict::Verdict;
use crate::photo::PhotoId;

impl Catalog {
    /// Whether the collection shows a photo.
    pub(super) fn is_shown(&self, entry: &Entry) -> bool {
        match entry.verdict {
            Verdict::Keeper => true,
            Verdict::Loser(keeper) => !entry.has_yielded(keeper),
            Verdict::Absent | Verdict::Removed => false,
        }
    }

    /// All photos that the collection shows.
    pub(super) fn shown(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values().filter(|entry| self.is_shown(entry))
    }
}

impl Node {
    /// What is said to be better may never come: a photo that is still shown after a while gets its copies.
    pub(super) fn repair_doubted(&mut self, photo: PhotoId) {
        let Some(entry) = self.catalog.get(photo) else {
            return;
        };
        if !self.catalog.is_shown(entry) {
            return;
        }
        let missing = entry.counted().count() < self.reachable_copies();
        if missing && entry.changed_at + DOUBT <= self.now {
            self.repair(photo);
        } else {
            self.retry(photo, RETRY);
        }
    }
}

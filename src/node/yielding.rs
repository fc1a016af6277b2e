//! When a better version takes a photo's place: not on the word of who announces it.
//!
//! The [verdict](super::verdict) is a function of what all nodes say, and a node may say that it has a better version of
//! everything. So a worse version is shown, found and kept at its copies like any other photo until each of its live
//! holders has *yielded*: it says in its record that it has itself read the better version and found the same in it.
//! What a node moves to its trash it has yielded before. Moving files may take its time; the list need not wait for it.

use super::Node;
use super::catalog::Catalog;
use super::entry::Entry;
use super::limits::{DOUBT, RETRY};
use super::verdict::Verdict;
use crate::photo::PhotoId;

/// How many holders of a better version have to agree on what it is, for those who have not read it themselves.
const AGREEING: usize = 2;

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

    /// Whether several holders, or this node by its bytes, agree on what a photo is.
    pub(super) fn is_attested(&self, entry: &Entry) -> bool {
        entry.verified || entry.live().count() >= AGREEING
    }

    /// The better version for which this node would give up its copy of a photo. An owner who gives up nothing does not
    /// read every better version for it either, but takes the word of several.
    pub(super) fn yields_to(&self, photo: PhotoId) -> Option<PhotoId> {
        let Verdict::Loser(keeper) = self.get(photo)?.verdict else {
            return None;
        };
        let better = self.get(keeper)?;
        let accepted = better.verified || (self.keeps_originals && self.is_attested(better));
        accepted.then_some(keeper)
    }

    /// Something is new about a photo: its worse versions may have to yield to it, or it to a better one.
    pub(super) fn reconsider_yielding(&mut self, photo: PhotoId) {
        let Some(entry) = self.get(photo) else {
            return;
        };
        let worse = entry.similar.iter().copied();
        let touched: Vec<PhotoId> = worse.chain([photo]).collect();
        for id in touched {
            self.renew_my_claim(id);
        }
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

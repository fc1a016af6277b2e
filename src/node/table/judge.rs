//! Which version of a picture the collection shows.
//!
//! **Best first, a photo is a keeper unless a better keeper is similar to it.** With `A ~ B ~ C` but not `A ~ C`, and A
//! the best and C the worst: A is a keeper, B is A's worse version, and C, whose only better neighbour B is no keeper,
//! is a keeper too. So the verdict is a pure function of all present photos, whatever the order in which they arrived.
//!
//! It is kept up to date by judging again only where a change can matter: a photo's verdict depends only on better
//! photos, so the photos to judge again wait in a set that is popped best first, and a verdict that changes puts the
//! worse neighbours into it. Worse versions stay in the table and in the index: so a chain comes out right even if its
//! best link appears last, or goes away.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::Table;
use super::entry::{Entry, are_distinct};
use super::verdict::Verdict;
use crate::photo::PhotoId;

impl Table {
    /// Judges up to `most` photos again; returns whether more wait.
    pub(in crate::node) fn judge(&mut self, most: usize) -> bool {
        for _ in 0..most {
            let Some((Reverse(rank), photo)) = self.dirty.pop_first() else {
                return false;
            };
            let Some(entry) = self.entries.get(&photo) else {
                continue;
            };
            let current = entry.photo.rank();
            if current == rank {
                let verdict = self.judged(entry);
                self.apply(photo, |entry| entry.verdict = verdict);
            } else {
                self.dirty.insert((Reverse(current), photo));
            }
        }
        !self.dirty.is_empty()
    }

    /// The worse versions of a keeper, be they shown or hidden.
    pub(in crate::node) fn worse_versions<'a>(
        &'a self,
        keeper: &'a Entry,
    ) -> impl Iterator<Item = &'a Entry> {
        let id = keeper.photo.id;
        let similar = keeper.similar.iter().filter_map(|other| self.get(*other));
        similar.filter(move |other| other.verdict == Verdict::Loser(id))
    }

    /// The better versions of a photo, whether keepers or not.
    pub(in crate::node) fn better_versions(&self, photo: PhotoId) -> BTreeSet<PhotoId> {
        let Some(entry) = self.get(photo) else {
            return BTreeSet::new();
        };
        let similar = entry.similar.iter().filter_map(|id| self.get(*id));
        let better = similar.filter(|other| other.photo.rank() > entry.photo.rank());
        better.map(|other| other.photo.id).collect()
    }

    /// Whether a photo's part in the collection is that of a worse version of this keeper.
    pub(in crate::node) fn yields(&self, photo: PhotoId, keeper: PhotoId) -> bool {
        self.get(photo).is_some_and(|entry| entry.verdict == Verdict::Loser(keeper))
    }

    /// Whether one photo has the higher rank: by this node's own account if it has read it, else by what is announced.
    pub(in crate::node) fn ranks_above(&self, one: PhotoId, other: PhotoId) -> bool {
        let rank = |id| self.get(id).map(|entry| entry.photo.rank());
        rank(one) > rank(other)
    }

    fn judged(&self, entry: &Entry) -> Verdict {
        if !entry.is_present() {
            return Verdict::Absent;
        }
        if self.is_removed(entry) {
            return Verdict::Removed;
        }
        let rank = entry.photo.rank();
        let neighbours = entry.similar.iter().filter_map(|id| self.entries.get(id));
        let better = neighbours.filter(|other| {
            other.verdict == Verdict::Keeper
                && other.photo.rank() > rank
                && !are_distinct(entry, other)
        });
        better
            .max_by_key(|other| other.photo.rank())
            .map_or(Verdict::Keeper, |best| Verdict::Loser(best.photo.id))
    }

    /// Puts a photo among those to judge again.
    pub(super) fn reconsider(&mut self, photo: PhotoId) {
        if let Some(entry) = self.entries.get(&photo) {
            self.dirty.insert((Reverse(entry.photo.rank()), photo));
        }
    }

    /// The same for a photo whose presence or rank has changed, and for its neighbours, whose verdict this may touch.
    pub(super) fn reconsider_neighbours(&mut self, photo: PhotoId) {
        let Some(entry) = self.entries.get(&photo) else {
            return;
        };
        for id in entry.similar.iter().copied().chain([photo]).collect::<Vec<_>>() {
            self.reconsider(id);
        }
    }

    /// Judges again the photos whose verdict a changed verdict may touch: the worse neighbours.
    pub(super) fn reconsider_worse(&mut self, photo: PhotoId) {
        let Some(entry) = self.entries.get(&photo) else {
            return;
        };
        let rank = entry.photo.rank();
        let neighbours = entry.similar.iter().filter_map(|id| self.entries.get(id));
        let worse = neighbours.filter(|other| other.photo.rank() < rank);
        for other in worse.map(|other| other.photo.id).collect::<Vec<_>>() {
            self.reconsider(other);
        }
    }
}

//! The one door through which an entry changes.
//!
//! An entry is what nodes claim of one photo. All else that the table keeps of it (loads, names, verdicts, changes to
//! pass on) follows from the entry. So only the entry is changed; then the entry before is compared with the entry
//! after, and each index is told the difference, here and nowhere else. A table after a thousand changes is the same as
//! one that was told only the final state.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Table;
use super::claims::Claim;
use super::entry::{Entry, count_load};
use super::memory::count_memory;
use super::names::primary;
use super::verdict::Verdict;
use crate::photo::{PhotoId, Rank};
use crate::protocol::Facts;

/// Derived values of an entry on which indexes depend.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Standing {
    rank: Rank,
    present: bool,
    removed: bool,
}

impl Table {
    /// Changes an entry, and then everything that follows from it.
    pub(super) fn apply(&mut self, photo: PhotoId, change: impl FnOnce(&mut Entry)) {
        self.note_work();
        let Some(before) = self.entries.get(&photo).cloned() else {
            return;
        };
        let stood = self.standing(&before);
        let now = self.now;
        let Some(entry) = self.entries.get_mut(&photo) else {
            return;
        };
        change(entry);
        if *entry == before {
            return;
        }
        if entry.verdict != before.verdict || !entry.claims.hold_alike(&before.claims) {
            entry.changed_at = now;
        }
        let after = entry.clone();
        self.count_holders(&before, &after);
        if after.facts != before.facts {
            self.facts_changed(photo, &before.facts, &after.facts);
        }
        self.relabel(&after);
        if after.photo != before.photo {
            self.reconsider_neighbours(photo);
            self.disconnect(photo);
            self.connect(&after.photo);
            // Photos that could not be compared before may be comparable now.
            let similar = self.entries.get(&photo).map(|entry| &entry.similar);
            self.changed.extend(similar.into_iter().flatten());
        }
        if after.verified && !before.verified {
            // Worse versions may wait for this node to have read it.
            self.changed.extend(&after.similar);
        }
        self.looks_differ(&before, &after);
        if self.standing(&after) != stood || after.photo != before.photo {
            self.reconsider_neighbours(photo);
        }
        if after.verdict != before.verdict {
            self.reconsider_worse(photo);
        }
        self.pass_on(&before, &after);
        if before.holding(self.me) != after.holding(self.me) {
            self.file_changed(photo);
        }
        self.reclaim(photo);
    }

    fn standing(&self, entry: &Entry) -> Standing {
        Standing {
            rank: entry.photo.rank(),
            present: entry.is_present(),
            removed: self.is_removed(entry),
        }
    }

    /// How much each node holds.
    fn count_holders(&mut self, before: &Entry, after: &Entry) {
        count_load(before, &mut self.inventories, |total, part| *total -= part);
        count_load(after, &mut self.inventories, |total, part| *total += part);
        count_memory(before, self.me, &mut self.inventories, |total, part| *total -= part);
        count_memory(after, self.me, &mut self.inventories, |total, part| *total += part);
        for (node, _) in before.claims.iter().filter(|(node, _)| !after.claims.has(*node)) {
            self.inventories.entry(node).or_default().photos.remove(&after.photo.id);
        }
        for (node, _) in after.claims.iter().filter(|(node, _)| !before.claims.has(*node)) {
            self.inventories.entry(node).or_default().photos.insert(after.photo.id);
        }
    }

    /// The facts of a photo: its names, and the photos from which it is distinct.
    fn facts_changed(&mut self, photo: PhotoId, old: &Facts, new: &Facts) {
        self.names.renamed(photo, old, new);
        if old.distinct != new.distinct {
            self.reconsider_neighbours(photo);
        }
    }

    /// Its holders' findings from comparing it with others.
    fn looks_differ(&mut self, before: &Entry, after: &Entry) {
        let nodes: BTreeSet<_> =
            before.claims.iter().chain(after.claims.iter()).map(|(node, _)| node).collect();
        for node in nodes {
            let (old, new) = (before.claims.get(node), after.claims.get(node));
            let old = old.and_then(|claim| claim.looks());
            let new = new.and_then(|claim| claim.looks());
            if old != new {
                self.looks_changed(after.photo.id, old, new);
            }
        }
    }

    /// The name under which the collection shows it, if it does.
    fn relabel(&mut self, entry: &Entry) {
        let name = self.is_shown(entry).then(|| primary(&entry.photo, &entry.facts));
        self.names.set_shown(entry.photo.id, name);
    }

    /// Passes a change on: to the review, the other nodes, and this node's own disk.
    fn pass_on(&mut self, before: &Entry, after: &Entry) {
        let photo = after.photo.id;
        let others = (&before.photo, before.verdict, &before.claims, &before.facts)
            != (&after.photo, after.verdict, &after.claims, &after.facts);
        if others {
            self.revision += 1;
            self.changed.insert(photo);
            // If it is a worse version, the better one's holders may have names to take over.
            if let Verdict::Loser(keeper) = after.verdict {
                self.changed.insert(keeper);
            }
        }
        if after.verdict == Verdict::Removed && before.verdict != Verdict::Removed {
            self.removed.insert(photo);
        }
        if after.verdict == Verdict::Keeper && after.counted().count() < before.counted().count() {
            self.bereft.insert(photo);
        }
        let [was_mine, is_mine] = [before, after].map(|entry| entry.claims.get(self.me));
        let says_as = |(was, is): (&Claim, &Claim)| was.says_as(is);
        if was_mine != is_mine && !was_mine.zip(is_mine).is_some_and(says_as) {
            self.unannounced.insert(photo);
        }
        let facts = |claim: Option<&Claim>| claim.map(|claim| Arc::clone(&claim.facts));
        if is_mine.is_some() && facts(was_mine) != facts(is_mine) {
            self.unnoted.insert(photo);
        }
    }
}

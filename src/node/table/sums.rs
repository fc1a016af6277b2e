//! The counts of photos, updated with every change, so that no step counts a whole collection.

use std::collections::{BTreeMap, BTreeSet};

use super::Table;
use super::entry::{Entry, Part, Shown};
use super::spread::Spread;
use super::verdict::Verdict;
use crate::photo::PhotoId;
use crate::protocol::Holding;

/// All photos, by how they count.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::node) struct Sums {
    /// Photos that the collection shows, by the spread of their copies.
    shown: BTreeMap<Spread, BTreeSet<PhotoId>>,
    /// The same for variants that it does not show.
    variants: BTreeMap<Spread, BTreeSet<PhotoId>>,
    /// The number of photos that a node that is here has, and that are not shown because there is a better version. What
    /// is removed is none of them.
    pub(in crate::node) hidden: u64,
    /// The number of photos that only nodes have that are away, and are still waited for.
    pub(in crate::node) away: u64,
    /// Photos with copies that, of all nodes that are here, only this one has.
    only_here: BTreeSet<PhotoId>,
    /// The number of photos in this node's trash.
    pub(in crate::node) in_my_trash: u64,
    /// The number of photos that are this node's own.
    pub(in crate::node) own: usize,
    /// Of the photos that are shown, and of hidden variants: how many this node has, by the spread of their copies.
    mine: BTreeMap<Spread, usize>,
    /// The bytes of all keepers, each counted once.
    pub(in crate::node) one_of_each: u64,
}

impl Sums {
    /// How many photos the collection shows.
    pub(in crate::node) fn shown(&self) -> usize {
        self.shown.values().map(BTreeSet::len).sum()
    }

    /// How many of them are on more than `copies` nodes.
    pub(in crate::node) fn over(&self, copies: usize) -> usize {
        let over = self.shown.iter().filter(|(spread, _)| spread.nodes > copies);
        over.map(|(_, photos)| photos.len()).sum()
    }

    /// How many photos, hidden variants included, fall short of a goal.
    pub(in crate::node) fn under(&self, goal: Spread) -> usize {
        let all = self.shown.iter().chain(&self.variants);
        let short = all.filter(|(spread, _)| spread.falls_short_of(goal));
        short.map(|(_, photos)| photos.len()).sum()
    }

    /// How many of these this node has.
    pub(in crate::node) fn mine_under(&self, goal: Spread) -> usize {
        let short = self.mine.iter().filter(|(spread, _)| spread.falls_short_of(goal));
        short.map(|(_, photos)| photos).sum()
    }

    /// These photos, the ones on the fewest nodes first, with the number of nodes of each.
    pub(in crate::node) fn few(&self, goal: Spread) -> impl Iterator<Item = (PhotoId, usize)> {
        let spreads: BTreeSet<Spread> =
            self.shown.keys().chain(self.variants.keys()).copied().collect();
        let short = spreads.into_iter().filter(move |spread| spread.falls_short_of(goal));
        short.flat_map(move |spread| {
            let (shown, variants) = (self.shown.get(&spread), self.variants.get(&spread));
            let all = shown.into_iter().chain(variants).flatten();
            all.map(move |photo| (*photo, spread.nodes))
        })
    }

    /// How many photos only this node has.
    pub(in crate::node) fn only_here(&self) -> usize {
        self.only_here.len()
    }

    /// These photos, after `cursor`.
    pub(in crate::node) fn only_here_after(
        &self,
        cursor: Option<PhotoId>,
    ) -> impl Iterator<Item = PhotoId> {
        use std::ops::Bound::{Excluded, Unbounded};
        self.only_here.range((cursor.map_or(Unbounded, Excluded), Unbounded)).copied()
    }

    /// Moves a photo from one count to another.
    fn change(&mut self, photo: PhotoId, old: Part, new: Part) {
        for (part, is_new) in [(old, false), (new, true)] {
            let by = match part.present {
                Some(Shown::Yes) => Some(&mut self.shown),
                Some(Shown::Variant) => Some(&mut self.variants),
                Some(Shown::No) | None => None,
            };
            if let Some(by) = by {
                let photos = by.entry(part.copies).or_default();
                match is_new {
                    true => photos.insert(photo),
                    false => photos.remove(&photo),
                };
                if photos.is_empty() {
                    by.remove(&part.copies);
                }
            }
        }
        let counts =
            |part: &Part| part.mine && matches!(part.present, Some(Shown::Yes | Shown::Variant));
        if counts(&new) {
            *self.mine.entry(new.copies).or_default() += 1;
        }
        if counts(&old) {
            self.mine.entry(old.copies).and_modify(|photos| *photos -= 1);
            self.mine.retain(|_, photos| *photos > 0);
        }
        match new.only_here {
            true => self.only_here.insert(photo),
            false => self.only_here.remove(&photo),
        };
        let is_hidden = |part: Part| matches!(part.present, Some(Shown::Variant | Shown::No));
        self.hidden = self.hidden + u64::from(is_hidden(new)) - u64::from(is_hidden(old));
        self.away = self.away + u64::from(new.away) - u64::from(old.away);
        self.in_my_trash =
            self.in_my_trash + u64::from(new.in_my_trash) - u64::from(old.in_my_trash);
        self.own = self.own + usize::from(new.own) - usize::from(old.own);
        self.one_of_each = self.one_of_each + new.bytes - old.bytes;
    }
}

impl Table {
    /// Counts a photo again that has changed, or is gone.
    pub(super) fn recount(&mut self, photo: PhotoId) {
        let Some(new) = self.entries.get(&photo).map(|entry| self.part(entry)) else {
            return;
        };
        if let Some(entry) = self.entries.get_mut(&photo) {
            let old = std::mem::replace(&mut entry.part, new);
            self.sums.change(photo, old, new);
        }
    }

    /// An entry goes.
    pub(super) fn discount(&mut self, entry: &Entry) {
        self.sums.change(entry.photo.id, entry.part, Part::default());
    }

    fn part(&self, entry: &Entry) -> Part {
        let shown = match entry.is_present() {
            false => None,
            // What is removed waits in trashes for its end: not for a better version, nor is it short of copies.
            true if entry.verdict == Verdict::Removed => None,
            true if self.is_shown(entry) => Some(Shown::Yes),
            true if self.is_variant(entry) => Some(Shown::Variant),
            true => Some(Shown::No),
        };
        let mine = entry.holding(self.me);
        let is_me = |node| node == self.me;
        let only_here = match shown {
            Some(Shown::Yes) => mine.is_some_and(Holding::is_stored) && entry.live().all(is_me),
            Some(Shown::Variant) => mine.is_some() && entry.kept_here().all(is_me),
            Some(Shown::No) | None => false,
        };
        Part {
            present: shown,
            away: !entry.is_present()
                && entry.verdict != Verdict::Removed
                && entry.kept().any(|(_, claim)| claim.holding.is_stored()),
            copies: self.copies_there(entry).0,
            only_here,
            in_my_trash: mine.is_some_and(|holding| !holding.is_stored()),
            own: mine == Some(Holding::Original),
            mine: mine.is_some(),
            bytes: match entry.verdict {
                Verdict::Keeper => entry.photo.bytes,
                Verdict::Absent | Verdict::Loser(_) | Verdict::Removed => 0,
            },
        }
    }
}

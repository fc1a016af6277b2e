//! How many photos of each kind there are, kept as they change, so that nobody has to count a whole collection.

use std::collections::{BTreeMap, BTreeSet};

use super::Table;
use super::entry::Entry;
use crate::photo::PhotoId;

/// What a photo counts as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Part {
    /// Somebody who is here has it, and the collection shows it, or does not.
    present: Option<Shown>,
    /// On how many nodes.
    copies: usize,
    /// It lies in this node's trash, and nowhere else here.
    in_my_trash: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    Yes,
    /// A better version is shown, of which it is a variant: it keeps its copies.
    Variant,
    No,
}

/// All photos, by what they count as.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::node) struct Sums {
    /// Those that the collection shows, by on how many nodes they are.
    shown: BTreeMap<usize, BTreeSet<PhotoId>>,
    /// The same for variants that it does not show.
    variants: BTreeMap<usize, BTreeSet<PhotoId>>,
    /// All that it does not show and that somebody who is here has.
    pub(in crate::node) hidden: u64,
    /// Those in this node's trash.
    pub(in crate::node) in_my_trash: u64,
}

impl Sums {
    /// How many photos the collection shows.
    pub(in crate::node) fn shown(&self) -> usize {
        self.shown.values().map(BTreeSet::len).sum()
    }

    /// How many of them are on more than so many nodes.
    pub(in crate::node) fn over(&self, copies: usize) -> usize {
        self.shown.range(copies + 1..).map(|(_, photos)| photos.len()).sum()
    }

    /// How many photos that have copies are on fewer than so many nodes.
    pub(in crate::node) fn under(&self, copies: usize) -> usize {
        let all = self.shown.range(..copies).chain(self.variants.range(..copies));
        all.map(|(_, photos)| photos.len()).sum()
    }

    /// Those photos, the ones on the fewest nodes first, and on how many each is.
    pub(in crate::node) fn few(&self, copies: usize) -> impl Iterator<Item = (PhotoId, usize)> {
        (0..copies).flat_map(move |copies| {
            let (shown, variants) = (self.shown.get(&copies), self.variants.get(&copies));
            let all = shown.into_iter().chain(variants).flatten();
            all.map(move |photo| (*photo, copies))
        })
    }

    /// A photo counts as something else from now on.
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
        let is_hidden = |part: Part| matches!(part.present, Some(Shown::Variant | Shown::No));
        self.hidden = self.hidden + u64::from(is_hidden(new)) - u64::from(is_hidden(old));
        self.in_my_trash =
            self.in_my_trash + u64::from(new.in_my_trash) - u64::from(old.in_my_trash);
    }
}

impl Table {
    /// Counts a photo anew that has changed, or is gone.
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
            true if self.is_shown(entry) => Some(Shown::Yes),
            true if self.is_variant(entry) => Some(Shown::Variant),
            true => Some(Shown::No),
        };
        let mine = entry.holding(self.me);
        Part {
            present: shown,
            copies: self.copies_there(entry).0,
            in_my_trash: mine.is_some_and(|holding| !holding.is_stored()),
        }
    }
}

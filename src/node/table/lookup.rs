//! Look-up: finding photos by the names that people use.
//!
//! Names are labels, not identity. Where two photos share a name, each is shown as `name~<first digits of its id>.ext`.

use std::collections::BTreeSet;

use super::Table;
use super::entry::Entry;
use super::names::{Found, Names, photos, with_digits};
use super::verdict::Verdict;
use crate::node::limits::{CANDIDATES, CANDIDATES_NAMED};
use crate::photo::{Photo, PhotoId};

impl Table {
    /// Looks a photo up: by label, then name, then alias, then id prefix of six digits or more. The first of these with
    /// a hit decides; a worse version leads to its keeper.
    pub(in crate::node) fn find(&self, query: &str) -> Found {
        self.find_of(query, |_| true)
    }

    /// The same among these photos of the collection, as if there were no others.
    pub(in crate::node) fn find_of(&self, query: &str, counts: impl Fn(&Entry) -> bool) -> Found {
        let counts = |id: &PhotoId| self.get(*id).is_some_and(&counts);
        if let Some(photo) = self.names.labelled(query).filter(counts) {
            return Found::One(photo);
        }
        let named = photos(&self.names.by_name, query).take(CANDIDATES);
        let (names, aliases): (Vec<PhotoId>, Vec<PhotoId>) = named.partition(|id| {
            self.get(*id)
                .is_some_and(|entry| self.is_shown(entry) && entry.facts.names.contains(query))
        });
        for class in [names, aliases, self.with_prefix(query)] {
            let keepers = class.into_iter().filter_map(|id| self.keeper_of(id));
            let keepers: BTreeSet<PhotoId> = keepers.filter(counts).collect();
            match keepers.len() {
                0 => {}
                1 => return keepers.first().map_or(Found::Nothing, |id| Found::One(*id)),
                _ => return ambiguous(&self.names, keepers),
            }
        }
        Found::Nothing
    }

    /// Looks up the photo that itself has this name, whether the collection shows it or not: by label, then name, then
    /// id prefix. Inherited names do not count. Candidates that are not shown are named by their ids.
    pub(in crate::node) fn find_exact(&self, query: &str) -> Found {
        self.find_exact_of(query, |_| true)
    }

    /// The same among these photos, as if there were no others.
    pub(in crate::node) fn find_exact_of(
        &self,
        query: &str,
        counts: impl Fn(&Entry) -> bool,
    ) -> Found {
        let labelled = self.names.labelled(query);
        if let Some(photo) = labelled.filter(|id| self.get(*id).is_some_and(&counts)) {
            return Found::One(photo);
        }
        let is_known = |entry: &Entry| {
            matches!(entry.verdict, Verdict::Keeper | Verdict::Loser(_)) && counts(entry)
        };
        let named = photos(&self.names.by_name, query).take(CANDIDATES).filter(|id| {
            let entry = self.get(*id);
            entry.is_some_and(|entry| is_known(entry) && entry.facts.names.contains(query))
        });
        let mut prefixed = self.with_prefix(query);
        prefixed.retain(|id| self.get(*id).is_some_and(is_known));
        for class in [named.collect(), prefixed] {
            match class[..] {
                [] => {}
                [photo] => return Found::One(photo),
                _ => return ambiguous(&self.names, class),
            }
        }
        Found::Nothing
    }

    /// The version of a picture that itself has this name: the keeper, or one of these. None if several worse ones have
    /// it, or none any more.
    pub(in crate::node) fn meant(
        &self,
        query: &str,
        keeper: &Entry,
        worse: &[&Entry],
    ) -> Option<PhotoId> {
        let id = keeper.photo.id;
        if self.names.label(id) == query || keeper.facts.names.contains(query) {
            return Some(id);
        }
        let named = worse.iter().filter(|entry| entry.facts.names.contains(query));
        let named: Vec<PhotoId> = named.map(|entry| entry.photo.id).collect();
        let mut versions = worse.iter().map(|entry| entry.photo.id).chain([id]);
        let prefixed = self.with_prefix(query);
        match named[..] {
            [] => versions.find(|version| prefixed[..] == [*version]),
            [one] => Some(one),
            _ => None,
        }
    }

    /// This photo, if it is known, and the photos that look like it, which the collection shows or puts away.
    pub(in crate::node) fn alike<'a>(
        &'a self,
        photo: &'a Photo,
    ) -> impl Iterator<Item = &'a Entry> {
        let alike = photo.fingerprint.as_ref().map(|fingerprint| self.index.similar(fingerprint));
        let others = alike.into_iter().flatten().filter(|id| *id != photo.id);
        let others = others.filter_map(|id| self.get(id));
        let others = others.filter(|other| photo.same_picture(&other.photo));
        let all = self.get(photo.id).into_iter().chain(others);
        all.filter(|entry| matches!(entry.verdict, Verdict::Keeper | Verdict::Loser(_)))
    }

    /// The photos that themselves have this name, in the collection or not. Inherited names do not count.
    pub(in crate::node) fn named<'a>(
        &'a self,
        name: &'a str,
    ) -> impl Iterator<Item = PhotoId> + 'a {
        let has = |entry: &Entry| entry.facts.names.contains(name);
        photos(&self.names.by_name, name)
            .take(CANDIDATES)
            .filter(move |id| self.get(*id).is_some_and(has))
    }

    /// The removed photo that a name, or the beginning of an id, means, if it leads to no photo of the collection.
    pub(in crate::node) fn find_removed(&self, query: &str) -> Option<PhotoId> {
        self.find_hidden(query, |id| self.is_gone(id))
    }

    /// The photo that a name, or the beginning of an id, means and no node that is here has, if it leads to no photo of
    /// the collection.
    pub(in crate::node) fn find_absent(&self, query: &str) -> Option<&Entry> {
        let absent = |entry: &&Entry| entry.verdict == Verdict::Absent;
        let photo = self.find_hidden(query, |id| self.get(id).filter(absent).is_some())?;
        self.get(photo)
    }

    fn find_hidden(&self, query: &str, is_wanted: impl Fn(PhotoId) -> bool) -> Option<PhotoId> {
        let named = photos(&self.names.by_name, query).take(CANDIDATES);
        named.chain(self.with_prefix(query)).find(|id| is_wanted(*id))
    }

    /// The photo that the collection shows for this one: itself or the better version.
    pub(in crate::node) fn keeper_of(&self, photo: PhotoId) -> Option<PhotoId> {
        let entry = self.get(photo)?;
        match entry.verdict {
            Verdict::Loser(keeper) if !self.is_shown(entry) => Some(keeper),
            Verdict::Keeper | Verdict::Loser(_) => Some(photo),
            Verdict::Absent | Verdict::Removed => None,
        }
    }

    /// The photos whose id begins with these hex digits, if there are enough digits; of very many the first.
    pub(in crate::node) fn with_prefix(&self, digits: &str) -> Vec<PhotoId> {
        let Some((low, high)) = with_digits(digits) else {
            return Vec::new();
        };
        self.entries.range(low..=high).take(CANDIDATES).map(|(id, _)| *id).collect()
    }
}

/// The labels of photos that a name may mean, for people: of many the first.
fn ambiguous(names: &Names, photos: impl IntoIterator<Item = PhotoId>) -> Found {
    let named = photos.into_iter().take(CANDIDATES_NAMED);
    Found::Ambiguous(named.map(|photo| names.label(photo)).collect())
}

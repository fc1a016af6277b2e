//! Labels and look-up: how people call photos.
//!
//! Names are labels, not identity. Where two photos share a name, each is shown as `name~<first digits of its id>.ext`.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::catalog::Catalog;
use super::entry::Entry;
use super::verdict::Verdict;
use crate::photo::{Format, Photo, PhotoId};
use crate::protocol::Facts;

/// The fewest hex digits of an id that are taken as one, and that tell two photos of one name apart.
const ID_DIGITS: usize = 6;

/// What a look-up has found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// This photo of the collection.
    One(PhotoId),
    /// Several, by their labels.
    Ambiguous(Vec<String>),
    /// None.
    Nothing,
}

/// The names of all photos.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Every name and alias with the photos that have it, shown or not. Pairs: a set for each of a million names, most
    /// with a single photo in it, would take several times the room.
    by_name: BTreeSet<(Arc<str>, PhotoId)>,
    /// Every name that the collection shows, with the photos shown under it.
    shown: BTreeSet<(Arc<str>, PhotoId)>,
    /// The name under which each photo is shown.
    name_of: BTreeMap<PhotoId, Arc<str>>,
    /// The list of all labels, until something changes.
    list: Option<Arc<Vec<String>>>,
}

impl Names {
    /// A photo's facts have changed.
    pub(super) fn renamed(&mut self, photo: PhotoId, old: &Facts, new: &Facts) {
        for name in old.names.union(&old.aliases) {
            self.by_name.remove(&(name.as_str().into(), photo));
        }
        for name in new.names.union(&new.aliases) {
            self.by_name.insert((name.as_str().into(), photo));
        }
    }

    /// The collection shows a photo under this name, or not at all.
    pub(super) fn set_shown(&mut self, photo: PhotoId, name: Option<Cow<'_, str>>) {
        if self.name_of.get(&photo).map(|old| &**old) == name.as_deref() {
            return;
        }
        self.list = None;
        if let Some(old) = self.name_of.remove(&photo) {
            self.shown.remove(&(old, photo));
        }
        if let Some(name) = name {
            let name: Arc<str> = name.into();
            self.shown.insert((name.clone(), photo));
            self.name_of.insert(photo, name);
        }
    }

    /// The label of a photo that the collection shows; of another one, the first digits of its id.
    pub(super) fn label(&self, photo: PhotoId) -> String {
        let Some(name) = self.name_of.get(&photo) else {
            return photo.short();
        };
        let sharing: Vec<PhotoId> = photos(&self.shown, name).collect();
        if sharing.len() == 1 {
            return name.to_string();
        }
        let hex = photo.to_string();
        let is_taken = |digits: usize| {
            let prefix_shared = sharing
                .iter()
                .any(|other| *other != photo && other.to_string().starts_with(&hex[..digits]));
            let as_name = distinguished(name, &hex[..digits]);
            prefix_shared || photos(&self.shown, &as_name).next().is_some()
        };
        let digits = (ID_DIGITS..hex.len()).find(|digits| !is_taken(*digits)).unwrap_or(hex.len());
        distinguished(name, &hex[..digits])
    }

    /// The labels of all photos, sorted.
    pub(super) fn list(&mut self) -> Arc<Vec<String>> {
        if let Some(list) = &self.list {
            return list.clone();
        }
        let mut labels: Vec<String> = self.name_of.keys().map(|photo| self.label(*photo)).collect();
        labels.sort_unstable();
        let list = Arc::new(labels);
        self.list = Some(list.clone());
        list
    }

    /// The photo that is shown under exactly this label.
    fn labelled(&self, label: &str) -> Option<PhotoId> {
        let undistinguished = || {
            let tilde = label.rfind('~')?;
            let rest = &label[tilde..];
            let extension = rest.find('.').map_or("", |dot| &rest[dot..]);
            Some(format!("{}{extension}", &label[..tilde]))
        };
        let name = if photos(&self.shown, label).next().is_some() {
            label.to_owned()
        } else {
            undistinguished()?
        };
        photos(&self.shown, &name).find(|photo| self.label(*photo) == label)
    }
}

impl Catalog {
    /// Looks a photo up: by label, then name, then alias, then id prefix of six digits or more. The first class that
    /// hits decides; a worse version leads to its keeper.
    pub(super) fn find(&self, query: &str) -> Found {
        if let Some(photo) = self.names.labelled(query) {
            return Found::One(photo);
        }
        let named = photos(&self.names.by_name, query);
        let (names, aliases): (Vec<PhotoId>, Vec<PhotoId>) = named.partition(|id| {
            self.get(*id)
                .is_some_and(|entry| self.is_shown(entry) && entry.facts.names.contains(query))
        });
        for class in [names, aliases, self.with_prefix(query)] {
            let keepers: BTreeSet<PhotoId> =
                class.into_iter().filter_map(|id| self.keeper_of(id)).collect();
            match keepers.len() {
                0 => {}
                1 => return keepers.first().map_or(Found::Nothing, |id| Found::One(*id)),
                _ => {
                    return Found::Ambiguous(
                        keepers.iter().map(|id| self.names.label(*id)).collect(),
                    );
                }
            }
        }
        Found::Nothing
    }

    /// Looks up the photo that is itself called so, whether the collection shows it or not: by label, then name, then id
    /// prefix. Who has a name only by inheritance is not meant. Candidates that are not shown are named by their ids.
    pub(super) fn find_exact(&self, query: &str) -> Found {
        if let Some(photo) = self.names.labelled(query) {
            return Found::One(photo);
        }
        let is_known = |entry: &Entry| matches!(entry.verdict, Verdict::Keeper | Verdict::Loser(_));
        let named = photos(&self.names.by_name, query).filter(|id| {
            let entry = self.get(*id);
            entry.is_some_and(|entry| is_known(entry) && entry.facts.names.contains(query))
        });
        let mut prefixed = self.with_prefix(query);
        prefixed.retain(|id| self.get(*id).is_some_and(is_known));
        for class in [named.collect(), prefixed] {
            match class[..] {
                [] => {}
                [photo] => return Found::One(photo),
                _ => {
                    let labels = class.iter().map(|id| self.names.label(*id));
                    return Found::Ambiguous(labels.collect());
                }
            }
        }
        Found::Nothing
    }

    /// Which of the versions of a picture is the one that is itself called so: the keeper, or one of these. None if several
    /// worse ones are, or none any more.
    pub(super) fn meant(&self, query: &str, keeper: &Entry, worse: &[&Entry]) -> Option<PhotoId> {
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

    /// The removed photo that a name, or the beginning of an id, means that leads to none of the collection.
    pub(super) fn find_removed(&self, query: &str) -> Option<PhotoId> {
        let known = photos(&self.names.by_name, query)
            .chain(self.with_prefix(query))
            .find(|id| self.is_gone(*id));
        // Of what was purged everywhere only the tombstone is left.
        let purged = || query.parse().ok().filter(|id| self.is_gone(*id));
        known.or_else(purged)
    }

    /// What the collection shows for a photo: itself or the better version.
    pub(super) fn keeper_of(&self, photo: PhotoId) -> Option<PhotoId> {
        let entry = self.get(photo)?;
        match entry.verdict {
            Verdict::Loser(keeper) if !self.is_shown(entry) => Some(keeper),
            Verdict::Keeper | Verdict::Loser(_) => Some(photo),
            Verdict::Absent | Verdict::Removed => None,
        }
    }

    /// The photos whose id begins with these hex digits, if they are enough.
    pub(super) fn with_prefix(&self, digits: &str) -> Vec<PhotoId> {
        let digits = digits.to_ascii_lowercase();
        if !(ID_DIGITS..=64).contains(&digits.len())
            || !digits.bytes().all(|byte| byte.is_ascii_hexdigit())
        {
            return Vec::new();
        }
        let low: Result<PhotoId, _> = format!("{digits:0<64}").parse();
        let high: Result<PhotoId, _> = format!("{digits:f<64}").parse();
        match (low, high) {
            (Ok(low), Ok(high)) => self.entries.range(low..=high).map(|(id, _)| *id).collect(),
            _ => Vec::new(),
        }
    }
}

/// The name under which a photo is shown: the first of its names, or one made of its id.
pub(super) fn primary<'a>(photo: &Photo, facts: &'a Facts) -> Cow<'a, str> {
    match facts.names.first() {
        Some(name) => name.into(),
        None => format!("{}.{}", photo.id.short(), extension(photo.format)).into(),
    }
}

fn extension(format: Format) -> &'static str {
    match format {
        Format::Opaque => "photo",
        Format::Gif => "gif",
        Format::Webp => "webp",
        Format::Jpeg => "jpg",
        Format::Heic => "heic",
        Format::Bmp => "bmp",
        Format::Png => "png",
        Format::Tiff => "tif",
    }
}

/// `cat.jpg` and `3fa9c1` become `cat~3fa9c1.jpg`.
fn distinguished(name: &str, digits: &str) -> String {
    let dot = name.rfind('.').filter(|dot| *dot > 0).unwrap_or(name.len());
    format!("{}~{digits}{}", &name[..dot], &name[dot..])
}

/// The photos that an index has under a name.
fn photos<'a>(
    index: &'a BTreeSet<(Arc<str>, PhotoId)>,
    name: &str,
) -> impl Iterator<Item = PhotoId> + 'a {
    let (first, last) = (PhotoId([0; 32]), PhotoId([0xff; 32]));
    let name: Arc<str> = name.into();
    let range = (name.clone(), first)..=(name, last);
    index.range(range).map(|(_, photo)| *photo)
}

//! Labels: the names of the photos that are shown. [`super::lookup`] finds photos by them.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound::{Excluded, Included};
use std::sync::Arc;

use crate::photo::{Format, Photo, PhotoId};
use crate::protocol::Facts;

/// The fewest hex digits that are accepted as the start of an id, and that tell two photos of one name apart.
pub(super) const ID_DIGITS: usize = 6;

/// The result of a look-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::node) enum Found {
    /// One photo.
    One(PhotoId),
    /// Several photos, by their labels.
    Ambiguous(Vec<String>),
    /// None.
    Nothing,
}

/// The names of all photos.
#[derive(Debug, Default)]
pub(in crate::node) struct Names {
    /// Every name and alias with its photos, shown or not. As pairs: a set for each of a million names, mostly of one
    /// photo, would take several times the memory.
    pub(super) by_name: BTreeSet<(Arc<str>, PhotoId)>,
    /// Every name in the collection, with the photos shown under it.
    shown: BTreeSet<(Arc<str>, PhotoId)>,
    /// The name under which each photo is shown.
    name_of: BTreeMap<PhotoId, Arc<str>>,
    /// The list of all labels, kept until one changes.
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

    /// The label of a photo that the collection shows; for another one, the first digits of its id.
    pub(in crate::node) fn label(&self, photo: PhotoId) -> String {
        let Some(name) = self.name_of.get(&photo) else {
            return photo.short();
        };
        let neighbours = self.neighbours(name, photo);
        if neighbours == [None, None] {
            return name.to_string();
        }
        let hex = photo.to_string();
        let shared = neighbours.into_iter().flatten().map(|other| common_digits(&other, &photo));
        let least = ID_DIGITS.max(shared.max().unwrap_or(0) + 1);
        let is_name = |digits: &usize| {
            let as_name = distinguished(name, &hex[..*digits]);
            photos(&self.shown, &as_name).next().is_some()
        };
        let digits = (least..hex.len()).find(|digits| !is_name(digits)).unwrap_or(hex.len());
        distinguished(name, &hex[..digits])
    }

    /// The photos with the next lower and the next higher id that are shown under the same name. No other one has more
    /// digits in common with this; so a label costs the same, however many share the name.
    fn neighbours(&self, name: &Arc<str>, photo: PhotoId) -> [Option<PhotoId>; 2] {
        let key = |photo| (Arc::clone(name), photo);
        let (first, last) = (key(PhotoId([0; 32])), key(PhotoId([0xff; 32])));
        let below = self.shown.range(first..key(photo)).next_back();
        let above = self.shown.range((Excluded(key(photo)), Included(last))).next();
        [below, above].map(|found| found.map(|(_, photo)| *photo))
    }

    /// The labels of all photos, sorted.
    pub(in crate::node) fn list(&mut self) -> Arc<Vec<String>> {
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
    pub(super) fn labelled(&self, label: &str) -> Option<PhotoId> {
        let is_labelled = |photo: &PhotoId| self.label(*photo) == label;
        if let Some(named) = photos(&self.shown, label).next() {
            return Some(named).filter(is_labelled);
        }
        let tilde = label.rfind('~')?;
        let (digits, extension) = label[tilde + 1..]
            .find('.')
            .map_or((&label[tilde + 1..], ""), |dot| label[tilde + 1..].split_at(dot));
        let name: Arc<str> = format!("{}{extension}", &label[..tilde]).into();
        let (low, high) = with_digits(digits)?;
        let mut found = self.shown.range((name.clone(), low)..=(name, high));
        found.next().map(|(_, photo)| *photo).filter(is_labelled)
    }
}

/// The name under which a photo is shown: its first name, or one made from its id.
pub(in crate::node) fn primary<'a>(photo: &Photo, facts: &'a Facts) -> Cow<'a, str> {
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

/// How many hex digits two ids have in common at their beginning.
fn common_digits(one: &PhotoId, other: &PhotoId) -> usize {
    let bytes = one.0.iter().zip(&other.0);
    let alike = bytes.take_while(|(a, b)| a == b).count();
    let half = one.0.get(alike).zip(other.0.get(alike)).is_some_and(|(a, b)| a >> 4 == b >> 4);
    2 * alike + usize::from(half)
}

/// The lowest and the highest id that begin with these hex digits, if there are enough digits.
pub(super) fn with_digits(digits: &str) -> Option<(PhotoId, PhotoId)> {
    let digits = digits.to_ascii_lowercase();
    if !(ID_DIGITS..=64).contains(&digits.len())
        || !digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    {
        return None;
    }
    let low = format!("{digits:0<64}").parse().ok()?;
    let high = format!("{digits:f<64}").parse().ok()?;
    Some((low, high))
}

/// The photos that an index has under a name.
pub(super) fn photos<'a>(
    index: &'a BTreeSet<(Arc<str>, PhotoId)>,
    name: &str,
) -> impl Iterator<Item = PhotoId> + 'a {
    let (first, last) = (PhotoId([0; 32]), PhotoId([0xff; 32]));
    let name: Arc<str> = name.into();
    let range = (name.clone(), first)..=(name, last);
    index.range(range).map(|(_, photo)| *photo)
}

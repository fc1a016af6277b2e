//! Labels: the names of the photos that are shown. [`super::lookup`] finds photos by them.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
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

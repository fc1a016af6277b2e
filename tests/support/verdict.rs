//! What the collection must be, by its plain definition: best first, a photo is a keeper unless a better keeper is the
//! same picture. Two that somebody has told apart are not.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use photomesh::photo::{Format, More, Origin, Photo, PhotoId, Relation};

/// The keeper of each of some photos: itself, or the best one that is a version of the same picture by `alike`.
pub(crate) fn judge<'a>(
    photos: impl IntoIterator<Item = &'a Arc<Photo>>,
    alike: impl Fn(&Photo, &Photo) -> bool,
) -> BTreeMap<PhotoId, PhotoId> {
    let mut best_first: Vec<&Arc<Photo>> = photos.into_iter().collect();
    best_first.sort_by_key(|photo| Reverse(standing(photo)));
    let mut keepers: Vec<&Arc<Photo>> = Vec::new();
    let mut judged = BTreeMap::new();
    for photo in best_first {
        let better = keepers.iter().find(|keeper| alike(keeper, photo));
        judged.insert(photo.id, better.map_or(photo.id, |better| better.id));
        if better.is_none() {
            keepers.push(photo);
        }
    }
    judged
}

/// The photos that are their own keepers.
pub(crate) fn keepers(judged: &BTreeMap<PhotoId, PhotoId>) -> BTreeSet<PhotoId> {
    let own = judged.iter().filter(|(photo, keeper)| photo == keeper);
    own.map(|(photo, _)| *photo).collect()
}

/// Whether one photo is a better version of the other's picture by their records.
pub(crate) fn replaces(better: &Photo, worse: &Photo) -> bool {
    better.relation(worse) != Relation::Different && standing(better) > standing(worse)
}

/// How good a version a photo is, written down once more and on its own: what the program calls better is judged by
/// this. From the left: detail, colour, a camera's data and no editor since, a film, format, bytes, digest.
fn standing(photo: &Photo) -> ([u64; 7], Reverse<PhotoId>) {
    let origin = match photo.worth.origin {
        Origin::Edited => 0,
        Origin::Unknown => 1,
        Origin::Camera => 2,
        Origin::Untouched => 3,
    };
    let more = match photo.worth.more {
        More::Nothing => 0,
        More::Maps => 1,
        More::Film => 2,
        More::Frames => 3,
    };
    let formats = [
        Format::Opaque,
        Format::Gif,
        Format::Webp,
        Format::Jpeg,
        Format::Heic,
        Format::Bmp,
        Format::Png,
        Format::Tiff,
    ];
    let format = formats.iter().take_while(|format| **format != photo.format).count();
    let pixels = u64::from(photo.width) * u64::from(photo.height);
    let blown_up =
        photo.worth.missing > 0 && !(origin > 1 && photo.camera && photo.captured.is_some());
    let detail = match blown_up {
        true => (pixels >> photo.worth.missing) - (pixels >> photo.worth.missing) / 4,
        false => pixels,
    };
    let told = [
        detail,
        photo.colour.into(),
        photo.camera.into(),
        origin,
        more,
        format as u64,
        photo.bytes,
    ];
    (told, Reverse(photo.id))
}

//! What the collection must be, by its plain definition: best first, a photo is a keeper unless a better keeper is the
//! same picture.

use std::collections::BTreeSet;
use std::sync::Arc;

use photomesh::photo::{Photo, PhotoId};

/// The keepers among some photos.
pub(crate) fn keepers<'a>(photos: impl IntoIterator<Item = &'a Arc<Photo>>) -> BTreeSet<PhotoId> {
    let mut best_first: Vec<&Arc<Photo>> = photos.into_iter().collect();
    best_first.sort_by_key(|photo| std::cmp::Reverse(photo.rank()));
    let mut keepers: Vec<&Arc<Photo>> = Vec::new();
    for photo in best_first {
        if !keepers.iter().any(|keeper| keeper.same_picture(photo)) {
            keepers.push(photo);
        }
    }
    keepers.iter().map(|photo| photo.id).collect()
}

/// Whether one photo is a better version of the other's picture.
pub(crate) fn replaces(better: &Photo, worse: &Photo) -> bool {
    better.same_picture(worse) && better.rank() > worse.rank()
}

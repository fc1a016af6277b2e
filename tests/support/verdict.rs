//! What the collection must be, by its plain definition: best first, a photo is a keeper unless a better keeper is the
//! same picture. A file that was edited in place is better than the bytes that it replaced.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;

use photomesh::photo::{Photo, PhotoId};

/// Photos that were edited in place: what the file became, and what it was.
pub(crate) type Edits = BTreeSet<(PhotoId, PhotoId)>;

/// The keepers among some photos.
pub(crate) fn keepers<'a>(
    photos: impl IntoIterator<Item = &'a Arc<Photo>>,
    edits: &Edits,
) -> BTreeSet<PhotoId> {
    let mut best_first: Vec<&Arc<Photo>> = photos.into_iter().collect();
    let present: BTreeSet<PhotoId> = best_first.iter().map(|photo| photo.id).collect();
    // Edited and edited back, neither counts as replaced.
    let stands =
        |(new, old): &&(PhotoId, PhotoId)| present.contains(new) && !edits.contains(&(*old, *new));
    let replaced: BTreeSet<PhotoId> = edits.iter().filter(stands).map(|(_, old)| *old).collect();
    best_first.sort_by_key(|photo| Reverse((!replaced.contains(&photo.id), photo.rank())));
    let mut keepers: Vec<&Arc<Photo>> = Vec::new();
    for photo in best_first {
        if !keepers.iter().any(|keeper| keeper.same_picture(photo)) {
            keepers.push(photo);
        }
    }
    keepers.iter().map(|photo| photo.id).collect()
}

/// Whether one photo is a better version of the other's picture, or may have become so by an edit.
pub(crate) fn replaces(better: &Photo, worse: &Photo, edits: &Edits) -> bool {
    let was_edited = edits.iter().any(|(_, old)| *old == worse.id);
    better.same_picture(worse) && (better.rank() > worse.rank() || was_edited)
}

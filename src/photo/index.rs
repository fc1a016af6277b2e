//! Looking up near-duplicates among many fingerprints.

use std::collections::BTreeMap;

use super::{Fingerprint, PhotoId};

/// Finds, among many fingerprints, those that say "the same picture" as a given one.
#[derive(Clone, Debug, Default)]
pub struct SimilarityIndex {
    fingerprints: BTreeMap<PhotoId, Fingerprint>,
}

impl SimilarityIndex {
    /// Adds a photo's fingerprint, replacing an earlier one of the same photo.
    pub fn insert(&mut self, photo: PhotoId, fingerprint: Fingerprint) {
        self.fingerprints.insert(photo, fingerprint);
    }

    /// Forgets a photo.
    pub fn remove(&mut self, photo: PhotoId) {
        self.fingerprints.remove(&photo);
    }

    /// All photos whose fingerprint says "the same picture" as this one, in order of their id. Exact: none is missed.
    pub fn similar(&self, fingerprint: &Fingerprint) -> Vec<PhotoId> {
        let same =
            |(id, other): (&PhotoId, &Fingerprint)| fingerprint.same_picture(other).then_some(*id);
        self.fingerprints.iter().filter_map(same).collect()
    }
}

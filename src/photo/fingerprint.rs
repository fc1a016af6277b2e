//! The perceptual hash of a picture and the rule that says "the same picture".

use serde::{Deserialize, Serialize};

/// A versioned perceptual hash of a picture as displayed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// Whether two fingerprints belong to versions of the same picture.
    pub fn same_picture(&self, other: &Fingerprint) -> bool {
        self == other
    }
}

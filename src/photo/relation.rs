//! How two photos stand to each other: one picture stored twice, two versions of it, or two pictures.
//!
//! **In doubt they are two.** A duplicate that is missed costs a few megabytes; a picture that is taken for another's
//! version costs a photo.

use serde::{Deserialize, Serialize};

use super::Photo;

/// How two photos stand to each other. The same both ways round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Relation {
    /// Two pictures, as far as can be told: both are shown, and nothing moves.
    Different,
    /// One picture with something drawn on it, cut off or put around it. Shown once; what is put away for it is never
    /// deleted because time has passed.
    Variant,
    /// One picture stored twice: other size, format, quality, colour. Every part of one is there in the other.
    Same,
}

impl Photo {
    /// The first look: how two photos stand to each other by their records alone.
    ///
    /// What it does not call different is a matter for a [second look](mod@super::second_look), at the pixels, before
    /// anything follows from it.
    pub fn relation(&self, other: &Photo) -> Relation {
        match self.same_picture(other) {
            true => Relation::Same,
            false => Relation::Different,
        }
    }
}

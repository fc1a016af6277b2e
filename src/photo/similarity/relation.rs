//! How two photos stand to each other: one picture stored twice, two versions of it, or two pictures.
//!
//! **In doubt they are two.** A duplicate that is missed costs a few megabytes; a picture that is taken for another's
//! version costs a photo.

use serde::{Deserialize, Serialize};

use crate::photo::{ACCOUNT, Origin, Photo};

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
    /// What it does not call different is a matter for a [second look](mod@crate::photo::second_look), at the pixels,
    /// before anything follows from it. See [`super::fingerprint`] for the rule by which fingerprints are compared.
    /// Beyond them: a record of an earlier version of this program says nothing; two pictures whose cameras name
    /// different moments are two; and what is the same has the same proportions.
    pub fn relation(&self, other: &Photo) -> Relation {
        if self.is_more_than_a_still() || other.is_more_than_a_still() {
            // What is behind the first frame was not looked at.
            return match self.id == other.id {
                true => Relation::Same,
                false => Relation::Different,
            };
        }
        let accounts = self.account == ACCOUNT && other.account == ACCOUNT;
        let (Some(own), Some(its)) = (&self.fingerprint, &other.fingerprint) else {
            return Relation::Different;
        };
        if !accounts || self.moments_differ(other) {
            return Relation::Different;
        }
        let relation = own.relation(its);
        match relation {
            Relation::Same if self.proportions_differ(other) => match own.are_graphics(its) {
                // One graphic is never a variant of another.
                true => Relation::Different,
                false => Relation::Variant,
            },
            Relation::Variant if self.are_both_from_a_camera(other) => Relation::Different,
            Relation::Same | Relation::Variant | Relation::Different => relation,
        }
    }

    /// Whether both carry a camera's own data, the moment among them, and no trace of an editor. Such are never
    /// variants of each other but two shots: a burst, a bracket, frames from a tripod, whatever the clock says. If
    /// every part of them agrees, one is a copy of the other all the same.
    pub fn are_both_from_a_camera(&self, other: &Photo) -> bool {
        let from_a_camera = |photo: &Photo| {
            photo.camera && photo.captured.is_some() && photo.worth.origin > Origin::Edited
        };
        from_a_camera(self) && from_a_camera(other)
    }

    /// Whether two photos are versions of the same picture, by their records alone.
    pub fn same_picture(&self, other: &Photo) -> bool {
        self.relation(other) != Relation::Different
    }

    /// Whether the sides of two pictures stand in other proportions: by more than 3 %, and by more than a pixel, to
    /// which the sides of a small copy are rounded. Of photographs with 2 pixels cut off all sides none differs by so
    /// much, with 5 % cut off one of them a third does.
    pub(super) fn proportions_differ(&self, other: &Photo) -> bool {
        let sides = [self.width, self.height, other.width, other.height].map(u64::from);
        let [width, height, other_width, other_height] = sides;
        let (one, two) = (width * other_height, height * other_width);
        let rounding = sides.into_iter().max().unwrap_or_default();
        one.abs_diff(two) > one.max(two) / 32 + rounding
    }
}

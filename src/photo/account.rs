//! What the first look goes by, put so that others can compute it: columns, and the rule over them in words.
//!
//! Columns and rule stand side by side because they belong together: whoever changes [`Photo::relation`] changes both. A
//! test computes the first look from the columns alone, by the numbers that the words name.

use super::{Photo, to_hex};

/// The rule by which [`Photo::relation`] decides, over what [`Photo::columns`] gives.
pub const FIRST_LOOK: &str = "\
The first look, at these columns alone: two files are `same` if, for one view of each (whole or trimmed), the bits of the
views differ in at most 170 places, and no byte of the two views' cues differs from the other's by more than 15;
unless `captured` names different moments: other seconds, or other digits after the point where both have some, trailing
zeros left out. Else they are `different`; so is a file with an empty `whole` from all others. Equal `id`: the same
bytes, and so the same picture in any case.";

/// The names of what [`Photo::columns`] gives.
pub const COLUMNS: [&str; 6] = [
    "whole",
    "trimmed",
    "whole_cue",
    "trimmed_cue",
    "captured",
    "id",
];

impl Photo {
    /// All that the first look compares, as text: a view is the whole picture, or the picture without the bands along its
    /// edges. Bits and cues in hex digits; each bit as often as it counts. Empty if there is nothing to compare.
    pub fn columns(&self) -> [String; COLUMNS.len()] {
        let fingerprint = self.fingerprint.filter(|known| known.is_current());
        let bits = fingerprint.map(|known| known.weighted_bits());
        let [whole, trimmed] = bits.unwrap_or_default();
        let mut views = fingerprint.iter().flat_map(|known| known.views());
        let whole_cue = views.next().map(|view| to_hex(&view.cue));
        let whole_cue = whole_cue.unwrap_or_default();
        let trimmed_cue = views.next().map(|view| to_hex(&view.cue));
        let trimmed_cue = trimmed_cue.unwrap_or_else(|| whole_cue.clone());
        let captured = self.captured.as_ref().map(|moment| moment.0.clone());
        [
            to_hex(&whole),
            to_hex(&trimmed),
            whole_cue,
            trimmed_cue,
            captured.unwrap_or_default(),
            self.id.to_string(),
        ]
    }

    /// What the first look at two photos goes by, in words: the numbers, and what the rule allows.
    pub fn explain_relation(&self, other: &Photo) -> String {
        if self.id == other.id {
            return "the same bytes".to_owned();
        }
        match (&self.fingerprint, &other.fingerprint) {
            (Some(_), Some(_)) if self.moments_differ(other) => {
                "a camera took them at different moments".to_owned()
            }
            (Some(own), Some(others)) => own.explain(others),
            _ => "other bytes, and not both have something to be recognised by".to_owned(),
        }
    }
}

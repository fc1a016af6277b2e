//! What the first look goes by, put so that others can compute it: columns, and the rule over them in words.
//!
//! Columns and rule stand side by side because they belong together: whoever changes [`Photo::relation`] changes both. A
//! test computes the first look from the columns alone, by the numbers that the words name.

use super::base62::from_base62;
use super::fingerprint::Fingerprint;
use super::relation::Relation;
use super::signature::{Ground, Signature};
use super::view::VIEW_BYTES;
use crate::photo::{ACCOUNT, Photo, to_hex};

/// The rule by which [`Photo::relation`] decides, over what [`Photo::columns`] gives.
pub const FIRST_LOOK: &str = "\
The first look, at these columns alone. Two files are
- `same` if the whole of one matches the whole of the other, their signatures contradict each other in at most 40 places
  (if neither has a `varied` ground, in at most 5; if both have a `drawn` ground, in at most 0), and their proportions
  agree: the width of one times the height of the other, taken both ways round, differ by at most 1/32 of the greater
  plus the longest of the four sides;
- else `variant` if any view of one (whole or trimmed) matches any view of the other, or if two landmarks of one lie as
  two of the other do; but not if neither has a `varied` ground, and not if both are `from_camera`, unless it is their
  proportions alone that keep them from being `same`;
- else `different`. So they are in any case if `frames` is `several` or `whole` is empty for one of them, or if `captured`
  names different moments: other seconds, or other digits after the point where both have some, trailing zeros left out.
Equal `id`: the same bytes, and so the same picture in any case.

Two views match if their bits differ in at most 170 places, and no byte of their cues differs by more than 15. A byte of
`signature` stands for five digits in base 3, lowest first; two signatures contradict each other where one of the first
512 digits is 0 in one and 2 in the other. The 513th is `ground` again: 0 for varied, 1 for plain, 2 for drawn.

Ten digits of `landmarks` are one. Its 40 bits, highest first: code 19, x 7, y 7, size 5, turn 2. A and C of one file
lie as B and D of the other if A has the code of B, and C that of D, and
- A.turn - B.turn and C.turn - D.turn are the same t modulo 4, and t is not 2;
- D.size - C.size differs from g = B.size - A.size by at most 3;
- for p, the way from A to C, t times turned from (x, y) to (y, -x), and q, the way from B to D: the longer is at least
  6 long and the shorter at least 3; p.q > 0, and |p x q| is at most .17 |p| |q| + .625 (|p| + |q|); and if p is made
  2^(g/8) times as long, or for g < 0 q 2^(-g/8) times, the longer is at most 1.24 times the shorter plus 1.1.
  Lengths are rounded down to 16ths, and 2^(k/8) for k = 1 to 7 to the nearest 4096th.";

/// The names of what [`Photo::columns`] gives.
pub const COLUMNS: [&str; 13] = [
    "whole",
    "trimmed",
    "whole_cue",
    "trimmed_cue",
    "signature",
    "ground",
    "landmarks",
    "width",
    "height",
    "captured",
    "from_camera",
    "frames",
    "id",
];

impl Photo {
    /// All that the first look compares, as text: a view is the whole picture, or the picture without the bands along
    /// its edges. Bits, cues, signature and landmarks in hex digits; each bit as often as it counts. Empty if there is
    /// nothing to compare: too little in the picture, or a record of an earlier version.
    pub fn columns(&self) -> [String; COLUMNS.len()] {
        let current = self.account == ACCOUNT;
        let fingerprint = self.fingerprint.filter(|known| current && known.is_current());
        let bits = fingerprint.map(|known| known.weighted_bits());
        let [whole, trimmed] = bits.unwrap_or_default();
        let mut views = fingerprint.iter().flat_map(|known| known.views());
        let whole_cue = views.next().map(|view| to_hex(&view.cue));
        let whole_cue = whole_cue.unwrap_or_default();
        let trimmed_cue = views.next().map(|view| to_hex(&view.cue));
        let trimmed_cue = trimmed_cue.unwrap_or_else(|| whole_cue.clone());
        let signature = fingerprint.and_then(signature);
        let ground = signature.map(|signature| match signature.ground {
            Ground::Varied => "varied",
            Ground::Plain => "plain",
            Ground::Drawn => "drawn",
        });
        let landmarks = fingerprint.map(|known| known.landmarks().to_bytes());
        let captured = self.captured.as_ref().map(|moment| moment.0.clone());
        // What is asked of both is asked of each.
        let from_camera = match self.are_both_from_a_camera(self) {
            true => "yes",
            false => "no",
        };
        let frames = match self.is_more_than_a_still() {
            true => "several",
            false => "one",
        };
        [
            to_hex(&whole),
            to_hex(&trimmed),
            whole_cue,
            trimmed_cue,
            signature.map_or_else(String::new, |signature| to_hex(&signature.to_bytes())),
            ground.unwrap_or_default().to_owned(),
            to_hex(&landmarks.unwrap_or_default()),
            self.width.to_string(),
            self.height.to_string(),
            captured.unwrap_or_default(),
            from_camera.to_owned(),
            frames.to_owned(),
            self.id.to_string(),
        ]
    }

    /// What the first look at two photos goes by, in words: the numbers, and what the rule allows.
    pub fn explain_relation(&self, other: &Photo) -> String {
        if self.id == other.id {
            return "the same bytes".to_owned();
        }
        if self.is_more_than_a_still() || other.is_more_than_a_still() {
            return "other bytes, and not both hold one still picture alone".to_owned();
        }
        let (Some(own), Some(others)) = (&self.fingerprint, &other.fingerprint) else {
            return "other bytes, and not both have something to be recognised by".to_owned();
        };
        if self.account != ACCOUNT || other.account != ACCOUNT {
            return format!(
                "records of version {ACCOUNT} alone can be compared, not of {} and {}",
                self.account, other.account
            );
        }
        if self.moments_differ(other) {
            return "a camera took them at different moments".to_owned();
        }
        let why = own.explain(others);
        match own.relation(others) {
            Relation::Same if self.proportions_differ(other) => format!(
                "{why}; but in other proportions, {}x{} and {}x{}",
                self.width, self.height, other.width, other.height
            ),
            Relation::Variant if self.are_both_from_a_camera(other) => {
                format!(
                    "{why}; but a camera wrote both and nobody edited them, so they are two shots"
                )
            }
            Relation::Same | Relation::Variant | Relation::Different => why,
        }
    }
}

/// The signature, which stands behind the hashes of the whole picture in a fingerprint's text.
fn signature(fingerprint: Fingerprint) -> Option<Signature> {
    let text = fingerprint.to_string();
    let whole = from_base62(text.split(':').nth(1)?)?;
    let (_, signature) = whole.split_first_chunk::<VIEW_BYTES>()?;
    Signature::from_bytes(signature.try_into().ok()?)
}

//! What the first look goes by, put so that others can compute it: columns, and the rule over them in words.
//!
//! Columns and rule stand side by side because they belong together: whoever changes [`Photo::relation`] changes both. A
//! test computes the first look from the columns alone, by the numbers that the words name.

use super::base62::from_base62;
use super::view::VIEW_BYTES;
use super::{ACCOUNT, Fingerprint, Photo, Relation, to_hex};

/// The rule by which [`Photo::relation`] decides, over what [`Photo::columns`] gives.
pub const FIRST_LOOK: &str = "\
The first look, at these columns alone. Two files are
- `same` if the whole of one matches the whole of the other, their signatures contradict each other in at most 20
  places, or in at most 0 places if both are a `graphic`, and their proportions agree: the width of one times the height
  of the other, taken both ways round, differ by at most 1/32 of the greater plus the longest of the four sides;
- else `variant`, unless both are a `graphic`, if any view of one (whole or trimmed) matches any view of the other, or if
  two landmarks of one lie as two of the other do;
- else `different`. So they are in any case if `whole` is empty for one of them, or if `captured` names different
  moments: other seconds, or other digits after the point where both have some, trailing zeros left out.
Equal `id`: the same bytes, and so the same picture in any case.

Two views match if their bits differ in at most 170 places, and no byte of their cues differs by more than 15. A byte of
`signature` stands for five digits in base 3; two signatures contradict each other where one has 0 and the other 2.

Ten digits of `landmarks` are one. Its 40 bits, highest first: code 19, x 7, y 7, size 5, turn 2. A and C of one file
lie as B and D of the other if A has the code of B, and C that of D, and
- A.turn - B.turn and C.turn - D.turn are the same t modulo 4, and t is not 2;
- D.size - C.size differs from g = B.size - A.size by at most 3;
- for p, the way from A to C, t times turned from (x, y) to (y, -x), and q, the way from B to D: the longer is at least
  6 long and the shorter at least 3; p.q > 0, and |p x q| is at most .17 |p| |q| + .625 (|p| + |q|); and if p is made
  2^(g/8) times as long, or for g < 0 q 2^(-g/8) times, the longer is at most 1.24 times the shorter plus 1.1.
  Lengths are rounded down to 16ths, and 2^(k/8) for k = 1 to 7 to the nearest 4096th.";

/// The names of what [`Photo::columns`] gives.
pub const COLUMNS: [&str; 11] = [
    "whole",
    "trimmed",
    "whole_cue",
    "trimmed_cue",
    "signature",
    "graphic",
    "landmarks",
    "width",
    "height",
    "captured",
    "id",
];

impl Photo {
    /// All that the first look compares, as text: a view is the whole picture, or the picture without the bands along its
    /// edges. Bits, cues, signature and landmarks in hex digits; each bit as often as it counts. Empty if there is nothing
    /// to compare: too little in the picture, or a record of an earlier version.
    pub fn columns(&self) -> [String; COLUMNS.len()] {
        let current = self.account == ACCOUNT;
        let fingerprint = self
            .fingerprint
            .filter(|known| current && known.is_current());
        let bits = fingerprint.map(|known| known.weighted_bits());
        let [whole, trimmed] = bits.unwrap_or_default();
        let mut views = fingerprint.iter().flat_map(|known| known.views());
        let whole_cue = views.next().map(|view| to_hex(&view.cue));
        let whole_cue = whole_cue.unwrap_or_default();
        let trimmed_cue = views.next().map(|view| to_hex(&view.cue));
        let trimmed_cue = trimmed_cue.unwrap_or_else(|| whole_cue.clone());
        let graphic = fingerprint.map(|known| match known.is_graphic() {
            true => "yes",
            false => "no",
        });
        let landmarks = fingerprint.map(|known| known.landmarks().to_bytes());
        let captured = self.captured.as_ref().map(|moment| moment.0.clone());
        [
            to_hex(&whole),
            to_hex(&trimmed),
            whole_cue,
            trimmed_cue,
            to_hex(&fingerprint.map(signature).unwrap_or_default()),
            graphic.unwrap_or_default().to_owned(),
            to_hex(&landmarks.unwrap_or_default()),
            self.width.to_string(),
            self.height.to_string(),
            captured.unwrap_or_default(),
            self.id.to_string(),
        ]
    }

    /// What the first look at two photos goes by, in words: the numbers, and what the rule allows.
    pub fn explain_relation(&self, other: &Photo) -> String {
        if self.id == other.id {
            return "the same bytes".to_owned();
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
            Relation::Same | Relation::Variant | Relation::Different => why,
        }
    }
}

/// The bytes of a signature, which stand behind the hashes of the whole picture in a fingerprint's text.
fn signature(fingerprint: Fingerprint) -> Vec<u8> {
    let text = fingerprint.to_string();
    let whole = text.split(':').nth(1).and_then(from_base62);
    whole.map_or_else(Vec::new, |whole| {
        whole.into_iter().skip(VIEW_BYTES).collect()
    })
}

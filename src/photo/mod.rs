//! What a photo is: an immutable file's bytes, and what those bytes say about themselves.
//!
//! ```text
//!   file ─▶ sniff ─▶ room in memory ─┬─ digest ──────────────────────▶ id, bytes ───────────────┐
//!            │                       ├─ EXIF ────────────────────────▶ how it was held, when,   │
//!            │                       │                                 by which camera          ├─▶ Photo
//!            │                       └─ decode ─┬─ size, colour, detail, more than a still ─────┤
//!            └─ no picture                      ├─ 256x256 cells of grey ─▶ Fingerprint ────────┘
//!                                               └─ few pixels ────────────▶ a small picture for people
//!
//!   two Photos ──▶ first look  ─▶ different, or perhaps one picture
//!   two files  ──▶ second look ─▶ same, variant or different, and why
//!   a Photo    ──▶ Rank           the greatest among the versions of a picture is the one to keep
//!   bytes, a nonce, a node ──▶ Proof
//! ```
//!
//! # What it promises
//!
//! **A function of bytes alone.** Where a photo lies, its name, its holders and the time of its arrival are matters of
//! other rooms. The same bytes give the same [`Photo`] and the same [`Rank`] on every node, and the same two records
//! give the same [`Relation`]. This is what lets every node of a mesh come to the same verdict without asking another
//! one. The second look is the exception, since it computes with fractions: its result is one node's own finding, which
//! nodes tell each other as such.
//!
//! **In doubt two pictures are two.** Nothing moves because of a first look: it says which pairs deserve a second one.
//!
//! **A file is a foreign thing.** [`inspect()`] and [`second_look()`] never panic, whatever the bytes. A picture that
//! cannot be decoded is a photo, too: it is *opaque*, equals nothing but its own bytes, and is kept and served like any
//! other. What one file can take in memory is bounded, and so is what all take together.
//!
//! # Its state, and who changes it
//!
//! There is none, but for the room in memory: two budgets that all threads share, one for the bytes of files and one
//! for pixels. Whoever finds no room there waits until another thread is done. A [`SimilarityIndex`] is a value like
//! any other and belongs to the caller.
//!
//! What this room finds in the same bytes may change from one version of the program to the next. So each [`Photo`]
//! names the version of its account ([`ACCOUNT`]), and a fingerprint and a second look have one each, too. An account
//! of another version is compared with nothing: its photo is a picture of its own until somebody reads the file anew.
//!
//! # Its parts, in reading order
//!
//! 1. `id` and `proof`: the digest by which a photo is named, and how a node shows that it has the bytes.
//! 2. This file: [`Photo`], the account that nodes send each other. `inspect`: from a file to that account, or at first
//!    to a part of it, where a format takes long to decode ([`glance`]).
//! 3. `preview`, with `preview_size`: small pictures for people.
//! 4. `decoding`: from bytes to a small picture and to what camera and editors have written.
//! 5. `rank`: which version of a picture is the best.
//! 6. `similarity`: fingerprints, the first look, and the index that finds the neighbours of a picture among a million.
//! 7. `second_look`: two files compared pixel by pixel.
//!
//! # What is left out
//!
//! Nothing is ever written: a photo is neither turned nor scaled nor tagged, for then it would be another one. Of two
//! moments of capture it only counts whether they differ, because cameras name no time zone. And nothing here knows
//! what is *in* a picture: two shots of one scene are two pictures, and the better of two versions is first of all the
//! one with more detail, not the nicer one.
//!
//! # Where it is from
//!
//! To name a file by the digest of its bytes is what git does with all it stores. The proof is the plainest of the
//! schemes for *provable data possession*: the one who asks has the bytes as well and computes what to expect.
//! `similarity` and `decoding` name their own sources.

mod decoding;
mod id;
mod inspect;
mod preview;
mod preview_size;
mod proof;
mod rank;
mod second_look;
mod similarity;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

pub use decoding::format::Format;
pub use decoding::more::More;
pub use decoding::origin::Origin;
pub use decoding::sniff::SNIFF_BYTES;
pub use id::{Digest, PhotoId};
pub(crate) use id::{from_hex, to_hex};
pub use inspect::{
    InspectError, Inspected, glance, inspect, inspect_and_draw, inspect_or_glance, preview,
    recognise,
};
pub use preview_size::PreviewSize;
pub use proof::{Nonce, Proof, Proven, prove};
pub use rank::{Rank, Worth};
pub use second_look::{SECOND_LOOK, SecondLook, second_look};
pub use similarity::fingerprint::Fingerprint;
pub use similarity::first_look::{COLUMNS, FIRST_LOOK};
pub use similarity::index::SimilarityIndex;
pub use similarity::relation::Relation;

/// The largest file that counts as a photo, in bytes.
///
/// A panorama from a medium-format camera stays well below; what is larger is a film or an archive. The bound is what
/// lets every buffer, deadline and frame in the system have a size.
pub const MAX_PHOTO: u64 = 256 * 1024 * 1024;

/// The version of what this program finds in a photo's bytes: raised whenever it finds anything else in the same bytes.
///
/// Of two accounts of one photo the one of the higher version counts. A photo whose account is older than this is
/// *different* from all others until its holder has read it anew.
pub const ACCOUNT: u16 = 2;

/// Whether a number need not be said, because it is 0.
pub(crate) fn is_zero<N: Default + PartialEq>(number: &N) -> bool {
    *number == N::default()
}

/// The version of accounts that name none.
fn first_account() -> u16 {
    1
}

/// What the bytes of one photo say about it: a pure function of the file, equal on every node.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Photo {
    /// The version of the rules by which the rest of this was found in the bytes; see [`ACCOUNT`].
    #[serde(default = "first_account")]
    pub account: u16,
    /// The BLAKE3 digest of the bytes; its identity.
    pub id: PhotoId,
    /// Length of the file in bytes.
    pub bytes: u64,
    /// The format, recognised by content and never by file name.
    #[serde(flatten, with = "decoding::format::told")]
    pub format: Format,
    /// Width in pixels as displayed (EXIF orientation applied); 0 for an opaque photo.
    pub width: u32,
    /// Height in pixels as displayed; 0 for an opaque photo.
    pub height: u32,
    /// Whether the picture has colour; a grey picture stored as RGB has none.
    pub colour: bool,
    /// Whether it carries the EXIF of a camera (a make or model).
    pub camera: bool,
    /// When the camera took it, if it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub captured: Option<CaptureTime>,
    /// The perceptual hash of the picture; none for an opaque or a flat photo, which equals nothing but its own bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<Fingerprint>,
    /// What else counts for its rank.
    #[serde(default, skip_serializing_if = "Worth::is_plain")]
    pub worth: Worth,
}

/// The moment a camera took a picture, by its own clock: `YYYY-MM-DDTHH:MM:SS`, with sub-seconds where the camera
/// writes them. Only ever asked whether it differs, so that the missing time zone does not matter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct CaptureTime(pub String);

impl<'de> Deserialize<'de> for CaptureTime {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<CaptureTime, D::Error> {
        /// Longer than a moment to the last digit of its second; of what is remembered of each photo, nothing is
        /// unbounded.
        const MAX_LENGTH: usize = 40;
        let text = Cow::<str>::deserialize(from)?;
        match text.len() <= MAX_LENGTH {
            true => Ok(CaptureTime(text.into_owned())),
            false => Err(D::Error::custom("a capture time longer than any")),
        }
    }
}

impl CaptureTime {
    /// Whether these are two moments. Sub-seconds count if both tell them: some programs drop them from a copy.
    pub fn differs(&self, other: &CaptureTime) -> bool {
        let (seconds, fraction) = self.parts();
        let (other_seconds, other_fraction) = other.parts();
        let fractions_differ = matches!((fraction, other_fraction), (Some(a), Some(b)) if a != b);
        seconds != other_seconds || fractions_differ
    }

    /// Up to the second, and the digits below it without the zeros at their end.
    fn parts(&self) -> (&str, Option<&str>) {
        match self.0.split_once('.') {
            Some((seconds, fraction)) => (seconds, Some(fraction.trim_end_matches('0'))),
            None => (&self.0, None),
        }
    }
}

impl Photo {
    /// A picture that is known by its bytes alone: recognised, but not decoded.
    pub fn opaque(id: PhotoId, bytes: u64) -> Photo {
        Photo {
            account: ACCOUNT,
            id,
            bytes,
            format: Format::Opaque,
            width: 0,
            height: 0,
            colour: false,
            camera: false,
            captured: None,
            fingerprint: None,
            worth: Worth::default(),
        }
    }

    /// Whether a photo can have this size: not empty, and within [`MAX_PHOTO`]. What others say of one may be anything.
    pub fn has_possible_size(&self) -> bool {
        (1..=MAX_PHOTO).contains(&self.bytes)
    }

    /// Whether both were taken by cameras that name different moments.
    pub fn moments_differ(&self, other: &Photo) -> bool {
        match (&self.captured, &other.captured) {
            (Some(a), Some(b)) => a.differs(b),
            _ => false,
        }
    }
}

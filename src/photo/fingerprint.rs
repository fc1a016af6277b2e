//! The perceptual hash of a picture and the rule that says "the same picture".

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::id::{from_hex, to_hex};
use super::mosaic::{FINE, Mosaic};
use super::trim::{Bounds, trim};
use super::view::{CUE_WINDOW, MAX_DISTANCE, VIEW_BYTES, View};

/// The version of the fingerprints that this program computes.
const VERSION: u16 = 1;

/// A versioned perceptual hash of a picture as displayed.
///
/// Written as `v1:` and hex digits: those of the whole picture and, after a second colon, those of the picture without
/// the bands along its edges, if it has any. One of another version is carried along but says nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint {
    version: u16,
    /// The whole picture; of another version, a token of its text.
    whole: View,
    /// The picture without bands; the whole one if it has none.
    trimmed: View,
}

impl Fingerprint {
    /// The fingerprint of a picture; none if there is nothing in it to recognise it by.
    pub(super) fn of(luma: &Mosaic<FINE, 1>) -> Option<Fingerprint> {
        let view = |bounds: Bounds| View::of(&luma.part(bounds.rows, bounds.columns)?);
        let whole = view(Bounds::WHOLE)?;
        let bounds = trim(luma);
        let trimmed = if bounds == Bounds::WHOLE {
            whole
        } else {
            view(bounds).unwrap_or(whole)
        };
        Some(Fingerprint {
            version: VERSION,
            whole,
            trimmed,
        })
    }

    /// Which rule made it. Only fingerprints of one version can be compared.
    pub fn version(&self) -> u16 {
        self.version
    }

    /// Whether this program can compare it with others.
    pub fn is_current(&self) -> bool {
        self.version == VERSION
    }

    /// Whether two fingerprints belong to versions of the same picture.
    pub fn same_picture(&self, other: &Fingerprint) -> bool {
        self.views().any(|a| other.views().any(|b| a.matches(b)))
    }

    /// The one or two views that can be compared; none of another version.
    pub(super) fn views(&self) -> impl Iterator<Item = &View> {
        let trimmed = (self.trimmed != self.whole).then_some(&self.trimmed);
        let views = std::iter::once(&self.whole).chain(trimmed);
        views.filter(|_| self.is_current())
    }

    /// The bits of the whole and of the trimmed picture, each repeated as often as it counts, so that others can
    /// measure the rule by the Hamming distance alone: the same if either distance is at most
    /// [`max_distance`](Fingerprint::max_distance).
    pub fn weighted_bits(&self) -> [Vec<u8>; 2] {
        [self.whole.weighted_bits(), self.trimmed.weighted_bits()]
    }

    /// The greatest distance between versions of one picture.
    pub fn max_distance() -> u32 {
        MAX_DISTANCE
    }

    /// How two fingerprints compare, in words: the closest two views, and what the rule allows.
    pub fn explain(&self, other: &Fingerprint) -> String {
        let pairs = self
            .views()
            .flat_map(|a| other.views().map(move |b| (a, b)));
        let ranked = pairs.min_by_key(|(a, b)| (!a.matches(b), a.distance(b)));
        let Some((a, b)) = ranked else {
            return format!(
                "versions {} and {} cannot be compared",
                self.version, other.version
            );
        };
        let (slopes, waves) = a.differing_bits(b);
        let part = |own: &Fingerprint, view: &View| {
            if *view == own.whole {
                "whole"
            } else {
                "trimmed"
            }
        };
        format!(
            "{} against {}: distance {} of at most {MAX_DISTANCE} ({slopes} slopes, {waves} waves), \
             cue {} of at most {CUE_WINDOW}",
            part(self, a),
            part(other, b),
            a.distance(b),
            a.cue_difference(b),
        )
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}:{}", self.version, to_hex(&self.whole.to_bytes()))?;
        if self.trimmed != self.whole {
            write!(f, ":{}", to_hex(&self.trimmed.to_bytes()))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

impl FromStr for Fingerprint {
    type Err = String;

    /// Reads what [`Display`](fmt::Display) writes. One of another version may be anything of up to 4096 letters,
    /// digits and colons; it is replaced by a token that is equal for equal texts.
    fn from_str(text: &str) -> Result<Fingerprint, String> {
        let (version, views) = text
            .strip_prefix('v')
            .and_then(|rest| rest.split_once(':'))
            .ok_or("expected v, a number, a colon and hex digits")?;
        let plain =
            version.bytes().all(|digit| digit.is_ascii_digit()) && !version.starts_with('0');
        let version = version
            .parse()
            .ok()
            .filter(|_| plain)
            .ok_or("expected the number of a version")?;
        let (whole, trimmed) = if version == VERSION {
            let view =
                |hex: &str| from_hex::<VIEW_BYTES>(hex).map(|bytes| View::from_bytes(&bytes));
            match views.split_once(':') {
                Some((whole, trimmed)) => (view(whole)?, view(trimmed)?),
                None => (view(views)?, view(views)?),
            }
        } else {
            let token = foreign_token(views)?;
            (token, token)
        };
        Ok(Fingerprint {
            version,
            whole,
            trimmed,
        })
    }
}

/// What stands for the text of another version's fingerprint. A text that could be such a token stands for itself.
fn foreign_token(text: &str) -> Result<View, String> {
    /// More than any sensible fingerprint will ever have.
    const MAX_LENGTH: usize = 4096;
    let sensible = |byte: u8| byte.is_ascii_alphanumeric() || byte == b':';
    if text.is_empty() || text.len() > MAX_LENGTH || !text.bytes().all(sensible) {
        return Err("expected hex digits, and not too many of them".to_owned());
    }
    let bytes = from_hex(text).unwrap_or_else(|_| {
        let mut token = [0; VIEW_BYTES];
        let mut digest = blake3::Hasher::new();
        digest
            .update(text.as_bytes())
            .finalize_xof()
            .fill(&mut token);
        token
    });
    Ok(View::from_bytes(&bytes))
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Fingerprint, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

//! The perceptual hash of a picture and the rule that says "the same picture".

use std::fmt;
use std::str::FromStr;

use img_hash::image::GrayImage;
use img_hash::{HashAlg, Hasher, HasherConfig};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::id::{from_hex, to_hex};
use super::mosaic::{Mosaic, SIDE};

/// The version of the fingerprints that this program computes.
const VERSION: u16 = 1;

/// Bytes of the first hash: 312 bits.
const A_BYTES: usize = 39;
/// Bytes of the second hash: 256 bits.
const B_BYTES: usize = 32;
/// Bytes of both.
const BYTES: usize = A_BYTES + B_BYTES;

/// How many of the 312 bits of the first hash may differ between versions of one picture.
const MAX_A: u32 = 68;
/// How many of the 256 bits of the second hash may differ.
const MAX_B: u32 = 116;

/// A picture whose cells vary less than this (standard deviation, in steps of 255) has nothing to recognise it by.
const MIN_DEVIATION: f64 = 4.0;

/// A versioned perceptual hash of a picture as displayed.
///
/// Written as `v1:` and hex digits. One of another version is carried along but says nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint {
    version: u16,
    /// The first hash, then the second; of another version, a token of its text.
    bits: [u8; BYTES],
}

impl Fingerprint {
    /// The fingerprint of a picture; none if there is nothing in it to recognise it by.
    pub(super) fn of(luma: &Mosaic<1>) -> Option<Fingerprint> {
        thread_local! {
            // The hashers keep scratch space that is not shared between threads.
            static HASHERS: [Hasher; 2] = hashers();
        }
        if deviation(luma) < MIN_DEVIATION {
            return None;
        }
        let pixels = luma.cells.as_flattened().to_vec();
        let picture = GrayImage::from_raw(SIDE as u32, SIDE as u32, pixels)?;
        let mut bits = [0; BYTES];
        HASHERS.with(|[a, b]| {
            let (for_a, for_b) = bits.split_at_mut(A_BYTES);
            for_a.copy_from_slice(a.hash_image(&picture).as_bytes());
            for_b.copy_from_slice(b.hash_image(&picture).as_bytes());
        });
        Some(Fingerprint {
            version: VERSION,
            bits,
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
        let distance = |range: std::ops::Range<usize>| -> u32 {
            let pairs = self.bits[range.clone()].iter().zip(&other.bits[range]);
            pairs.map(|(a, b)| (a ^ b).count_ones()).sum()
        };
        self.is_current()
            && other.is_current()
            && distance(0..A_BYTES) <= MAX_A
            && distance(A_BYTES..BYTES) <= MAX_B
    }
}

fn hashers() -> [Hasher; 2] {
    let a = HasherConfig::new()
        .hash_alg(HashAlg::DoubleGradient)
        .hash_size(24, 24);
    let b = HasherConfig::new()
        .hash_alg(HashAlg::VertGradient)
        .hash_size(16, 16)
        .preproc_dct();
    [a.to_hasher(), b.to_hasher()]
}

/// The standard deviation of a mosaic's cells.
fn deviation(luma: &Mosaic<1>) -> f64 {
    let cells = || {
        luma.cells
            .as_flattened()
            .iter()
            .map(|&cell| f64::from(cell))
    };
    let count = luma.cells.len() as f64;
    let mean = cells().sum::<f64>() / count;
    let variance = cells().map(|cell| (cell - mean).powi(2)).sum::<f64>() / count;
    variance.sqrt()
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}:{}", self.version, to_hex(&self.bits))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

impl FromStr for Fingerprint {
    type Err = String;

    /// Reads what [`Display`](fmt::Display) writes. A fingerprint of another version may have up to
    /// [`MAX_FOREIGN`] digits; it is replaced by a token that is equal for equal texts.
    fn from_str(text: &str) -> Result<Fingerprint, String> {
        /// More digits than any sensible fingerprint will ever have.
        const MAX_FOREIGN: usize = 4096;
        let (version, hex) = text
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
        let bits = match from_hex(hex) {
            Ok(bits) => bits,
            Err(error) if version == VERSION => return Err(error),
            Err(_) if hex.len() <= MAX_FOREIGN && hex.bytes().all(|d| d.is_ascii_hexdigit()) => {
                let mut token = [0; BYTES];
                blake3::Hasher::new()
                    .update(hex.as_bytes())
                    .finalize_xof()
                    .fill(&mut token);
                token
            }
            Err(_) => return Err("expected hex digits, and not too many of them".to_owned()),
        };
        Ok(Fingerprint { version, bits })
    }
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

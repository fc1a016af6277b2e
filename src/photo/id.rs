//! The identity of a photo: the digest of its bytes, written as hex.

use std::cmp::Ordering;
use std::fmt;
use std::io::{self, Read};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The BLAKE3 digest of a photo's bytes. Changed bytes are another photo.
///
/// Written as 64 lower-case hex digits; [`fmt::Display`] shows all of them, [`PhotoId::short`] enough to talk about.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PhotoId(pub [u8; 32]);

impl PhotoId {
    /// The digest of these bytes.
    pub fn of(bytes: &[u8]) -> PhotoId {
        PhotoId(*blake3::hash(bytes).as_bytes())
    }

    /// The digest of all that is left to read.
    pub fn of_rest(reader: impl Read) -> io::Result<PhotoId> {
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(reader)?;
        Ok(PhotoId(*hasher.finalize().as_bytes()))
    }

    /// The first eight hex digits: what people see in messages.
    pub fn short(&self) -> String {
        self.to_string()[..8].to_owned()
    }

    /// The first eight bytes as a number, uniformly spread: a cheap hash for tables and placement.
    pub fn prefix(&self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        u64::from_be_bytes([a, b, c, d, e, f, g, h])
    }
}

/// The digest of bytes that come one piece after the other.
#[derive(Clone, Debug, Default)]
pub struct Digest {
    hasher: blake3::Hasher,
}

impl Digest {
    /// The next piece.
    pub fn add(&mut self, piece: &[u8]) {
        self.hasher.update(piece);
    }

    /// The identity of all bytes so far.
    pub fn id(&self) -> PhotoId {
        PhotoId(*self.hasher.finalize().as_bytes())
    }
}

impl Ord for PhotoId {
    /// As the hex digits are ordered. Two digests nearly always differ in their first eight bytes, and to compare those
    /// is all that a look-up in a table costs.
    fn cmp(&self, other: &PhotoId) -> Ordering {
        let prefixes = self.prefix().cmp(&other.prefix());
        prefixes.then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for PhotoId {
    fn partial_cmp(&self, other: &PhotoId) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for PhotoId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_hex(&self.0))
    }
}

impl fmt::Debug for PhotoId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PhotoId({})", self.short())
    }
}

impl FromStr for PhotoId {
    type Err = String;

    fn from_str(text: &str) -> Result<PhotoId, String> {
        from_hex(text).map(PhotoId)
    }
}

impl Serialize for PhotoId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PhotoId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<PhotoId, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Lower-case hex of some bytes.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|nibble| char::from(DIGITS[usize::from(nibble)]))
        .collect()
}

/// Exactly `N` bytes out of `2 N` lower- or upper-case hex digits.
pub(crate) fn from_hex<const N: usize>(text: &str) -> Result<[u8; N], String> {
    let digits = text.as_bytes();
    if digits.len() != 2 * N {
        return Err(format!("expected {} hex digits, got {}", 2 * N, digits.len()));
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let digit = |d: u8| char::from(d).to_digit(16).ok_or("expected hex digits only");
        *byte = (digit(pair[0])? * 16 + digit(pair[1])?) as u8;
    }
    Ok(bytes)
}

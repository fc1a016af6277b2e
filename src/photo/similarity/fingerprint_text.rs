//! A fingerprint as text, in records and on the command line: strict about its own version, patient with others.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::base62::{from_base62, to_base62};
use super::fingerprint::{Fingerprint, VERSION};
use super::landmarks::{LANDMARK_BYTES, LANDMARKS, Landmarks};
use super::signature::{SIGNATURE_BYTES, Signature};
use super::view::{VIEW_BYTES, View};
use crate::photo::id::{from_hex, to_hex};

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.is_current() {
            return write!(f, "v{}:{}", self.version, to_hex(&self.whole.to_bytes()));
        }
        let whole = [&self.whole.to_bytes()[..], &self.signature.to_bytes()].concat();
        write!(f, "v{VERSION}:{}", to_base62(&whole))?;
        let landmarks = to_base62(&self.landmarks.to_bytes());
        let has_bands = self.trimmed != self.whole;
        if has_bands || !landmarks.is_empty() {
            write!(f, ":{landmarks}")?;
        }
        if has_bands {
            write!(f, ":{}", to_base62(&self.trimmed.to_bytes()))?;
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
        let (version, rest) = text
            .strip_prefix('v')
            .and_then(|rest| rest.split_once(':'))
            .ok_or("expected v, a number, a colon and letters and digits")?;
        let plain =
            version.bytes().all(|digit| digit.is_ascii_digit()) && !version.starts_with('0');
        let version =
            version.parse().ok().filter(|_| plain).ok_or("expected the number of a version")?;
        if version == VERSION {
            return current(rest).ok_or_else(|| "expected a fingerprint in base 62".to_owned());
        }
        let token = foreign_token(rest)?;
        Ok(Fingerprint {
            version,
            whole: token,
            trimmed: token,
            signature: Signature::EMPTY,
            landmarks: Landmarks::default(),
        })
    }
}

/// Reads what follows the version of a current fingerprint.
fn current(text: &str) -> Option<Fingerprint> {
    /// Longer than the longest part, all of which are read before they are understood.
    const MAX_LENGTH: usize = 2 * (VIEW_BYTES + SIGNATURE_BYTES + LANDMARKS * LANDMARK_BYTES);
    let mut parts = text.split(':').map(|part| match part.len() <= MAX_LENGTH {
        true => from_base62(part),
        false => None,
    });
    let whole = parts.next()??;
    let (landmarks, trimmed) = (parts.next(), parts.next());
    // Of several texts that could stand for the same, one does: no part is written that says nothing.
    let says_nothing = match (&landmarks, &trimmed) {
        (Some(landmarks), None) => landmarks.as_ref().is_some_and(Vec::is_empty),
        (_, Some(trimmed)) => trimmed.as_deref() == whole.get(..VIEW_BYTES),
        (None, None) => false,
    };
    if says_nothing || parts.next().is_some() {
        return None;
    }
    let landmarks = landmarks.unwrap_or_else(|| Some(Vec::new()))?;
    let (whole, signature) = whole.split_first_chunk::<VIEW_BYTES>()?;
    let trimmed = match trimmed {
        Some(trimmed) => trimmed?.as_slice().try_into().ok()?,
        None => *whole,
    };
    let signature = Signature::from_bytes(signature.try_into().ok()?)?;
    Some(Fingerprint { signature, ..Fingerprint::made_up(whole, &trimmed, &landmarks)? })
}

/// What stands for the text of another version's fingerprint. A text that could be such a token stands for itself.
fn foreign_token(text: &str) -> Result<View, String> {
    /// More than any sensible fingerprint will ever have.
    const MAX_LENGTH: usize = 4096;
    let sensible = |byte: u8| byte.is_ascii_alphanumeric() || byte == b':';
    if text.is_empty() || text.len() > MAX_LENGTH || !text.bytes().all(sensible) {
        return Err("expected letters and digits, and not too many of them".to_owned());
    }
    let bytes = from_hex(text).unwrap_or_else(|_| {
        let mut token = [0; VIEW_BYTES];
        let mut digest = blake3::Hasher::new();
        digest.update(text.as_bytes()).finalize_xof().fill(&mut token);
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

//! Photo bytes on their way: shared in memory, attached to their envelope or in base64 on the wire.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use base64::Engine;
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer};

use super::base64_engine::BASE64;

/// Some bytes of a photo. Cloning copies a pointer, never the bytes.
#[derive(Clone, Default)]
pub struct Blob {
    /// A vector inside, so that what was decoded is not copied once more.
    shared: Arc<Vec<u8>>,
    /// Where they begin in it: what was attached is not copied either, though its envelope lies before it.
    start: usize,
}

impl Blob {
    /// The bytes from `start` on, which is not beyond their end.
    pub(super) fn behind(bytes: Vec<u8>, start: usize) -> Blob {
        Blob { start: start.min(bytes.len()), shared: Arc::new(bytes) }
    }
}

impl Deref for Blob {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.shared[self.start..]
    }
}

impl AsRef<[u8]> for Blob {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl PartialEq for Blob {
    fn eq(&self, other: &Blob) -> bool {
        **self == **other
    }
}

impl Eq for Blob {}

impl From<Vec<u8>> for Blob {
    fn from(bytes: Vec<u8>) -> Blob {
        Blob::behind(bytes, 0)
    }
}

impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.len())
    }
}

// There is no `Serialize`: the codec assembles an envelope around the payload instead of sending it through a JSON
// escaper.
impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Blob, D::Error> {
        deserializer.deserialize_str(Base64)
    }
}

/// Decodes base64 where it lies, without a copy of the text.
struct Base64;

impl Visitor<'_> for Base64 {
    type Value = Blob;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes in base64")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Blob, E> {
        BASE64.decode(text).map(Blob::from).map_err(E::custom)
    }
}

//! Photo bytes on their way: shared in memory, base64 on the wire.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use base64::Engine;
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer};

use super::base64_engine::BASE64;

/// Some bytes of a photo. Cloning copies a pointer, never the bytes.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Blob(
    // A vector inside, so that what was decoded is not copied once more.
    Arc<Vec<u8>>,
);

impl Deref for Blob {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for Blob {
    fn from(bytes: Vec<u8>) -> Blob {
        Blob(Arc::new(bytes))
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

//! Who speaks: the identity of a node, and of one life of it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::photo::PhotoId;

/// The identity of a node: 16 hex digits that survive restarts and address changes.
///
/// Derived from the public half of a key pair kept in the node's folder, so that an encrypted link can prove it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NodeId(pub u64);

impl NodeId {
    /// The id of the node whose links use this X25519 public key: the first 8 bytes of its BLAKE3 digest. To find
    /// another key for a given id takes some 2^64 tries.
    pub fn of_key(public: &[u8; 32]) -> NodeId {
        NodeId(PhotoId::of(public).prefix())
    }
}

/// One life of a node, from start to stop: a random number drawn at start, 16 hex digits on the wire.
///
/// Two links from one node carry the same; a node that comes with the id of a live one and another life is a second
/// daemon over a copy of its folder, and is refused.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Boot(pub u64);

macro_rules! sixteen_hex_digits {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:016x}", self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({:016x})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<$name, String> {
                let digits = text.len() == 16 && text.bytes().all(|b| b.is_ascii_hexdigit());
                let number = u64::from_str_radix(text, 16).ok().filter(|_| digits);
                number.map($name).ok_or_else(|| "expected 16 hex digits".to_owned())
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(text: String) -> Result<$name, String> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.to_string()
            }
        }
    };
}

sixteen_hex_digits!(NodeId);
sixteen_hex_digits!(Boot);

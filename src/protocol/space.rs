//! How much of the collection a node's owner lets lie on their disk.

use serde::{Deserialize, Serialize};

/// What a node tells of its disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Space {
    /// How many bytes of the collection may lie on it, its owner's own photos included. Where no number is set, what lies
    /// there and what is free, roughly: else other programs' files would move photos.
    pub capacity: u64,
    /// How many more bytes of others' photos it takes now, roughly. None has room for nothing.
    pub room: u64,
    /// Its owner's own photos may move to other disks like any others.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pools: bool,
    /// It hands over all that it has, and then leaves: others can have photos from it, and nobody counts on a copy there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub draining: bool,
}

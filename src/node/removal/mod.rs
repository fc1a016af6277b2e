//! Removing photos: an owner's act, and what every node makes of it.
//!
//! # At the owner's node
//!
//! ```text
//!   client          node                                   folder
//!     Remove ──────▶  its original, if it has one: Remove ──▶ moved to the trash, with a note
//!                     Sign ─────────────────────────────────▶ signed, and safe on disk
//!     Removed ◀─────  the tombstone counts, and is told to all
//! ```
//!
//! In this order a crash in between leaves a photo that is still in the collection, with the owner's file in his trash:
//! nothing is half removed. An original of his that has a tombstone has therefore come back later: he has put it, copied
//! it or restored it, so the tombstone is lifted. Whether it is lifted in time does not matter, an original counts in
//! any case.
//!
//! # At every node
//!
//! A removed photo is not shown, not copied and not offered; a replica of it goes to this node's own trash. Nobody
//! deletes it before its time there is over, and then only if it is still removed for all that a complete table of more
//! than one node says, and nobody has given up a version of his own for it.
//!
//! # Who does what
//!
//! `signing` is the owner's node: it goes through what its clients want removed, and signs. `removed` is every node's
//! review of a photo that is removed. Whether one is, the table says, from the tombstones of all its owners.
//!
//! # What is left out
//!
//! Nobody can remove what is another's, not even who keeps the only copy of it left. And a tombstone is for good: it can be
//! answered by a later word of the same owner, never deleted, since some node may always come back with the photo.

mod removed;
mod signing;

use std::collections::{BTreeMap, BTreeSet};

use super::{LinkId, Time};
use crate::photo::PhotoId;

/// What owners of this node are about.
#[derive(Debug, Default)]
pub(in crate::node) struct Removals {
    /// What clients have asked for. It goes on when the client goes.
    asked: BTreeMap<LinkId, Removal>,
    /// Photos of which a word is being signed.
    signing: BTreeSet<PhotoId>,
    /// After a word could not be signed: when to try again.
    retry_at: Time,
}

/// Photos that a client wants removed.
#[derive(Debug)]
struct Removal {
    left: BTreeSet<PhotoId>,
    done: Vec<PhotoId>,
    /// Photos whose original this removal has moved to the trash.
    moved: BTreeSet<PhotoId>,
    until: Time,
    /// What it waits for, in words.
    waits_for: String,
}

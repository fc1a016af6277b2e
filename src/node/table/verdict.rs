//! A photo's part in the collection, and the order of photos that it follows from. The rule is in [`super::judge`].

use crate::photo::{PhotoId, Rank};

/// A photo's part in the collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::node) enum Verdict {
    /// Nobody who is here has its bytes.
    Absent,
    /// Its owner has removed it, and nobody else calls it his own.
    Removed,
    /// The collection shows it.
    Keeper,
    /// The collection shows this better version in its place.
    Loser(PhotoId),
}

/// How photos are ordered: a file that was edited in place outranks the bytes that it replaced, else the rank decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::node) struct Order {
    pub(super) not_replaced: bool,
    pub(super) rank: Rank,
}

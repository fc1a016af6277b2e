//! A photo's part in the collection, and the order of photos that decides it. The rule is in [`super::judge`].

use crate::photo::{PhotoId, Rank};

/// A photo's part in the collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::node) enum Verdict {
    /// No node that is here has its bytes.
    Absent,
    /// All its owners have removed it.
    Removed,
    /// The collection shows it.
    Keeper,
    /// The collection shows this better version in its place.
    Loser(PhotoId),
}

/// The order of photos: a file that was edited in place outranks the bytes that it replaced, else the rank decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::node) struct Order {
    pub(super) not_replaced: bool,
    pub(super) rank: Rank,
}

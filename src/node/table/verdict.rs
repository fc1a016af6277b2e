//! A photo's part in the collection. The rule that decides it is in [`super::judge`].

use crate::photo::PhotoId;

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

//! Why a copy of a photo leaves a node. It is never sent; it stands here since the core and the folder share it.

use std::time::Duration;

use super::MemberName;
use crate::photo::{PhotoId, Relation};

/// Why a node's copy of a photo goes: to the trash, where its note says so, or out of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Departure {
    /// Enough other nodes have proven that they hold it: to the surplus trash.
    Surplus,
    /// It is a worse version of a picture: to the trash.
    Replaced {
        /// What the collection shows in its place.
        by: PhotoId,
        /// How it stands to that, by their pixels.
        relation: Relation,
    },
    /// An owner has removed it from the collection: to the trash.
    Removed {
        /// Who has.
        by: MemberName,
    },
    /// Its time in the trash is over, or a person wants it gone: deleted for good.
    Expired,
}

/// A file of a folder's own that went to its trash because of other nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gone {
    /// How long ago, as the folder's daemon has run.
    pub ago: Duration,
    /// The version that took its place; none if others have enough copies of the very photo.
    pub by: Option<PhotoId>,
}

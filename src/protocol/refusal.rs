//! What stands in the way of a request.

use serde::{Deserialize, Serialize};

/// What stands in the way of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Refusal {
    /// The photo itself: it is none.
    #[default]
    Photo,
    /// The daemon's disk: it is full, or cannot be written.
    Disk,
    /// The daemon: it is stopping, or cannot do it now.
    Daemon,
    /// The photo is not for this node's owner to remove or to restore.
    Owner,
    /// What was asked for: it cannot be done in this way, or not at this node.
    Request,
    /// Who asks: only the node's owner may.
    Member,
}

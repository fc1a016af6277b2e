//! What a client is shown before it removes a picture.

use serde::{Deserialize, Serialize};

use crate::photo::PhotoId;

/// The most photos in one removal: far more than one picture has versions, and few enough for their ids to fit into a
/// request.
pub const MAX_REMOVED: usize = 128;

/// What removing a picture through a daemon would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemovalPlan {
    /// The label of what the collection shows.
    pub name: String,
    /// The photo that is itself called as was asked: that one or one of its versions. None if several worse versions are,
    /// or only one whose bytes nobody has any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meant: Option<PhotoId>,
    /// That photo and its worse versions, best first.
    pub photos: Vec<RemovalReport>,
}

/// What would become of one version of a picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemovalReport {
    /// Its id.
    pub id: PhotoId,
    /// Its names.
    pub names: Vec<String>,
    /// Its length in bytes.
    pub bytes: u64,
    /// It is this node's owner's own, and would not be any more.
    pub withdrawn: bool,
    /// It stays in the collection, or gets there: others call it their own, or nobody does.
    pub stays: bool,
    /// What becomes of it, in words.
    pub effect: String,
}

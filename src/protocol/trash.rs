//! What a client is told of a node's trash.

use serde::{Deserialize, Serialize};

use super::versions::Stay;
use crate::photo::PhotoId;

/// A photo that stays in the trash though a person wants it deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptReport {
    /// Its name.
    pub name: String,
    /// Its id.
    pub id: PhotoId,
    /// Why it stays, in words.
    pub reason: String,
}

/// One photo in a node's trash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrashReport {
    /// The names it had.
    pub names: Vec<String>,
    /// Its id.
    pub id: PhotoId,
    /// Its length in bytes.
    pub bytes: u64,
    /// The photo that the collection shows in its place: a better version, or itself if other nodes keep it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keeper: Option<PhotoId>,
    /// Why it is there, in words.
    pub reason: String,
    /// It is the friend's own and made way for somebody else's version: no time deletes it, only a person.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub until_purged: bool,
    /// How long it stays there, as far as that is known: not before it was compared with a better version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stay: Option<Stay>,
    /// The names of the files that have gone there with it: sidecars, and the film of a live photo.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub companions: Vec<String>,
}

impl TrashReport {
    /// How long it stays there, as far as that is known; an earlier daemon only tells of what no time deletes.
    pub fn stays(&self) -> Option<Stay> {
        self.stay.or(self.until_purged.then_some(Stay::UntilPurged))
    }
}

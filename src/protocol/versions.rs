//! What a client is told of photos, and of the versions of a picture.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{FileTime, Holding, NodeId};
use crate::photo::{Format, PhotoId, Relation};

/// One photo of the collection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoReport {
    /// Its label, unique in the collection.
    pub name: String,
    /// Its id.
    pub id: PhotoId,
    /// Its length in bytes.
    pub bytes: u64,
    /// Its width in pixels as displayed; 0 if it cannot be decoded.
    pub width: u32,
    /// Its height in pixels as displayed; 0 if it cannot be decoded.
    pub height: u32,
    /// Its format.
    pub format: Format,
    /// When a camera took it, by its own clock: `YYYY-MM-DDTHH:MM:SS`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub captured: Option<String>,
    /// The earliest time of a file of this picture in an owner's folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dated: Option<FileTime>,
    /// The live nodes that have it on disk.
    pub holders: Vec<NodeId>,
    /// Those of them whose owners have it as their own, and do not let it move.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub originals: Vec<NodeId>,
    /// The other names that lead to it: its own further names and those of its worse versions.
    pub aliases: Vec<String>,
    /// How many worse versions of it the collection does not show.
    #[serde(default, skip_serializing_if = "crate::photo::is_zero")]
    pub versions: u32,
}

/// All about one photo: what it is, who holds it and why the collection shows it, or another one in its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// The keeper: what the collection shows for the name that was asked for.
    pub photo: PhotoReport,
    /// The photo that is itself called so: the keeper or one of its versions. None if several worse versions are, or
    /// only one whose bytes nobody has any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meant: Option<PhotoId>,
    /// Whether it has colour.
    pub colour: bool,
    /// Whether it carries a camera's EXIF.
    pub camera: bool,
    /// Every live node's holding of it.
    pub held: Vec<(NodeId, Holding)>,
    /// The worse versions of the same picture, best first, and who has them.
    pub versions: Vec<VersionReport>,
    /// What people call the nodes that are named here, where that is more than their ids.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub called: BTreeMap<NodeId, String>,
    /// The keeper's state in a few words: "on 2 of 2 nodes", or what it waits for.
    pub state: String,
    /// Whether other groups may see the keeper, in a few words: "shown to other groups", or that it is not, and why. None
    /// where no node that is known shares anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared: Option<String>,
}

impl Explanation {
    /// What is told of a photo of another group.
    pub fn of_another_group(photo: PhotoReport, colour: bool, camera: bool) -> Explanation {
        Explanation {
            meant: Some(photo.id),
            photo,
            colour,
            camera,
            held: Vec::new(),
            versions: Vec::new(),
            called: BTreeMap::new(),
            shared: None,
            state: "of another group, which looks after it".to_owned(),
        }
    }
}

/// A worse version of a picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionReport {
    /// Its id.
    pub id: PhotoId,
    /// Its names.
    pub names: Vec<String>,
    /// Its length in bytes.
    pub bytes: u64,
    /// Its width in pixels as displayed.
    pub width: u32,
    /// Its height in pixels as displayed.
    pub height: u32,
    /// Its format.
    pub format: Format,
    /// Every live node's holding of it.
    pub held: Vec<(NodeId, Holding)>,
    /// How it stands to the keeper. A daemon that does not say so may not know.
    #[serde(default = "careful")]
    pub relation: Relation,
    /// The first respect in which the keeper is better, in words.
    pub worse_by: String,
    /// All respects in which it differs from the keeper, in words: `800 x 600 instead of 4000 x 3000`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differs: Vec<String>,
}

/// In doubt nothing is deleted for it.
fn careful() -> Relation {
    Relation::Variant
}

/// A photo that the collection does not show, and the better version that it shows in its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DuplicateReport {
    /// The photo that is not shown.
    pub version: VersionReport,
    /// What is shown in its place.
    pub keeper: Summary,
    /// How long it stays in the asked node's trash; none if it does not lie there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trash: Option<Stay>,
}

/// The least that is told of a photo.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Summary {
    /// Its label; a name of its own if the collection does not show it.
    pub name: String,
    /// Its id.
    pub id: PhotoId,
    /// Its length in bytes.
    pub bytes: u64,
    /// Its width in pixels as displayed.
    pub width: u32,
    /// Its height in pixels as displayed.
    pub height: u32,
    /// Its format.
    pub format: Format,
}

/// A photo that looks like one that was asked about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SimilarReport {
    /// The photo.
    #[serde(flatten)]
    pub photo: Summary,
    /// How the two stand to each other, by the first look.
    pub relation: Relation,
    /// What the collection shows in its place, if that is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<Summary>,
}

/// How long a photo stays in a trash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stay {
    /// So many more days of running; then it is deleted once that is proven to be safe.
    Days(u32),
    /// Until its owner purges it: time alone deletes it never.
    UntilPurged,
}

/// What has become of a photo that was said to be a picture of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DistinctReport {
    /// Its label, or its name if the collection does not show it.
    pub name: String,
    /// Its id.
    pub id: PhotoId,
    /// Whether the collection shows it now.
    pub shown: bool,
    /// Where it is, or in whose place another one is shown, in words.
    pub state: String,
}

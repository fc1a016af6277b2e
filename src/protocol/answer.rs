//! What a client is answered. Which no is final, and after which one asks again, is in "What a no means" on the page of
//! [`protocol`](super).

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::between::{GROUPS, GroupReport};
use super::members::MemberReport;
use super::refusal::Refusal;
use super::removal::RemovalPlan;
use super::status::{DrainReport, StatusReport};
use super::trash::{KeptReport, TrashReport};
use super::versions::{DistinctReport, DuplicateReport, Explanation, PhotoReport, SimilarReport};
use super::{Blob, Membership, NodeId, Revocation, bounds};
use crate::photo::{PhotoId, Relation};

/// What a daemon answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "command")]
pub enum Answer {
    /// The client is known now, and may ask.
    Registered {
        /// The node that was asked.
        node: NodeId,
        /// Whose it is, and that it is a member's: the client checks this before it sends more.
        member: Box<Membership>,
        /// Whether the client is its owner's.
        owner: bool,
        /// Optional abilities of the daemon, by name; unknown ones are ignored.
        #[serde(default, deserialize_with = "bounds::features")]
        features: Vec<String>,
    },

    /// The labels of all photos, sorted and unique.
    ListImage {
        /// The labels.
        list: Arc<Vec<String>>,
    },

    /// A photo.
    ReceiveImage {
        /// The name that was asked for.
        #[serde(rename = "imageName")]
        image_name: String,
        /// The photo's label: a good file name.
        label: String,
        /// The photo's id: the BLAKE3 digest of the bytes, by which the receiver checks them.
        id: PhotoId,
        /// The length in bytes.
        bytes: u64,
        /// The bytes; attached or in base64 on the wire.
        #[serde(skip_serializing)]
        image: Blob,
    },

    /// What a photo looks like, by the word of a node that has it: nothing about these bytes has been checked.
    Preview {
        /// The photo's id.
        photo: PhotoId,
        /// The length in bytes, at most [`PreviewSize::max_bytes`](crate::photo::PreviewSize::max_bytes).
        bytes: u64,
        /// A JPEG; attached or in base64 on the wire.
        #[serde(skip_serializing)]
        image: Blob,
    },

    /// There is no such photo or node, or not just one, or nobody could deliver it.
    NotFound {
        /// The name that was asked for.
        #[serde(rename = "imageName")]
        image_name: String,
        /// All that the name can mean, if there are several: the labels of photos, or what nodes are called.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        candidates: Vec<String>,
        /// There is such a photo, but only on nodes that are away, or nobody could deliver it now.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        undelivered: bool,
        /// What went wrong, in words.
        reason: String,
    },

    /// The photo is in the daemon's folder.
    Stored {
        /// Its label in the collection.
        name: String,
        /// Its id.
        id: PhotoId,
        /// How many nodes have it on disk now.
        copies: u32,
        /// Which.
        nodes: Vec<NodeId>,
        /// What people call them, in a group.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        called: BTreeMap<NodeId, String>,
        /// Whether the collection had it before.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        already: bool,
        /// What a person should know: what is not as wished, or not as they may think.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        warning: Option<Box<str>>,
    },

    /// The daemon's folder has the same picture in a better version. The photo is in the folder, too; it may go to the trash
    /// later, as any worse version does.
    Have {
        /// The better version's label.
        name: String,
        /// The better version's id.
        id: PhotoId,
        /// How the two stand to each other.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        relation: Option<Relation>,
        /// In what the photo differs from the better version, in words.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        differs: Vec<String>,
    },

    /// It could not be done, or is not for this client to ask.
    Refused {
        /// What stands in the way.
        #[serde(default)]
        cause: Refusal,
        /// Why, and what to do.
        error: String,
    },

    /// A page of the collection.
    Photos {
        /// The photos, in order of their ids.
        photos: Vec<PhotoReport>,
        /// Ask on after this id; nothing follows without it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next: Option<PhotoId>,
    },

    /// All about one photo.
    Explained(Box<Explanation>),

    /// How the mesh is doing.
    Status(Box<StatusReport>),

    /// Who is in the group, as far as this node knows.
    Members {
        /// By name.
        members: Vec<MemberReport>,
        /// The group's words on those that are none any more.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        removals: Vec<Revocation>,
    },

    /// The groups of a circle, as far as they are known.
    Groups {
        /// The one that answers, and the others by name.
        #[serde(deserialize_with = "bounds::list::<_, _, GROUPS>")]
        groups: Vec<GroupReport>,
    },

    /// The removal is known here, and the other nodes are told.
    Told,

    /// How far handing over has come.
    Draining(DrainReport),

    /// The node is forgotten here, until it comes again.
    Forgotten {
        /// Its id.
        node: NodeId,
        /// What people called it.
        called: String,
        /// How many photos it was last known to have.
        photos: u64,
    },

    /// A page of the daemon's trash.
    Trash {
        /// What lies there, in order of the ids.
        photos: Vec<TrashReport>,
        /// Ask on after this id; nothing follows without it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next: Option<PhotoId>,
    },

    /// A page of what the collection does not show because of a better version.
    Duplicates {
        /// The node that was asked.
        node: NodeId,
        /// What people call the nodes that are named here, in a group.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        called: BTreeMap<NodeId, String>,
        /// The worse versions, in order of their ids. May be none although more follow: a page ends after so many photos
        /// were looked at.
        duplicates: Vec<DuplicateReport>,
        /// Ask on after this id; nothing follows without it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next: Option<PhotoId>,
    },

    /// What looks like a photo that the client has.
    Similar {
        /// The very same photo first, then by their ids.
        photos: Vec<SimilarReport>,
    },

    /// The photos count as different pictures from now on.
    Distinct {
        /// What has become of each.
        photos: Vec<DistinctReport>,
    },

    /// The photo is back where it was.
    Restored {
        /// Its label in the collection.
        name: String,
        /// Its id.
        id: PhotoId,
        /// Where it lies in the daemon's folder now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        file: Option<String>,
    },

    /// Photos are deleted from the trash.
    Purged {
        /// How many.
        deleted: u64,
        /// How many of those asked for stay there, since it is not certain now that nothing is lost with them.
        kept: u64,
        /// Some of these, and why.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        why: Vec<KeptReport>,
    },

    /// What removing a picture would do.
    Removal(Box<RemovalPlan>),

    /// The photos are removed: this node's originals of them are in its trash, and all nodes are told.
    Removed {
        /// Their ids.
        photos: Vec<PhotoId>,
    },

    /// The request could not be understood or served; the link is closed after this.
    Error {
        /// What went wrong, and what to do about it.
        error: String,
    },
}

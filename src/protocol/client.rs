//! What a client asks of a daemon, and what it is answered.
//!
//! The client sends a [`Request`], the daemon sends exactly one [`Answer`] to each, in the order asked, and nothing
//! else. Requests may be pipelined. A frame that cannot be understood is answered with [`Answer::Error`] and the link
//! is closed.
//!
//! In a group a client says first who it is, with `registerClient`; before that it gets nothing but an `Error`. What it
//! may ask then depends on whose daemon it is: see [`Request::is_for_owner_alone`]. Without a group `registerClient` is
//! optional and not answered, and everybody may ask everything. Chunks of a photo are answered all together.
//!
//! The bytes of photos are base64 in the JSON, unless a side has named [`codec::ATTACHMENTS`](super::codec::ATTACHMENTS)
//! when it registered. Where `registerClient` is not answered, a client does not learn whether it may attach what it
//! puts, and sends base64.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use super::members::{MemberReport, NodeOfMember};
pub use super::refusal::Refusal;
pub use super::removal::{MAX_REMOVED, RemovalPlan, RemovalReport};
pub use super::status::{FolderReport, NodeReport, RiskReport, StatusReport};
pub use super::trash::{KeptReport, TrashReport};
pub use super::versions::{
    DistinctReport, DuplicateReport, Explanation, KeeperReport, PhotoReport, Stay, VersionReport,
};
use super::{Blob, FileTime, Membership, NodeId, Revocation, Visit, bounds};
pub use crate::photo::PreviewSize;
use crate::photo::{PhotoId, Relation};

/// What a client asks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "command")]
pub enum Request {
    /// Who the client is. In a group it comes first and once, and is answered by [`Answer::Registered`].
    #[serde(rename = "registerClient")]
    RegisterClient {
        /// What the client calls itself, for the log. Two clients may use one name.
        #[serde(default, deserialize_with = "bounds::words")]
        name: String,
        /// Which member it is, in a group.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        member: Option<Box<Visit>>,
        /// Optional abilities, by name; unknown ones are ignored.
        #[serde(default, deserialize_with = "bounds::features")]
        features: Vec<String>,
    },

    /// The labels of all photos of the collection. Answered by [`Answer::ListImage`].
    GetImageList,

    /// One photo, by label, name, alias or id prefix of six digits or more. Answered by [`Answer::ReceiveImage`] or
    /// [`Answer::NotFound`].
    GetImageRequest {
        /// What to look up.
        #[serde(rename = "imageName", deserialize_with = "bounds::text::<_, { bounds::LOOKUP }>")]
        image_name: String,
    },

    /// The bytes of exactly this photo, be it what the collection shows or not, in somebody's folder or trash. Answered
    /// by [`Answer::ReceiveImage`] or [`Answer::NotFound`].
    GetExact {
        /// Its id.
        photo: PhotoId,
    },

    /// What exactly this photo looks like, be it what the collection shows or not, in somebody's folder or trash.
    /// Answered by [`Answer::Preview`] or [`Answer::NotFound`].
    GetPreview {
        /// Its id.
        photo: PhotoId,
        /// How large the picture is wanted.
        size: PreviewSize,
    },

    /// Adds a photo to the daemon's folder. `Chunk`s with exactly `bytes` bytes must follow; then it is answered by
    /// [`Answer::Stored`], [`Answer::Have`] or [`Answer::Refused`].
    Put {
        /// The file's name, without folders.
        #[serde(deserialize_with = "bounds::text::<_, { bounds::LOOKUP }>")]
        name: String,
        /// The length of the photo in bytes.
        bytes: u64,
        /// The time of the file, where the client has it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        dated: Option<FileTime>,
    },

    /// The next piece of the photo that is being put, at most [`super::MAX_CHUNK`] bytes. Not answered.
    Chunk {
        /// The bytes; attached or in base64 on the wire.
        #[serde(skip_serializing)]
        data: Blob,
    },

    /// A page of the collection in detail. Answered by [`Answer::Photos`].
    List {
        /// Continue after the photo of this id; from the start without it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<PhotoId>,
    },

    /// All about one photo, looked up as in `GetImageRequest`. Answered by [`Answer::Explained`] or
    /// [`Answer::NotFound`].
    Explain {
        /// What to look up.
        #[serde(rename = "imageName", deserialize_with = "bounds::text::<_, { bounds::LOOKUP }>")]
        image_name: String,
        /// Not found unless the very photo of this name is here: one that only leads to another version does not count.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        exact: bool,
    },

    /// A page of the photos in whose place the collection shows a better version. Answered by [`Answer::Duplicates`].
    Duplicates {
        /// Continue after the photo of this id; from the start without it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<PhotoId>,
    },

    /// Says that all these are different pictures, however alike they look. Answered by [`Answer::Distinct`],
    /// [`Answer::NotFound`] or [`Answer::Refused`].
    Distinct {
        /// Their names or ids, at most [`MAX_DISTINCT`].
        #[serde(
            rename = "imageNames",
            deserialize_with = "bounds::texts::<_, _, MAX_DISTINCT, { bounds::LOOKUP }>"
        )]
        image_names: Vec<String>,
    },

    /// How the mesh is doing. Answered by [`Answer::Status`].
    Status,

    /// Who is in the group. Answered by [`Answer::Members`].
    Members,

    /// Somebody is a member no longer. Answered by [`Answer::Told`] or [`Answer::Refused`].
    Tell {
        /// The group's word on it, which proves itself.
        removal: Box<Revocation>,
    },

    /// A node that is not here will not come back: this daemon is to wait for it no more. Answered by
    /// [`Answer::Forgotten`], [`Answer::NotFound`] or [`Answer::Refused`].
    Forget {
        /// What people call it, or the beginning of its id.
        #[serde(deserialize_with = "bounds::text::<_, { bounds::LOOKUP }>")]
        node: String,
    },

    /// A page of what lies in this daemon's own trash. Answered by [`Answer::Trash`].
    TrashList {
        /// Continue after the photo of this id; from the start without it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<PhotoId>,
    },

    /// Puts a photo of this daemon's trash back to where it was and records that it is no version of what replaced it.
    /// Answered by [`Answer::Restored`] or [`Answer::NotFound`].
    TrashRestore {
        /// A name or id prefix of a photo in the trash.
        #[serde(rename = "imageName", deserialize_with = "bounds::text::<_, { bounds::LOOKUP }>")]
        image_name: String,
    },

    /// Deletes photos that have been in this daemon's own trash for a while, by the same rules as when their time there
    /// is over: each only if enough other nodes prove that they have it, or a better version; or if it is removed.
    /// Answered by [`Answer::Purged`] or [`Answer::Refused`].
    TrashPurge {
        /// Only what has been there for so many days of running; all for 0.
        #[serde(rename = "olderThan", default)]
        older_than: u32,
    },

    /// What it would do to remove a picture through this daemon: nothing is changed. Answered by [`Answer::Removal`],
    /// [`Answer::NotFound`] or [`Answer::Refused`].
    PlanRemoval {
        /// What to look up, as in `GetImageRequest`.
        #[serde(rename = "imageName", deserialize_with = "bounds::text::<_, { bounds::LOOKUP }>")]
        image_name: String,
    },

    /// Removes photos that are the own of this daemon's owner from the collection: all that the plan has shown as
    /// withdrawn. Answered by [`Answer::Removed`] or [`Answer::Refused`].
    Remove {
        /// Their ids, at most [`MAX_REMOVED`].
        #[serde(deserialize_with = "bounds::list::<_, _, MAX_REMOVED>")]
        photos: Vec<PhotoId>,
    },
}

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
        /// The length in bytes, at most [`PreviewSize::max_bytes`].
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
        /// The photo is in the collection, but nobody could deliver it now.
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

    /// The daemon's folder has the same picture in a better version, so the photo went to its trash.
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
    },

    /// The removal is known here, and the other nodes are told.
    Told,

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
        /// The worse versions, in order of their ids. May be none although more follow: a page ends after so many photos
        /// were looked at.
        duplicates: Vec<DuplicateReport>,
        /// Ask on after this id; nothing follows without it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next: Option<PhotoId>,
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

/// The most photos that one [`Request::Distinct`] may name: every two of them are looked at.
pub const MAX_DISTINCT: usize = 16;

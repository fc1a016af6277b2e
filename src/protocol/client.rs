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
//!
//! A super-peer asks with `shared`, and gets only what other groups may see. It must see first that the daemon names
//! [`SHARED`] in [`Answer::Registered`]: an earlier program takes no notice of the field, and tells everything.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use super::answer::Answer;
pub use super::members::{MemberReport, NodeOfMember};
pub use super::refusal::Refusal;
pub use super::removal::{MAX_REMOVED, RemovalPlan, RemovalReport};
pub use super::status::{
    CacheReport, DiskReport, DrainReport, FolderReport, NodeReport, RiskReport, StatusReport,
};
pub use super::trash::{KeptReport, TrashReport};
pub use super::versions::{
    DistinctReport, DuplicateReport, Explanation, PhotoReport, SimilarReport, Stay, Summary,
    VersionReport,
};
use super::{Blob, FileTime, Revocation, Visit, bounds};
pub use crate::photo::PreviewSize;
use crate::photo::{Photo, PhotoId};

/// The ability to heed `shared` in requests, by its name among the features in [`Answer::Registered`].
pub const SHARED: &str = "shared";

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
        /// Only what other groups may see: another photo is not found, as if nobody knew it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        shared: bool,
    },

    /// What exactly this photo looks like, be it what the collection shows or not, in somebody's folder or trash.
    /// Answered by [`Answer::Preview`] or [`Answer::NotFound`].
    GetPreview {
        /// Its id.
        photo: PhotoId,
        /// How large the picture is wanted.
        size: PreviewSize,
        /// Only what other groups may see: another photo is not found, as if nobody knew it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        shared: bool,
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
        /// Only what other groups may see: a page may have none of it, and yet a next one.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        shared: bool,
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
        /// Only what other groups may see: a name that leads to nothing else is not found.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        shared: bool,
    },

    /// The photos of the collection, and the versions that it does not show, that look like this one, which need not be
    /// one of them. Answered by [`Answer::Similar`].
    Similar {
        /// What the client has found in its bytes.
        photo: Arc<Photo>,
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

    /// This daemon is to hand over all that it has and then to leave. Answered by [`Answer::Draining`].
    Drain {
        /// What exactly is wanted.
        order: DrainOrder,
    },

    /// Which groups there are, the own one first. Asked of a super-peer; answered by [`Answer::Groups`].
    Groups,

    /// Something that another group is to answer, about the photos that it shares: one of the requests about photos that
    /// change nothing. Asked of a super-peer; answered as that request is, by the other group.
    Abroad {
        /// What the group is called, or that with `~` and the first digits of its id.
        #[serde(deserialize_with = "bounds::text::<_, { bounds::LOOKUP }>")]
        group: String,
        /// The request.
        ask: Box<Request>,
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

/// What is wanted of a daemon that hands over all that it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DrainOrder {
    /// Begin, unless it has.
    Begin,
    /// Stay after all.
    Cancel,
    /// Tell how far it has come, and change nothing.
    Tell,
}

/// The most photos that one [`Request::Distinct`] may name: every two of them are looked at.
pub const MAX_DISTINCT: usize = 16;

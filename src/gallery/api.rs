//! The shapes of the JSON that the page gets and sends. What they mean is said here once; their names are the contract
//! with the page's scripts.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::photo::{Format, PhotoId};
use crate::protocol::NodeId;
use crate::protocol::client::{DistinctReport, KeptReport, StatusReport, Stay, Summary};

/// How all is: `/api/status`, and the event `status`.
#[derive(Serialize)]
pub(super) struct Status<'a> {
    /// The present timeline.
    pub(super) rev: &'a str,
    /// Who asks.
    pub(super) role: &'a str,
    /// What every change has to bring along; owners alone get it.
    pub(super) token: Option<&'a str>,
    /// The daemon's address.
    pub(super) daemon: String,
    /// Whether who asks may change anything, here and at the daemon.
    pub(super) may_change: bool,
    /// As `photomesh status --json`; none if the daemon does not answer.
    pub(super) status: Option<Arc<StatusReport>>,
    /// How full all disks would be if everything had moved that may, in hundredths; none while somebody who is here has
    /// not told how large theirs is.
    pub(super) level: Option<f64>,
    /// What is wrong if there is no status.
    pub(super) gone: Option<&'a str>,
    /// For how many seconds.
    pub(super) since: Option<u64>,
}

/// There is a new timeline: the event `revision`.
#[derive(Serialize)]
pub(super) struct Revision<'a> {
    /// Its name.
    pub(super) rev: &'a str,
    /// How many photos it has.
    pub(super) total: usize,
}

/// Where the photos are that were searched for.
#[derive(Serialize)]
pub(super) struct Hits<'a> {
    /// The timeline that this is about.
    pub(super) rev: &'a str,
    /// Positions in it, rising.
    pub(super) positions: Vec<u32>,
    /// Names that are nearly what was searched for, if nothing is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) near: Vec<&'a str>,
}

/// The date of a photo, and who tells it.
#[derive(Serialize)]
pub(super) struct DateShown {
    /// `YYYY-MM-DD`.
    pub(super) day: String,
    /// `HH:MM:SS`, if it is known.
    pub(super) time: Option<String>,
    /// `camera`, `name` or `file`.
    pub(super) source: &'static str,
}

/// A node, and how it has a photo.
#[derive(Serialize)]
pub(super) struct Place {
    pub(super) node: NodeId,
    /// What people call it.
    pub(super) called: String,
    /// Whether it is here.
    pub(super) alive: bool,
    /// Whether it is the daemon that is asked.
    pub(super) this: bool,
    /// `original`, `replica`, `trash`, or none.
    pub(super) holding: Option<&'static str>,
}

/// A node that has a version.
#[derive(Serialize)]
pub(super) struct Held {
    pub(super) node: NodeId,
    pub(super) called: String,
    pub(super) holding: &'static str,
}

/// What a photo is, whoever has it.
#[derive(Serialize)]
pub(super) struct Picture {
    pub(super) id: PhotoId,
    pub(super) name: String,
    /// All its names, that one first.
    pub(super) names: Vec<String>,
    pub(super) bytes: u64,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) format: Format,
}

/// A worse version of a picture.
#[derive(Serialize)]
pub(super) struct Version {
    #[serde(flatten)]
    pub(super) picture: Picture,
    /// The first respect in which the shown photo is better, in words.
    pub(super) worse_by: String,
    /// All in which it differs, in words.
    pub(super) differs: Vec<String>,
    #[serde(rename = "where")]
    pub(super) places: Vec<Held>,
}

/// All about one photo.
#[derive(Serialize)]
pub(super) struct Details {
    #[serde(flatten)]
    pub(super) picture: Picture,
    /// Of a version that is put away, nobody tells this and the next.
    pub(super) colour: Option<bool>,
    pub(super) camera: Option<bool>,
    pub(super) date: Option<DateShown>,
    /// Where the picture is, in the daemon's words.
    pub(super) state: String,
    #[serde(rename = "where")]
    pub(super) places: Vec<Place>,
    pub(super) versions: Vec<Version>,
    /// What the collection shows of this picture.
    pub(super) shown: PhotoId,
}

/// A version that is put away, and the photo that is shown in its place.
#[derive(Serialize)]
pub(super) struct Duplicate {
    pub(super) version: Version,
    pub(super) keeper: Summary,
    /// How long it stays in this daemon's trash; none if it does not lie there.
    pub(super) stay: Option<Stay>,
    /// Somebody has looked at the two.
    pub(super) reviewed: bool,
}

/// A page of them.
#[derive(Serialize)]
pub(super) struct Duplicates {
    pub(super) duplicates: Vec<Duplicate>,
    pub(super) next: Option<PhotoId>,
}

/// A photo in the daemon's own trash.
#[derive(Serialize)]
pub(super) struct Thrown {
    pub(super) id: PhotoId,
    pub(super) name: String,
    pub(super) names: Vec<String>,
    pub(super) bytes: u64,
    pub(super) keeper: Option<PhotoId>,
    /// Why it is there, in words.
    pub(super) reason: String,
    /// How long it stays; none if that is not known yet.
    pub(super) stay: Option<Stay>,
    /// Files that are there with it.
    pub(super) companions: Vec<String>,
}

/// A page of them.
#[derive(Serialize)]
pub(super) struct Trash {
    /// What people call the node whose trash it is.
    pub(super) called: String,
    pub(super) photos: Vec<Thrown>,
    pub(super) next: Option<PhotoId>,
}

/// The other groups that can be looked at.
#[derive(Serialize)]
pub(super) struct OtherGroups {
    pub(super) groups: Vec<OtherGroup>,
}

/// One of them.
#[derive(Serialize)]
pub(super) struct OtherGroup {
    /// As people call it, with digits of its id if two are called alike.
    pub(super) name: String,
    /// How many photos it shows.
    pub(super) photos: u64,
    pub(super) bytes: u64,
    /// For how many seconds nobody of it has answered; none if somebody has lately.
    pub(super) lost_secs: Option<u64>,
}

/// A page of what another group shows.
#[derive(Serialize)]
pub(super) struct ShownAbroad {
    pub(super) photos: Vec<PhotoAbroad>,
    pub(super) next: Option<PhotoId>,
}

/// A photo of another group, as that one tells of it.
#[derive(Serialize)]
pub(super) struct PhotoAbroad {
    pub(super) id: PhotoId,
    pub(super) name: String,
    /// In pixels; 0 if unknown, as is the height.
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) date: Option<DateShown>,
}

/// A photo has come into the collection.
#[derive(Serialize)]
pub(super) struct Stored {
    /// Its label.
    pub(super) stored: String,
    pub(super) id: PhotoId,
    pub(super) copies: u32,
    /// What people call the nodes that have it.
    pub(super) nodes: Vec<String>,
    /// It was there before.
    pub(super) already: bool,
    pub(super) warning: Option<Box<str>>,
}

/// A better version is there, so it has gone to the trash.
#[derive(Serialize)]
pub(super) struct Have {
    /// The better one's label.
    pub(super) have: String,
    pub(super) id: PhotoId,
    pub(super) differs: Vec<String>,
}

/// Some photos, by their ids.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Photos {
    pub(super) photos: Vec<PhotoId>,
}

/// One.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct One {
    pub(super) photo: PhotoId,
}

/// A name and an id.
#[derive(Serialize)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) id: PhotoId,
}

/// Pairs that somebody has looked at, or has not after all.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Looked {
    pub(super) pairs: Vec<(PhotoId, PhotoId)>,
    #[serde(default)]
    pub(super) undo: bool,
}

/// What to delete from the trash for good.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Purge {
    /// Only what has been there for so many days of running.
    pub(super) older_than: u32,
}

/// Who wants in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Secret {
    pub(super) secret: String,
}

/// What has become of pictures that were said to be different.
#[derive(Serialize)]
pub(super) struct Distinct {
    pub(super) photos: Vec<DistinctReport>,
}

/// What has become of the trash.
#[derive(Serialize)]
pub(super) struct Purged {
    pub(super) deleted: u64,
    pub(super) kept: u64,
    pub(super) why: Vec<KeptReport>,
}

/// Done, and nothing to say of it.
#[derive(Serialize)]
pub(super) struct Done {}

/// The newest photos, for slideshows.
#[derive(Serialize)]
pub(super) struct Feed<'a> {
    pub(super) photos: Vec<Slide<'a>>,
}

/// A photo of a slideshow, and where it is to be had: as large as a screen, and as it is.
#[derive(Serialize)]
pub(super) struct Slide<'a> {
    pub(super) id: PhotoId,
    pub(super) name: &'a str,
    pub(super) date: Option<DateShown>,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) view: String,
    pub(super) photo: String,
}

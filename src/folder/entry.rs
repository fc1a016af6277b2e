//! The knowledge of one file, and of one photo.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::disk::Stamp;
use super::file_path::FilePath;
use crate::photo::{Photo, PhotoId};
use crate::protocol::{Facts, Few, Holding, Looks};

/// One file, as it was last read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FileEntry {
    pub(super) stamp: Stamp,
    pub(super) content: Content,
    /// Whether the file was seen in this life. A file known only from the index is reported to nobody.
    pub(super) seen: bool,
}

/// The content of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Content {
    /// The bytes of this photo.
    Photo(PhotoId),
    /// The rotten bytes of this photo. The file lies in the friend's own folder and so stays where it is.
    Damaged(PhotoId),
    /// Not a picture; not read again until it changes.
    Other,
}

/// One photo and where its bytes are.
#[derive(Clone, Debug)]
pub(super) struct PhotoEntry {
    pub(super) photo: Arc<Photo>,
    pub(super) facts: Facts,
    /// The node's results of comparing it with others.
    pub(super) looks: Looks,
    /// When its bytes were last read, in seconds of running.
    pub(super) checked: u64,
    /// Every file with its bytes.
    pub(super) files: Few<FilePath>,
    /// How it was held when the node was last told.
    pub(super) told: Option<Standing>,
}

impl PhotoEntry {
    /// Takes another account of the same bytes if it is of a higher version; returns whether it is.
    pub(super) fn renew(&mut self, photo: &Arc<Photo>) -> bool {
        let newer = photo.account > self.photo.account;
        if newer {
            self.photo = Arc::clone(photo);
        }
        newer
    }
}

/// How the folder holds a photo: the best of its files, and how many the friend's own folder has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) holding: Holding,
    pub(super) files: u32,
}

impl Standing {
    /// The standing of a photo with a single file.
    pub(super) fn of_one(holding: Holding) -> Standing {
        Standing { holding, files: u32::from(holding == Holding::Original) }
    }

    /// The standing of a photo with the files of both.
    pub(super) fn and(self, other: Standing) -> Standing {
        let holding = self.holding.max(other.holding);
        Standing { holding, files: self.files.saturating_add(other.files) }
    }
}

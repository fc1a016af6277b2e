//! What this node's own folder has besides the photos as such.

use std::collections::{BTreeMap, BTreeSet};

use super::Node;
use crate::photo::PhotoId;
use crate::protocol::client::FolderReport;

/// What the folder has told of its files.
#[derive(Debug, Default)]
pub(super) struct OwnFiles {
    /// Files that are no pictures.
    pub(super) skipped: u64,
    /// Damaged files found since the start.
    pub(super) damaged: u64,
    /// Photos still to be read by the present rules.
    pub(super) unread: u64,
    /// The names of the files that go where a photo goes, of each photo that has some.
    companions: BTreeMap<PhotoId, Vec<String>>,
}

impl OwnFiles {
    /// The names of a photo's companions.
    pub(super) fn companions_of(&self, photo: PhotoId) -> &[String] {
        self.companions.get(&photo).map_or(&[], Vec::as_slice)
    }

    pub(super) fn report(&self) -> FolderReport {
        // One may belong to two photos.
        let companions: BTreeSet<&String> = self.companions.values().flatten().collect();
        FolderReport { unread: self.unread, companions: companions.len() as u64 }
    }
}

impl Node {
    /// The folder says which files go where a photo goes. They are on no other disk, so this copy of the photo is never
    /// one too many.
    pub(super) fn accompanied(&mut self, photo: PhotoId, files: Vec<String>) {
        if files.is_empty() {
            self.own_files.companions.remove(&photo);
        } else {
            self.own_files.companions.insert(photo, files);
        }
        self.catalog.mark_changed(photo);
    }
}

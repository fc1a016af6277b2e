//! What this node's own folder says: which photos it holds, what it has lost, and what lies there besides.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Node;
use crate::photo::{Photo, PhotoId};
use crate::protocol::client::FolderReport;
use crate::protocol::{Facts, Holding, Looks, Record};

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
        self.table.mark_changed(photo);
    }

    /// The folder says how it holds a photo.
    pub(super) fn found(&mut self, photo: Arc<Photo>, facts: Facts, holding: Holding, files: u32) {
        let id = photo.id;
        if files > 1 {
            self.files.insert(id, files);
        } else {
            self.files.remove(&id);
        }
        let holding = self.as_withdrawn(id, holding);
        self.table.claim(
            self.config.node,
            &Record { photo, facts: Arc::new(facts), holding, looks: Looks::default() },
        );
    }

    /// The folder has no good file of a photo any more.
    pub(super) fn lost(&mut self, photo: PhotoId) {
        self.files.remove(&photo);
        self.abandon_over(photo, "the folder has lost its file");
        self.table.remove(self.config.node, photo);
    }

    /// A file is damaged, and the folder has set it aside.
    pub(super) fn damaged(&mut self, photo: PhotoId, file: &str) {
        self.own_files.damaged += 1;
        let text = format!("{file} is damaged and was set aside; {} is repaired", photo.short());
        self.log("disk", text);
        self.lost(photo);
    }
}

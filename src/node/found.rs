//! What the folder says that it holds.

use std::sync::Arc;

use super::Node;
use crate::photo::{Photo, PhotoId};
use crate::protocol::{Facts, Holding, Looks, Record};

impl Node {
    /// The folder says how it holds a photo.
    pub(super) fn found(&mut self, photo: Arc<Photo>, facts: Facts, holding: Holding, files: u32) {
        let id = photo.id;
        if files > 1 {
            self.files.insert(id, files);
        } else {
            self.files.remove(&id);
        }
        let holding = self.as_withdrawn(id, holding);
        self.catalog.claim(
            self.config.node,
            &Record { photo, facts: Arc::new(facts), holding, looks: Looks::default() },
        );
    }

    /// The folder has no good file of a photo any more.
    pub(super) fn lost(&mut self, photo: PhotoId) {
        self.files.remove(&photo);
        self.abandon_over(photo, "the folder has lost its file");
        self.catalog.remove(self.config.node, photo);
    }

    /// A file is damaged, and the folder has set it aside.
    pub(super) fn damaged(&mut self, photo: PhotoId, file: &str) {
        self.own_files.damaged += 1;
        let text = format!("{file} is damaged and was set aside; {} is repaired", photo.short());
        self.log("disk", text);
        self.lost(photo);
    }
}

//! The addresses of the other nodes of the mesh, noted for the next start.

use std::collections::BTreeMap;
use std::io::BufReader;
use std::path::Path;

use super::layout::{MARKER, TMP};
use super::{Folder, disk};
use crate::protocol::{Address, NodeId};

impl Folder {
    /// The other nodes of the mesh and their addresses, as last noted.
    pub fn known_nodes(&self) -> BTreeMap<NodeId, Address> {
        self.nodes.clone()
    }

    /// Remembers the other nodes of the mesh for the next start.
    pub fn note_nodes(&mut self, nodes: &BTreeMap<NodeId, Address>) {
        if self.nodes != *nodes {
            self.nodes = nodes.clone();
            self.nodes_saved = false;
            self.save_nodes();
        }
    }

    pub(super) fn save_nodes(&mut self) {
        let Ok(text) = serde_json::to_string(&self.nodes) else {
            return;
        };
        let path = self.root.join(MARKER).join("nodes");
        let tmp = self.root.join(TMP).join("nodes");
        self.nodes_saved = self.nodes_saved || self.disk.write_whole(&path, &tmp, &text).is_ok();
    }
}

/// The nodes noted last; none if the note cannot be read: then `--join` helps.
pub(super) fn read(root: &Path) -> BTreeMap<NodeId, Address> {
    let read = disk::open(&root.join(MARKER).join("nodes"));
    let nodes = read.map(|file| serde_json::from_reader(BufReader::new(file)));
    nodes.ok().and_then(Result::ok).unwrap_or_default()
}

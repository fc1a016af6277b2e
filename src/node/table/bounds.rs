//! How far the table grows on the word of others.
//!
//! A node's own photos always find a place. Another node can fill at most half of the table, and all together at most
//! what fits into the memory of a small computer. Photos that find no place are left out, and people are told; nothing
//! is lost by it, since a node does not count on copies that it does not know.

use super::Table;
use crate::node::limits::{PHOTOS, PHOTOS_OF_NODE};
use crate::photo::PhotoId;
use crate::protocol::NodeId;

/// How many photos the table takes.
#[derive(Clone, Copy, Debug)]
pub(in crate::node) struct Bounds {
    pub(in crate::node) of_node: usize,
    pub(in crate::node) all: usize,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds { of_node: PHOTOS_OF_NODE, all: PHOTOS }
    }
}

impl Table {
    /// There is no place for a photo that a node tells of; returns whether it is that node's first such photo.
    pub(in crate::node) fn leave_out(&mut self, node: NodeId) -> bool {
        let count = self.left_out.entry(node).or_default();
        *count += 1;
        *count == 1
    }

    /// A node tells all its photos from the start; or it stays away, and no more is expected of it than is known.
    pub(in crate::node) fn forget_left_out(&mut self, node: NodeId) {
        self.left_out.remove(&node);
    }

    /// Whether every photo that was told has found a place.
    pub(in crate::node) fn knows_all(&self) -> bool {
        self.left_out.is_empty()
    }

    /// The node with the most photos left out, and their number.
    pub(in crate::node) fn most_left_out(&self) -> Option<(NodeId, u64)> {
        let most = self.left_out.iter().max_by_key(|(_, count)| **count);
        most.map(|(node, count)| (*node, *count))
    }

    /// Whether there is a place for another node's claim on a photo.
    pub(in crate::node) fn has_place(&self, node: NodeId, photo: PhotoId) -> bool {
        let told = self.inventories.get(&node).map(|inventory| &inventory.photos);
        if told.is_some_and(|photos| photos.contains(&photo)) {
            return true;
        }
        let is_known = self.entries.contains_key(&photo) || self.entries.len() < self.bounds.all;
        is_known && told.is_none_or(|photos| photos.len() < self.bounds.of_node)
    }
}

//! How far the table grows on the word of others.
//!
//! What a node has itself always finds a place. Of what others tell, one can fill no more than half of the table, and all
//! together no more than the memory of a small computer holds. What finds no place is left out and said aloud; nothing is
//! lost by it, since a copy that a node does not know of is one that it does not count on.

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
    /// There is no place for a photo that a node tells of; whether it is the first one of that node.
    pub(in crate::node) fn leave_out(&mut self, node: NodeId) -> bool {
        let count = self.left_out.entry(node).or_default();
        *count += 1;
        *count == 1
    }

    /// A node tells all that it has anew.
    pub(in crate::node) fn told_anew(&mut self, node: NodeId) {
        self.left_out.remove(&node);
    }

    /// Whether all that was told has found a place.
    pub(in crate::node) fn knows_all(&self) -> bool {
        self.left_out.is_empty()
    }

    /// The node of which most photos are left out, and how many.
    pub(in crate::node) fn most_left_out(&self) -> Option<(NodeId, u64)> {
        let most = self.left_out.iter().max_by_key(|(_, count)| **count);
        most.map(|(node, count)| (*node, *count))
    }

    /// Whether there is a place for what another node says of a photo.
    pub(in crate::node) fn has_place(&self, node: NodeId, photo: PhotoId) -> bool {
        let told = self.shelves.get(&node).map(|shelf| &shelf.photos);
        if told.is_some_and(|photos| photos.contains(&photo)) {
            return true;
        }
        let is_known = self.entries.contains_key(&photo) || self.entries.len() < self.bounds.all;
        is_known && told.is_none_or(|photos| photos.len() < self.bounds.of_node)
    }
}

//! How far the table grows on the word of others.
//!
//! What a node has itself always finds a place. Of what others tell, one can fill no more than half of the table, and all
//! together no more than the memory of a small computer holds. What finds no place is left out and said aloud; nothing is
//! lost by it, since a copy that a node does not know of is one that it does not count on.

use std::collections::BTreeMap;

use super::Node;
use super::catalog::Catalog;
use super::limits::{PHOTOS, PHOTOS_OF_NODE};
use crate::photo::PhotoId;
use crate::protocol::NodeId;

/// How many photos the table takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) of_node: usize,
    pub(super) all: usize,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds { of_node: PHOTOS_OF_NODE, all: PHOTOS }
    }
}

/// Photos that found no place, by the node that told of them.
pub(super) type LeftOut = BTreeMap<NodeId, u64>;

impl Catalog {
    /// Whether there is a place for what another node says of a photo.
    pub(super) fn has_place(&self, node: NodeId, photo: PhotoId) -> bool {
        let told = self.shelves.get(&node).map(|shelf| &shelf.photos);
        if told.is_some_and(|photos| photos.contains(&photo)) {
            return true;
        }
        let is_known = self.entries.contains_key(&photo) || self.entries.len() < self.bounds.all;
        is_known && told.is_none_or(|photos| photos.len() < self.bounds.of_node)
    }
}

impl Node {
    /// There is no place for a photo that a node tells of.
    pub(super) fn leave_out(&mut self, node: NodeId) {
        let count = self.left_out.entry(node).or_default();
        *count += 1;
        if *count == 1 {
            let text = format!("no place for all the photos of node {node}: some are left out");
            self.log("table", text);
        }
    }

    /// What a person should know about photos that are left out.
    pub(super) fn bounds_note(&self) -> Option<String> {
        let (node, count) = self.left_out.iter().max_by_key(|(_, count)| **count)?;
        let Bounds { of_node, all } = self.catalog.bounds;
        Some(format!(
            "{count} photo(s) of node {node} are left out: this node knows at most {of_node} of one node, and {all} in all"
        ))
    }
}

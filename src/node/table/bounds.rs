//! How far the table grows on the word of others.
//!
//! A node's own photos always find a place, and so do those on its member's other nodes. What one other member tells
//! may take a certain amount of memory, however many nodes tell it; and all together tell of at most as many photos as
//! fit into a small computer. Photos that find no place are left out, and people are told; nothing is lost by it, since
//! a node does not count on copies that it does not know.
//!
//! How memory is reckoned is in [`super::memory`].

use std::sync::Arc;

use super::Table;
use super::entry::Entry;
use super::memory::count_memory;
use super::spread::Person;
use crate::node::limits::{MEMORY_OF_MEMBER, PHOTOS};
use crate::photo::PhotoId;
use crate::protocol::{Facts, Looks, NodeId, Record};

/// How much the table takes.
#[derive(Clone, Copy, Debug)]
pub(in crate::node) struct Bounds {
    /// Bytes that one other member may take up.
    pub(in crate::node) of_member: usize,
    /// Photos.
    pub(in crate::node) all: usize,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds { of_member: MEMORY_OF_MEMBER, all: PHOTOS }
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

    /// What finds a place of another node's record: all; or of a photo that the node has told of before at least how it
    /// holds that now; or nothing.
    pub(super) fn placed(&self, node: NodeId, record: &Record) -> Option<Record> {
        let photo = record.photo.id;
        let is_told = self.inventories.get(&node).is_some_and(|told| told.photos.contains(&photo));
        let person = self.person(node);
        let has_room =
            person == self.person(self.me) || self.memory_of(person) < self.bounds.of_member;
        let is_known = self.entries.contains_key(&photo) || self.entries.len() < self.bounds.all;
        match has_room {
            true => (is_told || is_known).then(|| record.clone()),
            false => is_told.then(|| self.bare(record)),
        }
    }

    /// A record without all that can be left out of it: how its teller holds the photo stays, and owners on record.
    fn bare(&self, record: &Record) -> Record {
        let mut owners = record.facts.owners.clone();
        let entry = self.entries.get(&record.photo.id);
        owners.retain(|owner| entry.is_some_and(|entry| entry.facts.owners.contains(owner)));
        let facts = Arc::new(Facts { owners, ..Facts::default() });
        Record { facts, looks: Looks::default(), ..record.clone() }
    }

    /// How much memory what a person has told takes up, in bytes.
    pub(in crate::node) fn memory_of(&self, person: Person) -> usize {
        let of_node = |node| self.inventories.get(node).map_or(0, |inventory| inventory.memory);
        match person {
            Person::Alone(node) => of_node(&node),
            Person::Member(name) => {
                let nodes = self.members.iter().filter(|(_, member)| **member == name);
                nodes.map(|(node, _)| of_node(node)).sum()
            }
        }
    }

    /// Changes an entry's neighbours, and what they take up in memory.
    pub(super) fn with_neighbours(&mut self, photo: PhotoId, change: impl FnOnce(&mut Entry)) {
        let Some(entry) = self.entries.get_mut(&photo) else {
            return;
        };
        count_memory(entry, self.me, &mut self.inventories, |total, part| *total -= part);
        change(entry);
        count_memory(entry, self.me, &mut self.inventories, |total, part| *total += part);
    }
}

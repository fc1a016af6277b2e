//! The image table: who holds what, by each node's own word.
//!
//! # What it promises
//!
//! A *claim* is one node's word on one photo. Claims made on a node's present link (and this node's own) are *current*;
//! those of a node that is away are its *last known* ones: they stand for repair while it is in grace, and never for a
//! drop. What is listed, and which version of a picture is the keeper, is a function of the current claims alone: nodes
//! that know the same claims show the same collection, in whatever order they have heard them.
//!
//! # How it is made
//!
//! The files stand on each other, the lower ones first:
//!
//! 1. `claims`, `verdict`, `names` and `tombstones` are plain data, each of which knows itself only. An `entry` is one
//!    line of the table; `bounds` says how many there may be.
//! 2. `edges` says which photos are versions of one picture, `judge` which of those is the keeper, `owners` whether a
//!    photo is removed, and `acceptance` from when on a better version takes a worse one's place.
//! 3. `facts` gathers what is said of a photo beyond its bytes, and `lookup` finds photos by what people call them.
//! 4. `claiming` takes a node's word through all of that. Nothing else changes who holds what.
//!
//! Whatever has changed waits in three sets until the node asks: photos to review, records to announce, and facts to
//! write down. The table itself sends nothing and starts nothing.
//!
//! # What is left out
//!
//! The table is memory only: after a start each node tells what it has, and only its own folder remembers anything. It
//! keeps no history either. A claim that ends is gone, and who said what before cannot be asked.

mod acceptance;
mod apply;
pub(in crate::node) mod bounds;
mod claiming;
pub(in crate::node) mod claims;
pub(in crate::node) mod edges;
pub(in crate::node) mod entry;
mod facts;
mod judge;
mod lookup;
pub(in crate::node) mod names;
mod owners;
mod sums;
mod sweeps;
#[cfg(test)]
mod tests;
pub(in crate::node) mod tombstones;
pub(in crate::node) mod verdict;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::Time;
use crate::photo::{PhotoId, SimilarityIndex};
use crate::protocol::{Holding, Looks, NodeId, Record};
use bounds::Bounds;
use entry::{Entry, Load, Shelf};
use names::Names;
use sums::Sums;
use sweeps::Sweep;
use tombstones::Tombstones;
use verdict::Order;

/// The table of all photos.
#[derive(Debug)]
pub(in crate::node) struct Table {
    pub(in crate::node) me: NodeId,
    pub(in crate::node) now: Time,
    pub(in crate::node) bounds: Bounds,
    entries: BTreeMap<PhotoId, Entry>,
    /// How many photos of each kind there are.
    sums: Sums,
    /// What nodes that came or went mean for their photos, in order.
    sweeps: VecDeque<Sweep>,
    /// Photos for which there was no place, by the node that told of them.
    left_out: BTreeMap<NodeId, u64>,
    shelves: BTreeMap<NodeId, Shelf>,
    index: SimilarityIndex,
    /// What this node has found by comparing its copies with others.
    looked: BTreeMap<PhotoId, Looks>,
    /// Photos that somebody would give up, by the better version for which.
    accepted: BTreeMap<PhotoId, BTreeSet<PhotoId>>,
    /// Photos that others replace, by those that do.
    replaced_by: BTreeMap<PhotoId, BTreeSet<PhotoId>>,
    /// Photos whose verdict must be looked at again, the best first.
    dirty: BTreeSet<(std::cmp::Reverse<Order>, PhotoId)>,
    /// What owners have said about photos that they have removed.
    pub(in crate::node) tombstones: Tombstones,
    /// Photos that this node's owner has removed and that are his originals again.
    reclaimed: BTreeSet<PhotoId>,
    /// Labels and look-up by name.
    pub(in crate::node) names: Names,
    /// Photos whose holders, verdict or facts have changed since the node last asked.
    changed: BTreeSet<PhotoId>,
    /// Photos of this node whose record has changed and must be announced.
    unannounced: BTreeSet<PhotoId>,
    /// Photos of this node of which something new is known beyond their bytes.
    unnoted: BTreeSet<PhotoId>,
}

impl Table {
    pub(in crate::node) fn new(me: NodeId) -> Table {
        Table {
            me,
            now: Time::default(),
            bounds: Bounds::default(),
            entries: BTreeMap::new(),
            sums: Sums::default(),
            sweeps: VecDeque::new(),
            left_out: BTreeMap::new(),
            shelves: BTreeMap::from([(me, Shelf::default())]),
            index: SimilarityIndex::default(),
            looked: BTreeMap::new(),
            accepted: BTreeMap::new(),
            replaced_by: BTreeMap::new(),
            dirty: BTreeSet::new(),
            tombstones: Tombstones::default(),
            reclaimed: BTreeSet::new(),
            names: Names::default(),
            changed: BTreeSet::new(),
            unannounced: BTreeSet::new(),
            unnoted: BTreeSet::new(),
        }
    }

    /// A photo's entry.
    pub(in crate::node) fn get(&self, photo: PhotoId) -> Option<&Entry> {
        self.entries.get(&photo)
    }

    /// The entries after `cursor`, or all.
    pub(in crate::node) fn after(
        &self,
        cursor: Option<PhotoId>,
    ) -> impl Iterator<Item = &Entry> + '_ {
        use std::ops::Bound::{Excluded, Unbounded};
        let from = cursor.map_or(Unbounded, Excluded);
        self.entries.range((from, Unbounded)).map(|(_, entry)| entry)
    }

    /// How this node holds a photo.
    pub(in crate::node) fn mine(&self, photo: PhotoId) -> Option<Holding> {
        self.entries.get(&photo).and_then(|entry| entry.holding(self.me))
    }

    /// Whether this node has a photo in its trash, and nowhere else.
    pub(in crate::node) fn is_in_my_trash(&self, photo: PhotoId) -> bool {
        self.mine(photo).is_some_and(|holding| !holding.is_stored())
    }

    /// This node's record of a photo, as it announces it.
    pub(in crate::node) fn record(&self, photo: PhotoId) -> Option<Record> {
        let entry = self.entries.get(&photo)?;
        let holding = entry.holding(self.me)?;
        Some(Record {
            photo: entry.photo.clone(),
            facts: entry.facts.clone(),
            holding,
            looks: self.my_looks(photo),
        })
    }

    /// The photos of this node after `cursor`, or all.
    pub(in crate::node) fn mine_after(
        &self,
        cursor: Option<PhotoId>,
    ) -> impl Iterator<Item = PhotoId> + '_ {
        self.shelf_after(self.me, cursor)
    }

    /// The photos that a node has a claim on, after `cursor`, or all.
    pub(in crate::node) fn shelf_after(
        &self,
        node: NodeId,
        cursor: Option<PhotoId>,
    ) -> impl Iterator<Item = PhotoId> + '_ {
        use std::ops::Bound::{Excluded, Unbounded};
        let from = cursor.map_or(Unbounded, Excluded);
        self.shelves
            .get(&node)
            .into_iter()
            .flat_map(move |shelf| shelf.photos.range((from, Unbounded)).copied())
    }

    /// How many photos a node has a claim on, in any way.
    pub(in crate::node) fn held_by(&self, node: NodeId) -> usize {
        self.shelves.get(&node).map_or(0, |shelf| shelf.photos.len())
    }

    /// What a node has on disk of the collection.
    pub(in crate::node) fn load(&self, node: NodeId) -> Load {
        self.shelves.get(&node).map(|shelf| shelf.load).unwrap_or_default()
    }

    /// Whether every verdict is as it has to be.
    pub(in crate::node) fn is_judged(&self) -> bool {
        self.dirty.is_empty()
    }

    /// The photos that have changed since the last call. They are counted anew.
    pub(in crate::node) fn take_changed(&mut self) -> BTreeSet<PhotoId> {
        let changed = std::mem::take(&mut self.changed);
        for photo in &changed {
            self.recount(*photo);
        }
        changed
    }

    /// How many photos of each kind there are, as of the last call of [`Table::take_changed`].
    pub(in crate::node) fn sums(&self) -> &Sums {
        &self.sums
    }

    /// The photos of this node to announce since the last call.
    pub(in crate::node) fn take_unannounced(&mut self) -> BTreeSet<PhotoId> {
        std::mem::take(&mut self.unannounced)
    }

    /// The photos of this node whose facts have grown since the last call.
    pub(in crate::node) fn take_unnoted(&mut self) -> BTreeSet<PhotoId> {
        std::mem::take(&mut self.unnoted)
    }

    /// A photo's holders, verdict or facts have changed.
    pub(in crate::node) fn mark_changed(&mut self, photo: PhotoId) {
        self.changed.insert(photo);
    }
}

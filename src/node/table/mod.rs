//! The image table: which nodes hold which photos, by each node's own word.
//!
//! # What it promises
//!
//! A *claim* is one node's word on one photo. Claims made on a node's present link (and this node's own) are *current*;
//! those of a node that is away are its *last known* ones: they count for repair while it is in grace, and never for a
//! drop. Those of a node that is *draining*, which hands over all that it has, are where photos can be had, and no copies.
//! The list, and the keeper of each picture, are a function of the current claims alone: nodes that know the same claims
//! show the same collection, in whatever order they heard them.
//!
//! # How it is made
//!
//! The files build on each other, the lower ones first:
//!
//! 1. `claims`, `verdict`, `names` and `tombstones` are plain data and know nothing of each other. An `entry` is one
//!    line of the table; `bounds` limits them, by the `memory` that they take up. `persons` knows whose nodes they are,
//!    and counts by person.
//! 2. `edges` decides which photos are versions of one picture, `judge` which of those is the keeper, `owners` whether
//!    a photo is removed, and `acceptance` when a better version takes a worse one's place.
//! 3. `accounts` decides what a photo's bytes are where nodes differ; `facts` gathers what they say beyond the bytes, and
//!    `lookup` finds photos by the names that people use.
//! 4. `claiming` takes a node's word, and `sweeps` updates all photos of a node that comes or goes, in pieces. An entry
//!    changes through one door, `apply`: it compares the entry before and after, and tells every index. `sums` keeps
//!    the counts of photos.
//!
//! Changes wait in sets until somebody takes them. The table itself sends nothing and starts nothing.
//!
//! | set           | waiting in it                                           | taken by                              |
//! |---------------|---------------------------------------------------------|---------------------------------------|
//! | `thinned`     | photos that have a place for more neighbours            | `connect_crowded`, some a step        |
//! | `dirty`       | photos whose verdict may change                         | `judge`, some a step                  |
//! | `sweeps`      | nodes that came or went, or drain                       | `sweep`, some of their photos a step  |
//! | `changed`     | photos with new holders, a new verdict or new facts     | the node: they go on the agenda       |
//! | `bereft`      | photos that have lost a holder                          | the node: their copies are urgent     |
//! | `removed`     | photos that all their owners have removed by now        | the node: its disk forgets their look |
//! | `unannounced` | photos of this node with a changed record               | the mesh: other nodes are told        |
//! | `unnoted`     | photos of this node with new facts                      | the node: its disk remembers them     |
//! | `reclaimed`   | photos that this node's owner removed, and has again    | `removal`: it lifts the tombstone     |
//! | `fresh`, in `tombstones` | tombstones that are new here                 | the mesh: passed on, and remembered   |
//!
//! # What is left out
//!
//! The table is in memory only: after a start each node tells its photos again, and only its own folder remembers
//! anything. There is no history either: a claim that ends is gone.

mod acceptance;
mod accounts;
mod apply;
pub(in crate::node) mod bounds;
mod claiming;
pub(in crate::node) mod claims;
pub(in crate::node) mod edges;
pub(in crate::node) mod entry;
mod facts;
mod judge;
mod lookup;
mod memory;
pub(in crate::node) mod names;
mod owners;
pub(in crate::node) mod persons;
pub(in crate::node) mod spread;
mod sums;
mod sweeps;
#[cfg(test)]
mod tests;
pub(in crate::node) mod tombstones;
pub(in crate::node) mod verdict;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use super::Time;
use crate::photo::{PhotoId, Rank, SimilarityIndex};
use crate::protocol::{Holding, Looks, MemberName, NodeId, Record};
use bounds::Bounds;
use entry::{Entry, Inventory, Load};
use names::Names;
use persons::Certified;
use sums::Sums;
use sweeps::Sweep;
use tombstones::{Key, Tombstones};

/// The table of all photos.
#[derive(Debug)]
pub(in crate::node) struct Table {
    me: NodeId,
    /// The member whose node this is.
    myself: MemberName,
    /// The members of the group whose nodes have registered here, by node.
    members: BTreeMap<NodeId, MemberName>,
    /// Nodes that are none of the mesh any more, but have told of photos.
    leaving: BTreeSet<NodeId>,
    /// Nodes that hand over all that they have.
    draining: BTreeSet<NodeId>,
    /// What nodes that stay away had on their disks when they were last here.
    stayed_away: BTreeMap<NodeId, Load>,
    /// Who belongs to the group; without a group everybody is a member of their own.
    certified: Option<Certified>,
    now: Time,
    pub(in crate::node) bounds: Bounds,
    entries: BTreeMap<PhotoId, Entry>,
    /// How many entries were looked at or changed so far.
    work: Cell<u64>,
    /// Another number whenever the list of the collection may be another one.
    revision: u64,
    /// The counts of photos.
    sums: Sums,
    /// Updates for the photos of nodes that came or went, in order.
    sweeps: VecDeque<Sweep>,
    /// How many photos found no place, by the node that told of them.
    left_out: BTreeMap<NodeId, u64>,
    inventories: BTreeMap<NodeId, Inventory>,
    index: SimilarityIndex,
    /// This node's findings from comparing its copies with others.
    looked: BTreeMap<PhotoId, Looks>,
    /// For each better version: the photos that some node would give up for it.
    accepted: BTreeMap<PhotoId, BTreeSet<PhotoId>>,
    /// Photos with more neighbours than find a place beside them.
    crowded: BTreeSet<PhotoId>,
    /// Those of them that have lost a neighbour since.
    thinned: BTreeSet<PhotoId>,
    /// Photos to judge again, the best first.
    dirty: BTreeSet<(std::cmp::Reverse<Rank>, PhotoId)>,
    /// The owners' signed words on photos that they removed.
    tombstones: Tombstones,
    /// Photos that this node's owner removed and that are originals here again.
    reclaimed: BTreeSet<PhotoId>,
    /// Photos that this node's owner has removed at another computer, and whose files are still here.
    withdrawn: BTreeSet<PhotoId>,
    /// Labels and look-up by name.
    names: Names,
    /// Photos whose holders, verdict or facts have changed since the node last asked.
    changed: BTreeSet<PhotoId>,
    /// Photos that the collection shows, and that a holder has lost since the node last asked.
    bereft: BTreeSet<PhotoId>,
    /// Photos whose verdict has become that they are removed, since the node last asked.
    removed: BTreeSet<PhotoId>,
    /// Photos of this node whose record has changed and must be announced.
    unannounced: BTreeSet<PhotoId>,
    /// Photos of this node with new facts.
    unnoted: BTreeSet<PhotoId>,
}

impl Table {
    pub(in crate::node) fn new(me: NodeId) -> Table {
        Table {
            me,
            myself: MemberName::of_node(me),
            members: BTreeMap::new(),
            leaving: BTreeSet::new(),
            draining: BTreeSet::new(),
            stayed_away: BTreeMap::new(),
            certified: None,
            now: Time::default(),
            bounds: Bounds::default(),
            entries: BTreeMap::new(),
            work: Cell::new(0),
            revision: 0,
            sums: Sums::default(),
            sweeps: VecDeque::new(),
            left_out: BTreeMap::new(),
            inventories: BTreeMap::from([(me, Inventory::default())]),
            index: SimilarityIndex::default(),
            looked: BTreeMap::new(),
            accepted: BTreeMap::new(),
            crowded: BTreeSet::new(),
            thinned: BTreeSet::new(),
            dirty: BTreeSet::new(),
            tombstones: Tombstones::default(),
            reclaimed: BTreeSet::new(),
            withdrawn: BTreeSet::new(),
            names: Names::default(),
            changed: BTreeSet::new(),
            bereft: BTreeSet::new(),
            removed: BTreeSet::new(),
            unannounced: BTreeSet::new(),
            unnoted: BTreeSet::new(),
        }
    }

    /// From which number on the versions of the list are counted. Of a number of 64 bits the higher ones are taken.
    pub(in crate::node) fn count_revisions_from(&mut self, start: u64) {
        self.revision = start >> 12;
    }

    /// Another number whenever what people are told of the collection, photo by photo, may have changed.
    pub(in crate::node) fn revision(&self) -> u64 {
        self.revision
    }

    /// Moves time on.
    pub(in crate::node) fn set_now(&mut self, now: Time) {
        self.now = now;
    }

    /// What owners have said about photos that they have removed.
    pub(in crate::node) fn tombstones(&self) -> &Tombstones {
        &self.tombstones
    }

    /// What owners have said since the last call.
    pub(in crate::node) fn take_fresh_tombstones(&mut self) -> BTreeSet<Key> {
        self.tombstones.take_fresh()
    }

    /// The label of a photo that the collection shows; of another one, the first digits of its id.
    pub(in crate::node) fn label(&self, photo: PhotoId) -> String {
        self.names.label(photo)
    }

    /// The labels of all photos, sorted.
    pub(in crate::node) fn labels(&mut self) -> Arc<Vec<String>> {
        self.names.list()
    }

    /// A photo's entry.
    pub(in crate::node) fn get(&self, photo: PhotoId) -> Option<&Entry> {
        self.note_work();
        self.entries.get(&photo)
    }

    /// The entries after `cursor`, or all.
    pub(in crate::node) fn after(
        &self,
        cursor: Option<PhotoId>,
    ) -> impl Iterator<Item = &Entry> + '_ {
        use std::ops::Bound::{Excluded, Unbounded};
        let from = cursor.map_or(Unbounded, Excluded);
        self.entries.range((from, Unbounded)).map(|(_, entry)| entry).inspect(|_| self.note_work())
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
        let own = entry.claims.get(self.me)?;
        Some(Record {
            photo: Arc::clone(entry.told_by(self.me)),
            facts: Arc::clone(&own.facts),
            holding,
            looks: self.my_looks(photo),
        })
    }

    /// The photos of this node after `cursor`, or all.
    pub(in crate::node) fn mine_after(
        &self,
        cursor: Option<PhotoId>,
    ) -> impl Iterator<Item = PhotoId> + '_ {
        self.held_after(self.me, cursor)
    }

    /// The photos that a node has a claim on, after `cursor`, or all.
    pub(in crate::node) fn held_after(
        &self,
        node: NodeId,
        cursor: Option<PhotoId>,
    ) -> impl Iterator<Item = PhotoId> + '_ {
        use std::ops::Bound::{Excluded, Unbounded};
        let from = cursor.map_or(Unbounded, Excluded);
        self.inventories
            .get(&node)
            .into_iter()
            .flat_map(move |inventory| inventory.photos.range((from, Unbounded)).copied())
            .inspect(|_| self.note_work())
    }

    /// The part of the collection on a node's disk.
    pub(in crate::node) fn load(&self, node: NodeId) -> Load {
        self.inventories.get(&node).map(|inventory| inventory.load).unwrap_or_default()
    }

    /// The bytes of all photos that a node has in any way, its trash included.
    pub(in crate::node) fn disk_use(&self, node: NodeId) -> u64 {
        self.inventories.get(&node).map_or(0, |inventory| inventory.disk_use)
    }

    /// What a node that is away had on its disk when it was last here.
    pub(in crate::node) fn last_known(&self, node: NodeId) -> Load {
        self.inventories.get(&node).map(|inventory| inventory.last_known).unwrap_or_default()
    }

    /// The same, and of one that stays away and whose claims are forgotten.
    pub(in crate::node) fn last_told(&self, node: NodeId) -> Load {
        self.stayed_away.get(&node).copied().unwrap_or_else(|| self.last_known(node))
    }

    /// How many photos a node has in any way, or had when it was last here.
    pub(in crate::node) fn told_of(&self, node: NodeId) -> usize {
        self.inventories.get(&node).map_or(0, |inventory| inventory.photos.len())
    }

    fn note_work(&self) {
        self.work.set(self.work.get() + 1);
    }

    /// How many entries were looked at or changed so far.
    pub(in crate::node) fn work(&self) -> u64 {
        self.work.get()
    }

    /// Whether all verdicts are up to date.
    pub(in crate::node) fn is_judged(&self) -> bool {
        self.dirty.is_empty()
    }

    /// Takes the photos that have changed since the last call, and counts them anew.
    pub(in crate::node) fn take_changed(&mut self) -> BTreeSet<PhotoId> {
        let changed = std::mem::take(&mut self.changed);
        for photo in &changed {
            self.recount(*photo);
        }
        changed
    }

    /// The counts of photos, as of the last call of [`Table::take_changed`].
    pub(in crate::node) fn sums(&self) -> &Sums {
        &self.sums
    }

    /// The photos of this node whose record has changed since the last call.
    pub(in crate::node) fn take_unannounced(&mut self) -> BTreeSet<PhotoId> {
        std::mem::take(&mut self.unannounced)
    }

    /// The photos that have lost a holder since the last call.
    pub(in crate::node) fn take_bereft(&mut self) -> BTreeSet<PhotoId> {
        std::mem::take(&mut self.bereft)
    }

    /// The photos that have become removed since the last call, by the word of all their owners.
    pub(in crate::node) fn take_removed(&mut self) -> BTreeSet<PhotoId> {
        std::mem::take(&mut self.removed)
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

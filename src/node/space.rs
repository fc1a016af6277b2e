//! Disks: how much of the collection lies on each, and how much may.
//!
//! A node tells the others the *capacity* of its disk and its *room* ([`Space`]). Both are told roughly, in steps of an
//! eighth of a power of two, and again only when they have left their step for good: a neighbour's downloads move no
//! photos. Who really has no room says so when a photo is offered; what was told only saves the asking.

use super::DiskAction;
use super::context::Context;
use super::limits::NEARLY_FULL;
use super::news::News;
use super::table::entry::Entry;
use crate::balance::{CAPACITY_MOST, Disk};
use crate::protocol::{Holding, NodeId, Space};

impl Context {
    /// How many more bytes of others' photos this node takes: as many as find a place on its disk, and as its owner lets
    /// lie there. All that it has counts, its trash included; before it knows that, there is no room.
    pub(in crate::node) fn room(&self) -> u64 {
        if self.is_draining() || self.folder.is_failing(self.now()) {
            return 0;
        }
        let left = match self.config().capacity {
            None => u64::MAX,
            Some(_) if !self.folder.is_scanned() => 0,
            Some(capacity) => capacity.saturating_sub(self.table.disk_use(self.me())),
        };
        self.folder.spare().unwrap_or(u64::MAX).min(left)
    }

    /// Tells the others of this node's disk, as soon as it is known and whenever it is news.
    pub(in crate::node) fn tell_space(&mut self) {
        let Some(spare) = self.folder.spare() else {
            return;
        };
        let told = self.mesh.told_space();
        let there = self.table.disk_use(self.me()).saturating_add(spare);
        let capacity = match self.config().capacity {
            Some(capacity) if capacity <= there => capacity,
            Some(_) | None => roughly(there, told.map(|space| space.capacity)),
        };
        let space = Space {
            capacity: capacity.min(CAPACITY_MOST),
            room: roughly(self.room(), told.map(|space| space.room)),
            pools: self.pools(self.me()),
            draining: self.is_draining(),
        };
        if told.is_some_and(|told| told.pools) != space.pools {
            // What could not move before may now.
            self.tell(News::MeshChanged);
        }
        self.mesh.tell_space(&mut self.step, space);
    }

    /// When the disk is nearly full, what went to the trash because enough others have it is deleted early, the oldest
    /// first: it lies there so that a mistake can be noticed, and that is worth less than a copy that is wanted. It takes
    /// new proofs all the same; and nothing goes before every promise is over that the first ones may have come with.
    pub(in crate::node) fn make_room(&mut self) {
        let capacity = self.mesh.told_space().map_or(0, |space| space.capacity);
        // Who hands over all has no room for others' photos, however empty the disk is.
        let is_short = !self.is_draining() && self.room() < capacity.div_ceil(NEARLY_FULL);
        if is_short && self.table.sums().in_my_trash > 0 && self.folder.makes_room(self.now()) {
            let older_than = self.config().pin.saturating_mul(2);
            self.disk(DiskAction::FindSurplus { older_than });
        }
    }

    /// Whether the own photos of a node's owner may move to other disks like any others. A daemon that is started with
    /// `--pool` waits for a grace before, so that its owner can look at the plan and think again.
    pub(in crate::node) fn pools(&self, node: NodeId) -> bool {
        match node == self.me() {
            true => self.config().pools && self.now().0 >= self.config().grace,
            false => self.mesh.space_of(node).is_some_and(|space| space.pools),
        }
    }

    /// Whether a node's copy of a photo may move to another disk: a replica, or its owner's own that they let move.
    pub(in crate::node) fn lets_move(&self, entry: &Entry, node: NodeId) -> bool {
        // What belongs to it is on no other disk.
        let has_companions = !self.folder.companions_of(entry.photo.id).is_empty();
        if node == self.me() && has_companions {
            return false;
        }
        match entry.holding(node) {
            Some(Holding::Replica) => true,
            Some(Holding::Original) => self.pools(node) && !entry.is_kept_by(node),
            Some(Holding::Retired | Holding::RetiredOriginal) | None => false,
        }
    }

    /// A node's disk. That of a node that has not told it, as an earlier program, passes for a usual one with room.
    pub(in crate::node) fn disk_of(&self, node: NodeId) -> Disk {
        let space = self.mesh.space_of(node);
        let usual = self.mesh.census().usual_capacity;
        let load = self.table.load(node);
        Disk {
            node,
            capacity: space.map_or(usual, |space| space.capacity),
            room: space.map_or(u64::MAX, |space| space.room),
            load: load.bytes,
            fixed: if self.pools(node) { load.kept_bytes } else { load.original_bytes },
        }
    }

    /// The disks of all nodes that are here and stay, this one's included, as far as they have told them: with whoever has
    /// not, nothing is evened out.
    pub(in crate::node) fn disks(&self) -> Vec<Disk> {
        let here = self.mesh.here().map(|(node, _)| node).chain([self.me()]);
        here.filter(|node| !self.mesh.is_draining(*node) && self.mesh.space_of(*node).is_some())
            .map(|node| self.disk_of(node))
            .collect()
    }
}

/// A number of bytes, rounded down to its highest four bits. What was told before stays while it is off by less than an
/// eighth of a step.
pub(in crate::node) fn roughly(bytes: u64, told: Option<u64>) -> u64 {
    let step = |bytes: u64| 1 << bytes.max(1).ilog2().saturating_sub(3);
    let stays = |told: &u64| {
        let slack = step(*told) / 8;
        (told.saturating_sub(slack)..told.saturating_add(step(*told) + slack)).contains(&bytes)
    };
    told.filter(stays).unwrap_or(bytes & !(step(bytes) - 1))
}

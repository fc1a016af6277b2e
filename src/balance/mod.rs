//! Who takes which photos from whom, so that all disks are equally full for their sizes.
//!
//! # What it promises
//!
//! Friends have disks of different sizes, and photos of different sizes lie on them. So what evens out is *fullness*:
//! the bytes of the collection on a disk, over its capacity. Moving ends, wherever it begins: [`may_move`] lets no move
//! pass the point at which the two disks are equally full, so each lowers the sum of load² / capacity over all disks by
//! at least s²(1/a + 1/b), for s bytes between capacities a and b. That sum is positive and can take only so many
//! values: no run of moves is infinite, and nothing swings back and forth. `tests` tries it on random meshes.
//!
//! # The level
//!
//! ```text
//!            ┌──┐            each disk can be filled between what lies on it and may not move (▒)
//!     ┌──┐   │  │            and one of each photo, for two copies on one disk are none (or its room)
//!  ───│──│───│──│──┬──┬───   the level: the water that covers all loads together
//!     │  │   │▒▒│  │  │
//!     │▒▒│   │▒▒│  │  │
//!     └──┘   └──┘  └──┘
//! ```
//!
//! Only who is below the level takes, and from who is above it, as long as such a disk has anything that may go: else a
//! photo would wander down a staircase of disks, each a little emptier than the last one.
//!
//! # What is left out
//!
//! Nothing is agreed on. Every node computes the same pairs from what it knows, and takes its own part; where nodes know
//! different things, somebody asks in vain. And nothing is optimal: with few large photos, fullness ends up near each
//! other, not equal.

mod level;
mod planning;
mod ratio;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::protocol::NodeId;
pub use level::level;
pub use planning::{Move, Placed, plan};
pub use ratio::Ratio;

/// The largest capacity that counts, in bytes: a pebibyte. So no product of two sums of bytes leaves 128 bits.
pub const CAPACITY_MOST: u64 = 1 << 50;

/// The disk of one node, as far as the collection has to do with it. All in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disk {
    /// Whose it is.
    pub node: NodeId,
    /// How much of the collection its owner lets lie on it, their own photos included; at most [`CAPACITY_MOST`].
    pub capacity: u64,
    /// How much more it takes now.
    pub room: u64,
    /// How much lies on it.
    pub load: u64,
    /// How much of that may not move: its owner's own photos.
    pub fixed: u64,
}

impl Disk {
    /// How full it is, for its size.
    pub fn fullness(&self) -> Ratio {
        Ratio::new(self.load, self.capacity)
    }

    /// Some of its photos are on their way to another disk.
    pub fn gives(&mut self, bytes: u64) {
        self.load = self.load.saturating_sub(bytes);
    }

    /// Photos are on their way to it.
    pub fn takes(&mut self, bytes: u64) {
        self.load = self.load.saturating_add(bytes);
        self.room = self.room.saturating_sub(bytes);
    }
}

/// Whether a photo of so many bytes may move from one disk to another: there is room, and the two do not pass each
/// other. Of equal disks and photos that means that one has two more than the other.
pub fn may_move(bytes: u64, giver: &Disk, taker: &Disk) -> bool {
    let (Some(left), Some(taken)) = (giver.load.checked_sub(bytes), taker.load.checked_add(bytes))
    else {
        return false;
    };
    taker.room >= bytes
        && u128::from(left) * u128::from(taker.capacity)
            >= u128::from(taken) * u128::from(giver.capacity)
}

/// Which node takes photos from which, as (taker, giver): the emptiest one below the level takes from the fullest above
/// it, the next emptiest from the fullest left, and so on. `one_of_each` is the size of all photos, each counted once;
/// `has_something_for(giver, taker)`: a photo could move.
///
/// Each node is asked by at most one other, so that a crowd does not empty it; who finds all that have something for it
/// asked already waits. Only if none above the level has anything, any fuller node will do.
pub fn relief(
    disks: &[Disk],
    one_of_each: u64,
    mut has_something_for: impl FnMut(&Disk, &Disk) -> bool,
) -> Vec<(NodeId, NodeId)> {
    let level = level(disks, one_of_each);
    let mut by_fullness: Vec<&Disk> = disks.iter().collect();
    by_fullness.sort_by_key(|disk| (disk.fullness(), disk.node));
    let mut asked = BTreeSet::new();
    let mut pairs = Vec::new();
    for taker in by_fullness.iter().filter(|disk| disk.room > 0 && disk.fullness() < level) {
        let fuller = by_fullness.iter().rev();
        let mut fuller = fuller.take_while(|giver| giver.fullness() > taker.fullness()).peekable();
        let mut giver = None;
        let mut waits = false;
        while let Some(above) = fuller.next_if(|giver| giver.fullness() > level) {
            if has_something_for(above, taker) {
                waits = asked.contains(&above.node);
                if !waits {
                    giver = Some(above);
                    break;
                }
            }
        }
        if giver.is_none() && !waits {
            giver = fuller
                .find(|giver| !asked.contains(&giver.node) && has_something_for(giver, taker));
        }
        if let Some(giver) = giver {
            asked.insert(giver.node);
            pairs.push((taker.node, giver.node));
        }
    }
    pairs
}

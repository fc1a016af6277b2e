//! The plan: what will move, if nothing else happens.

use std::collections::{BTreeMap, BTreeSet};

use super::{Disk, may_move, relief};
use crate::photo::PhotoId;
use crate::protocol::NodeId;

/// A photo of the collection, and where it lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The photo.
    pub photo: PhotoId,
    /// Its length.
    pub bytes: u64,
    /// The nodes that have it.
    pub holders: BTreeSet<NodeId>,
    /// Those of them from which it may move.
    pub movable: BTreeSet<NodeId>,
}

/// One copy that moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// The photo.
    pub photo: PhotoId,
    /// Its length.
    pub bytes: u64,
    /// From where.
    pub from: NodeId,
    /// Where to.
    pub to: NodeId,
}

/// The moves to which [`relief`] and [`may_move`] lead, one after the other, until there is none any more: empty if the
/// disks are balanced. Photos move only where `fits(photo, from, to)` says so.
///
/// The nodes look for themselves what to move, and may choose other photos: the bytes come out alike, not the names.
pub fn plan(
    disks: &[Disk],
    photos: &[Placed],
    one_of_each: u64,
    fits: impl Fn(&Placed, NodeId, NodeId) -> bool,
) -> Vec<Move> {
    let mut stock = Stock::new(disks, photos);
    let mut moves = Vec::new();
    let mut is_fresh = true;
    loop {
        let round = stock.round(one_of_each, &fits);
        if !round.is_empty() {
            moves.extend(round);
            is_fresh = false;
        } else if is_fresh {
            return moves;
        } else {
            // What was passed over may fit by now.
            stock.passed.clear();
            is_fresh = true;
        }
    }
}

/// All disks and photos, as they are after the moves so far.
struct Stock {
    disks: Vec<Disk>,
    photos: Vec<Placed>,
    /// The photos that each node could give, or could before they left it. What it takes over comes at the end.
    gifts: BTreeMap<NodeId, Vec<usize>>,
    /// How many of a node's gifts did not fit when they were looked at for another node, by giver and taker: they seldom
    /// do later, and else every move would look at all of them again.
    passed: BTreeMap<(NodeId, NodeId), usize>,
}

impl Stock {
    fn new(disks: &[Disk], photos: &[Placed]) -> Stock {
        let mut gifts: BTreeMap<NodeId, Vec<usize>> = BTreeMap::new();
        for (place, placed) in photos.iter().enumerate() {
            for node in &placed.movable {
                gifts.entry(*node).or_default().push(place);
            }
        }
        let (disks, photos) = (disks.to_vec(), photos.to_vec());
        Stock { disks, photos, gifts, passed: BTreeMap::new() }
    }

    /// Makes a move for each pair of nodes that there is now.
    fn round(
        &mut self,
        one_of_each: u64,
        fits: impl Fn(&Placed, NodeId, NodeId) -> bool,
    ) -> Vec<Move> {
        let Stock { disks, photos, gifts, passed } = self;
        let mut found: BTreeMap<NodeId, usize> = BTreeMap::new();
        let pairs = relief(disks, one_of_each, |giver, taker| {
            let gifts = gifts.get(&giver.node).map_or(&[][..], Vec::as_slice);
            let passed = passed.entry((giver.node, taker.node)).or_default();
            let place = gifts[*passed..].iter().position(|place| {
                let placed = &photos[*place];
                placed.movable.contains(&giver.node)
                    && !placed.holders.contains(&taker.node)
                    && found.values().all(|other| other != place)
                    && may_move(placed.bytes, giver, taker)
                    && fits(placed, giver.node, taker.node)
            });
            *passed = place.map_or(gifts.len(), |place| *passed + place);
            if let Some(place) = gifts.get(*passed) {
                found.insert(taker.node, *place);
            }
            place.is_some()
        });
        let mut moves = Vec::new();
        for (to, from) in pairs {
            moves.extend(found.get(&to).map(|place| self.carry(*place, from, to)));
        }
        moves
    }

    /// A photo moves.
    fn carry(&mut self, place: usize, from: NodeId, to: NodeId) -> Move {
        let placed = &mut self.photos[place];
        for nodes in [&mut placed.movable, &mut placed.holders] {
            nodes.remove(&from);
            nodes.insert(to);
        }
        self.gifts.entry(to).or_default().push(place);
        let (photo, bytes) = (placed.photo, placed.bytes);
        for disk in &mut self.disks {
            if disk.node == from {
                disk.gives(bytes);
            } else if disk.node == to {
                disk.takes(bytes);
            }
        }
        Move { photo, bytes, from, to }
    }
}

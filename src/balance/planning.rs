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
    let mut disks = disks.to_vec();
    let mut places: BTreeMap<PhotoId, Placed> =
        photos.iter().map(|placed| (placed.photo, placed.clone())).collect();
    // What each node could give.
    let mut gifts: BTreeMap<NodeId, BTreeSet<PhotoId>> = BTreeMap::new();
    for placed in photos {
        for node in &placed.movable {
            gifts.entry(*node).or_default().insert(placed.photo);
        }
    }
    let mut moves = Vec::new();
    loop {
        let mut found: BTreeMap<NodeId, PhotoId> = BTreeMap::new();
        let pairs = relief(&disks, one_of_each, |giver, taker| {
            let all = gifts.get(&giver.node).into_iter().flatten().filter_map(|id| places.get(id));
            let photo = all.into_iter().find(|placed| {
                !placed.holders.contains(&taker.node)
                    && found.values().all(|other| *other != placed.photo)
                    && may_move(placed.bytes, giver, taker)
                    && fits(placed, giver.node, taker.node)
            });
            photo.is_some_and(|placed| {
                found.insert(taker.node, placed.photo);
                true
            })
        });
        if pairs.is_empty() {
            return moves;
        }
        for (to, from) in pairs {
            let placed = found.get(&to).and_then(|photo| places.get_mut(photo));
            let Some(placed) = placed else {
                continue;
            };
            placed.movable.remove(&from);
            placed.holders.remove(&from);
            placed.holders.insert(to);
            placed.movable.insert(to);
            let (photo, bytes) = (placed.photo, placed.bytes);
            gifts.entry(from).or_default().remove(&photo);
            gifts.entry(to).or_default().insert(photo);
            for disk in &mut disks {
                if disk.node == from {
                    disk.gives(bytes);
                } else if disk.node == to {
                    disk.takes(bytes);
                }
            }
            moves.push(Move { photo, bytes, from, to });
        }
    }
}

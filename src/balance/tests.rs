//! Laws of balance, on random disks and photos.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{Disk, Placed, Ratio, level, may_move, plan, relief};
use crate::photo::PhotoId;
use crate::protocol::NodeId;

const ROOMY: u64 = 1 << 40;

fn disk(node: u64, capacity: u64, load: u64, fixed: u64) -> Disk {
    Disk { node: NodeId(node), capacity, room: ROOMY, load, fixed }
}

/// Disks of these loads, all equal and with nothing that may not move.
fn equal(loads: &[u64]) -> Vec<Disk> {
    (1..).zip(loads).map(|(node, load)| disk(node, 100, *load, 0)).collect()
}

fn pairs(disks: &[Disk], has: impl Fn(u64, u64) -> bool) -> Vec<(u64, u64)> {
    let all: u64 = disks.iter().map(|disk| disk.load).sum();
    let found = relief(disks, all, |giver, taker| has(giver.node.0, taker.node.0));
    found.into_iter().map(|(taker, giver)| (taker.0, giver.0)).collect()
}

#[test]
fn ratios_are_compared_without_rounding() {
    let of = |bytes: u64, capacity: u64| Ratio::new(bytes, capacity);
    assert!(of(1, 3) < of(334, 1000));
    assert!(of(1, 3) > of(333, 1000));
    assert!(of(2, 4) == of(1, 2));
    assert!(of(0, 0) > of(u64::MAX, 1), "without capacity a disk is over-full");
    assert!(of(0, 0) == of(5, 0));
    assert!(of(u64::MAX / 2, 1 << 50) < of(u64::MAX / 2 + 1, 1 << 50));
}

#[test]
fn the_level_is_that_of_water() {
    assert!(level(&equal(&[30, 0, 0]), 30) == Ratio::new(10_u64, 100_u64));
    // Twice as large takes twice as much.
    let disks = [disk(1, 100, 90, 0), disk(2, 200, 0, 0)];
    assert!(level(&disks, 90) == Ratio::new(90_u64, 300_u64));
    // What may not move stays: only the rest is shared out.
    let disks = [disk(1, 100, 90, 60), disk(2, 100, 0, 0), disk(3, 100, 0, 0)];
    assert!(level(&disks, 90) == Ratio::new(15_u64, 100_u64));
    // No disk takes a photo twice, however large it is.
    let disks = [disk(1, 1000, 30, 0), disk(2, 10, 30, 0), disk(3, 10, 0, 0)];
    assert!(level(&disks, 30) == Ratio::new(15_u64, 10_u64));
    assert!(level(&[disk(1, 0, 5, 5)], 5) > Ratio::new(u64::MAX, 1_u64), "no disk can be filled");
}

#[test]
fn at_the_level_no_disk_has_more_than_it_has_room_for() {
    // The second keeps what lies on it, and takes no more.
    let full = Disk { room: 0, ..disk(2, 100, 10, 0) };
    assert!(
        level(&[disk(1, 100, 60, 0), full, disk(3, 100, 0, 0)], 60) == Ratio::new(30_u64, 100_u64)
    );
    // Not all of the first one's photos find a place.
    let small = Disk { room: 10, ..disk(2, 100, 0, 0) };
    assert!(level(&[disk(1, 0, 30, 0), small], 30) == Ratio::new(10_u64, 100_u64));
}

#[test]
fn the_emptiest_takes_from_the_fullest_and_nobody_is_asked_twice() {
    assert_eq!(pairs(&equal(&[0, 0, 90, 50]), |_, _| true), [(1, 3), (2, 4)]);
    assert_eq!(pairs(&equal(&[0, 0, 90, 50]), |giver, _| giver == 4), [(1, 4)]);
    assert_eq!(pairs(&equal(&[40, 40, 40]), |_, _| true), []);
}

#[test]
fn who_is_below_the_level_takes_from_above_it_first() {
    // The level is 40. The third is fuller than the first two and below the level, too.
    let disks = equal(&[0, 10, 30, 80, 80]);
    assert_eq!(pairs(&disks, |_, _| true), [(1, 5), (2, 4)]);
    // Only where no disk above it has anything does a disk below it give.
    assert_eq!(pairs(&disks, |giver, _| giver == 3), [(1, 3)]);
    // Who is no fuller gives nothing, whatever there is.
    assert_eq!(pairs(&equal(&[0, 0, 90]), |giver, _| giver < 3), []);
    // All that has something is asked: wait, and do not take from below.
    assert_eq!(pairs(&equal(&[0, 10, 30, 120]), |_, _| true), [(1, 4)]);
}

#[test]
fn a_full_disk_takes_nothing_and_a_small_one_gives() {
    let full = Disk { room: 0, ..disk(1, 100, 0, 0) };
    assert_eq!(pairs(&[full, disk(2, 100, 50, 0)], |_, _| true), []);
    // Its owner has made it smaller.
    assert_eq!(pairs(&[disk(1, 0, 50, 0), disk(2, 100, 50, 0)], |_, _| true), [(2, 1)]);
}

#[test]
fn no_move_passes_the_point_of_balance() {
    let (giver, taker) = (disk(1, 100, 50, 0), disk(2, 100, 20, 0));
    assert!(may_move(15, &giver, &taker));
    assert!(!may_move(16, &giver, &taker));
    assert!(!may_move(51, &giver, &taker), "it does not have so much");
    assert!(!may_move(15, &giver, &Disk { room: 14, ..taker }));
    let large = Disk { capacity: 400, ..taker };
    assert!(may_move(36, &giver, &large));
    assert!(!may_move(37, &giver, &large));
}

#[test]
fn a_plan_passes_over_what_does_not_fit_and_not_again_and_again() {
    let photos: Vec<Placed> = (0..600_u64)
        .map(|n| {
            let photo = PhotoId(*blake3::hash(&n.to_be_bytes()).as_bytes());
            let holders = BTreeSet::from([NodeId(1)]);
            Placed { photo, bytes: if n < 300 { 1 } else { 2 }, movable: holders.clone(), holders }
        })
        .collect();
    let looks = Cell::new(0);
    let small_ones = |placed: &Placed, _, _| {
        looks.set(looks.get() + 1);
        placed.bytes == 1
    };
    let moves = plan(&equal(&[900, 0, 0]), &photos, 900, small_ones);
    assert_eq!(moves.len(), 300, "all that may");
    assert!(looks.get() < 6 * photos.len(), "{} looks at {} photos", looks.get(), photos.len());
}

#[test]
fn two_copies_of_a_photo_do_not_move_at_once() {
    let photo = PhotoId([1; 32]);
    let holders: BTreeSet<NodeId> = [1, 2].map(NodeId).into();
    let photos = [Placed { photo, bytes: 10, movable: holders.clone(), holders }];
    // The third and the fourth node are one member's, and may not have both.
    let fits = |placed: &Placed, from: NodeId, _| {
        placed.holders.iter().any(|holder| *holder != from && holder.0 < 3)
    };
    assert_eq!(plan(&equal(&[90, 90, 0, 0]), &photos, 90, fits).len(), 1);
}

/// Some nodes with disks of any size, and photos with two copies each; some copies may not move.
fn meshes() -> impl Strategy<Value = (Vec<Disk>, Vec<Placed>, u64)> {
    let capacities = prop::collection::vec(1..50_u64, 3..8);
    let photos = prop::collection::vec((1..250_u64, any::<u64>(), any::<u64>(), 0..3_u8), 0..120);
    (capacities, photos).prop_map(|(capacities, photos)| {
        let nodes = capacities.len() as u64;
        let mut disks: Vec<Disk> =
            (1..).zip(&capacities).map(|(node, size)| disk(node, size * 1000, 0, 0)).collect();
        let place = |(n, (bytes, first, second, fixed)): (u64, &(u64, u64, u64, u8))| {
            let first = 1 + first % nodes;
            let second = 1 + (first + second % (nodes - 1)) % nodes;
            let holders: BTreeSet<NodeId> = [first, second].map(NodeId).into();
            let mut movable = holders.clone();
            if *fixed == 0 {
                movable.remove(&NodeId(first));
            }
            let photo = PhotoId(*blake3::hash(&n.to_be_bytes()).as_bytes());
            Placed { photo, bytes: *bytes, holders, movable }
        };
        let placed: Vec<Placed> = (0..).zip(&photos).map(place).collect();
        for disk in &mut disks {
            for photo in placed.iter().filter(|photo| photo.holders.contains(&disk.node)) {
                disk.load += photo.bytes;
                disk.fixed += if photo.movable.contains(&disk.node) { 0 } else { photo.bytes };
            }
        }
        let all = placed.iter().map(|photo| photo.bytes).sum();
        (disks, placed, all)
    })
}

/// The sum of load² / capacity, which every move lowers.
fn unevenness(disks: &BTreeMap<NodeId, Disk>) -> f64 {
    disks.values().map(|disk| (disk.load as f64).powi(2) / disk.capacity as f64).sum()
}

proptest! {
    /// However the photos lie: every move lowers the unevenness by what the page of this room says, so that moving
    /// ends; no move passes the point of balance; each photo stays on two nodes; and in the end none is left to make.
    #[test]
    fn moving_ends((disks, photos, all) in meshes()) {
        let mut now: BTreeMap<NodeId, Disk> = disks.iter().map(|disk| (disk.node, *disk)).collect();
        let mut at: BTreeMap<PhotoId, Placed> =
            photos.iter().map(|placed| (placed.photo, placed.clone())).collect();
        for step in plan(&disks, &photos, all, |_, _, _| true) {
            let before = unevenness(&now);
            prop_assert!(may_move(step.bytes, &now[&step.from], &now[&step.to]));
            now.get_mut(&step.from).unwrap().gives(step.bytes);
            now.get_mut(&step.to).unwrap().takes(step.bytes);
            let [a, b] = [step.from, step.to].map(|node| now[&node].capacity as f64);
            let least = (step.bytes as f64).powi(2) * (1.0 / a + 1.0 / b);
            prop_assert!(before - unevenness(&now) >= least * 0.999);
            let placed = at.get_mut(&step.photo).unwrap();
            prop_assert!(placed.movable.remove(&step.from) && placed.holders.remove(&step.from));
            prop_assert!(placed.holders.insert(step.to));
            placed.movable.insert(step.to);
        }
        let disks: Vec<Disk> = now.into_values().collect();
        let photos: Vec<Placed> = at.into_values().collect();
        prop_assert!(photos.iter().all(|placed| placed.holders.len() == 2));
        prop_assert_eq!(plan(&disks, &photos, all, |_, _, _| true), []);
    }

    /// At the level, what lies on the disks is what lay on them before, as far as there is a place for it.
    #[test]
    fn nothing_is_lost_at_the_level((disks, _, all) in meshes()) {
        let level = level(&disks, all);
        let filled = |disk: &Disk| {
            let share = level.of(disk.capacity).unwrap();
            share.clamp(disk.fixed.into(), disk.fixed.max(all).into())
        };
        let filled: u128 = disks.iter().map(filled).sum();
        let total: u128 = disks.iter().map(|disk| u128::from(disk.load)).sum();
        // Each share is rounded down.
        prop_assert!(filled <= total && total <= filled + disks.len() as u128, "{filled} {total}");
    }

    /// Little more moves than must: what is above the level, and what lies on disks that are too full for a photo.
    #[test]
    fn little_moves(loads in prop::collection::vec(0..400_u64, 3..8)) {
        let small = 1..;
        let mut photos = Vec::new();
        let mut disks: Vec<Disk> = equal(&loads);
        for (disk, load) in disks.iter_mut().zip(&loads) {
            disk.capacity = 1000;
            for n in small.clone().take(*load as usize) {
                let name = format!("{n} on {}", disk.node);
                let photo = PhotoId(*blake3::hash(name.as_bytes()).as_bytes());
                let holders = BTreeSet::from([disk.node]);
                photos.push(Placed { photo, bytes: 1, movable: holders.clone(), holders });
            }
        }
        let total: u64 = loads.iter().sum();
        let moved = plan(&disks, &photos, total, |_, _, _| true).len() as u64;
        let share = total.div_ceil(disks.len() as u64);
        let least: u64 = loads.iter().map(|load| load.saturating_sub(share)).sum();
        prop_assert!(moved <= least + disks.len() as u64, "{moved} moves, {least} needed");
    }
}

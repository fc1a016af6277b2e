//! Who makes a copy, who takes it, and who gives one up.

use std::collections::{BTreeMap, BTreeSet};

use crate::balance::Ratio;
use crate::node::plan::placement::looks_after;
use crate::node::plan::placement::{Candidate, Copy, coordinator, target, trim_order};
use crate::photo::PhotoId;
use crate::protocol::NodeId;

fn photo(n: u8) -> PhotoId {
    PhotoId([n; 32])
}

fn copy(node: u64, movable: bool, load: u64) -> Copy {
    let fullness = Ratio::new(load, 100_u64);
    Copy { node: NodeId(node), movable, fullness, keeps_originals: false }
}

#[test]
fn the_work_of_coordinating_is_spread() {
    let nodes = (1..=4).map(NodeId);
    let mut photos_of = BTreeMap::new();
    for n in 0..200 {
        *photos_of.entry(coordinator(photo(n), nodes.clone())).or_insert(0) += 1;
    }
    assert_eq!(photos_of.len(), 4);
    assert!(photos_of.values().all(|n| (30..=70).contains(n)), "{photos_of:?}");
}

#[test]
fn a_target_exchanges_first_then_has_least_then_is_next_in_turn() {
    let candidate = |node, exchanges, load: u64| Candidate {
        node: NodeId(node),
        doubtful: false,
        new_member: true,
        exchanges,
        has_room: true,
        fullness: Ratio::new(load, 100_u64),
    };
    let three = [candidate(1, false, 5), candidate(2, false, 5), candidate(3, false, 5)];
    assert_eq!(target(&three, NodeId(1)), Some(NodeId(2)));
    assert_eq!(target(&three, NodeId(3)), Some(NodeId(1)));
    assert_eq!(
        target(&[candidate(1, false, 0), candidate(2, true, 9)], NodeId(0)),
        Some(NodeId(2))
    );
    assert_eq!(
        target(&[candidate(1, false, 3), candidate(2, false, 2)], NodeId(0)),
        Some(NodeId(2))
    );
    let known = Candidate { new_member: false, ..candidate(1, true, 0) };
    assert_eq!(target(&[known, candidate(2, false, 9)], NodeId(0)), Some(NodeId(2)));
    let doubtful = Candidate { doubtful: true, ..candidate(1, true, 0) };
    assert_eq!(target(&[doubtful, known], NodeId(0)), Some(NodeId(1)));
    assert_eq!(target(&[doubtful, candidate(2, false, 9)], NodeId(0)), Some(NodeId(2)));
    assert_eq!(target(&[], NodeId(0)), None);
}

#[test]
fn who_does_nothing_is_passed_over_one_after_the_other() {
    let nodes = || (1..=3).map(NodeId);
    let after = |passed_over| {
        let look =
            nodes().filter(|node| looks_after(photo(1), *node, nodes(), |node| node, passed_over));
        look.collect::<BTreeSet<_>>()
    };
    assert_eq!(after(0), coordinator(photo(1), nodes()).into_iter().collect());
    assert_eq!(after(1).len(), 2);
    assert!(after(1).is_superset(&after(0)));
    assert_eq!(after(9).len(), 3);
    assert!(!looks_after(photo(1), NodeId(4), nodes(), |node| node, 9), "it has nothing to offer");
}

#[test]
fn with_one_node_of_a_person_all_are_passed_over() {
    let is_own = |node: &NodeId| coordinator(photo(1), (1..=9).map(NodeId)) != Some(*node);
    let own = (1..=9).map(NodeId).rfind(is_own).unwrap();
    let looks = |passed_over| {
        let person = |node: NodeId| node == own;
        looks_after(photo(1), own, (1..=9).map(NodeId), person, passed_over)
    };
    assert_eq!([looks(0), looks(1)], [false, true], "eight others are one person");
}

#[test]
fn replicas_go_first_and_from_the_most_loaded() {
    let held = [copy(1, false, 90), copy(2, true, 5), copy(3, true, 7)];
    assert_eq!(trim_order(photo(1), false, &held), [NodeId(3), NodeId(2)]);
}

#[test]
fn an_original_goes_only_if_it_is_spare() {
    let originals = |n| (1..=n).map(|node| copy(node, false, 1)).collect::<Vec<_>>();
    assert_eq!(trim_order(photo(1), false, &originals(3)), []);
    assert_eq!(trim_order(photo(1), true, &originals(3)).len(), 3);
    let mut three = originals(3);
    three[0].keeps_originals = true;
    assert!(!trim_order(photo(1), true, &three).contains(&NodeId(1)));
}

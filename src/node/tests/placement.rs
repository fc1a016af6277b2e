//! Who makes a copy, who takes it, and who gives one up.

use std::collections::BTreeMap;

use crate::node::plan::placement::{
    Candidate, Copy, coordinator, rebalance_pairs, target, trim_order,
};
use crate::photo::PhotoId;
use crate::protocol::{Holding, NodeId};

fn photo(n: u8) -> PhotoId {
    PhotoId([n; 32])
}

fn copy(node: u64, holding: Holding, load: u64) -> Copy {
    Copy { node: NodeId(node), holding, load, keeps_originals: false }
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
    let candidate = |node, exchanges, load| Candidate { node: NodeId(node), exchanges, load };
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
    assert_eq!(target(&[], NodeId(0)), None);
}

#[test]
fn replicas_go_first_and_from_the_most_loaded() {
    let held = [
        copy(1, Holding::Original, 90),
        copy(2, Holding::Replica, 5),
        copy(3, Holding::Replica, 7),
    ];
    assert_eq!(trim_order(photo(1), 2, &held), [NodeId(3), NodeId(2)]);
}

#[test]
fn an_original_goes_only_while_more_nodes_than_copies_have_it_as_one() {
    let originals = |n| (1..=n).map(|node| copy(node, Holding::Original, 1)).collect::<Vec<_>>();
    assert_eq!(trim_order(photo(1), 2, &originals(2)), []);
    assert_eq!(trim_order(photo(1), 2, &originals(3)).len(), 3);
    let mut three = originals(3);
    three[0].keeps_originals = true;
    assert!(!trim_order(photo(1), 2, &three).contains(&NodeId(1)));
}

#[test]
fn each_source_is_asked_by_one_node_only() {
    let loads = BTreeMap::from([(NodeId(1), 0), (NodeId(2), 0), (NodeId(3), 9), (NodeId(4), 5)]);
    assert_eq!(
        rebalance_pairs(&loads, |_, _| true),
        [(NodeId(1), NodeId(3)), (NodeId(2), NodeId(4))]
    );
    let only_4 = rebalance_pairs(&loads, |source, _| source == NodeId(4));
    assert_eq!(only_4, [(NodeId(1), NodeId(4))]);
    assert_eq!(
        rebalance_pairs(&BTreeMap::from([(NodeId(1), 4), (NodeId(2), 5)]), |_, _| { true }),
        []
    );
}

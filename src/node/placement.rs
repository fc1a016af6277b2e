//! Who does what for a photo: pure functions of what every node sees alike.
//!
//! None of these needs a message. Every node computes the same answer from the same table and takes its own part; where
//! tables differ for a moment, two nodes act or none does, and the rules of [`super::drops`] keep that harmless.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::photo::PhotoId;
use crate::protocol::{Holding, NodeId};

/// How well a node suits a photo: rendezvous hashing (Thaler and Ravishankar 1998).
///
/// Every node weighs every photo differently, so that taking the lowest spreads the work without any agreement.
pub(super) fn weight(photo: PhotoId, node: NodeId) -> u64 {
    mix(photo.prefix() ^ mix(node.0))
}

/// The finalizer of SplitMix64 (Steele, Lea and Flood 2014): every input bit reaches every output bit.
fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// The one of these nodes that looks after a photo.
pub(super) fn coordinator(
    photo: PhotoId,
    holders: impl IntoIterator<Item = NodeId>,
) -> Option<NodeId> {
    holders.into_iter().min_by_key(|node| (weight(photo, *node), *node))
}

/// A node that could take a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    /// The node.
    pub(super) node: NodeId,
    /// Whether it would give up a worse version of the photo, or has the photo in its trash.
    pub(super) exchanges: bool,
    /// How many photos it has, those already offered to it included.
    pub(super) load: u64,
}

/// The node to offer a photo to: one that exchanges a worse version for it, else the least loaded, round-robin among
/// equals: the next after `last`.
pub(super) fn target(candidates: &[Candidate], last: NodeId) -> Option<NodeId> {
    let order = |c: &&Candidate| (!c.exchanges, c.load, c.node <= last, c.node);
    candidates.iter().min_by_key(order).map(|c| c.node)
}

/// A copy that may be trimmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Copy {
    /// Who has it.
    pub(super) node: NodeId,
    /// As an original or a replica.
    pub(super) holding: Holding,
    /// How many photos that node has.
    pub(super) load: u64,
    /// That node's owner wants no original moved.
    pub(super) keeps_originals: bool,
}

/// The copies that may go, first to go first, while more than `copies` of them exist.
///
/// Replicas before originals; among replicas those of the most loaded node first, which is what evens loads out. An
/// original may go only while more than `copies` nodes have the photo as an original; which one is for the weights to
/// say, so that nobody's folder is thinned out more than another's.
pub(super) fn trim_order(photo: PhotoId, copies: usize, held: &[Copy]) -> Vec<NodeId> {
    let (mut replicas, mut originals): (Vec<&Copy>, Vec<&Copy>) =
        held.iter().partition(|copy| copy.holding == Holding::Replica);
    replicas.sort_by_key(|copy| (Reverse(copy.load), weight(photo, copy.node), copy.node));
    let spare_originals = originals.len().saturating_sub(copies);
    originals.retain(|copy| !copy.keeps_originals);
    originals.sort_by_key(|copy| (Reverse(weight(photo, copy.node)), copy.node));
    if spare_originals == 0 {
        originals.clear();
    }
    replicas.into_iter().chain(originals).map(|copy| copy.node).collect()
}

/// Who relieves whom: the least loaded node asks the most loaded one that has something for it, the second least
/// loaded the most loaded one left, and so on; `has_something_for(source, node)` says whether a replica could move.
///
/// Each node is asked by one other at most, so that nobody is emptied by a crowd.
pub(super) fn relief(
    loads: &BTreeMap<NodeId, u64>,
    mut has_something_for: impl FnMut(NodeId, NodeId) -> bool,
) -> Vec<(NodeId, NodeId)> {
    let mut nodes: Vec<(u64, NodeId)> = loads.iter().map(|(node, load)| (*load, *node)).collect();
    nodes.sort_unstable();
    let mut taken = BTreeSet::new();
    let mut pairs = Vec::new();
    for (load, node) in &nodes {
        let heavier = nodes.iter().rev().take_while(|(other, _)| *other >= load + 2);
        let free = heavier.filter(|(_, source)| !taken.contains(source)).map(|(_, source)| *source);
        if let Some(source) = free.into_iter().find(|source| has_something_for(*source, *node)) {
            taken.insert(source);
            pairs.push((*node, source));
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let originals =
            |n| (1..=n).map(|node| copy(node, Holding::Original, 1)).collect::<Vec<_>>();
        assert_eq!(trim_order(photo(1), 2, &originals(2)), []);
        assert_eq!(trim_order(photo(1), 2, &originals(3)).len(), 3);
        let mut three = originals(3);
        three[0].keeps_originals = true;
        assert!(!trim_order(photo(1), 2, &three).contains(&NodeId(1)));
    }

    #[test]
    fn each_source_is_asked_by_one_node_only() {
        let loads =
            BTreeMap::from([(NodeId(1), 0), (NodeId(2), 0), (NodeId(3), 9), (NodeId(4), 5)]);
        assert_eq!(relief(&loads, |_, _| true), [(NodeId(1), NodeId(3)), (NodeId(2), NodeId(4))]);
        let only_4 = relief(&loads, |source, _| source == NodeId(4));
        assert_eq!(only_4, [(NodeId(1), NodeId(4))]);
        assert_eq!(relief(&BTreeMap::from([(NodeId(1), 4), (NodeId(2), 5)]), |_, _| { true }), []);
    }
}

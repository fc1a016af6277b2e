//! Which node does what for a photo: pure functions of data that every node sees alike.
//!
//! None of these needs a message. Every node computes the same answer from the same table and takes its own part; where
//! tables differ for a moment, two nodes act or none does, and the rules of [`crate::node::drops`] keep that harmless.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::balance::Ratio;
use crate::photo::PhotoId;
use crate::protocol::NodeId;

/// How well a node suits a photo: rendezvous hashing (Thaler and Ravishankar 1998).
///
/// Every node has a different score for every photo, so taking the lowest spreads the work without any agreement.
pub(in crate::node) fn rendezvous_score(photo: PhotoId, node: NodeId) -> u64 {
    mix(photo.prefix() ^ mix(node.0))
}

/// The finalizer of SplitMix64 (Steele, Lea and Flood 2014): every input bit reaches every output bit.
fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// Whether a node looks after a photo: the one with the lowest score does. If that one lets so much time pass that it
/// is passed over, the next one does so too, and so on: it may be a liar. Each time all nodes of one `person` are
/// passed over, since a liar may have many.
pub(in crate::node) fn looks_after<P: Ord>(
    photo: PhotoId,
    node: NodeId,
    holders: impl IntoIterator<Item = NodeId>,
    person: impl Fn(NodeId) -> P,
    passed_over: usize,
) -> bool {
    let score = |node: NodeId| (rendezvous_score(photo, node), node);
    let (mut is_holder, mut before) = (false, BTreeSet::new());
    for holder in holders {
        is_holder |= holder == node;
        if score(holder) < score(node) {
            before.insert(person(holder));
        }
    }
    is_holder && before.len() <= passed_over
}

/// The one of these nodes that looks after a photo, as long as it is not passed over.
pub(in crate::node) fn coordinator(
    photo: PhotoId,
    holders: impl IntoIterator<Item = NodeId>,
) -> Option<NodeId> {
    holders.into_iter().min_by_key(|node| (rendezvous_score(photo, *node), *node))
}

/// A node that could take a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::node) struct Candidate {
    /// The node.
    pub(in crate::node) node: NodeId,
    /// Whether a node of its member has refused or failed lately.
    pub(in crate::node) doubtful: bool,
    /// Whether no node of its member has the photo.
    pub(in crate::node) new_member: bool,
    /// Whether it has a worse version of the photo to give up, or has the photo itself in its trash.
    pub(in crate::node) exchanges: bool,
    /// Whether it has told of room for it.
    pub(in crate::node) has_room: bool,
    /// How full its disk would be with the photo, and with what is offered to it already.
    pub(in crate::node) fullness: Ratio,
}

/// The node to offer a photo to: one whose member has not failed lately, since one with many empty nodes that take
/// nothing would be the target for ever; one of a member who has none of it; among these one that exchanges a worse
/// version for it, else the one with the emptiest disk, round-robin among equals: the next after `last`.
pub(in crate::node) fn target(candidates: &[Candidate], last: NodeId) -> Option<NodeId> {
    let order = |c: &&Candidate| {
        (c.doubtful, !c.new_member, !c.exchanges, c.fullness, c.node <= last, c.node)
    };
    candidates.iter().min_by_key(order).map(|c| c.node)
}

/// A copy that may be trimmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::node) struct Copy {
    /// The node that has it.
    pub(in crate::node) node: NodeId,
    /// Whether it is a replica, or its owner's own that they let move like one.
    pub(in crate::node) movable: bool,
    /// How full that node's disk is.
    pub(in crate::node) fullness: Ratio,
    /// Whether that node's owner wants no original moved.
    pub(in crate::node) keeps_originals: bool,
}

/// The nodes whose copies may go, in the order in which they go.
///
/// Replicas before originals; among replicas those of the fullest disk first, which evens disks out. Originals go
/// only if they are `spare`, since more members have one than copies are wanted; the scores decide which one, so that
/// no folder loses more than another.
pub(in crate::node) fn trim_order(photo: PhotoId, spare: bool, held: &[Copy]) -> Vec<NodeId> {
    let (mut movable, mut originals): (Vec<&Copy>, Vec<&Copy>) =
        held.iter().partition(|copy| copy.movable);
    movable.sort_by_key(|copy| {
        (Reverse(copy.fullness), rendezvous_score(photo, copy.node), copy.node)
    });
    originals.retain(|copy| spare && !copy.keeps_originals);
    originals.sort_by_key(|copy| (Reverse(rendezvous_score(photo, copy.node)), copy.node));
    movable.into_iter().chain(originals).map(|copy| copy.node).collect()
}

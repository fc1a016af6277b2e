//! The nodes of the mesh, counted: as nodes, and as the persons whose nodes they are.

use std::collections::{BTreeMap, BTreeSet};

use super::{Mesh, Presence};
use crate::node::table::spread::{Person, Spread};
use crate::protocol::{MemberName, NodeId};

/// The nodes of the mesh, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::node) struct Census {
    /// The other nodes that are here.
    pub(in crate::node) here: usize,
    /// Those of them that have not told all their photos.
    pub(in crate::node) incomplete: usize,
    /// The nodes that are here and stay, this one included, and their members: who hands over all that it has is no place
    /// for copies.
    pub(in crate::node) here_with_me: Spread,
    /// The same with those that are away, within their grace.
    pub(in crate::node) all: Spread,
    /// How many others here could each prove something by themselves: other members, and other nodes of this one's.
    pub(in crate::node) voices: usize,
    /// How much may lie on a disk, on average of all nodes here that have told it.
    pub(in crate::node) usual_capacity: u64,
    /// How many copies of each photo the mesh wants: the second highest number that a member asks for, so that no single
    /// one decides; but two if anybody wants two or more. The highest if there is one member, or no group.
    pub(in crate::node) copies: u32,
}

impl Mesh {
    pub(super) fn count(&self) -> Census {
        let me = &self.me;
        let mut census = Census::default();
        let own = person(me.node, me.member);
        let (mut here, mut voices) = (BTreeSet::new(), BTreeSet::new());
        here.extend((!me.draining).then_some(own));
        let mut all = here.clone();
        let mut wishes = BTreeMap::from([(own, me.copies)]);
        let (mut staying, mut away) = (usize::from(!me.draining), 0);
        let mut capacities: Vec<u64> = me.space.iter().map(|space| space.capacity).collect();
        for (node, peer) in &self.peers {
            let person = person(*node, peer.member());
            match peer.presence {
                Presence::Gone => continue,
                Presence::Away { .. } => away += usize::from(!peer.drains.now),
                Presence::Here { complete, .. } => {
                    census.here += 1;
                    census.incomplete += usize::from(!complete);
                    capacities.extend(peer.space.map(|space| space.capacity));
                    if !peer.drains.now {
                        staying += 1;
                        here.insert(person);
                        voices.insert(if person == own { Person::Alone(*node) } else { person });
                    }
                }
            }
            if !peer.drains.now {
                all.insert(person);
            }
            let wish = wishes.entry(person).or_default();
            *wish = peer.copies.max(*wish);
        }
        census.here_with_me = Spread { nodes: staying, members: here.len() };
        census.all = Spread { nodes: staying + away, members: all.len() };
        census.voices = voices.len();
        let told = capacities.len() as u64;
        census.usual_capacity = capacities.iter().sum::<u64>().checked_div(told).unwrap_or(1);
        census.copies = agreed(wishes.into_values(), me.member.is_some());
        census
    }
}

/// The number of copies that members with these wishes agree on, see [`Census::copies`].
fn agreed(wishes: impl Iterator<Item = u32>, in_group: bool) -> u32 {
    let mut wishes: Vec<u32> = wishes.collect();
    wishes.sort_unstable_by(|a, b| b.cmp(a));
    let highest = wishes.first().copied().unwrap_or(1);
    match wishes.get(1) {
        Some(second) if in_group => (*second).max(highest.min(2)),
        _ => highest,
    }
}

/// Whose a node is, for counting.
pub(super) fn person(node: NodeId, member: Option<MemberName>) -> Person {
    member.map_or(Person::Alone(node), Person::Member)
}

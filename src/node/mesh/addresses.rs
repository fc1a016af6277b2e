//! Nodes known only from others: addresses to dial, believed for nothing else.
//!
//! A peer can tell any address: all others would then dial a stranger, or have no places left for real nodes. So an
//! address must be one that a peer can have; only a few wait to be met at a time; nodes that cannot be reached are
//! soon forgotten; and a node is told to others, and remembered on disk, only after it has registered here. Two nodes
//! that could not reach each other for a minute have forgotten each other, so the peers are told again now and then.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Mesh, Peer, Presence};
use crate::node::limits::{DIAL_COURTESY, REANNOUNCE, REDIAL_MAX, STRANGER, UNMET};
use crate::node::news::News;
use crate::node::step::Step;
use crate::node::{LinkId, Time};
use crate::protocol::group::Roster;
use crate::protocol::{Address, Message, NodeId};

impl Mesh {
    /// The addresses of those nodes that have ever registered here.
    pub(super) fn addresses(&self, which: impl Fn(&Peer) -> bool) -> BTreeMap<NodeId, Address> {
        let met = self.peers.iter().filter(|(_, peer)| peer.met && which(peer));
        met.map(|(node, peer)| (*node, peer.address.clone())).collect()
    }

    /// How many nodes are here, or were lately and for a while at a time.
    pub(super) fn count_lately(&self, now: Time) -> usize {
        let counts = |peer: &&Peer| {
            let known = peer.boot.is_some() && peer.stayed && peer.is_lately(now);
            peer.is_here() || known
        };
        self.peers.values().filter(counts).count()
    }

    /// Forgets strangers that have not come back for long, and those that went first if there are too many: identities
    /// cost nothing. The address of a friend is kept, however long they were away.
    pub(super) fn forget_strangers(&mut self, step: &mut Step) {
        let strange = |peer: &Peer| peer.met && !peer.stayed && !peer.is_here();
        let strangers = self.peers.iter().filter(|(_, peer)| strange(peer));
        let mut strangers: Vec<(Time, NodeId)> =
            strangers.map(|(node, peer)| (peer.seen, *node)).collect();
        strangers.sort_unstable();
        let surplus = strangers.len().saturating_sub(UNMET);
        let late = strangers.iter().filter(|(seen, _)| step.now.since(*seen) >= STRANGER).count();
        strangers.truncate(surplus.max(late));
        let strangers: Vec<NodeId> = strangers.into_iter().map(|(_, node)| node).collect();
        self.forget(step, &strangers);
    }

    /// This node's owner does not expect a node back that is not here: it is forgotten, and not looked for where it was
    /// to be joined, either.
    pub(in crate::node) fn give_up(&mut self, step: &mut Step, node: NodeId) {
        let address = self.peers.get(&node).map(|peer| &peer.address);
        self.joins.retain(|join, _| Some(join) != address);
        self.forget(step, &[node]);
    }

    /// Nodes that are not here belong to the mesh no more: they are not dialed, told to others or counted, and what
    /// they last had stands in for nothing. Each is as if it had never come, and may come again.
    pub(super) fn forget(&mut self, step: &mut Step, nodes: &[NodeId]) {
        for node in nodes {
            self.set_presence(*node, Presence::Gone);
            self.peers.remove(node);
            self.vanished.remove(node);
            step.tell(News::Gone(*node));
        }
        if !nodes.is_empty() {
            self.count_sharers();
            self.note_nodes(step);
            step.tell(News::MeshChanged);
        }
    }

    /// Forgets nodes that are known only from others and were not reached by now.
    pub(super) fn forget_unmet(&mut self) {
        self.peers.retain(|_, peer| {
            peer.met || peer.presence != Presence::Gone || peer.redial.pause < REDIAL_MAX
        });
    }
}

impl Mesh {
    /// The node at the other end of a link tells the nodes that it knows.
    pub(in crate::node) fn nodes_learned(
        &mut self,
        step: &Step,
        link: LinkId,
        nodes: BTreeMap<NodeId, Address>,
    ) {
        let now = step.now;
        let teller = self.node_at(link).and_then(|node| self.peers.get(&node));
        let Some(teller) = teller.map(|peer| peer.address.clone()) else {
            return;
        };
        for (node, address) in nodes {
            let waiting = self.peers.values().filter(|peer| !peer.met).count();
            if node == step.me()
                || waiting >= UNMET
                || self.peers.contains_key(&node)
                || !address.is_possible_from(&teller)
            {
                continue;
            }
            // Of two nodes that hear of each other, the lower dials first.
            let courtesy = if step.me() < node { Duration::ZERO } else { DIAL_COURTESY };
            let peer = Peer { met: false, ..Peer::known(address, now + courtesy) };
            self.peers.insert(node, peer);
        }
    }
}

impl Mesh {
    /// Time has passed: the next node is told again which peers are here.
    pub(super) fn reannounce_peers(&mut self, step: &mut Step) {
        let (last, due) = self.reannounced;
        if due > step.now {
            return;
        }
        let here: BTreeMap<NodeId, LinkId> = self.here().collect();
        let next = here.iter().find(|(node, _)| Some(**node) > last);
        let Some((node, link)) = next.or(here.first_key_value()) else {
            return;
        };
        self.reannounced = (Some(*node), step.now + REANNOUNCE);
        let mut nodes = self.addresses(Peer::is_here);
        nodes.remove(node);
        self.send(step, *link, Message::ConnectionUpdate { nodes, roster: Roster::default() });
    }
}

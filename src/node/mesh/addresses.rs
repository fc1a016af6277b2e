//! Nodes that others tell of: addresses to dial, believed for nothing else.
//!
//! A member can tell any address, to have all others knock at some stranger's door or run out of places for real nodes. So
//! an address must be one that a member can have; few wait to be met at a time; who cannot be reached is soon forgotten; and
//! nobody is told of a node, nor is it remembered on disk, before it has proven to be there by registering. Since two that
//! could not reach each other for a minute have forgotten each other, who is here is told again now and then.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Member, Membership, Presence};
use crate::node::limits::{DIAL_COURTESY, HEARSAY, REDIAL_MAX, RETELL};
use crate::node::{LinkId, Node};
use crate::protocol::{Address, Message, NodeId};

impl Membership {
    /// How many nodes have registered here, now or in an earlier life.
    pub(super) fn count_met(&self) -> usize {
        self.members.values().filter(|member| member.met).count()
    }

    /// Forgets who was only told of and has not been reached by now.
    pub(super) fn forget_hearsay(&mut self) {
        self.members.retain(|_, member| {
            member.met || member.presence != Presence::Gone || member.redial.pause < REDIAL_MAX
        });
    }
}

impl Node {
    /// Other nodes, as the one at the other end of a link knows them.
    pub(in crate::node) fn nodes_learned(
        &mut self,
        link: LinkId,
        nodes: BTreeMap<NodeId, Address>,
    ) {
        let now = self.now;
        let teller = self.mesh.node_at(link).and_then(|node| self.mesh.members.get(&node));
        let Some(teller) = teller.map(|member| member.address.clone()) else {
            return;
        };
        for (node, address) in nodes {
            let waiting = self.mesh.members.len() - self.mesh.count_met();
            if node == self.config.node
                || waiting >= HEARSAY
                || self.mesh.members.contains_key(&node)
                || !is_possible(&address, &teller)
            {
                continue;
            }
            // Of two that hear of each other the lower dials first.
            let courtesy = if self.config.node < node { Duration::ZERO } else { DIAL_COURTESY };
            let member = Member { met: false, ..Member::known(address, now + courtesy) };
            self.mesh.members.insert(node, member);
        }
    }
}

impl Node {
    /// Time has passed: the next of the others is told again who is here.
    pub(super) fn retell(&mut self) {
        let (last, due) = self.mesh.retold;
        if due > self.now {
            return;
        }
        let here: BTreeMap<NodeId, LinkId> = self.mesh.here().collect();
        let next = here.iter().find(|(node, _)| Some(**node) > last);
        let Some((node, link)) = next.or(here.first_key_value()) else {
            return;
        };
        self.mesh.retold = (Some(*node), self.now + RETELL);
        let mut nodes = self.mesh.addresses();
        nodes.retain(|other, _| other != node && here.contains_key(other));
        self.send(*link, Message::ConnectionUpdate { nodes });
    }
}

/// Whether a daemon that one can reach may listen there, if this teller says so.
pub(in crate::node) fn is_possible(address: &Address, teller: &Address) -> bool {
    /// Ports below are for a computer's own services.
    const FIRST_PORT: u16 = 1024;
    address.port() >= FIRST_PORT
        && !address.is_unspecified()
        && !address.is_for_many()
        && (!address.is_loopback() || teller.is_loopback())
}

//! What people call the nodes of the mesh.

use super::{Mesh, Presence};
use crate::protocol::{MemberName, NodeId, NodeName};

impl Mesh {
    /// What people call a node: its member, and its own name if the member has several. Without a group its id.
    pub(in crate::node) fn called(&self, node: NodeId) -> String {
        let (Some(member), name) = self.member_and_name(node) else {
            return format!("node {node}");
        };
        match name.filter(|_| self.names_of_others(node, member).next().is_some()) {
            Some(_) => format!("{member}/{}", self.name_of(node)),
            None => member.to_string(),
        }
    }

    /// A node's own name; with its port, if another node of the same member has the same one.
    pub(in crate::node) fn name_of(&self, node: NodeId) -> String {
        let (member, name) = self.member_and_name(node);
        let Some(name) = name else {
            return node.to_string();
        };
        let is_taken = member.is_some_and(|member| {
            self.names_of_others(node, member).any(|other| other == Some(name))
        });
        let address = self.peers.get(&node).map_or(&self.me.address, |peer| &peer.address);
        match is_taken {
            true => format!("{name} ({})", address.port()),
            false => name.to_string(),
        }
    }

    fn member_and_name(&self, node: NodeId) -> (Option<MemberName>, Option<NodeName>) {
        match self.peers.get(&node) {
            _ if node == self.me.node => (self.me.member, Some(self.me.name)),
            Some(peer) => (peer.member(), peer.name),
            None => (None, None),
        }
    }

    /// The names of a member's other nodes.
    fn names_of_others(
        &self,
        node: NodeId,
        member: MemberName,
    ) -> impl Iterator<Item = Option<NodeName>> {
        let all = self.peers.keys().copied().chain([self.me.node]);
        let others =
            all.filter(move |other| *other != node).map(|other| self.member_and_name(other));
        others.filter(move |(owner, _)| *owner == Some(member)).map(|(_, name)| name)
    }

    /// Nodes and where they listen, for people at node `me`.
    pub(in crate::node) fn in_words(&self, me: NodeId, nodes: &[NodeId]) -> String {
        let word = |node: &NodeId| match self.peers.get(node) {
            _ if *node == me => "this node".to_owned(),
            Some(peer) => match peer.presence {
                Presence::Here { .. } => format!("{} at {}", self.called(*node), peer.address),
                Presence::Away { .. } | Presence::Gone => {
                    format!("{} at {} (away)", self.called(*node), peer.address)
                }
            },
            None => format!("{} (not met lately)", self.called(*node)),
        };
        nodes.iter().map(word).collect::<Vec<_>>().join(", ")
    }
}

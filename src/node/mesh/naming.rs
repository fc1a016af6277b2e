//! What people call the nodes of the mesh.

use super::{Mesh, Presence};
use crate::protocol::NodeId;

impl Mesh {
    /// What people call a node: its member, and its own name if the member has several. Without a group its id.
    pub(in crate::node) fn called(&self, node: NodeId) -> String {
        let (member, name) = match self.peers.get(&node) {
            _ if node == self.me.node => (self.me.member, Some(self.me.name)),
            Some(peer) => (peer.member(), peer.name),
            None => (None, None),
        };
        let Some(member) = member else {
            return format!("node {node}");
        };
        let others = self.peers.iter().filter(|(other, _)| **other != node);
        let mine = (node != self.me.node).then_some(self.me.member).flatten();
        let mut others = others.filter_map(|(_, peer)| peer.member()).chain(mine);
        match name.filter(|_| others.any(|other| other == member)) {
            Some(name) => format!("{member}/{name}"),
            None => member.to_string(),
        }
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

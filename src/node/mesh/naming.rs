//! What people call the nodes of the mesh.

use std::time::Duration;

use super::{Mesh, Presence};
use crate::node::limits::CANDIDATES_NAMED;
use crate::node::step::Step;
use crate::node::words::spoken;
use crate::protocol::{MemberName, NodeId, NodeName};

impl Mesh {
    /// What people call a node: its member, and its own name if the member has several. Without a group its own name, or
    /// its id if it has not told one.
    pub(in crate::node) fn called(&self, node: NodeId) -> String {
        let (member, name) = self.member_and_name(node);
        match (member, name) {
            (None, None) => format!("node {node}"),
            (None, Some(_)) => self.name_of(node),
            (Some(member), Some(_)) if self.names_of_others(node).next().is_some() => {
                format!("{member}/{}", self.name_of(node))
            }
            (Some(member), _) => member.to_string(),
        }
    }

    /// The member whose node it is; none without a group.
    pub(in crate::node) fn member_of(&self, node: NodeId) -> Option<MemberName> {
        self.member_and_name(node).0
    }

    /// A node's own name; with its port, if another node of the same member, or without a group, has the same one.
    pub(in crate::node) fn name_of(&self, node: NodeId) -> String {
        let Some(name) = self.member_and_name(node).1 else {
            return node.to_string();
        };
        let is_taken = self.names_of_others(node).any(|other| other == Some(name));
        let address = self.peers.get(&node).map_or(&self.me.address, |peer| &peer.address);
        match is_taken {
            true => format!("{name} ({})", address.port()),
            false => name.to_string(),
        }
    }

    /// The nodes that a person can mean: by what people call them, by their own or their member's name, or by the
    /// beginning of their ids. The first of these with a hit decides.
    pub(in crate::node) fn meant(&self, text: &str) -> Vec<NodeId> {
        let is_called = |node| self.called(node) == text;
        let is_named = |node| {
            let (member, name) = self.member_and_name(node);
            let of_member = |name: &String| {
                let is_whole = |member: MemberName| format!("{member}/{name}") == text;
                member.is_some_and(|member| member.as_str() == text || is_whole(member))
            };
            // What several are called is a name of each of them, whatever tells them apart.
            let mut names =
                name.map(|name| name.to_string()).into_iter().chain([self.name_of(node)]);
            names.any(|name| name == text || of_member(&name))
        };
        let begins = |node: NodeId| node.to_string().starts_with(text);
        let ways: [&dyn Fn(NodeId) -> bool; 3] = [&is_called, &is_named, &begins];
        let all = || self.peers().map(|(node, _)| node).chain([self.me.node]);
        let mut hits = ways.iter().map(|way| all().filter(|node| way(*node)).collect::<Vec<_>>());
        hits.find(|hits| !hits.is_empty()).unwrap_or_default()
    }

    /// What people call these nodes, and the ids by which they can be told apart; of many the first.
    pub(in crate::node) fn called_with_ids(&self, nodes: &[NodeId]) -> Vec<String> {
        let named = |node: &NodeId| match self.called(*node) {
            called if called.ends_with(&node.to_string()) => called,
            called => format!("{called}, node {node}"),
        };
        nodes.iter().take(CANDIDATES_NAMED).map(named).collect()
    }

    /// What becomes of the photos of a node that is missed, and may come back for a while yet.
    pub(super) fn fate_of_photos(&self, step: &Step, away: Option<Duration>) -> String {
        if self.count_here() == 0 && step.config.copies > 1 {
            return "nobody is here to copy its photos".to_owned();
        }
        match away {
            Some(away) => format!("its photos are copied if it stays away for {}", spoken(away)),
            None => "its photos are copied where others have them".to_owned(),
        }
    }

    fn member_and_name(&self, node: NodeId) -> (Option<MemberName>, Option<NodeName>) {
        match self.peers.get(&node) {
            _ if node == self.me.node => (self.me.member, Some(self.me.name)),
            Some(peer) => (peer.member(), peer.name),
            None => (None, None),
        }
    }

    /// The names of the other nodes of a node's member; without a group of all others.
    fn names_of_others(&self, node: NodeId) -> impl Iterator<Item = Option<NodeName>> {
        let all = self.peers.keys().copied().chain([self.me.node]);
        let others =
            all.filter(move |other| *other != node).map(|other| self.member_and_name(other));
        let member = self.member_of(node);
        others.filter(move |(owner, _)| *owner == member).map(|(_, name)| name)
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

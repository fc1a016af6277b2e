//! What nodes tell each other of their disks.

use super::Mesh;
use crate::balance::CAPACITY_MOST;
use crate::node::LinkId;
use crate::node::step::Step;
use crate::protocol::{Message, NodeId, Space};

impl Mesh {
    /// What others were told last of this node's disk.
    pub(in crate::node) fn told_space(&self) -> Option<Space> {
        self.me.space
    }

    /// What a node that is here, or this one, has told of its disk.
    pub(in crate::node) fn space_of(&self, node: NodeId) -> Option<Space> {
        match self.peers.get(&node) {
            Some(peer) => peer.space,
            None => self.me.space.filter(|_| node == self.me.node),
        }
    }

    /// Tells the others of this node's disk, if that is news.
    pub(in crate::node) fn tell_space(&mut self, step: &mut Step, space: Space) {
        if self.me.space.replace(space) == Some(space) {
            return;
        }
        self.census = self.count();
        for (_, link) in self.here().collect::<Vec<_>>() {
            self.send(step, link, Message::Space(space));
        }
    }

    /// A node tells of its disk. Its claims are as large as they may be.
    pub(in crate::node) fn space_heard(&mut self, link: LinkId, space: Space) {
        let Some(peer) = self.node_at(link).and_then(|node| self.peers.get_mut(&node)) else {
            return;
        };
        let is_first = peer.space.is_none();
        peer.space = Some(Space { capacity: space.capacity.min(CAPACITY_MOST), ..space });
        if is_first {
            self.census = self.count();
        }
    }
}

//! What nodes tell each other of their disks.

use super::{Mesh, Peer};
use crate::balance::CAPACITY_MOST;
use crate::node::limits::DRAIN_RESTS;
use crate::node::news::News;
use crate::node::step::Step;
use crate::node::{LinkId, Time};
use crate::protocol::{Message, NodeId, Space};

/// A node hands over all that it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Drains {
    Now,
    /// It did, and does no longer: until then nobody counts on its copies.
    CountsAgain(Time),
}

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

    /// A node tells of its disk. Its claims are as large as they may be. If it hands over all that it has, nobody counts
    /// on its copies from now on; if it does no longer, they count again after a while, so that nobody has all copied
    /// again and again.
    pub(in crate::node) fn space_heard(&mut self, step: &mut Step, link: LinkId, space: Space) {
        let Some(node) = self.node_at(link) else {
            return;
        };
        let Some(peer) = self.peers.get_mut(&node) else {
            return;
        };
        peer.space = Some(Space { capacity: space.capacity.min(CAPACITY_MOST), ..space });
        let begins = space.draining && peer.drains.is_none();
        peer.drains = match (space.draining, peer.drains) {
            (true, _) => Some(Drains::Now),
            (false, Some(Drains::Now)) => {
                let rest = step.config.grace.saturating_mul(DRAIN_RESTS);
                Some(Drains::CountsAgain(step.now + rest))
            }
            (false, drains) => drains,
        };
        self.census = self.count();
        if begins {
            let called = self.called(node);
            step.log("mesh", format!("{called} hands over all that it has, and will leave"));
            step.tell(News::Draining { node, draining: true });
            step.tell(News::MeshChanged);
        }
    }

    /// Time has passed: the copies of some count again.
    pub(super) fn count_again(&mut self, step: &mut Step) {
        let is_over =
            |peer: &Peer| matches!(peer.drains, Some(Drains::CountsAgain(at)) if at <= step.now);
        let over = self.peers.iter().filter(|(_, peer)| is_over(peer));
        for node in over.map(|(node, _)| *node).collect::<Vec<_>>() {
            if let Some(peer) = self.peers.get_mut(&node) {
                peer.drains = None;
            }
            self.census = self.count();
            step.tell(News::Draining { node, draining: false });
            step.tell(News::MeshChanged);
        }
    }

    /// This node hands over all that it has, or no longer.
    pub(in crate::node) fn set_draining(&mut self, step: &mut Step, draining: bool) {
        self.me.draining = draining;
        self.census = self.count();
        step.tell(News::MeshChanged);
    }

    /// Whether a node hands over all that it has, or its copies do not count again yet.
    pub(in crate::node) fn is_draining(&self, node: NodeId) -> bool {
        match self.peers.get(&node) {
            Some(peer) => peer.drains.is_some(),
            None => node == self.me.node && self.me.draining,
        }
    }
}

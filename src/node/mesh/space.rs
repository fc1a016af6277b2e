//! What nodes tell each other of their disks.

use super::Mesh;
use crate::balance::CAPACITY_MOST;
use crate::node::limits::{DRAIN_RESTS, FLAPS_MAX};
use crate::node::news::News;
use crate::node::step::Step;
use crate::node::{LinkId, Time};
use crate::protocol::{Message, NodeId, Space};

/// Whether a node hands over all that it has.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Drains {
    /// It does: nobody counts on its copies.
    pub(super) now: bool,
    /// How often it stayed after all, and until when it is not heeded therefore if it wants that again.
    stayed: u32,
    heeded_from: Time,
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

    /// A node tells of its disk. Its claims are as large as they may be.
    pub(in crate::node) fn space_heard(&mut self, step: &mut Step, link: LinkId, space: Space) {
        let Some(node) = self.node_at(link) else {
            return;
        };
        if let Some(peer) = self.peers.get_mut(&node) {
            peer.space = Some(Space { capacity: space.capacity.min(CAPACITY_MOST), ..space });
            self.census = self.count();
            self.heed_draining(step, node);
        }
    }

    /// If a node hands over all that it has, nobody counts on its copies from now on; if it does no longer, they count.
    fn heed_draining(&mut self, step: &mut Step, node: NodeId) {
        let Some(peer) = self.peers.get_mut(&node) else {
            return;
        };
        let Some(draining) = peer.space.map(|space| space.draining) else {
            return;
        };
        if draining == peer.drains.now || draining && step.now < peer.drains.heeded_from {
            return;
        }
        peer.drains.now = draining;
        if !draining {
            let times = DRAIN_RESTS << peer.drains.stayed.min(FLAPS_MAX);
            peer.drains.stayed = peer.drains.stayed.saturating_add(1);
            peer.drains.heeded_from = step.now + step.config.grace.saturating_mul(times);
        }
        self.census = self.count();
        let called = self.called(node);
        step.log(
            "mesh",
            match draining {
                true => format!("{called} hands over all that it has, and will leave"),
                false => format!("{called} stays after all"),
            },
        );
        step.tell(News::Draining { node, draining });
        step.tell(News::MeshChanged);
    }

    /// Time has passed: those are heeded that had to wait.
    pub(super) fn heed_all_draining(&mut self, step: &mut Step) {
        for (node, _) in self.here().collect::<Vec<_>>() {
            self.heed_draining(step, node);
        }
    }

    /// This node hands over all that it has, or no longer; returns whether that is news.
    pub(in crate::node) fn set_draining(&mut self, step: &mut Step, draining: bool) -> bool {
        let is_new = std::mem::replace(&mut self.me.draining, draining) != draining;
        if is_new {
            self.census = self.count();
            step.tell(News::MeshChanged);
        }
        is_new
    }

    /// Whether a node hands over all that it has.
    pub(in crate::node) fn is_draining(&self, node: NodeId) -> bool {
        match self.peers.get(&node) {
            Some(peer) => peer.drains.now,
            None => node == self.me.node && self.me.draining,
        }
    }
}

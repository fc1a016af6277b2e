//! Updates for all photos of a node that goes, has told all, or drains: done in pieces, since it may have many.
//!
//! A sweep goes through a node's photos in order, some in each step. It leaves photos alone that the node has told
//! again meanwhile, on a new link.

use std::collections::BTreeSet;

use super::Table;
use super::claims::Claim;
use crate::photo::PhotoId;
use crate::protocol::NodeId;

/// A walk through the photos of a node.
#[derive(Debug)]
pub(super) struct Sweep {
    node: NodeId,
    what: What,
    last: Option<PhotoId>,
    /// Photos that the node has told again since the sweep began, and that the sweep has not reached yet.
    spared: BTreeSet<PhotoId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    /// Its claims are only the last known ones from now on.
    Away,
    /// Its claims from before its present link are forgotten.
    Forget,
    /// It hands over all that it has, or no longer.
    Drain,
}

impl Table {
    /// A node is away: its claims are only the last known ones from now on.
    pub(in crate::node) fn set_away(&mut self, node: NodeId) {
        self.begin_sweep(node, What::Away);
    }

    /// A node stays away: its claims are forgotten. What they came to is remembered for people.
    pub(in crate::node) fn set_gone(&mut self, node: NodeId) {
        let last = self.last_told(node);
        self.forget_last_known(node);
        self.stayed_away.insert(node, last);
    }

    /// Forgets a node's claims from before its present link, and how many they were: it has told all its photos.
    pub(in crate::node) fn forget_last_known(&mut self, node: NodeId) {
        self.stayed_away.remove(&node);
        self.begin_sweep(node, What::Forget);
    }

    /// A node hands over all that it has, or no longer: then its copies count again.
    pub(in crate::node) fn set_draining(&mut self, node: NodeId, draining: bool) {
        let is_new = match draining {
            true => self.draining.insert(node),
            false => self.draining.remove(&node),
        };
        if is_new {
            self.begin_sweep(node, What::Drain);
        }
    }

    /// Of one node at most three sweeps wait, however often it comes and goes: all that it said becomes the last known
    /// anew, and is forgotten after that.
    fn begin_sweep(&mut self, node: NodeId, what: What) {
        let stays = |earlier: What| match what {
            What::Away => earlier == What::Drain,
            What::Forget => earlier != What::Forget,
            What::Drain => earlier != What::Drain,
        };
        self.sweeps.retain(|sweep| sweep.node != node || stays(sweep.what));
        self.sweeps.push_back(Sweep { node, what, last: None, spared: BTreeSet::new() });
    }

    /// A node tells of a photo again.
    pub(super) fn spare(&mut self, node: NodeId, photo: PhotoId) {
        for sweep in self.sweeps.iter_mut().filter(|sweep| sweep.node == node) {
            if sweep.last.is_none_or(|last| last < photo) {
                sweep.spared.insert(photo);
            }
        }
    }

    /// Goes on with the sweeps, for at most `most` photos.
    pub(in crate::node) fn sweep(&mut self, most: usize) {
        let mut left = most;
        while left > 0
            && let Some(mut sweep) = self.sweeps.pop_front()
        {
            let photos: Vec<PhotoId> = self.held_after(sweep.node, sweep.last).take(left).collect();
            let Some(last) = photos.last() else {
                continue;
            };
            left -= photos.len();
            sweep.last = Some(*last);
            for photo in photos {
                if !sweep.spared.remove(&photo) {
                    self.sweep_claim(sweep.node, sweep.what, photo);
                }
            }
            self.sweeps.push_front(sweep);
        }
        self.forget_leaving();
    }

    fn sweep_claim(&mut self, node: NodeId, what: What, photo: PhotoId) {
        let claim = self.entries.get(&photo).and_then(|entry| entry.claims.get(node));
        match (what, claim.cloned()) {
            (What::Away, Some(claim)) => {
                self.set_claim(node, photo, Some(Claim { current: false, ..claim }));
            }
            (What::Forget, Some(claim)) if !claim.current => self.set_claim(node, photo, None),
            (What::Drain, Some(claim)) => {
                let draining = self.draining.contains(&node);
                self.set_claim(node, photo, Some(Claim { draining, ..claim }));
            }
            (What::Forget, _) | (What::Away | What::Drain, None) => {}
        }
    }

    /// Whether no sweep is left to do.
    pub(in crate::node) fn is_swept(&self) -> bool {
        self.sweeps.is_empty()
    }
}

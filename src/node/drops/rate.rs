//! A limit on how many of this node's files go to the trash in an hour on account of one other node.
//!
//! A member who plants better look-alikes of everybody's photos has real bytes for them, so no proof stops that: all
//! others' versions would go to the trash as fast as disks can move them. The limit leaves their owners days to notice,
//! and the status tells them. Only files wait for it, not the list.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::Drops;
use super::account_of;
use crate::node::Time;
use crate::node::context::Context;
use crate::node::limits::{RATE_FILES, RATE_SHARE, RATE_SPAN};
use crate::photo::PhotoId;
use crate::protocol::{Departure, NodeId};

/// The photos that went to the trash lately, and those that wait, by the node on whose account.
#[derive(Debug, Default)]
pub(super) struct Rate {
    gone: BTreeMap<NodeId, VecDeque<Time>>,
    waiting: BTreeMap<NodeId, BTreeSet<PhotoId>>,
    waits_for: BTreeMap<PhotoId, NodeId>,
}

impl Rate {
    fn lately(&self, node: NodeId) -> usize {
        self.gone.get(&node).map_or(0, VecDeque::len)
    }

    /// A photo waits on account of a node.
    pub(super) fn wait(&mut self, photo: PhotoId, account: Option<NodeId>) {
        self.forget(photo);
        if let Some(node) = account {
            self.waits_for.insert(photo, node);
            self.waiting.entry(node).or_default().insert(photo);
        }
    }

    /// A photo waits no longer.
    fn forget(&mut self, photo: PhotoId) {
        if let Some(node) = self.waits_for.remove(&photo)
            && let Some(waiting) = self.waiting.get_mut(&node)
        {
            waiting.remove(&photo);
            if waiting.is_empty() {
                self.waiting.remove(&node);
            }
        }
    }

    /// Time has passed: photos that went long ago no longer count.
    pub(super) fn tend(&mut self, now: Time) {
        self.gone.retain(|_, gone| {
            while gone.front().is_some_and(|at| now.since(*at) >= RATE_SPAN) {
                gone.pop_front();
            }
            !gone.is_empty()
        });
    }
}

impl Drops {
    /// Whether a worse version must wait before it goes to the trash for its keeper.
    pub(super) fn is_over_limit(&self, cx: &Context, keeper: PhotoId) -> bool {
        let Some(node) = account_of(cx, keeper).filter(|_| !cx.config().retire_now) else {
            return false;
        };
        let is_replaced = |why: &&Departure| matches!(why, Departure::Replaced { .. });
        let going = self.rounds.values().map(|round| &round.why).filter(is_replaced).count();
        let fetching =
            self.fetching.values().map(|fetching| &fetching.why).filter(is_replaced).count();
        self.rate.lately(node) + going + fetching >= limit(cx)
    }

    /// A worse version has gone to the trash for its keeper.
    pub(super) fn note_retired(&mut self, cx: &Context, keeper: PhotoId) {
        if let Some(node) = account_of(cx, keeper) {
            self.rate.gone.entry(node).or_default().push_back(cx.now());
        }
    }

    /// A photo is reviewed: the review decides again whether it waits.
    pub(in crate::node) fn reviewed(&mut self, photo: PhotoId) {
        self.rate.forget(photo);
    }

    /// A note for people about files that wait.
    pub(in crate::node) fn note_of_waiting(&self, cx: &Context) -> Option<String> {
        let waiting = self.rate.waiting.iter();
        let (node, files) = waiting.max_by_key(|(_, photos)| photos.len())?;
        Some(format!(
            "{} of this node's files have better versions at node {node}; at most {} of them go to the trash in \
             an hour, so that you can look first (`list`, `why NAME`): start with --retire-now if all is well",
            files.len(),
            limit(cx)
        ))
    }
}

/// How many files may go on account of one node within [`RATE_SPAN`].
fn limit(cx: &Context) -> usize {
    RATE_FILES.max(cx.table.held_by(cx.me()) / RATE_SHARE)
}

//! How fast files may move to the trash because of what another node brings.
//!
//! Whoever plants look-alikes that are better than everybody's photos has real bytes for them, so no proof stops him: all
//! others' versions would go to their trash as fast as disks can move them. So of what goes on account of one node only so
//! much goes in an hour, which leaves its owner days to notice, in a status that says so. The list does not wait for it.

use std::collections::{BTreeMap, VecDeque};

use super::round::Aim;
use crate::node::limits::{BRAKE_FILES, BRAKE_SHARE, BRAKE_SPAN};
use crate::node::table::verdict::Verdict;
use crate::node::{Node, Time};
use crate::photo::PhotoId;
use crate::protocol::{Holding, NodeId};

/// What has gone to the trash lately, on whose account.
#[derive(Debug, Default)]
pub(in crate::node) struct Brake {
    gone: BTreeMap<NodeId, VecDeque<Time>>,
}

impl Brake {
    fn lately(&self, node: NodeId) -> usize {
        self.gone.get(&node).map_or(0, VecDeque::len)
    }
}

impl Node {
    /// The node on whose account worse versions of a photo go: the first that has it as its own. Nobody if this node has it
    /// as its own.
    fn account_of(&self, keeper: PhotoId) -> Option<NodeId> {
        let entry = self.table.get(keeper)?;
        let me = self.config.node;
        if entry.holding(me) == Some(Holding::Original) {
            return None;
        }
        let owner = entry.live().find(|node| entry.holding(*node) == Some(Holding::Original));
        owner.or_else(|| entry.live().find(|node| *node != me))
    }

    /// How many files may go on account of one node within [`BRAKE_SPAN`].
    fn brake_limit(&self) -> usize {
        BRAKE_FILES.max(self.table.held_by(self.config.node) / BRAKE_SHARE)
    }

    /// Whether a worse version has to wait with going to the trash for its keeper.
    pub(super) fn is_braked(&self, keeper: PhotoId) -> bool {
        let Some(node) = self.account_of(keeper).filter(|_| !self.config.retire_now) else {
            return false;
        };
        let rounds = self.drops.rounds.values();
        let going = rounds.filter(|round| round.aim == Aim::Retire).count();
        let fetching = self.drops.fetching.values();
        let waiting = fetching.filter(|(_, aim)| *aim == Aim::Retire).count();
        self.brake.lately(node) + going + waiting >= self.brake_limit()
    }

    /// A worse version has gone to the trash for its keeper.
    pub(super) fn note_retired(&mut self, keeper: PhotoId) {
        if let Some(node) = self.account_of(keeper) {
            self.brake.gone.entry(node).or_default().push_back(self.now);
        }
    }

    /// Time has passed: what went long ago counts no more.
    pub(in crate::node) fn tend_brake(&mut self) {
        let now = self.now;
        self.brake.gone.retain(|_, gone| {
            while gone.front().is_some_and(|at| now.since(*at) >= BRAKE_SPAN) {
                gone.pop_front();
            }
            !gone.is_empty()
        });
    }

    /// What a person should know about files that wait.
    pub(in crate::node) fn brake_note(&self) -> Option<String> {
        let mine = self.table.mine_after(None).filter_map(|photo| self.table.get(photo));
        let mut waiting: BTreeMap<NodeId, usize> = BTreeMap::new();
        for entry in mine.filter(|entry| entry.is_stored_by(self.config.node)) {
            let Verdict::Loser(keeper) = entry.verdict else {
                continue;
            };
            if self.is_braked(keeper)
                && let Some(node) = self.account_of(keeper)
            {
                *waiting.entry(node).or_default() += 1;
            }
        }
        let (node, files) = waiting.into_iter().max_by_key(|(_, files)| *files)?;
        Some(format!(
            "{files} of this node's files have better versions at node {node}; of so many at most {} go to the trash in \
             an hour, so that you can look first (`list`, `why NAME`): start with --retire-now if all is well",
            self.brake_limit()
        ))
    }
}

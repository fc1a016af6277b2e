//! Slots: which pulls run, and from whom each comes.
//!
//! Only so many pulls run at a time, and only so many wait in line. Both are shared by member: whoever offers photos and
//! then delivers a byte now and then, from however many nodes, holds up what comes from them, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use super::Copies;
use super::pulls::{Phase, Pull};
use crate::node::context::Context;
use crate::node::limits::{GETS, PULL_QUEUE, PULLS, WINDOW};
use crate::node::plan::placement::rendezvous_score;
use crate::node::table::entry::Entry;
use crate::node::{DiskAction, Spool};
use crate::photo::PhotoId;
use crate::protocol::message::{Lane, TransferId};
use crate::protocol::{Message, NodeId};

const NOBODY: &str = "no node that is here could deliver it";

/// From where a photo can come now.
enum Found {
    Holder(NodeId),
    /// The members who have it deliver enough at the moment.
    Later,
    Nowhere,
}

fn slots(lane: Lane) -> usize {
    match lane {
        Lane::Get => GETS,
        Lane::Replicate => PULLS,
    }
}

impl Copies {
    /// Starts as many waiting pulls as can run: those for clients first, then the oldest.
    pub(super) fn start_pulls(&mut self, cx: &mut Context) {
        let running = |lane: Lane| {
            let pulls = self.pulls.values();
            pulls.filter(|(_, pull)| pull.lane() == lane && pull.phase != Phase::Queued).count()
        };
        let free = |lane: Lane| (lane, slots(lane).saturating_sub(running(lane)));
        let mut free = BTreeMap::from([Lane::Get, Lane::Replicate].map(free));
        if free.values().all(|free| *free == 0) {
            return;
        }
        let mut queued: Vec<(Lane, TransferId, PhotoId)> = self
            .pulls
            .iter()
            .filter(|(_, (_, pull))| pull.phase == Phase::Queued)
            .map(|(photo, (id, pull))| (pull.lane(), *id, *photo))
            .collect();
        queued.sort_unstable();
        for (lane, _, photo) in queued {
            let Some(free) = free.get_mut(&lane).filter(|free| **free > 0) else {
                continue;
            };
            match self.find_holder(cx, photo) {
                Found::Holder(from) => {
                    *free -= 1;
                    self.pull_from(cx, photo, from);
                }
                Found::Later => {}
                Found::Nowhere => self.pull_ends(cx, photo, NOBODY),
            }
        }
    }

    /// Pulls from the next holder that was not tried yet, or gives up.
    pub(super) fn pull_from_next(&mut self, cx: &mut Context, photo: PhotoId) {
        if let Some((_, pull)) = self.pulls.get_mut(&photo)
            && pull.unwritten > 0
        {
            pull.phase = Phase::Draining;
            return;
        }
        match self.find_holder(cx, photo) {
            Found::Holder(from) => self.pull_from(cx, photo, from),
            Found::Later => {
                if let Some((transfer, pull)) = self.pulls.get_mut(&photo) {
                    pull.phase = Phase::Queued;
                    cx.disk(DiskAction::Discard { spool: Spool::Pull(*transfer) });
                }
            }
            Found::Nowhere => self.pull_ends(cx, photo, NOBODY),
        }
        self.start_pulls(cx);
    }

    /// The holder that suits best: one that has the photo not just in its trash, of a member who was not tried yet, and
    /// from which the fewest other pulls come.
    fn find_holder(&self, cx: &Context, photo: PhotoId) -> Found {
        let Some((_, pull)) = self.pulls.get(&photo) else {
            return Found::Nowhere;
        };
        let holders =
            cx.table.get(photo).map(|entry| (entry.live().collect(), entry.retired().collect()));
        let (mut stored, retired): (BTreeSet<NodeId>, BTreeSet<NodeId>) =
            holders.unwrap_or_default();
        stored.extend(&pull.offered_by);
        let others = self.pulls.iter().filter(|(other, _)| **other != photo);
        let running = others.filter_map(|(_, (_, other))| Some((other.lane(), other.from()?)));
        let running: Vec<(Lane, NodeId)> = running.collect();
        let busy = |node: NodeId| running.iter().filter(|(_, from)| *from == node).count();
        let person = |node: NodeId| cx.table.person(node);
        let share = cx.share_of(slots(pull.lane()));
        let is_free = |node: &NodeId| {
            let of_lane = running.iter().filter(|(lane, _)| *lane == pull.lane());
            of_lane.filter(|(_, from)| person(*from) == person(*node)).count() < share
        };
        let reachable =
            |node: &NodeId| !pull.tried.contains(node) && cx.mesh.link_to(*node).is_some();
        let was_tried =
            |node: NodeId| pull.tried.iter().any(|other| person(*other) == person(node));
        let best = |nodes: &BTreeSet<NodeId>| {
            let free = nodes.iter().copied().filter(|node| reachable(node) && is_free(node));
            free.min_by_key(|node| (was_tried(*node), busy(*node), rendezvous_score(photo, *node)))
        };
        match best(&stored).or_else(|| best(&retired)) {
            Some(node) => Found::Holder(node),
            None if stored.union(&retired).any(reachable) => Found::Later,
            None => Found::Nowhere,
        }
    }

    fn pull_from(&mut self, cx: &mut Context, photo: PhotoId, from: NodeId) {
        let (Some((transfer, pull)), Some(link)) =
            (self.pulls.get_mut(&photo), cx.mesh.link_to(from))
        else {
            return;
        };
        let has_told = |entry: &&Entry| entry.claims.has(from);
        let told = cx.table.get(photo).filter(has_told).map(|entry| entry.told_by(from).bytes);
        let bytes = told.unwrap_or(pull.photo.bytes);
        let (now, lane, transfer) = (cx.now(), pull.lane(), *transfer);
        let (received, window_end, since, progress) = (0, bytes.min(WINDOW), now, now);
        let length = window_end;
        pull.phase = Phase::Receiving { from, link, bytes, received, window_end, since, progress };
        cx.send(link, Message::AskForImage { transfer, photo, offset: 0, length, lane });
    }

    /// Whether nodes of its member have offered so many photos, and nobody else has, that this one can offer no more.
    pub(super) fn has_offered_enough(&self, cx: &Context, node: NodeId) -> bool {
        let person = cx.table.person(node);
        let is_theirs = |pull: &&Pull| {
            let mut offered_by = pull.offered_by.iter();
            pull.keep.is_some() && offered_by.all(|other| cx.table.person(*other) == person)
        };
        let pulls = self.pulls.values().map(|(_, pull)| pull);
        pulls.filter(is_theirs).count() >= cx.share_of(PULL_QUEUE)
    }
}

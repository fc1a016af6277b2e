//! Slots: which pulls run, and from whom each comes.
//!
//! Only so many pulls run at a time, and only so many wait for that. One holder is asked for few bytes at a time, since
//! it sends them one after the other, and on a home line they take long. And all is shared by member: whoever offers
//! photos and then delivers a byte now and then, from however many nodes, holds up what comes from them, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use super::Copies;
use super::pulls::{Phase, Pull};
use crate::node::context::Context;
use crate::node::limits::{GETS, GETS_IN_LINE, PULL_QUEUE, PULLS, PULLS_IN_LINE, WINDOW};
use crate::node::plan::placement::rendezvous_score;
use crate::node::table::entry::Entry;
use crate::node::{DiskAction, Spool};
use crate::photo::PhotoId;
use crate::protocol::NodeId;
use crate::protocol::message::{Lane, TransferId};

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

/// How many bytes are asked of one holder at a time.
fn in_line(lane: Lane) -> u64 {
    match lane {
        Lane::Get => GETS_IN_LINE,
        Lane::Replicate => PULLS_IN_LINE,
    }
}

/// A pull that runs.
struct Running {
    photo: PhotoId,
    lane: Lane,
    from: NodeId,
    /// How many bytes its holder has still to send of what it was asked for.
    in_line: u64,
}

impl Copies {
    /// All pulls that run: as many as there are slots.
    fn running(&self) -> Vec<Running> {
        let running = self.pulls.iter().filter_map(|(photo, (_, pull))| {
            let (photo, lane, from) = (*photo, pull.lane(), pull.from()?);
            Some(Running { photo, lane, from, in_line: pull.in_line() })
        });
        running.collect()
    }

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
        let mut running = self.running();
        for (lane, _, photo) in queued {
            let Some(free) = free.get_mut(&lane).filter(|free| **free > 0) else {
                continue;
            };
            match self.find_holder(cx, photo, &running) {
                Found::Holder(from) => {
                    *free -= 1;
                    self.pull_from(cx, photo, from);
                    running = self.running();
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
        match self.find_holder(cx, photo, &self.running()) {
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
    fn find_holder(&self, cx: &Context, photo: PhotoId, running: &[Running]) -> Found {
        let Some((_, pull)) = self.pulls.get(&photo) else {
            return Found::Nowhere;
        };
        let holders =
            cx.table.get(photo).map(|entry| (entry.live().collect(), entry.retired().collect()));
        let (mut stored, retired): (BTreeSet<NodeId>, BTreeSet<NodeId>) =
            holders.unwrap_or_default();
        stored.extend(&pull.offered_by);
        let person = |node: NodeId| cx.table.person(node);
        let share = cx.share_of(slots(pull.lane()));
        let window = pull.photo.bytes.min(WINDOW);
        let others = || running.iter().filter(|other| other.photo != photo);
        let busy = |node: NodeId| others().filter(|other| other.from == node).count();
        let is_free = |node: &NodeId| {
            let of_lane = || others().filter(|other| other.lane == pull.lane());
            let theirs = of_lane().filter(|other| person(other.from) == person(*node)).count();
            let at_it = of_lane().filter(|other| other.from == *node);
            let line: u64 = at_it.map(|other| other.in_line).sum();
            theirs < share && (line == 0 || line + window <= in_line(pull.lane()))
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
        let (Some((_, pull)), Some(link)) = (self.pulls.get_mut(&photo), cx.mesh.link_to(from))
        else {
            return;
        };
        let has_told = |entry: &&Entry| entry.claims.has(from);
        let told = cx.table.get(photo).filter(has_told).map(|entry| entry.told_by(from).bytes);
        let bytes = told.unwrap_or(pull.photo.bytes);
        let (received, window_end, ahead, since, progress) = (0, 0, 0, cx.now(), cx.now());
        pull.phase =
            Phase::Receiving { from, link, bytes, received, window_end, ahead, since, progress };
        self.ask_for_window(cx, photo);
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

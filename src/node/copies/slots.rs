//! Slots: which pulls run, and from whom each comes.
//!
//! Only so many pulls run at a time, and only so many wait for that. One holder is asked for few bytes at a time, since
//! it sends them one after the other, and on a home line they take long. And all is shared by member: whoever offers
//! photos and then delivers a byte now and then, from however many nodes, holds up what comes from them, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use super::Copies;
use super::ledger::Ahead;
use super::pull::{Phase, Pull, Receiving};
use crate::node::context::Context;
use crate::node::limits::{
    GETS, GETS_IN_LINE, PULL_QUEUE, PULLS, PULLS_IN_LINE, RETURN, WINDOW_FIRST,
};
use crate::node::mesh::Presence;
use crate::node::plan::placement::rendezvous_score;
use crate::node::table::entry::Entry;
use crate::node::table::spread::Person;
use crate::photo::PhotoId;
use crate::protocol::NodeId;
use crate::protocol::message::{Lane, TransferId};

const NOBODY: &str = "no node that is here could deliver it; try again when more nodes are here";

/// From where a photo can come now.
enum Found {
    Holder(NodeId),
    /// The members who have it deliver enough at the moment, or who has begun to send it may be back soon.
    Later,
    Nowhere,
}

/// Whether a node went away so shortly ago that it may be back in a moment.
fn may_return(cx: &Context, node: NodeId) -> bool {
    match cx.mesh.peer(node).map(|peer| peer.presence) {
        Some(Presence::Away { since, .. }) => cx.now().since(since) < RETURN,
        Some(Presence::Here { .. } | Presence::Gone) | None => false,
    }
}

fn slots(lane: Lane) -> usize {
    match lane {
        Lane::Get => GETS,
        Lane::Replicate => PULLS,
    }
}

/// How many windows are asked of one holder before another pull begins there.
fn in_line(lane: Lane) -> u64 {
    match lane {
        Lane::Get => GETS_IN_LINE,
        Lane::Replicate => PULLS_IN_LINE,
    }
}

/// How much is coming, and from whom.
#[derive(Default)]
struct Busy {
    /// How many pulls run, by their holder's member.
    members: BTreeMap<(Lane, Person), usize>,
    /// The same by holder.
    holders: BTreeMap<NodeId, usize>,
    /// How many bytes each holder has still to send of what these pulls have asked for.
    lines: BTreeMap<(Lane, NodeId), u64>,
}

impl Copies {
    /// What all pulls that run make of holders, but for this one.
    fn busy(&self, cx: &Context, but_for: Option<PhotoId>) -> Busy {
        let mut busy = Busy::default();
        let others = self.pulls.iter().filter(|(photo, _)| Some(**photo) != but_for);
        for (_, (_, pull)) in others {
            if let Some(from) = pull.from() {
                let lane = pull.lane();
                *busy.members.entry((lane, cx.table.person(from))).or_default() += 1;
                *busy.holders.entry(from).or_default() += 1;
                *busy.lines.entry((lane, from)).or_default() += pull.in_line();
            }
        }
        busy
    }

    /// Starts as many waiting pulls as can run: those for clients first, then the oldest.
    pub(super) fn start_pulls(&mut self, cx: &mut Context) {
        let running = |lane: Lane| {
            let pulls = self.pulls.values();
            pulls.filter(|(_, pull)| pull.lane() == lane && pull.runs()).count()
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
        let mut busy = self.busy(cx, None);
        for (lane, _, photo) in queued {
            let Some(free) = free.get_mut(&lane).filter(|free| **free > 0) else {
                continue;
            };
            match self.find_holder(cx, photo, &busy) {
                Found::Holder(from) => {
                    *free -= 1;
                    self.pull_from(cx, photo, from);
                    busy = self.busy(cx, None);
                }
                Found::Later => {}
                Found::Nowhere => self.pull_ends(cx, photo, NOBODY),
            }
        }
    }

    /// Pulls from the next holder that was not tried yet, or gives up.
    pub(super) fn pull_from_next(&mut self, cx: &mut Context, photo: PhotoId) {
        let pull = self.pulls.get(&photo).map(|(_, pull)| pull);
        if pull.is_some_and(|pull| pull.takes_too_long(cx.now())) {
            return self.pull_failed(cx, photo, "it came too slowly; try again");
        }
        match self.find_holder(cx, photo, &self.busy(cx, Some(photo))) {
            Found::Holder(from) => self.pull_from(cx, photo, from),
            Found::Later => {
                let is_parked = |pull: &&Pull| pull.phase == Phase::Queued && pull.received > 0;
                let parked = self.pulls.values().map(|(_, pull)| pull).filter(is_parked).count();
                if let Some((transfer, pull)) = self.pulls.get_mut(&photo) {
                    pull.phase = Phase::Queued;
                    // What has come stays, but not in any number of open files.
                    if parked > PULLS {
                        pull.throw_away(cx, *transfer);
                    }
                }
            }
            Found::Nowhere => self.pull_ends(cx, photo, NOBODY),
        }
        self.start_pulls(cx);
    }

    /// The holder that suits best: of a member who was not tried yet, one that has the photo not just in its trash, and
    /// from which the fewest other pulls come. Rather than go on to the next node of somebody who has failed, a pull waits
    /// until somebody else is free.
    ///
    /// Whose link was lost is tried again if nobody else is left, and waited for, for a while, if something of the photo
    /// has come: a line at home is away for some seconds now and then, and what has come may have taken minutes.
    fn find_holder(&self, cx: &Context, photo: PhotoId, busy: &Busy) -> Found {
        let Some((_, pull)) = self.pulls.get(&photo) else {
            return Found::Nowhere;
        };
        let lane = pull.lane();
        let share = cx.share_of(slots(lane));
        let tried: BTreeSet<Person> =
            pull.tried.iter().map(|node| cx.table.person(*node)).collect();
        let entry = cx.table.get(photo);
        let retired = entry.into_iter().flat_map(|entry| entry.retired().map(|node| (node, true)));
        let stored = entry.into_iter().flat_map(|entry| entry.on_disk().map(|node| (node, false)));
        // Who has sent some of it has it, even if it has not told so again since it came back.
        let offered = pull.offered_by.union(&pull.lost).map(|node| (*node, false));
        let mut best = None;
        let mut is_reachable = false;
        for (node, in_trash) in retired.chain(stored).chain(offered) {
            let again = pull.tried.contains(&node);
            if again && !pull.lost.contains(&node) || cx.mesh.link_to(node).is_none() {
                continue;
            }
            is_reachable = true;
            let person = cx.table.person(node);
            let theirs = busy.members.get(&(lane, person)).copied().unwrap_or(0);
            let line = busy.lines.get(&(lane, node)).copied().unwrap_or(0);
            let window = self.ledger.window(node, cx.now()).max(WINDOW_FIRST);
            let most = in_line(lane) * window;
            let is_free = theirs < share && line < most;
            let others = busy.holders.get(&node).copied().unwrap_or(0);
            let score = rendezvous_score(photo, node);
            let odd = entry.is_some_and(|entry| entry.told_by(node).bytes != pull.photo.bytes);
            let failed = (again, odd, tried.contains(&person));
            let rank = (failed, !is_free, in_trash, others, score);
            if best.is_none_or(|(least, _)| rank < least) {
                best = Some((rank, node));
            }
        }
        match best {
            Some(((_, false, ..), node)) => Found::Holder(node),
            _ if is_reachable => Found::Later,
            _ if pull.received > 0 && pull.lost.iter().any(|node| may_return(cx, *node)) => {
                Found::Later
            }
            _ => Found::Nowhere,
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
        if pull.received >= bytes || self.doubted.has(photo) {
            pull.throw_away(cx, *transfer);
        }
        pull.patched |= pull.received > 0;
        let (now, at) = (cx.now(), pull.received);
        pull.begun.get_or_insert(now);
        pull.phase = Phase::Receiving(Receiving {
            from,
            link,
            bytes,
            began_at: at,
            lane: pull.lane_on_line(),
            asked: at,
            window: 0,
            ahead: Ahead::default(),
            since: now,
            progress: now,
        });
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

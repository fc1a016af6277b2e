//! Why a photo is on fewer nodes than wanted, for people.
//!
//! The questions have the order of [`crate::node::plan`]: the first that keeps a photo from being copied is the reason.
//! If only another node knows it, there is no guess: that node is named.

use std::collections::BTreeSet;

use super::View;
use super::wording::{only_here, spoken_bytes};
use crate::node::copies::Skipped;
use crate::node::limits::{DOUBT, SETTLE};
use crate::node::mesh::Presence;
use crate::node::plan::placement::coordinator;
use crate::node::table::entry::Entry;
use crate::node::table::verdict::Verdict;
use crate::node::words::spoken;
use crate::protocol::{NodeId, count};

impl View<'_> {
    /// Why a photo is on fewer nodes than wanted.
    pub(super) fn why_not_more(&self, entry: &Entry) -> String {
        let (live, counted) = self.cx.table.copies_there(entry);
        let nodes = self.cx.nodes_here_to_stay();
        let is_enough = !counted.falls_short_of(self.cx.goal());
        if counted.nodes > live.nodes && (live.nodes == 0 || is_enough) {
            return self.why_counted(entry, live.nodes);
        }
        if live.nodes >= nodes {
            return only_here(self.cx);
        }
        let photo = entry.photo.id;
        if self.copies.is_coming(photo) {
            return "being copied to this node".to_owned();
        }
        if let Some(node) = self.copies.offered_to(photo) {
            return format!("being copied to {}", self.cx.called(node));
        }
        let doubted_until = entry.changed_at + DOUBT;
        let is_doubted =
            matches!(entry.verdict, Verdict::Loser(_)) && self.cx.table.is_shown(entry);
        if is_doubted && doubted_until > self.cx.now() {
            let left = spoken(doubted_until.since(self.cx.now()));
            return format!(
                "a better version is there, but not all have read it: this one is copied in {left} if that is still so"
            );
        }
        self.why_not_offered(entry)
    }

    /// A copy counts on a node that is away, or has not told all its photos yet. So many nodes here have one.
    fn why_counted(&self, entry: &Entry, live: usize) -> String {
        let in_trashes = self.cx.table.may_lie_in_trashes(entry);
        let mut counted = entry.kept();
        let missing =
            counted.find(|(_, claim)| !claim.current && (claim.holding.is_stored() || in_trashes));
        let Some((node, _)) = missing else {
            return "a holder is away".to_owned();
        };
        let called = self.cx.called(node);
        match self.cx.mesh.peer(node).map(|peer| peer.presence) {
            Some(Presence::Away { .. }) if !entry.is_present() => {
                format!("{called} is away, and no node that is here has it")
            }
            Some(Presence::Away { .. }) if live >= self.cx.nodes_here_to_stay() => {
                format!("{called} is away, and no other node is here to take a copy")
            }
            Some(Presence::Away { until, .. }) => {
                format!("{called} is away; copied anew in {}", spoken(until.since(self.cx.now())))
            }
            Some(Presence::Here { .. } | Presence::Gone) | None => {
                format!("{called} is back and still telling what it has")
            }
        }
    }

    /// Why no node was offered a photo that needs a copy.
    fn why_not_offered(&self, entry: &Entry) -> String {
        let me = self.cx.me();
        let incomplete: BTreeSet<NodeId> = self.cx.incomplete().collect();
        let task_of = match self.cx.table.may_lie_in_trashes(entry) {
            true => coordinator(entry.photo.id, entry.anywhere()),
            false => coordinator(entry.photo.id, entry.on_disk()),
        };
        let other = task_of.filter(|node| *node != me);
        if let Some(node) = other.filter(|node| incomplete.contains(node)) {
            return format!(
                "waiting until {}, which has it, has told all that it has",
                self.cx.called(node)
            );
        }
        if let Some(node) = incomplete.first().filter(|_| !self.cx.may_repair()) {
            return if *node == me {
                "waiting until this node has looked through its folder".to_owned()
            } else {
                format!("waiting until {} has told what it has", self.cx.called(*node))
            };
        }
        if entry.changed_at + SETTLE > self.cx.now() {
            return "new, or just changed: will be looked at in a moment".to_owned();
        }
        if self.finds_no_room(entry) {
            return format!(
                "no other node has room for it{}: make some on a disk, or start a daemon there with a higher --capacity",
                self.most_room(entry)
            );
        }
        match (other, task_of) {
            (Some(node), _) => {
                format!(
                    "{}, which has it, is to copy it: see the status there",
                    self.cx.called(node)
                )
            }
            (None, Some(_)) => self.why_in_line(entry),
            (None, None) => match coordinator(entry.photo.id, entry.retired()) {
                Some(node) => {
                    format!("only in the trash: {} will take it out again", self.cx.called(node))
                }
                None => "no node that is here has it".to_owned(),
            },
        }
    }

    /// The nodes that could have a copy of a photo, and have none.
    fn without(&self, entry: &Entry) -> Vec<NodeId> {
        let here = self.cx.mesh.here().map(|(node, _)| node);
        let stay = here.filter(|node| !self.cx.mesh.is_draining(*node));
        stay.filter(|node| !self.cx.table.counts_at(entry, *node)).collect()
    }

    /// Whether no node that could have a copy of a photo has room for it, this one included.
    fn finds_no_room(&self, entry: &Entry) -> bool {
        let has_room = |node: &NodeId| {
            self.cx.disk_of(*node).room > entry.photo.bytes || entry.holding(*node).is_some()
        };
        let me = self.cx.me();
        let stays = !self.cx.mesh.is_draining(me);
        let here_too = stays && !self.cx.table.counts_at(entry, me) && has_room(&me);
        let without = self.without(entry);
        !without.is_empty() && !here_too && !without.iter().any(has_room)
    }

    /// How much room there is, where most is of the nodes that lack a photo.
    fn most_room(&self, entry: &Entry) -> String {
        let rooms = self.without(entry).into_iter().map(|node| (self.cx.disk_of(node).room, node));
        rooms.max().map_or_else(String::new, |(room, node)| {
            format!(" (the most is {}, on {})", spoken_bytes(room), self.cx.called(node))
        })
    }

    /// Why this node has not offered a photo that it coordinates.
    fn why_in_line(&self, entry: &Entry) -> String {
        let without = self.without(entry);
        if let Some(first) = without.first().and_then(|node| self.copies.skipped(*node))
            && without.iter().all(|node| self.copies.skipped(*node).is_some())
        {
            return self.why_skipped(&without, first);
        }
        match self.copies.in_line(entry.photo.id) {
            Some(photos) => {
                let photos = count(photos as u64, "photo");
                format!("waits for its turn: {photos} in line to be copied from here")
            }
            None => "tried just now; will be tried again within a minute".to_owned(),
        }
    }

    /// All nodes that lack a photo are left out for a while, the first of them for this reason.
    fn why_skipped(&self, without: &[NodeId], first: &Skipped) -> String {
        let others = match without.len() {
            0 | 1 => String::new(),
            nodes => format!(" and {} more", nodes - 1),
        };
        let node = self.cx.called(without.first().copied().unwrap_or(self.cx.me()));
        let left = spoken(first.until.since(self.cx.now()));
        if first.refused {
            format!(
                "{node}{others} took no more copies: no room, cannot write, stopping, or too much to do; asked again in {left}"
            )
        } else {
            format!("{node}{others} did not take copies in time; asked again in {left}")
        }
    }
}

//! Making copies: offers.
//!
//! The coordinator of a photo that lacks a copy *offers* it to one node, which pulls it from any holder and
//! acknowledges by announcing it. Moving a replica to an emptier disk works the same way: once that node has it, the
//! copy here is surplus and is trimmed (make before break).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use super::Copies;
use crate::node::context::Context;
use crate::node::limits::{
    DOUBT, OFFER, OFFERS, PASS_OVER, PULL_MIN_RATE, PULL_QUEUE, RETRY, SETTLE, SKIP,
};
use crate::node::mesh::impossible_size;
use crate::node::news::News;
use crate::node::plan::placement::{Candidate, looks_after, target};
use crate::node::table::edges::is_current;
use crate::node::table::spread::Person;
use crate::node::table::verdict::Verdict;
use crate::node::{DiskError, LinkId, Time};
use crate::photo::{Photo, PhotoId};
use crate::protocol::message::OfferReply;
use crate::protocol::{Facts, Holding, Message, NodeId, Record};

/// An open offer: the photo was not announced by its target yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Offer {
    pub(super) target: NodeId,
    bytes: u64,
    until: Time,
    /// Then it is void whatever moves: when its target had time for all that is offered to it.
    latest: Time,
}

/// Why a node is offered nothing for a while.
#[derive(Clone, Copy, Debug)]
pub(in crate::node) struct Skipped {
    pub(in crate::node) until: Time,
    /// It refused; else it was silent for too long.
    pub(in crate::node) refused: bool,
}

impl Copies {
    /// Begins one more copy of a photo, if that is this node's part.
    pub(in crate::node) fn copy(&mut self, cx: &mut Context, photo: PhotoId) {
        let me = cx.me();
        let Some(entry) = cx.table.get(photo) else {
            return;
        };
        let since = cx.agenda.short_since(photo).unwrap_or(entry.changed_at);
        let waited = cx.now().since(since).as_secs() / PASS_OVER.as_secs();
        let passed_over = usize::try_from(waited).unwrap_or(usize::MAX);
        let person = |node| cx.table.person(node);
        if cx.table.may_lie_in_trashes(entry) {
            if looks_after(photo, me, entry.anywhere(), person, passed_over) {
                self.offer(cx, photo);
            }
        } else if !entry.is_stored() {
            // Only trashes still have it: it comes back from there. But if it was last read by an earlier program, it
            // resembles nothing now, and might go again once it is read by this one.
            if is_current(&entry.photo)
                && looks_after(photo, me, entry.retired(), person, passed_over)
            {
                cx.restore(photo);
            }
        } else if looks_after(photo, me, entry.on_disk(), person, passed_over) {
            self.offer(cx, photo);
        }
        if !self.line.has(photo) {
            cx.retry(photo, RETRY);
        }
    }

    /// Offers a photo to the node that suits best, unless an offer of it is open. It waits in line if all suitable
    /// nodes have enough to do, or no room.
    pub(in crate::node) fn offer(&mut self, cx: &mut Context, photo: PhotoId) {
        self.line.leave(photo);
        if self.offers.contains_key(&photo) {
            return;
        }
        if self.offers.len() >= OFFERS {
            return self.line.join(photo);
        }
        let places = self.free_places(cx);
        let suitable = self.candidates(cx, photo, &places);
        let is_free = |candidate: &&Candidate| {
            candidate.has_room && places.get(&candidate.node).is_some_and(|places| *places > 0)
        };
        let free: Vec<Candidate> = suitable.iter().filter(is_free).copied().collect();
        if let Some(node) = target(&free, self.last_target) {
            self.last_target = node;
            self.offer_to(cx, photo, node);
        } else if !suitable.is_empty() {
            self.line.join(photo);
        }
    }

    pub(super) fn offer_to(&mut self, cx: &mut Context, photo: PhotoId, target: NodeId) {
        let Some(record) = cx.table.record(photo) else {
            return;
        };
        let (now, bytes) = (cx.now(), record.photo.bytes);
        let before_it = self.offers.values().filter(|offer| offer.target == target);
        let all = before_it.map(|offer| offer.bytes).fold(bytes, u64::saturating_add);
        let latest = now + 2 * OFFER + Duration::from_secs(all / PULL_MIN_RATE);
        let until = now + OFFER;
        self.offers.insert(photo, Offer { target, bytes, until, latest });
        let facts = Arc::unwrap_or_clone(record.facts);
        cx.send_to(target, Message::KeepThis { photo: record.photo, facts });
    }

    /// Another node offers a photo.
    pub(in crate::node) fn offered(
        &mut self,
        cx: &mut Context,
        link: LinkId,
        photo: Arc<Photo>,
        facts: &Facts,
    ) {
        let Some(from) = cx.mesh.node_at(link) else {
            return;
        };
        if !photo.has_possible_size() {
            return cx.close(link, impossible_size(&photo));
        }
        let id = photo.id;
        let reply = match cx.table.mine(id) {
            Some(holding) if holding.is_stored() => OfferReply::AlreadyHeld,
            _ if cx.is_leaving()
                || cx.custody.is_going(id)
                || cx.table.is_gone(id)
                || cx.table.mine(id).is_none() && !self.has_room(cx, photo.bytes) =>
            {
                OfferReply::Busy
            }
            Some(_) => {
                cx.restore(id);
                keep_for(cx, id, from);
                OfferReply::Accept
            }
            None if self.pulls.len() >= PULL_QUEUE || self.has_offered_enough(cx, from) => {
                OfferReply::Busy
            }
            None => {
                self.pull_to_keep(cx, photo, facts, from);
                // As in `keep_for`: the other node judges by a different table.
                if let Some(Verdict::Loser(_)) = cx.table.get(id).map(|entry| entry.verdict) {
                    cx.agenda.contest(id, cx.now() + DOUBT);
                }
                OfferReply::Accept
            }
        };
        if reply == OfferReply::Accept {
            self.relief.take_over(id, from);
        }
        cx.send(link, Message::KeepAnswer { photo: id, verdict: reply });
    }

    /// Whether there is room for a photo of others, beyond all that is on its way here.
    fn has_room(&self, cx: &Context, bytes: u64) -> bool {
        let coming = self.pulls.values().filter(|(_, pull)| pull.keep.is_some());
        let coming = coming.map(|(_, pull)| pull.photo.bytes).fold(bytes, u64::saturating_add);
        cx.room() >= coming
    }

    /// An offer was answered.
    pub(in crate::node) fn offer_answered(
        &mut self,
        cx: &mut Context,
        link: LinkId,
        photo: PhotoId,
        verdict: OfferReply,
    ) {
        let Some(node) = cx.mesh.node_at(link) else {
            return;
        };
        if self.offered_to(photo) != Some(node) {
            return;
        }
        match verdict {
            OfferReply::Accept => {}
            OfferReply::AlreadyHeld => self.offer_ended(cx, photo),
            OfferReply::Busy => self.offer_failed(cx, photo, node, true),
        }
    }

    /// An offer is over: another photo can be offered.
    fn offer_ended(&mut self, cx: &mut Context, photo: PhotoId) {
        self.offers.remove(&photo);
        self.call_up(cx);
    }

    fn offer_failed(&mut self, cx: &mut Context, photo: PhotoId, node: NodeId, refused: bool) {
        self.skipped.insert(node, Skipped { until: cx.now() + SKIP, refused });
        cx.agenda.set(photo, cx.now() + SETTLE);
        self.offer_ended(cx, photo);
    }

    /// This node could not deliver a photo that it has offered: this one photo is left alone for a while. The target
    /// will decline it, but that is not its fault, and no reason to offer it nothing else.
    pub(super) fn offer_not_served(&mut self, cx: &mut Context, photo: PhotoId, node: NodeId) {
        if self.offered_to(photo) == Some(node) {
            cx.agenda.set(photo, cx.now() + SKIP);
            self.offer_ended(cx, photo);
        }
    }

    /// A target makes progress. It takes one photo after the other, so that gives time to all that is offered to it.
    pub(super) fn target_moves(&mut self, now: Time, node: NodeId) {
        for offer in self.offers.values_mut().filter(|offer| offer.target == node) {
            offer.until = (now + OFFER).min(offer.latest);
        }
    }

    /// A target for which a window is in line here waits for this node, and not the other way round: on a home line that
    /// takes minutes.
    fn renew_offers_being_served(&mut self, cx: &Context) {
        let served = self.serving.iter().filter(|(_, windows)| **windows > 0);
        let served = served.filter_map(|(link, _)| cx.mesh.node_at(*link));
        for node in served.collect::<BTreeSet<_>>() {
            self.target_moves(cx.now(), node);
        }
    }

    /// A node announces a photo: if it was offered to that node, this is the acknowledgement.
    pub(in crate::node) fn announced(&mut self, cx: &mut Context, node: NodeId, record: &Record) {
        let photo = record.photo.id;
        if !record.holding.is_stored() {
            self.relief.given_up(photo, node);
        } else if self.offered_to(photo) == Some(node) {
            self.offer_ended(cx, photo);
        }
    }

    /// A link is lost: pulls from this node go on elsewhere, and offers to it are void.
    pub(in crate::node) fn link_lost(&mut self, cx: &mut Context, node: NodeId) {
        let offers = self.offers.iter();
        let void = offers.filter(|(_, offer)| offer.target == node).map(|(photo, _)| *photo);
        for photo in void.collect::<Vec<_>>() {
            self.offers.remove(&photo);
            cx.agenda.set(photo, cx.now() + SETTLE);
        }
        self.relief.node_lost(node);
        self.call_up(cx);
        self.pulls_lost(cx, node);
    }

    /// Time has passed: offers fail, skipped nodes get another chance, pulls leave holders that deliver nothing, and
    /// loads even out.
    pub(in crate::node) fn tend(&mut self, cx: &mut Context) {
        let now = cx.now();
        self.tend_pulls(cx);
        // There may be room in some line.
        self.start_pulls(cx);
        self.serving.retain(|link, _| cx.mesh.is_open(*link));
        self.skipped.retain(|_, skipped| skipped.until > now);
        self.renew_offers_being_served(cx);
        let late = self.offers.iter().filter(|(_, offer)| offer.until <= now);
        let late: Vec<(PhotoId, NodeId)> =
            late.map(|(photo, offer)| (*photo, offer.target)).collect();
        for (photo, node) in late {
            let called = cx.called(node);
            cx.trace("copies", format!("{called} did not take {} in time", photo.short()));
            self.offer_failed(cx, photo, node, false);
        }
        self.call_up(cx);
        self.tend_relief(cx);
        self.tend_kept(cx);
    }

    /// A photo is back from the trash, or could not be restored.
    pub(in crate::node) fn returned(
        &mut self,
        cx: &mut Context,
        photo: PhotoId,
        result: Result<Holding, DiskError>,
        file: Option<String>,
    ) {
        cx.custody.returned(photo);
        match &result {
            Ok(holding) => {
                cx.table.set_my_holding(photo, *holding);
                cx.log("trash", format!("{} is back from the trash", photo.short()));
            }
            Err(error) => {
                cx.warn("trash", format!("{} cannot be restored: {error}", photo.short()));
                if *error == DiskError::Gone {
                    cx.tell(News::Lost(photo));
                }
            }
        }
        cx.tell(News::Returned { photo, result, file });
    }
}

/// Another node wants a photo back out of this node's trash, so it judges by a different table. Until both agree, a
/// worse version stays, and a copy too many: else each would undo the other's work. A node that had accepted the better
/// version before is cut off from it: what it has accepted says nothing, so the photo stays for the whole time.
fn keep_for(cx: &mut Context, photo: PhotoId, node: NodeId) {
    let Some(entry) = cx.table.get(photo) else {
        return;
    };
    let until = cx.now() + DOUBT;
    match entry.verdict {
        Verdict::Loser(keeper) if entry.is_given_up_by(node, keeper) => {
            cx.agenda.hold(photo, until);
        }
        Verdict::Loser(_) | Verdict::Keeper | Verdict::Removed | Verdict::Absent => {
            cx.agenda.contest(photo, until);
        }
    }
}

impl Copies {
    /// The nodes that could take a copy of a photo, of those with free `places`. If it is on enough nodes, but of too
    /// few members, only another member's can.
    fn candidates(
        &self,
        cx: &Context,
        photo: PhotoId,
        places: &BTreeMap<NodeId, usize>,
    ) -> Vec<Candidate> {
        let Some(entry) = cx.table.get(photo) else {
            return Vec::new();
        };
        let worse: Vec<_> = cx.table.worse_versions(entry).collect();
        let (_, counted) = cx.table.copies_there(entry);
        let holders = cx.table.persons_with(entry);
        let failed: BTreeSet<Person> =
            self.skipped.keys().map(|node| cx.table.person(*node)).collect();
        let without = places.keys().filter(|node| !cx.table.counts_at(entry, **node));
        let candidates = without.map(|node| {
            let mut disk = cx.disk_of(*node);
            let offered = self.offers.values().filter(|offer| offer.target == *node);
            offered.for_each(|offer| disk.takes(offer.bytes));
            // Out of its trash it comes back without taking more room.
            let has_room = disk.room >= entry.photo.bytes || entry.holding(*node).is_some();
            disk.takes(entry.photo.bytes);
            Candidate {
                node: *node,
                doubtful: failed.contains(&cx.table.person(*node)),
                new_member: !holders.contains(&cx.table.person(*node)),
                exchanges: entry.holding(*node).is_some()
                    || worse.iter().any(|other| other.is_stored_by(*node)),
                has_room,
                fullness: disk.fullness(),
            }
        });
        let only_members = counted.nodes >= cx.goal().nodes;
        candidates.filter(|candidate| candidate.new_member || !only_members).collect()
    }
}

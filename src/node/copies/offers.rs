//! Making copies: offers.
//!
//! The coordinator of a photo that lacks a copy *offers* it to one node, which pulls it from any holder and acknowledges
//! by announcing it. Moving a replica to a less loaded node is the same: when that one has it, the copy here is surplus
//! and is trimmed: make before break.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::line::Line;
use crate::node::limits::{
    DOUBT, OFFER, OFFERS, OFFERS_PER_NODE, PULL_QUEUE, RETRY, ROOM_MARGIN, SETTLE, SKIP,
};
use crate::node::mesh::Presence;
use crate::node::plan::placement::{Candidate, target};
use crate::node::table::entry::Entry;
use crate::node::table::verdict::Verdict;
use crate::node::{DiskAction, DiskError, LinkId, Node, Time};
use crate::photo::{Photo, PhotoId};
use crate::protocol::message::KeepVerdict;
use crate::protocol::{Facts, Holding, Message, NodeId, Record};

/// An offer that was not answered by an announcement yet.
#[derive(Clone, Copy, Debug)]
pub(in crate::node) struct Offer {
    target: NodeId,
    until: Time,
}

/// Why a node is offered nothing for a while.
#[derive(Clone, Copy, Debug)]
pub(in crate::node) struct Skipped {
    pub(in crate::node) until: Time,
    /// It has said no; else it was silent for too long.
    pub(in crate::node) refused: bool,
}

/// What this node has offered, and its part in evening out loads.
#[derive(Debug)]
pub(in crate::node) struct Replication {
    pub(in crate::node) offers: BTreeMap<PhotoId, Offer>,
    /// Photos that found no node free to be offered to.
    pub(in crate::node) line: Line,
    /// Nodes that refused or failed, and for how long they are left out.
    pub(in crate::node) skipped: BTreeMap<NodeId, Skipped>,
    /// The last target: the next among equals has its turn.
    pub(in crate::node) last: NodeId,
    /// The node that was asked for relief, and how long it may take to offer something.
    pub(in crate::node) asked: Option<(NodeId, Time)>,
    /// Photos taken over from a loaded node that has not dropped its copy yet.
    pub(super) taken_over: BTreeMap<PhotoId, NodeId>,
    /// Nodes that had nothing to offer, and until when they are not asked again.
    pub(super) unhelpful: BTreeMap<NodeId, Time>,
    /// When to look for a node to relieve again.
    pub(super) next_relief: Time,
}

impl Replication {
    pub(in crate::node) fn new(me: NodeId) -> Replication {
        Replication {
            offers: BTreeMap::new(),
            line: Line::default(),
            skipped: BTreeMap::new(),
            last: me,
            asked: None,
            taken_over: BTreeMap::new(),
            unhelpful: BTreeMap::new(),
            next_relief: Time::default(),
        }
    }

    /// The target of the open offer of a photo.
    pub(in crate::node) fn offered_to(&self, photo: PhotoId) -> Option<NodeId> {
        self.offers.get(&photo).map(|offer| offer.target)
    }

    /// The target of each open offer.
    pub(super) fn targets(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.offers.values().map(|offer| offer.target)
    }
}

impl Node {
    /// Offers a photo to the node that suits best, unless an offer of it is open. It waits in line if all that could take
    /// it have enough to do.
    pub(in crate::node) fn offer(&mut self, photo: PhotoId) {
        self.replication.line.leave(photo);
        if self.replication.offers.contains_key(&photo) {
            return;
        }
        if self.replication.offers.len() >= OFFERS {
            return self.replication.line.join(photo);
        }
        let places = self.free_places();
        let suitable = self.candidates(photo, &places);
        let is_free = |candidate: &&Candidate| places.get(&candidate.node).is_some_and(|n| *n > 0);
        let free: Vec<Candidate> = suitable.iter().filter(is_free).copied().collect();
        if let Some(node) = target(&free, self.replication.last) {
            self.replication.last = node;
            self.offer_to(photo, node);
        } else if !suitable.is_empty() {
            self.replication.line.join(photo);
        }
    }

    pub(super) fn offer_to(&mut self, photo: PhotoId, target: NodeId) {
        let Some(record) = self.table.record(photo) else {
            return;
        };
        self.replication.offers.insert(photo, Offer { target, until: self.now + OFFER });
        self.send_to(
            target,
            Message::KeepThis { photo: record.photo, facts: Arc::unwrap_or_clone(record.facts) },
        );
    }

    /// The nodes of those with so many free places each that could take a copy of a photo.
    fn candidates(&self, photo: PhotoId, places: &BTreeMap<NodeId, usize>) -> Vec<Candidate> {
        let Some(entry) = self.table.get(photo) else {
            return Vec::new();
        };
        let worse = entry.similar.iter().filter_map(|id| self.table.get(*id));
        let worse: Vec<_> = worse.filter(|other| other.verdict == Verdict::Loser(photo)).collect();
        let without = places.iter().filter(|(node, _)| !self.table.counts_at(entry, **node));
        without
            .map(|(node, free)| Candidate {
                node: *node,
                exchanges: entry.holding(*node).is_some()
                    || worse.iter().any(|other| other.is_stored_by(*node)),
                load: self.table.load(*node).photos + (OFFERS_PER_NODE - free) as u64,
            })
            .collect()
    }

    /// Another node offers a photo.
    pub(in crate::node) fn offered(&mut self, link: LinkId, photo: Arc<Photo>, facts: &Facts) {
        let Some(from) = self.mesh.node_at(link) else {
            return;
        };
        if !photo.has_possible_size() {
            return self.refuse_size(link, &photo);
        }
        let id = photo.id;
        let verdict = match self.table.mine(id) {
            Some(holding) if holding.is_stored() => KeepVerdict::Have,
            _ if self.leaving.is_some()
                || self.custody.is_going(id)
                || self.table.is_gone(id)
                || !self.has_room(photo.bytes) =>
            {
                KeepVerdict::Full
            }
            Some(_) => {
                self.restore(id);
                KeepVerdict::Want
            }
            None if self.pulls.len() >= PULL_QUEUE => KeepVerdict::Full,
            None => {
                self.pull_to_keep(photo, facts, from);
                KeepVerdict::Want
            }
        };
        let is_worse = |entry: &Entry| matches!(entry.verdict, Verdict::Loser(_));
        if verdict == KeepVerdict::Want && self.table.get(id).is_some_and(is_worse) {
            // The other judges by another table. Until they agree, it stays: else one would undo what the other has done.
            self.drops.wanted.insert(id, self.now + DOUBT);
        }
        if verdict == KeepVerdict::Want
            && self.replication.asked.is_some_and(|(node, _)| node == from)
        {
            self.replication.taken_over.insert(id, from);
        }
        self.send(link, Message::KeepAnswer { photo: id, verdict });
    }

    /// Whether the folder could take a photo of this size.
    pub(in crate::node) fn has_room(&self, bytes: u64) -> bool {
        self.room.is_none_or(|room| room > bytes.saturating_add(ROOM_MARGIN))
            && self.write_failed_at.is_none_or(|at| self.now.since(at) >= SKIP)
    }

    /// An offer was answered.
    pub(in crate::node) fn offer_answered(
        &mut self,
        link: LinkId,
        photo: PhotoId,
        verdict: KeepVerdict,
    ) {
        let Some(node) = self.mesh.node_at(link) else {
            return;
        };
        if self.replication.offered_to(photo) != Some(node) {
            return;
        }
        match verdict {
            KeepVerdict::Want => {}
            KeepVerdict::Have => self.offer_ended(photo),
            KeepVerdict::Full => self.offer_failed(photo, node, true),
        }
    }

    /// An offer is open no longer: another photo may be offered.
    fn offer_ended(&mut self, photo: PhotoId) {
        self.replication.offers.remove(&photo);
        self.call_up();
    }

    fn offer_failed(&mut self, photo: PhotoId, node: NodeId, refused: bool) {
        let until = self.now + SKIP;
        let skipped = Skipped { until, refused };
        self.replication.skipped.insert(node, skipped);
        self.agenda.set(photo, self.now + SETTLE);
        self.offer_ended(photo);
    }

    /// This node could not deliver what it has offered: this one photo is left alone for a while. That the target then
    /// declines is no fault of the target, and no reason to keep all other photos from it.
    pub(super) fn offer_not_served(&mut self, photo: PhotoId, node: NodeId) {
        if self.replication.offered_to(photo) == Some(node) {
            self.agenda.set(photo, self.now + SKIP);
            self.offer_ended(photo);
        }
    }

    /// The target of an offer is pulling: it has its full time again.
    pub(super) fn offer_progressed(&mut self, photo: PhotoId, node: NodeId) {
        let until = self.now + OFFER;
        if let Some(offer) =
            self.replication.offers.get_mut(&photo).filter(|offer| offer.target == node)
        {
            offer.until = until;
        }
    }

    /// A node announces a photo: if it was offered, this is the acknowledgement.
    pub(in crate::node) fn offer_taken(&mut self, node: NodeId, record: &Record) {
        let photo = record.photo.id;
        if record.holding.is_stored() && self.replication.offered_to(photo) == Some(node) {
            self.offer_ended(photo);
        }
        if !record.holding.is_stored() && self.replication.taken_over.get(&photo) == Some(&node) {
            self.replication.taken_over.remove(&photo);
        }
    }

    /// Offers to a node that is away are void.
    pub(super) fn void_offers_to(&mut self, node: NodeId) {
        let Replication { offers, taken_over, asked, .. } = &mut self.replication;
        let void: Vec<PhotoId> =
            offers.iter().filter(|(_, offer)| offer.target == node).map(|(id, _)| *id).collect();
        taken_over.retain(|_, from| *from != node);
        *asked = asked.filter(|(other, _)| *other != node);
        for photo in void {
            self.replication.offers.remove(&photo);
            self.agenda.set(photo, self.now + SETTLE);
        }
        self.call_up();
    }

    /// Time has passed: offers fail, skipped nodes get another chance, loads even out.
    pub(in crate::node) fn tend_replication(&mut self) {
        let now = self.now;
        let Replication { offers, skipped, unhelpful, asked, taken_over, .. } =
            &mut self.replication;
        skipped.retain(|_, skipped| skipped.until > now);
        unhelpful.retain(|_, until| *until > now);
        let late: Vec<(PhotoId, NodeId)> = offers
            .iter()
            .filter(|(_, offer)| offer.until <= now)
            .map(|(photo, offer)| (*photo, offer.target))
            .collect();
        if let Some((node, until)) = *asked
            && until <= now
        {
            if !taken_over.values().any(|from| *from == node) {
                unhelpful.insert(node, now + 2 * RETRY);
            }
            *asked = None;
        }
        for (photo, node) in late {
            self.log("copies", format!("{node} did not take {} in time", photo.short()));
            self.offer_failed(photo, node, false);
        }
        self.call_up();
        self.forget_taken_over();
        if self.replication.next_relief <= now {
            self.replication.next_relief = now + SETTLE / 2;
            self.seek_relief();
        }
    }

    /// What was taken over counts as the other's until it is one copy too many no longer: it may have come to nothing,
    /// and the copy that went may have been a third node's.
    fn forget_taken_over(&mut self) {
        if self.replication.taken_over.is_empty() {
            return;
        }
        let copies = self.copies();
        let mut taken_over = std::mem::take(&mut self.replication.taken_over);
        taken_over.retain(|photo, from| {
            let coming = self.pulls.contains_key(photo) || self.custody.is_returning(*photo);
            let surplus = self
                .table
                .get(*photo)
                .is_some_and(|entry| entry.is_stored_by(*from) && entry.live().count() > copies);
            coming || surplus
        });
        self.replication.taken_over = taken_over;
    }

    /// Takes a photo out of this node's trash for the mesh: to where it was, but not back into the folder of an owner
    /// who has removed it.
    pub(in crate::node) fn restore(&mut self, photo: PhotoId) {
        let removed = self.table.is_removed_by_me(photo);
        self.restore_as(photo, removed.then_some(Holding::Replica));
    }

    /// Takes a photo out of this node's trash.
    pub(in crate::node) fn restore_as(&mut self, photo: PhotoId, holding: Option<Holding>) {
        if !self.custody.is_going(photo) && self.custody.returns(photo) {
            self.disk(DiskAction::Restore { photo, holding });
        }
    }

    /// A photo is back from the trash, or not.
    pub(in crate::node) fn returned(&mut self, photo: PhotoId, result: Result<Holding, DiskError>) {
        self.custody.returned(photo);
        match &result {
            Ok(holding) => {
                self.table.set_my_holding(photo, *holding);
                self.log("trash", format!("{} is back from the trash", photo.short()));
            }
            Err(error) => {
                self.log("trash", format!("{} cannot be restored: {error}", photo.short()));
                if *error == DiskError::Gone {
                    self.lost(photo);
                }
            }
        }
        self.restore_answered(photo, &result);
    }

    /// Whether a node is one of those that are here and have told all they hold.
    pub(in crate::node) fn is_here_completely(&self, node: NodeId) -> bool {
        let presence = self.mesh.members.get(&node).map(|member| member.presence);
        matches!(presence, Some(Presence::Here { complete: true, .. }))
    }
}

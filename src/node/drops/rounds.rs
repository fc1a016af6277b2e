//! Rounds of challenges: asking, deciding by the replies, acting or abandoning.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Drops;
use super::refused::Refused;
use super::round::{Outcome, Reply, Round};
use crate::node::context::Context;
use crate::node::departure::Terms;
use crate::node::limits::{LOOKS, READ_SPAN, RETRY, STUCK};
use crate::node::news::News;
use crate::node::{DiskAction, DiskError, LinkId, Source};
use crate::photo::{Nonce, PhotoId, Proof};
use crate::protocol::{Departure, Holding, Message, NodeId};

impl Drops {
    /// Withdraws a surplus copy, and asks others for proofs: of the same photo, or of the keeper for which a copy goes.
    pub(super) fn begin_round(
        &mut self,
        cx: &mut Context,
        goes: PhotoId,
        why: Departure,
        terms: Terms,
        pulled: Option<Source>,
    ) {
        self.begun += 1;
        let nonce = cx.step.nonce(self.begun);
        let holders = terms.holders.clone();
        let proven = terms.proven;
        // Owners may set other pin times: the promise that ends first bounds the round.
        let peers = holders.iter().filter_map(|node| cx.mesh.peer(*node));
        let pin = peers.map(|peer| peer.pin).fold(cx.config().pin, Duration::min);
        let round = Round {
            why,
            goes,
            terms,
            pulled: pulled.is_some(),
            asked: holders.iter().map(|node| (*node, Reply::Awaited)).collect(),
            expected: None,
            until: cx.now() + pin / 2,
        };
        self.rounds.insert(nonce, round);
        let relies_on = (goes != proven && pulled.is_none()).then_some(proven);
        let was = cx.table.mine(goes).filter(|_| why == Departure::Surplus);
        cx.custody.leaves(goes, relies_on, was);
        if let Some(was) = was {
            cx.table.set_my_holding(goes, was.retired());
        }
        // Announces the withdrawal first; a node with a page still on its way hears of it with the next page. Safety
        // does not need this order, since proofs show who has the photo now: it keeps others from counting on this
        // copy.
        cx.announce();
        for node in &holders {
            cx.send_to(*node, Message::Challenge { photo: proven, nonce });
        }
        let source = pulled.unwrap_or(Source::Held(proven));
        cx.disk(DiskAction::Prove { source, photo: proven, nonce, provers: holders });
    }

    /// Proofs are computed: one that this node was asked for, or the right answers of its own round.
    pub(in crate::node) fn proved(
        &mut self,
        cx: &mut Context,
        nonce: Nonce,
        result: Result<BTreeMap<NodeId, Proof>, DiskError>,
    ) {
        if self.own_proof_computed(cx, nonce, &result) {
            return;
        }
        let Some(round) = self.rounds.get_mut(&nonce) else {
            return;
        };
        match result {
            Ok(expected) => {
                round.expected = Some(expected);
                self.decide(cx, nonce);
            }
            Err(error) => {
                self.abandon(cx, nonce, &format!("its own bytes cannot be read: {error}"));
            }
        }
    }

    /// A reply to a challenge has come.
    pub(in crate::node) fn proof_received(
        &mut self,
        cx: &mut Context,
        link: LinkId,
        nonce: Nonce,
        answer: Result<Proof, Refused>,
    ) {
        let Some(node) = cx.mesh.node_at(link) else {
            return;
        };
        let Some(round) = self.rounds.get_mut(&nonce) else {
            return;
        };
        let Some(reply) = round.asked.get_mut(&node).filter(|reply| **reply == Reply::Awaited)
        else {
            return;
        };
        match answer {
            Ok(proof) => *reply = Reply::Given(proof),
            Err(Refused { why, wait }) => {
                *reply = Reply::Refused;
                let (goes, proven) = (round.goes, round.terms.proven.short());
                if let Some(wait) = wait {
                    cx.agenda
                        .hold(goes, cx.now() + READ_SPAN.min(Duration::from_secs(wait.into())));
                }
                let node = cx.called(node);
                cx.trace("drop", format!("{node} does not prove {proven}: {why}"));
            }
        }
        self.decide(cx, nonce);
    }

    /// The link to a node is lost: its proofs and promises no longer count.
    pub(in crate::node) fn node_lost(&mut self, cx: &mut Context, node: NodeId) {
        for round in self.rounds.values_mut() {
            if let Some(reply) = round.asked.get_mut(&node) {
                *reply = Reply::Refused;
            }
        }
        for nonce in self.rounds.keys().copied().collect::<Vec<_>>() {
            self.decide(cx, nonce);
        }
    }

    /// The round, unless the disk has begun: then it is too late to change anything.
    fn undecided(&self, cx: &Context, nonce: Nonce) -> Option<&Round> {
        self.rounds.get(&nonce).filter(|round| !cx.custody.is_acting(round.goes))
    }

    /// Acts on a round, or abandons it, as soon as the replies decide it.
    fn decide(&mut self, cx: &mut Context, nonce: Nonce) {
        let Some(round) = self.undecided(cx, nonce) else {
            return;
        };
        let (photo, proven) = (round.goes, round.terms.proven);
        let entry = cx.table.get(proven);
        let has_it = |node| entry.is_some_and(|entry| cx.table.counts_at(entry, node));
        let voice = |node| cx.table.voice(cx.me(), node);
        // What was found alike a minute ago may have been told apart since.
        let relation = cx.table.found(photo, proven).filter(|_| cx.table.yields(photo, proven));
        match round.decide(cx.now(), relation, has_it, voice) {
            Outcome::Open => {}
            Outcome::Stays(why) => self.abandon(cx, nonce, why),
            Outcome::Goes(departure) => {
                let within = round.until.since(cx.now());
                cx.custody.acts(photo);
                cx.disk(DiskAction::PutAway { photo, departure, within });
            }
        }
    }

    /// The disk has moved a photo to the trash or deleted it, or could not.
    pub(in crate::node) fn put_away(
        &mut self,
        cx: &mut Context,
        photo: PhotoId,
        result: Result<(), DiskError>,
    ) {
        let Some(nonce) = self.round_of(photo) else {
            return;
        };
        let Some(why) = self.rounds.get(&nonce).map(|round| round.why) else {
            return;
        };
        match (why, result) {
            (Departure::Expired, Ok(())) | (_, Err(DiskError::Gone)) => {
                self.end(cx, nonce);
                cx.tell(News::Lost(photo));
            }
            (_, Ok(())) => {
                self.note_gone(cx, photo, why);
                cx.folder.set_files(photo, 0);
                let held = cx.table.mine(photo).unwrap_or(Holding::Retired);
                cx.table.set_my_holding(photo, held.retired());
                self.end(cx, nonce);
                if matches!(why, Departure::Removed { .. }) {
                    cx.tell(News::InTrash(photo));
                }
            }
            (_, Err(error)) => {
                if matches!(error, DiskError::Other(_)) {
                    cx.agenda.hold(photo, cx.now() + STUCK);
                }
                cx.custody.acts_no_longer(photo);
                self.abandon(cx, nonce, &error.to_string());
                if matches!(why, Departure::Removed { .. }) {
                    cx.tell(News::NotInTrash { photo, error });
                }
            }
        }
    }

    /// Gives way to another node that wants to drop the same photo.
    pub(super) fn give_way(&mut self, cx: &mut Context, photo: PhotoId) {
        if self.fetching.contains_key(&photo) {
            self.forget_fetching(cx, photo);
            cx.retry(photo, RETRY);
        } else if let Some(nonce) = self.round_of(photo) {
            self.abandon(cx, nonce, "a higher node drops it");
        }
    }

    /// Abandons a round: the copy stays.
    fn abandon(&mut self, cx: &mut Context, nonce: Nonce, why: &str) {
        let Some(photo) = self.undecided(cx, nonce).map(|round| round.goes) else {
            return;
        };
        cx.trace("drop", format!("keeping {}: {why}", photo.short()));
        if let Some(was) = cx.custody.was(photo) {
            cx.table.set_my_holding(photo, was);
        }
        self.end(cx, nonce);
        cx.retry(photo, RETRY);
    }

    /// A round is over: releases the promises given for it.
    fn end(&mut self, cx: &mut Context, nonce: Nonce) {
        let Some(round) = self.rounds.remove(&nonce) else {
            return;
        };
        cx.custody.ends(round.goes);
        let proven = round.terms.proven;
        for node in round.asked.keys() {
            cx.send_to(*node, Message::Release { photo: proven, nonce });
        }
        if round.pulled {
            self.verification_over(cx, proven);
        }
    }

    /// Abandons every round on which the disk has not begun to act: promises may be over, or this node is leaving.
    pub(in crate::node) fn abandon_all(&mut self, cx: &mut Context, why: &str) {
        for nonce in self.rounds.keys().copied().collect::<Vec<_>>() {
            self.abandon(cx, nonce, why);
        }
    }

    /// This node's own copy of a photo is not there any more: rounds that rely on it are abandoned.
    pub(in crate::node) fn abandon_over(&mut self, cx: &mut Context, photo: PhotoId, why: &str) {
        let rounds = self.rounds.iter();
        let over = rounds.filter(|(_, round)| round.terms.proven == photo && !round.pulled);
        for nonce in over.map(|(nonce, _)| *nonce).collect::<Vec<_>>() {
            self.abandon(cx, nonce, why);
        }
    }

    /// Time has passed: rounds that took too long are given up. A photo that waits to be compared is called up: the one
    /// called before may have needed no look any more, and then nobody else calls the next.
    pub(in crate::node) fn tend(&mut self, cx: &mut Context) {
        self.rate.tend(cx.now());
        if cx.custody.comparisons() < LOOKS {
            self.call_next(cx);
        }
        let late = self.rounds.iter().filter(|(_, round)| round.until <= cx.now());
        for nonce in late.map(|(nonce, _)| *nonce).collect::<Vec<_>>() {
            self.abandon(cx, nonce, "no answer in time");
        }
    }
}

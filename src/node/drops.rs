//! Giving up a copy: the one place where a photo can leave this node's folder.
//!
//! # How a copy is dropped
//!
//! ```text
//!   this node                                 other holders
//!     withdraw: ImageInfo(retired) ──────────▶          nobody counts this copy any more
//!     challenge(photo, nonce) ───────────────▶          they pin it and read its bytes
//!               ◀───────────────── proof                checked over this node's own bytes
//!     `copies` proofs are right: move to trash
//!     release ───────────────────────────────▶          they are free of their promise
//!   else announce it again, and release
//! ```
//!
//! # Why no photo is lost
//!
//! Whoever drops has, at that moment, promises from `copies` other nodes that have just shown the bytes. None of them
//! can be dropping: a node that gives up a photo proves it to nobody, and a node that has proven it does not give it up.
//! Of two that want to drop at once and ask each other, the lower gives way. A promise outlasts the drop that relies on
//! it: it holds for the pin time from when it is given, and the asker acts within half of that, counted from asking.
//! A node that restarts has forgotten its promises, so it drops nothing for the pin time.
//!
//! A worse version of a picture goes by the same kind of round over its *keeper*'s bytes, which this node holds or has
//! fetched, so it has computed the keeper's digest, fingerprint and rank itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use super::limits::{RETRY, ROUNDS, SETTLE, STAGGER};
use super::placement::trim_order;
use super::verdict::Verdict;
use super::{Action, DiskError, LinkId, Node, Source, Time};
use crate::photo::{Nonce, Photo, PhotoId, Proof};
use crate::protocol::{Holding, Message, NodeId};

/// What a round is to end in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Aim {
    /// A surplus copy goes to the surplus trash; `was` is how it was held before it was withdrawn.
    Trim { was: Holding },
    /// A worse version goes to the trash.
    Retire,
    /// A photo in the trash is deleted.
    Purge,
}

/// What has come of a challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reply {
    /// Nothing yet.
    Awaited,
    /// A proof, right or wrong.
    Given(Proof),
    /// A refusal, or the node is gone.
    Refused,
}

/// One round of challenges.
#[derive(Debug)]
struct Round {
    aim: Aim,
    /// What is to go.
    goes: PhotoId,
    /// What the others must prove to hold: the same photo, or its keeper.
    proven: PhotoId,
    /// Whether the keeper's bytes were pulled for this round.
    pulled: bool,
    /// Who was asked, and the replies so far.
    asked: BTreeMap<NodeId, Reply>,
    /// The right answers, once computed.
    expected: Option<BTreeMap<NodeId, Proof>>,
    /// How many right answers it takes.
    need: usize,
    /// When the promises that it may get begin to count.
    sent: Time,
    /// The disk is at it: too late to give way.
    acting: bool,
}

/// All that is on its way out.
#[derive(Debug, Default)]
pub(super) struct Drops {
    rounds: BTreeMap<Nonce, Round>,
    /// What is to go, by its round.
    going: BTreeMap<PhotoId, Nonce>,
    /// Worse versions that wait for their keeper's bytes.
    fetching: BTreeMap<PhotoId, (PhotoId, Aim)>,
    /// Rounds begun so far: with the seed it makes every nonce another.
    begun: u64,
}

impl Node {
    /// Whether this node may give up copies: not on half a table, not while earlier promises may hold, not on leaving.
    pub(super) fn may_drop(&self) -> bool {
        let promises_over = self.config.first_start || self.now.0 >= self.config.pin;
        promises_over && self.is_settled() && self.leaving.is_none()
    }

    /// Whether a photo is on its way out.
    pub(super) fn is_going(&self, photo: PhotoId) -> bool {
        self.drops.going.contains_key(&photo) || self.drops.fetching.contains_key(&photo)
    }

    /// There are too many copies of a photo: this node's goes, if it is the first that may.
    pub(super) fn consider_trimming(&mut self, photo: PhotoId) {
        let me = self.config.node;
        let copies = self.copies();
        let Some(entry) = self.catalog.get(photo) else {
            return;
        };
        let held = self.copies_of(entry);
        let Some(place) = trim_order(photo, copies, &held)
            .iter()
            .position(|node| *node == me)
        else {
            return;
        };
        let surplus = held.len().saturating_sub(copies);
        let behind = u32::try_from((place + 1).saturating_sub(surplus)).unwrap_or(u32::MAX);
        let turn = entry.changed_at + SETTLE + STAGGER * behind;
        if turn > self.now {
            return self.agenda.set(photo, turn);
        }
        let Some(was) = entry.holding(me) else { return };
        let others: Vec<NodeId> = entry.live().filter(|node| *node != me).collect();
        if !self.may_drop()
            || self.is_pinned(photo)
            || others.len() < copies
            || !self.has_free_round()
        {
            return self.retry(photo, RETRY);
        }
        if !self.is_going(photo) && !self.restoring.contains(&photo) {
            self.catalog.set_holding(me, photo, Holding::Retired);
            self.begin(Aim::Trim { was }, photo, photo, &others, copies, None);
        }
    }

    /// A better version of a photo is the keeper: this node's copy goes to the trash, if it has one.
    pub(super) fn consider_retiring(&mut self, photo: PhotoId, keeper: PhotoId) {
        let keeps = self.config.keep_originals;
        match self.catalog.mine(photo) {
            Some(Holding::Replica) => {}
            Some(Holding::Original) if !keeps => {}
            Some(Holding::Original | Holding::Retired) | None => return,
        }
        if !self.begin_for_keeper(Aim::Retire, photo, keeper) {
            self.retry(photo, RETRY);
        }
    }

    /// A photo has been in the trash for its time.
    pub(super) fn expired(&mut self, photo: PhotoId) {
        let me = self.config.node;
        let copies = self.copies();
        let Some(entry) = self.catalog.get(photo) else {
            return;
        };
        if entry.holding(me) != Some(Holding::Retired) {
            return;
        }
        match entry.verdict {
            Verdict::Loser(keeper) => {
                self.begin_for_keeper(Aim::Purge, photo, keeper);
            }
            Verdict::Keeper => {
                let others: Vec<NodeId> = entry.live().collect();
                let free = self.may_drop() && self.has_free_round() && !self.is_going(photo);
                if free && others.len() >= copies && !self.restoring.contains(&photo) {
                    self.begin(Aim::Purge, photo, photo, &others, copies, None);
                }
            }
            Verdict::Absent => {}
        }
    }

    /// Begins to give up a worse version, if its keeper is safe; fetches the keeper first if it is not here. Whether
    /// something was begun.
    fn begin_for_keeper(&mut self, aim: Aim, photo: PhotoId, keeper: PhotoId) -> bool {
        let me = self.config.node;
        let live_nodes = 1 + self.mesh.count_here();
        let wanted = self.copies().min(live_nodes);
        let Some(entry) = self.catalog.get(keeper) else {
            return false;
        };
        let holders: Vec<NodeId> = entry.live().collect();
        let settled = entry.changed_at + SETTLE <= self.now;
        let safe = settled && entry.verdict == Verdict::Keeper && holders.len() >= wanted;
        let free = self.may_drop()
            && self.has_free_round()
            && !self.is_going(photo)
            && !self.is_going(keeper);
        // Alone in the world, nothing leaves a folder.
        if !safe
            || !free
            || live_nodes < 2
            || self.is_pinned(photo)
            || self.restoring.contains(&photo)
        {
            return false;
        }
        let others: Vec<NodeId> = holders.iter().copied().filter(|node| *node != me).collect();
        if holders.contains(&me) {
            self.begin(aim, photo, keeper, &others, wanted - 1, None);
        } else {
            let keeper_photo = entry.photo.clone();
            self.drops.fetching.insert(photo, (keeper, aim));
            self.pull_to_verify(keeper_photo);
            self.verify_ready(keeper);
        }
        true
    }

    /// A keeper's bytes are here: what waits for them goes on.
    pub(super) fn verify_ready(&mut self, keeper: PhotoId) {
        let me = self.config.node;
        let is_mine = self.catalog.mine(keeper).is_some_and(Holding::is_stored);
        let Some((source, found)) = self.keeper_bytes(keeper, is_mine) else {
            return;
        };
        let as_announced = self.catalog.verify(&found);
        for (photo, aim) in self.waiting_for(keeper) {
            self.drops.fetching.remove(&photo);
            let Some((entry, worse)) = self.catalog.get(keeper).zip(self.catalog.get(photo)) else {
                continue;
            };
            let others: Vec<NodeId> = entry.live().filter(|node| *node != me).collect();
            let wanted = self.copies().min(1 + self.mesh.count_here()) - usize::from(is_mine);
            let goes =
                as_announced && worse.verdict == Verdict::Loser(keeper) && others.len() >= wanted;
            if goes && self.may_drop() && !self.is_pinned(photo) && self.has_free_round() {
                self.begin(
                    aim,
                    photo,
                    keeper,
                    &others,
                    wanted,
                    (!is_mine).then_some(source),
                );
            } else {
                self.retry(photo, RETRY);
            }
        }
        self.verification_over(keeper);
    }

    /// Where this node can read a keeper's bytes, and what it has found in them itself.
    fn keeper_bytes(&self, keeper: PhotoId, is_mine: bool) -> Option<(Source, Arc<Photo>)> {
        if is_mine {
            return self
                .catalog
                .get(keeper)
                .map(|entry| (Source::Held(keeper), entry.photo.clone()));
        }
        self.ready_spool(keeper)
            .map(|(spool, photo)| (Source::Spooled(spool), photo))
    }

    fn waiting_for(&self, keeper: PhotoId) -> Vec<(PhotoId, Aim)> {
        let waiting = self
            .drops
            .fetching
            .iter()
            .filter(|(_, (wanted, _))| *wanted == keeper);
        waiting.map(|(photo, (_, aim))| (*photo, *aim)).collect()
    }

    /// A keeper could not be fetched: what waits for it stays.
    pub(super) fn verification_failed(&mut self, keeper: PhotoId) {
        for (photo, _) in self.waiting_for(keeper) {
            self.drops.fetching.remove(&photo);
            self.retry(photo, RETRY);
        }
    }

    /// Gives a pulled keeper's spool file back when no round needs it any more.
    fn verification_over(&mut self, keeper: PhotoId) {
        let needed = self
            .drops
            .rounds
            .values()
            .any(|round| round.pulled && round.proven == keeper);
        if !needed && self.waiting_for(keeper).is_empty() {
            self.verified(keeper);
        }
    }

    fn has_free_round(&self) -> bool {
        self.drops.rounds.len() + self.drops.fetching.len() < ROUNDS
    }

    fn begin(
        &mut self,
        aim: Aim,
        goes: PhotoId,
        proven: PhotoId,
        holders: &[NodeId],
        need: usize,
        pulled: Option<Source>,
    ) {
        self.drops.begun += 1;
        let nonce = self.nonce(self.drops.begun);
        let asked = holders.iter().map(|node| (*node, Reply::Awaited)).collect();
        let round = Round {
            aim,
            goes,
            proven,
            pulled: pulled.is_some(),
            asked,
            expected: None,
            need,
            sent: self.now,
            acting: false,
        };
        self.drops.rounds.insert(nonce, round);
        self.drops.going.insert(goes, nonce);
        // The withdrawal is announced before the first challenge goes out.
        self.announce();
        for node in holders {
            self.send_to(
                *node,
                Message::Challenge {
                    photo: proven,
                    nonce,
                },
            );
        }
        let source = pulled.unwrap_or(Source::Held(proven));
        self.act(Action::Prove {
            source,
            photo: proven,
            nonce,
            provers: holders.to_vec(),
        });
    }

    /// A question that nobody can foresee and that is never asked again.
    fn nonce(&self, number: u64) -> Nonce {
        Nonce(*blake3::keyed_hash(&self.config.seed, &number.to_be_bytes()).as_bytes())
    }

    /// The right answers of a round are computed.
    pub(super) fn expected_computed(
        &mut self,
        nonce: Nonce,
        result: Result<BTreeMap<NodeId, Proof>, DiskError>,
    ) {
        let Some(round) = self.drops.rounds.get_mut(&nonce) else {
            return;
        };
        match result {
            Ok(expected) => {
                round.expected = Some(expected);
                self.weigh_round(nonce);
            }
            Err(error) => self.abandon(nonce, &format!("its own bytes cannot be read: {error}")),
        }
    }

    /// An answer to a challenge has come.
    pub(super) fn proof_received(
        &mut self,
        link: LinkId,
        nonce: Nonce,
        proof: Option<Proof>,
        refused: Option<&str>,
    ) {
        let Some(node) = self.mesh.node_at(link) else {
            return;
        };
        let Some(round) = self.drops.rounds.get_mut(&nonce) else {
            return;
        };
        let Some(reply) = round
            .asked
            .get_mut(&node)
            .filter(|reply| **reply == Reply::Awaited)
        else {
            return;
        };
        *reply = proof.map_or(Reply::Refused, Reply::Given);
        if proof.is_none() {
            let text = format!(
                "{node} does not prove {}: {}",
                round.proven.short(),
                refused.unwrap_or("no reason")
            );
            self.log("drop", text);
        }
        self.weigh_round(nonce);
    }

    /// A node that was asked is gone: no answer will come from it.
    pub(super) fn node_lost_for_rounds(&mut self, node: NodeId) {
        for round in self.drops.rounds.values_mut() {
            if let Some(reply) = round
                .asked
                .get_mut(&node)
                .filter(|reply| **reply == Reply::Awaited)
            {
                *reply = Reply::Refused;
            }
        }
        for nonce in self.drops.rounds.keys().copied().collect::<Vec<_>>() {
            self.weigh_round(nonce);
        }
    }

    /// Acts on a round, or gives it up, as soon as the answers decide it.
    fn weigh_round(&mut self, nonce: Nonce) {
        let now = self.now;
        let deadline = self.config.pin / 2;
        let Some(round) = self
            .drops
            .rounds
            .get_mut(&nonce)
            .filter(|round| !round.acting)
        else {
            return;
        };
        let Some(expected) = &round.expected else {
            return;
        };
        let right = |node: &NodeId, reply: &Reply| {
            expected
                .get(node)
                .is_some_and(|proof| *reply == Reply::Given(*proof))
        };
        let proven = round
            .asked
            .iter()
            .filter(|(node, reply)| right(node, reply))
            .count();
        let open = round
            .asked
            .values()
            .filter(|reply| **reply == Reply::Awaited)
            .count();
        if proven + open < round.need {
            return self.abandon(nonce, "too few other nodes have proven that they hold it");
        }
        if proven < round.need {
            return;
        }
        let within = deadline.saturating_sub(now.since(round.sent));
        if within.is_zero() {
            return self.abandon(nonce, "the proofs came too late");
        }
        round.acting = true;
        let photo = round.goes;
        let action = match round.aim {
            Aim::Trim { .. } => Action::Drop { photo, within },
            Aim::Retire => Action::Retire {
                photo,
                keeper: round.proven,
                within,
            },
            Aim::Purge => Action::Purge { photo, within },
        };
        self.act(action);
    }

    /// The disk has put a photo away, or not.
    pub(super) fn put_away(&mut self, photo: PhotoId, result: Result<(), DiskError>) {
        let me = self.config.node;
        let Some(nonce) = self.drops.going.get(&photo).copied() else {
            return;
        };
        let aim = self.drops.rounds.get(&nonce).map(|round| round.aim);
        match (aim, result) {
            (Some(Aim::Trim { .. } | Aim::Retire), Ok(())) => {
                self.files.remove(&photo);
                self.catalog.set_holding(me, photo, Holding::Retired);
                self.end(nonce);
            }
            (Some(Aim::Purge), Ok(())) | (_, Err(DiskError::Gone)) => {
                self.catalog.remove(me, photo);
                self.end(nonce);
            }
            (_, Err(error)) => {
                if let Some(round) = self.drops.rounds.get_mut(&nonce) {
                    round.acting = false;
                }
                self.abandon(nonce, &error.to_string());
            }
            (None, Ok(())) => {}
        }
    }

    /// Gives way to another node that wants to drop the same photo; whether that was still possible.
    pub(super) fn give_way(&mut self, photo: PhotoId) -> bool {
        if self.drops.fetching.remove(&photo).is_some() {
            return true;
        }
        let Some(nonce) = self.drops.going.get(&photo).copied() else {
            return true;
        };
        if self
            .drops
            .rounds
            .get(&nonce)
            .is_some_and(|round| round.acting)
        {
            return false;
        }
        self.abandon(nonce, "a higher node drops it");
        true
    }

    /// Keeps what was to go.
    fn abandon(&mut self, nonce: Nonce, why: &str) {
        let Some(round) = self.drops.rounds.get(&nonce).filter(|round| !round.acting) else {
            return;
        };
        let (photo, aim) = (round.goes, round.aim);
        self.log("drop", format!("keeping {}: {why}", photo.short()));
        if let Aim::Trim { was } = aim {
            self.catalog.set_holding(self.config.node, photo, was);
        }
        self.end(nonce);
        self.retry(photo, RETRY);
    }

    /// A round is over: who promised something is free.
    fn end(&mut self, nonce: Nonce) {
        let Some(round) = self.drops.rounds.remove(&nonce) else {
            return;
        };
        self.drops.going.remove(&round.goes);
        for node in round.asked.keys() {
            self.send_to(
                *node,
                Message::Release {
                    photo: round.proven,
                    nonce,
                },
            );
        }
        if round.pulled {
            self.verification_over(round.proven);
        }
    }

    /// Gives up every round that the disk is not at: this thread was stopped, and the promises may be over.
    pub(super) fn abandon_all(&mut self, why: &str) {
        for nonce in self.drops.rounds.keys().copied().collect::<Vec<_>>() {
            self.abandon(nonce, why);
        }
    }

    /// Time has passed: rounds that took too long are given up.
    pub(super) fn tend_rounds(&mut self) {
        let (now, deadline): (Time, Duration) = (self.now, self.config.pin / 2);
        let late: BTreeSet<Nonce> = self
            .drops
            .rounds
            .iter()
            .filter(|(_, round)| now.since(round.sent) >= deadline)
            .map(|(nonce, _)| *nonce)
            .collect();
        for nonce in late {
            self.abandon(nonce, "no answer in time");
        }
    }

    /// The scan says how a photo is held that may be on its way out: while it is, it stays withdrawn.
    pub(super) fn as_withdrawn(&mut self, photo: PhotoId, holding: Holding) -> Holding {
        let nonce = self.drops.going.get(&photo).copied();
        match nonce.and_then(|nonce| self.drops.rounds.get_mut(&nonce)) {
            Some(Round {
                aim: Aim::Trim { was },
                ..
            }) if holding.is_stored() => {
                *was = holding;
                Holding::Retired
            }
            _ => holding,
        }
    }
}

//! Rounds of challenges: asking, weighing the replies, acting or giving up.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::round::{Aim, Reply, Round};
use crate::node::limits::{RETRY, STUCK};
use crate::node::{DiskAction, DiskError, LinkId, Node, Source};
use crate::photo::{Nonce, PhotoId, Proof, Relation};
use crate::protocol::{Holding, Message, NodeId};

impl Node {
    pub(in crate::node) fn begin(
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
        // Owners may set other pin times: the promise that ends first bounds the round.
        let pins =
            holders.iter().filter_map(|node| self.mesh.members.get(node)).map(|member| member.pin);
        let pin = pins.fold(self.config.pin, Duration::min);
        let round = Round {
            aim,
            goes,
            proven,
            pulled: pulled.is_some(),
            asked,
            expected: None,
            need,
            until: self.now + pin / 2,
        };
        self.drops.rounds.insert(nonce, round);
        let counts_on_own = goes != proven && pulled.is_none();
        self.custody.leaves(goes, counts_on_own.then_some(proven));
        // The withdrawal is announced before the first challenge goes out; to a node to which a page is on its way, with the next
        // one. The order does not matter to the photo, whose proofs say who has it now, but spares others a copy that goes.
        self.announce();
        for node in holders {
            self.send_to(*node, Message::Challenge { photo: proven, nonce });
        }
        let source = pulled.unwrap_or(Source::Held(proven));
        self.disk(DiskAction::Prove { source, photo: proven, nonce, provers: holders.to_vec() });
    }

    /// A question that nobody can foresee and that is never asked again.
    pub(in crate::node) fn nonce(&self, number: u64) -> Nonce {
        Nonce(*blake3::keyed_hash(&self.config.seed, &number.to_be_bytes()).as_bytes())
    }

    /// The right answers of a round are computed.
    pub(in crate::node) fn expected_computed(
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
    pub(in crate::node) fn proof_received(
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
        let Some(reply) = round.asked.get_mut(&node).filter(|reply| **reply == Reply::Awaited)
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

    /// A node that was asked is gone: it cannot keep what it has promised, nor promise anything.
    pub(in crate::node) fn node_lost_for_rounds(&mut self, node: NodeId) {
        for round in self.drops.rounds.values_mut() {
            if let Some(reply) = round.asked.get_mut(&node) {
                *reply = Reply::Refused;
            }
        }
        for nonce in self.drops.rounds.keys().copied().collect::<Vec<_>>() {
            self.weigh_round(nonce);
        }
    }

    /// Acts on a round, or gives it up, as soon as the answers decide it.
    pub(super) fn weigh_round(&mut self, nonce: Nonce) {
        let now = self.now;
        let custody = &self.custody;
        let round = self.drops.rounds.get(&nonce).filter(|round| !custody.is_acting(round.goes));
        let Some(round) = round else {
            return;
        };
        let Some(expected) = &round.expected else {
            return;
        };
        // A copy may have been lost since it was proven.
        let entry = self.table.get(round.proven);
        let has_it = |node: &NodeId| entry.is_some_and(|entry| self.table.counts_at(entry, *node));
        let right = |node: &NodeId, reply: &Reply| {
            let given = expected.get(node).is_some_and(|proof| *reply == Reply::Given(*proof));
            given && has_it(node)
        };
        let proven = round.asked.iter().filter(|(node, reply)| right(node, reply)).count();
        let open = round.asked.values().filter(|reply| **reply == Reply::Awaited).count();
        if proven + open < round.need {
            return self.abandon(nonce, "too few other nodes have proven that they hold it");
        }
        if proven < round.need {
            return;
        }
        let within = round.until.since(now);
        if within.is_zero() {
            return self.abandon(nonce, "the proofs came too late");
        }
        let (photo, keeper) = (round.goes, round.proven);
        let relation = self.table.found(photo, keeper);
        // Only what is all there in its keeper is ever deleted for it.
        let may_go = match round.aim {
            Aim::Trim { .. } | Aim::Remove { .. } => true,
            Aim::Retire => relation.is_some(),
            Aim::Purge => photo == keeper || relation == Some(Relation::Same),
        };
        if !may_go {
            return self.abandon(nonce, "it is no version of what it was to go for");
        }
        let aim = round.aim;
        self.custody.acts(photo);
        let action = match aim {
            Aim::Trim { .. } => DiskAction::Drop { photo, within },
            Aim::Retire => DiskAction::Retire {
                photo,
                keeper,
                relation: relation.unwrap_or(Relation::Variant),
                within,
            },
            Aim::Remove { by } => DiskAction::Remove { photo, by, within },
            Aim::Purge => DiskAction::Purge { photo, within },
        };
        self.disk(action);
    }

    /// The disk has put a photo away, or not.
    pub(in crate::node) fn put_away(&mut self, photo: PhotoId, result: Result<(), DiskError>) {
        let Some(nonce) = self.drops.round_of(photo) else {
            return;
        };
        let round = self.drops.rounds.get(&nonce);
        let (aim, keeper) = (round.map(|round| round.aim), round.map(|round| round.proven));
        match (aim, result) {
            (Some(Aim::Trim { .. } | Aim::Retire | Aim::Remove { .. }), Ok(())) => {
                self.files.remove(&photo);
                let held = self.table.mine(photo).unwrap_or(Holding::Retired);
                self.table.set_my_holding(photo, held.retired());
                if let Some(keeper) = keeper.filter(|_| aim == Some(Aim::Retire)) {
                    self.note_retired(keeper);
                }
                self.end(nonce);
                self.moved_to_trash(photo);
            }
            (Some(Aim::Purge), Ok(())) | (_, Err(DiskError::Gone)) => {
                self.end(nonce);
                self.lost(photo);
            }
            (_, Err(error)) => {
                if matches!(aim, Some(Aim::Remove { .. })) {
                    self.removal_failed(photo, &error);
                }
                if matches!(error, DiskError::Other(_)) {
                    self.drops.stuck.insert(photo, self.now + STUCK);
                }
                self.custody.acts_no_longer(photo);
                self.abandon(nonce, &error.to_string());
            }
            (None, Ok(())) => {}
        }
    }

    /// Gives way to another node that wants to drop the same photo.
    pub(super) fn give_way(&mut self, photo: PhotoId) {
        if self.drops.fetching.contains_key(&photo) {
            self.forget_fetching(photo);
            self.retry(photo, RETRY);
        } else if let Some(nonce) = self.drops.round_of(photo) {
            self.abandon(nonce, "a higher node drops it");
        }
    }

    /// Keeps what was to go.
    pub(super) fn abandon(&mut self, nonce: Nonce, why: &str) {
        let custody = &self.custody;
        let round = self.drops.rounds.get(&nonce).filter(|round| !custody.is_acting(round.goes));
        let Some(round) = round else {
            return;
        };
        let (photo, aim) = (round.goes, round.aim);
        self.log("drop", format!("keeping {}: {why}", photo.short()));
        if let Aim::Trim { was } = aim {
            self.table.set_my_holding(photo, was);
        }
        self.end(nonce);
        self.retry(photo, RETRY);
    }

    /// A round is over: who promised something is free.
    pub(in crate::node) fn end(&mut self, nonce: Nonce) {
        let Some(round) = self.drops.rounds.remove(&nonce) else {
            return;
        };
        self.custody.ends(round.goes);
        for node in round.asked.keys() {
            self.send_to(*node, Message::Release { photo: round.proven, nonce });
        }
        if round.pulled {
            self.verification_over(round.proven);
        }
    }

    /// Gives up every round that the disk is not at: this thread was stopped, and the promises may be over.
    pub(in crate::node) fn abandon_all(&mut self, why: &str) {
        for nonce in self.drops.rounds.keys().copied().collect::<Vec<_>>() {
            self.abandon(nonce, why);
        }
    }

    /// This node's own copy of a photo is not there any more: rounds that count on it are given up.
    pub(in crate::node) fn abandon_over(&mut self, photo: PhotoId, why: &str) {
        let over = |(_, round): &(&Nonce, &Round)| round.proven == photo && !round.pulled;
        let rounds = self.drops.rounds.iter().filter(over);
        for nonce in rounds.map(|(nonce, _)| *nonce).collect::<Vec<_>>() {
            self.abandon(nonce, why);
        }
    }

    /// Time has passed: rounds that took too long are given up.
    pub(in crate::node) fn tend_rounds(&mut self) {
        let now = self.now;
        self.drops.stuck.retain(|_, until| *until > now);
        self.drops.wanted.retain(|_, until| *until > now);
        let late: BTreeSet<Nonce> = self
            .drops
            .rounds
            .iter()
            .filter(|(_, round)| round.until <= now)
            .map(|(nonce, _)| *nonce)
            .collect();
        for nonce in late {
            self.abandon(nonce, "no answer in time");
        }
    }

    /// The scan says how a photo is held that may be on its way out: while it is, it stays withdrawn.
    pub(in crate::node) fn as_withdrawn(&mut self, photo: PhotoId, holding: Holding) -> Holding {
        let nonce = self.drops.round_of(photo);
        match nonce.and_then(|nonce| self.drops.rounds.get_mut(&nonce)) {
            Some(Round { aim: Aim::Trim { was }, .. }) => {
                *was = holding;
                holding.retired()
            }
            _ => holding,
        }
    }
}

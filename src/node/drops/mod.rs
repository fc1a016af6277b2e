//! Giving up a copy: the one place where a photo can leave this node's folder.
//!
//! # How a copy is dropped
//!
//! By a round of challenges, as [`crate::node`] draws it: withdraw, challenge, proof, release.
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
//! fetched, so it has computed the keeper's digest, fingerprint and rank itself, and [compared](self::looking) the two. It
//! is deleted in the same way when its time in the trash is over, if every part of it is there in the keeper. A variant is
//! deleted only by its owner's hand, and only when others have proven to have that very photo.

pub(in crate::node) mod looking;
pub(in crate::node) mod pins;
pub(in crate::node) mod rate;
pub(in crate::node) mod round;
mod rounds;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::custody::{Obstacle, Standing};
use super::limits::{BRAKE_SPAN, RETRY, ROUNDS, SETTLE, SKIP, STAGGER};
use super::plan::placement::trim_order;
use super::table::claims::Claim;
use super::table::entry::Entry;
use super::table::verdict::Verdict;
use super::{Node, Source, Time};
use crate::photo::{Nonce, Photo, PhotoId, Relation};
use crate::protocol::{Holding, NodeId};
use round::{Aim, Round};

/// All that is on its way out.
#[derive(Debug, Default)]
pub(in crate::node) struct Drops {
    pub(in crate::node) rounds: BTreeMap<Nonce, Round>,
    /// Worse versions that wait for their keeper's bytes, and what is to follow.
    pub(in crate::node) fetching: BTreeMap<PhotoId, (PhotoId, Aim)>,
    /// What the disk could not put away, or whose better version does not come, and until when it is left alone.
    stuck: BTreeMap<PhotoId, Time>,
    /// Worse versions that another node wants kept, which judges otherwise, and until when they are.
    pub(in crate::node) wanted: BTreeMap<PhotoId, Time>,
    /// Rounds begun so far: with the seed it makes every nonce another.
    begun: u64,
}

impl Drops {
    /// The round by which a photo is to go.
    fn round_of(&self, photo: PhotoId) -> Option<Nonce> {
        let mut rounds = self.rounds.iter();
        rounds.find(|(_, round)| round.goes == photo).map(|(nonce, _)| *nonce)
    }
}

impl Node {
    /// What keeps this node from giving up any copy: it is leaving, a table is incomplete, or earlier promises may hold.
    pub(in crate::node) fn unfit(&self) -> Option<Obstacle> {
        let left = self.config.pin.saturating_sub(self.now.0);
        if self.leaving.is_some() {
            Some(Obstacle::Stopping)
        } else if !self.is_settled() {
            Some(Obstacle::Untold)
        } else if !self.config.first_start && !left.is_zero() {
            Some(Obstacle::JustStarted(left.as_secs() + 1))
        } else {
            None
        }
    }

    /// The same for what may not happen on a node that is alone in the world.
    pub(in crate::node) fn unfit_or_alone(&self) -> Option<Obstacle> {
        let alone = (self.mesh.count_here() == 0).then_some(Obstacle::Alone);
        self.unfit().or(alone)
    }

    /// How things stand where a copy of `photo` is to go, and so many others must have what so many must prove.
    pub(in crate::node) fn standing(
        &self,
        photo: PhotoId,
        others: usize,
        needed: usize,
    ) -> Standing {
        Standing {
            unfit: self.unfit(),
            settled: true,
            compared: self.looking.needs(photo),
            others,
            needed,
            room: self.has_free_round(),
        }
    }

    /// Until when a photo is left alone that the disk could not put away.
    pub(in crate::node) fn stuck_until(&self, photo: PhotoId) -> Option<Time> {
        let until = self.drops.stuck.get(&photo).copied();
        until.filter(|until| *until > self.now)
    }

    /// Until when a worse version is kept for another node, if there is still one that would not give it up.
    fn wanted_until(&self, photo: PhotoId, keeper: PhotoId) -> Option<Time> {
        let until = self.drops.wanted.get(&photo).copied();
        let until = until.filter(|until| *until > self.now)?;
        let entry = self.table.get(photo)?;
        let others = entry.live().filter(|node| *node != self.config.node);
        let yields = |node| {
            entry
                .claims
                .get(node)
                .and_then(Claim::looks)
                .is_some_and(|looks| looks.yields_to == Some(keeper))
        };
        (!others.into_iter().all(yields)).then_some(until)
    }

    /// There are too many copies of a photo: this node's goes, if it is the first that may.
    pub(in crate::node) fn consider_trimming(&mut self, photo: PhotoId) {
        let me = self.config.node;
        let copies = self.copies();
        let Some(entry) = self.table.get(photo) else {
            return;
        };
        let held = self.copies_of(entry);
        if !self.own_files.companions_of(photo).is_empty() {
            return;
        }
        let Some(place) = trim_order(photo, copies, &held).iter().position(|node| *node == me)
        else {
            return;
        };
        let surplus = held.len().saturating_sub(copies);
        let behind = u32::try_from((place + 1).saturating_sub(surplus)).unwrap_or(u32::MAX);
        let turn = entry.changed_at + SETTLE + STAGGER * behind;
        if turn > self.now {
            return self.agenda.set(photo, turn);
        }
        if let Some(until) = self.stuck_until(photo) {
            return self.agenda.set(photo, until);
        }
        let Some(was) = entry.holding(me) else { return };
        let others: Vec<NodeId> = entry.live().filter(|node| *node != me).collect();
        let standing = self.standing(photo, others.len(), copies);
        match self.custody.may_leave(photo, photo, &standing) {
            Ok(()) => {
                self.table.set_my_holding(photo, was.retired());
                self.begin(Aim::Trim { was }, photo, photo, &others, copies, None);
            }
            Err(_) => self.retry(photo, RETRY),
        }
    }

    /// A better version of a photo is the keeper: this node's copy is compared with it, if it has one, and goes to the trash.
    pub(in crate::node) fn consider_retiring(&mut self, photo: PhotoId, keeper: PhotoId) {
        let Some(holding) = self.table.mine(photo) else {
            return;
        };
        if let Some(until) = self.stuck_until(photo) {
            return self.agenda.set(photo, until);
        }
        let Some(relation) = self.table.found(photo, keeper) else {
            return self.look_at(photo, keeper);
        };
        if relation == Relation::Variant {
            self.keep_variant(photo);
        }
        let goes = match holding {
            Holding::Replica => true,
            Holding::Original => !self.config.keep_originals,
            Holding::Retired | Holding::RetiredOriginal => false,
        };
        if !goes {
            return;
        }
        if let Some(until) = self.wanted_until(photo, keeper) {
            self.agenda.set(photo, until);
        } else if self.is_braked(keeper) {
            self.retry(photo, BRAKE_SPAN / 60);
        } else if !self.begin_for_keeper(Aim::Retire, photo, keeper) {
            self.retry(photo, RETRY);
        }
    }

    /// A photo has been in the trash for its time, or its owner wants it deleted, `by_hand`.
    pub(in crate::node) fn expired(&mut self, photo: PhotoId, by_hand: bool) {
        let me = self.config.node;
        let copies = self.copies();
        let Some(entry) = self.table.get(photo) else {
            return;
        };
        if entry.holding(me).is_none_or(Holding::is_stored) {
            return;
        }
        match entry.verdict {
            Verdict::Loser(keeper) => match self.table.found(photo, keeper) {
                // It was put away for another one, or by another rule.
                None => self.consider_retiring(photo, keeper),
                Some(Relation::Same) => {
                    self.begin_for_keeper(Aim::Purge, photo, keeper);
                }
                Some(Relation::Variant | Relation::Different) if by_hand => {
                    self.purge_variant(photo);
                }
                Some(Relation::Variant | Relation::Different) => {}
            },
            Verdict::Keeper => {
                let others: Vec<NodeId> = entry.live().collect();
                self.purge_exact(photo, &others, copies);
            }
            Verdict::Removed => self.purge_removed(photo),
            Verdict::Absent => {}
        }
    }

    /// Begins to delete a copy in the trash whose very bytes enough others have.
    fn purge_exact(&mut self, photo: PhotoId, others: &[NodeId], copies: usize) {
        let standing = self.standing(photo, others.len(), copies);
        if self.custody.may_leave(photo, photo, &standing).is_ok() {
            self.begin(Aim::Purge, photo, photo, others, copies, None);
        }
    }

    /// An owner wants a variant deleted: no better version takes the place of what it alone shows, so others must have this
    /// very one, be it in their trashes.
    fn purge_variant(&mut self, photo: PhotoId) {
        let (me, copies) = (self.config.node, self.copies());
        if let Some(entry) = self.table.get(photo) {
            let others: Vec<NodeId> = entry.anywhere().filter(|node| *node != me).collect();
            self.purge_exact(photo, &others, copies);
        }
    }

    /// Begins to give up a worse version, if its keeper is safe; fetches the keeper first if it is not here. Whether
    /// something was begun.
    fn begin_for_keeper(&mut self, aim: Aim, photo: PhotoId, keeper: PhotoId) -> bool {
        let me = self.config.node;
        let Some((entry, standing)) = self.standing_for_keeper(photo, keeper) else {
            return false;
        };
        if self.custody.may_leave(photo, keeper, &standing).is_err() {
            return false;
        }
        if entry.is_stored_by(me) {
            let others: Vec<NodeId> = entry.live().filter(|node| *node != me).collect();
            self.begin(aim, photo, keeper, &others, standing.needed, None);
        } else {
            let keeper_photo = entry.photo.clone();
            self.fetch_for(photo, keeper_photo, aim);
        }
        true
    }

    /// How things stand where a worse version is to go for its keeper: the keeper is to be on as many nodes as can have it,
    /// this one included if it has it. Alone in the world, nothing leaves a folder.
    fn standing_for_keeper(&self, photo: PhotoId, keeper: PhotoId) -> Option<(&Entry, Standing)> {
        let entry = self.table.get(keeper)?;
        let own = usize::from(entry.is_stored_by(self.config.node));
        let wanted = self.copies().min(1 + self.mesh.count_here());
        let standing = Standing {
            unfit: self.unfit_or_alone(),
            settled: entry.changed_at + SETTLE <= self.now && entry.verdict == Verdict::Keeper,
            ..self.standing(photo, entry.live().count() - own, wanted - own)
        };
        Some((entry, standing))
    }

    fn fetch_for(&mut self, photo: PhotoId, keeper: Arc<Photo>, aim: Aim) {
        let id = keeper.id;
        self.drops.fetching.insert(photo, (id, aim));
        self.custody.leaves(photo, None);
        self.pull_to_verify(keeper);
        self.verify_ready(id);
    }

    /// A keeper's bytes are here: what waits for them goes on.
    pub(in crate::node) fn verify_ready(&mut self, keeper: PhotoId) {
        let me = self.config.node;
        let is_mine = self.table.mine(keeper).is_some_and(Holding::is_stored);
        let Some((source, found)) = self.keeper_bytes(keeper, is_mine) else {
            return;
        };
        let as_announced = match is_mine {
            true => self.table.get(keeper).is_some_and(|entry| entry.verified),
            false => self.table.verify(&found),
        };
        self.compare_all(keeper, source);
        for (photo, aim) in self.waiting_for(keeper) {
            self.forget_fetching(photo);
            let is_worse = |worse: &Entry| worse.verdict == Verdict::Loser(keeper);
            let goes = as_announced && self.table.get(photo).is_some_and(is_worse);
            let standing = self.standing_for_keeper(photo, keeper).filter(|_| goes);
            let round = standing.and_then(|(entry, standing)| {
                self.custody.may_leave(photo, keeper, &standing).ok()?;
                let others = entry.live().filter(|node| *node != me).collect::<Vec<_>>();
                Some((others, standing.needed))
            });
            match round {
                Some((others, needed)) => {
                    let pulled = (!is_mine).then_some(source);
                    self.begin(aim, photo, keeper, &others, needed, pulled);
                }
                None => self.retry(photo, RETRY),
            }
        }
        self.verification_over(keeper);
    }

    /// Where this node can read a keeper's bytes, and what it has found in them itself.
    fn keeper_bytes(&self, keeper: PhotoId, is_mine: bool) -> Option<(Source, Arc<Photo>)> {
        if is_mine {
            return self.table.get(keeper).map(|entry| (Source::Held(keeper), entry.photo.clone()));
        }
        self.ready_spool(keeper).map(|(spool, photo)| (Source::Spooled(spool), photo))
    }

    fn forget_fetching(&mut self, photo: PhotoId) {
        self.drops.fetching.remove(&photo);
        self.custody.ends(photo);
    }

    fn waiting_for(&self, keeper: PhotoId) -> Vec<(PhotoId, Aim)> {
        let waiting = self.drops.fetching.iter().filter(|(_, (wanted, _))| *wanted == keeper);
        waiting.map(|(photo, (_, aim))| (*photo, *aim)).collect()
    }

    /// A keeper could not be fetched: what waits for it stays. It may not exist: to try at once again would let one false
    /// claim keep this node busy.
    pub(in crate::node) fn verification_failed(&mut self, keeper: PhotoId) {
        for (photo, _) in self.waiting_for(keeper) {
            self.forget_fetching(photo);
            self.drops.stuck.insert(photo, self.now + SKIP);
            self.retry(photo, SKIP);
        }
        self.looks_failed(keeper);
    }

    /// Gives a pulled keeper's spool file back when no round needs it any more.
    fn verification_over(&mut self, keeper: PhotoId) {
        let needed = self.drops.rounds.values().any(|round| round.pulled && round.proven == keeper);
        if !needed && self.waiting_for(keeper).is_empty() && !self.looking.needs(keeper) {
            self.verified(keeper);
        }
    }

    pub(in crate::node) fn has_free_round(&self) -> bool {
        self.drops.rounds.len() + self.drops.fetching.len() < ROUNDS
    }
}

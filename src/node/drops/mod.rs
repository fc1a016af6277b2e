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

use super::limits::{BRAKE_SPAN, RETRY, ROUNDS, SETTLE, SKIP, STAGGER};
use super::plan::placement::trim_order;
use super::table::claims::Claim;
use super::table::verdict::Verdict;
use super::{Node, Source, Time};
use crate::photo::{Nonce, Photo, PhotoId, Relation};
use crate::protocol::{Holding, NodeId};
use round::{Aim, Round};

/// All that is on its way out.
#[derive(Debug, Default)]
pub(in crate::node) struct Drops {
    pub(in crate::node) rounds: BTreeMap<Nonce, Round>,
    /// What is to go, by its round.
    pub(in crate::node) going: BTreeMap<PhotoId, Nonce>,
    /// Worse versions that wait for their keeper's bytes, and what is to follow.
    pub(in crate::node) fetching: BTreeMap<PhotoId, (PhotoId, Aim)>,
    /// What the disk could not put away, or whose better version does not come, and until when it is left alone.
    stuck: BTreeMap<PhotoId, Time>,
    /// Worse versions that another node wants kept, which judges otherwise, and until when they are.
    pub(in crate::node) wanted: BTreeMap<PhotoId, Time>,
    /// Rounds begun so far: with the seed it makes every nonce another.
    begun: u64,
}

impl Node {
    /// Whether this node may give up copies: not on half a table, not while earlier promises may hold, not on leaving.
    pub(in crate::node) fn may_drop(&self) -> bool {
        let promises_over = self.config.first_start || self.now.0 >= self.config.pin;
        promises_over && self.is_settled() && self.leaving.is_none()
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

    /// Whether a photo is on its way out.
    pub(in crate::node) fn is_going(&self, photo: PhotoId) -> bool {
        self.drops.going.contains_key(&photo) || self.drops.fetching.contains_key(&photo)
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
        if !self.may_drop()
            || self.is_pinned(photo)
            || self.is_counted_on(photo)
            || self.looking.needs(photo)
            || others.len() < copies
            || !self.has_free_round()
        {
            return self.retry(photo, RETRY);
        }
        if !self.is_going(photo) && !self.restoring.contains(&photo) {
            self.table.set_my_holding(photo, was.retired());
            self.begin(Aim::Trim { was }, photo, photo, &others, copies, None);
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
        let free = self.may_drop()
            && self.has_free_round()
            && !self.is_going(photo)
            && !self.is_pinned(photo)
            && !self.restoring.contains(&photo);
        if free && others.len() >= copies {
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
        let live_nodes = 1 + self.mesh.count_here();
        let wanted = self.copies().min(live_nodes);
        let Some(entry) = self.table.get(keeper) else {
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
            self.fetch_for(photo, keeper_photo, aim);
        }
        true
    }

    fn fetch_for(&mut self, photo: PhotoId, keeper: Arc<Photo>, aim: Aim) {
        let id = keeper.id;
        self.drops.fetching.insert(photo, (id, aim));
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
            self.drops.fetching.remove(&photo);
            let Some((entry, worse)) = self.table.get(keeper).zip(self.table.get(photo)) else {
                continue;
            };
            let others: Vec<NodeId> = entry.live().filter(|node| *node != me).collect();
            let wanted = self.copies().min(1 + self.mesh.count_here()) - usize::from(is_mine);
            let goes =
                as_announced && worse.verdict == Verdict::Loser(keeper) && others.len() >= wanted;
            if goes && self.may_drop() && !self.is_pinned(photo) && self.has_free_round() {
                self.begin(aim, photo, keeper, &others, wanted, (!is_mine).then_some(source));
            } else {
                self.retry(photo, RETRY);
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

    fn waiting_for(&self, keeper: PhotoId) -> Vec<(PhotoId, Aim)> {
        let waiting = self.drops.fetching.iter().filter(|(_, (wanted, _))| *wanted == keeper);
        waiting.map(|(photo, (_, aim))| (*photo, *aim)).collect()
    }

    /// A keeper could not be fetched: what waits for it stays. It may not exist: to try at once again would let one false
    /// claim keep this node busy.
    pub(in crate::node) fn verification_failed(&mut self, keeper: PhotoId) {
        for (photo, _) in self.waiting_for(keeper) {
            self.drops.fetching.remove(&photo);
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

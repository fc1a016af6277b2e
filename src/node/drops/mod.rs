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

mod looking;
mod pins;
mod rate;
mod round;
mod rounds;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Source;
use super::context::Context;
use super::custody::Obstacle;
use super::limits::{BRAKE_SPAN, RETRY, SETTLE, SKIP, STAGGER};
use super::news::{Fetcher, News};
use super::plan::placement::{Copy, trim_order};
use super::table::claims::Claim;
use super::table::entry::Entry;
use super::table::verdict::Verdict;
use crate::photo::{Nonce, Photo, PhotoId, Relation};
use crate::protocol::Departure;
use crate::protocol::{Holding, NodeId};
use looking::Looking;
use pins::Proving;
use rate::Rate;
use round::Round;

/// All that is on its way out.
#[derive(Debug, Default)]
pub(in crate::node) struct Drops {
    rounds: BTreeMap<Nonce, Round>,
    /// Worse versions that wait for their keeper's bytes, and what is to follow.
    fetching: BTreeMap<PhotoId, (PhotoId, Departure)>,
    /// Rounds begun so far: with the seed it makes every nonce another.
    begun: u64,
    looking: Looking,
    proving: Proving,
    rate: Rate,
}

impl Drops {
    /// The round by which a photo is to go.
    fn round_of(&self, photo: PhotoId) -> Option<Nonce> {
        let mut rounds = self.rounds.iter();
        rounds.find(|(_, round)| round.goes == photo).map(|(nonce, _)| *nonce)
    }

    /// There are too many copies of a photo: this node's goes, if it is the first that may.
    pub(in crate::node) fn consider_trimming(&mut self, cx: &mut Context, photo: PhotoId) {
        let copies = cx.copies();
        let Some(entry) = cx.table.get(photo) else {
            return;
        };
        let held = copies_of(cx, entry);
        if !cx.folder.companions_of(photo).is_empty() {
            return;
        }
        let order = trim_order(photo, copies, &held);
        let Some(place) = order.iter().position(|node| *node == cx.me()) else {
            return;
        };
        let surplus = held.len().saturating_sub(copies);
        let behind = u32::try_from((place + 1).saturating_sub(surplus)).unwrap_or(u32::MAX);
        let turn = entry.changed_at + SETTLE + STAGGER * behind;
        if turn > cx.now() {
            return cx.agenda.set(photo, turn);
        }
        self.give_up(cx, photo, Departure::Surplus);
    }

    /// A photo is removed: this node's replica goes to its trash.
    pub(in crate::node) fn consider_removing(&mut self, cx: &mut Context, photo: PhotoId) {
        if cx.table.mine(photo) != Some(Holding::Replica) {
            return;
        }
        if let Some(by) = cx.table.removers(photo).first().copied()
            && self.give_up(cx, photo, Departure::Removed { by })
        {
            let text = format!(
                "{} was removed by its owner, node {by}: this copy goes to the trash",
                photo.short()
            );
            cx.log("remove", text);
        }
    }

    /// An owner removes a photo: his own file goes to his trash.
    pub(in crate::node) fn withdraw(&mut self, cx: &mut Context, photo: PhotoId) {
        if cx.table.mine(photo) == Some(Holding::Original) {
            let by = cx.me();
            // What stands in the way, whoever asked has heard; they ask again.
            let _ = self.begin(cx, photo, Departure::Removed { by }, None);
        }
    }

    /// A better version of a photo is the keeper: this node's copy is compared with it, if it has one, and goes to the trash.
    pub(in crate::node) fn consider_retiring(
        &mut self,
        cx: &mut Context,
        photo: PhotoId,
        keeper: PhotoId,
    ) {
        let Some(holding) = cx.table.mine(photo) else {
            return;
        };
        if let Some(until) = cx.agenda.held_until(photo, cx.now()) {
            return cx.agenda.set(photo, until);
        }
        let Some(relation) = cx.table.found(photo, keeper) else {
            return self.look_at(cx, photo, keeper);
        };
        let goes = match holding {
            Holding::Replica => true,
            Holding::Original => !cx.config().keep_originals,
            Holding::Retired | Holding::RetiredOriginal => false,
        };
        if !goes {
            return;
        }
        if let Some(until) = contested_until(cx, photo, keeper) {
            cx.agenda.set(photo, until);
        } else if self.is_over_limit(cx, keeper) {
            self.rate.wait(photo, account_of(cx, keeper));
            cx.retry(photo, BRAKE_SPAN / 60);
        } else {
            self.give_up(cx, photo, Departure::Replaced { by: keeper, relation });
        }
    }

    /// A photo has been in the trash for its time, or its owner wants it deleted, `by_hand`.
    pub(in crate::node) fn expired(&mut self, cx: &mut Context, photo: PhotoId, by_hand: bool) {
        let Some(entry) = cx.table.get(photo).filter(|_| cx.table.is_in_my_trash(photo)) else {
            return;
        };
        if let Verdict::Loser(keeper) = entry.verdict {
            match cx.table.found(photo, keeper) {
                // It was put away for another one, or by another rule.
                None => return self.consider_retiring(cx, photo, keeper),
                Some(Relation::Same) => {}
                Some(Relation::Variant | Relation::Different) if by_hand => {}
                Some(Relation::Variant | Relation::Different) => return,
            }
        }
        // If it may not go yet, its time is over again at the folder's next look.
        let _ = self.begin(cx, photo, Departure::Expired, None);
    }

    /// Begins to give up a copy, or tries again later; whether it was begun.
    fn give_up(&mut self, cx: &mut Context, photo: PhotoId, why: Departure) -> bool {
        if let Some(until) = cx.agenda.held_until(photo, cx.now()) {
            cx.agenda.set(photo, until);
            return false;
        }
        let begun = self.begin(cx, photo, why, None).is_ok();
        if !begun {
            cx.retry(photo, RETRY);
        }
        begun
    }

    /// Begins to give up a copy, if it may leave. One that goes for a better version that is not here waits for that first;
    /// `pulled` is where its bytes lie then.
    fn begin(
        &mut self,
        cx: &mut Context,
        photo: PhotoId,
        why: Departure,
        pulled: Option<Source>,
    ) -> Result<(), Obstacle> {
        let terms = cx.may_leave(photo, why)?;
        let is_here = |id| cx.table.mine(id).is_some_and(Holding::is_stored);
        if terms.proven == photo || pulled.is_some() || is_here(terms.proven) {
            self.begin_round(cx, photo, why, terms, pulled);
        } else if let Some(keeper) = cx.table.get(terms.proven).map(|entry| entry.photo.clone()) {
            self.fetching.insert(photo, (keeper.id, why));
            cx.custody.leaves(photo, None, None);
            cx.tell(News::Fetch { photo: keeper, wanted_by: Fetcher::Comparison });
        }
        Ok(())
    }

    /// A keeper's bytes are here: what waits for them goes on. `found` is what they are.
    pub(in crate::node) fn fetched(
        &mut self,
        cx: &mut Context,
        found: &Arc<Photo>,
        source: Source,
    ) {
        let keeper = found.id;
        let pulled = match source {
            Source::Held(_) => None,
            Source::Spooled(_) => Some(source),
        };
        let as_announced = match pulled {
            None => cx.table.get(keeper).is_some_and(|entry| entry.verified),
            Some(_) => cx.table.verify(found),
        };
        self.compare_all(cx, keeper, source);
        for (photo, why) in self.waiting_for(keeper) {
            self.forget_fetching(cx, photo);
            let is_worse = |worse: &Entry| worse.verdict == Verdict::Loser(keeper);
            let goes = as_announced && cx.table.get(photo).is_some_and(is_worse);
            if !goes || self.begin(cx, photo, why, pulled).is_err() {
                cx.retry(photo, RETRY);
            }
        }
        self.verification_over(cx, keeper);
    }

    fn forget_fetching(&mut self, cx: &mut Context, photo: PhotoId) {
        self.fetching.remove(&photo);
        cx.custody.ends(photo);
    }

    fn waiting_for(&self, keeper: PhotoId) -> Vec<(PhotoId, Departure)> {
        let waiting = self.fetching.iter().filter(|(_, (wanted, _))| *wanted == keeper);
        waiting.map(|(photo, (_, why))| (*photo, *why)).collect()
    }

    /// A keeper could not be fetched: what waits for it stays. It may not exist: to try at once again would let one false
    /// claim keep this node busy.
    pub(in crate::node) fn not_fetched(&mut self, cx: &mut Context, keeper: PhotoId) {
        for (photo, _) in self.waiting_for(keeper) {
            self.forget_fetching(cx, photo);
            cx.agenda.hold(photo, cx.now() + SKIP);
        }
        self.looks_failed(cx, keeper);
    }

    /// Gives a pulled keeper's bytes back when no round needs them any more.
    fn verification_over(&self, cx: &mut Context, keeper: PhotoId) {
        let needed = self.rounds.values().any(|round| round.pulled && round.terms.proven == keeper);
        let needed = needed || !self.waiting_for(keeper).is_empty();
        if !needed && !cx.custody.is_compared_with(keeper) {
            cx.tell(News::Unneeded(keeper));
        }
    }
}

/// Until when a worse version is kept for another node, if there is still one that would not give it up.
fn contested_until(cx: &Context, photo: PhotoId, keeper: PhotoId) -> Option<super::Time> {
    let until = cx.agenda.contested_until(photo, cx.now())?;
    let entry = cx.table.get(photo)?;
    let yields = |node| {
        let looks = entry.claims.get(node).and_then(Claim::looks);
        looks.is_some_and(|looks| looks.yields_to == Some(keeper))
    };
    let mut others = entry.live().filter(|node| *node != cx.me());
    (!others.all(yields)).then_some(until)
}

/// The copies of a photo, as the trim order wants them.
fn copies_of(cx: &Context, entry: &Entry) -> Vec<Copy> {
    let copy = |node: NodeId| {
        let member = cx.mesh.members.get(&node);
        let keeps = member.map_or(cx.config().keep_originals, |member| member.keeps_originals);
        let holding = entry.holding(node).unwrap_or(Holding::Replica);
        Copy { node, holding, load: cx.table.load(node).photos, keeps_originals: keeps }
    };
    entry.live().map(copy).collect()
}

/// The node on whose account worse versions of a photo go: the first that has it as its own. Nobody if this node has it
/// as its own.
fn account_of(cx: &Context, keeper: PhotoId) -> Option<NodeId> {
    let entry = cx.table.get(keeper)?;
    let me = cx.me();
    if entry.holding(me) == Some(Holding::Original) {
        return None;
    }
    let owner = entry.live().find(|node| entry.holding(*node) == Some(Holding::Original));
    owner.or_else(|| entry.live().find(|node| *node != me))
}

//! Giving up a copy: the one place where a photo can leave this node's folder.
//!
//! # What it promises
//!
//! For every copy that this node gives up, enough others have just shown that they have its bytes, or those of the
//! version that takes its place. A photo that its owner removes needs no proof; it goes through a round with nobody to
//! ask all the same, since only a round moves files: so no copy is on two ways out at once.
//!
//! # One round
//!
//! ```text
//!   consider_trimming, consider_retiring,       begin ── may_leave? ── no: try again later
//!   consider_removing, withdraw, expired  ────▶              │ yes
//!                                                            ├── the keeper is not here: it is fetched first
//!                                                            ▼
//!     withdrawn, challenged, its own bytes read ─▶ decide ── enough right answers ─▶ the disk acts ─▶ gone
//!                                                     └───── too few, or too late ─▶ it stays
//! ```
//!
//! # Why no photo is lost
//!
//! [`custody`](super::custody) has the argument. What a round adds to it is time: a promise holds for the pin time from
//! the proof on, and the asker acts within half of that, counted from its question; and a node that has restarted, and
//! so forgotten its promises, drops nothing for the pin time.
//!
//! A worse version of a picture goes by the same kind of round over its *keeper*'s bytes, which this node holds or has
//! fetched, so it has computed the keeper's digest, fingerprint and rank itself, and [compared](self::looking) the two.
//! It is deleted in the same way when its time in the trash is over, if the keeper shows every part of it. A variant is
//! deleted only by its owner's hand, and only when others have proven that they have that very photo. So is a friend's
//! own file that went for somebody else's version: rank measures pixels, not truth, and anybody can enlarge a picture.
//!
//! # Who does what
//!
//! This file decides which copy goes when, and begins. `round` is one round and its decision, a pure function; `rounds`
//! asks, acts and abandons. `pins` answers the challenges of others, within the `budgets` of each member. `looking`
//! compares two versions before one takes the other's place, and `rate` limits how many of the folder's own files go in
//! an hour.
//!
//! `tests/drops_alone.rs` builds the drops over a table of three entries: the smallest place in which to try to lose a
//! photo.
//!
//! # What is left out
//!
//! Nobody coordinates drops: each node decides about its own copy. Two nodes that begin at once cost a few messages,
//! and one of them tries again.

mod looking;
mod pins;
mod rate;
mod refused;
mod round;
mod rounds;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Source;
use super::budgets::Budgets;
use super::context::Context;
use super::custody::Obstacle;
use super::limits::{PROOF_BYTES, RETRY, SETTLE, SKIP, STAGGER};
use super::news::{Fetcher, News};
use super::plan::placement::{Copy, trim_order};
use super::table::entry::Entry;
use super::table::verdict::Verdict;
use crate::photo::{Nonce, Photo, PhotoId, Relation};
use crate::protocol::{Departure, Gone, Holding, NodeId};
use looking::Looking;
use pins::Proving;
use rate::Rate;
pub(in crate::node) use refused::Refused;
use round::Round;

/// A worse version that waits for its keeper's bytes.
#[derive(Clone, Copy, Debug)]
struct Fetching {
    keeper: PhotoId,
    /// Why it goes then.
    why: Departure,
}

/// All copies on their way out.
#[derive(Debug)]
pub(in crate::node) struct Drops {
    rounds: BTreeMap<Nonce, Round>,
    /// Worse versions that wait for their keeper's bytes.
    fetching: BTreeMap<PhotoId, Fetching>,
    /// Rounds begun so far: with the seed, this makes every nonce different.
    begun: u64,
    looking: Looking,
    proving: Proving,
    budgets: Budgets,
    rate: Rate,
}

impl Drops {
    /// What there is at a node's start, given the files that went before it.
    pub(in crate::node) fn new(gone: &[Gone]) -> Drops {
        Drops {
            rounds: BTreeMap::new(),
            fetching: BTreeMap::new(),
            begun: 0,
            looking: Looking::default(),
            proving: Proving::default(),
            budgets: Budgets::new(PROOF_BYTES),
            rate: Rate::after(gone),
        }
    }

    /// The running round of a photo.
    fn round_of(&self, photo: PhotoId) -> Option<Nonce> {
        let mut rounds = self.rounds.iter();
        rounds.find(|(_, round)| round.goes == photo).map(|(nonce, _)| *nonce)
    }

    /// A photo has too many copies: this node's goes, if it is the first that may.
    pub(in crate::node) fn consider_trimming(&mut self, cx: &mut Context, photo: PhotoId) {
        let copies = cx.copies();
        if let Some(until) = cx.agenda.contested_until(photo, cx.now()) {
            return cx.agenda.set(photo, until);
        }
        let Some(entry) = cx.table.get(photo) else {
            return;
        };
        let held = copies_of(cx, entry);
        if !cx.folder.companions_of(photo).is_empty() {
            return;
        }
        let owners = cx.table.spread(entry.originals()).members;
        let mut order = trim_order(photo, owners > copies, &held);
        order.retain(|node| is_surplus(cx, entry, *node));
        let Some(place) = order.iter().position(|node| *node == cx.me()) else {
            return;
        };
        let surplus = held.len().saturating_sub(copies);
        let behind = u32::try_from((place + 1).saturating_sub(surplus)).unwrap_or(u32::MAX);
        let turn = entry.changed_at + SETTLE + STAGGER * behind;
        if turn > cx.now() {
            return cx.agenda.set(photo, turn);
        }
        self.give_up_within_limit(cx, photo, Departure::Surplus);
    }

    /// A photo is removed: this node's replica goes to its trash.
    pub(in crate::node) fn consider_removing(&mut self, cx: &mut Context, photo: PhotoId) {
        if cx.table.mine(photo) != Some(Holding::Replica) {
            return;
        }
        if let Some(by) = cx.table.removers(photo).first().copied()
            && self.give_up(cx, photo, Departure::Removed { by })
        {
            let by = cx.owners_in_words(&[by]);
            let text = format!(
                "{} was removed by its owner, {by}: this copy goes to the trash",
                photo.short()
            );
            cx.log("remove", text);
        }
    }

    /// This node's owner removes a photo: its original goes to the trash here.
    pub(in crate::node) fn withdraw(&mut self, cx: &mut Context, photo: PhotoId) {
        if cx.table.mine(photo) == Some(Holding::Original) {
            let by = cx.my_member();
            // On an obstacle, the removal that wants this waits and asks again.
            let _ = self.begin(cx, photo, Departure::Removed { by }, None);
        }
    }

    /// This node's owner has removed a photo at another computer: its original here goes to the trash, too.
    pub(in crate::node) fn withdraw_here_too(&mut self, cx: &mut Context, photo: PhotoId) {
        let by = cx.my_member();
        self.give_up_within_limit(cx, photo, Departure::Removed { by });
    }

    /// A photo has a better keeper: this node's copy, if there is one, is compared with it and goes to the trash.
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
        } else {
            self.give_up_within_limit(cx, photo, Departure::Replaced { by: keeper, relation });
        }
    }

    /// A person has put a worse version of a photo that this node has: it goes to the trash at once, whatever else goes.
    pub(in crate::node) fn retire_put(&mut self, cx: &mut Context, photo: PhotoId, by: PhotoId) {
        if let Some(relation) = cx.table.found(photo, by) {
            // On an obstacle it stays in the folder for now, and goes like any other worse version.
            let _ = self.begin(cx, photo, Departure::Replaced { by, relation }, None);
        }
    }

    /// A photo's time in the trash is over, or this node's owner wants it deleted now, `by_hand`.
    pub(in crate::node) fn expired(&mut self, cx: &mut Context, photo: PhotoId, by_hand: bool) {
        let Some(entry) = cx.table.get(photo).filter(|_| cx.table.is_in_my_trash(photo)) else {
            return;
        };
        if let Verdict::Loser(keeper) = entry.verdict
            && cx.table.found(photo, keeper).is_none()
        {
            // It went to the trash for another keeper, or by another rule.
            return self.consider_retiring(cx, photo, keeper);
        }
        if !by_hand && cx.time_deletes(photo) == Some(false) {
            return;
        }
        // If it cannot go yet, the folder reports it as expired again at its next look.
        let _ = self.begin(cx, photo, Departure::Expired, None);
    }

    /// Begins to give up a copy, or tries again later: when it may, or when the limit lets it.
    fn give_up_within_limit(&mut self, cx: &mut Context, photo: PhotoId, why: Departure) {
        if !self.waits_for_the_limit(cx, photo, why) {
            self.give_up(cx, photo, why);
        }
    }

    /// Begins to give up a copy, or tries again later; returns whether it began.
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

    /// Begins to give up a copy, if it may leave. If it goes for a better version that is not here, that is fetched
    /// first; `pulled` is then where the fetched bytes lie. One whose bytes are here must have been read by this node:
    /// any member can claim any pixels.
    fn begin(
        &mut self,
        cx: &mut Context,
        photo: PhotoId,
        why: Departure,
        pulled: Option<Source>,
    ) -> Result<(), Obstacle> {
        let terms = cx.may_leave(photo, why)?;
        let is_here = cx.table.mine(terms.proven).is_some_and(Holding::is_stored);
        let is_read = cx.table.is_read(terms.proven) || !is_here && pulled.is_none();
        if terms.proven != photo && !(is_read && may_take_the_place(cx, terms.proven, photo)) {
            return Err(Obstacle::Unsettled);
        }
        // A copy of this node's own counts as one of those there have to be: then the round relies on that one.
        let pulled = pulled.filter(|_| !is_here);
        if terms.proven == photo || pulled.is_some() || is_here {
            self.begin_round(cx, photo, why, terms, pulled);
        } else if let Some(keeper) = cx.table.get(terms.proven).map(|entry| entry.photo.clone()) {
            self.fetching.insert(photo, Fetching { keeper: keeper.id, why });
            cx.custody.leaves(photo, None, None);
            cx.tell(News::Fetch { photo: keeper, wanted_by: Fetcher::Comparison });
        }
        Ok(())
    }

    /// A keeper's bytes are here: the versions that wait for them go on. `found` is what the bytes were found to be.
    pub(in crate::node) fn fetched(
        &mut self,
        cx: &mut Context,
        found: &Arc<Photo>,
        source: Source,
    ) {
        let keeper = found.id;
        let pulled = match source {
            Source::Held(_) => None,
            Source::Spooled(_) | Source::Kept(_) => Some(source),
        };
        let as_announced = match pulled {
            None => cx.table.get(keeper).is_some_and(|entry| entry.verified),
            // What nobody has any longer has no entry, and needs none.
            Some(_) => cx.table.get(keeper).is_some() && cx.table.verify(found),
        };
        self.compare_all(cx, keeper, source);
        for (photo, why) in self.waiting_for(keeper) {
            self.forget_fetching(cx, photo);
            if !as_announced
                || !still_goes_for(cx, photo, keeper, why)
                || self.begin(cx, photo, why, pulled).is_err()
            {
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
        let waiting = self.fetching.iter().filter(|(_, fetching)| fetching.keeper == keeper);
        waiting.map(|(photo, fetching)| (*photo, fetching.why)).collect()
    }

    /// A keeper could not be fetched: the versions that wait for it stay. Perhaps it does not exist: trying again at
    /// once would let one false claim keep this node busy.
    pub(in crate::node) fn not_fetched(&mut self, cx: &mut Context, keeper: PhotoId) {
        for (photo, _) in self.waiting_for(keeper) {
            self.forget_fetching(cx, photo);
            cx.agenda.hold(photo, cx.now() + SKIP);
        }
        self.looks_failed(cx, keeper);
    }

    /// Releases a pulled keeper's bytes when no round needs them any more.
    fn verification_over(&self, cx: &mut Context, keeper: PhotoId) {
        let needed = self.rounds.values().any(|round| round.pulled && round.terms.proven == keeper);
        let needed = needed || !self.waiting_for(keeper).is_empty();
        if !needed && !cx.custody.is_compared_with(keeper) {
            cx.tell(News::Unneeded(keeper));
        }
    }
}

/// Whether a photo that was to go for its keeper still is to. What was found to be the same picture may have turned out
/// to be a variant while the keeper came; then it goes for nothing else instead.
fn still_goes_for(cx: &Context, photo: PhotoId, keeper: PhotoId, why: Departure) -> bool {
    let found = cx.table.found(photo, keeper);
    cx.table.yields(photo, keeper)
        && match why {
            Departure::Replaced { .. } => found.is_some(),
            Departure::Expired => found == Some(Relation::Same),
            Departure::Surplus | Departure::Removed { .. } => false,
        }
}

/// Whether a keeper ranks high enough for a copy to go for it, by this node's own account of its bytes as soon as they
/// were read here. The friend's own file goes for a higher rank only, whatever anybody says of the two.
fn may_take_the_place(cx: &Context, keeper: PhotoId, photo: PhotoId) -> bool {
    let own = cx.table.mine(photo).is_some_and(Holding::is_own);
    !own || cx.table.ranks_above(keeper, photo)
}

/// Until when a worse version is kept for another node, if some node still has not accepted its keeper.
fn contested_until(cx: &Context, photo: PhotoId, keeper: PhotoId) -> Option<super::Time> {
    let until = cx.agenda.contested_until(photo, cx.now())?;
    let entry = cx.table.get(photo)?;
    let mut others = entry.live().filter(|node| *node != cx.me());
    (!others.all(|node| entry.is_given_up_by(node, keeper))).then_some(until)
}

/// Whether a node's copy is more than there have to be: others can prove to the node that they have enough, each person
/// counted once. If they cannot, no copy of that node's is planned to go; it would be asked for again for ever.
fn is_surplus(cx: &Context, entry: &Entry, node: NodeId) -> bool {
    cx.table.voices(node, entry.live()) >= cx.copies_wanted_by(node)
}

/// The copies of a photo, in the form that the trim order needs.
fn copies_of(cx: &Context, entry: &Entry) -> Vec<Copy> {
    let copy = |node: NodeId| {
        let peer = cx.mesh.peer(node);
        let keeps = peer.map_or(cx.config().keep_originals, |peer| peer.keeps_originals);
        let keeps = keeps || entry.is_kept_by(node);
        let (movable, fullness) = (cx.lets_move(entry, node), cx.disk_of(node).fullness());
        Copy { node, movable, fullness, keeps_originals: keeps }
    };
    entry.live().map(copy).collect()
}

//! Custody: what happens to this node's own copies, and the one gate through which any of them leaves.
//!
//! # The question
//!
//! A photo is safe while enough nodes have it. Trimming a surplus copy, putting away a worse version, removing what an
//! owner has removed and emptying the trash all take a copy from a folder, each for its own reason. Whether it may go is
//! one question, asked here alone: [`Custody::may_leave`]. The answer is a list of conditions in one order, and the first
//! that is not met is the reason that people are told.
//!
//! # What a node remembers for it
//!
//! ```text
//!              leaves ─────────────▶ going ──── acts ────▶ acting ──── gone
//!    here ◀──── stays ─────────────────┘                      │
//!      ▲                                                      │
//!      └───────────────── stays: the disk was late ◀──────────┘
//!
//!    promise(nonce) ──▶ pinned ──── release(nonce), or its time is over ──▶ free
//! ```
//!
//! A *pin* is a promise to another node that is about to give up a copy because this one exists: a lease, in the terms of
//! Gray and Cheriton (1989). The release ends it early; its time bounds it when the asker dies.
//!
//! # Why no photo is lost when several drop at once
//!
//! Whoever gives up a copy decides first and asks then: it needs proofs of `copies` others, made for a question that
//! nobody could foresee. Who has decided to give up its own copy proves it to nobody, unless the asker is the higher node
//! and the disk is not at it yet: then it gives way and keeps the copy. Now take, of all that have ever given up a copy,
//! the one that decided last. Those who have proven it to that one had not decided before, for then they would have
//! refused; and they have not since, for then they would be the last. So they have it still, and there are `copies` of
//! them.
//!
//! Pins are a second net: who has proven a copy does not decide to give it up until the asker has acted. They would catch
//! what falls through where a node gives way too late. A crash tears them, so a node that has just started gives up nothing
//! until all that it may have promised is over. The first net holds without the second, and the second not without the first:
//! `tests/every_order.rs` tries every order of events of two, three and four nodes.
//!
//! # What is left out
//!
//! Who has a photo is the table's to know, and how the proofs are got is the rounds' ([`super::drops`]). Both are handed
//! in as a [`Standing`].

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::Time;
use super::limits::ROUNDS;
use crate::photo::{Nonce, PhotoId};
use crate::protocol::{Holding, NodeId};

/// This node's own copies that are on their way out or back, and the promises given for others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Custody {
    going: BTreeMap<PhotoId, Going>,
    pins: BTreeMap<PhotoId, BTreeMap<Nonce, Pin>>,
    /// Worse versions that are being compared, by their id.
    compared: BTreeMap<PhotoId, Comparison>,
    /// Photos on their way back from the trash.
    restoring: BTreeSet<PhotoId>,
}

/// A copy on its way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Going {
    /// The better version that stays, if this node's own copy of it is counted on.
    relies_on: Option<PhotoId>,
    /// How it was held before it was withdrawn, if it was.
    was: Option<Holding>,
    /// The disk is at it: too late to give way.
    acting: bool,
}

/// Two versions of a picture that are being compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Comparison {
    better: PhotoId,
    /// The disk is at it. Before that, the better version is on its way.
    begun: bool,
}

/// A promise to keep a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Pin {
    asker: NodeId,
    until: Time,
}

/// All that matters beyond this node's own copies to whether one may leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    /// What keeps this node from giving up anything at all.
    pub(super) unfit: Option<Obstacle>,
    /// Whether what must be proven is at rest: it is what the collection shows, or what has been removed, and has been so for
    /// a while.
    pub(super) settled: bool,
    /// How many others have what must be proven, and how many must prove it.
    pub(super) others: usize,
    pub(super) needed: usize,
}

/// Why a copy stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Obstacle {
    /// This daemon is stopping.
    Stopping,
    /// Nobody else is here: alone in the world, nothing leaves a folder.
    Alone,
    /// Not all nodes have told what they have.
    Untold,
    /// This node has started less than the pin time ago, and may have promised before to keep what it has. So many seconds
    /// are left.
    JustStarted(u64),
    /// It is on its way out already.
    Going,
    /// It is on its way back from the trash.
    Returning,
    /// Another node relies on this copy.
    Promised,
    /// This node relies on this copy itself: a worse version is to go for it, or is being compared with it.
    ReliedOn,
    /// The better version, for which it is to go, is on its way out itself.
    KeeperGoing,
    /// It is not certain yet what the collection shows.
    Unsettled,
    /// Fewer others have it than must.
    TooFew,
    /// As much is on its way out as may be at a time.
    Busy,
}

impl Custody {
    /// Whether a copy of `photo` may leave this folder, where others must prove that they have `proven`: the very photo, or
    /// the better version for which it goes. This is the only gate.
    pub(super) fn may_leave(
        &self,
        photo: PhotoId,
        proven: PhotoId,
        standing: &Standing,
    ) -> Result<(), Obstacle> {
        self.obstacles(photo, proven, standing).next().map_or(Ok(()), Err)
    }

    /// All that keeps a copy here, the most lasting first.
    pub(super) fn obstacles(
        &self,
        photo: PhotoId,
        proven: PhotoId,
        standing: &Standing,
    ) -> impl Iterator<Item = Obstacle> + use<> {
        let relied_on = self.going.values().any(|going| going.relies_on == Some(photo))
            || self.is_compared_with(photo);
        let conditions = [
            (self.is_going(photo), Obstacle::Going),
            (self.restoring.contains(&photo), Obstacle::Returning),
            (self.is_pinned(photo), Obstacle::Promised),
            (relied_on, Obstacle::ReliedOn),
            (photo != proven && self.is_going(proven), Obstacle::KeeperGoing),
            (!standing.settled, Obstacle::Unsettled),
            (standing.others < standing.needed, Obstacle::TooFew),
            (self.free() == 0, Obstacle::Busy),
        ];
        let met =
            conditions.into_iter().filter_map(|(stands, obstacle)| stands.then_some(obstacle));
        standing.unfit.into_iter().chain(met)
    }

    /// Whether this node may promise another one to keep a photo that it has, and whether it must give up its own plan for
    /// that first. Of two that want to give up the same photo at once, the higher one does.
    pub(super) fn may_promise(
        &self,
        me: NodeId,
        asker: NodeId,
        photo: PhotoId,
    ) -> Result<GiveWay, AboutToGo> {
        match self.going.get(&photo) {
            None => Ok(GiveWay::No),
            Some(going) if asker > me && !going.acting => Ok(GiveWay::Yes),
            Some(_) => Err(AboutToGo),
        }
    }

    /// How many more copies may be on their way out at a time.
    pub(super) fn free(&self) -> usize {
        ROUNDS.saturating_sub(self.going.len())
    }

    /// A copy is on its way out; with it, what this node itself keeps for it. If others were told already that it goes,
    /// `was` is how it was held before.
    pub(super) fn leaves(
        &mut self,
        photo: PhotoId,
        relies_on: Option<PhotoId>,
        was: Option<Holding>,
    ) {
        self.going.insert(photo, Going { relies_on, was, acting: false });
    }

    /// How a copy on its way out was held before others were told that it goes.
    pub(super) fn was(&self, photo: PhotoId) -> Option<Holding> {
        self.going.get(&photo)?.was
    }

    /// The folder says how a photo is held that may be on its way out: while it is, it stays withdrawn.
    pub(super) fn as_withdrawn(&mut self, photo: PhotoId, holding: Holding) -> Holding {
        match self.going.get_mut(&photo).and_then(|going| going.was.as_mut()) {
            Some(was) => {
                *was = holding;
                holding.retired()
            }
            None => holding,
        }
    }

    /// The disk puts it away now.
    pub(super) fn acts(&mut self, photo: PhotoId) {
        if let Some(going) = self.going.get_mut(&photo) {
            going.acting = true;
        }
    }

    /// The disk has not put it away.
    pub(super) fn acts_no_longer(&mut self, photo: PhotoId) {
        if let Some(going) = self.going.get_mut(&photo) {
            going.acting = false;
        }
    }

    /// Whether the disk puts a photo away now.
    pub(super) fn is_acting(&self, photo: PhotoId) -> bool {
        self.going.get(&photo).is_some_and(|going| going.acting)
    }

    /// A copy is no longer on its way out: it stays, or is gone.
    pub(super) fn ends(&mut self, photo: PhotoId) {
        self.going.remove(&photo);
    }

    /// Whether a photo is on its way out.
    pub(super) fn is_going(&self, photo: PhotoId) -> bool {
        self.going.contains_key(&photo)
    }

    /// Whether this node has promised to keep a photo.
    pub(super) fn is_pinned(&self, photo: PhotoId) -> bool {
        self.pins.contains_key(&photo)
    }

    /// How many promises there are.
    pub(super) fn promises(&self) -> usize {
        self.pins.values().map(BTreeMap::len).sum()
    }

    /// Promises to keep a photo for the round of this nonce.
    pub(super) fn promise(&mut self, photo: PhotoId, nonce: Nonce, asker: NodeId, until: Time) {
        self.pins.entry(photo).or_default().insert(nonce, Pin { asker, until });
    }

    /// A promise begins anew when the proof is given; whether it still stood.
    pub(super) fn renew(&mut self, photo: PhotoId, nonce: Nonce, until: Time) -> bool {
        let pin = self.pins.get_mut(&photo).and_then(|pins| pins.get_mut(&nonce));
        pin.map(|pin| pin.until = until).is_some()
    }

    /// Its asker's round is over. Nobody else can end a promise.
    pub(super) fn release(&mut self, photo: PhotoId, nonce: Nonce, asker: NodeId) {
        self.retain_pins(|of, by, pin| (of, by, pin.asker) != (photo, nonce, asker));
    }

    /// No proof comes of a promise.
    pub(super) fn cancel(&mut self, photo: PhotoId, nonce: Nonce) {
        self.retain_pins(|of, by, _| (of, by) != (photo, nonce));
    }

    /// Time has passed: promises whose askers must have acted by now are over.
    pub(super) fn expire(&mut self, now: Time) {
        self.retain_pins(|_, _, pin| pin.until > now);
    }

    fn retain_pins(&mut self, stands: impl Fn(PhotoId, Nonce, &Pin) -> bool) {
        self.pins.retain(|photo, pins| {
            pins.retain(|nonce, pin| stands(*photo, *nonce, pin));
            !pins.is_empty()
        });
    }

    /// A copy is on its way back from the trash; whether it was not before.
    pub(super) fn returns(&mut self, photo: PhotoId) -> bool {
        self.restoring.insert(photo)
    }

    /// It is back, or will not come.
    pub(super) fn returned(&mut self, photo: PhotoId) {
        self.restoring.remove(&photo);
    }

    /// Whether a photo is on its way back from the trash.
    pub(super) fn is_returning(&self, photo: PhotoId) -> bool {
        self.restoring.contains(&photo)
    }
}

/// Second looks.
impl Custody {
    /// A worse version is to be compared with a better one, once that can be read here.
    pub(super) fn compare(&mut self, worse: PhotoId, better: PhotoId) {
        self.compared.insert(worse, Comparison { better, begun: false });
    }

    /// The disk begins to compare what waits for the bytes of a better version: which photos those are.
    pub(super) fn begin_comparing(&mut self, better: PhotoId) -> Vec<PhotoId> {
        let waits = |with: &Comparison| with.better == better && !with.begun;
        let mut waiting = Vec::new();
        for (photo, with) in self.compared.iter_mut().filter(|(_, with)| waits(with)) {
            with.begun = true;
            waiting.push(*photo);
        }
        waiting
    }

    /// The disk has compared two, or could not; whether it was to.
    pub(super) fn end_comparing(&mut self, worse: PhotoId, better: PhotoId) -> bool {
        let is_it = self.compared.get(&worse) == Some(&Comparison { better, begun: true });
        is_it && self.compared.remove(&worse).is_some()
    }

    /// A worse version is not compared after all.
    pub(super) fn leave_uncompared(&mut self, worse: PhotoId) {
        self.compared.remove(&worse);
    }

    /// The better version does not come: what was to be compared with it is not.
    pub(super) fn leave_all_uncompared(&mut self, better: PhotoId) -> Vec<PhotoId> {
        let waits = |with: &Comparison| with.better == better && !with.begun;
        let left: Vec<PhotoId> =
            self.compared.iter().filter(|(_, with)| waits(with)).map(|(id, _)| *id).collect();
        self.compared.retain(|_, with| !waits(with));
        left
    }

    /// How many photos are being compared.
    pub(super) fn comparisons(&self) -> usize {
        self.compared.len()
    }

    /// Whether a photo is being compared with a better version.
    pub(super) fn is_compared(&self, worse: PhotoId) -> bool {
        self.compared.contains_key(&worse)
    }

    /// Whether some photo is being compared with this better version.
    pub(super) fn is_compared_with(&self, better: PhotoId) -> bool {
        self.compared.values().any(|with| with.better == better)
    }
}

/// Whether a node gives up its own plan to let a photo go, for another one's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GiveWay {
    Yes,
    No,
}

/// A promise that cannot be given: this node is about to give up the photo itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AboutToGo;

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Obstacle::Stopping => write!(f, "this daemon is stopping"),
            Obstacle::Alone => {
                write!(f, "no other node is here: alone in the world, nothing is deleted")
            }
            Obstacle::Untold => write!(f, "not all nodes have told what they have"),
            Obstacle::JustStarted(left) => write!(
                f,
                "this daemon has just started, and may have promised others to keep its copies: try again in {left} s"
            ),
            Obstacle::Going => write!(f, "it is on its way out already"),
            Obstacle::Returning => write!(f, "it is on its way back from the trash"),
            Obstacle::Promised => write!(f, "another node relies on this copy at the moment"),
            Obstacle::ReliedOn => write!(
                f,
                "this copy is the better one for a worse version that is compared with it, or going"
            ),
            Obstacle::KeeperGoing => write!(f, "the better version is on its way out itself"),
            Obstacle::Unsettled => write!(f, "it is not certain yet what the collection shows"),
            Obstacle::TooFew => write!(f, "too few other nodes have it"),
            Obstacle::Busy => write!(f, "too much is being moved at the moment"),
        }
    }
}

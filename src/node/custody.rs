//! Custody: this node's own copies on their way out or back, and the one gate through which any of them leaves.
//!
//! # The question
//!
//! A photo is safe while enough nodes have it. Trimming a surplus copy, retiring a worse version, removing a photo for
//! its owner and emptying the trash all take a copy from a folder, each for its own reason. Whether it may go is one
//! question, asked only here: [`Custody::may_leave`]. The answer is a list of obstacles in a fixed order, and people
//! are told the first one that stands.
//!
//! # The state behind the answer
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
//! A *pin* is a promise to another node that is about to give up a copy because this one exists: a lease, in the terms
//! of Gray and Cheriton (1989). The release ends it early; its time bounds it when the asker dies.
//!
//! # Why no photo is lost when several drop at once
//!
//! A node that gives up a copy first begins its round, from then on counts the copy as going, and then asks: it needs
//! proofs from `copies` other nodes, made for a nonce that nobody could foresee. A node whose own copy is going proves it
//! to nobody, unless the asker is the higher node and the disk has not begun: then it gives way and keeps the copy. Now
//! take the round that began last, of all that ever took a copy away. The nodes that gave it proofs had not begun such a
//! round before, or they would have refused; and they have not begun one since, or that would be the last. So they still
//! have the photo, and there are `copies` of them. (One that hands over all that it has, and so leaves for good, may have given a proof before
//! that. It leaves only when others have the photo whose copies it counts; and an asker's copy is withdrawn before it asks.)
//!
//! Pins are a second net, in case a node gives way too late: a node that has proven a copy does not begin to give it up
//! until the asker has acted. A crash loses the pins, so a node that has just started gives up nothing until every
//! promise it may have given is over. The first net holds without the second, but not the second without the first:
//! `tests/every_order.rs` tries every order of events of two, three and four nodes.
//!
//! # What is left out
//!
//! The table knows the holders of a photo, and the rounds ([`super::drops`]) collect the proofs. What matters of both
//! is handed in as a [`Standing`].

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::Time;
use super::limits::ROUNDS;
use crate::photo::{Nonce, PhotoId};
use crate::protocol::{Holding, NodeId};

/// This node's copies that are on their way out or back, and its promises to other nodes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Custody {
    going: BTreeMap<PhotoId, Going>,
    /// The promises to keep a photo: for which round of which node, and until when.
    pins: BTreeMap<PhotoId, BTreeMap<(Nonce, NodeId), Time>>,
    /// How many promises were given to each node and stand.
    given: BTreeMap<NodeId, usize>,
    /// Worse versions that are being compared, by their id.
    compared: BTreeMap<PhotoId, Comparison>,
    /// Photos on their way back from the trash.
    restoring: BTreeSet<PhotoId>,
}

/// A copy on its way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Going {
    /// The better version that stays, if the round relies on this node's own copy of it.
    relies_on: Option<PhotoId>,
    /// How it was held before it was withdrawn, if it was.
    was: Option<Holding>,
    /// The disk has begun: too late to give way.
    acting: bool,
}

/// Two versions of a picture that are being compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Comparison {
    better: PhotoId,
    /// The disk has begun. Before that, the better version is on its way.
    begun: bool,
}

/// Everything beyond custody itself that decides whether a copy may leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    /// The reason why this node may give up nothing at all, if there is one.
    pub(super) unfit: Option<Obstacle>,
    /// Whether the decision rests on settled ground: see [`super::departure`] for what must be settled for each reason.
    pub(super) settled: bool,
    /// How many others can prove it, each person counted once, and how many must.
    pub(super) others: usize,
    pub(super) needed: usize,
    /// Its owner wants their own file in the trash. No promise to others stops them: there it can still be had, and else
    /// anybody could keep them from it by asking for proofs.
    pub(super) by_owner: bool,
}

/// Why a copy stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Obstacle {
    /// This daemon is stopping.
    Stopping,
    /// It hands over all that it has, and gives up nothing by itself.
    HandingOver,
    /// No other node is here that stays: a node that is alone gives up nothing.
    Alone,
    /// Not all nodes have told all their photos.
    Untold,
    /// This node started less than the pin time ago, and may have given promises before. The number is the seconds
    /// left.
    JustStarted(u64),
    /// It is on its way out already.
    Going,
    /// It is on its way back from the trash.
    Returning,
    /// Another node relies on this copy.
    Promised,
    /// This node relies on this copy itself: a worse version goes for it, or is being compared with it.
    ReliedOn,
    /// The better version for which it would go is on its way out itself.
    KeeperGoing,
    /// The photo's part in the collection, or its owners, are not certain yet.
    Unsettled,
    /// Fewer other nodes have it than must prove it.
    TooFew,
    /// The limit of copies on their way out at a time is reached.
    Busy,
}

impl Custody {
    /// Whether a copy of `photo` may leave this folder, given that others must prove that they have `proven`: the same
    /// photo, or the better version for which it goes. This is the only gate.
    pub(super) fn may_leave(
        &self,
        photo: PhotoId,
        proven: PhotoId,
        standing: &Standing,
    ) -> Result<(), Obstacle> {
        self.obstacles(photo, proven, standing).next().map_or(Ok(()), Err)
    }

    /// Every obstacle, the most lasting first.
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
            (self.is_pinned(photo) && !standing.by_owner, Obstacle::Promised),
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

    /// Whether this node may promise another one to keep its copy of a photo, and whether it must abandon its own round
    /// for that. Of two nodes that want to give up the same photo at once, the higher one does.
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

    /// A copy is on its way out. `relies_on` is the better version that this node keeps for it; `was` is how the copy
    /// was held, if others were told already that it goes.
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

    /// The folder reports how a photo is held: while its copy is on its way out, it stays withdrawn.
    pub(super) fn as_withdrawn(&mut self, photo: PhotoId, holding: Holding) -> Holding {
        match self.going.get_mut(&photo).and_then(|going| going.was.as_mut()) {
            Some(was) => {
                *was = holding;
                holding.retired()
            }
            None => holding,
        }
    }

    /// The disk moves it now.
    pub(super) fn acts(&mut self, photo: PhotoId) {
        if let Some(going) = self.going.get_mut(&photo) {
            going.acting = true;
        }
    }

    /// The disk has not moved it.
    pub(super) fn acts_no_longer(&mut self, photo: PhotoId) {
        if let Some(going) = self.going.get_mut(&photo) {
            going.acting = false;
        }
    }

    /// Whether the disk is moving a photo now.
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

    /// How many promises each node has been given.
    pub(super) fn promises(&self) -> &BTreeMap<NodeId, usize> {
        &self.given
    }

    /// Promises to keep a photo for the round of this nonce.
    pub(super) fn promise(&mut self, photo: PhotoId, nonce: Nonce, asker: NodeId, until: Time) {
        let pins = self.pins.entry(photo).or_default();
        if pins.insert((nonce, asker), until).is_none() {
            *self.given.entry(asker).or_default() += 1;
        }
    }

    /// Restarts a promise's time when the proof is given; returns whether it still stood.
    pub(super) fn renew(&mut self, photo: PhotoId, by: (Nonce, NodeId), until: Time) -> bool {
        let pin = self.pins.get_mut(&photo).and_then(|pins| pins.get_mut(&by));
        pin.map(|pin| *pin = until).is_some()
    }

    /// The asker's round is over, or its proof could not be made. Only the asker can end a promise.
    pub(super) fn release(&mut self, photo: PhotoId, nonce: Nonce, asker: NodeId) {
        self.retain_pins(|of, by, _| (of, by) != (photo, (nonce, asker)));
    }

    /// Time has passed: promises end when their askers must have acted by now.
    pub(super) fn expire(&mut self, now: Time) {
        self.retain_pins(|_, _, until| until > now);
    }

    fn retain_pins(&mut self, stands: impl Fn(PhotoId, (Nonce, NodeId), Time) -> bool) {
        let given = &mut self.given;
        self.pins.retain(|photo, pins| {
            pins.retain(|by, until| {
                let stands = stands(*photo, *by, *until);
                if !stands {
                    given.entry(by.1).and_modify(|promises| *promises -= 1);
                }
                stands
            });
            !pins.is_empty()
        });
        given.retain(|_, promises| *promises > 0);
    }

    /// A copy is on its way back from the trash; returns whether that is new.
    pub(super) fn returns(&mut self, photo: PhotoId) -> bool {
        self.restoring.insert(photo)
    }

    /// It is back, or could not be restored.
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
    /// A worse version will be compared with a better one, once the better one can be read here.
    pub(super) fn compare(&mut self, worse: PhotoId, better: PhotoId) {
        self.compared.insert(worse, Comparison { better, begun: false });
    }

    /// The disk begins the comparisons that wait for the bytes of a better version; returns the worse photos.
    pub(super) fn begin_comparing(&mut self, better: PhotoId) -> Vec<PhotoId> {
        let waits = |with: &Comparison| with.better == better && !with.begun;
        let mut waiting = Vec::new();
        for (photo, with) in self.compared.iter_mut().filter(|(_, with)| waits(with)) {
            with.begun = true;
            waiting.push(*photo);
        }
        waiting
    }

    /// The disk has compared two photos, or could not; returns whether that was expected.
    pub(super) fn end_comparing(&mut self, worse: PhotoId, better: PhotoId) -> bool {
        let is_it = self.compared.get(&worse) == Some(&Comparison { better, begun: true });
        is_it && self.compared.remove(&worse).is_some()
    }

    /// A comparison is cancelled.
    pub(super) fn leave_uncompared(&mut self, worse: PhotoId) {
        self.compared.remove(&worse);
    }

    /// The better version does not come: the comparisons that wait for it are cancelled. Returns their photos.
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

/// Whether a node abandons its own round for another node's.
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
            Obstacle::HandingOver => write!(f, "this daemon drains: it gives up nothing by itself"),
            Obstacle::Alone => {
                write!(f, "no other node is here to stay: alone in the world, nothing is deleted")
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

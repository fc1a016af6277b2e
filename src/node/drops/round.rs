//! A round of challenges: what it is about, and how far it is.

use std::collections::BTreeMap;

use crate::node::Time;
use crate::photo::{PhotoId, Proof};
use crate::protocol::{Holding, NodeId};

/// What a round is to end in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::node) enum Aim {
    /// A surplus copy goes to the surplus trash; `was` is how it was held before it was withdrawn.
    Trim { was: Holding },
    /// A worse version goes to the trash.
    Retire,
    /// A copy of a photo that its owner has removed goes to the trash.
    Remove { by: NodeId },
    /// A photo in the trash is deleted.
    Purge,
}

/// What has come of a challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::node) enum Reply {
    /// Nothing yet.
    Awaited,
    /// A proof, right or wrong.
    Given(Proof),
    /// A refusal, or the node is gone.
    Refused,
}

/// One round of challenges.
#[derive(Debug)]
pub(in crate::node) struct Round {
    pub(super) aim: Aim,
    /// What is to go.
    pub(in crate::node) goes: PhotoId,
    /// What the others must prove to hold: the same photo, or its keeper.
    pub(in crate::node) proven: PhotoId,
    /// Whether the keeper's bytes were pulled for this round.
    pub(super) pulled: bool,
    /// Who was asked, and the replies so far.
    pub(in crate::node) asked: BTreeMap<NodeId, Reply>,
    /// The right answers, once computed.
    pub(in crate::node) expected: Option<BTreeMap<NodeId, Proof>>,
    /// How many right answers it takes.
    pub(in crate::node) need: usize,
    /// When this round must be over: half of the shortest time that the promises to it hold, from when it asked.
    pub(in crate::node) until: Time,
}

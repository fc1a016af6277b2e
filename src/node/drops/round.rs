//! A round of challenges: what it is about, and how far it is.

use std::collections::BTreeMap;

use crate::node::Time;
use crate::node::departure::Terms;
use crate::photo::{PhotoId, Proof, Relation};
use crate::protocol::Departure;
use crate::protocol::NodeId;

/// What has come of a challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    /// Nothing yet.
    Awaited,
    /// A proof, right or wrong.
    Given(Proof),
    /// A refusal, or the node is gone.
    Refused,
}

/// What the answers of a round come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Nothing yet.
    Open,
    /// Enough have proven it: the copy goes, for this reason.
    Goes(Departure),
    /// It stays, and why.
    Stays(&'static str),
}

/// One round of challenges.
#[derive(Debug)]
pub(super) struct Round {
    pub(super) why: Departure,
    /// What is to go.
    pub(super) goes: PhotoId,
    /// What must be proven, and by how many: the same photo, or its keeper.
    pub(super) terms: Terms,
    /// Whether the keeper's bytes were pulled for this round.
    pub(super) pulled: bool,
    /// Who was asked, and the replies so far.
    pub(super) asked: BTreeMap<NodeId, Reply>,
    /// The right answers, once computed.
    pub(super) expected: Option<BTreeMap<NodeId, Proof>>,
    /// When this round must be over: half of the shortest time that the promises to it hold, from when it asked.
    pub(super) until: Time,
}

impl Round {
    /// Decides the round as soon as the answers do. `has_it` says of a node whether it still has what it has proven, and
    /// `relation` how what goes stands to it.
    pub(super) fn decide(
        &self,
        now: Time,
        relation: Option<Relation>,
        has_it: impl Fn(NodeId) -> bool,
    ) -> Outcome {
        let Some(expected) = &self.expected else {
            return Outcome::Open;
        };
        // A copy may have been lost since it was proven.
        let right = |node: NodeId, reply: Reply| {
            expected.get(&node).is_some_and(|proof| reply == Reply::Given(*proof)) && has_it(node)
        };
        let proven = self.asked.iter().filter(|(node, reply)| right(**node, **reply)).count();
        let open = self.asked.values().filter(|reply| **reply == Reply::Awaited).count();
        if proven + open < self.terms.needed {
            return Outcome::Stays("too few other nodes have proven that they hold it");
        }
        if proven < self.terms.needed {
            return Outcome::Open;
        }
        if self.until <= now {
            return Outcome::Stays("the proofs came too late");
        }
        let is_itself = self.goes == self.terms.proven;
        match (self.why, relation) {
            (Departure::Replaced { by, .. }, Some(relation)) => {
                Outcome::Goes(Departure::Replaced { by, relation })
            }
            (Departure::Surplus | Departure::Removed { .. }, _) => Outcome::Goes(self.why),
            // Only what is all there in its keeper is ever deleted for it.
            (Departure::Expired, relation) if is_itself || relation == Some(Relation::Same) => {
                Outcome::Goes(self.why)
            }
            (Departure::Replaced { .. } | Departure::Expired, _) => {
                Outcome::Stays("it is no version of what it was to go for")
            }
        }
    }
}

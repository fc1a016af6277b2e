//! A round of challenges: its terms, its replies, and its decision.

use std::collections::{BTreeMap, BTreeSet};

use crate::node::Time;
use crate::node::departure::Terms;
use crate::photo::{PhotoId, Proof, Relation};
use crate::protocol::{Departure, NodeId};

/// The reply to a challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    /// Nothing yet.
    Awaited,
    /// A proof, right or wrong.
    Given(Proof),
    /// A refusal, or the node went away.
    Refused,
}

/// The result of a round, by the replies so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Nothing yet.
    Open,
    /// Enough nodes have proven it: the copy goes, for this reason.
    Goes(Departure),
    /// The copy stays, for this reason.
    Stays(&'static str),
}

/// One round of challenges.
#[derive(Debug)]
pub(super) struct Round {
    pub(super) why: Departure,
    /// The photo whose copy is to go.
    pub(super) goes: PhotoId,
    /// What must be proven (the same photo, or its keeper), and by how many nodes.
    pub(super) terms: Terms,
    /// Whether the keeper's bytes were pulled for this round.
    pub(super) pulled: bool,
    /// The nodes that were asked, and their replies so far.
    pub(super) asked: BTreeMap<NodeId, Reply>,
    /// The right proofs, once computed.
    pub(super) expected: Option<BTreeMap<NodeId, Proof>>,
    /// When this round must be over: half of the shortest pin time of all its nodes after it asked.
    pub(super) until: Time,
}

impl Round {
    /// Decides the round as soon as the replies allow it. `has_it` says whether a node still has what it has proven,
    /// `voice` as whom it speaks, and `relation` how the photo that goes relates to what is proven.
    pub(super) fn decide<V: Ord>(
        &self,
        now: Time,
        relation: Option<Relation>,
        has_it: impl Fn(NodeId) -> bool,
        voice: impl Fn(NodeId) -> V,
    ) -> Outcome {
        let Some(expected) = &self.expected else {
            return Outcome::Open;
        };
        // A copy may have been lost since it was proven.
        let right = |node: NodeId, reply: Reply| {
            expected.get(&node).is_some_and(|proof| reply == Reply::Given(*proof)) && has_it(node)
        };
        let given = self.asked.iter().filter(|(node, reply)| right(**node, **reply));
        let proven: BTreeSet<V> = given.map(|(node, _)| voice(*node)).collect();
        let awaited = self.asked.iter().filter(|(_, reply)| **reply == Reply::Awaited);
        let open: BTreeSet<V> = awaited.map(|(node, _)| voice(*node)).collect();
        if proven.union(&open).count() < self.terms.needed {
            return Outcome::Stays("too few others have proven that they hold it");
        }
        if proven.len() < self.terms.needed {
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
            // A photo is deleted for its keeper only if the keeper shows all of it.
            (Departure::Expired, relation) if is_itself || relation == Some(Relation::Same) => {
                Outcome::Goes(self.why)
            }
            (Departure::Replaced { .. } | Departure::Expired, _) => {
                Outcome::Stays("it is not a version of the photo that others have proven")
            }
        }
    }
}

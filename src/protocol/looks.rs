//! What a node has found by comparing its own copy of a photo with others, pixel by pixel.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::bounds;
use crate::photo::{PhotoId, Relation, SECOND_LOOK};

/// What the second looks at one node's copy of a photo have found: a part of its [`Record`](super::Record), and of what
/// its folder remembers.
///
/// Facts about bytes: they stay true whatever becomes of the collection, until a later rule finds otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Looks {
    /// A better version of the picture for which the node would give this one up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yields_to: Option<PhotoId>,
    /// How this one stands to that. Where nobody says so, it counts as [`Relation::Variant`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relation: Option<Relation>,
    /// Photos that look like this one, of which the node has found that they are others: [`Looks::MAX`] at most, but a
    /// later program may tell twice as many.
    #[serde(
        default,
        skip_serializing_if = "BTreeSet::is_empty",
        deserialize_with = "bounds::list::<_, _, { 2 * Looks::MAX }>"
    )]
    pub differs: BTreeSet<PhotoId>,
    /// The version of the rule by which that was found, see [`SECOND_LOOK`]; 0 of an earlier program's.
    #[serde(default, skip_serializing_if = "crate::photo::is_zero")]
    pub looked_by: u16,
}

impl Looks {
    /// The most photos that are remembered as others. A page of print in the midst of hundreds of its like has so many
    /// neighbours; past the bound it gives way to none of them.
    pub const MAX: usize = 16;

    /// What an earlier program has accepted.
    pub fn accepted_earlier(better: PhotoId, relation: Option<Relation>) -> Looks {
        Looks { yields_to: Some(better), relation, ..Looks::default() }
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.yields_to.is_none() && self.differs.is_empty()
    }

    /// Whether this is by the present rule.
    pub fn is_current(&self) -> bool {
        self.looked_by == SECOND_LOOK
    }

    /// How the photo stands to a better one for which its node would give it up.
    pub fn accepts(&self, better: PhotoId) -> Option<Relation> {
        let accepted = self.yields_to == Some(better);
        accepted.then(|| self.relation.unwrap_or(Relation::Variant))
    }

    /// The same within the bounds: of too many that differ the smallest remain, so that all nodes take the same.
    pub fn bounded(mut self) -> Looks {
        while self.differs.len() > Looks::MAX {
            self.differs.pop_last();
        }
        self
    }

    /// What remains of it for a program that goes by the present rule: what was accepted stays accepted until it is
    /// looked at anew, what was refused may be looked at again.
    pub fn remembered(self) -> Looks {
        match self.is_current() {
            true => self.bounded(),
            false => Looks { differs: BTreeSet::new(), ..self },
        }
    }

    /// How the photo stands to a better one, if the present rule has accepted that.
    pub fn accepted(&self, better: PhotoId) -> Option<Relation> {
        self.accepts(better).filter(|_| self.is_current())
    }

    /// Whether no other photo can be remembered as different.
    pub fn is_full(&self) -> bool {
        self.differs.len() >= Looks::MAX
    }

    /// Notes what the present rule has found between the photo and another one. What an earlier rule has found ends
    /// here.
    pub fn note(&mut self, other: PhotoId, found: Relation) {
        if !self.is_current() {
            *self = Looks { looked_by: SECOND_LOOK, ..Looks::default() };
        }
        if found != Relation::Different {
            self.yields_to = Some(other);
            self.relation = Some(found);
            self.differs.remove(&other);
            return;
        }
        if self.yields_to == Some(other) {
            self.yields_to = None;
            self.relation = None;
        }
        if !self.is_full() {
            self.differs.insert(other);
        }
    }
}

//! When a better version takes a photo's place: not on the word of who announces it.
//!
//! The [verdict](super::verdict) is a function of what all nodes say, and a node may say that it has a better version of
//! everything. So a worse version is shown, found and kept at its copies like any other photo until each of its live
//! holders has *yielded*: it says in its record that it has itself [compared](crate::node::drops::looking) the better version with its
//! own copy. What a node moves to its trash it has yielded before, and of what lies in trashes only, one who has it there
//! must have. Moving files may take its time; the list need not wait for it.

use std::collections::BTreeMap;

use super::Table;
use super::claims::Claim;
use super::entry::Entry;
use super::verdict::Verdict;
use crate::photo::{PhotoId, Relation};
use crate::protocol::NodeId;

impl Table {
    /// Whether the collection shows a photo.
    pub(in crate::node) fn is_shown(&self, entry: &Entry) -> bool {
        match entry.verdict {
            Verdict::Keeper => true,
            Verdict::Loser(keeper) => !entry.has_yielded(keeper),
            Verdict::Absent | Verdict::Removed => false,
        }
    }

    /// The better version that is shown in place of this one, if it is not shown itself.
    pub(in crate::node) fn shown_instead(&self, entry: &Entry) -> Option<&Entry> {
        match entry.verdict {
            Verdict::Loser(keeper) if !self.is_shown(entry) => self.get(keeper),
            Verdict::Loser(_) | Verdict::Keeper | Verdict::Absent | Verdict::Removed => None,
        }
    }

    /// Whether a worse version is a variant of its keeper: by what this node has found, if it has it; else by the words of
    /// those who have.
    pub(in crate::node) fn is_variant(&self, entry: &Entry) -> bool {
        let Verdict::Loser(keeper) = entry.verdict else {
            return false;
        };
        if let Some(found) = self.found(entry.photo.id, keeper) {
            return found == Relation::Variant;
        }
        let mut looks = entry.looks();
        looks.any(|looks| {
            looks.yields_to == Some(keeper) && looks.relation == Some(Relation::Variant)
        })
    }

    /// Whether copies of a photo in trashes count like any others: it is a variant that is not shown.
    pub(in crate::node) fn may_lie_in_trashes(&self, entry: &Entry) -> bool {
        self.is_variant(entry) && !self.is_shown(entry)
    }

    /// How many nodes have a photo now, and how many had it when they were last seen: on disk, or in any way if it is a
    /// variant that is not shown.
    pub(in crate::node) fn copies_there(&self, entry: &Entry) -> (usize, usize) {
        match self.may_lie_in_trashes(entry) {
            true => (entry.anywhere().count(), entry.claims.iter().count()),
            false => (entry.live().count(), entry.counted().count()),
        }
    }

    /// Whether a node has a copy of a photo that counts: stored, or, as copies of a variant may lie in trashes, in any way.
    pub(in crate::node) fn counts_at(&self, entry: &Entry, node: NodeId) -> bool {
        let held = entry.holding(node);
        held.is_some_and(|holding| holding.is_stored() || self.is_variant(entry))
    }

    /// How a worse version stands to its keeper, for people: by what this node has found, or by what others have.
    pub(in crate::node) fn relation_to(&self, entry: &Entry, keeper: PhotoId) -> Relation {
        let told = entry.looks().filter_map(|looks| looks.accepts(keeper));
        let found = self.found(entry.photo.id, keeper);
        found.or(told.min()).unwrap_or(Relation::Variant)
    }

    /// The photos that look like one of the collection, of which somebody who has one of them has found that they differ,
    /// and whether this node has.
    pub(in crate::node) fn refused(&self, entry: &Entry) -> BTreeMap<PhotoId, bool> {
        let id = entry.photo.id;
        let mut refused = BTreeMap::new();
        let mut note = |one: &Entry, other: PhotoId, named: PhotoId| {
            let looks =
                |claim: &'_ Claim| claim.looks().is_some_and(|l| l.differs.contains(&other));
            for (node, _) in one.claims.iter().filter(|(_, claim)| looks(claim)) {
                *refused.entry(named).or_default() |= node == self.me;
            }
        };
        let told = entry.claims.values().filter_map(Claim::looks);
        for other in told.flat_map(|looks| &looks.differs) {
            note(entry, *other, *other);
        }
        let alike = entry.photo.fingerprint.as_ref();
        let alike = alike.map(|fingerprint| self.index.similar(fingerprint));
        for other in alike.into_iter().flatten() {
            if let Some(one) = self.get(other) {
                note(one, id, other);
            }
        }
        refused.retain(|other, _| self.entries.contains_key(other));
        refused
    }
}

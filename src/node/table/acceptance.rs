//! When a better version takes a photo's place: not on the word of the node that announces it.
//!
//! The [verdict](super::verdict) is a function of what all nodes claim, and a node can claim a better version of
//! everything. So a worse version is shown, found and copied like any other photo until each of its live holders has
//! *accepted* the better one: its record says that it has itself [compared](crate::node::drops) the better version with
//! its own copy. A node accepts before it moves its copy to the trash; and if a photo lies only in trashes, one node
//! that has it there must have accepted. Example: A and B have a small `cat`, C a large one. While only A has accepted,
//! all nodes list both. Once B accepts too, they list the large one alone, even before A and B move their files.

use std::collections::BTreeMap;

use super::Table;
use super::claims::Claim;
use super::entry::Entry;
use super::spread::Spread;
use super::verdict::Verdict;
use crate::photo::{PhotoId, Relation};
use crate::protocol::NodeId;

impl Table {
    /// Whether the collection shows a photo.
    pub(in crate::node) fn is_shown(&self, entry: &Entry) -> bool {
        match entry.verdict {
            Verdict::Keeper => true,
            Verdict::Loser(keeper) => !entry.all_accept(keeper),
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

    /// Whether a worse version is a variant of its keeper: by this node's own finding, if it has the photo; else by the
    /// holders' findings.
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

    /// How widely a photo is spread now, and how widely it was by what is last known: on disk, or in any way if it is a
    /// variant that is not shown.
    pub(in crate::node) fn copies_there(&self, entry: &Entry) -> (Spread, Spread) {
        let last_known = entry.kept().map(|(node, _)| node);
        match self.may_lie_in_trashes(entry) {
            true => (self.spread(entry.kept_here()), self.spread(last_known)),
            false => (self.spread(entry.live()), self.spread(entry.counted())),
        }
    }

    /// Whether a node has a copy of a photo that counts: stored or, if it is a variant, held in any way.
    pub(in crate::node) fn counts_at(&self, entry: &Entry, node: NodeId) -> bool {
        let claim = entry.claims.get(node).filter(|claim| claim.current && !claim.draining);
        claim.is_some_and(|claim| claim.holding.is_stored() || self.is_variant(entry))
    }

    /// How a worse version relates to its keeper, for people: by this node's own finding, or by those of others.
    pub(in crate::node) fn relation_to(&self, entry: &Entry, keeper: PhotoId) -> Relation {
        let told = entry.looks().filter_map(|looks| looks.accepts(keeper));
        let found = self.found(entry.photo.id, keeper);
        found.or(told.min()).unwrap_or(Relation::Variant)
    }

    /// The photos that look like this one of the collection, but that a holder of either has compared and found
    /// different; and whether this node has.
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

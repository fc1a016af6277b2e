//! One line of the image table, and what one node has of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::claims::{Claim, Claims};
use super::sums::Part;
use super::verdict::Verdict;
use crate::node::Time;
use crate::photo::{Photo, PhotoId};
use crate::protocol::{Facts, Holding, Looks, NodeId};

/// All that is known about one photo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::node) struct Entry {
    /// What its bytes say.
    pub(in crate::node) photo: Arc<Photo>,
    /// Whether this node knows so from the bytes themselves; else by another node's account.
    pub(in crate::node) verified: bool,
    /// What people and files say, see [`super::facts`].
    pub(in crate::node) facts: Arc<Facts>,
    /// Who holds it.
    pub(in crate::node) claims: Claims,
    /// Photos that are versions of the same picture for all that is known, see [`super::edges`].
    pub(in crate::node) similar: BTreeSet<PhotoId>,
    /// Its part in the collection.
    pub(in crate::node) verdict: Verdict,
    /// When its holders or its verdict last changed.
    pub(in crate::node) changed_at: Time,
    /// What it was last counted as.
    pub(super) part: Part,
}

impl Entry {
    /// The nodes that have it on disk now.
    pub(in crate::node) fn live(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.claims
            .iter()
            .filter(|(_, claim)| claim.current && claim.holding.is_stored())
            .map(|(node, _)| node)
    }

    /// The nodes that have it on disk now, or had it when they were last seen.
    pub(in crate::node) fn counted(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.claims.iter().filter(|(_, claim)| claim.holding.is_stored()).map(|(node, _)| node)
    }

    /// The nodes that have it in their trash now.
    pub(in crate::node) fn retired(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.claims
            .iter()
            .filter(|(_, claim)| claim.current && !claim.holding.is_stored())
            .map(|(node, _)| node)
    }

    /// How a node holds it now.
    pub(in crate::node) fn holding(&self, node: NodeId) -> Option<Holding> {
        self.claims.get(node).filter(|claim| claim.current).map(|claim| claim.holding)
    }

    /// Whether a node has it on disk now.
    pub(in crate::node) fn is_stored_by(&self, node: NodeId) -> bool {
        self.holding(node).is_some_and(Holding::is_stored)
    }

    /// The nodes that have it in any way now.
    pub(in crate::node) fn anywhere(&self) -> impl Iterator<Item = NodeId> + '_ {
        let here = self.claims.iter().filter(|(_, claim)| claim.current);
        here.map(|(node, _)| node)
    }

    /// What those have found about it who have it now.
    pub(in crate::node) fn looks(&self) -> impl Iterator<Item = &Looks> {
        let here = self.claims.values().filter(|claim| claim.current);
        here.filter_map(Claim::looks)
    }

    /// Whether every node that has it on disk now would give it up for a better version; or, if it lies in trashes only,
    /// whether one of those who have it there would.
    pub(super) fn has_yielded(&self, better: PhotoId) -> bool {
        let yields =
            |claim: &Claim| claim.looks().and_then(|looks| looks.yields_to) == Some(better);
        let here = || self.claims.values().filter(|claim| claim.current);
        match self.live().next() {
            Some(_) => here().filter(|c| c.holding.is_stored()).all(yields),
            None => here().any(yields),
        }
    }

    /// How those have it who have it in any way now.
    pub(in crate::node) fn held(&self) -> Vec<(NodeId, Holding)> {
        let here = self.claims.iter().filter(|(_, claim)| claim.current);
        here.map(|(node, claim)| (node, claim.holding)).collect()
    }

    /// Whether anybody who is here has its bytes.
    pub(in crate::node) fn is_present(&self) -> bool {
        self.claims.values().any(|claim| claim.current)
    }
}

/// What one node has.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    /// Every photo it has a claim on.
    pub(in crate::node) photos: BTreeSet<PhotoId>,
    /// What of it counts.
    pub(in crate::node) load: Load,
}

/// The part of a node's photos that are keepers of the collection, and on its disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::node) struct Load {
    /// How many.
    pub(in crate::node) photos: u64,
    /// Their bytes.
    pub(in crate::node) bytes: u64,
    /// How many of them are originals.
    pub(in crate::node) originals: u64,
}

/// Adds an entry's part to the loads of its holders, or takes it away.
pub(super) fn weigh(
    entry: &Entry,
    shelves: &mut BTreeMap<NodeId, Shelf>,
    apply: impl Fn(&mut u64, u64),
) {
    if entry.verdict != Verdict::Keeper {
        return;
    }
    for node in entry.live() {
        let load = &mut shelves.entry(node).or_default().load;
        apply(&mut load.photos, 1);
        apply(&mut load.bytes, entry.photo.bytes);
        apply(&mut load.originals, u64::from(entry.holding(node) == Some(Holding::Original)));
    }
}

/// Whether a person has said that two photos are different pictures.
pub(in crate::node) fn are_distinct(a: &Entry, b: &Entry) -> bool {
    a.facts.distinct.contains(&b.photo.id) || b.facts.distinct.contains(&a.photo.id)
}

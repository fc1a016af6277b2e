//! One line of the image table, and the part of the table that one node holds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::claims::{Claim, Claims};
use super::spread::Spread;
use super::verdict::Verdict;
use crate::node::Time;
use crate::photo::{Photo, PhotoId};
use crate::protocol::{Facts, Holding, Looks, NodeId};

/// Everything known about one photo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::node) struct Entry {
    /// What was found in its bytes.
    pub(in crate::node) photo: Arc<Photo>,
    /// Whether this node found it in the bytes itself; else another node reported it.
    pub(in crate::node) verified: bool,
    /// Names, owners and the rest that people and files add, see [`super::facts`].
    pub(in crate::node) facts: Arc<Facts>,
    /// Its holders' claims.
    pub(in crate::node) claims: Claims,
    /// Other versions of the same picture, as far as is known, see [`super::edges`].
    pub(in crate::node) similar: BTreeSet<PhotoId>,
    /// Its part in the collection.
    pub(in crate::node) verdict: Verdict,
    /// When its holders or its verdict last changed.
    pub(in crate::node) changed_at: Time,
    /// How the sums last counted it.
    pub(super) part: Part,
}

impl Entry {
    /// The nodes that have it on disk now, those included that hand over what they have.
    pub(in crate::node) fn on_disk(&self) -> impl Iterator<Item = NodeId> + '_ {
        let here = self.claims.iter().filter(|(_, claim)| claim.current);
        here.filter(|(_, claim)| claim.holding.is_stored()).map(|(node, _)| node)
    }

    /// The nodes that have it on disk now and keep it: the copies that count.
    pub(in crate::node) fn live(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.kept_here().filter(|node| self.is_stored_by(*node))
    }

    /// Those of them whose owners have it as their own.
    pub(in crate::node) fn originals(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.live().filter(|node| self.holding(*node) == Some(Holding::Original))
    }

    /// The nodes that keep it on disk now, or did when they were last seen.
    pub(in crate::node) fn counted(&self) -> impl Iterator<Item = NodeId> + '_ {
        let kept = self.kept().filter(|(_, claim)| claim.holding.is_stored());
        kept.map(|(node, _)| node)
    }

    /// The claims of all nodes that do not hand over what they have.
    pub(in crate::node) fn kept(&self) -> impl Iterator<Item = (NodeId, &Claim)> {
        self.claims.iter().filter(|(_, claim)| !claim.draining)
    }

    /// The nodes that have it in any way now, and do not hand it over.
    pub(in crate::node) fn kept_here(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.kept().filter(|(_, claim)| claim.current).map(|(node, _)| node)
    }

    /// Whether any node has it on disk, or had it when it was last seen.
    pub(in crate::node) fn is_stored(&self) -> bool {
        self.claims.values().any(|claim| claim.holding.is_stored())
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

    /// The findings of all nodes that have it now.
    pub(in crate::node) fn looks(&self) -> impl Iterator<Item = &Looks> {
        let here = self.claims.values().filter(|claim| claim.current);
        here.filter_map(Claim::looks)
    }

    /// Whether every node that has it on disk now accepts this better version; or, if it lies only in trashes, whether
    /// one node that has it there does.
    pub(super) fn all_accept(&self, better: PhotoId) -> bool {
        let yields =
            |claim: &Claim| claim.looks().and_then(|looks| looks.yields_to) == Some(better);
        let here = || self.claims.values().filter(|claim| claim.current);
        match self.on_disk().next() {
            Some(_) => here().filter(|c| c.holding.is_stored()).all(yields),
            None => here().any(yields),
        }
    }

    /// Whether a node has said that it would give the photo up for a better version.
    pub(in crate::node) fn is_given_up_by(&self, node: NodeId, better: PhotoId) -> bool {
        let looks = self.claims.get(node).and_then(Claim::looks);
        looks.is_some_and(|looks| looks.accepts(better).is_some())
    }

    /// Whether a node's owner has taken their own copy back into the folder, where it stays.
    pub(in crate::node) fn is_kept_by(&self, node: NodeId) -> bool {
        self.claims.get(node).is_some_and(|claim| claim.facts.kept)
    }

    /// All its present holders, and how they hold it.
    pub(in crate::node) fn held(&self) -> Vec<(NodeId, Holding)> {
        let here = self.claims.iter().filter(|(_, claim)| claim.current);
        here.map(|(node, claim)| (node, claim.holding)).collect()
    }

    /// Whether any node that is here has its bytes.
    pub(in crate::node) fn is_present(&self) -> bool {
        self.claims.values().any(|claim| claim.current)
    }
}

/// How a photo is counted, see [`super::sums`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Part {
    /// If a node that is here has it, and it is not removed: whether the collection shows it.
    pub(super) present: Option<Shown>,
    /// Only nodes have it that are away, and are still waited for.
    pub(super) away: bool,
    /// Over how many nodes and members its copies are spread.
    pub(super) copies: Spread,
    /// Of the nodes that are here, only this one has it.
    pub(super) only_here: bool,
    /// Here it lies in the trash, and nowhere else.
    pub(super) in_my_trash: bool,
    /// It is this node's own, and in its folder.
    pub(super) own: bool,
    /// Its bytes, if it is a keeper.
    pub(super) bytes: u64,
    /// This node has it, in its trash or elsewhere.
    pub(super) mine: bool,
}

/// Whether the collection shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    Yes,
    /// It is a variant of the better version that is shown: it keeps its copies.
    Variant,
    No,
}

/// The photos of one node.
#[derive(Debug, Default)]
pub(super) struct Inventory {
    /// Every photo on which it has a claim.
    pub(in crate::node) photos: BTreeSet<PhotoId>,
    /// Its part in the balance of loads.
    pub(in crate::node) load: Load,
    /// What it had on its disk when it was last here.
    pub(in crate::node) last_known: Load,
    /// The bytes of all photos that it has, shown or not, in its trash, too.
    pub(in crate::node) disk_use: u64,
    /// How much memory its claims take up, in bytes.
    pub(in crate::node) memory: usize,
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
    /// The bytes of these.
    pub(in crate::node) original_bytes: u64,
    /// The bytes of those that were taken back from other disks.
    pub(in crate::node) kept_bytes: u64,
}

/// Adds an entry's part to the loads of its holders, or takes it away. Whether the collection would show what only nodes
/// have that are away, nobody can say: it counts.
pub(super) fn count_load(
    entry: &Entry,
    inventories: &mut BTreeMap<NodeId, Inventory>,
    apply: impl Fn(&mut u64, u64),
) {
    for (node, claim) in entry.claims.iter() {
        let inventory = inventories.entry(node).or_default();
        if claim.current {
            apply(&mut inventory.disk_use, entry.photo.bytes);
        }
        if !claim.holding.is_stored() {
            continue;
        }
        let load = match (claim.current, entry.verdict) {
            (true, Verdict::Keeper) => &mut inventory.load,
            (false, Verdict::Keeper | Verdict::Absent) => &mut inventory.last_known,
            (true, Verdict::Absent) | (_, Verdict::Loser(_) | Verdict::Removed) => continue,
        };
        apply(&mut load.photos, 1);
        apply(&mut load.bytes, entry.photo.bytes);
        if claim.holding == Holding::Original {
            apply(&mut load.originals, 1);
            apply(&mut load.original_bytes, entry.photo.bytes);
            apply(&mut load.kept_bytes, if claim.facts.kept { entry.photo.bytes } else { 0 });
        }
    }
}

/// Whether a person has said that two photos are different pictures.
pub(in crate::node) fn are_distinct(a: &Entry, b: &Entry) -> bool {
    a.facts.distinct.contains(&b.photo.id) || b.facts.distinct.contains(&a.photo.id)
}

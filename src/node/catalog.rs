//! The image table: who holds what, by each node's own word.
//!
//! A *claim* is one node's word on one photo. Claims made on a node's present link (and this node's own) are *current*;
//! those of a node that is away are its *last known* ones: they stand for repair while it is in grace, and never for a
//! drop. What is listed, and which version of a picture is the keeper, is a function of the current claims alone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Time;
use super::bounds::Bounds;
use super::claims::{Claim, Claims};
use super::edges::is_current;
use super::entry::{Entry, Load, Shelf, weigh};
use super::names::Names;
use super::tombstones::Tombstones;
use super::verdict::{Order, Verdict};
use crate::photo::{Photo, PhotoId, SimilarityIndex};
use crate::protocol::{Holding, Looks, NodeId, Record};

/// The table of all photos.
#[derive(Debug)]
pub(super) struct Catalog {
    pub(super) me: NodeId,
    pub(super) now: Time,
    pub(super) bounds: Bounds,
    pub(super) entries: BTreeMap<PhotoId, Entry>,
    pub(super) shelves: BTreeMap<NodeId, Shelf>,
    pub(super) index: SimilarityIndex,
    /// What this node has found by comparing its copies with others.
    pub(super) looked: BTreeMap<PhotoId, Looks>,
    /// Photos that somebody would give up, by the better version for which.
    pub(super) accepted: BTreeMap<PhotoId, BTreeSet<PhotoId>>,
    /// Photos that others replace, by those that do.
    pub(super) replaced_by: BTreeMap<PhotoId, BTreeSet<PhotoId>>,
    /// Photos whose verdict must be looked at again, the best first.
    pub(super) dirty: BTreeSet<(std::cmp::Reverse<Order>, PhotoId)>,
    /// What owners have said about photos that they have removed.
    pub(super) tombstones: Tombstones,
    /// Photos that this node's owner has removed and that are his originals again.
    pub(super) reclaimed: BTreeSet<PhotoId>,
    /// Labels and look-up by name.
    pub(super) names: Names,
    /// Photos whose holders, verdict or facts have changed since the node last asked.
    changed: BTreeSet<PhotoId>,
    /// Photos of this node whose record has changed and must be announced.
    pub(super) unannounced: BTreeSet<PhotoId>,
    /// Photos of this node of which something new is known beyond their bytes.
    pub(super) unnoted: BTreeSet<PhotoId>,
}

impl Catalog {
    pub(super) fn new(me: NodeId) -> Catalog {
        Catalog {
            me,
            now: Time::default(),
            bounds: Bounds::default(),
            entries: BTreeMap::new(),
            shelves: BTreeMap::from([(me, Shelf::default())]),
            index: SimilarityIndex::default(),
            looked: BTreeMap::new(),
            accepted: BTreeMap::new(),
            replaced_by: BTreeMap::new(),
            dirty: BTreeSet::new(),
            tombstones: Tombstones::default(),
            reclaimed: BTreeSet::new(),
            names: Names::default(),
            changed: BTreeSet::new(),
            unannounced: BTreeSet::new(),
            unnoted: BTreeSet::new(),
        }
    }

    /// A photo's entry.
    pub(super) fn get(&self, photo: PhotoId) -> Option<&Entry> {
        self.entries.get(&photo)
    }

    /// How this node holds a photo.
    pub(super) fn mine(&self, photo: PhotoId) -> Option<Holding> {
        self.entries.get(&photo).and_then(|entry| entry.holding(self.me))
    }

    /// Whether this node has a photo in its trash, and nowhere else.
    pub(super) fn is_in_my_trash(&self, photo: PhotoId) -> bool {
        self.mine(photo).is_some_and(|holding| !holding.is_stored())
    }

    /// This node's record of a photo, as it announces it.
    pub(super) fn record(&self, photo: PhotoId) -> Option<Record> {
        let entry = self.entries.get(&photo)?;
        let holding = entry.holding(self.me)?;
        Some(Record {
            photo: entry.photo.clone(),
            facts: entry.facts.clone(),
            holding,
            looks: self.my_looks(photo),
        })
    }

    /// The photos of this node after `cursor`, or all.
    pub(super) fn mine_after(&self, cursor: Option<PhotoId>) -> impl Iterator<Item = PhotoId> + '_ {
        self.shelf_after(self.me, cursor)
    }

    /// The photos that a node has a claim on, after `cursor`, or all.
    pub(super) fn shelf_after(
        &self,
        node: NodeId,
        cursor: Option<PhotoId>,
    ) -> impl Iterator<Item = PhotoId> + '_ {
        use std::ops::Bound::{Excluded, Unbounded};
        let from = cursor.map_or(Unbounded, Excluded);
        self.shelves
            .get(&node)
            .into_iter()
            .flat_map(move |shelf| shelf.photos.range((from, Unbounded)).copied())
    }

    /// What a node has on disk of the collection.
    pub(super) fn load(&self, node: NodeId) -> Load {
        self.shelves.get(&node).map(|shelf| shelf.load).unwrap_or_default()
    }

    /// Takes a node's word on a photo.
    ///
    /// Returns whether its account of the bytes is the one in the table: if not, somebody has a bug, or lies.
    pub(super) fn claim(&mut self, node: NodeId, record: &Record) -> bool {
        let id = record.photo.id;
        let agrees =
            if node == self.me { self.verify(&record.photo) } else { self.hear(&record.photo) };
        let facts = self.facts_told(node, record);
        let claim = if node == self.me {
            self.learn(id, &facts);
            self.my_claim(id, record.holding)
        } else {
            Claim {
                holding: record.holding,
                current: true,
                looks: told_looks(&record.looks),
                facts,
            }
        };
        self.set_claim(node, id, Some(claim));
        // What others told before this node had the photo itself is in no file of its own yet.
        let known = self.entries.get(&id).map(|entry| &entry.facts);
        if node == self.me && known.is_some_and(|known| *known != record.facts) {
            self.unnoted.insert(id);
        }
        agrees
    }

    /// Takes another node's account of a photo's bytes; whether it agrees with the one in the table.
    ///
    /// The higher version counts, whoever tells it: what was found by an earlier program's rules says nothing to later
    /// ones, even if this node has found it itself and has not come round to reading its file anew. Of two different
    /// accounts of one version the lesser counts, so that all nodes take the same. But what this node has read by the very
    /// rules that it goes by stands against all: it could judge by no other account, and any member can tell one.
    fn hear(&mut self, photo: &Arc<Photo>) -> bool {
        let Some(entry) = self.entries.get(&photo.id) else {
            self.insert(photo);
            return true;
        };
        if entry.photo == *photo {
            return true;
        }
        let same_version = photo.account == entry.photo.account;
        let counts = match entry.verified {
            _ if photo.account < entry.photo.account => false,
            // However they are described, the bytes are as many as this node has found.
            true => !same_version && !is_current(&entry.photo) && photo.bytes == entry.photo.bytes,
            false => !same_version || photo < &entry.photo,
        };
        if counts {
            self.replace(photo, false);
        }
        !same_version
    }

    /// Takes what this node has found in a photo's bytes; whether the table says the same. What it has found by an earlier
    /// program's rules counts as little as what others have.
    pub(super) fn verify(&mut self, photo: &Arc<Photo>) -> bool {
        let Some(entry) = self.entries.get(&photo.id) else {
            self.insert(photo);
            self.with_loads(photo.id, |entry| entry.verified = true);
            return true;
        };
        let agrees = entry.photo == *photo || entry.photo.account != photo.account;
        if photo.account >= entry.photo.account {
            self.replace(photo, true);
        }
        agrees
    }

    /// Changes how this node holds a photo that it has in some way.
    pub(super) fn set_my_holding(&mut self, photo: PhotoId, holding: Holding) {
        if self.entries.get(&photo).is_some_and(|entry| entry.claims.has(self.me)) {
            let claim = self.my_claim(photo, holding);
            self.set_claim(self.me, photo, Some(claim));
        }
    }

    /// This node's own word on a photo that it holds in this way.
    fn my_claim(&self, photo: PhotoId, holding: Holding) -> Claim {
        Claim {
            holding,
            current: true,
            looks: self.looked.get(&photo).and_then(told_looks),
            facts: Arc::default(),
        }
    }

    /// A node no longer has a photo in any way.
    pub(super) fn remove(&mut self, node: NodeId, photo: PhotoId) {
        if node == self.me {
            self.looked.remove(&photo);
        }
        self.set_claim(node, photo, None);
    }

    fn insert(&mut self, photo: &Arc<Photo>) {
        let entry = Entry {
            photo: photo.clone(),
            verified: false,
            facts: Arc::default(),
            claims: Claims::default(),
            similar: BTreeSet::new(),
            verdict: Verdict::Absent,
            changed_at: self.now,
        };
        self.entries.insert(photo.id, entry);
        self.connect(photo);
    }

    /// Takes another account of a photo's bytes, `verified` if this node has found it itself.
    fn replace(&mut self, photo: &Arc<Photo>, verified: bool) {
        let known = self.entries.get(&photo.id);
        if known.is_some_and(|entry| entry.photo == *photo) {
            return self.with_loads(photo.id, |entry| entry.verified = verified);
        }
        self.reconsider_with_neighbours(photo.id);
        self.with_loads(photo.id, |entry| {
            entry.photo = photo.clone();
            entry.verified = verified;
        });
        self.disconnect(photo.id);
        self.connect(photo);
        self.reconsider_with_neighbours(photo.id);
        // What could not be compared before may be compared now.
        let similar = self.entries.get(&photo.id).map(|entry| &entry.similar);
        self.changed.extend(similar.into_iter().flatten());
        self.mark_changed(photo.id);
    }

    pub(super) fn set_claim(&mut self, node: NodeId, photo: PhotoId, claim: Option<Claim>) {
        let Some(entry) = self.entries.get(&photo) else {
            return;
        };
        let old = entry.claims.get(node).cloned();
        if old == claim {
            return;
        }
        let was = (entry.is_present(), self.is_removed(entry));
        let held =
            |claim: &Option<Claim>| claim.as_ref().map(|claim| (claim.holding, claim.current));
        let is_held_alike = held(&old) == held(&claim);
        let looks = |claim: &Option<Claim>| claim.as_ref().and_then(|claim| claim.looks.clone());
        let (old_looks, new_looks) = (looks(&old), looks(&claim));
        let shelf = self.shelves.entry(node).or_default();
        match claim {
            Some(_) => shelf.photos.insert(photo),
            None => shelf.photos.remove(&photo),
        };
        let now = self.now;
        self.with_loads(photo, |entry| {
            entry.claims.set(node, claim);
            if !is_held_alike {
                entry.changed_at = now;
            }
        });
        if old_looks != new_looks {
            self.looks_changed(photo, old_looks.as_deref(), new_looks.as_deref());
        }
        self.relabel(photo);
        self.mark_keeper_changed(photo);
        if node == self.me {
            self.unannounced.insert(photo);
        }
        self.changed.insert(photo);
        let entry = &self.entries[&photo];
        let is = (entry.is_present(), self.is_removed(entry));
        let is_claimed = !entry.claims.is_empty();
        if is != was {
            self.reconsider_with_neighbours(photo);
        }
        self.reclaim(photo);
        if is_claimed {
            self.sum_up(photo);
        } else {
            self.forget(photo);
        }
    }

    /// Removes a photo that nobody has a claim on any more.
    fn forget(&mut self, photo: PhotoId) {
        self.disconnect(photo);
        self.set_verdict(photo, Verdict::Absent);
        self.forget_facts(photo);
        self.entries.remove(&photo);
    }

    /// Changes an entry and keeps the loads of its holders right.
    pub(super) fn with_loads(&mut self, photo: PhotoId, change: impl FnOnce(&mut Entry)) {
        let Some(entry) = self.entries.get_mut(&photo) else {
            return;
        };
        weigh(entry, &mut self.shelves, |total, part| *total -= part);
        change(entry);
        weigh(entry, &mut self.shelves, |total, part| *total += part);
    }

    /// The photos that have changed since the last call.
    pub(super) fn take_changed(&mut self) -> BTreeSet<PhotoId> {
        std::mem::take(&mut self.changed)
    }

    /// The photos of this node to announce since the last call.
    pub(super) fn take_unannounced(&mut self) -> BTreeSet<PhotoId> {
        std::mem::take(&mut self.unannounced)
    }

    /// The photos of this node whose facts have grown since the last call.
    pub(super) fn take_unnoted(&mut self) -> BTreeSet<PhotoId> {
        std::mem::take(&mut self.unnoted)
    }

    /// A photo's holders, verdict or facts have changed.
    pub(super) fn mark_changed(&mut self, photo: PhotoId) {
        self.changed.insert(photo);
    }

    /// What is known of a photo has changed: if it is a worse version, the better one's holders have names to take over.
    pub(super) fn mark_keeper_changed(&mut self, photo: PhotoId) {
        if let Some(Verdict::Loser(keeper)) = self.entries.get(&photo).map(|entry| entry.verdict) {
            self.changed.insert(keeper);
        }
    }
}

/// What a node says it has found about a photo, if it has found anything.
fn told_looks(looks: &Looks) -> Option<Box<Looks>> {
    (!looks.is_empty()).then(|| Box::new(looks.clone().bounded()))
}

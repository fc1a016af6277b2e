//! What is said of a photo: its names, what it replaces, whose it is.
//!
//! **The facts of a photo are the union of what all those say who have it.** Of a photo that this node has itself they are
//! all that it has ever heard: it says so to the others, and writes it down. So nodes whose tables agree know the same,
//! however they came to it, and what nobody vouches for any longer is forgotten.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Table;
use crate::photo::PhotoId;
use crate::protocol::{Facts, NodeId, Record};

impl Table {
    /// What a node says of a photo that it has, as this node takes it: who has it as an original is an owner.
    pub(super) fn facts_told(&self, teller: NodeId, record: &Record) -> Arc<Facts> {
        let mut told = Arc::clone(&record.facts);
        if record.holding.is_own() && !told.owners.contains(&teller) {
            Arc::make_mut(&mut told)
                .merge(&Facts { owners: BTreeSet::from([teller]), ..Facts::default() });
        }
        // Most often a node says what all others have said before: then it is in memory once.
        match self.entries.get(&record.photo.id) {
            Some(entry) if entry.facts == told => Arc::clone(&entry.facts),
            _ => told,
        }
    }

    /// Adds to what this node says of a photo that it has.
    pub(in crate::node) fn learn(&mut self, photo: PhotoId, facts: &Arc<Facts>) {
        if let Some(entry) = self.entries.get(&photo) {
            let sum = union(Arc::clone(&entry.facts), facts);
            self.set_facts(photo, sum);
        }
    }

    /// Adds up what is said of a photo, after somebody has said something else of it, or has it no longer.
    pub(super) fn sum_up(&mut self, photo: PhotoId) {
        let Some(entry) = self.entries.get(&photo) else {
            return;
        };
        let mut told = entry.claims.values().map(|claim| &claim.facts);
        let first = match entry.claims.has(self.me) {
            true => Some(&entry.facts),
            false => told.next(),
        };
        let first = first.map(Arc::clone).unwrap_or_default();
        let sum = told.fold(first, union);
        self.set_facts(photo, sum);
    }

    fn set_facts(&mut self, photo: PhotoId, facts: Arc<Facts>) {
        let Some(entry) = self.entries.get_mut(&photo) else {
            return;
        };
        if entry.facts == facts {
            return;
        }
        let old = std::mem::replace(&mut entry.facts, Arc::clone(&facts));
        if entry.claims.has(self.me) {
            self.unannounced.insert(photo);
            self.unnoted.insert(photo);
        }
        self.names.renamed(photo, &old, &facts);
        for replaced in old.replaces.difference(&facts.replaces) {
            self.no_longer_replaces(photo, *replaced);
        }
        for replaced in facts.replaces.difference(&old.replaces) {
            self.replaced_by.entry(*replaced).or_default().insert(photo);
        }
        self.relabel(photo);
        for reordered in old.replaces.symmetric_difference(&facts.replaces) {
            self.reconsider_with_neighbours(*reordered);
        }
        let has_words = self.tombstones.removers(photo).next().is_some();
        if old.distinct != facts.distinct || has_words && old.owners != facts.owners {
            self.reconsider_with_neighbours(photo);
        }
        self.mark_changed(photo);
        self.mark_keeper_changed(photo);
    }

    /// Nobody says any longer that a photo's file was edited and became this one.
    fn no_longer_replaces(&mut self, photo: PhotoId, replaced: PhotoId) {
        if let Some(by) = self.replaced_by.get_mut(&replaced) {
            by.remove(&photo);
            if by.is_empty() {
                self.replaced_by.remove(&replaced);
            }
        }
    }

    /// Forgets what was said of a photo that nobody has any longer.
    pub(super) fn forget_facts(&mut self, photo: PhotoId) {
        self.set_facts(photo, Arc::default());
    }
}

fn union(one: Arc<Facts>, other: &Arc<Facts>) -> Arc<Facts> {
    if one == *other {
        return one;
    }
    let mut both = Facts::clone(&one);
    if !both.merge(other) {
        one
    } else if both == **other {
        Arc::clone(other)
    } else {
        Arc::new(both)
    }
}

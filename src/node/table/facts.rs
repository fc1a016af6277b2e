//! What is said of a photo: its names, what it replaces, whose it is.
//!
//! **The facts of a photo are the union of what all those say who have it.** Of a photo that this node has itself they are
//! all that it has ever heard: it says so to the others, and writes it down. So nodes whose tables agree know the same,
//! however they came to it, and what nobody vouches for any longer is forgotten.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Table;
use super::entry::Entry;
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
        self.apply(photo, |entry| entry.facts = union(Arc::clone(&entry.facts), facts));
    }
}

impl Entry {
    /// The sum of what is said of it; if node `me` has it itself, with all that it has ever heard.
    pub(super) fn all_that_is_said(&self, me: NodeId) -> Arc<Facts> {
        let mut told = self.claims.values().map(|claim| &claim.facts);
        let first = match self.claims.has(me) {
            true => Some(&self.facts),
            false => told.next(),
        };
        told.fold(first.map(Arc::clone).unwrap_or_default(), union)
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

//! The facts of a photo: its names, its owners, and what it is distinct from.
//!
//! **The facts of a photo are the union of what all its holders report.** If this node holds the photo itself, they
//! also contain everything it ever heard of it: it tells that to the others, and writes it down. So nodes whose tables
//! agree know the same facts, however they came to it, and a fact that no holder reports any longer is forgotten.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Table;
use super::entry::Entry;
use crate::photo::PhotoId;
use crate::protocol::{Facts, NodeId, Record};

impl Table {
    /// The facts of a node's record, as this node takes them: a node that has the original is an owner.
    pub(super) fn facts_told(&self, teller: NodeId, record: &Record) -> Arc<Facts> {
        let mut told = Arc::clone(&record.facts);
        let member = self.member_of(teller);
        if record.holding.is_own() && !told.owners.contains(&member) {
            Arc::make_mut(&mut told)
                .merge(&Facts { owners: BTreeSet::from([member]), ..Facts::default() });
        }
        // What is on this node's own disk was believed once, and those may be members of whom nothing is heard any more.
        if teller != self.me && !told.owners.iter().all(|owner| self.may_own(*owner)) {
            self.doubt(Arc::make_mut(&mut told));
        }
        // Mostly a node reports the same facts as all others: then they are in memory once.
        match self.entries.get(&record.photo.id) {
            Some(entry) if entry.facts == told => Arc::clone(&entry.facts),
            _ => told,
        }
    }

    /// Leaves out of what another node has told whoever can be no owner: nobody invents friends who own a photo.
    pub(in crate::node) fn doubt(&self, facts: &mut Facts) {
        facts.owners.retain(|owner| self.may_own(*owner));
    }

    /// Adds facts to this node's own claim on a photo.
    pub(in crate::node) fn learn(&mut self, photo: PhotoId, facts: &Arc<Facts>) {
        self.apply(photo, |entry| entry.facts = union(Arc::clone(&entry.facts), facts));
    }
}

impl Entry {
    /// The union of all reported facts; if node `me` has the photo itself, with all that it ever heard.
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

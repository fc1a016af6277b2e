//! The facts of a photo: its names, its owners, and what it is distinct from.
//!
//! **The facts of a photo are the union of what all its holders report.** So nodes whose tables agree know the same
//! facts, however they came to it, and a fact that no holder reports any longer is forgotten. What a holder reports is
//! its own knowledge: what its folder says and its people have said, and what it has heard of others, so that a name
//! outlives the node that gave it.
//!
//! No member can push out what others say by saying more. Of what a node hears it adds only a few to its own knowledge;
//! and where all that is said finds no room, all persons say one thing after the other in turns.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Table;
use super::entry::Entry;
use super::spread::Person;
use crate::photo::PhotoId;
use crate::protocol::{Facts, Few, NodeId, Record};

impl Table {
    /// The facts of a node's record, as this node takes them: a node that has the original is an owner.
    pub(super) fn facts_told(&self, teller: NodeId, record: &Record) -> Arc<Facts> {
        let mut told = Arc::clone(&record.facts);
        let member = self.member_of(teller);
        if record.holding.is_own() && !told.owners.contains(&member) {
            Arc::make_mut(&mut told).merge(&Facts { owners: [member].into(), ..Facts::default() });
        }
        if !record.holding.is_own() && told.dated.is_some() {
            Arc::make_mut(&mut told).dated = None;
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

    /// This node's people say more of a photo that it has. It goes before what was known.
    pub(in crate::node) fn learn(&mut self, photo: PhotoId, facts: &Arc<Facts>) {
        self.change_own(photo, |own| union(union(Arc::default(), facts), own));
    }

    /// A photo that this node has takes over what is said of another. What was known goes before.
    pub(in crate::node) fn adopt(&mut self, photo: PhotoId, facts: &Arc<Facts>) {
        self.change_own(photo, |own| union(Arc::clone(own), facts));
    }

    fn change_own(&mut self, photo: PhotoId, change: impl FnOnce(&Arc<Facts>) -> Arc<Facts>) {
        let me = self.me;
        self.apply(photo, |entry| {
            if let Some(own) = entry.claims.get_mut(me) {
                own.facts = change(&own.facts);
            }
        });
        self.gather(photo);
    }

    /// After a change of a photo's claims: what is said of it, all together.
    pub(super) fn gather(&mut self, photo: PhotoId) {
        let Some(facts) = self.entries.get(&photo).map(|entry| self.all_that_is_said(entry)) else {
            return;
        };
        self.apply(photo, |entry| entry.facts = facts);
    }

    fn all_that_is_said(&self, entry: &Entry) -> Arc<Facts> {
        let own = entry.claims.get(self.me).map(|claim| &claim.facts);
        let others = entry.claims.iter().filter(|(node, _)| *node != self.me);
        let mut told = own.into_iter().chain(others.map(|(_, claim)| &claim.facts));
        let first = told.next().map(Arc::clone).unwrap_or_default();
        let all = told.fold(first, union);
        match all.is_full() {
            true => Arc::new(self.in_turns(entry)),
            false => all,
        }
    }

    /// What is said of a photo of which very much is said: first this node's own knowledge, then what each of the other
    /// persons says, in turns.
    fn in_turns(&self, entry: &Entry) -> Facts {
        let mut by_person: BTreeMap<Person, Facts> = BTreeMap::new();
        for (node, claim) in entry.claims.iter().filter(|(node, _)| *node != self.me) {
            let said = by_person.entry(self.person(node)).or_default();
            // Of what one person says on many nodes there is enough then.
            if said.names.len().max(said.aliases.len()).max(said.distinct.len()) < 2 * Facts::MAX {
                said.names.extend(claim.facts.names.iter().cloned());
                said.aliases.extend(claim.facts.aliases.iter().cloned());
                said.distinct.extend(&claim.facts.distinct);
            }
            said.owners.extend(&claim.facts.owners);
            said.date(claim.facts.dated);
        }
        let own = entry.claims.get(self.me).map(|claim| Facts::clone(&claim.facts));
        let mut all = own.unwrap_or_default();
        let others = || by_person.values();
        take_turns(&mut all.names, others().map(|said| &said.names));
        take_turns(&mut all.aliases, others().map(|said| &said.aliases));
        take_turns(&mut all.distinct, others().map(|said| &said.distinct));
        for said in others() {
            let (owners, dated) = (said.owners.clone(), said.dated);
            all.merge(&Facts { owners, dated, ..Facts::default() });
        }
        all
    }
}

/// Adds to what this node says itself what the others say, one from each of them after the other, while there is room.
fn take_turns<'a, T: Ord + Clone + 'a>(all: &mut Few<T>, others: impl Iterator<Item = &'a Few<T>>) {
    let mut turns: Vec<_> = others.map(Few::iter).collect();
    while !turns.is_empty() && all.len() < 2 * Facts::MAX {
        turns.retain_mut(|said| match said.find(|one| !all.contains(*one)) {
            Some(one) => all.insert(one.clone()),
            None => false,
        });
    }
}

/// What a node knows of a photo, with what it hears of another one: of that not more than a few.
pub(super) fn with_hearsay(own: &Arc<Facts>, heard: &Facts) -> Arc<Facts> {
    let mut more = Facts::clone(own);
    match more.hear(heard) {
        true => Arc::new(more),
        false => Arc::clone(own),
    }
}

/// All of the first, and of the other what finds room beside it.
pub(super) fn union(one: Arc<Facts>, other: &Arc<Facts>) -> Arc<Facts> {
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

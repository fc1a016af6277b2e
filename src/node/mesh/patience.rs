//! How long others are waited for that have not told all their photos.
//!
//! Nobody acts on half a table, so a node that has not told all its photos holds up all others. Mostly that takes
//! seconds. But a first scan of years of photos takes hours, and a liar never ends. So only so long is waited, and what
//! counts is the time of a *member*, with all their nodes and links together: to come again, or with another node,
//! begins no new time. It is made up for, ten times as slowly, while all nodes of theirs are complete.
//!
//! Who is not waited for any longer is treated like one who is not here: what they have may be copied once too often,
//! and their owners' words are heard later.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::census::person;
use super::{Mesh, Peer};
use crate::node::Time;
use crate::node::limits::PATIENCE;
use crate::node::table::spread::Person;
use crate::protocol::NodeId;

/// How long each member has kept others waiting, as far as time has not made up for it.
#[derive(Debug, Default)]
pub(super) struct Patience {
    waited: BTreeMap<Person, Duration>,
    /// Until when it is counted.
    at: Time,
}

impl Patience {
    /// Time has passed, while some nodes of these members were incomplete.
    fn tend(&mut self, now: Time, incomplete: &BTreeSet<Person>, most: Duration) {
        let passed = now.since(std::mem::replace(&mut self.at, now));
        for (person, waited) in &mut self.waited {
            if !incomplete.contains(person) {
                *waited = waited.saturating_sub(passed / PATIENCE);
            }
        }
        for person in incomplete {
            let waited = self.waited.entry(*person).or_default();
            *waited = (*waited + passed).min(most);
        }
        self.waited.retain(|_, waited| !waited.is_zero());
    }
}

impl Mesh {
    /// Time has passed.
    pub(super) fn tend_patience(&mut self, now: Time, grace: Duration) {
        let incomplete = self.incomplete().map(|node| self.person(node)).collect();
        self.patience.tend(now, &incomplete, grace.saturating_mul(PATIENCE));
    }

    /// The nodes that are here and have not told all their photos.
    pub(in crate::node) fn incomplete(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.here().map(|(node, _)| node).filter(|node| !self.is_here_completely(*node))
    }

    /// Whether a node that is here has not told all its photos, and its member has kept others waiting for less than
    /// this time.
    pub(in crate::node) fn waits(&self, longest: Duration) -> bool {
        let waited = |node| self.patience.waited.get(&self.person(node)).copied();
        let mut incomplete = self.incomplete();
        self.census().incomplete > 0
            && incomplete.any(|node| waited(node).unwrap_or_default() < longest)
    }

    /// Whose a node is.
    fn person(&self, node: NodeId) -> Person {
        person(node, self.peers.get(&node).and_then(Peer::member))
    }
}

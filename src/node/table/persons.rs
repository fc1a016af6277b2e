//! Whose nodes they are: a person counts once, however many nodes they run.
//!
//! Ids of nodes cost nothing, so a number of nodes says nothing: one person can make as many as copies are wanted, have
//! them all claim a photo, and let them vanish together. A *member* of the group is a person. Copies and proofs are
//! counted here and nowhere else: [`Table::spread`] says over how many nodes and members a photo is spread, and
//! [`Table::voices`] how many independent proofs some nodes can give another one.
//!
//! Without a group each node is a member of its own, and all of this comes down to counting nodes.

use std::collections::{BTreeMap, BTreeSet};

use super::Table;
use super::entry::Entry;
use super::spread::{Person, Spread};
use crate::photo::PhotoId;
use crate::protocol::{Certificate, GroupId, MemberName, NodeId, Tombstone};

/// The group that this node belongs to, and who else does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::node) struct Certified {
    pub(in crate::node) group: GroupId,
    /// The members, each with the certificate that counts.
    pub(in crate::node) members: BTreeMap<MemberName, Certificate>,
    /// Of each who was removed, the highest serial that does not count any more.
    pub(in crate::node) void: BTreeMap<MemberName, u64>,
}

impl Table {
    /// Who belongs to the group. Words that count no more are forgotten, and their photos judged again.
    pub(in crate::node) fn set_certified(&mut self, certified: Certified) {
        self.certified = Some(certified);
        let counts = |key| self.tombstones.get(key).is_some_and(|word| self.is_by_a_member(word));
        for key in self.tombstones.keys().filter(|key| !counts(*key)).collect::<Vec<_>>() {
            self.forget_word(key);
        }
    }

    /// Whether this node belongs to a group.
    pub(super) fn is_group(&self) -> bool {
        self.certified.is_some()
    }

    /// Whether a name can be that of an owner: a member's, now or once, or that of a node of before the group.
    pub(super) fn may_own(&self, name: MemberName) -> bool {
        self.certified.as_ref().is_none_or(|certified| {
            certified.members.contains_key(&name)
                || certified.void.contains_key(&name)
                || name.as_node().is_some()
        })
    }

    /// Who an owner is by now: a node of before the group may have come into it.
    pub(super) fn present_name(&self, owner: MemberName) -> MemberName {
        owner.as_node().map_or(owner, |node| self.member_of(node))
    }

    /// Whether a word is signed by somebody who belongs to the same group, or to none like this node. In a group by the
    /// latest certificate of that name: whoever has stolen an earlier one speaks for nobody.
    pub(super) fn is_by_a_member(&self, word: &Tombstone) -> bool {
        match (&self.certified, word.certificate()) {
            (None, None) => true,
            (Some(certified), Some(certificate)) => {
                let void = certified.void.get(&certificate.name());
                let known = certified.members.get(&certificate.name());
                certified.group == certificate.group()
                    && void.is_none_or(|void| *void < certificate.serial())
                    && known.is_none_or(|known| !known.is_later_than(certificate))
            }
            (None, Some(_)) | (Some(_), None) => false,
        }
    }

    /// A node is this member's; without a group, its own.
    pub(in crate::node) fn set_member(&mut self, node: NodeId, member: Option<MemberName>) {
        if node == self.me {
            self.myself = member.unwrap_or_else(|| MemberName::of_node(node));
        }
        let before = match member {
            Some(member) => self.members.insert(node, member),
            None => self.members.remove(&node),
        };
        self.leaving.remove(&node);
        // What was this node's before the group is its member's now.
        if before != member {
            let own = MemberName::of_node(node);
            let owned = |photo: &PhotoId| {
                self.entries.get(photo).is_some_and(|entry| entry.facts.owners.contains(&own))
            };
            let photos = self.tombstones.keys().map(|(photo, _)| photo).filter(owned);
            for photo in photos.collect::<Vec<_>>() {
                self.reconsider_neighbours(photo);
            }
        }
    }

    /// A node is none of the mesh any more: whose it was is forgotten with what it has told.
    pub(in crate::node) fn forget_node(&mut self, node: NodeId) {
        self.leaving.insert(node);
    }

    /// Forgets those of whom nothing is known any more.
    pub(super) fn forget_leaving(&mut self) {
        let told =
            |node: &NodeId| self.inventories.get(node).is_some_and(|told| !told.photos.is_empty());
        let gone: Vec<NodeId> = self.leaving.iter().copied().filter(|node| !told(node)).collect();
        for node in gone {
            self.leaving.remove(&node);
            self.members.remove(&node);
            self.draining.remove(&node);
            self.stayed_away.remove(&node);
            self.inventories.remove(&node);
        }
    }

    /// Whose a node is.
    pub(in crate::node) fn person(&self, node: NodeId) -> Person {
        self.members.get(&node).copied().map_or(Person::Alone(node), Person::Member)
    }

    /// The name of the person whose node it is.
    pub(in crate::node) fn member_of(&self, node: NodeId) -> MemberName {
        self.members.get(&node).copied().unwrap_or_else(|| MemberName::of_node(node))
    }

    /// Over how many nodes and members these nodes are spread.
    pub(in crate::node) fn spread(&self, nodes: impl Iterator<Item = NodeId>) -> Spread {
        let nodes: BTreeSet<NodeId> = nodes.collect();
        let members: BTreeSet<Person> = nodes.iter().map(|node| self.person(*node)).collect();
        Spread { nodes: nodes.len(), members: members.len() }
    }

    /// The persons on whose nodes a photo has copies, as far as is known.
    pub(in crate::node) fn persons_with(&self, entry: &Entry) -> BTreeSet<Person> {
        let nodes = entry.claims.iter().map(|(node, _)| node);
        nodes.filter(|node| self.counts_at(entry, *node)).map(|node| self.person(node)).collect()
    }

    /// As whom a node's proof counts for an asker: another member speaks with one voice, however many nodes of theirs
    /// prove. The asker's own member does not lie to it, so their other nodes count one by one.
    pub(in crate::node) fn voice(&self, asker: NodeId, node: NodeId) -> Person {
        let person = self.person(node);
        if person == self.person(asker) { Person::Alone(node) } else { person }
    }

    /// How many voices other nodes have together.
    pub(in crate::node) fn voices(
        &self,
        asker: NodeId,
        nodes: impl Iterator<Item = NodeId>,
    ) -> usize {
        let others = nodes.filter(|node| *node != asker);
        others.map(|node| self.voice(asker, node)).collect::<BTreeSet<_>>().len()
    }
}

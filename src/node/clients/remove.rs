//! What removing a picture would do, in words, before it is done.

use std::collections::BTreeSet;

use crate::node::limits::{REMOVE_BATCH, TOMBSTONES_OF_OWNER};
use crate::node::mesh::Presence;
use crate::node::table::entry::Entry;
use crate::node::{LinkId, Node};
use crate::photo::PhotoId;
use crate::protocol::client::{Refusal, RemovalPlan, RemovalReport};
use crate::protocol::{Answer, Holding, NodeId};

impl Node {
    /// A client wants to know what it would mean to remove a picture through this node.
    pub(super) fn plan_removal(&mut self, link: LinkId, name: &str) {
        let Some(photo) = self.find_for(link, name) else {
            return;
        };
        let Some(keeper) = self.table.get(photo) else {
            return;
        };
        let mut versions: Vec<&Entry> = self.worse_versions(keeper).collect();
        versions.sort_by_key(|worse| std::cmp::Reverse(worse.photo.rank()));
        versions.insert(0, keeper);
        let mine: BTreeSet<PhotoId> = versions
            .iter()
            .map(|entry| entry.photo.id)
            .filter(|id| self.is_mine_to_remove(*id))
            .take(REMOVE_BATCH)
            .collect();
        let label = self.table.names.label(photo);
        if mine.is_empty() {
            let error = self.not_yours(&label, keeper);
            return self.refuse(link, Refusal::Owner, &error);
        }
        let reports = versions.iter().map(|entry| self.removal_report(entry, &mine));
        let plan = RemovalPlan { name: label, photos: reports.collect() };
        self.answer(link, Answer::Removal(Box::new(plan)));
    }

    /// Whether this node's owner may remove a photo: it is his own, or was until he has deleted or edited the file; or it is
    /// what he has left of a worse version.
    fn is_mine_to_remove(&self, photo: PhotoId) -> bool {
        let me = self.config.node;
        self.table.get(photo).is_some_and(|entry| {
            let is_heir = entry.facts.heirs.contains(&me) && !self.table.is_removed_by_me(photo);
            is_heir || self.table.owners(entry).any(|node| node == me)
        })
    }

    /// Whether these photos may be removed through this node.
    pub(in crate::node) fn may_remove(&self, photos: &[PhotoId]) -> Result<(), String> {
        if photos.is_empty() || photos.len() > REMOVE_BATCH {
            return Err(format!("ask for 1 to {REMOVE_BATCH} photos"));
        }
        if let Some(other) = photos.iter().find(|id| !self.is_mine_to_remove(**id)) {
            return Err(match self.table.get(*other) {
                Some(entry) => self.not_yours(&self.name_of(*other), entry),
                None => format!("no photo {other} is in the collection"),
            });
        }
        let tombstones = &self.table.tombstones;
        if !tombstones.has_room(self.config.node, photos.len()) {
            return Err(format!(
                "so many photos are removed already that no more can be remembered (at most {TOMBSTONES_OF_OWNER} of one node)"
            ));
        }
        Ok(())
    }

    fn not_yours(&self, name: &str, entry: &Entry) -> String {
        let owners: Vec<NodeId> = self.table.owners(entry).collect();
        if owners.is_empty() {
            return format!(
                "{name} is nobody's own: no node that is known has it in its owner's folder. Who puts it makes it his own, and may remove it then"
            );
        }
        format!(
            "{name} is not this node's own: only its owner can remove it, through {}",
            self.in_words(&owners)
        )
    }

    /// What becomes of one version, if those of `mine` are removed.
    fn removal_report(&self, entry: &Entry, mine: &BTreeSet<PhotoId>) -> RemovalReport {
        let id = entry.photo.id;
        let me = self.config.node;
        let removed = mine.contains(&id);
        let others: Vec<NodeId> = self.table.owners(entry).filter(|node| *node != me).collect();
        let mut effects = Vec::new();
        match self.table.mine(id) {
            _ if !removed => {}
            Some(Holding::Original) => {
                let files = self.own_files.companions_of(id);
                let with = match files.is_empty() {
                    true => String::new(),
                    false => format!(", with {}", files.join(", ")),
                };
                effects.push(format!("your file goes to this node's trash{with}"));
            }
            Some(Holding::RetiredOriginal) => {
                effects.push("your file is in this node's trash already".to_owned());
            }
            Some(Holding::Replica | Holding::Retired) | None => {}
        }
        let replicas: Vec<NodeId> =
            entry.live().filter(|node| entry.holding(*node) == Some(Holding::Replica)).collect();
        let stays = !removed || !others.is_empty();
        if !others.is_empty() {
            effects.push(match removed {
                true => format!("stays: {} has it too", self.in_words(&others)),
                false => format!("stays: it is the own of {}", self.in_words(&others)),
            });
        } else if stays {
            effects.push("stays: it is nobody's own".to_owned());
        } else if !replicas.is_empty() {
            effects
                .push(format!("the copy on {} goes to the trash there", self.in_words(&replicas)));
        }
        RemovalReport {
            id,
            names: entry.facts.names.iter().cloned().collect(),
            bytes: entry.photo.bytes,
            withdrawn: removed,
            stays,
            effect: effects.join("; "),
        }
    }

    /// Why a photo is not in the collection, if that is because somebody has removed it.
    pub(super) fn removed_in_words(&self, query: &str) -> Option<String> {
        let photo = self.table.find_removed(query)?;
        let removers = self.table.removers(photo);
        Some(format!(
            "it was removed from the collection by its owner, {}",
            self.in_words(&removers)
        ))
    }

    /// Nodes and where they listen, for people.
    pub(super) fn in_words(&self, nodes: &[NodeId]) -> String {
        let word = |node: &NodeId| match self.mesh.members.get(node) {
            _ if *node == self.config.node => "this node".to_owned(),
            Some(member) => match member.presence {
                Presence::Here { .. } => format!("node {node} at {}", member.address),
                Presence::Away { .. } | Presence::Gone => {
                    format!("node {node} at {} (away)", member.address)
                }
            },
            None => format!("node {node} (not met lately)"),
        };
        nodes.iter().map(word).collect::<Vec<_>>().join(", ")
    }
}

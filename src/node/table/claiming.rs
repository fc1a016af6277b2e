//! Taking a node's word: how a claim that is made, changed or withdrawn goes through the table.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Table;
use super::claims::{Claim, Claims};
use super::edges::is_current;
use super::entry::Entry;
use super::sums::Part;
use super::tombstones::Merged;
use super::verdict::Verdict;
use crate::photo::{Photo, PhotoId};
use crate::protocol::{Holding, Looks, NodeId, Record, Tombstone};

impl Table {
    /// Takes a node's word on a photo.
    ///
    /// Returns whether its account of the bytes is the one in the table: if not, somebody has a bug, or lies.
    pub(in crate::node) fn claim(&mut self, node: NodeId, record: &Record) -> bool {
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
        self.spare(node, id);
        self.set_claim(node, id, Some(claim));
        // What others told before this node had the photo itself is in no file of its own yet.
        let known = self.entries.get(&id).map(|entry| &entry.facts);
        if node == self.me && known.is_some_and(|known| *known != record.facts) {
            self.unnoted.insert(id);
        }
        agrees
    }

    /// Another node tells what it holds, what it holds no more, and what owners have said. What there is to log of it.
    pub(in crate::node) fn told(
        &mut self,
        node: NodeId,
        records: &[Record],
        gone: &[PhotoId],
        tombstones: Vec<Tombstone>,
    ) -> Vec<String> {
        let mut notes = Vec::new();
        let merged = tombstones.into_iter().map(|tombstone| self.entomb(tombstone));
        let refused = merged.filter(|merged| *merged == Merged::Full).count();
        if refused > 0 {
            notes.push(format!(
                "no room for {refused} tombstones told by {node}: they have no effect here"
            ));
        }
        for record in records {
            let id = record.photo.id;
            if !self.has_place(node, id) {
                if self.leave_out(node) {
                    notes.push(format!(
                        "no place for all the photos of node {node}: some are left out"
                    ));
                }
            } else if !self.claim(node, record) {
                let id = id.short();
                notes.push(format!("{node} describes the bytes of {id} otherwise than before"));
            }
        }
        for photo in gone {
            self.remove(node, *photo);
        }
        notes
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
    pub(in crate::node) fn verify(&mut self, photo: &Arc<Photo>) -> bool {
        let Some(entry) = self.entries.get(&photo.id) else {
            self.insert(photo);
            self.apply(photo.id, |entry| entry.verified = true);
            return true;
        };
        let agrees = entry.photo == *photo || entry.photo.account != photo.account;
        if photo.account >= entry.photo.account {
            self.replace(photo, true);
        }
        agrees
    }

    /// Changes how this node holds a photo that it has in some way.
    pub(in crate::node) fn set_my_holding(&mut self, photo: PhotoId, holding: Holding) {
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
    pub(in crate::node) fn remove(&mut self, node: NodeId, photo: PhotoId) {
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
            part: Part::default(),
        };
        self.entries.insert(photo.id, entry);
        self.connect(photo);
    }

    /// Takes another account of a photo's bytes, `verified` if this node has found it itself.
    fn replace(&mut self, photo: &Arc<Photo>, verified: bool) {
        self.apply(photo.id, |entry| {
            entry.photo = photo.clone();
            entry.verified = verified;
        });
    }

    pub(super) fn set_claim(&mut self, node: NodeId, photo: PhotoId, claim: Option<Claim>) {
        let me = self.me;
        self.apply(photo, |entry| {
            entry.claims.set(node, claim);
            entry.facts = entry.all_that_is_said(me);
            if entry.claims.is_empty() {
                entry.verdict = Verdict::Absent;
            }
        });
        if self.entries.get(&photo).is_some_and(|entry| entry.claims.is_empty()) {
            self.disconnect(photo);
            if let Some(entry) = self.entries.remove(&photo) {
                self.discount(&entry);
            }
        }
    }
}

/// What a node says it has found about a photo, if it has found anything.
fn told_looks(looks: &Looks) -> Option<Box<Looks>> {
    (!looks.is_empty()).then(|| Box::new(looks.clone().bounded()))
}

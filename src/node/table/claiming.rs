//! Taking a node's word: how claims are made, changed and withdrawn.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Table;
use super::claims::{Claim, Claims};
use super::entry::{Entry, Part};
use super::facts::{union, with_hearsay};
use super::tombstones::Merged;
use super::verdict::Verdict;
use crate::photo::{Photo, PhotoId};
use crate::protocol::{Facts, Holding, Looks, NodeId, Record, Tombstone};

impl Table {
    /// Takes a node's word on a photo.
    ///
    /// Returns whether its account of the bytes agrees with the table's: if not, some node has a bug, or lies.
    pub(in crate::node) fn claim(&mut self, node: NodeId, record: &Record) -> bool {
        let id = record.photo.id;
        let agrees =
            if node == self.me { self.verify(&record.photo) } else { self.agrees(&record.photo) };
        if !self.entries.contains_key(&id) {
            self.insert(&record.photo);
        }
        let facts = self.facts_told(node, record);
        let mut claim = if node == self.me {
            let mut own = self.my_claim(id, record.holding);
            own.facts = self.known_of(id, &facts);
            own
        } else {
            Claim {
                holding: record.holding,
                current: true,
                draining: self.draining.contains(&node),
                looks: told_looks(&record.looks),
                facts,
                account: None,
            }
        };
        let taken = self.entries.get(&id).map(|entry| &entry.photo);
        claim.account = (taken != Some(&record.photo)).then(|| Arc::clone(&record.photo));
        self.spare(node, id);
        self.set_claim(node, id, Some(claim));
        // What was heard before is not on disk yet.
        let own = self.entries.get(&id).and_then(|entry| entry.claims.get(self.me));
        if node == self.me && own.is_some_and(|own| own.facts != record.facts) {
            self.unnoted.insert(id);
        }
        agrees
    }

    /// Another node, which people call so, tells which photos it holds, which it holds no more, and tombstones. Returns
    /// lines for the log.
    pub(in crate::node) fn told(
        &mut self,
        (node, called): (NodeId, &str),
        records: &[Record],
        gone: &[PhotoId],
        tombstones: Vec<Tombstone>,
    ) -> Vec<String> {
        let mut notes = Vec::new();
        let merged = tombstones.into_iter().map(|tombstone| self.entomb(tombstone, false));
        let refused = merged.filter(|merged| *merged == Merged::Full).count();
        if refused > 0 {
            notes.push(format!(
                "no room for {refused} tombstones told by {called}: they have no effect here"
            ));
        }
        for record in records {
            let Some(record) = self.placed(node, record) else {
                if self.leave_out(node) {
                    notes.push(format!(
                        "no place for all the photos of {called}: some are left out"
                    ));
                }
                continue;
            };
            if !self.claim(node, &record) {
                let id = record.photo.id.short();
                notes.push(format!("{called} describes the bytes of {id} differently than before"));
            }
        }
        for photo in gone {
            self.remove(node, *photo);
        }
        notes
    }

    /// Changes how this node holds a photo that it has in some way.
    pub(in crate::node) fn set_my_holding(&mut self, photo: PhotoId, holding: Holding) {
        if self.entries.get(&photo).is_some_and(|entry| entry.claims.has(self.me)) {
            let claim = self.my_claim(photo, holding);
            self.set_claim(self.me, photo, Some(claim));
        }
    }

    /// This node's own claim on a photo, if it holds it in this way.
    fn my_claim(&self, photo: PhotoId, holding: Holding) -> Claim {
        let before = self.entries.get(&photo).and_then(|entry| entry.claims.get(self.me));
        Claim {
            holding,
            current: true,
            draining: self.draining.contains(&self.me),
            looks: self.looked.get(&photo).and_then(told_looks),
            facts: before.map(|claim| Arc::clone(&claim.facts)).unwrap_or_default(),
            account: before.and_then(|claim| claim.account.clone()),
        }
    }

    /// What this node knows of a photo of which its folder says this: that, what it knew, and what others say now.
    fn known_of(&self, photo: PhotoId, facts: &Arc<Facts>) -> Arc<Facts> {
        let Some(entry) = self.entries.get(&photo) else {
            return Arc::clone(facts);
        };
        let before = entry.claims.get(self.me).map(|claim| &claim.facts);
        let known =
            before.map_or_else(|| Arc::clone(facts), |known| union(Arc::clone(facts), known));
        let others = entry.claims.iter().filter(|(node, _)| *node != self.me);
        others.fold(known, |known, (_, claim)| with_hearsay(&known, &claim.facts))
    }

    /// A node no longer has a photo in any way.
    pub(in crate::node) fn remove(&mut self, node: NodeId, photo: PhotoId) {
        if node == self.me {
            self.looked.remove(&photo);
        }
        self.set_claim(node, photo, None);
    }

    pub(super) fn insert(&mut self, photo: &Arc<Photo>) {
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

    pub(super) fn set_claim(&mut self, node: NodeId, photo: PhotoId, claim: Option<Claim>) {
        let me = self.me;
        let before = self.entries.get(&photo).and_then(|entry| entry.claims.get(node));
        let before = before.map(|claim| Arc::clone(&claim.facts));
        let said = claim.as_ref().map(|claim| Arc::clone(&claim.facts));
        let heard = said.clone().filter(|_| node != me);
        self.apply(photo, |entry| {
            entry.claims.set(node, claim);
            if let Some((own, heard)) = entry.claims.get_mut(me).zip(heard) {
                own.facts = with_hearsay(&own.facts, &heard);
            }
            if entry.claims.is_empty() {
                entry.verdict = Verdict::Absent;
            }
        });
        if said != before {
            self.gather(photo);
        }
        self.weigh_accounts(photo);
        if self.entries.get(&photo).is_some_and(|entry| entry.claims.is_empty()) {
            self.disconnect(photo);
            if let Some(entry) = self.entries.remove(&photo) {
                self.discount(&entry);
            }
        }
    }
}

/// A node's reported findings about a photo, if there are any.
fn told_looks(looks: &Looks) -> Option<Box<Looks>> {
    (!looks.is_empty()).then(|| Box::new(looks.clone().bounded()))
}

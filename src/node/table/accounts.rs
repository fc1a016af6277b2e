//! Accounts: what a photo's bytes are, where nodes differ about it.
//!
//! An account is a pure function of the bytes and of the version of the rules by which they were read. So two accounts
//! of one photo differ only if one node has a bug, or lies; or if its program is of another version.
//!
//! **What this node has read itself, by the present rules, stands.** Of others' accounts the one by the highest version
//! of the rules counts that this node knows, since findings by an earlier program's rules mean nothing to later ones;
//! of those of one version the one of the most persons; and of those the lesser, so that all nodes take the same. Each
//! claim remembers its own account: so a wrong one counts for as long as whoever tells it is here, and whoever is asked
//! for the bytes is asked for as many as they have told.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Table;
use super::claims::Claim;
use super::edges::is_current;
use super::entry::Entry;
use super::spread::Person;
use crate::photo::{ACCOUNT, Photo, PhotoId};
use crate::protocol::NodeId;

/// How much the version of an account counts. One by rules that this program does not know, which any member can make
/// up, counts the least.
fn weight(account: &Photo) -> u32 {
    match account.account {
        known @ ..=ACCOUNT => 1 + u32::from(known),
        _ => 0,
    }
}

impl Entry {
    /// A claim's account of the bytes.
    fn account_of<'a>(&'a self, claim: &'a Claim) -> &'a Arc<Photo> {
        claim.account.as_ref().unwrap_or(&self.photo)
    }

    /// What a node says that the bytes are; of one that says nothing, what is taken for true.
    pub(in crate::node) fn told_by(&self, node: NodeId) -> &Arc<Photo> {
        self.claims.get(node).map_or(&self.photo, |claim| self.account_of(claim))
    }

    /// Takes another account for true.
    fn take_account(&mut self, account: &Arc<Photo>) {
        let before = std::mem::replace(&mut self.photo, Arc::clone(account));
        for claim in self.claims.values_mut() {
            let told = claim.account.take().unwrap_or_else(|| Arc::clone(&before));
            claim.account = (told != *account).then_some(told);
        }
    }
}

impl Table {
    /// Whether an account says the same as what is taken for true, or follows other rules.
    pub(super) fn agrees(&self, account: &Photo) -> bool {
        let known = self.entries.get(&account.id).map(|entry| &entry.photo);
        known.is_none_or(|known| **known == *account || known.account != account.account)
    }

    /// Takes what this node has read itself; returns false if it contradicts what was taken for true, by the same rules.
    /// An account by an earlier program's rules counts no more than other nodes' accounts, but the number of bytes is
    /// the one that this node has found.
    pub(in crate::node) fn verify(&mut self, account: &Arc<Photo>) -> bool {
        let agrees = self.agrees(account);
        let known = self.entries.get(&account.id).map(|entry| &entry.photo);
        let counts = known
            .is_none_or(|known| weight(account) >= weight(known) || account.bytes != known.bytes);
        if known.is_none() {
            self.insert(account);
        }
        if counts {
            self.set_account(account, true);
        }
        agrees
    }

    /// After a change of a photo's claims: takes the account for true that counts by the rule at the top of this file.
    pub(super) fn weigh_accounts(&mut self, photo: PhotoId) {
        let counts = self.entries.get(&photo).and_then(|entry| self.counting_account(entry));
        if let Some((account, verified)) = counts {
            self.set_account(&account, verified);
        }
    }

    /// The account that counts and whether it is this node's own, if it is another one than was taken for true.
    fn counting_account(&self, entry: &Entry) -> Option<(Arc<Photo>, bool)> {
        let stands = entry.verified && is_current(&entry.photo);
        if stands || entry.claims.values().all(|claim| claim.account.is_none()) {
            return None;
        }
        let own = entry.claims.get(self.me).map(|claim| entry.account_of(claim));
        let mut tellers: BTreeMap<&Arc<Photo>, BTreeSet<Person>> = BTreeMap::new();
        for (node, claim) in entry.claims.iter() {
            let account = entry.account_of(claim);
            if own.is_none_or(|own| own.bytes == account.bytes) {
                tellers.entry(account).or_default().insert(self.person(node));
            }
        }
        let (best, _) = tellers.into_iter().max_by_key(|(account, persons)| {
            (weight(account), persons.len(), Reverse(Arc::clone(account)))
        })?;
        (*best != entry.photo).then(|| (Arc::clone(best), own == Some(best)))
    }

    /// Takes an account for true, `verified` if it is this node's own.
    fn set_account(&mut self, account: &Arc<Photo>, verified: bool) {
        self.apply(account.id, |entry| {
            entry.take_account(account);
            entry.verified = verified;
        });
    }
}

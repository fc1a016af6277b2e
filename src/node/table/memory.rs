//! How much memory what nodes tell takes up: reckoned, so that it can be bounded.
//!
//! What a photo takes is shared by those who claim it, and each claim takes what it says. The figures were measured with
//! tables of a hundred thousand photos, and a test holds them against a real daemon.

use std::collections::BTreeMap;

use super::claims::Claim;
use super::entry::{Entry, Inventory};
use crate::protocol::{Facts, NodeId};

/// What a photo takes in memory, in bytes: its account, its places in all indexes, its label.
const PHOTO: usize = 1800;

/// What each claim on it takes besides.
const CLAIM: usize = 450;

/// What another account of its bytes takes.
const ACCOUNT: usize = 600;

/// What a neighbour takes that is a version of the same picture.
const NEIGHBOUR: usize = 64;

/// What another id takes from which it is distinct, or different.
const ID: usize = 80;

/// What a name takes besides its text, which is kept in three places.
const NAME: usize = 140;

/// Adds what an entry's claims take up in memory to their nodes' accounts, or takes it away.
pub(super) fn count_memory(
    entry: &Entry,
    inventories: &mut BTreeMap<NodeId, Inventory>,
    apply: impl Fn(&mut usize, usize),
) {
    for (node, claim) in entry.claims.iter() {
        apply(&mut inventories.entry(node).or_default().memory, memory(entry, claim));
    }
}

/// What a claim takes up in memory, with its share in the photo.
fn memory(entry: &Entry, claim: &Claim) -> usize {
    let looks = claim.looks().map_or(0, |looks| ID * (1 + looks.differs.len()));
    let account = if claim.account.is_some() { ACCOUNT } else { 0 };
    let shared = PHOTO + NEIGHBOUR * entry.similar.len();
    CLAIM + text(&claim.facts) + looks + account + shared / entry.claims.len()
}

fn text(facts: &Facts) -> usize {
    let names = facts.names.iter().chain(&facts.aliases);
    names.map(|name| NAME + 3 * name.len()).sum::<usize>() + ID * facts.distinct.len()
}

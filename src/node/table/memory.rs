//! How much memory what nodes tell takes up: reckoned, so that it can be bounded.
//!
//! What a photo takes is shared by those who claim it; one that this node has itself takes it up anyway. Each claim
//! takes what it says beside what all say. The figures were measured with tables of a hundred thousand photos, and a
//! test holds them against a real daemon.

use std::collections::BTreeMap;

use super::claims::Claim;
use super::entry::{Entry, Inventory};
use crate::protocol::{Facts, NodeId};

/// What a photo takes in memory, in bytes: its account, its places in all indexes, its label.
const PHOTO: usize = 1800;

/// What each claim on it takes besides.
const CLAIM: usize = 280;

/// What another account of its bytes takes.
const ACCOUNT: usize = 600;

/// What a neighbour takes that is a version of the same picture.
const NEIGHBOUR: usize = 64;

/// What a list of names and owners takes.
const FACTS: usize = 170;

/// What another id takes from which it is distinct, or different.
const ID: usize = 80;

/// What an owner takes.
const OWNER: usize = 40;

/// What a name takes besides its text, which is kept in three places.
const NAME: usize = 140;

/// Adds what an entry's claims take up in memory to their nodes' accounts, or takes it away.
pub(super) fn count_memory(
    entry: &Entry,
    me: NodeId,
    inventories: &mut BTreeMap<NodeId, Inventory>,
    apply: impl Fn(&mut usize, usize),
) {
    let shared = match entry.claims.has(me) {
        true => 0,
        false => PHOTO + NEIGHBOUR * entry.similar.len() + text(&entry.facts),
    };
    for (node, claim) in entry.claims.iter() {
        let part = claimed(entry, claim) + shared / entry.claims.len();
        apply(&mut inventories.entry(node).or_default().memory, part);
    }
}

/// What a claim says beside what all say together.
fn claimed(entry: &Entry, claim: &Claim) -> usize {
    let looks = claim.looks().map_or(0, |looks| ID * (1 + looks.differs.len()));
    let account = if claim.account.is_some() { ACCOUNT } else { 0 };
    let facts = if claim.facts == entry.facts { 0 } else { text(&claim.facts) };
    CLAIM + looks + account + facts
}

fn text(facts: &Facts) -> usize {
    let names = facts.names.iter().chain(&facts.aliases);
    let names = names.map(|name| NAME + 3 * name.len()).sum::<usize>();
    FACTS + names + ID * facts.distinct.len() + OWNER * facts.owners.len()
}

//! Tombstones, in whatever order they are heard.

use std::collections::BTreeMap;

use ed25519_dalek::SigningKey;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::node::limits::{TOMBSTONES, TOMBSTONES_OF_OWNER};
use crate::node::table::tombstones::{Key, Merged, Tombstones};
use crate::photo::PhotoId;
use crate::protocol::{Tombstone, Wish};

fn word(owner: u8, photo: u8, counter: u64, lifted: bool) -> Tombstone {
    let key = SigningKey::from_bytes(&[owner; 32]);
    let wish = if lifted { Wish::Lifted } else { Wish::Removed };
    Tombstone::sign(&key, PhotoId([photo; 32]), counter, wish)
}

fn words() -> impl Strategy<Value = Vec<Tombstone>> {
    let one = (0..3_u8, 0..3_u8, 0..4_u64, any::<bool>());
    vec(one, 0..12).prop_map(|words| {
        let signed = words.into_iter().map(|(o, p, c, lifted)| word(o, p, c, lifted));
        signed.collect()
    })
}

fn table(words: &[Tombstone]) -> Tombstones {
    let mut table = Tombstones::default();
    for word in words {
        table.merge(word.clone());
    }
    table.take_fresh();
    table
}

fn all(table: &Tombstones) -> BTreeMap<Key, Tombstone> {
    table.keys().filter_map(|key| Some((key, table.get(key)?.clone()))).collect()
}

proptest! {
    /// Heard in any order, any number of times, all nodes end with the same: merging is commutative, associative
    /// and idempotent.
    #[test]
    fn all_orders_of_hearing_end_alike(
        (heard, shuffled) in words().prop_flat_map(|w| (Just(w.clone()), Just(w).prop_shuffle())),
        again in 0..12_usize,
    ) {
        let mut twice = shuffled.clone();
        twice.extend(shuffled.iter().take(again).cloned());
        prop_assert_eq!(all(&table(&heard)), all(&table(&twice)));
    }

    /// The latest word is never an earlier one, and news is news once.
    #[test]
    fn no_word_gives_way_to_an_earlier_one(heard in words()) {
        let mut table = table(&heard);
        for word in &heard {
            let latest = table.get((word.photo(), word.owner())).unwrap();
            prop_assert!(!word.is_later_than(latest));
            prop_assert!(latest.counter() >= word.counter());
            prop_assert_eq!(table.merge(word.clone()), Merged::Known);
        }
        prop_assert!(table.take_fresh().is_empty());
    }
}

#[test]
fn an_owner_cannot_fill_the_table_and_can_always_think_better_of_it() {
    let mut table = Tombstones::default();
    let mine = word(1, 1, 1, false);
    let owner = mine.owner();
    assert_eq!(table.merge(mine), Merged::News);
    assert_eq!((table.count, table.of_owner[&owner]), (1, 1));
    table.of_owner.insert(owner, TOMBSTONES_OF_OWNER);
    assert_eq!(table.merge(word(1, 2, 1, false)), Merged::Full);
    assert_eq!(table.merge(word(1, 1, 2, true)), Merged::News);
    assert_eq!(table.merge(word(2, 2, 1, false)), Merged::News);
    table.count = TOMBSTONES;
    assert_eq!(table.merge(word(3, 2, 1, false)), Merged::Full);
}

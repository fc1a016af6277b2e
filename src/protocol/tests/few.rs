//! A set of few things is a set.

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::protocol::Few;

/// What is done to a set: something is added, taken away, or added with others.
fn deeds() -> impl Strategy<Value = Vec<(u8, u8)>> {
    prop::collection::vec((0..4_u8, 0..12_u8), 0..40)
}

proptest! {
    #[test]
    fn it_is_a_set(deeds in deeds(), other in prop::collection::vec(0..12_u8, 0..12)) {
        let (mut few, mut set) = (Few::default(), BTreeSet::new());
        for (deed, one) in deeds {
            match deed {
                0 => prop_assert_eq!(few.insert(one), set.insert(one)),
                1 => prop_assert_eq!(few.remove(&one), set.remove(&one)),
                2 => {
                    few.extend([one, one / 2]);
                    set.extend([one, one / 2]);
                }
                _ => {
                    few.retain(|other| other % 5 != one);
                    set.retain(|other| other % 5 != one);
                }
            }
            prop_assert_eq!(few.contains(&one), set.contains(&one));
            prop_assert!(few.iter().eq(&set));
            prop_assert_eq!((few.len(), few.first(), few.is_empty()), (set.len(), set.first(), set.is_empty()));
        }
        let (few_others, others) = (Few::from(other.clone()), BTreeSet::from_iter(other));
        let all: BTreeSet<u8> = few.union(&few_others).copied().collect();
        prop_assert_eq!(few.union(&few_others).count(), all.len());
        prop_assert_eq!(all, &set | &others);
        prop_assert!(few.difference(&few_others).eq(set.difference(&others)));
    }
}

use proptest::prelude::*;

use crate::trace::clocks::shifts;

#[test]
fn clocks_are_set_by_no_more_than_they_must() {
    // From 0 to 1 it seems to arrive 500 early; the answer 700 late, of which some is the way.
    let messages = [(0, 1, 1_000, 500), (1, 0, 600, 1_300)];
    let found = shifts(2, messages.into_iter());
    assert_eq!((found.by, found.impossible), (vec![0, 500], false));
}

#[test]
fn clocks_that_agree_stay() {
    let messages = [(0, 1, 10, 12), (1, 2, 13, 13), (2, 0, 20, 25)];
    assert_eq!(shifts(3, messages.into_iter()).by, [0, 0, 0]);
}

#[test]
fn who_is_behind_takes_along_whom_it_writes_to() {
    let messages = [(0, 1, 100, 60), (1, 2, 70, 65)];
    assert_eq!(shifts(3, messages.into_iter()).by, [0, 40, 45]);
}

#[test]
fn a_clock_that_jumps_is_noticed() {
    let messages = [(0, 1, 1_000, 500), (1, 0, 600, 900)];
    assert!(shifts(2, messages.into_iter()).impossible);
}

proptest! {
    /// Whatever the true times are and however wrong the clocks, afterwards nothing arrives before it was sent.
    #[test]
    fn nothing_arrives_before_it_was_sent(
        wrong in prop::collection::vec(0_u64..10_000, 4),
        messages in prop::collection::vec((0_usize..4, 0_usize..4, 0_u64..10_000, 0_u64..500), 1..60),
    ) {
        let messages: Vec<_> = messages
            .into_iter()
            .filter(|(from, to, ..)| from != to)
            .map(|(from, to, at, way)| (from, to, at + wrong[from], at + way + wrong[to]))
            .collect();
        let found = shifts(4, messages.iter().copied());
        prop_assert!(!found.impossible);
        for (from, to, sent, heard) in messages {
            prop_assert!(sent + found.by[from] <= heard + found.by[to]);
        }
        // Somebody's clock is taken as it is.
        prop_assert!(found.by.contains(&0));
    }
}

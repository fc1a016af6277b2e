//! The gate through which copies leave, and what a search of every order of events finds about it.

use super::super::Time;
use super::super::custody::{Custody, Obstacle, Standing};
use super::super::limits::ROUNDS;
use super::every_order::{ALL, NO_PINS, Nets, PHOTO, node, nonce, search, search_betrayed};
use crate::photo::PhotoId;

#[test]
fn no_order_of_events_leaves_too_few_copies() {
    for (copies, rounds, crashes) in
        [(1, &[1, 1][..], 0), (1, &[2, 2], 1), (1, &[1, 1, 0], 0), (2, &[1, 1, 0, 0], 0)]
    {
        let (fewest, states) = search(copies, rounds, crashes, ALL);
        println!("both nets, rounds {rounds:?}: {fewest} of {copies} copies in {states} states");
        assert_eq!(fewest, copies, "{states} states of {} nodes", rounds.len());
    }
}

#[test]
fn the_first_net_holds_without_the_second_which_covers_a_hole_in_it() {
    for (copies, rounds, crashes) in
        [(1, &[1, 1][..], 0), (1, &[2, 2], 1), (1, &[1, 1, 0], 0), (2, &[1, 1, 0, 0], 0)]
    {
        let (fewest, states) = search(copies, rounds, crashes, NO_PINS);
        println!("no promises, rounds {rounds:?}: {fewest} of {copies} copies in {states} states");
        assert_eq!(fewest, copies, "without pins {states} states of {} nodes", rounds.len());
    }
    // With pins it does no harm that somebody gives way whose disk is at it.
    let late = Nets { too_late: false, ..ALL };
    let (fewest, states) = search(1, &[2, 2], 1, late);
    assert_eq!(fewest, 1, "{states} states");
}

#[test]
fn a_traitor_who_proves_everything_takes_no_photo_along() {
    // Two friends, or one with two computers, and one who proves with two nodes, or one, whatever is asked.
    for (rounds, crashes, people) in [
        (&[1, 1, 0, 0][..], 0, &[0, 1, 2, 2][..]),
        (&[1, 1, 0, 0], 0, &[0, 0, 1, 1]),
        (&[1, 1, 0], 1, &[0, 1, 2]),
    ] {
        let fewest = search_betrayed(rounds, crashes, people, ALL);
        assert!(fewest >= 1, "{people:?}, {crashes} crashes: {fewest} honest copies");
    }
    let by_node = Nets { by_person: false, ..ALL };
    let fewest = search_betrayed(&[1, 1, 0, 0], 0, &[0, 1, 2, 2], by_node);
    assert_eq!(fewest, 0, "each of two nodes believed by itself");
}

#[test]
fn what_is_left_out_is_missed() {
    for (what, copies, rounds, nets) in [
        ("two ask each other, and both prove", 1, &[1, 1][..], Nets { refusal: false, ..ALL }),
        (
            "one acts, and gives way all the same",
            2,
            &[1, 1, 0],
            Nets { too_late: false, ..NO_PINS },
        ),
        ("one proof too few is enough", 2, &[1, 1, 0], Nets { all_proofs: false, ..ALL }),
    ] {
        let (fewest, states) = search(copies, rounds, 0, nets);
        println!("{what}: {fewest} of {copies} copies in {states} states");
        assert!(fewest < copies, "{what}: {states} states are as safe");
    }
}

#[test]
fn each_obstacle_keeps_a_copy_and_the_most_lasting_is_told() {
    let other = PhotoId([8; 32]);
    let fine = Standing { unfit: None, settled: true, others: 2, needed: 2, by_owner: false };
    let may = |custody: &Custody, standing: &Standing| custody.may_leave(PHOTO, other, standing);
    let mut custody = Custody::default();
    assert_eq!(may(&custody, &fine), Ok(()));
    for (standing, obstacle) in [
        (Standing { unfit: Some(Obstacle::Alone), ..fine }, Obstacle::Alone),
        (Standing { settled: false, ..fine }, Obstacle::Unsettled),
        (Standing { others: 1, ..fine }, Obstacle::TooFew),
    ] {
        assert_eq!(may(&custody, &standing), Err(obstacle));
    }
    for n in 0..ROUNDS {
        custody.leaves(PhotoId([100 + n as u8; 32]), None, None);
    }
    assert_eq!(may(&custody, &fine), Err(Obstacle::Busy));
    custody = Custody::default();
    custody.compare(other, PHOTO);
    assert_eq!(may(&custody, &fine), Err(Obstacle::ReliedOn));
    assert_eq!(custody.begin_comparing(PHOTO), [other]);
    assert_eq!(may(&custody, &fine), Err(Obstacle::ReliedOn));
    assert!(custody.end_comparing(other, PHOTO));
    custody.leaves(other, None, None);
    assert_eq!(may(&custody, &fine), Err(Obstacle::KeeperGoing));
    custody.leaves(other, Some(PHOTO), None);
    assert_eq!(may(&custody, &fine), Err(Obstacle::ReliedOn));
    custody.promise(PHOTO, nonce(0, 0), node(1), Time::default());
    assert_eq!(may(&custody, &fine), Err(Obstacle::Promised));
    let by_owner = Standing { by_owner: true, ..fine };
    assert_eq!(may(&custody, &by_owner), Err(Obstacle::ReliedOn), "others' promises alone");
    custody.release(PHOTO, nonce(0, 0), node(2));
    assert_eq!(may(&custody, &fine), Err(Obstacle::Promised), "it is another's promise");
    assert!(custody.returns(PHOTO));
    assert_eq!(may(&custody, &fine), Err(Obstacle::Returning));
    custody.leaves(PHOTO, None, None);
    assert_eq!(may(&custody, &fine), Err(Obstacle::Going));
}

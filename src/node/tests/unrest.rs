//! A holder that changes its mind all the time keeps a photo from being given up, and not from being copied.

use std::time::Duration;

use super::super::limits::{PASS_OVER, SETTLE, TICK, UNREST};
use super::super::{Action, Time};
use super::members::replica;
use super::offers::offers;
use super::shortages::coordinated_by;
use super::solo::{Solo, challenge, original};
use crate::node::agenda::Agenda;
use crate::photo::PhotoId;

const PIN: Duration = Duration::from_secs(60);

/// Node 1 has a photo now as its own and now as a replica, for so long.
fn toggle(solo: &mut Solo, bytes: &[u8], pause: Duration, span: Duration) -> Vec<Action> {
    let end = solo.now + span;
    let mut actions = Vec::new();
    while solo.now < end {
        for record in [replica(bytes), original(bytes)] {
            actions.extend(solo.announce(1, vec![record], false));
            actions.extend(solo.wait(pause));
        }
    }
    actions
}

/// A node that wants three copies of a photo, of which node 1 has one.
fn two_of_three(bytes: &[u8]) -> Solo {
    let mut solo = Solo::with(|config| config.copies = 3);
    solo.hold(bytes);
    solo.join(1, PIN, &[bytes]);
    solo.join(2, PIN, &[]);
    solo
}

#[test]
fn what_finds_no_rest_is_copied_all_the_same() {
    let bytes = coordinated_by(9);
    let mut solo = two_of_three(&bytes);
    let pause = SETTLE / 2;
    assert_eq!(offers(&toggle(&mut solo, &bytes, pause, UNREST - SETTLE)), []);
    assert_eq!(offers(&toggle(&mut solo, &bytes, pause, 3 * SETTLE)).len(), 1);
}

#[test]
fn who_changes_its_mind_is_passed_over_all_the_same() {
    let bytes = coordinated_by(1);
    for pause in [SETTLE / 2, 2 * SETTLE] {
        let mut solo = two_of_three(&bytes);
        assert_eq!(offers(&toggle(&mut solo, &bytes, pause, PASS_OVER - 4 * SETTLE)), []);
        assert_eq!(offers(&toggle(&mut solo, &bytes, pause, UNREST + 8 * SETTLE)).len(), 1);
    }
}

#[test]
fn what_finds_no_rest_is_not_given_up() {
    let bytes = b"everywhere";
    let mut solo = Solo::new();
    solo.hold(bytes);
    (1..=3).for_each(|n| solo.join(n, PIN, &[bytes]));
    assert_eq!(challenge(&toggle(&mut solo, bytes, SETTLE - TICK, 2 * UNREST)), None);
}

#[test]
fn how_long_a_photo_has_been_short_begins_anew_when_one_more_person_keeps_it() {
    let mut agenda = Agenda::default();
    let photo = PhotoId::of(b"cat");
    let second = |n| Time(Duration::from_secs(n));
    for (now, persons, since) in [(1, 1, 1), (5, 1, 1), (9, 2, 9), (12, 1, 9), (14, 2, 9)] {
        agenda.falls_short(photo, second(now), persons);
        assert_eq!(agenda.short_since(photo), Some(second(since)), "at {now}");
    }
}

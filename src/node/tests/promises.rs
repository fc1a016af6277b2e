//! Promises: who gives them, whom they bind, and when they are over.

use std::time::Duration;

use super::super::limits::{PINS, PROOFS_PER_LINK, RETRY};
use super::super::{
    Action, CloseReason, DiskAction, DiskError, DiskEvent, Event, LinkAction, LinkEvent, LinkId,
};
use super::solo::{Solo, challenge};
use crate::photo::{MAX_PHOTO, Nonce, Photo, PhotoId};
use crate::protocol::{Facts, Holding, Message, NodeId};

const PIN: Duration = Duration::from_secs(60);
const BYTES: &[u8] = b"everywhere";
/// Long enough that whoever may drop a copy has asked for proofs, and shorter than a promise.
const LONG: Duration = Duration::from_secs(40);

/// A node whose copy is one too many, so that it gives it up as soon as no promise binds it.
fn with_three_others() -> Solo {
    let mut solo = Solo::new();
    solo.hold(BYTES);
    (1..=3).for_each(|n| solo.join(n, PIN, &[BYTES]));
    solo
}

fn nonce(round: usize) -> Nonce {
    Nonce(*blake3::hash(&round.to_be_bytes()).as_bytes())
}

/// Whether another node that asks for a proof is refused it at once.
fn is_refused(solo: &mut Solo, n: u64, round: usize) -> bool {
    let (photo, nonce) = (PhotoId::of(BYTES), nonce(round));
    let actions = solo.hear(n, Message::Challenge { photo, nonce });
    let refuses = |action: &Action| matches!(action, Action::Link(LinkAction::Send { message: Message::Proof { proof, .. }, .. }) if proof.is_none());
    actions.iter().any(refuses)
}

fn release(solo: &mut Solo, n: u64, round: usize) {
    let (photo, nonce) = (PhotoId::of(BYTES), nonce(round));
    solo.hear(n, Message::Release { photo, nonce });
}

#[test]
fn a_promise_ends_when_its_asker_releases_it() {
    let mut solo = with_three_others();
    assert!(!is_refused(&mut solo, 1, 1));
    release(&mut solo, 1, 1);
    assert!(challenge(&solo.wait(LONG)).is_some());
}

#[test]
fn a_promise_is_not_for_others_to_release() {
    let mut solo = with_three_others();
    assert!(!is_refused(&mut solo, 1, 1));
    // Not even if it asks the same question.
    assert!(!is_refused(&mut solo, 2, 1));
    release(&mut solo, 2, 1);
    assert_eq!(challenge(&solo.wait(PIN - RETRY)), None);
}

#[test]
fn a_promise_to_one_does_not_end_with_that_to_another() {
    let mut solo = with_three_others();
    assert!(!is_refused(&mut solo, 1, 1));
    assert!(!is_refused(&mut solo, 2, 2));
    release(&mut solo, 1, 1);
    assert_eq!(challenge(&solo.wait(PIN - RETRY)), None);
}

#[test]
fn who_cannot_read_its_copy_has_promised_nothing() {
    let mut solo = with_three_others();
    assert!(!is_refused(&mut solo, 1, 1));
    let result = Err(DiskError::Other("permission denied".to_owned()));
    solo.tell(DiskEvent::Proved { nonce: nonce(1), result });
    assert!(challenge(&solo.wait(LONG)).is_some());
}

#[test]
fn a_copy_in_the_trash_is_promised_to_nobody() {
    let mut solo = with_three_others();
    solo.tell(DiskEvent::Held {
        photo: super::world::picture(BYTES),
        facts: Facts::default(),
        holding: Holding::RetiredOriginal,
        files: 0,
    });
    assert!(is_refused(&mut solo, 1, 1));
}

#[test]
fn who_leaves_promises_nothing() {
    let mut solo = with_three_others();
    solo.tell(Event::Shutdown);
    assert!(is_refused(&mut solo, 1, 1));
}

#[test]
fn so_many_proofs_are_computed_for_one_node_and_as_many_for_the_next() {
    let mut solo = with_three_others();
    let refused = (0..PROOFS_PER_LINK).any(|round| is_refused(&mut solo, 1, round));
    assert!(!refused);
    assert!(is_refused(&mut solo, 1, PROOFS_PER_LINK));
    assert!(!is_refused(&mut solo, 2, PROOFS_PER_LINK));
}

#[test]
fn promises_are_limited() {
    let mut solo = with_three_others();
    // Of one asker alone, the bytes to be read are limited before that.
    (4..=8).for_each(|n| solo.join(n, PIN, &[]));
    let asker = |round: usize| 1 + round as u64 % 8;
    for round in 0..PINS {
        assert!(!is_refused(&mut solo, asker(round), round), "{round}");
        let proofs = [(NodeId(9), crate::photo::Proof([7; 32]))];
        solo.tell(DiskEvent::Proved { nonce: nonce(round), result: Ok(proofs.into()) });
    }
    assert!(is_refused(&mut solo, 1, PINS));
    release(&mut solo, 1, 0);
    assert!(!is_refused(&mut solo, 1, PINS));
}

/// The nonces of the proofs that are begun.
pub(super) fn begun(actions: &[Action]) -> Vec<Nonce> {
    let begun = actions.iter().filter_map(|action| match action {
        Action::Disk(DiskAction::Prove { nonce, .. }) => Some(*nonce),
        _ => None,
    });
    begun.collect()
}

#[test]
fn proofs_are_computed_one_at_a_time_for_each_node_in_its_turn() {
    let mut solo = with_three_others();
    let photo = PhotoId::of(BYTES);
    let mut actions = Vec::new();
    for (n, rounds) in [(1, 0..10), (2, 10..11), (3, 11..12)] {
        for nonce in rounds.map(nonce) {
            actions.extend(solo.hear(n, Message::Challenge { photo, nonce }));
        }
    }
    let mut order = begun(&actions);
    assert_eq!(order, [nonce(0)], "one at a time");
    for place in 0..4 {
        let proofs = [(NodeId(9), crate::photo::Proof([7; 32]))];
        let nonce = order[place];
        order.extend(begun(&solo.tell(DiskEvent::Proved { nonce, result: Ok(proofs.into()) })));
    }
    assert_eq!(order, [0, 10, 11, 1, 2].map(nonce));
}

#[test]
fn no_proof_is_computed_for_who_has_given_up_or_gone() {
    let mut solo = with_three_others();
    let photo = PhotoId::of(BYTES);
    for n in 1..=3 {
        solo.hear(n, Message::Challenge { photo, nonce: nonce(n as usize) });
    }
    release(&mut solo, 2, 2);
    let (link, reason) = (LinkId(3), CloseReason::Remote);
    solo.tell(LinkEvent::Closed { link, reason });
    let failed = || Err(DiskError::Other("permission denied".to_owned()));
    let actions = solo.tell(DiskEvent::Proved { nonce: nonce(1), result: failed() });
    assert_eq!(begun(&actions), []);
}

#[test]
fn so_many_bytes_are_read_for_one_node_and_as_many_for_the_next() {
    let mut solo = Solo::new();
    let large = Photo { bytes: MAX_PHOTO, ..Photo::clone(&super::world::picture(BYTES)) };
    solo.tell(DiskEvent::Held {
        photo: large.into(),
        facts: Facts::named("p.jpg"),
        holding: Holding::Original,
        files: 1,
    });
    (1..=2).for_each(|n| solo.join(n, PIN, &[]));
    let (photo, ask) = (PhotoId::of(BYTES), |solo: &mut Solo, n, round| {
        let (photo, nonce) = (PhotoId::of(BYTES), nonce(round));
        let actions = solo.hear(n, Message::Challenge { photo, nonce });
        actions.into_iter().find_map(|action| match action {
            Action::Link(LinkAction::Send { message: Message::Proof { wait, .. }, .. }) => wait,
            _ => None,
        })
    });
    assert_eq!(ask(&mut solo, 1, 1), None);
    assert_eq!(ask(&mut solo, 1, 2), Some(60), "at once, and with the time to wait");
    assert_eq!(ask(&mut solo, 2, 3), None);
    solo.wait(Duration::from_secs(45));
    assert_eq!(ask(&mut solo, 1, 4), Some(15));
    solo.wait(Duration::from_secs(15));
    assert_eq!(ask(&mut solo, 1, 5), None);
    assert!(solo.node.cx.custody.is_pinned(photo));
}

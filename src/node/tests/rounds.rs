//! How a round of challenges ends: with a copy given up, or with all as it was before.

use std::time::Duration;

use super::super::limits::{RETRY, TICK};
use super::super::{
    Action, CloseReason, DiskAction, DiskError, DiskEvent, LinkAction, LinkEvent, LinkId,
};
use super::solo::{Solo, about_to_drop, challenge, drop_within, original, proof};
use crate::photo::{Nonce, PhotoId};
use crate::protocol::{Facts, Holding, Message};

const PIN: Duration = Duration::from_secs(60);
const BYTES: &[u8] = b"everywhere";

/// A node that has withdrawn its copy and asks three others for proofs; the first of them hears what it says of it.
fn withdrawn() -> (Solo, Nonce) {
    let (mut solo, nonce) = about_to_drop([60; 3]);
    solo.hear(1, Message::RequestInfo);
    solo.tell(LinkEvent::PageSent { link: LinkId(1) });
    (solo, nonce)
}

/// How the node says that it holds the photo, if it says anything of it.
fn told(actions: &[Action]) -> Option<Holding> {
    let mut pages = actions.iter().filter_map(|action| match action {
        Action::Link(LinkAction::Send {
            link: LinkId(1),
            message: Message::ImageInfo { records, .. },
        }) => records.last(),
        _ => None,
    });
    pages.next_back().map(|record| record.holding)
}

fn refuse(solo: &mut Solo, n: u64, nonce: Nonce) -> Vec<Action> {
    let message =
        Message::Proof { nonce, proof: None, refused: Some("not held".to_owned()), wait: None };
    solo.hear(n, message)
}

fn put_away(solo: &mut Solo, result: Result<(), DiskError>) -> Vec<Action> {
    let photo = PhotoId::of(BYTES);
    solo.tell(DiskEvent::PutAway { photo, result })
}

#[test]
fn a_copy_that_too_few_can_prove_is_announced_again_at_once() {
    for vanishes in [false, true] {
        let (mut solo, nonce) = withdrawn();
        solo.compute(nonce);
        assert_eq!(told(&refuse(&mut solo, 2, nonce)), None, "two can do it");
        let actions = match vanishes {
            false => refuse(&mut solo, 3, nonce),
            true => solo.tell(LinkEvent::Closed { link: LinkId(3), reason: CloseReason::Remote }),
        };
        assert_eq!(told(&actions), Some(Holding::Original), "{vanishes}");
    }
}

#[test]
fn a_copy_that_nobody_proves_in_time_is_announced_again() {
    let (mut solo, nonce) = withdrawn();
    solo.compute(nonce);
    assert_eq!(told(&solo.wait(PIN / 2 - RETRY)), None);
    assert_eq!(told(&solo.wait(RETRY)), Some(Holding::Original));
}

#[test]
fn a_copy_that_this_node_cannot_read_itself_is_announced_again_at_once() {
    let (mut solo, nonce) = withdrawn();
    let result = Err(DiskError::Damaged);
    let actions = solo.tell(DiskEvent::Proved { nonce, result });
    assert_eq!(told(&actions), Some(Holding::Original));
}

#[test]
fn who_has_refused_a_proof_has_done_so() {
    let (mut solo, nonce) = withdrawn();
    solo.compute(nonce);
    refuse(&mut solo, 1, nonce);
    solo.hear(1, proof(nonce));
    assert_eq!(drop_within(&solo.hear(2, proof(nonce))), None);
    assert!(drop_within(&solo.hear(3, proof(nonce))).is_some());
}

#[test]
fn proofs_come_too_late_even_before_the_next_tick() {
    let (mut solo, nonce) = withdrawn();
    solo.compute(nonce);
    solo.hear(1, proof(nonce));
    solo.wait(PIN / 2 - TICK);
    solo.now = solo.now + TICK;
    let actions = solo.hear(2, proof(nonce));
    assert_eq!(drop_within(&actions), None);
    assert_eq!(told(&actions), Some(Holding::Original));
}

#[test]
fn who_was_stopped_meanwhile_counts_on_no_proof() {
    let (mut solo, nonce) = withdrawn();
    solo.compute(nonce);
    solo.hear(1, proof(nonce));
    solo.now = solo.now + PIN;
    assert_eq!(drop_within(&solo.hear(2, proof(nonce))), None);
}

#[test]
fn what_the_disk_is_at_is_neither_told_it_twice_nor_given_up() {
    let (mut solo, nonce) = withdrawn();
    solo.join(12, PIN, &[BYTES]);
    solo.compute(nonce);
    solo.hear(1, proof(nonce));
    assert!(drop_within(&solo.hear(2, proof(nonce))).is_some());
    let mut actions = solo.hear(3, proof(nonce));
    assert_eq!(drop_within(&actions), None);
    let (photo, theirs) = (PhotoId::of(BYTES), Nonce([1; 32]));
    let question = Message::Challenge { photo, nonce: theirs };
    actions.extend(solo.hear(12, question));
    let promises = |action: &Action| matches!(action, Action::Disk(DiskAction::Prove { .. }));
    assert!(!actions.iter().any(promises), "not even to a higher node");
    actions.extend(solo.wait(PIN));
    assert_eq!(told(&actions), None, "until the disk has done it");
    assert_eq!(told(&put_away(&mut solo, Ok(()))), None);
}

#[test]
fn what_the_disk_could_not_do_in_time_is_tried_again_soon() {
    let (mut solo, nonce) = withdrawn();
    solo.compute(nonce);
    (1..=2).for_each(|n| drop(solo.hear(n, proof(nonce))));
    let actions = put_away(&mut solo, Err(DiskError::TooLate));
    assert_eq!(told(&actions), Some(Holding::Original));
    assert!(challenge(&solo.wait(5 * RETRY)).is_some());
}

#[test]
fn a_copy_that_is_kept_is_announced_as_the_last_scan_has_found_it() {
    for found in [Holding::Replica, Holding::Retired] {
        let (mut solo, nonce) = withdrawn();
        solo.compute(nonce);
        solo.tell(DiskEvent::Held {
            photo: original(BYTES).photo,
            facts: Facts::default(),
            holding: found,
            files: 1,
        });
        solo.tell(LinkEvent::PageSent { link: LinkId(1) });
        (2..=3).for_each(|n| drop(refuse(&mut solo, n, nonce)));
        let held = solo.node.cx.table.mine(PhotoId::of(BYTES));
        assert_eq!(held, Some(found));
    }
}

//! A node hands over all that it has and leaves: nobody counts on it meanwhile, and it leaves nothing behind.

use std::time::Duration;

use super::super::limits::{DRAIN_RESTS, DRAIN_TOLD, DRAINED, RETRY, SETTLE, TICK};
use super::super::{
    Action, ClientAction, CloseReason, DiskAction, DiskEvent, LinkAction, LinkEvent, LinkId, Spool,
};
use super::offers::{offered, offers};
use super::pulling::asked;
use super::shortages::coordinated_by;
use super::solo::{Solo, about_to_drop, challenge, drop_within, original, proof};
use super::spaces::{space, told};
use super::versions::hold;
use super::world::picture;
use crate::photo::{Nonce, PhotoId};
use crate::protocol::client::{DrainOrder, DrainReport};
use crate::protocol::message::OfferReply;
use crate::protocol::{Answer, Holding, Message, Record, Request, Space};

const PIN: Duration = Duration::from_secs(60);
const TERABYTE: u64 = 1 << 40;

/// Until a node has left that has nothing to hand over any more.
const LEFT: Duration = DRAINED.saturating_add(DRAIN_TOLD).saturating_add(SETTLE);

fn drain(solo: &mut Solo, order: DrainOrder) -> DrainReport {
    match solo.ask(Request::Drain { order }) {
        Some(Answer::Draining(report)) => report,
        other => panic!("{other:?}"),
    }
}

/// Another node tells of its disk.
fn says(solo: &mut Solo, n: u64, draining: bool) -> Vec<Action> {
    let room = if draining { 0 } else { TERABYTE };
    solo.hear(n, Message::Space(Space { draining, ..space(TERABYTE, room) }))
}

fn replica(bytes: &[u8]) -> Record {
    Record { holding: Holding::Replica, ..original(bytes) }
}

/// Whether a node leaves, and says why.
fn leaves(actions: &[Action]) -> bool {
    let goodbye = actions.iter().any(|action| {
        matches!(action, Action::Link(LinkAction::Send { message: Message::Leave { reason }, .. })
            if reason == "has handed over all that it had")
    });
    let exits = actions.contains(&Action::Exit { error: None });
    assert_eq!(goodbye, exits);
    exits
}

/// This node has a photo of which another one has the second copy, and a third one is here.
fn second_copy() -> (Solo, PhotoId) {
    let bytes = coordinated_by(9);
    let mut solo = Solo::new();
    let photo = solo.hold(&bytes);
    solo.join(1, PIN, &[&bytes]);
    solo.join(2, PIN, &[]);
    assert_eq!(offers(&solo.wait(3 * SETTLE)), []);
    (solo, photo)
}

#[test]
fn a_copy_of_a_node_that_drains_does_not_count() {
    let (mut solo, photo) = second_copy();
    says(&mut solo, 1, true);
    assert_eq!(offers(&solo.wait(SETTLE + TICK)), [(2, photo)], "without any grace");
    let status = solo.status();
    assert_eq!(status.under_replicated, 1);
    let node = status.nodes.iter().find(|node| node.id.0 == 1).expect("it is here");
    assert!(node.disk.draining);
    assert_eq!(node.state, "here; hands over what it has");
}

#[test]
fn nor_does_it_when_that_node_has_gone() {
    let (mut solo, photo) = second_copy();
    says(&mut solo, 1, true);
    solo.hear(1, Message::Leave { reason: "stopped".to_owned() });
    assert_eq!(offers(&solo.wait(SETTLE + TICK)), [(2, photo)]);
}

#[test]
fn who_stays_after_all_counts_again_and_is_not_heeded_at_once_when_it_drains_once_more() {
    let (mut solo, _) = second_copy();
    says(&mut solo, 1, true);
    solo.announce(2, vec![replica(&coordinated_by(9))], false);
    let copies = |solo: &mut Solo| {
        solo.wait(SETTLE);
        solo.status().over_replicated
    };
    assert_eq!(copies(&mut solo), 0);
    says(&mut solo, 1, false);
    assert_eq!(copies(&mut solo), 1);
    let rest = solo.node.cx.config().grace * DRAIN_RESTS;
    for times in [1, 2, 4] {
        says(&mut solo, 1, true);
        solo.wait(rest * times - 4 * SETTLE);
        assert_eq!(copies(&mut solo), 1, "or it could have everything copied again and again");
        solo.wait(2 * SETTLE);
        assert_eq!(copies(&mut solo), 0);
        says(&mut solo, 1, false);
        assert_eq!(copies(&mut solo), 1);
    }
}

#[test]
fn photos_can_be_had_from_a_node_that_drains() {
    let mut solo = Solo::new();
    solo.join(1, PIN, &[b"cat"]);
    says(&mut solo, 1, true);
    let link = super::world::CLIENT;
    let request = Request::GetImageRequest { image_name: PhotoId::of(b"cat").to_string() };
    let by = super::super::Asker::Owner;
    let actions = solo.tell(super::super::ClientEvent::Asked { link, by, request });
    assert_eq!(asked(&actions).map(|(from, _)| from), Some(1));
}

#[test]
fn a_node_that_drains_takes_proves_and_gives_up_nothing() {
    let (mut solo, photo) = second_copy();
    solo.tell(DiskEvent::Room { free: 2 * TERABYTE, spare: TERABYTE });
    assert!(drain(&mut solo, DrainOrder::Begin).draining);
    let spaces = told(&solo.wait(TICK));
    assert!(spaces.iter().any(|(_, space)| space.draining && space.room == 0), "{spaces:?}");
    assert_eq!(offered(&mut solo, b"dog"), OfferReply::Busy);
    let nonce = Nonce([1; 32]);
    let actions = solo.hear(1, Message::Challenge { photo, nonce });
    let refuses = |action: &Action| {
        matches!(
            action,
            Action::Link(LinkAction::Send { message: Message::Proof { proof: None, refused, .. }, .. })
                if refused.as_deref() == Some("leaving")
        )
    };
    assert!(actions.iter().any(refuses), "{actions:?}");
    // A third and a fourth copy: one of the others gives up its own.
    solo.announce(2, vec![replica(&coordinated_by(9))], false);
    let actions = solo.wait(DRAINED - TICK);
    assert_eq!(challenge(&actions), None);
    assert!(!drain(&mut solo, DrainOrder::Cancel).draining);
}

#[test]
fn what_was_about_to_go_stays_when_a_node_begins_to_drain() {
    let (mut solo, nonce) = about_to_drop([60; 3]);
    solo.compute(nonce);
    solo.hear(1, proof(nonce));
    drain(&mut solo, DrainOrder::Begin);
    assert_eq!(drop_within(&solo.hear(2, proof(nonce))), None);
}

#[test]
fn a_node_that_drains_deletes_nothing_from_its_trash() {
    for drains in [false, true] {
        let mut solo = Solo::new();
        let photo = picture(b"cat");
        hold(&mut solo, photo.clone(), Holding::Retired);
        for n in [1, 2] {
            solo.join(n, PIN, &[b"cat"]);
        }
        if drains {
            drain(&mut solo, DrainOrder::Begin);
        }
        solo.wait(SETTLE + TICK);
        let asked = challenge(&solo.tell(DiskEvent::Expired { photo: photo.id }));
        assert_eq!(asked.is_some(), !drains, "the others have it");
    }
}

#[test]
fn it_leaves_when_enough_others_have_all_that_it_has() {
    let (mut solo, photo) = second_copy();
    assert_eq!(drain(&mut solo, DrainOrder::Begin).left, 1, "from the first moment on");
    // There are to be two copies without it.
    assert_eq!(offers(&solo.wait(SETTLE)), [(2, photo)]);
    assert_eq!(drain(&mut solo, DrainOrder::Tell).left, 1);
    assert!(!leaves(&solo.wait(LEFT)), "the other one has not got it yet");
    solo.announce(2, vec![replica(&coordinated_by(9))], false);
    assert!(!leaves(&solo.wait(DRAINED - SETTLE)));
    let report = drain(&mut solo, DrainOrder::Tell);
    assert!(report.left == 0 && !report.done, "one of them may be dead: {report:?}");
    assert!(!leaves(&solo.wait(2 * SETTLE)));
    assert!(drain(&mut solo, DrainOrder::Tell).done, "time to tell the person who waits");
    let actions = solo.wait(DRAIN_TOLD);
    assert!(leaves(&actions));
    assert!(actions.contains(&Action::Disk(DiskAction::NoteDraining { draining: false })));
}

#[test]
fn what_comes_to_a_node_that_is_nearly_done_is_waited_for_as_long_as_the_rest() {
    let (mut solo, _) = second_copy();
    solo.announce(2, vec![replica(&coordinated_by(9))], false);
    drain(&mut solo, DrainOrder::Begin);
    assert!(!leaves(&solo.wait(DRAINED - SETTLE)));
    solo.hold(b"dog");
    solo.wait(SETTLE);
    (1..=2).for_each(|n| drop(solo.announce(n, vec![replica(b"dog")], false)));
    assert!(!leaves(&solo.wait(DRAINED - TICK)));
    assert!(!drain(&mut solo, DrainOrder::Tell).done);
    solo.wait(SETTLE);
    assert!(drain(&mut solo, DrainOrder::Tell).done);
    let report = drain(&mut solo, DrainOrder::Cancel);
    assert!(!report.draining && !report.done, "{report:?}");
}

#[test]
fn a_node_that_is_away_is_waited_for_since_it_may_take_a_copy() {
    let (mut solo, photo) = second_copy();
    drain(&mut solo, DrainOrder::Begin);
    assert_eq!(offers(&solo.wait(SETTLE)), [(2, photo)]);
    let (link, reason) = (LinkId(2), CloseReason::Remote);
    solo.tell(LinkEvent::Closed { link, reason });
    let grace = solo.node.cx.config().grace;
    assert!(!leaves(&solo.wait(grace - 2 * SETTLE)), "the line of the second one is cut");
    assert_eq!(drain(&mut solo, DrainOrder::Tell).left, 1);
    assert!(
        leaves(&solo.wait(2 * SETTLE + LEFT)),
        "it will not be back: one copy is all there can be"
    );
}

#[test]
fn who_drained_and_is_away_is_not_waited_for() {
    let (mut solo, _) = second_copy();
    drain(&mut solo, DrainOrder::Begin);
    says(&mut solo, 1, true);
    solo.hear(1, Message::Leave { reason: "stopped".to_owned() });
    solo.announce(2, vec![replica(&coordinated_by(9))], false);
    assert!(leaves(&solo.wait(LEFT + SETTLE)), "one copy is all there can be");
}

#[test]
fn to_ask_how_far_it_is_changes_nothing() {
    let (mut solo, _) = second_copy();
    assert!(!drain(&mut solo, DrainOrder::Tell).draining);
    drain(&mut solo, DrainOrder::Begin);
    drain(&mut solo, DrainOrder::Cancel);
    assert!(!drain(&mut solo, DrainOrder::Tell).draining, "who waits does not begin it again");
}

#[test]
fn what_is_put_here_meanwhile_is_stored_and_handed_over_too() {
    let mut solo = Solo::new();
    drain(&mut solo, DrainOrder::Begin);
    let link = super::world::CLIENT;
    let request = Request::Put { name: "cat.jpg".to_owned(), bytes: 3, dated: None };
    let by = super::super::Asker::Owner;
    solo.tell(super::super::ClientEvent::Asked { link, by, request });
    let (spool, photo) = (Spool::Put(link), picture(b"cat"));
    solo.tell(DiskEvent::Inspected { spool, result: Ok(photo.clone()) });
    let mut actions = solo.tell(DiskEvent::Installed { spool, photo: photo.id, result: Ok(()) });
    actions.extend(solo.wait(2 * SETTLE));
    let answer = actions.into_iter().find_map(|action| match action {
        Action::Client(ClientAction::Answer { answer, .. }) => Some(answer),
        _ => None,
    });
    let Some(Answer::Stored { nodes, warning, .. }) = answer else {
        panic!("{answer:?}");
    };
    assert_eq!((nodes.len(), warning.is_some()), (1, true), "nobody else is here");
    assert_eq!(drain(&mut solo, DrainOrder::Tell).left, 0, "there is no place for it");
}

#[test]
fn what_comes_into_a_folder_meanwhile_counts_there_no_more_than_the_rest() {
    let mut solo = Solo::new();
    solo.join(1, PIN, &[]);
    drain(&mut solo, DrainOrder::Begin);
    let photo = solo.hold(b"cat");
    assert_eq!(offers(&solo.wait(SETTLE + TICK)), [(1, photo)]);
    assert!(!leaves(&solo.wait(LEFT)), "nobody else has it");
    // Nor does it at another node that drains.
    let bytes = coordinated_by(9);
    let mut solo = Solo::new();
    let photo = solo.hold(&bytes);
    (1..=2).for_each(|n| solo.join(n, PIN, &[]));
    says(&mut solo, 1, true);
    solo.announce(1, vec![replica(&bytes)], false);
    assert_eq!(offers(&solo.wait(SETTLE + TICK)), [(2, photo)]);
}

#[test]
fn it_stays_where_nobody_else_does_or_has_room() {
    let mut solo = Solo::new();
    let photo = solo.hold(b"cat");
    drain(&mut solo, DrainOrder::Begin);
    assert!(!leaves(&solo.wait(2 * LEFT)), "it is alone");
    solo.join(1, PIN, &[]);
    says(&mut solo, 1, true);
    assert!(!leaves(&solo.wait(2 * LEFT)), "the other one is going, too");
    let notes = solo.status().notes;
    assert!(notes[0].ends_with("but no node is here that stays"), "{notes:?}");
    solo.join(2, PIN, &[]);
    solo.hear(2, Message::Space(Space { room: 2, ..space(TERABYTE, 0) }));
    let actions = solo.wait(2 * LEFT);
    assert_eq!((offers(&actions), leaves(&actions)), (Vec::new(), false), "that one is full");
    let risk = &solo.status().at_risk[0];
    assert!(risk.reason.starts_with("no other node has room"), "{}", risk.reason);
    says(&mut solo, 2, false);
    assert_eq!(offers(&solo.wait(RETRY)), [(2, photo)]);
    solo.announce(2, vec![replica(b"cat")], false);
    assert!(leaves(&solo.wait(2 * LEFT)), "one that stays has it");
}

#[test]
fn it_goes_on_in_its_next_life_and_stays_if_its_owner_says_so() {
    let mut solo = Solo::with(|config| config.draining = true);
    solo.hold(b"cat");
    solo.join(1, PIN, &[b"cat"]);
    assert!(leaves(&solo.wait(LEFT)));
    let mut solo = Solo::with(|config| config.draining = true);
    solo.hold(b"cat");
    solo.join(1, PIN, &[b"cat"]);
    assert!(!drain(&mut solo, DrainOrder::Cancel).draining);
    assert!(!leaves(&solo.wait(2 * LEFT)));
    assert_eq!(solo.status().under_replicated, 0);
}

#[test]
fn that_it_drains_is_noted_and_then_it_looks_first_what_it_has() {
    for (order, draining) in [(DrainOrder::Begin, true), (DrainOrder::Cancel, false)] {
        let mut solo = Solo::unscanned(|config| config.draining = !draining);
        let (link, by) = (super::world::CLIENT, super::super::Asker::Owner);
        let request = Request::Drain { order };
        let actions = solo.tell(super::super::ClientEvent::Asked { link, by, request });
        assert!(actions.contains(&Action::Disk(DiskAction::NoteDraining { draining })));
    }
    let mut solo = Solo::unscanned(|config| config.draining = true);
    solo.join(1, PIN, &[b"cat"]);
    assert!(!leaves(&solo.wait(2 * LEFT)), "there may be photos that nobody else has");
    solo.tell(DiskEvent::Scanned { skipped: 0 });
    assert!(leaves(&solo.wait(LEFT)));
}

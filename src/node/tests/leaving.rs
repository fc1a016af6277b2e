//! How a node goes: not before others have what only it had, and not much later either.

use std::sync::Arc;
use std::time::Duration;

use super::super::limits::{LEAVE, SWEEP, TICK};
use super::super::{Action, DiskEvent, Event, LinkAction};
use super::offers::offers;
use super::solo::{Solo, about_to_drop, drop_within, original, proof};
use super::spaces::space;
use super::versions::hold;
use crate::photo::{Photo, PhotoId};
use crate::protocol::message::OfferReply;
use crate::protocol::{Holding, Message, Record, Space};

const PIN: Duration = Duration::from_secs(60);
const CAT: &[u8] = b"cat";

/// Whether the node is done, and has said goodbye.
fn goes(actions: &[Action]) -> bool {
    let says = |action: &Action| {
        matches!(action, Action::Link(LinkAction::Send { message: Message::Leave { .. }, .. }))
    };
    let exits = |action: &Action| matches!(action, Action::Exit { error: None });
    assert_eq!(actions.iter().any(says), actions.iter().any(exits));
    actions.iter().any(exits)
}

/// A node that alone has a photo, as it is told to stop.
fn asked_to_leave() -> Solo {
    let mut solo = Solo::new();
    solo.hold(CAT);
    solo.join(1, PIN, &[]);
    let actions = solo.tell(Event::Shutdown);
    let offers = |action: &Action| {
        matches!(action, Action::Link(LinkAction::Send { message: Message::KeepThis { .. }, .. }))
    };
    assert!(actions.iter().any(offers), "without waiting for anything");
    assert!(!goes(&actions));
    solo
}

#[test]
fn it_goes_as_soon_as_others_have_what_it_had() {
    let mut solo = asked_to_leave();
    let holding = Holding::Replica;
    let record = Record { holding, ..original(CAT) };
    assert!(!goes(&solo.wait(LEAVE / 2)));
    solo.announce(1, vec![record], false);
    assert!(goes(&solo.wait(TICK)));
}

#[test]
fn it_goes_as_soon_as_nobody_takes_anything() {
    let mut solo = asked_to_leave();
    let (photo, verdict) = (PhotoId::of(CAT), OfferReply::Busy);
    solo.hear(1, Message::KeepAnswer { photo, verdict });
    assert!(goes(&solo.wait(TICK)));
}

#[test]
fn it_goes_at_once_where_nobody_stays_or_has_room() {
    for (draining, room) in [(true, 1000), (false, 0)] {
        let mut solo = Solo::new();
        solo.hold(CAT);
        solo.join(1, PIN, &[]);
        solo.hear(1, Message::Space(Space { draining, ..space(1000, room) }));
        let mut actions = solo.tell(Event::Shutdown);
        actions.extend(solo.wait(TICK));
        assert!(goes(&actions), "draining: {draining}, room: {room}");
    }
}

#[test]
fn what_nobody_has_room_for_does_not_hold_up_the_rest() {
    let mut solo = Solo::new();
    let large = (0..SWEEP as u16 + 1).map(|n| {
        let mut id = [0; 32];
        id[..2].copy_from_slice(&n.to_be_bytes());
        Photo::opaque(PhotoId(id), 2000)
    });
    let small = Photo::opaque(PhotoId([255; 32]), 10);
    for photo in large.chain([small]) {
        hold(&mut solo, Arc::new(photo), Holding::Original);
    }
    solo.join(1, PIN, &[]);
    solo.hear(1, Message::Space(space(1000, 1000)));
    let mut actions = solo.tell(Event::Shutdown);
    actions.extend(solo.wait(3 * TICK));
    assert_eq!(offers(&actions), [(1, PhotoId([255; 32]))]);
}

#[test]
fn it_goes_when_its_time_is_over_however_often_it_is_told_to() {
    let mut solo = asked_to_leave();
    solo.wait(LEAVE / 2);
    assert!(!goes(&solo.tell(Event::Shutdown)));
    assert!(!goes(&solo.wait(LEAVE / 2 - TICK)));
    assert!(goes(&solo.wait(TICK)));
}

#[test]
fn it_gives_up_no_copy_on_its_way_out() {
    let (mut solo, nonce) = about_to_drop([60; 3]);
    solo.compute(nonce);
    solo.hear(1, proof(nonce));
    solo.tell(Event::Shutdown);
    assert_eq!(drop_within(&solo.hear(2, proof(nonce))), None);
}

#[test]
fn a_node_whose_folder_is_lost_says_so_and_goes_at_once() {
    let mut solo = Solo::new();
    solo.hold(CAT);
    solo.join(1, PIN, &[]);
    let lost = "its disk is not mounted".to_owned();
    let actions = solo.tell(DiskEvent::FolderLost { reason: lost.clone() });
    let said = actions.iter().any(|action| {
        matches!(action, Action::Link(LinkAction::Send { message: Message::Leave { reason }, .. }) if *reason == lost)
    });
    let exits = actions
        .iter()
        .any(|action| matches!(action, Action::Exit { error } if *error == Some(lost.clone())));
    assert!(said && exits, "{actions:?}");
}

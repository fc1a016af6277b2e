//! Clients that get the beginning of a photo while the rest of it comes.

use std::sync::Arc;

use super::super::limits::WINDOW_FIRST;
use super::super::{
    Action, Asker, ClientAction, ClientEvent, CloseReason, DiskAction, DiskEvent, LinkAction,
    LinkEvent, LinkId, Source, Spool,
};
use super::pulling::{
    PIN, asked, bytes, deliver, discards, get, getting, inspect, offer, send, writes, written,
};
use super::solo::{Solo, original};
use super::world::{CLIENT, picture};
use crate::photo::Photo;
use crate::protocol::message::{Lane, TransferId};
use crate::protocol::{Answer, MAX_CHUNK, Message, Record, Request};

#[test]
fn a_client_reads_along_as_soon_as_the_first_piece_is_here() {
    let (mut solo, first, _, transfer) = getting();
    let spooled = Source::Spooled(Spool::Pull(transfer));
    let answers = |action: &Action| matches!(action, Action::Client(ClientAction::AnswerPhoto { source, .. }) if *source == spooled);
    let actions = send(&mut solo, first, transfer, 0, MAX_CHUNK);
    assert!(writes(&actions[..1]), "the file is there before it is read");
    assert!(actions.iter().any(answers), "{actions:?}");
    let (link, image_name) = (LinkId(CLIENT.0 + 1), "p.jpg".to_owned());
    let request = Request::GetImageRequest { image_name };
    let actions = solo.tell(ClientEvent::Asked { link, by: Asker::Owner, request });
    assert!(actions.iter().any(answers), "whoever comes later reads along, too");
    for at in 1..3 {
        send(&mut solo, first, transfer, at * MAX_CHUNK, MAX_CHUNK);
    }
    (0..3).for_each(|_| drop(written(&mut solo, transfer, Ok(()))));
    inspect(&mut solo, transfer, Ok(picture(&bytes())));
    assert!(!discards(&solo.tell(ClientEvent::Answered { link, result: Ok(()) })));
    assert!(discards(&solo.tell(ClientEvent::Answered { link: CLIENT, result: Ok(()) })));
}

/// The client that was cut off asks again.
fn get_again(solo: &mut Solo) -> (u64, TransferId) {
    solo.tell(ClientEvent::Closed { link: CLIENT, reason: CloseReason::Remote });
    asked(&get(solo)).expect("it pulls again")
}

#[test]
fn what_was_wrong_once_is_read_along_no_more_and_comes_in_the_second_try() {
    let wrong = |solo: &mut Solo, transfer| {
        inspect(solo, transfer, Ok(picture(b"something else")));
    };
    let by_one = |solo: &mut Solo, first, _, transfer| {
        deliver(solo, first, transfer);
        wrong(solo, transfer);
    };
    // One sends a wrong beginning and leaves the rest to the other.
    let by_two = |solo: &mut Solo, first: u64, other: u64, transfer| {
        send(solo, first, transfer, 0, MAX_CHUNK);
        written(solo, transfer, Ok(()));
        solo.hear(first, Message::NoImage { transfer, reason: String::new() });
        for at in 1..3 {
            send(solo, other, transfer, at * MAX_CHUNK, MAX_CHUNK);
            written(solo, transfer, Ok(()));
        }
        wrong(solo, transfer);
    };
    type Spoil<'a> = &'a dyn Fn(&mut Solo, u64, u64, TransferId);
    let ways: [Spoil<'_>; 2] = [&by_one, &by_two];
    for spoil in ways {
        let (mut solo, first, other, transfer) = getting();
        spoil(&mut solo, first, other, transfer);
        let (from, transfer) = get_again(&mut solo);
        // The same one is asked first again, and begins as before.
        let begins = |actions: &[Action]| actions.iter().any(|a| matches!(a, Action::Client(_)));
        assert!(!begins(&send(&mut solo, from, transfer, 0, MAX_CHUNK)));
        written(&mut solo, transfer, Ok(()));
        let reason = String::new();
        let actions = solo.hear(from, Message::NoImage { transfer, reason });
        let (next, _) = asked(&actions).expect("the next one");
        assert_ne!(next, from);
        deliver(&mut solo, next, transfer);
        let actions = inspect(&mut solo, transfer, Ok(picture(&bytes())));
        assert!(begins(&actions), "it has all of it from one");
    }
}

#[test]
fn a_photo_of_another_length_than_announced_is_not_read_along() {
    let mut solo = Solo::new();
    let told = Photo { bytes: bytes().len() as u64 + 1, ..Photo::clone(&picture(&bytes())) };
    let record = Record { photo: Arc::new(told), ..original(&bytes()) };
    solo.join(1, PIN, &[&bytes()]);
    solo.join(2, PIN, &[]);
    solo.announce(2, vec![record.clone()], true);
    let actions = get(&mut solo);
    let (from, transfer) = asked(&actions).expect("it asks a holder");
    let actions = send(&mut solo, from, transfer, 0, MAX_CHUNK);
    let begins = actions.iter().any(|action| matches!(action, Action::Client(_)));
    let shown = solo.node.cx.table.get(record.photo.id).unwrap().photo.bytes;
    let tells = if from == 1 { bytes().len() as u64 } else { record.photo.bytes };
    assert_eq!(begins, tells == shown);
}

#[test]
fn a_get_joins_a_copy_without_overtaking_it() {
    let mut solo = Solo::new();
    solo.tell(DiskEvent::Room { free: 1 << 40, spare: 1 << 40 });
    solo.join(1, PIN, &[&bytes()]);
    let (from, transfer) = asked(&offer(&mut solo, 1).1).expect("it pulls");
    let quarter = WINDOW_FIRST as usize / 4;
    send(&mut solo, from, transfer, 0, quarter);
    get(&mut solo);
    let mut last = None;
    for at in 1..4 {
        let actions = send(&mut solo, from, transfer, at * quarter, quarter);
        written(&mut solo, transfer, Ok(()));
        last = last.or(lane_asked(&actions));
        assert_eq!(last.is_some(), at == 3, "gets are sent first: not before all else is here");
    }
    assert_eq!(last, Some(Lane::Get));
}

fn lane_asked(actions: &[Action]) -> Option<Lane> {
    actions.iter().find_map(|action| match action {
        Action::Link(LinkAction::Send { message: Message::AskForImage { lane, .. }, .. }) => {
            Some(*lane)
        }
        _ => None,
    })
}

#[test]
fn a_client_that_reads_slowly_holds_up_no_copy() {
    let (mut solo, first, _, transfer) = getting();
    deliver(&mut solo, first, transfer);
    inspect(&mut solo, transfer, Ok(picture(&bytes())));
    let (_, actions) = offer(&mut solo, 1);
    let installs = |action: &Action| matches!(action, Action::Disk(DiskAction::Install { .. }));
    assert!(actions.iter().any(installs), "{actions:?}");
}

#[test]
fn all_that_has_come_is_enough_when_its_sender_goes() {
    let (mut solo, first, _, transfer) = getting();
    for at in 0..3 {
        send(&mut solo, first, transfer, at * MAX_CHUNK, MAX_CHUNK);
    }
    let (link, reason) = (LinkId(first), CloseReason::Remote);
    let actions = solo.tell(LinkEvent::Closed { link, reason });
    assert_eq!(asked(&actions), None);
    let actions = [0; 3].map(|_| written(&mut solo, transfer, Ok(()))).concat();
    let checks = |action: &Action| matches!(action, Action::Disk(DiskAction::Check { .. }));
    assert!(actions.iter().any(checks), "{actions:?}");
}

#[test]
fn what_finds_no_room_on_its_way_is_not_begun() {
    let mut solo = Solo::new();
    solo.join(1, PIN, &[&bytes()]);
    let refused = |actions: &[Action]| {
        actions.iter().any(|action| match action {
            Action::Client(ClientAction::Answer {
                answer: Answer::NotFound { undelivered: true, reason, .. },
                ..
            }) => reason.contains("make room"),
            _ => false,
        })
    };
    solo.tell(DiskEvent::Room { free: bytes().len() as u64 - 1, spare: bytes().len() as u64 - 1 });
    assert!(refused(&get(&mut solo)), "half of it would come, and then no more");
    solo.tell(DiskEvent::Room { free: bytes().len() as u64, spare: bytes().len() as u64 });
    let actions = get(&mut solo);
    assert!(!refused(&actions) && asked(&actions).is_some(), "below the margin it may pass");
}

//! Photos on their way to a node, when something goes wrong: a holder, a disk, a link.

use std::sync::Arc;
use std::time::Duration;

use super::super::limits::{GET, GET_MIN_RATE, GET_STALL, SERVING, SKIP, TICK, WINDOW};
use super::super::{
    Action, Asker, ClientAction, ClientEvent, DiskAction, DiskError, DiskEvent, LinkAction,
    LinkEvent, LinkId, Source, Spool,
};
use super::solo::{Solo, original};
use super::world::{CLIENT, picture};
use crate::photo::{Photo, PhotoId};
use crate::protocol::message::{Lane, OfferReply, TransferId};
use crate::protocol::{Answer, Facts, MAX_CHUNK, Message, Request};

pub(super) const PIN: Duration = Duration::from_secs(60);
pub(super) const SECOND: Duration = Duration::from_secs(1);

/// A photo of a few chunks and more.
pub(super) fn bytes() -> Vec<u8> {
    vec![7; 3 * MAX_CHUNK]
}

/// From whom a node wants bytes, and for which transfer.
pub(super) fn asked(actions: &[Action]) -> Option<(u64, TransferId)> {
    actions.iter().find_map(|action| match action {
        Action::Link(LinkAction::Send { link, message: Message::AskForImage { transfer, .. } }) => {
            Some((link.0, *transfer))
        }
        _ => None,
    })
}

pub(super) fn answered(actions: &[Action]) -> Option<&Answer> {
    actions.iter().find_map(|action| match action {
        Action::Client(ClientAction::Answer { answer, .. }) => Some(answer),
        _ => None,
    })
}

pub(super) fn writes(actions: &[Action]) -> bool {
    let writes = |action: &Action| matches!(action, Action::Disk(DiskAction::Write { .. }));
    actions.iter().any(writes)
}

pub(super) fn discards(actions: &[Action]) -> bool {
    let discards = |action: &Action| matches!(action, Action::Disk(DiskAction::Discard { .. }));
    actions.iter().any(discards)
}

pub(super) fn get(solo: &mut Solo) -> Vec<Action> {
    let (link, image_name) = (CLIENT, "p.jpg".to_owned());
    let request = Request::GetImageRequest { image_name };
    solo.tell(ClientEvent::Asked { link, by: Asker::Owner, request })
}

/// A node whose client wants a photo that two others have: whom it asks first, who is left, and the transfer.
pub(super) fn getting() -> (Solo, u64, u64, TransferId) {
    let mut solo = Solo::new();
    solo.tell(DiskEvent::Room { free: 1 << 40, spare: 1 << 40 });
    (1..=2).for_each(|n| solo.join(n, PIN, &[&bytes()]));
    let (first, transfer) = asked(&get(&mut solo)).expect("it asks a holder");
    (solo, first, 3 - first, transfer)
}

/// Another node offers the photo; how that is answered.
pub(super) fn offer(solo: &mut Solo, n: u64) -> (Option<OfferReply>, Vec<Action>) {
    let (photo, facts) = (picture(&bytes()), Facts::default());
    let actions = solo.hear(n, Message::KeepThis { photo, facts });
    (verdict(&actions), actions)
}

pub(super) fn verdict(actions: &[Action]) -> Option<OfferReply> {
    actions.iter().find_map(|action| match action {
        Action::Link(LinkAction::Send { message: Message::KeepAnswer { verdict, .. }, .. }) => {
            Some(*verdict)
        }
        _ => None,
    })
}

/// A piece of the photo comes.
pub(super) fn send(
    solo: &mut Solo,
    from: u64,
    transfer: TransferId,
    offset: usize,
    size: usize,
) -> Vec<Action> {
    let (offset, data) = (offset as u64, vec![7; size].into());
    let chunk = Message::Chunk { transfer, offset, data };
    solo.hear(from, chunk)
}

/// The disk has taken a piece, or not.
pub(super) fn written(
    solo: &mut Solo,
    transfer: TransferId,
    result: Result<(), DiskError>,
) -> Vec<Action> {
    let spool = Spool::Pull(transfer);
    solo.tell(DiskEvent::Written { spool, result })
}

/// All bytes come and are on the disk, which looks at them.
pub(super) fn deliver(solo: &mut Solo, from: u64, transfer: TransferId) {
    for at in 0..3 {
        let actions = send(solo, from, transfer, at * MAX_CHUNK, MAX_CHUNK);
        assert!(writes(&actions));
        written(solo, transfer, Ok(()));
    }
}

pub(super) fn inspect(
    solo: &mut Solo,
    transfer: TransferId,
    found: Result<Arc<Photo>, DiskError>,
) -> Vec<Action> {
    let spool = Spool::Pull(transfer);
    solo.tell(DiskEvent::Inspected { spool, result: found })
}

fn install(solo: &mut Solo, transfer: TransferId, result: Result<(), DiskError>) -> Vec<Action> {
    let (spool, photo) = (Spool::Pull(transfer), PhotoId::of(&bytes()));
    solo.tell(DiskEvent::Installed { spool, photo, result })
}

#[test]
fn what_comes_with_an_offer_is_hearsay() {
    let mut solo = Solo::new();
    solo.tell(DiskEvent::Room { free: 1 << 40, spare: 1 << 40 });
    (1..=2).for_each(|n| solo.join(n, PIN, &[]));
    let names = (0..Facts::MAX).map(|n| format!("{n}.jpg")).collect();
    let (photo, facts) = (picture(&bytes()), Facts { names, ..Facts::default() });
    let actions = solo.hear(1, Message::KeepThis { photo, facts });
    let (_, transfer) = asked(&actions).expect("it is wanted");
    deliver(&mut solo, 1, transfer);
    let actions = inspect(&mut solo, transfer, Ok(picture(&bytes())));
    let kept = actions.iter().find_map(|action| match action {
        Action::Disk(DiskAction::Install { facts, .. }) => Some(facts.names.len()),
        _ => None,
    });
    assert_eq!(kept, Some(Facts::HEARD));
}

#[test]
fn pieces_of_an_earlier_try_are_passed_over() {
    let (mut solo, first, other, transfer) = getting();
    for (link, offset) in [(other, 0), (first, MAX_CHUNK as u64)] {
        let data = vec![7; MAX_CHUNK].into();
        let actions = solo.hear(link, Message::Chunk { transfer, offset, data });
        assert!(!writes(&actions));
        assert_eq!(asked(&actions), None, "nor is it a reason to give up");
    }
    let reason = "gone".to_owned();
    let actions = solo.hear(other, Message::NoImage { transfer, reason });
    assert_eq!(asked(&actions), None, "that one was not asked");
    deliver(&mut solo, first, transfer);
}

#[test]
fn who_sends_what_was_not_asked_for_is_asked_no_more() {
    let almost_all = [MAX_CHUNK, MAX_CHUNK, MAX_CHUNK - 1];
    for (right, wrong) in [(&[][..], 0), (&[], MAX_CHUNK + 1), (&almost_all, 2)] {
        let (mut solo, first, other, transfer) = getting();
        let mut offset = 0;
        for size in right {
            assert!(writes(&send(&mut solo, first, transfer, offset, *size)));
            written(&mut solo, transfer, Ok(()));
            offset += size;
        }
        let actions = send(&mut solo, first, transfer, offset, wrong);
        assert!(!writes(&actions), "{wrong}");
        assert_eq!(asked(&actions), Some((other, transfer)), "{wrong}");
    }
}

#[test]
fn a_slow_disk_is_not_the_fault_of_the_holder() {
    let (mut solo, first, _, transfer) = getting();
    let chunks = [0, MAX_CHUNK, 2 * MAX_CHUNK];
    for offset in chunks {
        send(&mut solo, first, transfer, offset, MAX_CHUNK);
    }
    assert_eq!(asked(&solo.wait(GET_STALL)), None);
    let mut taken = chunks.map(|_| written(&mut solo, transfer, Ok(()))).concat().into_iter();
    assert!(taken.any(|action| matches!(action, Action::Disk(DiskAction::Check { .. }))));
}

#[test]
fn a_get_tries_each_holder_once_whatever_is_wrong_with_it() {
    let not_there = |solo: &mut Solo, from: u64, transfer| {
        let reason = "gone".to_owned();
        solo.hear(from, Message::NoImage { transfer, reason })
    };
    let silent = |solo: &mut Solo, _: u64, _| solo.wait(GET_STALL);
    let wrong = |solo: &mut Solo, from, transfer| {
        deliver(solo, from, transfer);
        inspect(solo, transfer, Ok(picture(b"something else")))
    };
    let unreadable = |solo: &mut Solo, from, transfer| {
        deliver(solo, from, transfer);
        inspect(solo, transfer, Err(DiskError::NotAPicture))
    };
    type Wrong<'a> = &'a dyn Fn(&mut Solo, u64, TransferId) -> Vec<Action>;
    let all: [(&str, Wrong<'_>); 4] = [
        ("not there", &not_there),
        ("silent", &silent),
        ("wrong", &wrong),
        ("unreadable", &unreadable),
    ];
    for (name, fails) in all {
        let (mut solo, first, other, transfer) = getting();
        let actions = fails(&mut solo, first, transfer);
        assert_eq!(asked(&actions), Some((other, transfer)), "{name}");
        let actions = fails(&mut solo, other, transfer);
        assert_eq!(asked(&actions), None, "{name}");
        // What has begun to be read is cut off by that.
        let begun = ["wrong", "unreadable"].contains(&name);
        assert_eq!(discards(&actions), begun, "{name}");
        let answer = answered(&actions);
        let says_so = matches!(answer, Some(Answer::NotFound { undelivered: true, .. }));
        assert!(says_so || (begun && answer.is_none()), "{name}: {answer:?}");
    }
}

#[test]
fn a_get_that_comes_slowly_is_not_given_up() {
    let (mut solo, first, _, transfer) = getting();
    for at in 0..3 {
        let time = Duration::from_secs(MAX_CHUNK as u64 / GET_MIN_RATE);
        assert_eq!(asked(&solo.wait(time)), None);
        send(&mut solo, first, transfer, at * MAX_CHUNK, MAX_CHUNK);
        written(&mut solo, transfer, Ok(()));
    }
}

#[test]
fn a_get_that_trickles_goes_to_the_next_holder_in_time() {
    let (mut solo, first, other, transfer) = getting();
    let waited = (0..8).position(|offset| {
        send(&mut solo, first, transfer, offset, 1);
        written(&mut solo, transfer, Ok(()));
        asked(&solo.wait(GET_STALL / 4)).is_some_and(|(next, _)| next == other)
    });
    assert_eq!(waited, Some(3), "half of the time is left for the other");
}

/// Whoever is asked sends a byte a second. After how many seconds the photo is given up.
fn trickle(solo: &mut Solo, mut actions: Vec<Action>) -> u64 {
    let mut asked = None;
    for second in 1.. {
        for action in &actions {
            if let Action::Link(LinkAction::Send {
                link,
                message: Message::AskForImage { transfer, .. },
            }) = action
            {
                asked = Some((link.0, *transfer));
            }
        }
        actions = solo.wait(SECOND);
        if discards(&actions) {
            return second;
        }
        let (link, transfer) = asked.expect("somebody is asked");
        actions.extend(send(solo, link, transfer, second as usize - 1, 1));
        actions.extend(written(solo, transfer, Ok(())));
    }
    unreachable!("it waits for ever")
}

#[test]
fn nobody_waits_for_ever_for_a_photo_that_comes_too_slowly() {
    let mut solo = Solo::new();
    (1..=9).for_each(|n| solo.join(n, PIN, &[&bytes()]));
    let actions = get(&mut solo);
    let limit = GET.as_secs() + bytes().len() as u64 / GET_MIN_RATE;
    let waited = trickle(&mut solo, actions);
    assert!((limit..=limit + GET.as_secs() / 2).contains(&waited), "{waited} s");
}

#[test]
fn a_get_has_the_time_of_the_others_too() {
    let other = vec![8; 3 * MAX_CHUNK];
    let mut solo = Solo::new();
    (1..=9).for_each(|n| solo.join(n, PIN, &[&bytes(), &other]));
    for bytes in [bytes(), other] {
        let link = LinkId(CLIENT.0 + u64::from(bytes[0]));
        let request = Request::GetExact { photo: PhotoId::of(&bytes), shared: false };
        solo.tell(ClientEvent::Asked { link, by: Asker::Owner, request });
    }
    let limit = GET.as_secs() + 2 * bytes().len() as u64 / GET_MIN_RATE;
    let waited: Vec<u64> = (1..=limit + 5)
        .flat_map(|second| {
            let answers = |action: &Action| matches!(action, Action::Client(_)).then_some(second);
            solo.wait(SECOND).iter().filter_map(answers).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(waited, [limit; 2]);
}

#[test]
fn a_disk_that_cannot_be_written_takes_no_photos_for_a_minute() {
    let (mut solo, first, _, transfer) = getting();
    send(&mut solo, first, transfer, 0, MAX_CHUNK);
    let actions = written(&mut solo, transfer, Err(DiskError::Full));
    assert_eq!(asked(&actions), None, "no other holder would help");
    assert!(discards(&actions));
    assert_eq!(offer(&mut solo, 1).0, Some(OfferReply::Busy));
    solo.wait(SKIP - TICK);
    assert_eq!(offer(&mut solo, 1).0, Some(OfferReply::Busy));
    solo.wait(TICK);
    assert_eq!(offer(&mut solo, 1).0, Some(OfferReply::Accept));
}

/// A node that takes a photo which it was offered and which its client waits for, all of whose bytes are right.
fn installing() -> (Solo, TransferId) {
    let mut solo = Solo::new();
    (1..=2).for_each(|n| solo.join(n, PIN, &[&bytes()]));
    let (from, transfer) = asked(&offer(&mut solo, 1).1).expect("it pulls");
    deliver(&mut solo, from, transfer);
    get(&mut solo);
    inspect(&mut solo, transfer, Ok(picture(&bytes())));
    (solo, transfer)
}

#[test]
fn who_waits_for_a_photo_that_becomes_a_replica_is_answered_from_there() {
    let (mut solo, transfer) = installing();
    let actions = install(&mut solo, transfer, Ok(()));
    let held = Source::Held(PhotoId::of(&bytes()));
    let answers = |action: &Action| matches!(action, Action::Client(ClientAction::AnswerPhoto { source, .. }) if *source == held);
    assert!(actions.iter().any(answers), "{actions:?}");
}

#[test]
fn a_replica_that_the_disk_does_not_take_is_declined_and_fetched_for_the_client_alone() {
    let (mut solo, transfer) = installing();
    let actions = install(&mut solo, transfer, Err(DiskError::Full));
    assert_eq!(verdict(&actions), Some(OfferReply::Busy));
    let (from, again) = asked(&actions).expect("the client still wants it");
    assert_eq!(offer(&mut solo, 2).0, Some(OfferReply::Busy));
    deliver(&mut solo, from, again);
    inspect(&mut solo, again, Ok(picture(&bytes())));
    let (link, result) = (CLIENT, Ok(()));
    assert!(discards(&solo.tell(ClientEvent::Answered { link, result })));
}

#[test]
fn only_so_much_is_served_and_only_what_is_there() {
    let mut solo = Solo::new();
    let photo = solo.hold(&bytes());
    solo.join(1, PIN, &[]);
    let length = bytes().len() as u64;
    let ask = |solo: &mut Solo, photo, offset, length| {
        let (transfer, lane) = (TransferId(1), Lane::Get);
        let actions = solo.hear(1, Message::AskForImage { transfer, photo, offset, length, lane });
        let refuses = |action: &Action| {
            matches!(
                action,
                Action::Link(LinkAction::Send { message: Message::NoImage { .. }, .. })
            )
        };
        let serves = |action: &Action| matches!(action, Action::Link(LinkAction::Serve { .. }));
        let (serves, refuses) = (actions.iter().any(serves), actions.iter().any(refuses));
        assert_ne!(serves, refuses);
        serves
    };
    let unknown = original(b"unknown").photo.id;
    for (photo, offset, length) in
        [(unknown, 0, 1), (photo, length, 1), (photo, 0, 0), (photo, 0, WINDOW + 1)]
    {
        assert!(!ask(&mut solo, photo, offset, length), "{offset} {length}");
    }
    for _ in 0..SERVING {
        assert!(ask(&mut solo, photo, 0, length));
    }
    assert!(!ask(&mut solo, photo, 0, length));
    let (link, transfer, result) = (LinkId(1), TransferId(1), Ok(()));
    solo.tell(LinkEvent::Served { link, transfer, photo, result });
    assert!(ask(&mut solo, photo, 0, length));
}

//! The windows in which a photo comes: how large they are, when the next one is asked for, and from whom.

use super::super::limits::{
    GET_STALL, RETURN, TICK, WINDOW, WINDOW_FIRST, WINDOW_LEAST, WINDOW_MOST,
};
use super::super::{Action, CloseReason, DiskEvent, LinkAction, LinkEvent, LinkId};
use super::pulling::{
    PIN, SECOND, answered, asked, bytes, deliver, discards, get, getting, inspect, send, writes,
    written,
};
use super::solo::{Solo, register};
use super::world::picture;
use crate::protocol::message::TransferId;
use crate::protocol::{Answer, Facts, MAX_CHUNK, Message};

/// Whether a node is told that no more is wanted.
fn cancels(actions: &[Action], from: u64) -> bool {
    let cancels = |action: &Action| matches!(action, Action::Link(LinkAction::Send { link, message: Message::Cancel { .. } }) if link.0 == from);
    actions.iter().any(cancels)
}

/// The next window that is asked for: from whom, and where it begins.
fn window(actions: &[Action]) -> Option<(u64, u64)> {
    actions.iter().find_map(|action| match action {
        Action::Link(LinkAction::Send { link, message: Message::AskForImage { offset, .. } }) => {
            Some((link.0, *offset))
        }
        _ => None,
    })
}

#[test]
fn the_next_holder_goes_on_where_the_last_one_has_stopped() {
    let (mut solo, first, other, transfer) = getting();
    send(&mut solo, first, transfer, 0, MAX_CHUNK);
    let actions = solo.wait(GET_STALL);
    assert_eq!(window(&actions), Some((other, MAX_CHUNK as u64)));
    assert!(cancels(&actions, first), "and the last one need not go on");
    assert!(!writes(&send(&mut solo, first, transfer, MAX_CHUNK, 1)), "what still comes of it");
    assert!(writes(&send(&mut solo, other, transfer, MAX_CHUNK, MAX_CHUNK)));
}

/// A node whose client has got the first piece of a photo that another one has, whose link is lost then.
fn cut_off() -> (Solo, TransferId) {
    let mut solo = Solo::new();
    solo.tell(DiskEvent::Room { free: 1 << 40, spare: 1 << 40 });
    solo.join(1, PIN, &[&bytes()]);
    let (first, transfer) = asked(&get(&mut solo)).expect("it asks the holder");
    send(&mut solo, first, transfer, 0, MAX_CHUNK);
    written(&mut solo, transfer, Ok(()));
    let actions = lose(&mut solo, 1);
    assert!(answered(&actions).is_none() && !discards(&actions));
    (solo, transfer)
}

fn lose(solo: &mut Solo, n: u64) -> Vec<Action> {
    let (link, reason) = (LinkId(n), CloseReason::Remote);
    solo.tell(LinkEvent::Closed { link, reason })
}

#[test]
fn whose_line_was_away_for_a_moment_goes_on_where_it_has_stopped() {
    let (mut solo, transfer) = cut_off();
    let actions = solo.wait(RETURN - TICK);
    assert!(window(&actions).is_none() && answered(&actions).is_none());
    solo.open(2, "127.0.0.1");
    // It has not told of any photo yet.
    let mut actions = solo.hear(2, Message::Register(register(1, PIN)));
    actions.extend(solo.wait(TICK));
    assert_eq!(window(&actions), Some((2, MAX_CHUNK as u64)));
    assert!(writes(&send(&mut solo, 2, transfer, MAX_CHUNK, MAX_CHUNK)));
    // The next time it is as before; but who is here and silent has failed.
    assert!(answered(&lose(&mut solo, 2)).is_none());
    solo.open(3, "127.0.0.1");
    solo.hear(3, Message::Register(register(1, PIN)));
    assert_eq!(window(&solo.wait(TICK)), Some((3, 2 * MAX_CHUNK as u64)));
    assert!(discards(&solo.wait(GET_STALL)));
}

#[test]
fn who_does_not_come_back_is_waited_for_no_longer() {
    let (mut solo, _) = cut_off();
    let actions = solo.wait(RETURN + TICK);
    assert!(discards(&actions));
    // Who reads along sees its end in the file.
    assert_eq!(window(&solo.wait(SECOND)), None);
}

#[test]
fn nobody_waits_for_who_has_sent_nothing() {
    let mut solo = Solo::new();
    solo.join(1, PIN, &[&bytes()]);
    get(&mut solo);
    assert!(matches!(answered(&lose(&mut solo, 1)), Some(Answer::NotFound { .. })));
}

#[test]
fn while_somebody_else_has_it_nobody_waits_for_who_is_away() {
    let (mut solo, first, other, transfer) = getting();
    send(&mut solo, first, transfer, 0, MAX_CHUNK);
    written(&mut solo, transfer, Ok(()));
    assert_eq!(window(&lose(&mut solo, first)), Some((other, MAX_CHUNK as u64)));
    solo.open(3, "127.0.0.1");
    solo.hear(3, Message::Register(register(first, PIN)));
    assert_eq!(window(&solo.wait(SECOND)), None, "one is enough");
}

#[test]
fn what_several_have_sent_and_is_wrong_comes_from_one_of_them_the_next_time() {
    let (mut solo, first, other, transfer) = getting();
    send(&mut solo, first, transfer, 0, MAX_CHUNK);
    written(&mut solo, transfer, Ok(()));
    solo.wait(GET_STALL);
    for at in 1..3 {
        send(&mut solo, other, transfer, at * MAX_CHUNK, MAX_CHUNK);
        written(&mut solo, transfer, Ok(()));
    }
    let actions = inspect(&mut solo, transfer, Ok(picture(b"something else")));
    assert!(discards(&actions));
    assert_eq!(window(&actions), Some((other, 0)), "perhaps that one is honest");
    deliver(&mut solo, other, transfer);
    let actions = inspect(&mut solo, transfer, Ok(picture(b"something else")));
    assert!(discards(&actions) && asked(&actions).is_none(), "it is not");
}

#[test]
fn the_next_window_is_asked_for_when_half_of_the_last_one_is_here() {
    let large = vec![7; 2 * WINDOW as usize];
    let mut solo = Solo::new();
    solo.tell(DiskEvent::Room { free: 1 << 40, spare: 1 << 40 });
    solo.join(1, PIN, &[&large]);
    let actions = get(&mut solo);
    let (first, transfer) = asked(&actions).expect("it asks the holder");
    let half = WINDOW_FIRST as usize / 2;
    assert_eq!(window(&send(&mut solo, first, transfer, 0, half - 1)), None);
    let actions = send(&mut solo, first, transfer, half - 1, 1);
    assert_eq!(window(&actions), Some((first, WINDOW_FIRST)), "the line is not idle");
    let asked_again =
        (half..half + 100).filter(|at| window(&send(&mut solo, first, transfer, *at, 1)).is_some());
    assert_eq!(asked_again.count(), 0);
}

#[test]
fn while_the_disk_is_behind_no_more_is_asked_for() {
    let large = vec![7; 2 * WINDOW as usize];
    let mut solo = Solo::new();
    solo.tell(DiskEvent::Room { free: 1 << 40, spare: 1 << 40 });
    solo.join(1, PIN, &[&large]);
    let (first, transfer) = asked(&get(&mut solo)).expect("it asks the holder");
    let (piece, mut end, mut at) = (64 * 1024, WINDOW_FIRST, 0);
    while at < end {
        let actions = send(&mut solo, first, transfer, at as usize, piece as usize);
        assert!(writes(&actions));
        at += piece;
        if let Some((_, offset)) = window(&actions) {
            end = offset + WINDOW_FIRST;
        }
    }
    assert!(at <= 3 * WINDOW_FIRST, "all that waits in memory: {at}");
    let more = (0..at / piece).find(|_| window(&written(&mut solo, transfer, Ok(()))).is_some());
    assert!(more.is_some(), "the disk goes on");
}

#[test]
fn a_window_is_what_comes_in_four_seconds() {
    for (piece, expected) in [(4, WINDOW_LEAST), (32, 256 * 1024), (1024, WINDOW_MOST)] {
        let (piece, large) = (piece * 1024, vec![7; 40 * WINDOW as usize]);
        let mut solo = Solo::new();
        solo.tell(DiskEvent::Room { free: 1 << 40, spare: 1 << 40 });
        solo.join(1, PIN, &[&large]);
        offer_all(&mut solo, &large);
        let (mut end, mut at, mut last) = (WINDOW_FIRST, 0, 0);
        for _ in 0..48 {
            solo.wait(SECOND / 2);
            let size = piece.min((end - at) as usize);
            for part in vec![7; size].chunks(MAX_CHUNK) {
                let actions = send(&mut solo, 1, TransferId(1), at as usize, part.len());
                at += part.len() as u64;
                let written = written(&mut solo, TransferId(1), Ok(()));
                for (offset, length) in all_windows(&[actions, written].concat()) {
                    (end, last) = (offset + length, length);
                }
            }
        }
        assert_eq!(last, expected, "{piece}");
    }
}

fn offer_all(solo: &mut Solo, bytes: &[u8]) {
    let (photo, facts) = (picture(bytes), Facts::default());
    let actions = solo.hear(1, Message::KeepThis { photo, facts });
    assert_eq!(asked(&actions), Some((1, TransferId(1))));
}

fn all_windows(actions: &[Action]) -> Vec<(u64, u64)> {
    let windows = actions.iter().filter_map(|action| match action {
        Action::Link(LinkAction::Send {
            message: Message::AskForImage { offset, length, .. },
            ..
        }) => Some((*offset, *length)),
        _ => None,
    });
    windows.collect()
}

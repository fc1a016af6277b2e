//! The windows in which a photo comes: how large they are, when the next one is asked for, and from whom.

use super::super::limits::{GET_STALL, WINDOW, WINDOW_FIRST, WINDOW_LEAST, WINDOW_MOST};
use super::super::{Action, DiskEvent, LinkAction};
use super::pulling::{
    PIN, SECOND, asked, deliver, discards, get, getting, inspect, send, writes, written,
};
use super::solo::Solo;
use super::world::picture;
use crate::protocol::message::TransferId;
use crate::protocol::{Facts, MAX_CHUNK, Message};

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
    solo.tell(DiskEvent::Room { bytes: 1 << 40 });
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
    solo.tell(DiskEvent::Room { bytes: 1 << 40 });
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
        solo.tell(DiskEvent::Room { bytes: 1 << 40 });
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

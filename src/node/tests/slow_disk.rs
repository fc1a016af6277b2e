//! A disk that takes its time is nobody else's fault, and does not fill the memory.

use std::time::Duration;

use super::super::limits::GET_STALL;
use super::super::{Action, Event, LinkId, Spool};
use super::solo::Solo;
use crate::photo::PhotoId;
use crate::protocol::message::TransferId;
use crate::protocol::{Message, Request};

const BYTES: &[u8] = b"everywhere";

/// A node that has asked one of two holders for a photo, for a client: whom, and by which number.
fn getting() -> (Solo, u64, TransferId) {
    let mut solo = Solo::new();
    for n in 1..=2 {
        solo.join(n, Duration::from_secs(60), &[BYTES]);
    }
    solo.open(7, "127.0.0.1");
    let image_name = PhotoId::of(BYTES).to_string();
    let request = Request::GetImageRequest { image_name };
    let link = LinkId(7);
    let actions = solo.tell(Event::Asked { link, request });
    let (n, transfer) = asked(&actions).expect("it asks a holder");
    (solo, n, transfer)
}

fn asked(actions: &[Action]) -> Option<(u64, TransferId)> {
    actions.iter().find_map(|action| match action {
        Action::Send {
            link,
            message: Message::AskForImage {
                transfer, offset, ..
            },
        } if *offset == 0 => Some((link.0, *transfer)),
        _ => None,
    })
}

/// A holder sends these bytes, the first of the photo; the disk does not take them yet.
fn send(solo: &mut Solo, n: u64, transfer: TransferId, bytes: &[u8]) {
    let data = bytes.to_vec().into();
    let offset = 0;
    solo.hear(
        n,
        Message::Chunk {
            transfer,
            offset,
            data,
        },
    );
}

fn written(solo: &mut Solo, transfer: TransferId) -> Vec<Action> {
    let (spool, result) = (Spool::Pull(transfer), Ok(()));
    solo.tell(Event::Written { spool, result })
}

#[test]
fn the_next_holder_is_asked_when_what_the_last_one_sent_is_on_disk() {
    let (mut solo, n, transfer) = getting();
    send(&mut solo, n, transfer, &BYTES[..4]);
    assert_eq!(asked(&solo.wait(GET_STALL)), None);
    let next = asked(&written(&mut solo, transfer));
    assert_eq!(next, Some((3 - n, transfer)));
}

#[test]
fn a_holder_that_has_sent_all_it_was_asked_for_does_not_wait_for_our_disk_in_vain() {
    let (mut solo, n, transfer) = getting();
    send(&mut solo, n, transfer, BYTES);
    assert_eq!(asked(&solo.wait(GET_STALL)), None);
    let actions = written(&mut solo, transfer);
    let inspects = |action: &Action| matches!(action, Action::Inspect { .. });
    assert!(actions.iter().any(inspects), "{actions:?}");
}

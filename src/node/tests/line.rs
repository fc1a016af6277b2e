//! Photos in line: each has its turn as soon as there is room for it, and none is forgotten.

use std::time::Duration;

use super::super::limits::{OFFERS_PER_NODE, RETRY, SETTLE, TICK};
use super::super::{CloseReason, DiskError, DiskEvent, Event, LinkEvent, LinkId};
use super::offers::offers;
use super::solo::{Solo, original};
use crate::photo::PhotoId;
use crate::protocol::Message;
use crate::protocol::message::{Lane, OfferReply, TransferId};

const PIN: Duration = Duration::from_secs(60);
/// Enough that most of them stand in line.
const PHOTOS: usize = 8 * OFFERS_PER_NODE;

fn bytes(n: usize) -> [u8; 10] {
    [n as u8; 10]
}

/// A node that has many photos, and the first that it offers to the only other one.
fn with_a_line() -> (Solo, Vec<PhotoId>) {
    let mut solo = Solo::new();
    solo.join(1, PIN, &[]);
    for n in 0..PHOTOS {
        solo.hold(&bytes(n));
    }
    let first = offers(&solo.wait(SETTLE + 2 * TICK));
    assert_eq!(first.len(), OFFERS_PER_NODE);
    (solo, first.into_iter().map(|(_, photo)| photo).collect())
}

/// A node takes all that it was offered, and what it is offered next.
fn take(solo: &mut Solo, node: u64, photos: &[PhotoId]) -> Vec<PhotoId> {
    let all = (0..PHOTOS).map(|n| original(&bytes(n)));
    let taken = all.filter(|record| photos.contains(&record.photo.id));
    let next = offers(&solo.announce(node, taken.collect(), false));
    next.into_iter().map(|(_, photo)| photo).collect()
}

#[test]
fn each_has_its_turn_without_waiting_for_time_to_pass() {
    let (mut solo, mut offered) = with_a_line();
    // All would be tried again by now, just as some are taken.
    solo.now = solo.now + RETRY;
    let mut all = 0;
    while !offered.is_empty() {
        all += offered.len();
        assert!(offered.len() <= OFFERS_PER_NODE);
        offered = take(&mut solo, 1, &offered);
    }
    assert_eq!(all, PHOTOS);
}

#[test]
fn who_needs_nothing_any_more_gives_its_turn_to_the_next() {
    let (mut solo, offered) = with_a_line();
    let gone: Vec<PhotoId> = (0..PHOTOS).map(|n| PhotoId::of(&bytes(n))).collect();
    let waiting = gone.iter().filter(|photo| !offered.contains(photo));
    let gone: Vec<PhotoId> = waiting.copied().take(PHOTOS / 2).collect();
    for photo in &gone {
        solo.tell(DiskEvent::Missing { photo: *photo });
    }
    let next = take(&mut solo, 1, &offered);
    assert_eq!(next.len(), OFFERS_PER_NODE);
    assert!(next.iter().all(|photo| !gone.contains(photo)));
}

#[test]
fn a_line_goes_on_at_the_node_that_comes_next() {
    let (mut solo, _) = with_a_line();
    solo.join(2, PIN, &[]);
    let to_second = offers(&solo.wait(TICK));
    assert_eq!(to_second.len(), OFFERS_PER_NODE);
    assert!(to_second.iter().all(|(node, _)| *node == 2));
    let (link, reason) = (LinkId(1), CloseReason::Remote);
    solo.tell(LinkEvent::Closed { link, reason });
    let taken: Vec<PhotoId> = to_second.into_iter().map(|(_, photo)| photo).collect();
    assert_eq!(take(&mut solo, 2, &taken).len(), OFFERS_PER_NODE);
}

#[test]
fn a_line_waits_for_a_node_that_has_refused_and_goes_on_then() {
    let (mut solo, offered) = with_a_line();
    for photo in &offered {
        let (photo, verdict) = (*photo, OfferReply::Busy);
        let actions = solo.hear(1, Message::KeepAnswer { photo, verdict });
        assert_eq!(offers(&actions), []);
    }
    assert_eq!(offers(&solo.wait(PIN - TICK)), []);
    assert_eq!(offers(&solo.wait(RETRY + TICK)).len(), OFFERS_PER_NODE);
}

#[test]
fn a_photo_that_cannot_be_read_here_keeps_no_other_from_its_target() {
    let (mut solo, offered) = with_a_line();
    let (link, transfer, photo) = (LinkId(1), TransferId(1), offered[0]);
    let (offset, length, lane) = (0, 10, Lane::Replicate);
    let asked = Message::AskForImage { transfer, photo, offset, length, lane };
    assert_eq!(offers(&solo.hear(1, asked)), []);
    let result = Err(DiskError::Gone);
    let served = Event::Link(LinkEvent::Served { link, transfer, photo, result });
    assert_eq!(offers(&solo.tell(served)).len(), 1);
    let verdict = OfferReply::Busy;
    solo.hear(1, Message::KeepAnswer { photo, verdict });
    assert_eq!(take(&mut solo, 1, &offered[1..]).len(), OFFERS_PER_NODE - 1);
}

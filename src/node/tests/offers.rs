//! To whom copies are offered, and by whom: each photo by one of its holders, and to each other node in its turn.

use std::time::Duration;

use super::super::limits::{
    OFFER, OFFERS, OFFERS_PER_NODE, PULL_MIN_RATE, PULL_QUEUE, RETRY, SETTLE, SKIP, TICK,
};
use super::super::{
    Action, CloseReason, DiskAction, DiskEvent, Event, LinkAction, LinkEvent, LinkId,
};
use super::pulling::verdict;
use super::removals::{CAT, cat, node_of, say, word};
use super::solo::{Solo, about_to_drop, original, register};
use super::world::picture;
use crate::node::plan::placement::coordinator;
use crate::photo::PhotoId;
use crate::protocol::message::{Lane, OfferReply, TransferId};
use crate::protocol::{Facts, Holding, Message, NodeId, Record, Wish};

const PIN: Duration = Duration::from_secs(60);

/// The node that each offer goes to, and of which photo it is.
pub(super) fn offers(actions: &[Action]) -> Vec<(u64, PhotoId)> {
    let offered = actions.iter().filter_map(|action| match action {
        Action::Link(LinkAction::Send { link, message: Message::KeepThis { photo, .. } }) => {
            Some((link.0, photo.id))
        }
        _ => None,
    });
    offered.collect()
}

#[test]
fn of_all_holders_the_coordinator_alone_offers_a_photo() {
    let mut coordinated = 0;
    for n in 0..20 {
        let bytes = [n; 10];
        let photo = PhotoId::of(&bytes);
        let mut solo = Solo::with(|config| config.copies = 4);
        solo.hold(&bytes);
        solo.join(1, PIN, &[&bytes]);
        solo.join(2, PIN, &[&bytes]);
        solo.join(3, PIN, &[]);
        let offered = offers(&solo.wait(10 * SETTLE));
        if coordinator(photo, [1, 2, 9].map(NodeId)) == Some(NodeId(9)) {
            coordinated += 1;
            assert_eq!(offered, [(3, photo)]);
        } else {
            assert_eq!(offered, []);
        }
    }
    assert!((1..20).contains(&coordinated), "{coordinated}");
}

#[test]
fn offers_go_to_the_emptiest_and_among_equals_to_the_next_in_turn() {
    let mut solo = Solo::new();
    let [a, b, c, d, e, f] = [b'a', b'b', b'c', b'd', b'e', b'f'].map(|letter| [letter; 10]);
    solo.join(1, PIN, &[&a, &b, &c]);
    solo.join(2, PIN, &[&d]);
    solo.join(3, PIN, &[&e, &f]);
    let turns = (0..5_u8).map(|n| {
        let photo = solo.hold(&[n; 10]);
        let offered = offers(&solo.wait(SETTLE + TICK));
        let [(node, offered)] = offered[..] else {
            panic!("{offered:?}");
        };
        assert_eq!(offered, photo);
        if n % 2 == 0 {
            // Taken or not yet, it counts.
            solo.announce(node, vec![original(&[n; 10])], false);
        }
        node
    });
    assert_eq!(turns.collect::<Vec<_>>(), [2, 3, 2, 3, 1]);
}

/// A node that has just offered its photo to the first of two others.
fn offering() -> (Solo, PhotoId) {
    let mut solo = Solo::new();
    let photo = solo.hold(b"cat");
    (1..=2).for_each(|n| solo.join(n, PIN, &[]));
    assert_eq!(offers(&solo.wait(SETTLE + TICK)), [(1, photo)]);
    (solo, photo)
}

#[test]
fn who_refuses_an_offer_is_asked_nothing_for_a_minute() {
    let (mut solo, photo) = offering();
    let verdict = OfferReply::Busy;
    for n in [1, 2] {
        assert!(offers(&solo.hear(n, Message::KeepAnswer { photo, verdict })).is_empty());
        let next = offers(&solo.wait(SETTLE + TICK));
        assert_eq!(next, if n == 1 { vec![(2, photo)] } else { vec![] });
    }
    assert_eq!(offers(&solo.wait(SKIP - 3 * SETTLE)), []);
    assert_eq!(offers(&solo.wait(2 * SETTLE + RETRY)), [(1, photo)]);
}

#[test]
fn an_offer_to_a_node_that_goes_goes_to_the_next() {
    let (mut solo, photo) = offering();
    let (link, reason) = (LinkId(1), CloseReason::Remote);
    solo.tell(LinkEvent::Closed { link, reason });
    assert_eq!(offers(&solo.wait(SETTLE + TICK)), [(2, photo)]);
}

#[test]
fn an_offer_is_void_when_nothing_was_heard_of_it_for_long() {
    let (mut solo, photo) = offering();
    assert_eq!(offers(&solo.wait(OFFER / 2)), []);
    let (transfer, offset, length, lane) = (TransferId(1), 0, 3, Lane::Replicate);
    solo.hear(1, Message::AskForImage { transfer, photo, offset, length, lane });
    assert_eq!(offers(&solo.wait(OFFER / 2)), []);
    let (link, result) = (LinkId(1), Ok(()));
    solo.tell(LinkEvent::Served { link, transfer, photo, result });
    assert_eq!(offers(&solo.wait(OFFER - TICK)), []);
    assert_eq!(offers(&solo.wait(SETTLE + 2 * TICK)), [(2, photo)]);
}

#[test]
fn a_target_that_takes_one_photo_has_time_for_the_others() {
    let (mut solo, photo) = offering();
    solo.announce(2, vec![original(b"cow")], false);
    let dog = solo.hold(b"dog");
    assert_eq!(offers(&solo.wait(SETTLE + TICK)), [(2, dog)], "for node 1 has the cat to come");
    solo.announce(2, vec![original(b"dog")], false);
    let pig = solo.hold(b"pig");
    assert_eq!(offers(&solo.wait(SETTLE + TICK)), [(1, pig)]);
    for n in 1..=3 {
        assert_eq!(offers(&solo.wait(OFFER / 3)), []);
        let (transfer, offset, length, lane) =
            (TransferId(n), u64::from(n) - 1, 1, Lane::Replicate);
        solo.hear(1, Message::AskForImage { transfer, photo, offset, length, lane });
        let (link, result) = (LinkId(1), Ok(()));
        solo.tell(LinkEvent::Served { link, transfer, photo, result });
    }
    assert_eq!(offers(&solo.wait(OFFER / 2)), [], "it takes the cat, and then the pig");
    let again = offers(&solo.wait(OFFER / 2 + SETTLE + 4 * TICK));
    assert!(again.iter().all(|(node, _)| *node == 2) && again.len() == 2, "{again:?}");
}

#[test]
fn a_target_that_waits_for_this_nodes_line_has_time() {
    let mut solo = Solo::new();
    let bytes = vec![7; 2 * 1024 * 1024];
    let photo = solo.hold(&bytes);
    (1..=2).for_each(|n| solo.join(n, PIN, &[]));
    assert_eq!(offers(&solo.wait(SETTLE + TICK)), [(1, photo)]);
    let (transfer, offset, lane) = (TransferId(1), 0, Lane::Replicate);
    let length = bytes.len() as u64;
    solo.hear(1, Message::AskForImage { transfer, photo, offset, length, lane });
    let latest = 2 * OFFER + Duration::from_secs(length / PULL_MIN_RATE);
    assert_eq!(offers(&solo.wait(latest - SETTLE)), [], "the window is in line here");
    assert_eq!(offers(&solo.wait(3 * SETTLE)), [(2, photo)], "but not for ever");
}

#[test]
fn an_offer_ends_however_often_its_target_asks_for_a_byte() {
    let mut solo = Solo::new();
    let bytes = vec![7; 80 * 1024];
    let photo = solo.hold(&bytes);
    (1..=2).for_each(|n| solo.join(n, PIN, &[]));
    assert_eq!(offers(&solo.wait(SETTLE + TICK)), [(1, photo)]);
    let begun = solo.now;
    for n in 0.. {
        let (transfer, length, lane) = (TransferId(n), 1, Lane::Replicate);
        solo.hear(1, Message::AskForImage { transfer, photo, offset: n.into(), length, lane });
        let (link, result) = (LinkId(1), Ok(()));
        solo.tell(LinkEvent::Served { link, transfer, photo, result });
        if let [(node, _)] = offers(&solo.wait(OFFER / 2))[..] {
            assert_eq!(node, 2);
            return;
        }
        assert!(solo.now.since(begun) < 4 * OFFER, "it is open for ever");
    }
}

#[test]
fn only_so_many_offers_are_open_at_a_time() {
    let mut solo = Solo::new();
    // Enough that no single one has too many; this node itself is the ninth.
    (1..=10).for_each(|n| solo.join(n, PIN, &[]));
    for n in 0..=OFFERS {
        solo.hold(&[n as u8; 10]);
    }
    assert_eq!(offers(&solo.wait(OFFER / 2)).len(), OFFERS);
}

#[test]
fn an_offer_that_is_taken_makes_room_for_the_next_at_once() {
    let mut solo = Solo::new();
    solo.join(1, PIN, &[]);
    for n in 0..=OFFERS_PER_NODE {
        solo.hold(&[n as u8; 10]);
    }
    let first = offers(&solo.wait(SETTLE + 2 * TICK));
    assert_eq!(first.len(), OFFERS_PER_NODE);
    let taken = (0..=OFFERS_PER_NODE).map(|n| original(&[n as u8; 10]));
    let taken = taken.into_iter().find(|record| record.photo.id == first[0].1);
    let record = Record { holding: Holding::Replica, ..taken.expect("it is one of ours") };
    assert_eq!(offers(&solo.announce(1, vec![record], false)).len(), 1);
}

#[test]
fn as_many_copies_are_made_as_the_most_demanding_node_wants() {
    let photos: Vec<[u8; 10]> = (0..20).map(|n| [n; 10]).collect();
    let of_two =
        |bytes: &&[u8; 10]| coordinator(PhotoId::of(*bytes), [1, 9].map(NodeId)) == Some(NodeId(9));
    let bytes = photos.iter().find(of_two).expect("one that is this node's");
    for (copies, made) in [(2, false), (3, true)] {
        let mut solo = Solo::new();
        solo.hold(bytes);
        solo.join(1, PIN, &[bytes]);
        solo.open(2, "127.0.0.1");
        let mut other = register(2, PIN);
        other.copies = copies;
        solo.hear(2, Message::Register(other));
        solo.announce(2, Vec::new(), true);
        assert_eq!(offers(&solo.wait(PIN / 2)).len(), usize::from(made));
    }
}

pub(super) fn offered(solo: &mut Solo, bytes: &[u8]) -> OfferReply {
    offered_by(solo, 1, bytes)
}

fn offered_by(solo: &mut Solo, n: u64, bytes: &[u8]) -> OfferReply {
    let (photo, facts) = (picture(bytes), Facts::default());
    let actions = solo.hear(n, Message::KeepThis { photo, facts });
    verdict(&actions).expect("an answer")
}

#[test]
fn an_offer_is_answered_by_what_this_node_has_and_is_about_to_do() {
    let mut solo = Solo::new();
    solo.hold(b"cat");
    solo.join(1, PIN, &[]);
    assert_eq!(offered(&mut solo, b"cat"), OfferReply::AlreadyHeld);
    assert_eq!(offered(&mut solo, b"dog"), OfferReply::Accept);

    let (mut solo, _) = about_to_drop([60; 3]);
    assert_eq!(offered(&mut solo, b"everywhere"), OfferReply::Busy);

    let mut solo = Solo::new();
    solo.join(1, PIN, &[]);
    solo.announce(1, vec![cat(Holding::Replica, [node_of(5)])], true);
    say(&mut solo, 1, vec![word(5, Wish::Removed)]);
    assert_ne!(node_of(5), NodeId(1));
    assert_eq!(offered(&mut solo, CAT), OfferReply::Busy, "it is removed");
    solo.tell(Event::Shutdown);
    assert_eq!(offered(&mut solo, b"dog"), OfferReply::Busy, "it leaves");
}

#[test]
fn only_so_many_offers_are_taken_at_a_time() {
    let mut solo = Solo::new();
    (1..=3).for_each(|n| solo.join(n, PIN, &[]));
    for n in 0..PULL_QUEUE {
        let bytes = n.to_be_bytes();
        assert_eq!(offered_by(&mut solo, 1 + n as u64 % 2, &bytes), OfferReply::Accept);
    }
    let next = PULL_QUEUE.to_be_bytes();
    assert_eq!(offered_by(&mut solo, 3, &next), OfferReply::Busy);
}

#[test]
fn who_takes_longer_than_its_grace_to_tell_all_holds_up_no_copies() {
    let mut solo = Solo::new();
    solo.hold(b"cat");
    solo.join(1, PIN, &[]);
    solo.open(4, "127.0.0.1");
    solo.hear(4, Message::Register(register(4, PIN)));
    assert_eq!(offers(&solo.wait(PIN - TICK)), []);
    assert_eq!(offers(&solo.wait(SETTLE)).len(), 1);
}

#[test]
fn who_has_not_looked_through_its_own_folder_makes_no_copies() {
    let mut solo = Solo::unscanned(|_| ());
    solo.hold(b"cat");
    solo.join(1, PIN, &[]);
    assert_eq!(offers(&solo.wait(2 * PIN)), []);
    let actions = solo.tell(DiskEvent::Scanned { skipped: 0 });
    assert_eq!(offers(&actions).len(), 1);
}

#[test]
fn what_is_left_in_trashes_alone_is_restored_by_one_who_is_here() {
    let of_other = |n: &u8| coordinator(PhotoId::of(&[*n]), [1, 9].map(NodeId)) == Some(NodeId(1));
    let bytes = [(0..99).find(of_other).expect("one that is the other's")];
    for is_here in [true, false] {
        let mut solo = Solo::new();
        let retired = Record { holding: Holding::Retired, ..original(&bytes) };
        solo.tell(DiskEvent::Held {
            photo: retired.photo.clone(),
            facts: Facts::default(),
            holding: Holding::Retired,
            files: 1,
        });
        solo.join(1, PIN, &[]);
        solo.announce(1, vec![retired], true);
        if !is_here {
            let (link, reason) = (LinkId(1), CloseReason::Remote);
            solo.tell(LinkEvent::Closed { link, reason });
        }
        let actions = solo.wait(PIN / 2);
        let restores = |action: &Action| matches!(action, Action::Disk(DiskAction::Restore { .. }));
        assert_eq!(actions.iter().any(restores), !is_here);
    }
}

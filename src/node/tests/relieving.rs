//! Disks are evened out: who asks whom for photos, which ones are given, and what counts as moved meanwhile.

use std::time::Duration;

use super::super::limits::{RELIEF, RELIEF_PHOTOS, RETRY, SETTLE, TICK};
use super::super::{Action, CloseReason, DiskEvent, Event, LinkAction, LinkEvent, LinkId};
use super::offers::offers;
use super::solo::{Solo, original, register};
use super::spaces::{beside, room, space};
use super::versions::hold;
use super::world::picture;
use crate::protocol::{Facts, Holding, Message, Record};

const PIN: Duration = Duration::from_secs(60);
const TERABYTE: u64 = 1 << 40;

/// Whom a node asks for some of its replicas, and for how many bytes.
fn asked_for(actions: &[Action]) -> Vec<(u64, Option<u64>)> {
    let asked = actions.iter().filter_map(|action| match action {
        Action::Link(LinkAction::Send { link, message: Message::Relieve { photos, bytes } }) => {
            assert_eq!(*photos, RELIEF_PHOTOS);
            Some((link.0, *bytes))
        }
        _ => None,
    });
    asked.collect()
}

/// Another node keeps replicas of the photos of a third one, and this node has nothing.
fn unequal(photos: u8, otherwise: impl FnOnce(&mut Solo)) -> Solo {
    let mut solo = Solo::new();
    let photos: Vec<Record> = (0..photos).map(|n| original(&[n; 10])).collect();
    solo.join(2, PIN, &[]);
    solo.announce(2, photos.clone(), true);
    solo.join(1, PIN, &[]);
    let replica = |record: Record| Record { holding: Holding::Replica, ..record };
    solo.announce(1, photos.into_iter().map(replica).collect(), true);
    solo.has_disks(&[1, 2]);
    otherwise(&mut solo);
    solo
}

#[test]
fn who_has_least_asks_for_half_of_the_difference_and_not_at_once_again() {
    let mut solo = unequal(6, |_| ());
    assert_eq!(asked_for(&solo.wait(RELIEF)), [(1, Some(30))]);
    // It has offered nothing.
    assert_eq!(asked_for(&solo.wait(2 * RETRY - TICK)), []);
    assert_eq!(asked_for(&solo.wait(SETTLE)), [(1, Some(30))]);
    let mut solo = unequal(100, |_| ());
    assert_eq!(asked_for(&solo.wait(SETTLE)), [(1, Some(500))]);
    assert_eq!(asked_for(&unequal(1, |_| ()).wait(PIN)), [], "it is even");
}

#[test]
fn who_was_asked_and_is_gone_is_not_waited_for() {
    let mut solo = unequal(6, |_| ());
    assert_eq!(asked_for(&solo.wait(SETTLE)), [(1, Some(30))]);
    let link = LinkId(1);
    solo.tell(LinkEvent::Closed { link, reason: CloseReason::Remote });
    // It is back at once, on another link, and as loaded as before.
    let link = LinkId(3);
    solo.tell(LinkEvent::Opened { link, remote: "127.0.0.1".to_owned(), dialed: None });
    solo.hear(3, Message::Register(register(1, PIN)));
    let replica = |n: u8| Record { holding: Holding::Replica, ..original(&[n; 10]) };
    solo.announce(3, (0..6).map(replica).collect(), true);
    solo.has_disks(&[3]);
    assert_eq!(asked_for(&solo.wait(SETTLE)), [(3, Some(30))]);
}

#[test]
fn who_is_busy_or_has_no_room_asks_for_nothing() {
    let busy: [&dyn Fn(&mut Solo); 4] = [
        &|solo| drop(solo.tell(Event::Shutdown)),
        &|solo| drop(solo.tell(DiskEvent::Room { free: 0, spare: 0 })),
        &|solo| {
            solo.open(4, "127.0.0.1");
            solo.hear(4, Message::Register(register(4, PIN)));
        },
        &|solo| {
            solo.join(5, PIN, &[]);
            let (photo, facts) = (picture(b"dog"), Facts::default());
            solo.hear(5, Message::KeepThis { photo, facts });
        },
    ];
    for otherwise in busy {
        assert_eq!(asked_for(&unequal(6, otherwise).wait(PIN / 4)), []);
    }
}

#[test]
fn what_is_asked_for_is_offered_if_this_node_could_give_it_up() {
    let mut solo = Solo::new();
    solo.wait(2 * SETTLE);
    let held = |solo: &mut Solo, bytes: &[u8], holding| {
        let record = original(bytes);
        let id = record.photo.id;
        solo.tell(DiskEvent::Held {
            photo: record.photo,
            facts: Facts::default(),
            holding,
            files: 1,
        });
        id
    };
    let moves = held(&mut solo, b"replica", Holding::Replica);
    held(&mut solo, b"original", Holding::Original);
    held(&mut solo, b"has it", Holding::Replica);
    let promised = held(&mut solo, b"promised", Holding::Replica);
    solo.join(2, PIN, &[b"replica", b"original", b"promised"]);
    solo.join(1, PIN, &[b"has it"]);
    solo.has_disks(&[1, 2]);
    let nonce = crate::photo::Nonce([1; 32]);
    let photo = promised;
    solo.hear(2, Message::Challenge { photo, nonce });
    let photos = 9;
    assert_eq!(offers(&solo.hear(1, Message::Relieve { photos, bytes: None })), [], "not settled");
    solo.wait(SETTLE + TICK);
    let asked = offers(&solo.hear(1, Message::Relieve { photos, bytes: None }));
    assert_eq!(asked, [(1, moves)]);
    assert_eq!(offers(&solo.hear(1, Message::Relieve { photos, bytes: None })), []);
}

/// Photos of so many bytes, which another node has as its own and this one keeps for it.
fn keeping(solo: &mut Solo, photos: u64, bytes: usize) {
    for n in 0..photos {
        let Record { photo, .. } = original(&vec![n as u8; bytes]);
        let holding = Holding::Replica;
        solo.tell(DiskEvent::Held { photo, facts: Facts::default(), holding, files: 1 });
    }
    let all: Vec<Record> = (0..photos).map(|n| original(&vec![n as u8; bytes])).collect();
    solo.announce(2, all, true);
    solo.wait(SETTLE + TICK);
}

/// How many photos this node gives to one that asks it.
pub(super) fn gives(solo: &mut Solo, photos: u32, bytes: Option<u64>) -> usize {
    offers(&solo.hear(1, Message::Relieve { photos, bytes })).len()
}

#[test]
fn as_much_is_given_as_evens_out_and_no_more_than_was_asked_for() {
    let mut solo = beside(TERABYTE, TERABYTE);
    keeping(&mut solo, 10, 100);
    assert_eq!(gives(&mut solo, 16, None), 5, "then both are equally full");
    assert_eq!(gives(&mut solo, 16, None), 0, "what is on its way counts as moved");
    for (photos, bytes, given) in [(3, None, 3), (16, Some(250), 2), (16, Some(0), 1)] {
        let mut solo = beside(TERABYTE, TERABYTE);
        keeping(&mut solo, 10, 100);
        assert_eq!(gives(&mut solo, photos, bytes), given, "{photos} photos, {bytes:?} bytes");
    }
    // A disk of a fourth of the size takes a fifth of all.
    let mut solo = beside(TERABYTE / 4, TERABYTE / 4);
    keeping(&mut solo, 10, 100);
    assert_eq!(gives(&mut solo, 16, None), 2);
}

#[test]
fn what_was_taken_over_counts_until_it_is_given_up_elsewhere() {
    let mut solo = Solo::new();
    room(&mut solo, TERABYTE);
    let all: Vec<Record> = (0..4_u8).map(|n| original(&[n; 100])).collect();
    solo.join(2, PIN, &[]);
    solo.announce(2, all.clone(), true);
    solo.join(1, PIN, &[]);
    let replica = |record: &Record| Record { holding: Holding::Replica, ..record.clone() };
    solo.announce(1, all.iter().map(replica).collect(), true);
    for n in [1, 2] {
        solo.hear(n, Message::Space(space(TERABYTE, TERABYTE)));
    }
    assert_eq!(asked_for(&solo.wait(SETTLE)), [(1, Some(200))]);
    // Two have come out of the trash here; the other node has given up nothing yet.
    for record in &all[..2] {
        let (photo, facts) = (record.photo.clone(), Facts::default());
        hold(&mut solo, photo.clone(), Holding::Retired);
        solo.hear(1, Message::KeepThis { photo: photo.clone(), facts });
        hold(&mut solo, photo.clone(), Holding::Replica);
        solo.tell(DiskEvent::Returned {
            photo: photo.id,
            result: Ok(Holding::Replica),
            file: None,
        });
    }
    assert_eq!(asked_for(&solo.wait(6 * RETRY)), [], "else it would take all four");
    for record in &all[..2] {
        solo.announce(1, vec![Record { holding: Holding::Retired, ..record.clone() }], false);
    }
    assert_eq!(asked_for(&solo.wait(6 * RETRY)), [], "now both have two");
}

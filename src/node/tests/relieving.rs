//! Disks are evened out: who asks whom for photos, which ones are given, and what counts as moved meanwhile.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::super::limits::{RELIEF, RELIEF_BYTES, RELIEF_PHOTOS, RETRY, SETTLE, SKIP, TICK};
use super::super::{Action, CloseReason, DiskEvent, Event, LinkAction, LinkEvent, LinkId, Spool};
use super::offers::offers;
use super::pulling::asked;
use super::solo::{Solo, original, register};
use super::spaces::{beside, room, space};
use super::versions::hold;
use super::world::picture;
use crate::photo::{Photo, PhotoId};
use crate::protocol::{Facts, Holding, Message, Record, Space};

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
fn who_lets_own_photos_move_is_asked_for_them_but_for_those_that_were_taken_back() {
    let asked = |pools: bool, kept: bool| {
        let mut solo = Solo::new();
        let facts = Arc::new(Facts { kept, ..Facts::default() });
        let cats = (0..6_u8).map(|n| Record { facts: facts.clone(), ..original(&[n; 10]) });
        let dog = Record { holding: Holding::Replica, ..original(b"dog") };
        solo.hold(b"dog");
        solo.join(2, PIN, &[]);
        solo.announce(2, (0..6_u8).map(|n| original(&[n; 10])).collect(), true);
        solo.join(1, PIN, &[]);
        solo.announce(1, cats.chain([dog]).collect(), true);
        solo.has_disks(&[1, 2]);
        solo.hear(1, Message::Space(Space { pools, ..space(TERABYTE, TERABYTE) }));
        asked_for(&solo.wait(RELIEF))
    };
    assert_eq!(asked(true, false), [(1, Some(30))]);
    assert_eq!(asked(true, true), [], "this node has the only photo that may move");
    assert_eq!(asked(false, false), []);
}

#[test]
fn who_hands_over_all_that_it_has_is_asked_for_nothing() {
    let mut solo = unequal(6, |_| ());
    solo.join(3, PIN, &[]);
    let replica = |n: u8| Record { holding: Holding::Replica, ..original(&[n; 10]) };
    solo.announce(3, (0..6).map(replica).collect(), true);
    solo.hear(3, Message::Space(Space { draining: true, ..space(TERABYTE, 0) }));
    assert_eq!(asked_for(&solo.wait(RELIEF)), [(1, Some(30))]);
}

#[test]
fn what_has_a_copy_too_many_does_not_move() {
    let mut solo = unequal(6, |solo| {
        let all: Vec<Vec<u8>> = (0..6).map(|n| vec![n; 10]).collect();
        solo.join(3, PIN, &all.iter().map(Vec::as_slice).collect::<Vec<_>>());
        solo.has_disks(&[3]);
    });
    assert_eq!(asked_for(&solo.wait(RELIEF)), [], "node 1 gives it up in any case");
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
fn who_does_not_take_what_it_could_holds_up_others_for_a_minute_only() {
    let mut solo = unequal(6, |solo| {
        solo.join(3, PIN, &[]);
        solo.has_disks(&[3]);
    });
    assert_eq!(asked_for(&solo.wait(SKIP - SETTLE)), [], "node 3 is to ask first");
    assert_eq!(asked_for(&solo.wait(2 * SETTLE)), [(1, Some(20))]);
    // Whenever this one has asked, it lets others ask again.
    assert_eq!(asked_for(&solo.wait(SKIP - 2 * SETTLE)), []);
    assert_eq!(asked_for(&solo.wait(3 * SETTLE)), [(1, Some(20))]);
}

/// A photo that takes long to send.
fn large(n: u8) -> Record {
    let photo = Arc::new(Photo::opaque(PhotoId([n; 32]), RELIEF_BYTES / 2));
    Record { photo, ..original(&[n]) }
}

#[test]
fn of_large_photos_few_are_asked_for_and_given_at_a_time() {
    let replica = |n: u8| Record { holding: Holding::Replica, ..large(n) };
    let mut solo = Solo::new();
    (1..=2).for_each(|n| solo.join(n, PIN, &[]));
    solo.announce(2, (0..10).map(large).collect(), true);
    solo.announce(1, (0..10).map(replica).collect(), true);
    solo.has_disks(&[1, 2]);
    assert_eq!(asked_for(&solo.wait(RELIEF)), [(1, Some(RELIEF_BYTES))]);
    let mut solo = beside(TERABYTE, TERABYTE);
    solo.announce(2, (0..10).map(large).collect(), true);
    (0..10).for_each(|n| hold(&mut solo, large(n).photo, Holding::Replica));
    solo.wait(SETTLE + TICK);
    assert_eq!(gives(&mut solo, 16, None), 2);
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
fn what_was_given_counts_as_moved_until_it_is_given_up_here() {
    let mut solo = beside(TERABYTE, TERABYTE);
    keeping(&mut solo, 10, 100);
    let given = offers(&solo.hear(1, Message::Relieve { photos: 16, bytes: Some(250) }));
    let given: Vec<PhotoId> = given.into_iter().map(|(_, photo)| photo).collect();
    assert_eq!(given.len(), 2);
    let all = (0..10_u8).map(|n| Record { holding: Holding::Replica, ..original(&[n; 100]) });
    solo.announce(1, all.filter(|record| given.contains(&record.photo.id)).collect(), false);
    solo.wait(TICK);
    assert_eq!(gives(&mut solo, 16, None), 3, "of eight here and two there");
}

#[test]
fn no_more_is_given_than_can_be_on_its_way_and_nothing_twice() {
    let mut solo = beside(TERABYTE, TERABYTE);
    keeping(&mut solo, 200, 10);
    for (photos, given) in [(100, RELIEF_PHOTOS as usize), (16, 16), (16, 0)] {
        assert_eq!(gives(&mut solo, photos, None), given);
    }
    let mut solo = beside(TERABYTE, TERABYTE);
    keeping(&mut solo, 40, 100);
    (3..=5).for_each(|n| solo.join(n, PIN, &[]));
    solo.has_disks(&[1, 3, 4, 5]);
    solo.wait(SETTLE);
    let mut given = Vec::new();
    for n in [1, 3, 4, 5] {
        given.extend(offers(&solo.hear(n, Message::Relieve { photos: 8, bytes: None })));
    }
    let different: BTreeSet<PhotoId> = given.iter().map(|(_, photo)| *photo).collect();
    assert_eq!((given.len(), different.len()), (32, 32));
}

#[test]
fn of_photos_that_are_all_larger_than_what_was_asked_for_the_smallest_is_given() {
    let mut solo = beside(TERABYTE, TERABYTE);
    let all: Vec<Record> = (1..=10_u8).map(|n| original(&vec![n; 100 * usize::from(n)])).collect();
    all.iter().for_each(|record| hold(&mut solo, record.photo.clone(), Holding::Replica));
    solo.announce(2, all.clone(), true);
    solo.wait(SETTLE + TICK);
    let given = offers(&solo.hear(1, Message::Relieve { photos: 16, bytes: Some(50) }));
    assert_eq!(given, [(1, all[0].photo.id)]);
}

#[test]
fn who_is_asked_although_it_is_no_fuller_than_all_others_gives_what_evens_out_too() {
    let mut solo = beside(TERABYTE, TERABYTE);
    keeping(&mut solo, 30, 10);
    solo.join(3, PIN, &[]);
    let many = (30..120_u8).map(|n| original(&[n; 10]));
    solo.announce(2, many.clone().collect(), true);
    let replica = |record: Record| Record { holding: Holding::Replica, ..record };
    solo.announce(3, many.map(replica).collect(), true);
    solo.has_disks(&[1, 3]);
    solo.wait(SETTLE);
    assert_eq!(gives(&mut solo, 16, None), 15, "that one has none that could move");
}

#[test]
fn of_what_finds_a_place_on_a_large_disk_each_small_one_gives_its_part() {
    let mut solo = Solo::with(|config| config.capacity = Some(100));
    (0..6_u8).for_each(|n| hold(&mut solo, picture(&[n; 10]), Holding::Replica));
    (1..=2).for_each(|n| solo.join(n, PIN, &[]));
    let replica = |n: u8| Record { holding: Holding::Replica, ..original(&[n; 10]) };
    solo.announce(2, (0..6).map(replica).collect(), true);
    solo.has_disks(&[1]);
    solo.hear(2, Message::Space(space(100, 40)));
    solo.wait(SETTLE + TICK);
    assert_eq!(gives(&mut solo, 16, None), 3, "no disk takes a photo twice");
}

#[test]
fn who_does_not_know_what_others_have_gives_nothing() {
    let mut solo = beside(TERABYTE, TERABYTE);
    keeping(&mut solo, 10, 100);
    solo.open(4, "127.0.0.1");
    solo.hear(4, Message::Register(register(4, PIN)));
    assert_eq!(gives(&mut solo, 16, None), 0, "it could give up nothing itself");
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

/// A photo comes from a node that was asked for some, out of this node's trash.
fn comes_back(solo: &mut Solo, record: &Record) {
    let (photo, facts) = (record.photo.clone(), Facts::default());
    hold(solo, photo.clone(), Holding::Retired);
    solo.hear(1, Message::KeepThis { photo: photo.clone(), facts });
    solo.wait(SETTLE);
    hold(solo, photo.clone(), Holding::Replica);
    solo.tell(DiskEvent::Returned { photo: photo.id, result: Ok(Holding::Replica), file: None });
}

/// The same, over the network.
fn comes(solo: &mut Solo, bytes: &[u8]) {
    let (photo, facts) = (picture(bytes), Facts::default());
    let asked = asked(&solo.hear(1, Message::KeepThis { photo: photo.clone(), facts }));
    let (_, transfer) = asked.expect("it is taken");
    solo.wait(TICK);
    let (spool, data) = (Spool::Pull(transfer), bytes.to_vec().into());
    solo.hear(1, Message::Chunk { transfer, offset: 0, data });
    solo.tell(DiskEvent::Written { spool, result: Ok(()) });
    solo.tell(DiskEvent::Inspected { spool, result: Ok(photo.clone()) });
    solo.tell(DiskEvent::Installed { spool, photo: photo.id, result: Ok(()) });
}

#[test]
fn who_gives_some_is_asked_for_more_and_what_came_counts_as_moved() {
    let mut solo = unequal(100, |_| ());
    assert_eq!(asked_for(&solo.wait(SETTLE)), [(1, Some(500))]);
    comes_back(&mut solo, &original(&[0; 10]));
    comes(&mut solo, &[1; 10]);
    assert_eq!(asked_for(&solo.wait(RELIEF)), [(1, Some(480))]);
}

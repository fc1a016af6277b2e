//! How large disks are: what is told of it, what is taken, and who is offered what.

use std::time::Duration;

use super::super::limits::{RETRY, SETTLE, SKIP, STAGGER, TICK};
use super::super::{Action, CloseReason, DiskAction, DiskEvent, LinkAction, LinkEvent, LinkId};
use super::offers::{offered, offers};
use super::pulling::{asked, bytes, get, offer};
use super::relieving::gives;
use super::solo::{Solo, challenge, original, register};
use super::versions::hold;
use super::world::picture;
use crate::balance::CAPACITY_MOST;
use crate::node::space::roughly;
use crate::protocol::client::DrainOrder;
use crate::protocol::message::OfferReply;
use crate::protocol::{Facts, Holding, Message, NodeId, Record, Request, Space};

const PIN: Duration = Duration::from_secs(60);
const TERABYTE: u64 = 1 << 40;

#[test]
fn what_is_told_is_rough_and_stays_for_a_while() {
    assert_eq!([0, 1, 15, 17, 1000].map(|bytes| roughly(bytes, None)), [0, 1, 15, 16, 960]);
    assert_eq!(roughly(u64::MAX, None), 15 << 60);
    // A step is 64 there, and an eighth of it 8.
    for (bytes, then) in [(952, 960), (951, 896), (1031, 960), (1032, 1024)] {
        assert_eq!(roughly(bytes, Some(960)), then, "{bytes}");
    }
    assert_eq!(roughly(1, Some(0)), 1);
    assert_eq!(roughly(0, Some(1)), 0, "who has no room says so at once");
}

pub(super) fn space(capacity: u64, room: u64) -> Space {
    Space { capacity, room, pools: false, draining: false }
}

/// What is told of the disk.
pub(super) fn told(actions: &[Action]) -> Vec<(u64, Space)> {
    let told = actions.iter().filter_map(|action| match action {
        Action::Link(LinkAction::Send { link, message: Message::Space(space) }) => {
            Some((link.0, *space))
        }
        _ => None,
    });
    told.collect()
}

pub(super) fn room(solo: &mut Solo, bytes: u64) -> Vec<(u64, Space)> {
    let mut actions = solo.tell(DiskEvent::Room { free: 2 * TERABYTE, spare: bytes });
    actions.extend(solo.wait(TICK));
    told(&actions)
}

#[test]
fn a_disk_is_told_of_when_it_is_known_and_when_it_is_another() {
    let mut solo = Solo::new();
    solo.join(1, PIN, &[]);
    assert_eq!(told(&solo.wait(SETTLE)), [], "nobody knows it yet");
    assert_eq!(room(&mut solo, TERABYTE), [(1, space(TERABYTE, TERABYTE))]);
    assert_eq!(room(&mut solo, TERABYTE + 1000), []);
    assert_eq!(room(&mut solo, TERABYTE - 1000), [], "that is next to nothing");
    // Whoever comes later hears it, too.
    solo.open(2, "127.0.0.1");
    let actions = solo.hear(2, Message::Register(register(2, PIN)));
    assert_eq!(told(&actions), [(2, space(TERABYTE, TERABYTE))]);
    assert_eq!(room(&mut solo, 0), [(1, space(0, 0)), (2, space(0, 0))]);
}

#[test]
fn a_disk_is_as_large_as_what_lies_there_and_what_may_and_no_larger_for_its_owner_s_wish() {
    for capacity in [None, Some(TERABYTE), Some(1920), Some(1000)] {
        let mut solo = Solo::with(|config| config.capacity = capacity);
        solo.join(1, PIN, &[]);
        solo.hold(&[1; 960]);
        let told = room(&mut solo, 960).last().map(|(_, space)| space.capacity);
        assert_eq!(told, Some(capacity.unwrap_or(TERABYTE).min(1920)), "{capacity:?}");
    }
}

#[test]
fn who_has_told_nothing_has_a_disk_as_all_others_have_on_average() {
    let mut solo = Solo::new();
    (1..=2).for_each(|n| solo.join(n, PIN, &[]));
    room(&mut solo, 960);
    let usual = |solo: &Solo| solo.node.cx.disk_of(NodeId(2)).capacity;
    assert_eq!(usual(&solo), 960);
    solo.hear(1, Message::Space(space(480, 480)));
    assert_eq!(usual(&solo), 720);
    solo.hear(1, Message::Space(space(u64::MAX, 480)));
    assert_eq!(usual(&solo), (960 + CAPACITY_MOST) / 2, "no disk is as large as that");
    // What a node has told counts as long as its link.
    solo.tell(LinkEvent::Closed { link: LinkId(1), reason: CloseReason::Remote });
    solo.open(3, "127.0.0.1");
    solo.hear(3, Message::Register(register(1, PIN)));
    assert_eq!((usual(&solo), solo.node.cx.disk_of(NodeId(1)).capacity), (960, 960));
}

#[test]
fn what_an_owner_lets_lie_there_counts_the_own_photos_and_the_trash() {
    let mut solo = Solo::with(|config| config.capacity = Some(40));
    solo.join(1, PIN, &[]);
    assert_eq!(room(&mut solo, TERABYTE), [(1, space(40, 40))]);
    solo.hold(&[1; 10]);
    hold(&mut solo, picture(&[2; 10]), Holding::Retired);
    assert_eq!(told(&solo.wait(TICK)), [(1, space(40, 20))]);
    assert_eq!(offered(&mut solo, &[3; 21]), OfferReply::Busy);
    assert_eq!(offered(&mut solo, &[3; 12]), OfferReply::Accept);
    assert_eq!(offered(&mut solo, &[4; 12]), OfferReply::Busy, "the first one is on its way");
}

#[test]
fn what_comes_for_a_client_takes_no_room() {
    let mut solo = Solo::with(|config| config.capacity = Some(40));
    room(&mut solo, TERABYTE);
    solo.join(1, PIN, &[&[1; 35]]);
    assert!(asked(&get(&mut solo)).is_some());
    assert_eq!(offered(&mut solo, &[3; 12]), OfferReply::Accept);
}

#[test]
fn a_node_that_does_not_know_what_it_has_has_no_room() {
    let mut solo = Solo::unscanned(|config| config.capacity = Some(TERABYTE));
    solo.join(1, PIN, &[]);
    assert_eq!(room(&mut solo, TERABYTE)[0].1.room, 0);
    solo.tell(DiskEvent::Scanned { skipped: 0 });
    assert_eq!(told(&solo.wait(TICK))[0].1.room, TERABYTE);
}

/// Two other nodes are here, of which the first has told of a disk of this size.
pub(super) fn beside(capacity: u64, room: u64) -> Solo {
    let mut solo = Solo::new();
    self::room(&mut solo, TERABYTE);
    for n in [1, 2] {
        solo.join(n, PIN, &[]);
    }
    solo.hear(1, Message::Space(space(capacity, room)));
    solo.hear(2, Message::Space(space(4000, 4000)));
    solo
}

fn targets(solo: &mut Solo) -> Vec<u64> {
    let targets = (0..4_u8).flat_map(|n| {
        solo.hold(&[n; 10]);
        offers(&solo.wait(SETTLE + TICK))
    });
    targets.map(|(node, _)| node).collect()
}

#[test]
fn a_larger_disk_is_offered_more() {
    assert_eq!(targets(&mut beside(4000, 4000)), [1, 2, 1, 2]);
    assert_eq!(targets(&mut beside(1000, 1000)), [2, 2, 2, 1]);
    // Who has told nothing passes for one with a usual disk.
    let mut solo = beside(1000, 1000);
    solo.join(3, PIN, &[]);
    assert_eq!(targets(&mut solo), [3, 3, 3, 3]);
}

#[test]
fn who_has_no_room_is_offered_nothing_until_there_is_some() {
    let mut solo = beside(4000, 9);
    solo.hear(2, Message::Space(space(4000, 0)));
    let photo = solo.hold(&[1; 10]);
    assert_eq!(offers(&solo.wait(SETTLE + RETRY)), []);
    let reason = &solo.status().at_risk[0].reason;
    let most =
        format!("no other node has room for it (the most is 9 bytes, on node {}):", NodeId(1));
    assert!(reason.starts_with(&most), "{reason}");
    solo.hear(1, Message::Space(space(4000, 10)));
    assert_eq!(offers(&solo.wait(TICK)), [(1, photo)], "it was only waiting for that");
    // What is on its way there takes room, too.
    solo.hold(&[2; 10]);
    assert_eq!(offers(&solo.wait(SETTLE + RETRY)), []);
}

#[test]
fn a_disk_that_is_nearly_full_is_relieved_of_what_others_have_in_any_case() {
    let looks = |actions: &[Action]| {
        let looks = actions.iter().filter_map(|action| match action {
            Action::Disk(DiskAction::FindSurplus { older_than }) => Some(*older_than),
            _ => None,
        });
        looks.collect::<Vec<_>>()
    };
    let mut solo = Solo::with(|config| config.capacity = Some(200));
    room(&mut solo, TERABYTE);
    solo.hold(&[1; 95]);
    hold(&mut solo, picture(&[2; 95]), Holding::Retired);
    assert_eq!(looks(&solo.wait(SKIP)), [], "a twentieth is free");
    hold(&mut solo, picture(&[3; 1]), Holding::Retired);
    assert_eq!(looks(&solo.wait(SKIP)), [2 * PIN]);
    assert_eq!(looks(&solo.wait(2 * SKIP)).len(), 2, "now and then, until there is room");
    solo.tell(DiskEvent::Missing { photo: picture(&[2; 95]).id });
    assert_eq!(looks(&solo.wait(2 * SKIP)), []);
    // Who hands over all has no room for others, and needs none.
    hold(&mut solo, picture(&[5; 50]), Holding::Retired);
    hold(&mut solo, picture(&[6; 50]), Holding::Retired);
    assert!(!looks(&solo.wait(2 * SKIP)).is_empty());
    solo.ask(Request::Drain { order: DrainOrder::Begin });
    assert_eq!(looks(&solo.wait(2 * SKIP)), []);
    solo.ask(Request::Drain { order: DrainOrder::Cancel });
    for n in [5, 6] {
        solo.tell(DiskEvent::Missing { photo: picture(&[n; 50]).id });
    }
    // An empty trash has nothing to give.
    solo.tell(DiskEvent::Missing { photo: picture(&[3; 1]).id });
    solo.hold(&[4; 100]);
    assert_eq!(looks(&solo.wait(2 * SKIP)), []);
}

#[test]
fn a_photo_that_fits_exactly_is_taken() {
    for (spare, reply) in
        [(bytes().len(), OfferReply::Accept), (bytes().len() - 1, OfferReply::Busy)]
    {
        let mut solo = Solo::new();
        room(&mut solo, spare as u64);
        solo.join(1, PIN, &[]);
        assert_eq!(offer(&mut solo, 1).0, Some(reply), "{spare}");
    }
}

/// A node whose owner lets own photos move, eight of which another one keeps, too; and an empty disk.
fn pooling() -> Solo {
    let mut solo = Solo::with(|config| config.pools = true);
    room(&mut solo, TERABYTE);
    for n in [1, 2] {
        solo.join(n, PIN, &[]);
        solo.hear(n, Message::Space(space(TERABYTE, TERABYTE)));
    }
    let replicas = (0..8_u8).map(|n| {
        solo.hold(&[n; 100]);
        Record { holding: Holding::Replica, ..original(&[n; 100]) }
    });
    let replicas: Vec<Record> = replicas.collect();
    solo.announce(2, replicas, true);
    solo
}

#[test]
fn own_photos_move_if_their_owner_lets_them_and_not_before_a_grace() {
    let mut solo = pooling();
    let grace = solo.node.cx.config().grace;
    solo.wait(grace - 3 * TICK);
    assert_eq!(gives(&mut solo, 16, None), 0, "there is time to think again");
    let own = |solo: &mut Solo| {
        let status = solo.status();
        status.nodes.iter().find(|node| node.id == status.node).expect("itself").disk
    };
    assert_eq!((own(&mut solo).pools, own(&mut solo).fixed), (true, 0), "a plan shows it");
    let told = told(&solo.wait(4 * TICK));
    assert!(told.len() == 2 && told.iter().all(|(_, space)| space.pools), "{told:?}");
    assert_eq!((own(&mut solo).pools, own(&mut solo).fixed), (true, 0));
    assert_eq!(gives(&mut solo, 16, None), 2, "as much as is above the level");
}

#[test]
fn a_photo_with_files_that_are_nowhere_else_does_not_move() {
    let mut solo = pooling();
    solo.wait(solo.node.cx.config().grace);
    for n in 0..8_u8 {
        let photo = original(&[n; 100]).photo.id;
        solo.tell(DiskEvent::Companions { photo, files: vec!["p.xmp".to_owned()] });
    }
    solo.wait(SETTLE + TICK);
    assert_eq!(gives(&mut solo, 16, None), 0);
}

#[test]
fn an_own_photo_that_has_moved_goes_at_once_and_one_that_was_taken_back_stays() {
    let mut solo = pooling();
    solo.wait(solo.node.cx.config().grace);
    let (moved, back) = (original(&[0; 100]), original(&[1; 100]));
    let facts = Facts { kept: true, ..Facts::default() };
    let photo = back.photo.clone();
    solo.tell(DiskEvent::Held { photo, facts, holding: Holding::Original, files: 1 });
    let replica = |record: &Record| Record { holding: Holding::Replica, ..record.clone() };
    solo.announce(1, vec![replica(&moved), replica(&back)], true);
    let asked = solo.wait(SETTLE + 3 * STAGGER);
    let challenged = asked.iter().filter_map(|action| match action {
        Action::Link(LinkAction::Send { message: Message::Challenge { photo, .. }, .. }) => {
            Some(*photo)
        }
        _ => None,
    });
    let challenged: std::collections::BTreeSet<_> = challenged.collect();
    assert_eq!(challenged, [moved.photo.id].into());
}

#[test]
fn what_a_person_takes_back_is_kept() {
    let mut solo = pooling();
    let cat = picture(b"cat");
    hold(&mut solo, cat.clone(), Holding::RetiredOriginal);
    solo.wait(SETTLE);
    let photo = cat.id;
    assert_eq!(solo.ask(Request::TrashRestore { image_name: photo.to_string() }), None);
    hold(&mut solo, cat, Holding::Original);
    let result = Ok(Holding::Original);
    let actions = solo.tell(DiskEvent::Returned { photo, result, file: None });
    let noted = actions.iter().any(|action| {
        matches!(action, Action::Disk(DiskAction::NoteFacts { photo: of, facts }) if *of == photo && facts.kept)
    });
    assert!(noted, "{actions:?}");
}

#[test]
fn what_could_not_be_given_up_before_own_photos_may_move_is_looked_at_again() {
    let mut solo = pooling();
    let record = Record { holding: Holding::Replica, ..original(&[0; 100]) };
    solo.announce(1, vec![record.clone()], true);
    let grace = solo.node.cx.config().grace;
    assert_eq!(challenge(&solo.wait(grace - 3 * TICK)), None, "it is its owner's own");
    assert!(challenge(&solo.wait(2 * SETTLE + 3 * STAGGER)).is_some());
}

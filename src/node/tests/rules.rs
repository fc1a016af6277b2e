//! The rules that keep photos, one by one: each of these fails if its rule is left out.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::limits::{PUT, RETRY, ROOM_MARGIN, SETTLE, TICK};
use super::super::{
    Action, Asker, ClientAction, ClientEvent, CloseReason, DiskAction, DiskEvent, LinkAction,
    LinkEvent, LinkId, Spool,
};
use super::pulling::verdict;
use super::solo::{Solo, about_to_drop, challenge, drop_within, original, proof, register};
use super::world::picture;
use crate::photo::{Nonce, PhotoId, Proof};
use crate::protocol::message::OfferReply;
use crate::protocol::{Answer, Facts, Holding, Message, NodeId, Record, Request};

const PIN: Duration = Duration::from_secs(60);
const BYTES: &[u8] = b"everywhere";
/// Long enough that whoever may drop a copy has asked for proofs.
const LONG: Duration = Duration::from_secs(40);

/// A node that has a photo, among others of which some have it too.
fn among(others: &[&[&[u8]]]) -> Solo {
    let mut solo = Solo::new();
    solo.hold(BYTES);
    for (n, holds) in (1..).zip(others) {
        solo.join(n, PIN, holds);
    }
    solo
}

/// The first other node is told all there is, and its link is free again.
fn tell_all(solo: &mut Solo) {
    solo.hear(1, Message::RequestInfo);
    solo.tell(LinkEvent::PageSent { link: LinkId(1) });
}

/// A node takes an offered photo, until all its bytes are in a spool file.
fn pull(solo: &mut Solo) -> Spool {
    let (photo, facts) = (picture(BYTES), Facts::default());
    let actions = solo.hear(1, Message::KeepThis { photo, facts });
    let asked = actions.into_iter().find_map(|action| match action {
        Action::Link(LinkAction::Send {
            message: Message::AskForImage { transfer, .. }, ..
        }) => Some(transfer),
        _ => None,
    });
    let transfer = asked.expect("it pulls");
    let chunk = Message::Chunk { transfer, offset: 0, data: BYTES.to_vec().into() };
    solo.hear(1, chunk);
    let (spool, result) = (Spool::Pull(transfer), Ok(()));
    solo.tell(DiskEvent::Written { spool, result });
    spool
}

fn answered(actions: &[Action]) -> Option<&Answer> {
    actions.iter().find_map(|action| match action {
        Action::Client(ClientAction::Answer { answer, .. }) => Some(answer),
        _ => None,
    })
}

/// Whether a challenge was refused; none if it was not answered.
fn refused(actions: &[Action]) -> Option<bool> {
    actions.iter().find_map(|action| match action {
        Action::Link(LinkAction::Send { message: Message::Proof { proof, .. }, .. }) => {
            Some(proof.is_none())
        }
        _ => None,
    })
}

fn ask(solo: &mut Solo, n: u64, round: u8) -> Vec<Action> {
    let (photo, nonce) = (PhotoId::of(BYTES), Nonce([round; 32]));
    solo.hear(n, Message::Challenge { photo, nonce })
}

#[test]
fn nobody_asks_before_everything_has_settled() {
    let mut solo = among(&[&[BYTES], &[BYTES], &[BYTES]]);
    assert_eq!(challenge(&solo.wait(SETTLE - TICK)), None);
    assert!(challenge(&solo.wait(LONG)).is_some());
}

#[test]
fn nobody_asks_while_a_table_is_incomplete() {
    let mut solo = among(&[&[BYTES], &[BYTES], &[BYTES]]);
    solo.open(4, "127.0.0.1");
    solo.hear(4, Message::Register(register(4, PIN)));
    assert_eq!(challenge(&solo.wait(2 * PIN)), None, "longer than for copies to be made");
    solo.announce(4, Vec::new(), true);
    assert!(challenge(&solo.wait(LONG)).is_some());
}

#[test]
fn a_copy_that_was_withdrawn_does_not_count() {
    let mut solo = among(&[&[BYTES], &[BYTES]]);
    let record = Record { holding: Holding::Retired, ..original(BYTES) };
    solo.announce(2, vec![record], false);
    assert_eq!(challenge(&solo.wait(LONG)), None);
}

#[test]
fn the_copy_of_a_node_that_is_away_does_not_count() {
    let mut solo = among(&[&[BYTES], &[BYTES]]);
    // As replicas they may go while there are more than two.
    for n in 1..=2 {
        let record = Record { holding: Holding::Replica, ..original(BYTES) };
        solo.announce(n, vec![record], false);
    }
    let replica = original(BYTES);
    solo.tell(DiskEvent::Held {
        photo: replica.photo,
        facts: Facts::default(),
        holding: Holding::Replica,
        files: 1,
    });
    solo.tell(LinkEvent::Closed { link: LinkId(2), reason: CloseReason::Remote });
    assert_eq!(challenge(&solo.wait(LONG)), None);
}

#[test]
fn a_copy_is_withdrawn_before_proofs_are_asked_for() {
    let mut solo = among(&[&[BYTES], &[BYTES], &[BYTES]]);
    tell_all(&mut solo);
    let actions = solo.wait(LONG);
    let first = |wanted: &dyn Fn(&Message) -> bool| {
        actions.iter().position(
            |action| matches!(action, Action::Link(LinkAction::Send { link: LinkId(1), message }) if wanted(message)),
        )
    };
    let withdrawn = first(&|message| {
        let Message::ImageInfo { records, .. } = message else {
            return false;
        };
        records.iter().any(|record| !record.holding.is_stored())
    });
    let asked = first(&|message| matches!(message, Message::Challenge { .. }));
    assert!(withdrawn.is_some() && withdrawn < asked);
}

#[test]
fn a_wrong_proof_is_none() {
    let (mut solo, nonce) = about_to_drop([60; 3]);
    solo.compute(nonce);
    for n in 1..=2 {
        let (proof, refused) = (Some(Proof([8; 32])), None);
        let message = Message::Proof { nonce, proof, refused, wait: None };
        assert_eq!(drop_within(&solo.hear(n, message)), None);
    }
}

#[test]
fn proofs_that_come_too_late_are_none() {
    let (mut solo, nonce) = about_to_drop([60; 3]);
    solo.compute(nonce);
    solo.hear(1, proof(nonce));
    solo.wait(PIN / 2);
    assert_eq!(drop_within(&solo.hear(2, proof(nonce))), None);
}

#[test]
fn who_drops_a_photo_proves_it_to_no_lower_node() {
    let (mut solo, nonce) = about_to_drop([60; 3]);
    assert_eq!(refused(&ask(&mut solo, 1, 1)), Some(true));
    solo.compute(nonce);
    solo.hear(1, proof(nonce));
    let actions = solo.hear(2, proof(nonce));
    assert!(drop_within(&actions).is_some(), "and goes on itself");
}

#[test]
fn who_drops_a_photo_gives_way_to_a_higher_node() {
    let (mut solo, nonce) = about_to_drop([60; 3]);
    solo.join(12, PIN, &[BYTES]);
    let asks = |action: &Action| matches!(action, Action::Disk(DiskAction::Prove { .. }));
    assert!(ask(&mut solo, 12, 1).iter().any(asks));
    solo.compute(nonce);
    solo.hear(1, proof(nonce));
    assert_eq!(drop_within(&solo.hear(2, proof(nonce))), None);
}

#[test]
fn who_has_promised_to_keep_a_photo_does_so_until_the_end() {
    let mut solo = among(&[&[BYTES], &[BYTES], &[BYTES]]);
    ask(&mut solo, 1, 1);
    assert_eq!(challenge(&solo.wait(PIN - RETRY)), None);
    assert!(challenge(&solo.wait(LONG)).is_some());
}

#[test]
fn a_node_that_was_here_before_drops_nothing_while_old_promises_may_hold() {
    let mut solo = Solo::before();
    solo.hold(BYTES);
    (1..=3).for_each(|n| solo.join(n, PIN, &[BYTES]));
    assert_eq!(challenge(&solo.wait(PIN - TICK)), None);
    assert!(challenge(&solo.wait(LONG)).is_some());
}

#[test]
fn an_original_stays_where_no_more_nodes_than_copies_have_it() {
    let mut solo = among(&[&[BYTES], &[]]);
    let record = Record { holding: Holding::Replica, ..original(BYTES) };
    solo.announce(2, vec![record], false);
    assert_eq!(challenge(&solo.wait(LONG)), None, "the replica goes");
}

#[test]
fn what_does_not_fit_is_not_taken() {
    let mut solo = Solo::new();
    solo.join(1, PIN, &[]);
    for (lacking, expected) in [(1, OfferReply::Busy), (0, OfferReply::Accept)] {
        let photo = picture(BYTES);
        let bytes = photo.bytes + ROOM_MARGIN - lacking;
        solo.tell(DiskEvent::Room { free: bytes, spare: bytes });
        let facts = Facts::default();
        let actions = solo.hear(1, Message::KeepThis { photo, facts });
        assert_eq!(verdict(&actions), Some(expected));
    }
}

#[test]
fn a_put_is_answered_when_the_copies_are_on_disk() {
    let mut solo = Solo::new();
    solo.join(1, PIN, &[]);
    let client = LinkId(100);
    let (photo, spool) = (picture(BYTES), Spool::Put(client));
    let request = Request::Put { name: "p.jpg".to_owned(), bytes: photo.bytes, dated: None };
    let mut before = solo.tell(ClientEvent::Asked { link: client, by: Asker::Owner, request });
    before.extend(solo.tell(DiskEvent::Inspected { spool, result: Ok(photo.clone()) }));
    before.extend(solo.wait(SETTLE));
    before.extend(solo.tell(DiskEvent::Installed { spool, photo: photo.id, result: Ok(()) }));
    before
        .extend(solo.hear(1, Message::KeepAnswer { photo: photo.id, verdict: OfferReply::Accept }));
    before.extend(solo.wait(PUT / 2));
    assert_eq!(answered(&before), None);
    let record = Record { holding: Holding::Replica, ..original(BYTES) };
    let actions = solo.announce(1, vec![record], false);
    let Some(Answer::Stored { nodes, .. }) = answered(&actions) else {
        panic!("{actions:?}");
    };
    assert_eq!(*nodes, [NodeId(1), NodeId(9)]);
}

#[test]
fn what_is_pulled_is_announced_when_it_is_on_disk() {
    let mut solo = Solo::new();
    solo.join(1, PIN, &[BYTES]);
    tell_all(&mut solo);
    let photo = picture(BYTES);
    let spool = pull(&mut solo);
    let result = Ok(photo.clone());
    let mut before = solo.tell(DiskEvent::Inspected { spool, result });
    before.extend(solo.wait(SETTLE));
    let announced = |actions: &[Action]| {
        actions.iter().any(|action| {
            matches!(action, Action::Link(LinkAction::Send { message: Message::ImageInfo { records, .. }, .. }) if !records.is_empty())
        })
    };
    assert!(!announced(&before));
    let result = Ok(());
    let photo = photo.id;
    let after = solo.tell(DiskEvent::Installed { spool, photo, result });
    assert!(announced(&after));
}

#[test]
fn a_proof_that_was_given_binds_as_long_as_one_that_is_awaited() {
    let mut solo = among(&[&[BYTES], &[BYTES], &[BYTES]]);
    ask(&mut solo, 1, 1);
    let nonce = Nonce([1; 32]);
    let proofs = BTreeMap::from([(NodeId(9), Proof([7; 32]))]);
    let result = Ok(proofs);
    assert_eq!(refused(&solo.tell(DiskEvent::Proved { nonce, result })), Some(false));
    assert_eq!(challenge(&solo.wait(PIN - RETRY)), None);
}

#[test]
fn a_scan_does_not_announce_what_is_on_its_way_out() {
    let mut solo = among(&[&[BYTES], &[BYTES], &[BYTES]]);
    tell_all(&mut solo);
    let asked = (0..400).find_map(|_| challenge(&solo.wait(TICK)));
    assert!(asked.is_some());
    solo.tell(LinkEvent::PageSent { link: LinkId(1) });
    let Record { photo, .. } = original(BYTES);
    let actions = solo.tell(DiskEvent::Held {
        photo,
        facts: Facts::named("another name.jpg"),
        holding: Holding::Original,
        files: 1,
    });
    let told = actions.iter().find_map(|action| match action {
        Action::Link(LinkAction::Send { message: Message::ImageInfo { records, .. }, .. }) => {
            records.first().map(|record| record.holding)
        }
        _ => None,
    });
    assert_eq!(told, Some(Holding::RetiredOriginal), "the new name and nothing else");
}

#[test]
fn bytes_that_are_another_photo_are_not_kept() {
    let mut solo = Solo::new();
    solo.join(1, PIN, &[BYTES]);
    let spool = pull(&mut solo);
    let result = Ok(picture(b"something else"));
    let actions = solo.tell(DiskEvent::Inspected { spool, result });
    let installs = |action: &Action| matches!(action, Action::Disk(DiskAction::Install { .. }));
    assert!(!actions.iter().any(installs), "{actions:?}");
}

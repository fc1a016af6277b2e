//! Variants: what is put away for a better version that does not show all of it.

use std::time::Duration;

use super::super::limits::{DOUBT, OFFERS_PER_NODE, SETTLE, TICK};
use super::super::{
    Action, Asker, ClientEvent, CloseReason, DiskAction, DiskEvent, Event, LinkAction, LinkEvent,
    LinkId,
};
use super::claims::{hold, version};
use super::solo::{Solo, challenge, original, proof};
use super::world::CLIENT;
use crate::photo::{Nonce, PhotoId, Relation};
use crate::protocol::message::OfferReply;
use crate::protocol::{Departure, Facts, Holding, Looks, Message, NodeId, Record, Request};

const PIN: Duration = Duration::from_secs(60);
const LONG: Duration = Duration::from_secs(600);

fn id(width: u32) -> PhotoId {
    version(width).photo.id
}

/// The word of a node that has put the worse version away.
fn put_away(relation: Relation) -> Record {
    let mut looks = Looks::default();
    looks.note(id(20), relation);
    Record { holding: Holding::RetiredOriginal, looks, ..version(10) }
}

/// The folder tells that it has the better version, and the worse one in its trash.
fn has_put_away(solo: &mut Solo, relation: Relation) {
    solo.pixels = Some(relation);
    solo.tell(DiskEvent::Room { free: 1 << 40, spare: 1 << 40 });
    let Record { looks, .. } = put_away(relation);
    let photo = id(10);
    solo.tell(DiskEvent::Recalled { photo, looks });
    hold(solo, &put_away(relation));
    hold(solo, &version(20));
}

/// A node that has put the worse version away; the better one is here and elsewhere.
fn with(relation: Relation, others: &[Record]) -> Solo {
    let mut solo = Solo::new();
    has_put_away(&mut solo, relation);
    for (n, other) in (1..).zip(others) {
        solo.join(n, PIN, &[]);
        solo.announce(n, vec![version(20), other.clone()], true);
    }
    solo.join(8, PIN, &[]);
    solo
}

/// Whether another copy of the worse version is made.
fn offers(actions: &[Action]) -> bool {
    let offers = |action: &Action| matches!(action, Action::Link(LinkAction::Send { message: Message::KeepThis { photo, .. }, .. }) if photo.width == 10);
    actions.iter().any(offers)
}

#[test]
fn a_variant_in_the_trash_has_as_many_copies_as_a_keeper() {
    for (relation, others, missing) in [
        (Relation::Variant, vec![], true),
        (Relation::Variant, vec![put_away(Relation::Variant)], false),
        (Relation::Same, vec![], false),
    ] {
        let mut solo = with(relation, &others);
        let actions = solo.wait(PIN);
        assert_eq!(offers(&actions), missing, "{relation:?}, {others:?}");
        let status = solo.status();
        let risk = status.at_risk.iter().any(|risk| risk.id == id(10));
        assert_eq!(risk, missing, "{:?}", status.at_risk);
        assert_eq!(solo.list(), ["20.jpg"], "it is not shown for that");
    }
}

#[test]
fn a_variant_is_copied_again_when_a_holder_stays_away() {
    let mut solo = with(Relation::Variant, &[put_away(Relation::Variant)]);
    assert!(!offers(&solo.wait(PIN)));
    let reason = CloseReason::Remote;
    let link = LinkId(1);
    solo.tell(LinkEvent::Closed { link, reason });
    assert!(!offers(&solo.wait(PIN / 2)), "it is expected back");
    assert!(offers(&solo.wait(PIN)));
}

/// Why a variant is on fewer nodes than wanted.
fn expect(solo: &mut Solo, beginning: &str) {
    let mut risks = solo.status().at_risk.into_iter();
    let risk = risks.find(|risk| risk.id == id(10));
    let reason = risk.expect("it is on too few nodes").reason;
    assert!(reason.starts_with(beginning), "{reason}");
}

#[test]
fn it_is_said_why_a_variant_in_the_trash_has_too_few_copies() {
    let [one, eight] = [1, 8].map(NodeId);
    let mut solo = with(Relation::Variant, &[]);
    expect(&mut solo, "new, or just changed");
    solo.wait(SETTLE + TICK);
    expect(&mut solo, &format!("being copied to node {eight}"));
    let (photo, verdict) = (id(10), OfferReply::Busy);
    solo.hear(8, Message::KeepAnswer { photo, verdict });
    expect(&mut solo, &format!("node {eight} took no more copies"));
    let mut solo = with(Relation::Variant, &[put_away(Relation::Variant)]);
    let (link, reason) = (LinkId(1), CloseReason::Remote);
    solo.tell(LinkEvent::Closed { link, reason });
    expect(&mut solo, &format!("node {one} is away; copied anew in"));
}

#[test]
fn a_variant_in_the_trash_stands_in_line_like_a_keeper() {
    let mut solo = Solo::new();
    solo.join(8, PIN, &[]);
    let first: Vec<[u8; 10]> = (0..OFFERS_PER_NODE).map(|n| [n as u8; 10]).collect();
    for bytes in &first {
        solo.hold(bytes);
    }
    solo.wait(SETTLE + TICK);
    has_put_away(&mut solo, Relation::Variant);
    assert!(!offers(&solo.wait(SETTLE + TICK)));
    expect(&mut solo, "waits for its turn");
    let taken = first.iter().map(|bytes| original(bytes)).collect();
    let actions = solo.announce(8, taken, false);
    assert!(offers(&actions), "without waiting for time to pass");
}

#[test]
fn no_time_deletes_a_variant() {
    let photo = id(10);
    let theirs = put_away(Relation::Variant);
    let mut solo = with(Relation::Variant, &[theirs.clone(), theirs]);
    solo.wait(2 * SETTLE);
    for _ in 0..3 {
        let mut actions = solo.tell(DiskEvent::Expired { photo });
        actions.extend(solo.wait(LONG));
        let asks = |action: &Action| matches!(action, Action::Link(LinkAction::Send { message: Message::Challenge { photo, .. }, .. }) if *photo == id(10));
        assert!(!actions.iter().any(asks));
        assert!(!actions.iter().any(|action| matches!(
            action,
            Action::Disk(DiskAction::PutAway { departure: Departure::Expired, .. })
        )));
    }
}

/// Its owner wants the trash emptied: the round for the worse version, if there is one.
fn emptied(solo: &mut Solo) -> Option<Nonce> {
    let (link, older_than) = (CLIENT, 0);
    let request = Request::TrashPurge { older_than };
    solo.tell(ClientEvent::Asked { link, by: Asker::Owner, request });
    let photos = [id(10)].into();
    challenge(&solo.tell(DiskEvent::Aged { link, photos }))
}

#[test]
fn its_owners_hand_deletes_a_variant_when_enough_others_have_proven_that_very_one() {
    let theirs = put_away(Relation::Variant);
    let mut few = with(Relation::Variant, std::slice::from_ref(&theirs));
    few.wait(2 * SETTLE);
    assert_eq!(emptied(&mut few), None, "two copies are wanted elsewhere");
    let mut solo = with(Relation::Variant, &[theirs.clone(), theirs]);
    solo.wait(2 * SETTLE);
    let nonce = emptied(&mut solo).expect("it asks for proofs");
    solo.compute(nonce);
    let purges = |actions: &[Action]| {
        let purges = |action: &Action| {
            matches!(
                action,
                Action::Disk(DiskAction::PutAway { departure: Departure::Expired, .. })
            )
        };
        actions.iter().any(purges)
    };
    assert!(!purges(&solo.hear(1, proof(nonce))));
    assert!(purges(&solo.hear(2, proof(nonce))));
}

#[test]
fn a_variant_is_proven_from_the_trash_and_then_stays_there() {
    for (relation, promises) in [(Relation::Variant, true), (Relation::Same, false)] {
        let theirs = put_away(relation);
        let mut solo = with(relation, &[theirs.clone(), theirs]);
        solo.wait(2 * SETTLE);
        let (photo, nonce) = (id(10), Nonce([3; 32]));
        let actions = solo.hear(1, Message::Challenge { photo, nonce });
        let proves = |action: &Action| matches!(action, Action::Disk(DiskAction::Prove { .. }));
        assert_eq!(actions.iter().any(proves), promises, "{relation:?}");
        if promises {
            assert_eq!(emptied(&mut solo), None, "it has promised to keep it");
        }
    }
}

#[test]
fn a_node_that_leaves_hands_over_a_variant_that_only_it_has() {
    let mut solo = with(Relation::Variant, &[]);
    solo.announce(8, vec![version(20)], true);
    assert!(offers(&solo.tell(Event::Shutdown)));
}

#[test]
fn what_another_node_wants_back_from_the_trash_stays_out_of_it_for_a_while() {
    let theirs = put_away(Relation::Variant);
    let mut solo = with(Relation::Variant, std::slice::from_ref(&theirs));
    solo.wait(2 * SETTLE);
    // A node that has accepted the better version too, but is cut off from whoever has it, shows the worse one again.
    let shown = Record { holding: Holding::Original, ..theirs };
    solo.announce(1, vec![shown.clone()], false);
    let facts = Facts::clone(&shown.facts);
    let actions = solo.hear(1, Message::KeepThis { photo: shown.photo.clone(), facts });
    let restores = |action: &Action| matches!(action, Action::Disk(DiskAction::Restore { photo, .. }) if *photo == id(10));
    assert!(actions.iter().any(restores));
    solo.tell(DiskEvent::Returned { photo: id(10), result: Ok(Holding::Original), file: None });
    let goes_within = |solo: &mut Solo, span: Duration| {
        let end = solo.now + span;
        while solo.now < end && !solo.node.cx.custody.is_going(id(10)) {
            solo.wait(TICK);
        }
        solo.node.cx.custody.is_going(id(10))
    };
    assert!(!goes_within(&mut solo, DOUBT - SETTLE), "it would be offered again at once");
    assert!(goes_within(&mut solo, 2 * SETTLE));
}

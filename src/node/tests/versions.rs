//! How a worse version of a picture goes: for bytes that this node has verified, and that others have proven to hold.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::super::limits::{RETRY, SETTLE, SKIP, TICK};
use super::super::{Action, DiskAction, DiskEvent, LinkAction, Spool};
use super::laws::photo;
use super::pulling::asked;
use super::solo::{Solo, challenge, proof, register};
use crate::photo::{Nonce, Photo, Relation};
use crate::protocol::message::TransferId;
use crate::protocol::{Departure, Facts, Holding, Looks, Message, Record};

const PIN: Duration = Duration::from_secs(60);

/// Two versions of one picture, the worse one first. Its id is the lower one: of what is due at once it comes first.
pub(super) fn pair() -> (u8, u8) {
    let pairs = (0..24).flat_map(|worse| (0..24).map(move |better| (worse, better)));
    let fits = |(worse, better): &(u8, u8)| {
        let (worse, better) = (photo(*worse), photo(*better));
        worse.same_picture(&better) && worse.rank() < better.rank() && worse.id < better.id
    };
    pairs.into_iter().find(fits).expect("such a pair")
}

pub(super) fn record(photo: Arc<Photo>) -> Record {
    Record { photo, facts: Arc::default(), holding: Holding::Original, looks: Looks::default() }
}

pub(super) fn hold(solo: &mut Solo, photo: Arc<Photo>, holding: Holding) {
    solo.tell(DiskEvent::Held { photo, facts: Default::default(), holding, files: 1 });
}

pub(super) fn retires(actions: &[Action]) -> bool {
    let retires = |action: &Action| {
        matches!(
            action,
            Action::Disk(DiskAction::PutAway { departure: Departure::Replaced { .. }, .. })
        )
    };
    actions.iter().any(retires)
}

/// A node that has the worse version, as it fetches the better one, which two others have.
fn fetching() -> (Solo, u64, TransferId) {
    let (worse, better) = pair();
    let mut solo = Solo::new();
    hold(&mut solo, photo(worse), Holding::Original);
    for n in 1..=2 {
        solo.join(n, PIN, &[]);
        solo.announce(n, vec![record(photo(better))], false);
    }
    let actions = solo.wait(SETTLE + 2 * TICK);
    assert_eq!(challenge(&actions), None, "its bytes come first");
    let (from, transfer) = asked(&actions).expect("it fetches the better version");
    (solo, from, transfer)
}

/// The bytes of the better version have come, and the disk has found this in them.
pub(super) fn fetched(
    solo: &mut Solo,
    from: u64,
    transfer: TransferId,
    found: Photo,
) -> Vec<Action> {
    let chunk = Message::Chunk { transfer, offset: 0, data: vec![0].into() };
    solo.hear(from, chunk);
    let (spool, result) = (Spool::Pull(transfer), Ok(()));
    solo.tell(DiskEvent::Written { spool, result });
    let result = Ok(Arc::new(found));
    solo.tell(DiskEvent::Inspected { spool, result })
}

pub(super) fn better() -> Photo {
    Photo::clone(&photo(pair().1))
}

#[test]
fn a_worse_version_goes_when_the_better_one_is_verified_and_proven() {
    let (mut solo, from, transfer) = fetching();
    let actions = fetched(&mut solo, from, transfer, better());
    let nonce = challenge(&actions).expect("it asks for proofs");
    assert!(!retires(&solo.compute(nonce)));
    assert!(!retires(&solo.hear(1, proof(nonce))));
    assert!(retires(&solo.hear(2, proof(nonce))));
}

#[test]
fn a_worse_version_stays_if_by_its_bytes_the_better_one_is_another_picture() {
    let (mut solo, from, transfer) = fetching();
    let found = Photo { fingerprint: None, ..better() };
    let actions = fetched(&mut solo, from, transfer, found);
    assert_eq!(challenge(&actions), None);
    let discards = |action: &Action| matches!(action, Action::Disk(DiskAction::Discard { .. }));
    assert!(actions.iter().any(discards), "nobody needs its bytes");
    assert_eq!(challenge(&solo.wait(PIN)), None);
}

#[test]
fn a_worse_version_stays_if_a_person_says_meanwhile_that_it_is_none() {
    let (mut solo, from, transfer) = fetching();
    solo.tell(DiskEvent::Held {
        photo: photo(pair().0),
        facts: Facts { distinct: [better().id].into(), ..Facts::default() },
        holding: Holding::Original,
        files: 1,
    });
    let actions = fetched(&mut solo, from, transfer, better());
    assert_eq!(challenge(&actions), None);
    assert_eq!(challenge(&solo.wait(PIN)), None);
}

#[test]
fn a_worse_version_waits_if_somebody_comes_meanwhile_who_has_not_told_all() {
    let (mut solo, from, transfer) = fetching();
    solo.open(4, "127.0.0.1");
    solo.hear(4, Message::Register(register(4, PIN)));
    let actions = fetched(&mut solo, from, transfer, better());
    assert_eq!(challenge(&actions), None);
}

#[test]
fn a_better_version_that_nobody_delivers_is_not_asked_for_again_at_once() {
    let (mut solo, mut from, mut transfer) = fetching();
    let mut actions = Vec::new();
    for _ in 0..2 {
        let reason = "not held".to_owned();
        actions = solo.hear(from, Message::NoImage { transfer, reason });
        (from, transfer) = asked(&actions).unwrap_or((from, transfer));
    }
    assert_eq!(asked(&actions), None);
    assert_eq!(asked(&solo.wait(SKIP - TICK)), None);
    assert!(asked(&solo.wait(2 * RETRY)).is_some());
}

#[test]
fn a_better_version_that_a_drop_counts_on_stays_meanwhile() {
    let (worse, better) = pair();
    let mut solo = Solo::new();
    hold(&mut solo, photo(worse), Holding::Original);
    hold(&mut solo, photo(better), Holding::Replica);
    for n in 1..=2 {
        solo.join(n, PIN, &[]);
        solo.announce(n, vec![record(photo(better))], false);
    }
    // Three nodes have the better version, so this replica of it is one too many.
    let actions = solo.wait(SETTLE * 4);
    let rounds = actions.iter().filter_map(|action| match action {
        Action::Link(LinkAction::Send { message: Message::Challenge { nonce, .. }, .. }) => {
            Some(*nonce)
        }
        _ => None,
    });
    let rounds: BTreeSet<Nonce> = rounds.collect();
    assert_eq!(rounds.len(), 1, "one round at a time");
    let nonce = *rounds.first().expect("a round");
    solo.compute(nonce);
    assert!(retires(&solo.hear(1, proof(nonce))), "it is the round of the worse version");
}

/// A node that has both versions, as it asks another one to prove the better one, so that the worse one may go.
pub(super) fn about_to_retire() -> (Solo, Nonce) {
    let (worse, better) = pair();
    let mut solo = Solo::new();
    hold(&mut solo, photo(worse), Holding::Original);
    hold(&mut solo, photo(better), Holding::Replica);
    for n in [1, 12] {
        solo.join(n, PIN, &[]);
    }
    solo.announce(1, vec![record(photo(better))], false);
    let asked = challenge(&solo.wait(SETTLE + 2 * TICK));
    (solo, asked.expect("it asks for a proof"))
}

/// Another node wants a proof of the worse version; whether it is promised one.
fn promises_worse(solo: &mut Solo, n: u64) -> bool {
    let (photo, nonce) = (photo(pair().0).id, Nonce([n as u8; 32]));
    let actions = solo.hear(n, Message::Challenge { photo, nonce });
    let promises = |action: &Action| matches!(action, Action::Disk(DiskAction::Prove { .. }));
    actions.iter().any(promises)
}

#[test]
fn a_worse_version_on_its_way_out_is_promised_to_no_lower_node() {
    let (mut solo, nonce) = about_to_retire();
    assert!(!promises_worse(&mut solo, 1));
    solo.compute(nonce);
    assert!(retires(&solo.hear(1, proof(nonce))));
    assert!(!promises_worse(&mut solo, 12), "the disk is at it");
}

#[test]
fn a_worse_version_that_a_higher_node_counts_on_stays() {
    let (mut solo, nonce) = about_to_retire();
    assert!(promises_worse(&mut solo, 12));
    solo.compute(nonce);
    assert!(!retires(&solo.hear(1, proof(nonce))));
}

#[test]
fn without_the_better_version_the_worse_one_stays() {
    let (mut solo, nonce) = about_to_retire();
    solo.compute(nonce);
    let photo = photo(pair().1).id;
    solo.tell(DiskEvent::Missing { photo });
    assert!(!retires(&solo.hear(1, proof(nonce))));
}

#[test]
fn a_worse_version_that_could_not_go_now_goes_later() {
    let (mut solo, nonce) = about_to_retire();
    solo.compute(nonce);
    let refusal = Message::Proof { nonce, proof: None, refused: None, wait: None };
    solo.hear(1, refusal);
    assert!(challenge(&solo.wait(2 * RETRY)).is_some());
}

#[test]
fn what_turns_out_to_be_a_variant_while_its_keeper_is_fetched_is_not_deleted_by_time() {
    let (worse, better) = pair();
    let mut solo = Solo::new();
    let with = |relation| {
        let mut looks = Looks::default();
        looks.note(photo(better).id, relation);
        looks
    };
    let photo_of_the_trash = photo(worse);
    let id = photo_of_the_trash.id;
    solo.tell(DiskEvent::Recalled { photo: id, looks: with(Relation::Same) });
    hold(&mut solo, photo_of_the_trash.clone(), Holding::Retired);
    for n in 1..=3 {
        solo.join(n, PIN, &[]);
        // All of them have the worse version, too: they could prove it.
        let put_away = Record {
            holding: Holding::Retired,
            looks: with(Relation::Same),
            ..record(photo_of_the_trash.clone())
        };
        solo.announce(n, vec![record(photo(better)), put_away], true);
    }
    solo.wait(2 * SETTLE);
    let (from, transfer) =
        asked(&solo.tell(DiskEvent::Expired { photo: id })).expect("it fetches the keeper");
    solo.tell(DiskEvent::Recalled { photo: id, looks: with(Relation::Variant) });
    let actions = fetched(&mut solo, from, transfer, Photo::clone(&photo(better)));
    assert_eq!(challenge(&actions), None, "nobody is asked to prove it");
    assert_eq!(challenge(&solo.wait(PIN)), None);
}

#[test]
fn a_copy_of_the_keeper_that_has_come_meanwhile_is_relied_on() {
    let (mut solo, from, transfer) = fetching();
    // The friend copies the better version into the folder while it is fetched.
    hold(&mut solo, photo(pair().1), Holding::Original);
    solo.wait(2 * SETTLE);
    let actions = fetched(&mut solo, from, transfer, better());
    let mut actions = actions.into_iter().chain(solo.wait(2 * SETTLE)).collect::<Vec<_>>();
    let nonce = challenge(&actions).expect("it is to go for the better version");
    solo.tell(DiskEvent::Missing { photo: better().id });
    for n in 1..=2 {
        actions.extend(solo.hear(n, proof(nonce)));
    }
    actions.extend(solo.compute(nonce));
    assert!(!retires(&actions), "the better version is gone again");
}

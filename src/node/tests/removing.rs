//! A client removes photos of this node's owner: step by step, and what stands in the way.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::super::limits::{REMOVE, RETRY, SETTLE, TICK};
use super::super::{Action, Asker, ClientAction, ClientEvent, DiskAction, DiskError, DiskEvent};
use super::removals::{CAT, cat, hold, key, node_of, say, word};
use super::solo::{Solo, challenge, original, proof, register};
use super::world::CLIENT;
use crate::photo::{Nonce, PhotoId};
use crate::protocol::client::Refusal;
use crate::protocol::{Answer, Departure, Holding, Message, Request, Tombstone, Wish};

const PIN: Duration = Duration::from_secs(60);
const DOG: &[u8] = b"dog";

/// The node of an owner whose key is known, with a photo of theirs and another node.
fn owner() -> Solo {
    let mut solo = Solo::with(|config| config.node = node_of(5));
    solo.hold(CAT);
    solo.join(1, PIN, &[]);
    solo
}

fn remove(solo: &mut Solo, photos: &[&[u8]]) -> Vec<Action> {
    let photos = photos.iter().map(|bytes| PhotoId::of(bytes)).collect();
    let (link, request) = (CLIENT, Request::Remove { photos });
    solo.tell(ClientEvent::Asked { link, by: Asker::Owner, request })
}

/// The rounds for which this node reads its own copies.
fn readings(actions: &[Action]) -> Vec<Nonce> {
    let read = actions.iter().filter_map(|action| match action {
        Action::Disk(DiskAction::Prove { nonce, .. }) => Some(*nonce),
        _ => None,
    });
    read.collect()
}

/// The copies have been read.
fn read(solo: &mut Solo, nonces: Vec<Nonce>) -> Vec<Action> {
    let mut actions = Vec::new();
    for nonce in nonces {
        let result = Ok(BTreeMap::new());
        actions.extend(solo.tell(DiskEvent::Proved { nonce, result }));
    }
    actions
}

fn moves(actions: &[Action]) -> usize {
    let moves = |action: &&Action| {
        matches!(
            action,
            Action::Disk(DiskAction::PutAway { departure: Departure::Removed { .. }, .. })
        )
    };
    actions.iter().filter(moves).count()
}

fn put_away(solo: &mut Solo, bytes: &[u8], result: Result<(), DiskError>) -> Vec<Action> {
    let photo = PhotoId::of(bytes);
    solo.tell(DiskEvent::PutAway { photo, result })
}

/// The words that are to be signed.
fn signs(actions: &[Action]) -> Vec<Wish> {
    let words = actions.iter().filter_map(|action| match action {
        Action::Disk(DiskAction::Sign { wish, .. }) => Some(*wish),
        _ => None,
    });
    words.collect()
}

fn signed(solo: &mut Solo, bytes: &[u8], works: bool) -> Vec<Action> {
    let photo = PhotoId::of(bytes);
    let result = match works {
        true => Ok(Tombstone::sign(&key(5), photo, 1, Wish::Removed)),
        false => Err(DiskError::Full),
    };
    solo.tell(DiskEvent::Signed { photo, result })
}

fn refusal(actions: &[Action]) -> Option<(Refusal, &str)> {
    actions.iter().find_map(|action| match action {
        Action::Client(ClientAction::Answer {
            answer: Answer::Refused { cause, error }, ..
        }) => Some((*cause, error.as_str())),
        _ => None,
    })
}

fn restores(actions: &[Action]) -> bool {
    let restores = |action: &Action| matches!(action, Action::Disk(DiskAction::Restore { .. }));
    actions.iter().any(restores)
}

#[test]
fn a_photo_is_read_moved_and_then_signed_for_each_once() {
    let mut solo = owner();
    let mut actions = remove(&mut solo, &[CAT]);
    actions.extend(solo.wait(RETRY));
    let nonces = readings(&actions);
    assert_eq!(nonces.len(), 1);
    assert_eq!(moves(&read(&mut solo, nonces)), 1);
    let mut actions = put_away(&mut solo, CAT, Ok(()));
    actions.extend(solo.wait(RETRY));
    assert_eq!(signs(&actions), [Wish::Removed]);
    assert_eq!(solo.list(), ["p.jpg"], "it is not said yet");
    let actions = signed(&mut solo, CAT, true);
    let done = |action: &Action| {
        matches!(
            action,
            Action::Client(ClientAction::Answer { answer: Answer::Removed { .. }, .. })
        )
    };
    assert!(actions.iter().any(done), "{actions:?}");
    assert!(solo.list().is_empty());
    // The copy in the trash is no worse version of anything, and wants no other beside it.
    let status = solo.status();
    assert_eq!((status.photos, status.duplicates, status.under_replicated), (0, 0, 0));
    assert_eq!(status.trash, 1);
}

#[test]
fn what_the_disk_cannot_move_is_not_removed() {
    let mut solo = owner();
    let nonces = readings(&remove(&mut solo, &[CAT]));
    read(&mut solo, nonces);
    let error = DiskError::Other("permission denied".to_owned());
    let actions = put_away(&mut solo, CAT, Err(error));
    let expected = (Refusal::Disk, "not removed: permission denied");
    assert_eq!(refusal(&actions), Some(expected));
    assert_eq!(solo.list(), ["p.jpg"]);
}

#[test]
fn what_cannot_be_signed_goes_back_to_where_it_was() {
    let mut solo = owner();
    solo.hold(DOG);
    let nonces = readings(&remove(&mut solo, &[CAT, DOG]));
    assert_eq!(moves(&read(&mut solo, nonces)), 2);
    put_away(&mut solo, CAT, Ok(()));
    put_away(&mut solo, DOG, Ok(()));
    assert_eq!(refusal(&signed(&mut solo, CAT, true)), None);
    let actions = signed(&mut solo, DOG, false);
    let (cause, error) = refusal(&actions).expect("it is refused");
    assert_eq!(cause, Refusal::Disk);
    assert!(error.starts_with("1 removed, 1 not: "), "{error}");
    let back = actions.iter().filter_map(|action| match action {
        Action::Disk(DiskAction::Restore { photo, .. }) => Some(*photo),
        _ => None,
    });
    assert_eq!(back.collect::<Vec<_>>(), [PhotoId::of(DOG)]);
}

#[test]
fn what_was_not_moved_does_not_go_back() {
    let mut solo = owner();
    solo.hold(DOG);
    let nonces = readings(&remove(&mut solo, &[CAT, DOG]));
    read(&mut solo, nonces);
    let actions = put_away(&mut solo, DOG, Err(DiskError::Full));
    assert!(refusal(&actions).is_some());
    assert!(!restores(&actions), "both are still in the folder");
}

#[test]
fn what_others_have_not_told_hinders_no_owner() {
    let mut solo = owner();
    solo.open(4, "127.0.0.1");
    solo.hear(4, Message::Register(register(4, PIN)));
    assert_eq!(readings(&remove(&mut solo, &[CAT])).len(), 1);
}

#[test]
fn what_an_earlier_life_may_have_promised_hinders_no_owner() {
    let mut solo = Solo::with(|config| {
        config.node = node_of(5);
        config.first_start = false;
    });
    solo.hold(CAT);
    assert_eq!(readings(&remove(&mut solo, &[CAT])).len(), 1);
}

#[test]
fn while_the_folder_is_not_looked_through_nothing_is_removed() {
    for scanned in [false, true] {
        let mut solo = Solo::unscanned(|config| config.node = node_of(5));
        solo.hold(CAT);
        let mut actions = remove(&mut solo, &[CAT]);
        actions.extend(solo.wait(REMOVE / 2));
        assert_eq!(readings(&actions), []);
        if scanned {
            solo.tell(DiskEvent::Scanned { skipped: 0 });
            assert_eq!(readings(&solo.wait(TICK)).len(), 1);
            continue;
        }
        assert_eq!(refusal(&solo.wait(REMOVE / 2 - TICK)), None);
        let actions = solo.wait(TICK);
        let why = "not removed: not all nodes have told what they have";
        assert_eq!(refusal(&actions), Some((Refusal::Daemon, why)));
    }
}

#[test]
fn what_is_promised_to_another_is_removed_all_the_same() {
    let mut solo = owner();
    let (photo, nonce) = (PhotoId::of(CAT), Nonce([1; 32]));
    solo.hear(1, Message::Challenge { photo, nonce });
    let mut actions = remove(&mut solo, &[CAT]);
    actions.extend(solo.wait(SETTLE));
    let readings = readings(&actions);
    assert_eq!(readings.len(), 1);
    assert_eq!(moves(&read(&mut solo, readings)), 1);
}

#[test]
fn a_replica_that_is_promised_to_another_stays_though_it_is_removed() {
    let mut solo = Solo::new();
    hold(&mut solo, cat(Holding::Replica, [node_of(5)]));
    solo.join(1, PIN, &[]);
    solo.wait(PIN);
    let (photo, nonce) = (PhotoId::of(CAT), Nonce([1; 32]));
    solo.hear(1, Message::Challenge { photo, nonce });
    say(&mut solo, 1, vec![word(5, Wish::Removed)]);
    assert_eq!(readings(&solo.wait(PIN / 2)), []);
    solo.hear(1, Message::Release { photo, nonce });
    assert_eq!(readings(&solo.wait(2 * RETRY)).len(), 1);
}

#[test]
fn an_original_that_has_come_back_counts_before_that_is_signed_and_until_it_can_be() {
    let mut solo = Solo::with(|config| {
        config.node = node_of(5);
        config.tombstones = vec![word(5, Wish::Removed)];
    });
    solo.hold(CAT);
    assert_eq!(solo.list(), ["p.jpg"]);
    assert_eq!(signs(&solo.wait(RETRY)), [Wish::Lifted]);
    signed(&mut solo, CAT, false);
    assert_eq!(signs(&solo.wait(RETRY - TICK)), []);
    assert_eq!(signs(&solo.wait(2 * TICK)), [Wish::Lifted]);
    assert_eq!(solo.list(), ["p.jpg"]);
}

#[test]
fn the_original_of_another_who_has_removed_it_before_counts_too() {
    let mut solo = Solo::new();
    solo.open(1, "127.0.0.1");
    let mut other = register(1, PIN);
    other.node = node_of(5);
    solo.hear(1, Message::Register(other));
    say(&mut solo, 1, vec![word(5, Wish::Removed)]);
    solo.announce(1, vec![cat(Holding::RetiredOriginal, [])], true);
    assert!(solo.list().is_empty());
    solo.announce(1, vec![cat(Holding::Original, [])], true);
    assert_eq!(solo.list(), ["cat.jpg"]);
}

/// A node that has a removed photo in its trash.
fn expired() -> Solo {
    let mut solo = Solo::new();
    hold(&mut solo, cat(Holding::Retired, [node_of(5)]));
    solo.join(1, PIN, &[]);
    say(&mut solo, 1, vec![word(5, Wish::Removed)]);
    solo
}

#[test]
fn a_removed_photo_is_deleted_once_all_who_could_object_were_heard() {
    let photo = PhotoId::of(CAT);
    let expires = |solo: &mut Solo| readings(&solo.tell(DiskEvent::Expired { photo })).len();
    let mut solo = expired();
    // As long as whoever is in its grace may come back and say that it is theirs.
    solo.wait(PIN - TICK);
    assert_eq!(expires(&mut solo), 0);
    solo.wait(TICK);
    assert_eq!(expires(&mut solo), 1);
    assert_eq!(expires(&mut solo), 0, "it is being read already");

    let mut solo = expired();
    solo.wait(2 * PIN);
    solo.open(4, "127.0.0.1");
    solo.hear(4, Message::Register(register(4, PIN)));
    assert_eq!(expires(&mut solo), 0, "somebody has not told all");
    solo.announce(4, Vec::new(), true);
    assert_eq!(expires(&mut solo), 1);
}

#[test]
fn a_photo_that_was_removed_on_its_way_back_from_the_trash_is_not_deleted() {
    let mut solo = Solo::new();
    hold(&mut solo, cat(Holding::Retired, [node_of(5)]));
    solo.join(1, PIN, &[]);
    solo.ask(Request::TrashRestore { image_name: "cat.jpg".to_owned() });
    say(&mut solo, 1, vec![word(5, Wish::Removed)]);
    solo.wait(2 * PIN);
    let photo = PhotoId::of(CAT);
    assert_eq!(readings(&solo.tell(DiskEvent::Expired { photo })), []);
}

/// A client has its trash emptied, of one photo that others have; the photo, and the rounds that were begun.
fn emptying() -> (Solo, Nonce) {
    let mut solo = Solo::new();
    hold(&mut solo, cat(Holding::Retired, []));
    for n in 1..=2 {
        solo.join(n, PIN, &[]);
        solo.announce(n, vec![original(CAT)], true);
    }
    solo.wait(PIN);
    let (link, older_than) = (CLIENT, 0);
    let request = Request::TrashPurge { older_than };
    solo.tell(ClientEvent::Asked { link, by: Asker::Owner, request });
    let photos = BTreeSet::from([PhotoId::of(CAT)]);
    let asked = challenge(&solo.tell(DiskEvent::Aged { link, photos }));
    (solo, asked.expect("it asks for proofs"))
}

fn purged(actions: &[Action]) -> Option<(u64, u64)> {
    actions.iter().find_map(|action| match action {
        Action::Client(ClientAction::Answer {
            answer: Answer::Purged { deleted, kept, .. },
            ..
        }) => Some((*deleted, *kept)),
        _ => None,
    })
}

#[test]
fn a_person_is_told_how_much_of_his_trash_was_deleted() {
    let (mut solo, nonce) = emptying();
    solo.compute(nonce);
    (1..=2).for_each(|n| drop(solo.hear(n, proof(nonce))));
    assert_eq!(purged(&solo.wait(SETTLE)), None);
    put_away(&mut solo, CAT, Ok(()));
    assert_eq!(purged(&solo.wait(TICK)), Some((1, 0)));
}

#[test]
fn a_person_is_told_how_much_of_his_trash_was_kept() {
    let (mut solo, nonce) = emptying();
    solo.compute(nonce);
    for n in 1..=2 {
        let (proof, refused) = (None, None);
        solo.hear(n, Message::Proof { nonce, proof, refused, wait: None });
    }
    let actions = solo.wait(TICK);
    assert_eq!(purged(&actions), Some((0, 1)));
    let why = actions.iter().find_map(|action| match action {
        Action::Client(ClientAction::Answer { answer: Answer::Purged { why, .. }, .. }) => {
            why.first()
        }
        _ => None,
    });
    let why = why.expect("he is told why");
    assert_eq!(why.id, PhotoId::of(CAT));
    assert!(why.reason.contains("have not proven"), "{}", why.reason);
}

#[test]
fn a_person_does_not_wait_for_ever_for_his_trash_to_be_emptied() {
    let (mut solo, _) = emptying();
    assert_eq!(purged(&solo.wait(REMOVE - TICK)), None);
    assert_eq!(purged(&solo.wait(TICK)), Some((0, 1)));
}

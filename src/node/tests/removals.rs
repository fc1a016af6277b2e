//! Who can remove a photo, and who cannot: words of owners, and of members who say that they are.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use ed25519_dalek::SigningKey;

use super::super::{Action, CloseReason, DiskAction, DiskEvent, LinkEvent, LinkId};
use super::solo::{Solo, original};
use crate::photo::{Nonce, PhotoId};
use crate::protocol::{
    Answer, Departure, Facts, Holding, MemberName, Message, NodeId, Record, Request, Tombstone,
    Wish,
};

const PIN: Duration = Duration::from_secs(60);
/// Longer than the grace of these nodes.
const LONG: Duration = Duration::from_secs(300);
pub(super) const CAT: &[u8] = b"cat";

pub(super) fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

pub(super) fn word(seed: u8, wish: Wish) -> Tombstone {
    Tombstone::sign(&key(seed), PhotoId::of(CAT), 1, wish)
}

/// The node that has this key.
pub(super) fn node_of(seed: u8) -> NodeId {
    word(seed, Wish::Lifted).owner().as_str().parse().unwrap()
}

pub(super) fn cat(holding: Holding, owners: impl IntoIterator<Item = NodeId>) -> Record {
    let owners = owners.into_iter().map(MemberName::of_node).collect();
    let facts = Facts { owners, ..Facts::named("cat.jpg") };
    Record { facts: Arc::new(facts), holding, ..original(CAT) }
}

pub(super) fn hold(solo: &mut Solo, record: Record) {
    solo.tell(DiskEvent::Held {
        photo: record.photo,
        facts: Arc::unwrap_or_clone(record.facts),
        holding: record.holding,
        files: 1,
    });
}

pub(super) fn say(solo: &mut Solo, n: u64, tombstones: Vec<Tombstone>) -> Vec<Action> {
    let info =
        Message::ImageInfo { records: Vec::new(), gone: Vec::new(), tombstones, complete: false };
    solo.hear(n, info)
}

fn leave(solo: &mut Solo, n: u64) {
    let reason = CloseReason::Remote;
    solo.tell(LinkEvent::Closed { link: LinkId(n), reason });
}

fn puts_away(actions: &[Action]) -> bool {
    let mut actions = actions.iter();
    actions.any(|action| {
        matches!(
            action,
            Action::Disk(DiskAction::PutAway {
                departure: Departure::Removed { .. } | Departure::Expired,
                ..
            })
        )
    })
}

/// The round for which a node reads a copy of its own.
fn read_by(actions: &[Action]) -> Option<Nonce> {
    actions.iter().find_map(|action| match action {
        Action::Disk(DiskAction::Prove { nonce, .. }) => Some(*nonce),
        _ => None,
    })
}

/// A node that keeps a replica of the cat, whose owner is node 1, and stays away; node 2 is here.
fn orphan() -> Solo {
    let mut solo = Solo::new();
    solo.join(2, PIN, &[]);
    solo.join(1, PIN, &[CAT]);
    hold(&mut solo, cat(Holding::Replica, []));
    leave(&mut solo, 1);
    solo
}

#[test]
fn a_member_cannot_remove_the_photo_of_a_friend_who_stays_away() {
    // It just says so; or it tells before that it has had it as its own.
    for claims in [false, true] {
        let mut solo = orphan();
        if claims {
            solo.announce(2, vec![cat(Holding::Retired, [node_of(5)])], true);
        }
        say(&mut solo, 2, vec![word(5, Wish::Removed)]);
        let actions = solo.wait(LONG);
        assert_eq!(solo.list(), ["cat.jpg"], "claims: {claims}");
        assert!(!puts_away(&actions), "claims: {claims}");
    }
}

#[test]
fn invented_owners_do_not_make_an_owner_forgotten() {
    let mut solo = orphan();
    let invented: Vec<u8> = (100..100 + Facts::MAX_OWNERS as u8).collect();
    let owners: BTreeSet<NodeId> = invented.iter().map(|seed| node_of(*seed)).collect();
    solo.announce(2, vec![cat(Holding::Replica, owners)], true);
    let words = invented.iter().map(|seed| word(*seed, Wish::Removed));
    say(&mut solo, 2, words.collect());
    let actions = solo.wait(LONG);
    assert_eq!(solo.list(), ["cat.jpg"]);
    assert!(!puts_away(&actions));
}

#[test]
fn when_all_who_ever_had_it_have_removed_it_the_replica_goes() {
    let mut solo = Solo::new();
    solo.join(2, PIN, &[]);
    hold(&mut solo, cat(Holding::Replica, [node_of(5), node_of(6)]));
    say(&mut solo, 2, vec![word(5, Wish::Removed)]);
    assert!(!puts_away(&solo.wait(LONG)));
    assert_eq!(solo.list(), ["cat.jpg"]);
    let strangers = (7..17).map(|seed| word(seed, Wish::Removed));
    say(&mut solo, 2, strangers.chain([word(6, Wish::Removed)]).collect());
    assert!(solo.list().is_empty(), "at once");
    let image_name = "cat.jpg".to_owned();
    let told = format!("{:?}", solo.ask(Request::GetImageRequest { image_name }));
    assert!((5..7).all(|seed| told.contains(&node_of(seed).to_string())));
    assert!((7..17).all(|seed| !told.contains(&node_of(seed).to_string())));
    let actions = solo.wait(Duration::from_secs(10));
    let nonce = read_by(&actions).expect("it reads its copy before it moves it");
    let actions = solo.compute(nonce);
    assert!(puts_away(&actions), "{actions:?}");
}

#[test]
fn alone_in_the_world_nothing_is_deleted() {
    let mut solo = Solo::new();
    hold(&mut solo, cat(Holding::Retired, [node_of(5)]));
    solo.join(2, PIN, &[]);
    say(&mut solo, 2, vec![word(5, Wish::Removed)]);
    leave(&mut solo, 2);
    solo.wait(2 * LONG);
    let photo = PhotoId::of(CAT);
    assert!(read_by(&solo.tell(DiskEvent::Expired { photo })).is_none());
    solo.join(2, PIN, &[]);
    solo.wait(LONG);
    assert!(read_by(&solo.tell(DiskEvent::Expired { photo })).is_some());
}

#[test]
fn who_has_given_up_a_worse_version_can_let_go_of_the_better_one() {
    let mut solo = Solo::new();
    solo.join(1, PIN, &[]);
    let photo = PhotoId::of(CAT);
    let photos = vec![photo];
    let remove = Request::Remove { photos };
    solo.announce(1, vec![cat(Holding::Original, [])], true);
    let refused = solo.ask(remove.clone());
    assert!(matches!(refused, Some(Answer::Refused { .. })));
    solo.announce(1, vec![cat(Holding::Original, [NodeId(9)])], true);
    assert_eq!(solo.ask(remove), None, "it is being signed");
}

#[test]
fn who_has_deleted_his_file_by_hand_can_still_remove_the_photo() {
    let mut solo = Solo::new();
    hold(&mut solo, cat(Holding::Original, []));
    let me = NodeId(9);
    solo.join(1, PIN, &[]);
    solo.announce(1, vec![cat(Holding::Replica, [me])], true);
    let photo = PhotoId::of(CAT);
    solo.tell(DiskEvent::Missing { photo });
    let remove = Request::Remove { photos: vec![photo] };
    let refused = solo.ask(remove);
    assert_eq!(refused, None, "it is being signed");
}

#[test]
fn nothing_is_removed_while_somebodys_photos_find_no_place_in_the_table() {
    for full in [false, true] {
        let mut solo = Solo::new();
        hold(&mut solo, cat(Holding::Replica, [node_of(1)]));
        solo.join(2, PIN, &[b"dog"]);
        if full {
            solo.node.cx.table.bounds.of_member = 1;
            solo.announce(2, vec![original(b"bird")], false);
        }
        say(&mut solo, 2, vec![word(1, Wish::Removed)]);
        // It reads its copy before it puts it away.
        let begins = read_by(&solo.wait(LONG)).is_some();
        assert_eq!(begins, !full, "full: {full}");
    }
}

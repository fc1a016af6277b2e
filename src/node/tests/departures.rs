//! The terms on which a copy may leave, one by one: what must still be so when the proofs are there.

use std::sync::Arc;
use std::time::Duration;

use super::super::limits::{REMOVE, RETRY, SETTLE, TICK, WORK_PER_STEP};
use super::super::{Action, Asker, ClientAction, ClientEvent, DiskAction, DiskEvent, Event};
use super::laws::photo;
use super::pulling::asked;
use super::removals::{CAT, cat, key, node_of, word};
use super::solo::{Solo, challenge, config, original, proof, register};
use super::versions::{about_to_retire, better, fetched, hold, pair, record, retires};
use super::world::CLIENT;
use crate::node::LinkId;
use crate::node::context::Context;
use crate::node::custody::Obstacle;
use crate::photo::{Nonce, Photo, PhotoId, Relation};
use crate::protocol::client::{Stay, TrashReport};
use crate::protocol::message::TransferId;
use crate::protocol::{
    Answer, Departure, Facts, Holding, Looks, MemberName, NodeId, Record, Request, Tombstone, Wish,
};

const PIN: Duration = Duration::from_secs(60);

fn deletes(actions: &[Action]) -> bool {
    let deletes = |action: &Action| {
        matches!(action, Action::Disk(DiskAction::PutAway { departure: Departure::Expired, .. }))
    };
    actions.iter().any(deletes)
}

/// What this node has found of the worse version in an earlier life.
fn recall(solo: &mut Solo, relation: Relation) {
    let mut looks = Looks::default();
    looks.note(better().id, relation);
    solo.tell(DiskEvent::Recalled { photo: photo(pair().0).id, looks });
}

/// A person says that the two versions are different pictures.
fn tell_apart(solo: &mut Solo) {
    solo.tell(DiskEvent::Held {
        photo: photo(pair().0),
        facts: Facts { distinct: [better().id].into(), ..Facts::default() },
        holding: Holding::Original,
        files: 1,
    });
}

#[test]
fn what_is_told_apart_while_others_prove_the_better_one_stays() {
    for apart in [false, true] {
        let (mut solo, nonce) = about_to_retire();
        solo.compute(nonce);
        if apart {
            tell_apart(&mut solo);
        }
        assert_eq!(retires(&solo.hear(1, proof(nonce))), !apart, "{apart}");
    }
}

/// A node that fetches the better version again, for the departure alone: it has compared the two in an earlier life.
fn fetching() -> (Solo, u64, TransferId) {
    let mut solo = Solo::new();
    recall(&mut solo, Relation::Same);
    hold(&mut solo, photo(pair().0), Holding::Original);
    for n in 1..=2 {
        solo.join(n, PIN, &[]);
        solo.announce(n, vec![record(photo(pair().1))], false);
    }
    let (from, transfer) = asked(&solo.wait(2 * SETTLE)).expect("it fetches the better version");
    (solo, from, transfer)
}

#[test]
fn a_worse_version_stays_if_the_better_one_is_not_as_announced() {
    for as_announced in [true, false] {
        let (mut solo, from, transfer) = fetching();
        let bytes = better().bytes + u64::from(!as_announced);
        let actions = fetched(&mut solo, from, transfer, Photo { bytes, ..better() });
        assert_eq!(challenge(&actions).is_some(), as_announced);
    }
}

#[test]
fn a_worse_version_stays_if_it_is_told_apart_while_the_better_one_is_fetched() {
    let (mut solo, from, transfer) = fetching();
    tell_apart(&mut solo);
    assert_eq!(challenge(&fetched(&mut solo, from, transfer, better())), None);
}

#[test]
fn what_turns_out_to_be_a_variant_while_others_prove_its_keeper_is_not_deleted() {
    for found in [Relation::Same, Relation::Variant] {
        let mut solo = Solo::new();
        recall(&mut solo, Relation::Same);
        hold(&mut solo, photo(pair().0), Holding::Retired);
        hold(&mut solo, photo(pair().1), Holding::Original);
        solo.join(1, PIN, &[]);
        solo.announce(1, vec![record(photo(pair().1))], true);
        solo.wait(2 * SETTLE);
        let expired = DiskEvent::Expired { photo: photo(pair().0).id };
        let nonce = challenge(&solo.tell(expired)).expect("it asks for a proof");
        solo.compute(nonce);
        recall(&mut solo, found);
        assert_eq!(deletes(&solo.hear(1, proof(nonce))), found == Relation::Same);
    }
}

#[test]
fn with_one_other_node_that_one_must_have_proven_the_better_version() {
    let mut solo = Solo::new();
    hold(&mut solo, photo(pair().0), Holding::Original);
    hold(&mut solo, photo(pair().1), Holding::Replica);
    solo.join(1, PIN, &[]);
    solo.announce(1, vec![record(photo(pair().1))], true);
    let nonce = challenge(&solo.wait(2 * SETTLE)).expect("it asks for a proof");
    assert!(!retires(&solo.compute(nonce)), "its own copy is one of two");
    assert!(retires(&solo.hear(1, proof(nonce))));
}

/// The one photo in the trash, as a person is told of it, if the folder says that its time is over after so many days.
fn listed(solo: &mut Solo, days: Option<u32>) -> TrashReport {
    let (link, request) = (CLIENT, Request::TrashList { after: None });
    let actions = solo.tell(ClientEvent::Asked { link, by: Asker::Owner, request });
    let asked = actions.iter().find_map(|action| match action {
        Action::Disk(DiskAction::FindDaysLeft { photos, .. }) => Some(photos.clone()),
        _ => None,
    });
    let days = asked.expect("it asks the folder").into_iter().map(|photo| (photo, days)).collect();
    let actions = solo.tell(DiskEvent::DaysLeft { link, days });
    let told = actions.into_iter().find_map(|action| match action {
        Action::Client(ClientAction::Answer { answer: Answer::Trash { photos, .. }, .. }) => {
            photos.into_iter().next()
        }
        _ => None,
    });
    told.expect("a photo")
}

#[test]
fn a_deletion_is_foretold_only_where_time_deletes() {
    let (same, variant) = (Some(Relation::Same), Some(Relation::Variant));
    let never = Some(Stay::UntilPurged);
    for (found, has_better, days, stay) in [
        (same, true, Some(3), Some(Stay::Days(3))),
        (same, true, None, never),
        (variant, true, Some(3), never),
        // It will be compared before anything goes.
        (None, true, Some(3), None),
        (None, false, Some(0), Some(Stay::Days(0))),
        (None, false, None, never),
    ] {
        let mut solo = Solo::new();
        solo.pixels = None;
        found.into_iter().for_each(|found| recall(&mut solo, found));
        hold(&mut solo, photo(pair().0), Holding::Retired);
        solo.join(1, PIN, &[]);
        let shown = photo(if has_better { pair().1 } else { pair().0 });
        solo.announce(1, vec![record(shown)], true);
        solo.wait(2 * SETTLE);
        let told = listed(&mut solo, days).stay;
        assert_eq!(told, stay, "{found:?}, better: {has_better}, {days:?}");
        if let Some(Stay::UntilPurged) = stay.filter(|_| days.is_some()) {
            let actions = solo.tell(DiskEvent::Expired { photo: photo(pair().0).id });
            assert_eq!(challenge(&actions), None, "and no time does");
        }
    }
}

#[test]
fn no_time_deletes_the_friends_own_file_that_made_way_for_somebody_elses() {
    let id = photo(pair().0).id;
    for (worse, keeper, by_time) in [
        (Holding::RetiredOriginal, Holding::Replica, false),
        (Holding::RetiredOriginal, Holding::Original, true),
        (Holding::Retired, Holding::Replica, true),
    ] {
        let mut solo = Solo::new();
        recall(&mut solo, Relation::Same);
        hold(&mut solo, photo(pair().0), worse);
        hold(&mut solo, photo(pair().1), keeper);
        solo.join(1, PIN, &[]);
        solo.announce(1, vec![record(photo(pair().1))], true);
        solo.wait(2 * SETTLE);
        let photo = listed(&mut solo, Some(3));
        assert_eq!(photo.until_purged, !by_time);
        let stay = if by_time { Stay::Days(3) } else { Stay::UntilPurged };
        assert_eq!(photo.stay, Some(stay));
        let asked = challenge(&solo.tell(DiskEvent::Expired { photo: id }));
        assert_eq!(asked.is_some(), by_time, "{worse:?}, {keeper:?}");
        if !by_time {
            let link = CLIENT;
            let request = Request::TrashPurge { older_than: 0 };
            solo.tell(ClientEvent::Asked { link, by: Asker::Owner, request });
            let asked = challenge(&solo.tell(DiskEvent::Aged { link, photos: [id].into() }));
            assert!(asked.is_some(), "by its owner's hand, with proofs");
        }
    }
}

#[test]
fn nor_the_last_that_is_kept_of_it_for_an_owner_who_has_it_nowhere_any_more() {
    let (worse, better) = (photo(pair().0), photo(pair().1));
    // Ana's file has moved here from her disk. What took its place is another friend's.
    for (anas, by_time) in [(None, false), (Some(&worse), true), (Some(&better), true)] {
        let mut solo = Solo::new();
        recall(&mut solo, Relation::Same);
        let facts = Facts { owners: [MemberName::of_node(NodeId(2))].into(), ..Facts::default() };
        let (photo, holding, files) = (worse.clone(), Holding::Retired, 1);
        solo.tell(DiskEvent::Held { photo, facts, holding, files });
        hold(&mut solo, better.clone(), Holding::Replica);
        solo.join(1, PIN, &[]);
        // Two have it in each case, this node included.
        let ones = (anas != Some(&better)).then(|| record(better.clone()));
        solo.announce(1, ones.into_iter().collect(), true);
        solo.join(2, PIN, &[]);
        let retired = |photo: &Arc<Photo>| match photo.id == worse.id {
            true => Record { holding: Holding::RetiredOriginal, ..record(photo.clone()) },
            false => record(photo.clone()),
        };
        solo.announce(2, anas.map(retired).into_iter().collect(), true);
        solo.wait(2 * SETTLE);
        let asked = challenge(&solo.tell(DiskEvent::Expired { photo: worse.id }));
        assert_eq!(asked.is_some(), by_time, "{anas:?}");
    }
}

/// Node 9, alone with another one, and a photo of node 5 in its trash, which has removed it.
fn removed() -> Context {
    let mut cx = Context::new(config());
    cx.folder.set_scanned(0);
    let (link, remote) = (LinkId(1), "127.0.0.1".to_owned());
    cx.mesh.link_opened(&mut cx.step, link, remote, None);
    cx.mesh.registered(&mut cx.step, &mut cx.members, link, register(1, PIN));
    cx.mesh.told_all(NodeId(1));
    cx.table.claim(cx.me(), &cat(Holding::Retired, [node_of(5)]));
    cx.table.entomb(word(5, Wish::Removed), false);
    while cx.table.judge(1) {}
    let now = cx.now() + 2 * PIN;
    cx.set_now(now);
    cx
}

#[test]
fn what_was_removed_is_deleted_only_while_it_still_is_and_nothing_about_it_is_new() {
    let expires = |cx: &Context| cx.may_leave(PhotoId::of(CAT), Departure::Expired).map(drop);
    let mut cx = removed();
    assert_eq!(expires(&cx), Ok(()));
    // Its owner takes it back, and no verdict has followed yet.
    cx.table.entomb(Tombstone::sign(&key(5), PhotoId::of(CAT), 2, Wish::Lifted), false);
    assert_eq!(expires(&cx), Err(Obstacle::Unsettled));
    let mut cx = removed();
    cx.table.claim(NodeId(1), &cat(Holding::Retired, [node_of(5)]));
    assert_eq!(expires(&cx), Err(Obstacle::Unsettled));
}

#[test]
fn while_a_node_that_went_still_counts_as_here_nothing_is_given_up() {
    let mut cx = removed();
    assert_eq!(cx.unfit(), None);
    cx.table.set_away(NodeId(1));
    assert_eq!(cx.unfit(), Some(Obstacle::Untold));
}

#[test]
fn a_file_goes_back_whose_removal_was_given_up_while_the_disk_moved_it() {
    let mut solo = Solo::new();
    solo.hold(CAT);
    solo.join(1, PIN, &[]);
    let photo = PhotoId::of(CAT);
    let (link, request) = (CLIENT, Request::Remove { photos: vec![photo] });
    let actions = solo.tell(ClientEvent::Asked { link, by: Asker::Owner, request });
    let nonce = reads(&actions).expect("it reads its copy");
    let moves = |action: &Action| matches!(action, Action::Disk(DiskAction::PutAway { .. }));
    assert!(solo.compute(nonce).iter().any(moves));
    solo.wait(REMOVE + TICK);
    let restores = |action: &Action| matches!(action, Action::Disk(DiskAction::Restore { .. }));
    let actions = solo.tell(DiskEvent::PutAway { photo, result: Ok(()) });
    assert!(actions.iter().any(restores));
}

/// The round for which this node reads a copy of its own.
fn reads(actions: &[Action]) -> Option<Nonce> {
    actions.iter().find_map(|action| match action {
        Action::Disk(DiskAction::Prove { nonce, .. }) => Some(*nonce),
        _ => None,
    })
}

#[test]
fn photos_that_waited_for_a_table_are_taken_up_some_in_each_step() {
    let many = 3 * WORK_PER_STEP as u32;
    let mut solo = Solo::unscanned(|_| ());
    for n in 0..many {
        hold(&mut solo, original(&n.to_be_bytes()).photo, Holding::Original);
    }
    solo.wait(SETTLE + RETRY);
    let mut event = Event::from(DiskEvent::Scanned { skipped: 0 });
    let mut steps = 0;
    loop {
        solo.node.step(solo.now, event);
        steps += 1;
        if !solo.node.has_more() {
            break;
        }
        event = Event::Continue;
    }
    assert!(steps >= 3, "{steps} steps");
    assert!(!solo.node.cx.agenda.has_parked(), "none is left waiting");
}

//! What a node makes of others' claims to have something better.

use std::sync::Arc;
use std::time::Duration;

use super::super::limits::{DOUBT, RETRY, SETTLE};
use super::super::{
    Action, Asker, ClientEvent, CloseReason, DiskAction, DiskEvent, LinkAction, LinkEvent, LinkId,
};
use super::pulling::asked;
use super::solo::{Solo, original};
use super::world::CLIENT;
use crate::photo::{Fingerprint, Format, Photo, PhotoId, Relation};
use crate::protocol::{Answer, Facts, Holding, Looks, Message, Record, Request};

const PIN: Duration = Duration::from_secs(60);

/// A version of the one picture of these tests, the better the wider.
pub(super) fn version(width: u32) -> Record {
    // Any fingerprint does.
    let fingerprint = Fingerprint::made_up(&[0x5a; 73], &[0x5a; 73], &[]);
    let photo = Photo {
        format: Format::Jpeg,
        width,
        height: width,
        fingerprint,
        ..Photo::opaque(PhotoId([width as u8; 32]), 1000)
    };
    Record {
        photo: Arc::new(photo),
        facts: Facts::named(format!("{width}.jpg")).into(),
        ..original(b"")
    }
}

/// What a node has found that would give a photo up for a better one.
pub(super) fn accepts(better: PhotoId) -> Looks {
    let mut looks = Looks::default();
    looks.note(better, Relation::Same);
    looks
}

pub(super) fn hold(solo: &mut Solo, record: &Record) -> Vec<Action> {
    solo.tell(DiskEvent::Held {
        photo: record.photo.clone(),
        facts: (*record.facts).clone(),
        holding: record.holding,
        files: 1,
    })
}

/// What the node says on a link about photos of its own.
pub(super) fn told(actions: &[Action]) -> Vec<Record> {
    let pages = actions.iter().filter_map(|action| match action {
        Action::Link(LinkAction::Send { message: Message::ImageInfo { records, .. }, .. }) => {
            Some(records.clone())
        }
        _ => None,
    });
    pages.flatten().collect()
}

#[test]
fn what_only_one_node_claims_to_have_hides_nothing() {
    let mut solo = Solo::new();
    hold(&mut solo, &version(10));
    solo.join(1, PIN, &[]);
    solo.announce(1, vec![version(20)], false);
    assert_eq!(solo.list(), ["10.jpg", "20.jpg"]);
    let found =
        solo.ask(Request::Explain { image_name: "10.jpg".to_owned(), exact: false, shared: false });
    let Some(Answer::Explained(found)) = found else {
        panic!("{found:?}");
    };
    assert_eq!(found.photo.id, version(10).photo.id, "found under its name");
    assert_eq!(solo.status().photos, 2);
    assert_eq!(solo.status().duplicates, 0);
}

#[test]
fn a_worse_version_yields_as_soon_as_its_holder_has_compared_it_with_the_better_one() {
    let mut solo = Solo::new();
    solo.pixels = None;
    solo.join(1, PIN, &[]);
    solo.hear(1, Message::RequestInfo);
    hold(&mut solo, &version(10));
    solo.announce(1, vec![version(20)], false);
    hold(&mut solo, &version(20));
    solo.tell(LinkEvent::PageSent { link: LinkId(1) });
    solo.wait(2 * SETTLE);
    assert_eq!(solo.list(), ["10.jpg", "20.jpg"], "to have read it is not enough");
    solo.tell(LinkEvent::PageSent { link: LinkId(1) });
    let mut records = told(&solo.tell(DiskEvent::Looked {
        worse: version(10).photo.id,
        better: version(20).photo.id,
        result: Ok(Relation::Variant),
    }));
    assert_eq!(solo.list(), ["20.jpg"]);
    assert_eq!(solo.status().duplicates, 1);
    records.extend(told(&solo.tell(LinkEvent::PageSent { link: LinkId(1) })));
    let told = records.iter().rev().find(|record| record.photo.width == 10);
    let accepts = told.and_then(|record| record.looks.accepts(version(20).photo.id));
    assert_eq!(accepts, Some(Relation::Variant), "{records:?}");
}

#[test]
fn every_holder_has_a_say_about_its_own_copy() {
    let mut solo = Solo::new();
    hold(&mut solo, &version(20));
    solo.join(1, PIN, &[]);
    let mut theirs = version(10);
    solo.announce(1, vec![theirs.clone()], false);
    assert_eq!(solo.list(), ["10.jpg", "20.jpg"]);
    theirs.looks = accepts(version(30).photo.id);
    solo.announce(1, vec![theirs.clone()], false);
    assert_eq!(solo.list(), ["10.jpg", "20.jpg"], "it names another");
    theirs.looks = accepts(version(20).photo.id);
    solo.announce(1, vec![theirs], false);
    assert_eq!(solo.list(), ["20.jpg"]);
}

#[test]
fn a_name_that_has_led_to_a_better_version_leads_there_whoever_dies_next() {
    let mut solo = Solo::new();
    hold(&mut solo, &version(20));
    solo.join(1, PIN, &[]);
    let mut theirs = version(10);
    theirs.looks = accepts(version(20).photo.id);
    solo.announce(1, vec![theirs], false);
    solo.tell(LinkEvent::Closed { link: LinkId(1), reason: CloseReason::Silent });
    let found =
        solo.ask(Request::Explain { image_name: "10.jpg".to_owned(), exact: false, shared: false });
    let Some(Answer::Explained(found)) = found else {
        panic!("{found:?}");
    };
    assert_eq!(found.photo.id, version(20).photo.id);
}

#[test]
fn who_gives_up_nothing_takes_nobodys_word_for_what_is_better() {
    for keep_originals in [true, false] {
        let mut solo = Solo::with(|config| config.keep_originals = keep_originals);
        hold(&mut solo, &version(10));
        for n in 1..=3 {
            solo.join(n, PIN, &[]);
            solo.announce(n, vec![version(20)], true);
        }
        let actions = solo.wait(2 * SETTLE);
        assert!(asked(&actions).is_some(), "it fetches it to compare them");
        assert_eq!(solo.list(), ["10.jpg", "20.jpg"], "{keep_originals}");
    }
}

#[test]
fn a_photo_whose_better_version_never_comes_gets_its_copies() {
    let mut solo = Solo::new();
    solo.tell(DiskEvent::Room { free: 1 << 40, spare: 1 << 40 });
    hold(&mut solo, &version(10));
    solo.join(1, PIN, &[]);
    solo.join(2, PIN, &[]);
    solo.announce(1, vec![version(20)], true);
    let offered = |actions: &[Action]| {
        actions.iter().any(|action| {
            matches!(action, Action::Link(LinkAction::Send { message: Message::KeepThis { photo, .. }, .. }) if photo.width == 10)
        })
    };
    assert!(!offered(&solo.wait(DOUBT - SETTLE)), "it may yet come");
    assert!(offered(&solo.wait(2 * SETTLE + 2 * RETRY)));
}

#[test]
fn a_folder_that_tells_of_a_file_again_takes_nothing_back() {
    let mut solo = Solo::new();
    for record in [version(10), version(20), version(10)] {
        hold(&mut solo, &record);
        solo.wait(2 * SETTLE);
    }
    assert_eq!(solo.list(), ["20.jpg"]);
}

/// A node has taken a worse version out of its trash, since another, that has both, wants it kept.
fn keeping() -> Solo {
    let mut solo = Solo::new();
    hold(&mut solo, &version(20));
    let (mut worse, id) = (version(10), version(10).photo.id);
    worse.holding = Holding::Retired;
    hold(&mut solo, &worse);
    solo.join(1, PIN, &[]);
    solo.announce(1, vec![version(10), version(20)], true);
    solo.wait(PIN);
    let actions =
        solo.hear(1, Message::KeepThis { photo: worse.photo.clone(), facts: Facts::default() });
    let restores = |action: &Action| matches!(action, Action::Disk(DiskAction::Restore { photo, .. }) if *photo == id);
    assert!(actions.iter().any(restores));
    solo.tell(DiskEvent::Returned { photo: id, result: Ok(Holding::Replica), file: None });
    solo
}

fn retires(actions: &[Action]) -> bool {
    let asks = |action: &Action| {
        matches!(action, Action::Link(LinkAction::Send { message: Message::Challenge { .. }, .. }))
    };
    actions.iter().any(asks)
}

#[test]
fn what_another_wants_kept_is_not_retired_again_at_once() {
    let mut solo = keeping();
    assert!(!retires(&solo.wait(DOUBT - SETTLE)));
    assert!(retires(&solo.wait(3 * SETTLE)), "in the end it goes");
}

#[test]
fn what_another_wanted_kept_goes_when_that_one_would_give_it_up_too() {
    let mut solo = keeping();
    assert!(!retires(&solo.wait(3 * RETRY)));
    let mut theirs = version(10);
    theirs.looks = accepts(version(20).photo.id);
    solo.announce(1, vec![theirs], false);
    assert!(retires(&solo.wait(3 * SETTLE)));
}

#[test]
fn what_a_node_has_no_longer_is_copied_again() {
    // It says so, or it comes back without.
    for comes_back in [false, true] {
        let mut solo = Solo::new();
        let photo = solo.hold(b"cat");
        solo.join(1, PIN, &[b"cat"]);
        solo.join(2, PIN, &[]);
        let offers = |actions: &[Action]| {
            actions.iter().any(|action| {
                let Action::Link(LinkAction::Send { message, .. }) = action else {
                    return false;
                };
                matches!(message, Message::KeepThis { .. })
            })
        };
        assert!(!offers(&solo.wait(PIN)), "two copies are enough");
        if comes_back {
            let (link, reason) = (LinkId(1), CloseReason::Remote);
            solo.tell(LinkEvent::Closed { link, reason });
            solo.join(1, PIN, &[]);
        } else {
            let info = Message::ImageInfo {
                records: Vec::new(),
                gone: vec![photo],
                tombstones: Vec::new(),
                complete: false,
            };
            solo.hear(1, info);
        }
        assert!(offers(&solo.wait(PIN)), "comes back: {comes_back}");
    }
}

#[test]
fn who_takes_back_the_best_version_says_nothing_of_the_worse_ones() {
    let mut solo = Solo::new();
    let (mut best, id) = (version(20), version(20).photo.id);
    best.holding = Holding::Retired;
    hold(&mut solo, &best);
    hold(&mut solo, &version(10));
    let link = CLIENT;
    let image_name = id.to_string();
    let request = Request::TrashRestore { image_name };
    solo.tell(ClientEvent::Asked { link, by: Asker::Owner, request });
    let result = Ok(Holding::Replica);
    solo.tell(DiskEvent::Returned { photo: id, result, file: None });
    solo.wait(2 * SETTLE);
    assert_eq!(solo.list(), ["20.jpg"]);
}

//! What a person is told of versions, and what follows when they say that they are different pictures.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::limits::{PAGE_LOOKED_AT, PUT, SETTLE, TICK};
use super::super::{Action, Asker, ClientAction, ClientEvent, DiskAction, DiskError, DiskEvent};
use super::claims::{hold, version};
use super::solo::Solo;
use super::world::CLIENT;
use crate::photo::{Photo, PhotoId, Relation};
use crate::protocol::client::{
    DistinctReport, DuplicateReport, MAX_DISTINCT, Refusal, SimilarReport, Stay,
};
use crate::protocol::{Answer, Holding, Request};

const PIN: Duration = Duration::from_secs(60);

/// A node that shows the version of 20 and has that of 10 in its trash; it has compared them, and they are the same.
fn with_trash() -> (Solo, PhotoId) {
    let mut solo = Solo::new();
    hold(&mut solo, &version(20));
    let mut worse = version(10);
    worse.holding = Holding::RetiredOriginal;
    hold(&mut solo, &worse);
    solo.wait(2 * SETTLE);
    (solo, worse.photo.id)
}

fn answer(actions: &[Action]) -> Option<Answer> {
    actions.iter().find_map(|action| match action {
        Action::Client(ClientAction::Answer { answer, .. }) => Some(answer.clone()),
        _ => None,
    })
}

fn distinct(names: &[&str]) -> Request {
    Request::Distinct { image_names: names.iter().map(|name| (*name).to_owned()).collect() }
}

fn told(answer: Option<Answer>) -> (Vec<DuplicateReport>, Option<PhotoId>) {
    match answer {
        Some(Answer::Duplicates { duplicates, next, .. }) => (duplicates, next),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_looks_like_a_file_is_found_be_it_shown_or_put_away() {
    let (mut solo, worse) = with_trash();
    let (shown, mut asked) = (version(20).photo.id, Photo::clone(&version(15).photo));
    let mut found = |photo: &Photo| match solo.ask(Request::Similar { photo: photo.clone().into() })
    {
        Some(Answer::Similar { photos }) => {
            let told = |one: &SimilarReport| (one.photo.id, one.shown.as_ref().map(|by| by.id));
            photos.iter().map(told).collect::<Vec<_>>()
        }
        other => panic!("{other:?}"),
    };
    let both = BTreeMap::from([(shown, None), (worse, Some(shown))]);
    assert_eq!(BTreeMap::from_iter(found(&asked)), both);
    assert_eq!(found(&version(10).photo)[0], (worse, Some(shown)), "the very same comes first");
    asked.fingerprint = None;
    assert_eq!(found(&asked), [], "what cannot be recognised is like nothing");
}

#[test]
fn duplicates_come_in_pages_that_look_at_a_bounded_part_of_the_table() {
    let mut solo = Solo::new();
    hold(&mut solo, &version(20));
    hold(&mut solo, &version(10));
    solo.wait(2 * SETTLE);
    for number in 0..2 * PAGE_LOOKED_AT as u32 {
        solo.hold(&number.to_le_bytes());
    }
    let (mut after, mut found, mut pages) = (None, Vec::new(), 0);
    loop {
        let (page, next) = told(solo.ask(Request::Duplicates { after }));
        found.extend(page);
        pages += 1;
        assert!(next.is_none() || next > after, "it goes on");
        after = next;
        if next.is_none() {
            break;
        }
    }
    assert_eq!(pages, 3);
    let [duplicate] = &found[..] else {
        panic!("{found:?}");
    };
    assert_eq!(duplicate.version.id, version(10).photo.id);
    assert_eq!(duplicate.version.relation, Relation::Same);
    assert_eq!(duplicate.version.differs, ["10 x 10 instead of 20 x 20"]);
    assert_eq!((&*duplicate.keeper.name, duplicate.trash), ("20.jpg", None));
}

#[test]
fn the_folder_says_how_long_a_worse_version_stays_in_the_trash() {
    for (days, stay) in [(Some(3), Stay::Days(3)), (None, Stay::UntilPurged)] {
        let (mut solo, worse) = with_trash();
        let (link, request) = (CLIENT, Request::Duplicates { after: None });
        let actions = solo.tell(ClientEvent::Asked { link, by: Asker::Owner, request });
        let asked = actions.iter().find_map(|action| match action {
            Action::Disk(DiskAction::FindDaysLeft { photos, .. }) => Some(photos.clone()),
            _ => None,
        });
        assert_eq!((asked, answer(&actions)), (Some(vec![worse]), None));
        let days = BTreeMap::from([(worse, days)]);
        let (found, next) = told(answer(&solo.tell(DiskEvent::DaysLeft { link, days })));
        assert_eq!((found[0].trash, next), (Some(stay), None));
    }
}

#[test]
fn days_that_nobody_waits_for_are_no_answer() {
    let (mut solo, worse) = with_trash();
    let days = BTreeMap::from([(worse, Some(3))]);
    let actions = solo.tell(DiskEvent::DaysLeft { link: CLIENT, days });
    assert_eq!(answer(&actions), None);
}

/// Says that both versions are different pictures, until the worse one is on its way back.
fn told_apart() -> (Solo, PhotoId) {
    let (mut solo, worse) = with_trash();
    assert_eq!(solo.list(), ["20.jpg"]);
    let (link, request) = (CLIENT, distinct(&["20.jpg", "10.jpg"]));
    let mut actions = solo.tell(ClientEvent::Asked { link, by: Asker::Owner, request });
    actions.extend(solo.wait(TICK));
    let restores = |action: &Action| matches!(action, Action::Disk(DiskAction::Restore { photo, .. }) if *photo == worse);
    assert!(actions.iter().any(restores), "{actions:?}");
    assert_eq!(answer(&actions), None, "not before it is back");
    (solo, worse)
}

#[test]
fn what_is_told_apart_is_shown_and_comes_back() {
    let (mut solo, photo) = told_apart();
    let result = Ok(Holding::Original);
    let mut actions = solo.tell(DiskEvent::Returned { photo, result, file: None });
    actions.extend(solo.wait(TICK));
    let Some(Answer::Distinct { photos }) = answer(&actions) else {
        panic!("{actions:?}");
    };
    let shown = |photo: &DistinctReport| (photo.name.clone(), photo.shown);
    let shown: Vec<_> = photos.iter().map(shown).collect();
    let both = ["20.jpg", "10.jpg"].map(|name| (name.to_owned(), true));
    assert_eq!(shown, both);
    assert_eq!(solo.list(), ["10.jpg", "20.jpg"]);
    let (left, _) = told(solo.ask(Request::Duplicates { after: None }));
    assert_eq!(left, []);
}

#[test]
fn who_tells_apart_hears_of_a_disk_that_puts_nothing_back() {
    let (mut solo, photo) = told_apart();
    let result = Err(DiskError::Full);
    let actions = solo.tell(DiskEvent::Returned { photo, result, file: None });
    let told = answer(&actions);
    let refused = matches!(told, Some(Answer::Refused { cause: Refusal::Disk, .. }));
    assert!(refused, "{told:?}");
    assert_eq!(solo.list(), ["10.jpg", "20.jpg"], "it counts none the less");
}

#[test]
fn nobody_waits_for_ever_for_what_does_not_come_back() {
    let (mut solo, _) = told_apart();
    let told = answer(&solo.wait(PUT));
    assert!(matches!(told, Some(Answer::Distinct { .. })), "{told:?}");
}

#[test]
fn what_cannot_be_told_apart_changes_nothing() {
    let (mut solo, worse) = with_trash();
    let (id, many) = (worse.to_string(), ["20.jpg"; MAX_DISTINCT + 1]);
    for names in [&["20.jpg"][..], &["10.jpg", &id], &many] {
        let told = solo.ask(distinct(names));
        let cause = match told {
            Some(Answer::Refused { cause, .. }) => cause,
            other => panic!("{names:?}: {other:?}"),
        };
        assert_eq!(cause, Refusal::Request, "{names:?}");
    }
    let told = solo.ask(distinct(&["10.jpg", "nothing.jpg"]));
    assert!(matches!(told, Some(Answer::NotFound { .. })), "{told:?}");
    assert_eq!(solo.list(), ["20.jpg"]);
}

#[test]
fn a_node_that_has_neither_names_one_that_has() {
    let mut solo = Solo::new();
    solo.join(1, PIN, &[]);
    solo.announce(1, vec![version(20), version(10)], false);
    let told = solo.ask(distinct(&["20.jpg", "10.jpg"]));
    let Some(Answer::Refused { cause, error }) = told else {
        panic!("{told:?}");
    };
    assert_eq!(cause, Refusal::Request);
    assert!(error.contains("--daemon"), "{error}");
}

#[test]
fn a_worse_version_is_explained_and_served_as_itself() {
    let (mut solo, worse) = with_trash();
    for (exact, name) in [(false, "10.jpg".to_owned()), (true, worse.to_string())] {
        let image_name = name.clone();
        let told = solo.ask(Request::Explain { image_name, exact, shared: false });
        let Some(Answer::Explained(told)) = told else {
            panic!("{told:?}");
        };
        assert_eq!((&*told.photo.name, told.meant), ("20.jpg", Some(worse)));
    }
    let (link, request) = (CLIENT, Request::GetExact { photo: worse, shared: false });
    let actions = solo.tell(ClientEvent::Asked { link, by: Asker::Owner, request });
    let served = actions.iter().find_map(|action| match action {
        Action::Client(ClientAction::AnswerPhoto { photo, label, .. }) => {
            Some((photo.id, label.clone()))
        }
        _ => None,
    });
    assert_eq!(served, Some((worse, "10.jpg".to_owned())));
    let gone = PhotoId([0xee; 32]);
    let told = solo.ask(Request::GetExact { photo: gone, shared: false });
    assert!(matches!(told, Some(Answer::NotFound { .. })), "{told:?}");
}

#[test]
fn a_name_that_is_only_inherited_is_nobodys_own() {
    let mut solo = Solo::new();
    let mut best = version(20);
    std::sync::Arc::make_mut(&mut best.facts).aliases.insert("gone.jpg".to_owned());
    hold(&mut solo, &best);
    let image_name = "gone.jpg".to_owned();
    let exact = true;
    let told = solo.ask(Request::Explain { image_name, exact, shared: false });
    let Some(Answer::NotFound { reason, .. }) = told else {
        panic!("{told:?}");
    };
    assert!(reason.contains("leads to 20.jpg"), "{reason}");
    let image_name = "gone.jpg".to_owned();
    let exact = false;
    let told = solo.ask(Request::Explain { image_name, exact, shared: false });
    let Some(Answer::Explained(told)) = told else {
        panic!("{told:?}");
    };
    assert_eq!(told.meant, None);
}

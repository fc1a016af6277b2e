//! Puts that come to nothing: the client is told, and nothing is left behind.

use std::sync::Arc;
use std::time::Duration;

use super::super::limits::{PUT, RATE_FILES, SETTLE, TICK};
use super::super::{
    Action, Asker, ClientAction, ClientEvent, CloseReason, DiskAction, DiskError, DiskEvent, Event,
    LinkAction, Spool,
};
use super::claims::{hold, version};
use super::solo::{Solo, challenge, original, proof};
use super::world::{CLIENT, picture};
use crate::photo::{ACCOUNT, Format, Photo, PhotoId, Relation};
use crate::protocol::client::Refusal;
use crate::protocol::{Answer, Departure, Facts, Gone, Holding, Message, Record, Request};

const PIN: Duration = Duration::from_secs(60);
const BYTES: &[u8] = b"mine";
const SPOOL: Spool = Spool::Put(CLIENT);

fn put(solo: &mut Solo) -> Vec<Action> {
    let (name, bytes) = ("mine.jpg".to_owned(), BYTES.len() as u64);
    let (link, request) = (CLIENT, Request::Put { name, bytes, dated: None });
    solo.tell(ClientEvent::Asked { link, by: Asker::Owner, request })
}

fn inspected(solo: &mut Solo, result: Result<Arc<Photo>, DiskError>) -> Vec<Action> {
    let spool = SPOOL;
    solo.tell(DiskEvent::Inspected { spool, result })
}

fn installed(solo: &mut Solo, result: Result<(), DiskError>) -> Vec<Action> {
    let (spool, photo) = (SPOOL, PhotoId::of(BYTES));
    solo.tell(DiskEvent::Installed { spool, photo, result })
}

fn answered(actions: &[Action]) -> Option<&Answer> {
    actions.iter().find_map(|action| match action {
        Action::Client(ClientAction::Answer { answer, .. }) => Some(answer),
        _ => None,
    })
}

fn refused(actions: &[Action]) -> Option<Refusal> {
    match answered(actions)? {
        Answer::Refused { cause, .. } => Some(*cause),
        other => panic!("{other:?}"),
    }
}

fn discards(actions: &[Action]) -> bool {
    let discards = |action: &Action| matches!(action, Action::Disk(DiskAction::Discard { spool }) if *spool == SPOOL);
    actions.iter().any(discards)
}

#[test]
fn a_daemon_that_stops_takes_nothing() {
    let mut solo = Solo::new();
    solo.join(1, PIN, &[]);
    solo.tell(Event::Shutdown);
    let actions = put(&mut solo);
    assert_eq!(refused(&actions), Some(Refusal::Daemon));
    assert!(discards(&actions));
}

#[test]
fn what_is_no_picture_or_cannot_be_read_is_not_taken() {
    for (error, cause) in
        [(DiskError::NotAPicture, Refusal::Photo), (DiskError::Full, Refusal::Disk)]
    {
        let mut solo = Solo::new();
        put(&mut solo);
        let actions = inspected(&mut solo, Err(error));
        assert_eq!(refused(&actions), Some(cause));
        assert!(discards(&actions));
    }
}

#[test]
fn what_does_not_get_into_the_folder_is_not_stored() {
    let mut solo = Solo::new();
    put(&mut solo);
    inspected(&mut solo, Ok(picture(BYTES)));
    let actions = installed(&mut solo, Err(DiskError::Full));
    assert_eq!(refused(&actions), Some(Refusal::Disk));
    assert!(solo.list().is_empty());
}

#[test]
fn what_vanishes_before_it_has_copies_is_not_stored_either() {
    let mut solo = Solo::new();
    solo.join(1, PIN, &[]);
    put(&mut solo);
    inspected(&mut solo, Ok(picture(BYTES)));
    installed(&mut solo, Ok(()));
    let photo = PhotoId::of(BYTES);
    let mut actions = solo.tell(DiskEvent::Missing { photo });
    actions.extend(solo.wait(PUT));
    assert_eq!(refused(&actions), Some(Refusal::Disk));
}

#[test]
fn a_client_that_hangs_up_is_not_answered_and_its_photo_stays() {
    let mut solo = Solo::new();
    solo.join(1, PIN, &[]);
    put(&mut solo);
    inspected(&mut solo, Ok(picture(BYTES)));
    let (link, reason) = (CLIENT, CloseReason::Remote);
    solo.tell(ClientEvent::Closed { link, reason });
    let mut actions = installed(&mut solo, Ok(()));
    actions.extend(solo.wait(2 * PUT));
    assert_eq!(answered(&actions), None);
    assert_eq!(solo.list(), ["mine.jpg"]);
}

#[test]
fn a_put_that_nobody_copies_in_time_is_stored_with_a_warning() {
    let mut solo = Solo::new();
    solo.join(1, PIN, &[]);
    put(&mut solo);
    inspected(&mut solo, Ok(picture(BYTES)));
    let mut actions = installed(&mut solo, Ok(()));
    actions.extend(solo.wait(PUT - TICK));
    assert_eq!(answered(&actions), None);
    let actions = solo.wait(TICK);
    let answer = answered(&actions);
    assert!(
        matches!(answer, Some(Answer::Stored { copies: 1, warning: Some(_), .. })),
        "{answer:?}"
    );
}

#[test]
fn who_puts_a_photo_is_told_what_they_may_not_expect() {
    let mut solo = Solo::new();
    let mut told = |before: &[u8]| {
        put(&mut solo);
        let unread = Photo { format: Format::Opaque, ..Photo::clone(&picture(BYTES)) };
        inspected(&mut solo, Ok(Arc::new(unread)));
        let mut actions = installed(&mut solo, Ok(()));
        actions.extend(solo.wait(PUT));
        let Some(Answer::Stored { name, already, warning: Some(warning), .. }) = answered(&actions)
        else {
            panic!("{:?}", answered(&actions));
        };
        let told = (name.clone(), *already, warning.to_string());
        if !before.is_empty() {
            let mut photo = original(before);
            photo.facts = Facts::named("mine.jpg").into();
            hold(&mut solo, &photo);
        }
        told
    };
    let (name, already, warning) = told(b"another");
    assert_eq!((name.as_str(), already), ("mine.jpg", false));
    assert!(warning.contains("no picture could be read from it"), "{warning}");
    assert!(!warning.contains("another photo"), "{warning}");
    let (name, already, warning) = told(b"");
    assert!(already && name.starts_with("mine~"), "{name}");
    assert!(warning.contains("another photo is called mine.jpg, too"), "{warning}");
}

/// A worse version is put into a folder that has the better one.
fn put_worse(pixels: Relation) -> (Solo, Vec<Action>) {
    put_worse_at(Solo::new(), pixels)
}

fn put_worse_at(mut solo: Solo, pixels: Relation) -> (Solo, Vec<Action>) {
    solo.pixels = None;
    solo.tell(DiskEvent::Room { free: 1 << 40, spare: 1 << 40 });
    hold(&mut solo, &version(20));
    solo.join(1, PIN, &[]);
    solo.announce(1, vec![version(20)], true);
    solo.wait(2 * SETTLE);
    put(&mut solo);
    let actions = inspected(&mut solo, Ok(version(10).photo));
    let installs = |action: &Action| matches!(action, Action::Disk(DiskAction::Install { .. }));
    assert!(actions.iter().any(installs), "nobody has compared it yet");
    let (worse, better) = (version(10).photo.id, version(20).photo.id);
    let actions = solo.tell(DiskEvent::Installed { spool: SPOOL, photo: worse, result: Ok(()) });
    let looks = |action: &Action| matches!(action, Action::Disk(DiskAction::Look { .. }));
    assert!(actions.iter().any(looks), "at once, since somebody waits");
    assert_eq!(answered(&actions), None);
    let result = Ok(pixels);
    let actions = solo.tell(DiskEvent::Looked { worse, better, result });
    (solo, actions)
}

#[test]
fn a_put_of_a_worse_version_is_answered_when_it_is_compared() {
    for relation in [Relation::Same, Relation::Variant] {
        let (_, actions) = put_worse(relation);
        let id = version(20).photo.id;
        let have = |answer: &Answer| matches!(answer, Answer::Have { id: kept, .. } if *kept == id);
        assert!(answered(&actions).is_some_and(have), "{actions:?}");
    }
}

#[test]
fn a_put_of_what_only_looks_alike_is_stored_and_copied() {
    let (mut solo, mut actions) = put_worse(Relation::Different);
    assert_eq!(answered(&actions), None);
    actions.extend(solo.wait(TICK));
    let offers = |action: &Action| matches!(action, Action::Link(LinkAction::Send { message: Message::KeepThis { photo, .. }, .. }) if photo.width == 10);
    assert!(actions.iter().any(offers));
    let copy = Record { holding: Holding::Replica, ..version(10) };
    let actions = solo.announce(1, vec![copy], false);
    let stored = |answer: &Answer| matches!(answer, Answer::Stored { copies: 2, .. });
    assert!(answered(&actions).is_some_and(stored), "{actions:?}");
}

#[test]
fn what_is_put_in_vain_goes_to_the_trash_however_much_has_gone_there() {
    let earlier = Gone { ago: Duration::ZERO, by: None };
    let mut solo = Solo::with(|config| config.gone = vec![earlier; RATE_FILES]);
    let actions = put_worse_at(solo, Relation::Same);
    solo = actions.0;
    let nonce = challenge(&actions.1).expect("it asks for a proof of the better one");
    solo.compute(nonce);
    let puts_away = |action: &Action| {
        let Action::Disk(DiskAction::PutAway { photo, departure, .. }) = action else {
            return false;
        };
        matches!(departure, Departure::Replaced { .. }) && *photo == version(10).photo.id
    };
    assert!(solo.hear(1, proof(nonce)).iter().any(puts_away));
}

#[test]
fn a_put_is_stored_if_the_better_version_is_elsewhere_or_was_not_read_here_or_originals_are_kept() {
    for (mine, keep_originals) in [(None, false), (Some(ACCOUNT - 1), false), (Some(ACCOUNT), true)]
    {
        let mut solo = Solo::with(|config| config.keep_originals = keep_originals);
        solo.pixels = None;
        solo.tell(DiskEvent::Room { free: 1 << 40, spare: 1 << 40 });
        if let Some(account) = mine {
            let photo = Photo { account, ..Photo::clone(&version(20).photo) };
            hold(&mut solo, &Record { photo: Arc::new(photo), ..version(20) });
        }
        solo.join(1, PIN, &[]);
        solo.announce(1, vec![version(20)], true);
        solo.wait(2 * SETTLE);
        put(&mut solo);
        inspected(&mut solo, Ok(version(10).photo));
        let photo = version(10).photo.id;
        solo.tell(DiskEvent::Installed { spool: SPOOL, photo, result: Ok(()) });
        let copy = Record { holding: Holding::Replica, ..version(10) };
        let actions = solo.announce(1, vec![copy], false);
        let stored = |answer: &Answer| matches!(answer, Answer::Stored { copies: 2, .. });
        assert!(answered(&actions).is_some_and(stored), "{mine:?}, {keep_originals}: {actions:?}");
    }
}

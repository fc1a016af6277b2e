//! Puts that come to nothing: the client is told, and nothing is left behind.

use std::sync::Arc;
use std::time::Duration;

use super::super::limits::{PUT, TICK};
use super::super::{Action, CloseReason, DiskError, Event, Spool};
use super::solo::Solo;
use super::world::{CLIENT, picture};
use crate::photo::{Photo, PhotoId};
use crate::protocol::client::Refusal;
use crate::protocol::{Answer, Request};

const PIN: Duration = Duration::from_secs(60);
const BYTES: &[u8] = b"mine";
const SPOOL: Spool = Spool::Put(CLIENT);

fn put(solo: &mut Solo) -> Vec<Action> {
    let (name, bytes) = ("mine.jpg".to_owned(), BYTES.len() as u64);
    let (link, request) = (CLIENT, Request::Put { name, bytes });
    solo.tell(Event::Asked { link, request })
}

fn inspected(solo: &mut Solo, result: Result<Arc<Photo>, DiskError>) -> Vec<Action> {
    let spool = SPOOL;
    solo.tell(Event::Inspected { spool, result })
}

fn installed(solo: &mut Solo, result: Result<(), DiskError>) -> Vec<Action> {
    let (spool, photo) = (SPOOL, PhotoId::of(BYTES));
    solo.tell(Event::Installed {
        spool,
        photo,
        result,
    })
}

fn answered(actions: &[Action]) -> Option<&Answer> {
    actions.iter().find_map(|action| match action {
        Action::Answer { answer, .. } => Some(answer),
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
    let discards = |action: &Action| matches!(action, Action::Discard { spool } if *spool == SPOOL);
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
    for (error, cause) in [
        (DiskError::NotAPicture, Refusal::Photo),
        (DiskError::Full, Refusal::Disk),
    ] {
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
    let mut actions = solo.tell(Event::Missing { photo });
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
    solo.tell(Event::Closed { link, reason });
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
        matches!(
            answer,
            Some(Answer::Stored {
                copies: 1,
                warning: Some(_),
                ..
            })
        ),
        "{answer:?}"
    );
}

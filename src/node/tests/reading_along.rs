//! Clients that get the beginning of a photo while the rest of it comes.

use std::sync::Arc;

use super::super::{Action, Asker, ClientAction, ClientEvent, CloseReason, LinkId, Source, Spool};
use super::pulling::{
    PIN, asked, bytes, deliver, discards, get, getting, inspect, send, writes, written,
};
use super::solo::{Solo, original};
use super::world::{CLIENT, picture};
use crate::photo::Photo;
use crate::protocol::{MAX_CHUNK, Record, Request};

#[test]
fn a_client_reads_along_as_soon_as_the_first_piece_is_here() {
    let (mut solo, first, _, transfer) = getting();
    let spooled = Source::Spooled(Spool::Pull(transfer));
    let answers = |action: &Action| matches!(action, Action::Client(ClientAction::AnswerPhoto { source, .. }) if *source == spooled);
    let actions = send(&mut solo, first, transfer, 0, MAX_CHUNK);
    assert!(writes(&actions[..1]), "the file is there before it is read");
    assert!(actions.iter().any(answers), "{actions:?}");
    let (link, image_name) = (LinkId(CLIENT.0 + 1), "p.jpg".to_owned());
    let request = Request::GetImageRequest { image_name };
    let actions = solo.tell(ClientEvent::Asked { link, by: Asker::Owner, request });
    assert!(actions.iter().any(answers), "whoever comes later reads along, too");
    for at in 1..3 {
        send(&mut solo, first, transfer, at * MAX_CHUNK, MAX_CHUNK);
    }
    (0..3).for_each(|_| drop(written(&mut solo, transfer, Ok(()))));
    inspect(&mut solo, transfer, Ok(picture(&bytes())));
    assert!(!discards(&solo.tell(ClientEvent::Answered { link, result: Ok(()) })));
    assert!(discards(&solo.tell(ClientEvent::Answered { link: CLIENT, result: Ok(()) })));
}

#[test]
fn who_has_sent_wrong_bytes_of_a_photo_is_asked_for_it_last() {
    let (mut solo, first, other, transfer) = getting();
    deliver(&mut solo, first, transfer);
    inspect(&mut solo, transfer, Ok(picture(b"something else")));
    // Cut off, the client asks again.
    solo.tell(ClientEvent::Closed { link: CLIENT, reason: CloseReason::Remote });
    let (asked_now, _) = asked(&get(&mut solo)).expect("it pulls again");
    assert_eq!(asked_now, other);
}

#[test]
fn a_photo_of_another_length_than_announced_is_not_read_along() {
    let mut solo = Solo::new();
    let told = Photo { bytes: bytes().len() as u64 + 1, ..Photo::clone(&picture(&bytes())) };
    let record = Record { photo: Arc::new(told), ..original(&bytes()) };
    solo.join(1, PIN, &[&bytes()]);
    solo.join(2, PIN, &[]);
    solo.announce(2, vec![record.clone()], true);
    let actions = get(&mut solo);
    let (from, transfer) = asked(&actions).expect("it asks a holder");
    let actions = send(&mut solo, from, transfer, 0, MAX_CHUNK);
    let begins = actions.iter().any(|action| matches!(action, Action::Client(_)));
    let shown = solo.node.cx.table.get(record.photo.id).unwrap().photo.bytes;
    let tells = if from == 1 { bytes().len() as u64 } else { record.photo.bytes };
    assert_eq!(begins, tells == shown);
}

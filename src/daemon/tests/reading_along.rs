//! A client that is sent a photo while it comes from another node.

use std::io::Read;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::Stage;
use super::clients::{client_within, photo_of};
use crate::daemon::limits::{DEADLINES, Deadlines};
use crate::daemon::socket::reply::{Delivery, PhotoBytes, Reply};
use crate::folder::{Folder, Options};
use crate::node::{ClientEvent, CloseReason, Event};
use crate::photo::Photo;

const SPOOL: &str = "pull-1";
const PIECE: usize = 300_000;

/// A photo that comes in three pieces, of which one is here.
struct Coming {
    stage: Stage,
    folder: Folder,
    _dir: tempfile::TempDir,
    bytes: Vec<u8>,
}

impl Coming {
    fn begin(deadlines: Deadlines) -> Coming {
        let dir = tempfile::tempdir().unwrap();
        let options = Options { scrub_days: 0, ..Options::default() };
        let mut folder = Folder::open(dir.path(), &options).unwrap();
        let bytes: Vec<u8> = (0..3 * PIECE).map(|n| (n / 7) as u8).collect();
        folder.write(SPOOL, 0, &bytes[..PIECE]).unwrap();
        let (stage, replies) = client_within(deadlines);
        let photo: Arc<Photo> = photo_of(&bytes);
        let bytes_of = PhotoBytes::Spooled(Ok(folder.read_along(SPOOL).unwrap()));
        let (name, label) = ("cat".to_owned(), "cat.jpg".to_owned());
        replies.send(Reply::Photo(Delivery { name, label, photo, bytes: bytes_of })).unwrap();
        let mut coming = Coming { stage, folder, _dir: dir, bytes };
        // In base64, and behind a head.
        let mut beginning = vec![0; PIECE / 2];
        coming.stage.remote.read_exact(&mut beginning).unwrap();
        coming
    }

    fn write(&mut self, piece: usize) {
        let at = piece * PIECE;
        self.folder.write(SPOOL, at as u64, &self.bytes[at..at + PIECE]).unwrap();
    }

    /// How many bytes the client still gets until its link is closed.
    fn rest(&mut self) -> usize {
        let mut rest = Vec::new();
        self.stage.remote.read_to_end(&mut rest).unwrap_or_default();
        rest.len()
    }

    fn expect_cut_off(mut self) {
        assert!(self.rest() + PIECE / 2 < 3 * PIECE * 4 / 3, "not to its end");
        let event = self.stage.next_event();
        let Event::Client(ClientEvent::Closed { reason: CloseReason::Io(why), .. }) = event else {
            panic!("{event:?}");
        };
        assert!(why.contains("did not deliver"), "{why}");
    }
}

/// Lets the other pieces come, each after a while, and expects that the client gets all.
fn expect_all(mut coming: Coming, after: Duration) {
    let reader = coming.stage.remote.try_clone().unwrap();
    let all = thread::spawn(move || {
        let mut rest = vec![0; 3 * PIECE * 4 / 3 - PIECE / 2];
        (&reader).read_exact(&mut rest)
    });
    for piece in [1, 2] {
        thread::sleep(after);
        coming.write(piece);
    }
    let link = coming.stage.link.id;
    let answered = Event::Client(ClientEvent::Answered { link, result: Ok(()) });
    assert_eq!(coming.stage.next_event(), answered);
    all.join().unwrap().unwrap();
}

#[test]
fn what_is_here_is_sent_and_the_rest_when_it_comes() {
    expect_all(Coming::begin(DEADLINES), Duration::ZERO);
}

#[test]
fn to_wait_for_a_photo_is_no_slowness_of_the_client() {
    let write = Duration::from_millis(500);
    expect_all(Coming::begin(Deadlines { write, ..DEADLINES }), 2 * write);
}

#[test]
fn a_wrong_photo_never_ends() {
    let mut coming = Coming::begin(DEADLINES);
    coming.bytes[PIECE] ^= 1;
    coming.write(1);
    coming.write(2);
    coming.expect_cut_off();
}

#[test]
fn what_does_not_come_any_more_ends_unfinished() {
    let mut coming = Coming::begin(DEADLINES);
    coming.write(1);
    coming.folder.discard(SPOOL);
    coming.expect_cut_off();
}

#[test]
fn a_photo_that_is_begun_anew_is_not_mixed_with_what_was_sent() {
    let mut coming = Coming::begin(DEADLINES);
    coming.write(1);
    coming.write(0);
    coming.write(1);
    coming.write(2);
    coming.expect_cut_off();
}

//! One client's two threads.

use std::fs::{self, File};
use std::io::Write;
use std::net::Shutdown;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crossbeam_channel::{RecvTimeoutError, Sender};

use super::Stage;
use crate::daemon::client;
use crate::daemon::disk::jobs::Job;
use crate::daemon::disk::uploads::Upload;
use crate::daemon::inbox::LinkHandle;
use crate::daemon::limits::{DEADLINES, Deadlines};
use crate::daemon::socket::frames::SocketReader;
use crate::daemon::socket::reply::{Delivery, PhotoBytes, Reply};
use crate::node::{Asker, ClientEvent, CloseReason, DiskError, Event};
use crate::photo::{Photo, PhotoId};
use crate::protocol::{Answer, Request};

const LIST: &str = r#"{"command":"GetImageList"}"#;

/// A client that asks for a list, and the way to answer it.
fn client_that_asks() -> (Stage, Sender<Reply>) {
    client_within(DEADLINES)
}

/// The same with other deadlines.
pub(super) fn client_within(deadlines: Deadlines) -> (Stage, Sender<Reply>) {
    let stage = Stage::with(deadlines);
    stage.serve(|services, link| {
        let frames = SocketReader::new(Arc::clone(&link));
        client::reader::serve_client(&services, &link, frames, LIST.as_bytes().to_vec());
    });
    let (handle, event) = stage.next_input();
    let request = Request::GetImageList;
    let link = stage.link.id;
    assert_eq!(event, Event::Client(ClientEvent::Asked { link, by: Asker::Owner, request }));
    let Some(LinkHandle::Client(_, replies)) = handle else {
        panic!("no way to answer");
    };
    (stage, replies)
}

/// More than the buffers of two sockets hold, so that its writer waits for whoever is to read it.
fn large() -> Vec<u8> {
    vec![7; 16 * 1024 * 1024]
}

/// Expects that the state thread is told nothing for a while.
fn expect_silence(stage: &Stage, why: &str) {
    let early = stage.inbox.recv_timeout(Duration::from_millis(100));
    assert_eq!(early.err(), Some(RecvTimeoutError::Timeout), "{why}");
}

fn list(names: &[&str]) -> Reply {
    let list = names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>().into();
    Reply::Answer(Answer::ListImage { list })
}

pub(super) fn photo_of(bytes: &[u8]) -> Arc<Photo> {
    Arc::new(Photo::opaque(PhotoId::of(bytes), bytes.len() as u64))
}

fn delivery(photo: &Arc<Photo>, content: &[u8]) -> Reply {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(content).unwrap();
    let opened = File::open(file.path()).unwrap();
    Reply::Photo(Delivery {
        name: "cat".to_owned(),
        label: "cat.jpg".to_owned(),
        photo: Arc::clone(photo),
        bytes: PhotoBytes::Held(Ok((opened, content.len() as u64))),
    })
}

#[test]
fn the_next_request_is_read_when_the_answer_is_sent() {
    let (mut stage, replies) = client_that_asks();
    stage.send(LIST);
    stage.send(LIST);
    for name in ["first", "second", "third"] {
        expect_silence(&stage, name);
        replies.send(list(&[name])).unwrap();
        let answer = stage.receive().unwrap();
        assert!(answer.contains(name), "{answer}");
        if name != "third" {
            assert!(matches!(stage.next_event(), Event::Client(ClientEvent::Asked { .. })));
        }
    }
}

#[test]
fn a_half_closed_client_is_answered_to_the_end() {
    let (mut stage, replies) = client_that_asks();
    stage.send(LIST);
    stage.remote.shutdown(Shutdown::Write).unwrap();
    replies.send(list(&["a"])).unwrap();
    assert!(stage.receive().is_some());
    assert!(matches!(stage.next_event(), Event::Client(ClientEvent::Asked { .. })));
    replies.send(list(&["b"])).unwrap();
    assert!(stage.receive().is_some());
    assert_eq!(stage.receive(), None);
    let (link, reason) = (stage.link.id, CloseReason::Remote);
    assert_eq!(stage.next_event(), Event::Client(ClientEvent::Closed { link, reason }));
}

#[test]
fn the_next_request_waits_until_a_photo_is_written_to_its_end() {
    let (mut stage, replies) = client_that_asks();
    let link = stage.link.id;
    let bytes = large();
    let photo = photo_of(&bytes);
    replies.send(delivery(&photo, &bytes)).unwrap();
    stage.send(LIST);
    expect_silence(&stage, "the photo cannot be written yet");
    assert!(stage.receive().unwrap().contains("ReceiveImage"));
    assert_eq!(stage.next_event(), Event::Client(ClientEvent::Answered { link, result: Ok(()) }));
    assert_eq!(
        stage.next_event(),
        Event::Client(ClientEvent::Asked {
            link,
            by: Asker::Owner,
            request: Request::GetImageList
        })
    );
}

#[test]
fn whoever_reads_nothing_costs_one_answer_and_is_cut_off() {
    let (mut stage, replies) =
        client_within(Deadlines { write: Duration::from_millis(200), ..DEADLINES });
    let bytes = large();
    replies.send(delivery(&photo_of(&bytes), &bytes)).unwrap();
    for _ in 0..100 {
        stage.send(LIST);
    }
    let (link, reason) = (stage.link.id, CloseReason::Slow);
    assert_eq!(stage.next_event(), Event::Client(ClientEvent::Closed { link, reason }));
}

#[test]
fn whoever_asks_nothing_for_long_is_cut_off() {
    let (mut stage, replies) =
        client_within(Deadlines { quiet: Duration::from_millis(50), ..DEADLINES });
    expect_silence(&stage, "it is the daemon that lets the client wait");
    replies.send(list(&[])).unwrap();
    stage.receive().unwrap();
    let (link, reason) = (stage.link.id, CloseReason::Silent);
    assert_eq!(stage.next_event(), Event::Client(ClientEvent::Closed { link, reason }));
    assert_eq!(stage.receive(), None);
}

#[test]
fn whoever_does_not_finish_a_request_is_cut_off() {
    let (mut stage, replies) =
        client_within(Deadlines { frame: Duration::from_millis(50), ..DEADLINES });
    replies.send(list(&[])).unwrap();
    stage.receive().unwrap();
    stage.remote.write_all(&[0, 0, 0, 9, b'{']).unwrap();
    let (link, reason) = (stage.link.id, CloseReason::Silent);
    assert_eq!(stage.next_event(), Event::Client(ClientEvent::Closed { link, reason }));
    assert_eq!(stage.receive(), None);
}

/// Sends what nobody will read behind something broken. The answer arrives, and the daemon takes what still comes: to
/// close at once would reset the connection, and a reset can overtake the answer.
fn expect_error_and_lingering_close(stage: &mut Stage, error: &str) {
    stage.remote.write_all(&[0; 100_000]).unwrap();
    let answer: serde_json::Value = serde_json::from_str(&stage.receive().unwrap()).unwrap();
    assert_eq!(answer["command"], "Error");
    assert!(answer["error"].as_str().unwrap().contains(error), "{answer}");
    assert_eq!(stage.receive(), None);
    expect_silence(stage, "more may come");
    stage.remote.shutdown(Shutdown::Both).unwrap();
    let Event::Client(ClientEvent::Closed { reason: CloseReason::Protocol(reason), .. }) =
        stage.next_event()
    else {
        panic!("the node was not told why");
    };
    assert!(reason.contains(error), "{reason}");
}

#[test]
fn a_broken_request_is_answered_before_the_link_is_closed() {
    let (mut stage, replies) = client_that_asks();
    stage.send(r#"{"command":"MakeCoffee"}"#);
    expect_silence(&stage, "the request before is not answered");
    replies.send(list(&["first"])).unwrap();
    assert!(stage.receive().unwrap().contains("first"));
    expect_error_and_lingering_close(&mut stage, "MakeCoffee");
}

#[test]
fn an_error_of_the_node_is_the_last_answer() {
    let (mut stage, replies) = client_that_asks();
    stage.send(LIST);
    let error = "a photo too many".to_owned();
    replies.send(Reply::Answer(Answer::Error { error })).unwrap();
    expect_error_and_lingering_close(&mut stage, "a photo too many");
}

/// Whether the client waits for an answer or the daemon for a request.
#[test]
fn without_a_state_thread_clients_are_let_go() {
    for answered in [false, true] {
        let (mut stage, replies) = client_that_asks();
        if answered {
            replies.send(list(&[])).unwrap();
            stage.receive().unwrap();
        }
        drop(replies);
        assert_eq!(stage.receive(), None);
        let (link, reason) = (stage.link.id, CloseReason::Shutdown);
        assert_eq!(stage.next_event(), Event::Client(ClientEvent::Closed { link, reason }));
    }
}

#[test]
fn a_photo_is_checked_before_its_first_byte_is_sent() {
    let (mut stage, replies) = client_that_asks();
    let link = stage.link.id;
    let good: Vec<u8> = (0..400_000_u32).map(|n| (n % 251) as u8).collect();
    let photo = photo_of(&good);
    let mut rotten = good.clone();
    rotten[399_999] ^= 1;

    replies.send(delivery(&photo, &rotten)).unwrap();
    let result = Err(DiskError::Damaged);
    assert_eq!(stage.next_event(), Event::Client(ClientEvent::Answered { link, result }));
    let Job::Suspect { photo: suspect } = stage.next_job() else {
        panic!("the folder was not told");
    };
    assert_eq!(suspect, photo.id);

    // The same request gets another answer, and nothing of the bad one has gone out.
    replies.send(delivery(&photo, &good)).unwrap();
    let answer: serde_json::Value = serde_json::from_str(&stage.receive().unwrap()).unwrap();
    assert_eq!(answer["label"], "cat.jpg");
    let image = STANDARD.decode(answer["image"].as_str().unwrap()).unwrap();
    assert!(image == good);
    let result = Ok(());
    assert_eq!(stage.next_event(), Event::Client(ClientEvent::Answered { link, result }));
}

fn put(name: &str, bytes: usize) -> String {
    format!(r#"{{"command":"Put","name":"{name}","bytes":{bytes}}}"#)
}

fn chunk(data: &[u8]) -> String {
    let data = STANDARD.encode(data);
    format!(r#"{{"command":"Chunk","data":"{data}"}}"#)
}

#[test]
fn a_put_is_on_disk_before_the_node_hears_of_it() {
    let (mut stage, replies) = client_that_asks();
    replies.send(list(&[])).unwrap();
    stage.receive().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("put-1");

    stage.send(&put("a.jpg", 6));
    let Job::Upload { bytes: 6, to, .. } = stage.next_job() else {
        panic!("the folder was not asked");
    };
    to.send(Ok(Upload::new(path.clone(), 6))).unwrap();
    stage.send(&chunk(b"abc"));
    expect_silence(&stage, "half of the photo is missing");
    stage.send(&chunk(b"def"));
    assert!(matches!(
        stage.next_event(),
        Event::Client(ClientEvent::Asked { request: Request::Put { bytes: 6, .. }, .. })
    ));
    assert_eq!(fs::read(&path).unwrap(), b"abcdef");
}

#[test]
fn a_put_that_cannot_be_written_is_refused_and_the_client_goes_on() {
    let (mut stage, replies) = client_that_asks();
    replies.send(list(&[])).unwrap();
    stage.receive().unwrap();

    stage.send(&put("a.jpg", 6));
    let Job::Upload { to, .. } = stage.next_job() else {
        panic!("the folder was not asked");
    };
    to.send(Err(DiskError::Full)).unwrap();
    stage.send(&chunk(b"abc"));
    stage.send(&chunk(b"def"));
    stage.send(LIST);
    let refused = stage.receive().unwrap();
    assert!(refused.contains("Refused") && refused.contains("full"), "{refused}");
    let request = Request::GetImageList;
    let link = stage.link.id;
    assert_eq!(
        stage.next_event(),
        Event::Client(ClientEvent::Asked { link, by: Asker::Owner, request })
    );
}

#[test]
fn a_put_of_more_bytes_than_announced_leaves_nothing() {
    let (mut stage, replies) = client_that_asks();
    replies.send(list(&[])).unwrap();
    stage.receive().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("put-1");

    stage.send(&put("a.jpg", 4));
    let Job::Upload { to, .. } = stage.next_job() else {
        panic!("the folder was not asked");
    };
    to.send(Ok(Upload::new(path.clone(), 6))).unwrap();
    stage.send(&chunk(b"abc"));
    stage.send(&chunk(b"def"));
    let error = stage.receive().unwrap();
    assert!(error.contains(r#""command":"Error""#), "{error}");
    assert_eq!(stage.receive(), None);
    assert!(!path.exists());
}

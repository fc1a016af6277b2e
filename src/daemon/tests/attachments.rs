//! Photos on links whose two sides have agreed on attachments, and on those whose sides have not.

use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Sender, bounded};
use tempfile::TempDir;

use super::{PATIENCE, Stage};
use crate::daemon::client;
use crate::daemon::disk::jobs::Job;
use crate::daemon::disk::uploads::Upload;
use crate::daemon::inbox::LinkHandle;
use crate::daemon::peer::reader;
use crate::daemon::room::{Room, Speaker};
use crate::daemon::socket::frames::SocketReader;
use crate::daemon::socket::outbox::{Outbox, Window, WriterCommand};
use crate::daemon::socket::reply::{Delivery, PhotoBytes, Reply};
use crate::node::{ClientEvent, Event, LinkEvent, LinkId};
use crate::photo::{Photo, PhotoId};
use crate::protocol::codec::{self, MAX_REQUEST};
use crate::protocol::message::{Lane, TransferId};
use crate::protocol::{Answer, Blob, MAX_CHUNK, Message, Request};

const CHUNK: &str = r#"{"command":"chunk","transfer":1,"offset":0,"data":""}"#;
const PUT_CHUNK: &str = r#"{"command":"Chunk","data":""}"#;

/// Frames with attachments, at the other side of a stage's link.
impl Stage {
    fn send_attached(&mut self, json: &str, attachment: &[u8]) {
        let length = |bytes: usize| u32::try_from(bytes).unwrap().to_be_bytes();
        let content = [&length(json.len()), json.as_bytes(), attachment].concat();
        self.remote.write_all(&length(content.len())).unwrap();
        self.remote.write_all(&content).unwrap();
    }

    /// The complaint that ends the link.
    fn receive_error(&mut self) -> String {
        let answer: serde_json::Value = serde_json::from_str(&self.receive().unwrap()).unwrap();
        assert_eq!(answer["command"], "Error", "{answer}");
        assert_eq!(self.receive(), None);
        answer["error"].as_str().unwrap().to_owned()
    }
}

/// A link to a daemon that has registered, with these features.
fn peer(features: &str) -> (Stage, Outbox) {
    register(Stage::new(), features)
}

fn register(mut stage: Stage, features: &str) -> (Stage, Outbox) {
    stage.serve(|services, link| {
        let mut frames = SocketReader::new(Arc::clone(&link));
        reader::serve_peer(&services, &link, &mut frames, None, None);
    });
    let (handle, _) = stage.next_input();
    let Some(LinkHandle::Peer(_, outbox)) = handle else {
        panic!("no way to the writer");
    };
    stage.send(&format!(
        r#"{{"command":"register","protocolMin":2,"protocolMax":2,"copies":2,"address":"127.0.0.1:9999",
            "node":"00000000000000aa","boot":"00000000000000ab"{features}}}"#,
    ));
    let heard = stage.next_event();
    assert!(matches!(heard, Event::Link(LinkEvent::Received { .. })), "{heard:?}");
    (stage, outbox)
}

const NEW: &str = r#","features":["later","attachments"]"#;
const OLD: &str = "";

/// The next message that the state thread is told of.
fn heard(stage: &Stage) -> Message {
    loop {
        let event = stage.next_event();
        if let Event::Link(LinkEvent::Received { message, .. }) = event {
            return message;
        }
        assert!(matches!(event, Event::Link(LinkEvent::Served { .. })), "{event:?}");
    }
}

fn abc() -> Message {
    Message::Chunk { transfer: TransferId(1), offset: 0, data: Blob::from(b"abc".to_vec()) }
}

/// Has the daemon send a photo.
fn serve(stage: &Stage, outbox: &Outbox, bytes: &[u8]) {
    let (transfer, photo) = (TransferId(1), PhotoId::of(bytes));
    assert!(outbox.serve(Lane::Get, Window { transfer, photo, offset: 0, length: u64::MAX }));
    let Job::Open { to, .. } = stage.next_job() else {
        panic!("no photo was wanted");
    };
    to.send(Ok((file(bytes), bytes.len() as u64))).unwrap();
}

fn file(bytes: &[u8]) -> File {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    File::open(file.path()).unwrap()
}

#[test]
fn a_daemon_says_what_its_link_can_when_it_registers() {
    let (mut stage, outbox) = peer(OLD);
    let register = r#"{"command":"register","protocolMin":2,"protocolMax":2,"copies":2,
        "address":"127.0.0.1:1","node":"00000000000000bb","boot":"00000000000000bc"}"#;
    let register = codec::decode(register.as_bytes()).unwrap();
    assert!(outbox.send(WriterCommand::Message(register)));
    let frame: serde_json::Value = serde_json::from_str(&stage.receive().unwrap()).unwrap();
    assert_eq!(frame["features"], serde_json::json!(["attachments"]));
}

#[test]
fn daemons_that_both_can_attach_what_they_send() {
    let (mut stage, outbox) = peer(NEW);
    serve(&stage, &outbox, b"abc");
    let content = stage.receive_bytes().unwrap();
    assert!(content.ends_with(b"\"data\":\"\"}abc"), "{content:?}");
    assert_eq!(codec::decode_attached::<Message>(content).unwrap(), abc());
    stage.send_attached(CHUNK, b"abc");
    assert_eq!(heard(&stage), abc());
}

#[test]
fn a_daemon_that_cannot_gets_base64_and_may_send_it() {
    for features in [OLD, NEW] {
        let (mut stage, outbox) = peer(features);
        if features == OLD {
            serve(&stage, &outbox, b"abc");
            let frame = stage.receive().unwrap();
            assert!(frame.contains(r#""data":"YWJj""#), "{frame}");
        }
        stage.send(&CHUNK.replace(r#""data":"""#, r#""data":"YWJj""#));
        assert_eq!(heard(&stage), abc());
    }
}

#[test]
fn an_attachment_that_is_not_agreed_on_ends_the_link() {
    let (mut stage, _outbox) = peer(OLD);
    stage.send_attached(CHUNK, b"abc");
    let error = stage.receive_error();
    assert!(error.contains("has not agreed"), "{error}");
    assert!(matches!(stage.next_event(), Event::Link(LinkEvent::Closed { .. })));
}

#[test]
fn an_attachment_out_of_place_or_too_long_ends_the_link() {
    let heartbeat = r#"{"command":"heartbeat"}"#;
    let too_long = vec![0; MAX_CHUNK + 1];
    for (json, attachment, words) in
        [(heartbeat, &b"abc"[..], "cannot have one"), (CHUNK, &too_long[..], "over the limit")]
    {
        let (mut stage, _outbox) = peer(NEW);
        stage.send_attached(json, attachment);
        let error = stage.receive_error();
        assert!(error.contains(words), "{error}");
    }
    let (mut stage, _outbox) = peer(NEW);
    stage.remote.write_all(&u32::MAX.to_be_bytes()).unwrap();
    let error = stage.receive_error();
    assert!(error.contains("over the limit"), "{error}");
}

/// Bytes that are attached take room from when they are announced.
#[test]
fn a_frame_that_is_being_read_takes_room_with_its_attachment() {
    const ROOM: usize = 2 * MAX_REQUEST;
    let mut stage = Stage::new();
    stage.services.reading = Room::new(ROOM, ROOM);
    let reading = Arc::clone(&stage.services.reading);
    let (mut stage, _outbox) = register(stage, NEW);
    // An envelope, and nothing yet of what is attached.
    let content = 4 + CHUNK.len() + ROOM - 1000;
    stage.remote.write_all(&u32::try_from(content).unwrap().to_be_bytes()).unwrap();
    stage.remote.write_all(&u32::try_from(CHUNK.len()).unwrap().to_be_bytes()).unwrap();
    stage.remote.write_all(CHUNK.as_bytes()).unwrap();
    thread::sleep(Duration::from_millis(200));
    let (waiting, waits) = bounded(1);
    let (placed, has_place) = bounded(1);
    thread::spawn(move || {
        let place = reading.place(Speaker::Link(LinkId(77)), MAX_REQUEST, || {
            let _ = waiting.try_send(());
        });
        placed.send(place).unwrap();
    });
    waits.recv_timeout(PATIENCE).unwrap();
    assert!(has_place.is_empty());
    stage.remote.write_all(&vec![7; ROOM - 1000]).unwrap();
    has_place.recv_timeout(PATIENCE).unwrap();
    assert!(matches!(heard(&stage), Message::Chunk { data, .. } if data.len() == ROOM - 1000));
}

/// A client that has said these features, and been answered a list; the way to answer it.
fn client(features: &str) -> (Stage, Sender<Reply>) {
    let mut stage = Stage::new();
    let hello = format!(r#"{{"command":"registerClient","name":"ana"{features}}}"#);
    stage.serve(move |services, link| {
        let frames = SocketReader::new(Arc::clone(&link));
        client::reader::serve_client(&services, &link, frames, hello.into_bytes());
    });
    stage.send(r#"{"command":"GetImageList"}"#);
    let (handle, _) = stage.next_input();
    let Some(LinkHandle::Client(_, replies)) = handle else {
        panic!("no way to answer");
    };
    (stage, replies)
}

fn delivery(bytes: &[u8]) -> Reply {
    Reply::Photo(Delivery {
        name: "cat".to_owned(),
        label: "cat.jpg".to_owned(),
        photo: Arc::new(Photo::opaque(PhotoId::of(bytes), bytes.len() as u64)),
        bytes: PhotoBytes::Held(Ok((file(bytes), bytes.len() as u64))),
    })
}

#[test]
fn a_client_that_can_gets_attachments_and_any_other_base64() {
    let bytes: Vec<u8> = (0..400_000_u32).map(|n| (n % 251) as u8).collect();
    let (mut stage, replies) = client(NEW);
    replies.send(delivery(&bytes)).unwrap();
    let content = stage.receive_bytes().unwrap();
    let Answer::ReceiveImage { image, .. } = codec::decode_attached(content).unwrap() else {
        panic!("no photo");
    };
    assert!(*image == bytes);

    let (mut stage, replies) = client(OLD);
    replies.send(delivery(b"abc")).unwrap();
    let answer = stage.receive().unwrap();
    assert!(answer.ends_with(r#""image":"YWJj"}"#), "{answer}");
}

/// Begins to put a photo of so many bytes; where it is spooled.
fn begin_put(stage: &mut Stage, replies: &Sender<Reply>, bytes: u64) -> Spool {
    replies.send(Reply::Answer(Answer::ListImage { list: Vec::new().into() })).unwrap();
    stage.receive().unwrap();
    stage.send(&format!(r#"{{"command":"Put","name":"a.jpg","bytes":{bytes}}}"#));
    let Job::Upload { to, .. } = stage.next_job() else {
        panic!("the folder was not asked");
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("put-1");
    to.send(Ok(Upload::new(path.clone(), bytes))).unwrap();
    Spool { path, _folder: folder }
}

struct Spool {
    path: PathBuf,
    _folder: TempDir,
}

#[test]
fn a_client_that_has_agreed_may_attach_what_it_puts() {
    let (mut stage, replies) = client(NEW);
    let spool = begin_put(&mut stage, &replies, 6);
    stage.send_attached(PUT_CHUNK, b"abc");
    stage.send(&PUT_CHUNK.replace(r#""data":"""#, r#""data":"ZGVm""#));
    let Event::Client(ClientEvent::Asked { request: Request::Put { .. }, .. }) = stage.next_event()
    else {
        panic!("the node was not asked");
    };
    assert_eq!(fs::read(&spool.path).unwrap(), b"abcdef");
}

#[test]
fn what_a_client_attaches_is_as_agreed_or_ends_its_link() {
    let too_long = vec![0; MAX_CHUNK + 1];
    for (features, attachment, words) in [
        (OLD, &b"abc"[..], "has not agreed"),
        (NEW, &b"abcdefg"[..], "more bytes than their Put announced"),
        (NEW, &b""[..], "empty or too large"),
        (NEW, &too_long[..], "empty or too large"),
    ] {
        let (mut stage, replies) = client(features);
        let spool = begin_put(&mut stage, &replies, 6);
        stage.send_attached(PUT_CHUNK, attachment);
        let error = stage.receive_error();
        assert!(error.contains(words), "{error}");
        assert!(!spool.path.exists());
    }
    let (mut stage, replies) = client(NEW);
    begin_put(&mut stage, &replies, 6);
    stage.send_attached(r#"{"command":"Status"}"#, b"abc");
    let error = stage.receive_error();
    assert!(error.contains("cannot have one"), "{error}");
}

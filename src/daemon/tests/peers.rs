//! The reader and the writer of a link to another daemon.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{PATIENCE, Stage};
use crate::daemon::disk::jobs::Job;
use crate::daemon::door::dialer::Dialer;
use crate::daemon::inbox::LinkHandle;
use crate::daemon::limits::{CHUNK, DEADLINES, DISK_BACKLOG, Deadlines, MESSAGES, UNSENT, WINDOWS};
use crate::daemon::peer::reader;
use crate::daemon::socket::frames::SocketReader;
use crate::daemon::socket::link;
use crate::daemon::socket::outbox::{Outbox, Window, WriterCommand, outbox};
use crate::daemon::state::State;
use crate::daemon::trace::{NodeTrace, Trace};
use crate::node::{CloseReason, Config, DiskError, Event, LinkEvent, Node};
use crate::photo::PhotoId;
use crate::protocol::codec::{FrameError, MAX_FRAME, MAX_REQUEST};
use crate::protocol::group::Roster;
use crate::protocol::message::{Lane, TransferId};
use crate::protocol::{Address, Boot, MAX_CHUNK, Message, NodeId, NodeName};

/// Far more than the buffers of two sockets hold, so that a writer is held up in the middle of each window.
pub(super) const CHUNKS: usize = 300;
const GET: u32 = 1;
pub(super) const REPLICA: u32 = 2;

/// A link to a daemon that was dialed, and the way to its writer.
pub(super) fn peer() -> (Stage, Outbox) {
    let stage = Stage::new();
    stage.serve(|services, link| {
        let mut frames = SocketReader::new(Arc::clone(&link));
        reader::serve_peer(&services, &link, &mut frames, None, None);
    });
    let (handle, event) = stage.next_input();
    assert!(matches!(event, Event::Link(LinkEvent::Opened { .. })));
    let Some(LinkHandle::Peer(_, outbox)) = handle else {
        panic!("no way to the writer");
    };
    (stage, outbox)
}

pub(super) fn window(transfer: u32, bytes: u64) -> Window {
    Window {
        transfer: TransferId(transfer),
        photo: PhotoId::of(&transfer.to_be_bytes()),
        offset: 0,
        length: bytes,
    }
}

/// Plays a folder whose every photo has that many bytes.
pub(super) fn open_all(stage: &Stage, bytes: usize) {
    let jobs = stage.jobs.clone();
    thread::spawn(move || {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&vec![7; bytes]).unwrap();
        for job in jobs {
            if let Job::Open { to, .. } = job {
                let opened = File::open(file.path()).unwrap();
                to.send(Ok((opened, bytes as u64))).unwrap();
            }
        }
    });
}

/// The next frame at the other side, in short.
pub(super) fn receive(stage: &mut Stage) -> String {
    let frame: serde_json::Value = serde_json::from_str(&stage.receive().unwrap()).unwrap();
    let command = frame["command"].as_str().unwrap();
    match frame["transfer"].as_u64() {
        Some(transfer) => format!("{command} {transfer}"),
        None => command.to_owned(),
    }
}

#[test]
fn messages_go_first_then_gets_then_replicas() {
    let (mut stage, outbox) = peer();
    open_all(&stage, CHUNKS * CHUNK);
    assert!(outbox.serve(Lane::Replicate, window(REPLICA, u64::MAX)));
    assert_eq!(receive(&mut stage), "chunk 2");
    // From here on the order of asking is the reverse of that of urgency.
    assert!(outbox.serve(Lane::Get, window(GET, u64::MAX)));
    assert!(outbox.send(WriterCommand::Message(Message::Heartbeat)));
    let received: Vec<String> = (0..2 * CHUNKS).map(|_| receive(&mut stage)).collect();

    let first = |what: &str| received.iter().position(|frame| frame == what).unwrap();
    let last = |what: &str| received.iter().rposition(|frame| frame == what).unwrap();
    assert!(last("heartbeat") < last("chunk 1"), "{received:?}");
    assert!(last("chunk 1") < last("chunk 2"), "{received:?}");
    let get = &received[first("chunk 1")..=last("chunk 1")];
    assert!(!get.contains(&"chunk 2".to_owned()), "{received:?}");
}

#[test]
fn what_is_not_wanted_any_more_is_not_sent() {
    let (mut stage, outbox) = peer();
    open_all(&stage, CHUNKS * CHUNK);
    for transfer in [REPLICA, REPLICA, REPLICA + 1] {
        assert!(outbox.serve(Lane::Replicate, window(transfer, u64::MAX)));
    }
    assert_eq!(receive(&mut stage), format!("chunk {REPLICA}"));
    assert!(outbox.send(WriterCommand::Cancel(TransferId(REPLICA))));
    assert!(outbox.send(WriterCommand::Cancel(TransferId(GET))), "of what was sent long ago");
    let other = format!("chunk {}", REPLICA + 1);
    // Some pieces may have been on their way.
    let sent: Vec<String> = std::iter::repeat_with(|| receive(&mut stage))
        .take_while(|frame| *frame != other)
        .collect();
    assert!(sent.len() < CHUNKS, "{sent:?}");
    let mut served: Vec<u32> = (0..2)
        .map(|_| {
            let event = stage.next_event();
            let Event::Link(LinkEvent::Served { transfer, result: Ok(()), .. }) = event else {
                panic!("{event:?}");
            };
            transfer.0
        })
        .collect();
    served.dedup();
    assert_eq!(served, [REPLICA], "each window is told of");
}

#[test]
fn a_window_is_served_to_its_end_and_reported() {
    let (mut stage, outbox) = peer();
    open_all(&stage, 5 * CHUNK);
    let mut part = window(GET, 2 * CHUNK as u64);
    part.offset = 3 * CHUNK as u64;
    let photo = part.photo;
    assert!(outbox.serve(Lane::Get, part));
    // All of it is read: a system need not take a byte that nobody reads.
    for offset in [3 * CHUNK, 4 * CHUNK] {
        let frame: serde_json::Value = serde_json::from_str(&stage.receive().unwrap()).unwrap();
        assert_eq!(frame["offset"], offset);
    }
    let served = Event::Link(LinkEvent::Served {
        link: stage.link.id,
        transfer: TransferId(GET),
        photo,
        result: Ok(()),
    });
    assert_eq!(stage.next_event(), served);
}

#[test]
fn a_photo_that_is_not_what_it_was_is_looked_at_when_it_was_sent() {
    let (mut stage, outbox) = peer();
    let bytes = vec![7; CHUNK + 1];
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&bytes).unwrap();
    let (sound, rotten) = (PhotoId::of(&bytes), PhotoId::of(b"before it rotted"));
    for photo in [sound, rotten] {
        // Asked for in two windows, as large photos are.
        for (offset, length) in [(0, CHUNK as u64), (CHUNK as u64, u64::MAX)] {
            let window = Window { transfer: TransferId(GET), photo, offset, length };
            assert!(outbox.serve(Lane::Get, window));
            let Job::Open { to, .. } = stage.next_job() else {
                panic!("a photo that is as it was is looked at");
            };
            let opened = File::open(file.path()).unwrap();
            to.send(Ok((opened, bytes.len() as u64))).unwrap();
            assert_eq!(receive(&mut stage), "chunk 1");
        }
    }
    assert!(matches!(stage.next_job(), Job::Suspect { photo } if photo == rotten));
}

#[test]
fn a_photo_that_is_gone_is_refused() {
    let (mut stage, outbox) = peer();
    let wanted = window(GET, 1);
    let photo = wanted.photo;
    assert!(outbox.serve(Lane::Get, wanted));
    let Job::Open { to, .. } = stage.next_job() else {
        panic!("no photo was wanted");
    };
    to.send(Err(DiskError::Gone)).unwrap();
    assert_eq!(receive(&mut stage), "noImage 1");
    let served = Event::Link(LinkEvent::Served {
        link: stage.link.id,
        transfer: TransferId(GET),
        photo,
        result: Err(DiskError::Gone),
    });
    assert_eq!(stage.next_event(), served);
}

#[test]
fn the_next_page_may_be_made_when_one_is_out() {
    let (mut stage, outbox) = peer();
    let page = Message::ImageInfo {
        records: Vec::new(),
        gone: Vec::new(),
        tombstones: Vec::new(),
        complete: true,
    };
    assert!(outbox.send(WriterCommand::Message(page)));
    let link = stage.link.id;
    assert_eq!(stage.next_event(), Event::Link(LinkEvent::PageSent { link }));
    assert_eq!(receive(&mut stage), "ImageInfo");
}

#[test]
fn what_was_sent_before_a_close_arrives() {
    let (mut stage, outbox) = peer();
    for _ in 0..100 {
        assert!(outbox.send(WriterCommand::Message(Message::Heartbeat)));
    }
    stage.link.set_close_reason(CloseReason::Duplicate);
    assert!(outbox.send(WriterCommand::Close));
    for _ in 0..100 {
        assert_eq!(receive(&mut stage), "heartbeat");
    }
    assert_eq!(stage.receive(), None);
    stage.remote.shutdown(Shutdown::Both).unwrap();
    let (link, reason) = (stage.link.id, CloseReason::Duplicate);
    assert_eq!(stage.next_event(), Event::Link(LinkEvent::Closed { link, reason }));
}

#[test]
fn a_full_outbox_takes_nothing_more() {
    let (outbox, _queues) = outbox();
    for _ in 0..MESSAGES {
        assert!(outbox.send(WriterCommand::Message(Message::Heartbeat)));
    }
    assert!(!outbox.send(WriterCommand::Message(Message::Heartbeat)));
    for _ in 0..WINDOWS {
        assert!(outbox.serve(Lane::Get, window(GET, 1)));
    }
    assert!(!outbox.serve(Lane::Get, window(GET, 1)));
    assert!(outbox.serve(Lane::Replicate, window(REPLICA, 1)));
}

#[test]
fn a_part_of_a_frame_is_a_sign_of_life() {
    let (mut stage, _outbox) = peer();
    assert!(!stage.link.take_heard());
    stage.remote.write_all(&[0, 0]).unwrap();
    let deadline = Instant::now() + PATIENCE;
    while !stage.link.take_heard() {
        assert!(Instant::now() < deadline, "it was not noticed");
        thread::sleep(Duration::from_millis(1));
    }
    assert!(!stage.link.take_heard());
}

#[test]
fn nonsense_from_a_daemon_is_answered_and_ends_its_link() {
    let (mut stage, _outbox) = peer();
    stage.send("{}");
    assert_eq!(receive(&mut stage), "Error");
    assert_eq!(stage.receive(), None);
    let Event::Link(LinkEvent::Closed { reason, .. }) = stage.next_event() else {
        panic!("the node was not told");
    };
    assert!(matches!(reason, CloseReason::Protocol(_)), "{reason}");
}

/// The other daemon registers, and the node decides.
fn register(stage: &mut Stage, lets_in: bool) {
    stage.lets_in = lets_in;
    stage.send(
        r#"{"command":"register","protocolMin":2,"protocolMax":2,"copies":2,"address":"127.0.0.1:9999",
            "node":"00000000000000aa","boot":"00000000000000ab"}"#,
    );
    let heard = stage.next_event();
    assert!(matches!(heard, Event::Link(LinkEvent::Received { .. })), "{heard:?}");
}

#[test]
fn a_daemon_says_large_things_only_when_the_node_has_let_it_in() {
    let large = format!(r#"{{"command":"dance"{}}}"#, " ".repeat(MAX_REQUEST));
    for lets_in in [Some(true), Some(false), None] {
        let (mut stage, _outbox) = peer();
        if let Some(lets_in) = lets_in {
            register(&mut stage, lets_in);
        }
        stage.send(&large);
        let heard = stage.next_event();
        if lets_in == Some(true) {
            let (link, message) = (stage.link.id, Message::Unknown);
            assert_eq!(heard, Event::Link(LinkEvent::Received { link, message }));
        } else {
            assert!(matches!(heard, Event::Link(LinkEvent::Closed { .. })), "{heard:?}");
        }
    }
}

#[test]
fn a_chunk_larger_than_agreed_ends_the_link() {
    let (mut stage, _outbox) = peer();
    register(&mut stage, true);
    let data = STANDARD.encode(vec![0; MAX_CHUNK + 1]);
    stage.send(&format!(r#"{{"command":"chunk","transfer":1,"offset":0,"data":"{data}"}}"#));
    assert_eq!(receive(&mut stage), "Error");
    assert!(matches!(stage.next_event(), Event::Link(LinkEvent::Closed { .. })));
}

#[test]
fn commands_of_a_later_version_are_passed_on_as_unknown() {
    let (mut stage, _outbox) = peer();
    stage.send(r#"{"command":"dance","steps":[1,2,3]}"#);
    let (link, message) = (stage.link.id, Message::Unknown);
    assert_eq!(stage.next_event(), Event::Link(LinkEvent::Received { link, message }));
}

#[test]
fn half_a_frame_and_then_silence_is_a_timeout() {
    let soon = Duration::from_millis(50);
    let mut stage = Stage::with(Deadlines { frame: soon, ..DEADLINES });
    let mut frames = SocketReader::new(Arc::clone(&stage.link));
    stage.remote.write_all(&[0, 0, 0, 9, b'{']).unwrap();
    let start = Instant::now();
    let length = frames.next_message(MAX_FRAME).unwrap().unwrap();
    let failure = frames.content(length);
    assert!(matches!(failure, Err(FrameError::Io(error)) if link::is_timeout(&error)));
    assert!(start.elapsed() >= soon);
}

#[test]
fn a_stranger_cannot_make_the_daemon_hold_much() {
    let mut stage = Stage::new();
    let claimed = u32::try_from(MAX_REQUEST + 1).unwrap();
    stage.remote.write_all(&claimed.to_be_bytes()).unwrap();
    let mut frames = SocketReader::new(Arc::clone(&stage.link));
    let failure = frames.first(Instant::now() + PATIENCE);
    assert!(matches!(failure, Err(FrameError::TooLarge { .. })), "{failure:?}");
}

#[test]
fn a_daemon_that_is_too_busy_to_listen_takes_nobody_for_dead() {
    let stage = Stage::new();
    let node = Node::new(Config {
        node: NodeId(1),
        boot: Boot(1),
        membership: None,
        roster: Roster::default(),
        name: NodeName::like("test"),
        address: Address::new("127.0.0.1", 1),
        copies: 2,
        grace: PATIENCE,
        pin: PATIENCE,
        capacity: None,
        cache: 0,
        draining: false,
        pools: false,
        keep_originals: false,
        retire_now: false,
        share: false,
        bridge: None,
        join: Vec::new(),
        known: BTreeMap::new(),
        tombstones: Vec::new(),
        gone: Vec::new(),
        first_start: true,
        seed: [0; 32],
    });
    let (disk, console) = (stage.services.disk.clone(), stage.services.console.clone());
    let dialer = Dialer::new(stage.services.clone());
    let trace = NodeTrace::new(Trace::default(), Duration::ZERO, Duration::ZERO);
    let mut state = State::new(node, disk, dialer, console, trace);
    let (outbox, _queues) = outbox();
    let handle = LinkHandle::Peer(Arc::clone(&stage.link), outbox);
    state.links.insert(stage.link.id, handle);
    assert_eq!(state.signs_of_life(), []);
    for _ in 0..DISK_BACKLOG {
        stage.services.disk.suspect(PhotoId([0; 32]));
    }
    assert_eq!(state.signs_of_life(), [stage.link.id]);
}

#[test]
#[cfg(target_os = "linux")]
fn the_system_takes_little_that_it_does_not_send_yet() {
    let stage = Stage::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let same = stream.try_clone().unwrap();
    stage.services.link(stream).unwrap();
    assert_eq!(socket2::SockRef::from(&same).tcp_notsent_lowat().unwrap(), UNSENT);
}

//! A real daemon among people who do not keep to the protocol: it answers what can be answered, closes what cannot, and
//! goes on serving everyone else.

#![allow(
    clippy::unwrap_used,
    reason = "clippy knows only test functions, not their helpers, as tests"
)]

mod support;

use std::fs;
use std::io;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use photomesh::protocol::Address;
use serde_json::json;
use support::ask;
use support::daemon::Daemon;
use support::disk;
use support::pictures;
use support::wait::eventually;
use support::wire::{Wire, frame};
use tempfile::TempDir;

/// A daemon over a folder with a few pictures, whose list it has.
struct Host {
    daemon: Daemon,
    folder: TempDir,
}

const LIST: &[u8] = br#"{"command":"GetImageList"}"#;

fn host() -> Host {
    let folder = tempfile::tempdir().unwrap();
    let photos = folder.path().join("photos");
    fs::create_dir(&photos).unwrap();
    for number in 0..4 {
        let picture = pictures::jpeg(&pictures::draw(number, 320, 240), 90);
        disk::lay(&photos.join(format!("{number}.jpg")), &picture).unwrap();
    }
    let program = Path::new(env!("CARGO_BIN_EXE_photomesh"));
    let daemon = Daemon::start(program, &photos, &[]).unwrap();
    eventually("the folder is read", Duration::from_secs(60), || {
        match ask::labels(daemon.address())?.len() {
            4 => Ok(()),
            other => Err(format!("{other} photos")),
        }
    })
    .unwrap();
    Host { daemon, folder }
}

impl Host {
    fn connect(&self) -> Wire {
        Wire::connect(self.daemon.address()).unwrap()
    }

    /// Answers a client long before the ten seconds are over that a daemon waits for those who do not finish.
    fn serves(&self) {
        let start = Instant::now();
        let list = ask::labels(self.daemon.address()).unwrap();
        assert_eq!(list.len(), 4);
        let took = start.elapsed();
        assert!(took < Duration::from_secs(5), "a list took {took:?}");
    }

    /// The most memory that the daemon ever had, in mebibytes.
    fn peak_memory(&self) -> u64 {
        self.memory("VmHWM") / 1024
    }

    /// How many of the daemon's threads have a name that begins so.
    fn threads(&self, name: &str) -> usize {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.daemon.id())).unwrap();
        let names =
            tasks.filter_map(|task| fs::read_to_string(task.ok()?.path().join("comm")).ok());
        names.filter(|comm| comm.starts_with(name)).count()
    }

    /// A figure of the daemon's memory as Linux tells it, in kibibytes.
    fn memory(&self, what: &str) -> u64 {
        self.daemon.memory(what).unwrap()
    }
}

/// Registers as a daemon with this id.
fn register(address: &Address, node: u64) -> Wire {
    let mut wire = Wire::connect(address).unwrap();
    let register = json!({
        "command": "register", "protocolMin": 2, "protocolMax": 2, "copies": 2, "address": "127.0.0.1:9999",
        "node": format!("{node:016x}"), "boot": "00000000000000ab",
    });
    wire.send_frame(register.to_string().as_bytes()).unwrap();
    wire
}

#[test]
fn broken_frames_are_answered_with_an_error_and_a_close() {
    let host = host();
    let nested = [b"[".repeat(200_000), b"]".repeat(200_000)].concat();
    let broken: Vec<(&str, Vec<u8>)> = vec![
        ("four GiB", [&[0xff; 4][..], &[b'x'; 100_000]].concat()),
        ("no UTF-8", frame(b"\xff\xfe\x00\x80")),
        ("no JSON", frame(b"hello")),
        ("no object", frame(b"[1, 2, 3]")),
        ("nothing", frame(b"")),
        ("no command", frame(b"{}")),
        ("an unknown command", frame(br#"{"command":"MakeCoffee"}"#)),
        ("a wrong type", frame(br#"{"command":"GetImageRequest","imageName":7}"#)),
        ("no name", frame(br#"{"command":"GetImageRequest"}"#)),
        ("deep nesting", frame(&nested)),
        ("a chunk of nothing", frame(br#"{"command":"Chunk","data":"AAAA"}"#)),
        ("half a register", frame(br#"{"command":"register","node":"me"}"#)),
        ("a giant", frame(br#"{"command":"Put","name":"a.jpg","bytes":999999999999}"#)),
    ];
    // As the first thing that is said, and from a client that has been answered before.
    for (first, (what, bytes)) in
        [true, false].into_iter().flat_map(|first| broken.iter().map(move |case| (first, case)))
    {
        let mut wire = host.connect();
        if !first {
            wire.send_frame(LIST).unwrap();
            wire.receive().unwrap();
        }
        wire.send(bytes).unwrap();
        let answer = wire.receive().unwrap().unwrap_or_else(|| panic!("no answer to {what}"));
        assert_eq!(answer["command"], "Error", "{what}: {answer}");
        assert!(!answer["error"].as_str().unwrap().is_empty(), "{what}");
        assert_eq!(wire.receive().unwrap(), None, "not closed after {what}");
    }
    host.serves();
}

#[test]
fn a_browser_is_told_where_it_is() {
    let host = host();
    let mut wire = host.connect();
    wire.send(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let answer = wire.receive().unwrap().unwrap();
    let error = answer["error"].as_str().unwrap();
    assert!(error.contains("photomesh daemon"), "{error}");
}

#[test]
fn unknown_fields_are_ignored() {
    let host = host();
    let mut wire = host.connect();
    wire.send_frame(br#"{"command":"registerClient","name":"ana","colour":"blue"}"#).unwrap();
    wire.send_frame(br#"{"later":[1,{"a":null}],"command":"GetImageList"}"#).unwrap();
    let answer = wire.receive().unwrap().unwrap();
    assert_eq!(answer["command"], "ListImage");
}

#[test]
fn a_half_closed_client_gets_every_answer() {
    let host = host();
    let mut wire = host.connect();
    let request = frame(br#"{"command":"GetImageRequest","imageName":"0.jpg"}"#);
    wire.send(&[request.clone(), frame(LIST), request].concat()).unwrap();
    wire.finish().unwrap();
    for expected in ["ReceiveImage", "ListImage", "ReceiveImage"] {
        assert_eq!(wire.receive().unwrap().unwrap()["command"], expected);
    }
    assert_eq!(wire.receive().unwrap(), None);
}

#[test]
fn a_client_that_never_reads_holds_up_nobody() {
    let host = host();
    let mut wire = host.connect();
    // Ten thousand answers that nobody takes; the sockets' buffers hold but a part of the requests.
    let request = frame(br#"{"command":"GetImageRequest","imageName":"0.jpg"}"#);
    let sender = thread::spawn(move || {
        for _ in 0..10_000 {
            if wire.send(&request).is_err() {
                break;
            }
        }
    });
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(2) {
        host.serves();
    }
    assert!(host.peak_memory() < 200, "{} MiB", host.peak_memory());
    drop(host);
    sender.join().unwrap();
}

#[test]
fn a_thousand_who_never_finish_a_frame_hold_up_nobody() {
    let host = host();
    let mut slow: Vec<Wire> = Vec::new();
    for number in 0..1000 {
        // A length, and a part of what it announces; or not even that.
        let part: &[u8] = if number % 2 == 0 { &[0, 0, 0, 99, b'{'] } else { &[0, 0] };
        let mut wire = host.connect();
        wire.send(part).unwrap();
        slow.push(wire);
        // Not faster than they are accepted, as below.
        if number % 100 == 99 {
            host.serves();
        }
    }
    for _ in 0..20 {
        host.serves();
    }
    // They have ten seconds for their first frame, and are told so long before this gives up.
    for wire in &mut slow {
        let end = wire.receive();
        assert!(matches!(&end, Ok(Some(answer)) if answer["command"] == "Error"), "{end:?}");
    }
    host.serves();
    assert!(host.peak_memory() < 200, "{} MiB", host.peak_memory());
}

#[test]
fn thousands_who_say_nothing_hold_up_nobody() {
    let host = host();
    rlimit::increase_nofile_limit(8192).unwrap();
    // Not faster than they are accepted: the system keeps a hundred waiting and lets all others try again a second
    // later.
    let mut idle: Vec<Wire> = Vec::new();
    for _ in 0..30 {
        idle.extend((0..100).map(|_| host.connect()));
        host.serves();
    }
    drop(idle);
    host.serves();
    assert!(host.peak_memory() < 200, "{} MiB", host.peak_memory());
}

/// Clients that have got a list and a photo, and stay: each has a reader and a writer.
#[test]
fn two_thousand_clients_have_two_threads_each_and_cost_little() {
    const CLIENTS: u64 = 2000;
    const KIBIBYTES: u64 = 120;
    let host = host();
    rlimit::increase_nofile_limit(8192).unwrap();
    let before = host.memory("VmRSS");
    let photo = br#"{"command":"GetImageRequest","imageName":"0.jpg"}"#;
    let mut clients: Vec<Wire> = Vec::new();
    for _ in 0..CLIENTS {
        let mut wire = host.connect();
        for (request, command) in [(LIST, "ListImage"), (photo, "ReceiveImage")] {
            wire.send_frame(request).unwrap();
            assert_eq!(wire.receive().unwrap().unwrap()["command"], command);
        }
        clients.push(wire);
    }
    for name in ["rd-", "wr-"] {
        let threads = host.threads(name);
        assert!(threads >= clients.len(), "{threads} threads {name}");
    }
    let each = (host.memory("VmRSS") - before) / CLIENTS;
    eprintln!("{each} KiB a client");
    assert!(each < KIBIBYTES, "{each} KiB a client");
    drop(clients);
}

#[test]
fn two_hundred_clients_at_once_are_all_served() {
    let host = host();
    let clients: Vec<_> = (0..200)
        .map(|number| {
            let mut wire = host.connect();
            thread::spawn(move || -> io::Result<()> {
                for round in 0..5 {
                    let name = format!("{}.jpg", (number + round) % 4);
                    let request = json!({"command": "GetImageRequest", "imageName": name});
                    wire.send_frame(request.to_string().as_bytes())?;
                    let answer = wire.receive()?.ok_or(io::ErrorKind::UnexpectedEof)?;
                    assert_eq!(answer["command"], "ReceiveImage");
                    assert_eq!(answer["imageName"], name);
                }
                Ok(())
            })
        })
        .collect();
    for client in clients {
        client.join().unwrap().unwrap();
    }
}

#[test]
fn a_put_that_breaks_off_leaves_nothing() {
    let host = host();
    let mut wire = host.connect();
    wire.send_frame(br#"{"command":"Put","name":"a.jpg","bytes":6}"#).unwrap();
    wire.send_frame(br#"{"command":"Chunk","data":"AAAA"}"#).unwrap();
    let spool = host.folder.path().join("photos/.photomesh/tmp");
    let files = || fs::read_dir(&spool).map_or(0, |files| files.flatten().count());
    let soon = Duration::from_secs(20);
    eventually("the put begins", soon, || {
        if files() == 1 { Ok(()) } else { Err("no file".to_owned()) }
    })
    .unwrap();
    drop(wire);
    eventually("the put is swept", soon, || match files() {
        0 => Ok(()),
        other => Err(format!("{other} files")),
    })
    .unwrap();
    host.serves();
}

#[test]
fn a_put_of_no_picture_is_refused_and_the_client_goes_on() {
    let host = host();
    let mut wire = host.connect();
    wire.send_frame(br#"{"command":"Put","name":"../../a.jpg","bytes":3}"#).unwrap();
    wire.send_frame(br#"{"command":"Chunk","data":"AAAA"}"#).unwrap();
    assert_eq!(wire.receive().unwrap().unwrap()["command"], "Refused");
    wire.send_frame(LIST).unwrap();
    assert_eq!(wire.receive().unwrap().unwrap()["command"], "ListImage");
}

#[test]
fn a_stop_ends_the_process_whoever_is_connected() {
    let mut host = host();
    let _idle: Vec<Wire> = (0..50).map(|_| host.connect()).collect();
    let mut client = host.connect();
    client.send_frame(LIST).unwrap();
    client.receive().unwrap();
    let status = host.daemon.stop(Duration::from_secs(20)).unwrap();
    assert!(status.success(), "{status}");
    assert_eq!(client.receive().unwrap(), None);
}

#[test]
fn a_daemon_that_asks_and_never_reads_is_cut_off() {
    let host = host();
    let mut wire = register(host.daemon.address(), 0xaa);
    let ask = json!({
        "command": "AskForImage", "transfer": 1, "photo": "0".repeat(64), "offset": 0, "length": 1, "lane": "get",
    });
    let asks = frame(ask.to_string().as_bytes()).repeat(1000);
    let deadline = Instant::now() + Duration::from_secs(60);
    while wire.send(&asks).is_ok() {
        assert!(Instant::now() < deadline, "it may ask for ever");
    }
    host.serves();
    assert!(host.peak_memory() < 200, "{} MiB", host.peak_memory());
}

/// A list of half a million numbers takes sixteen times as much memory as its frame while it is decoded.
#[test]
fn frames_that_are_large_in_memory_hold_up_nobody() {
    const NODES: u64 = 24;
    let host = host();
    let of = |numbers: usize| {
        let (numbers, rest) = ("0,".repeat(numbers), " ".repeat(1_000_000 - 2 * numbers));
        frame(format!(r#"{{"command":"later","list":[{numbers}0]{rest}}}"#).as_bytes())
    };
    // The one is refused, and its sender comes back; the other is the most that is decoded.
    let giants = [of(500_000), of(30_000)];
    let end = Instant::now() + Duration::from_secs(5);
    for node in 1..=NODES {
        let (address, giant) = (host.daemon.address().clone(), giants[node as usize % 2].clone());
        // Nobody waits for these: who is cut off while they send may notice it minutes later.
        thread::spawn(move || {
            while Instant::now() < end {
                let mut wire = register(&address, node);
                while Instant::now() < end && wire.send(&giant).is_ok() {}
            }
        });
    }
    let mut slowest = Duration::ZERO;
    while Instant::now() < end {
        let start = Instant::now();
        host.serves();
        slowest = slowest.max(start.elapsed());
    }
    eprintln!("{} MiB, the slowest list took {slowest:?}", host.peak_memory());
    assert!(host.peak_memory() < 150, "{} MiB", host.peak_memory());
}

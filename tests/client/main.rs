//! The client's commands against daemons that say what a test wants, good or bad: the real program, a scripted socket.
#![allow(clippy::unwrap_used, reason = "a test may end where its ground gives way")]

mod at_risk;
mod attachments;
mod bars;
mod config;
mod get;
mod list;
mod near;
mod plan;
mod put;
mod rehearsal;
mod remove;
mod reports;
mod rule;
mod scripted;
mod several;
mod similar;
#[path = "../support/mod.rs"]
mod support;
mod versions;

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

use photomesh::client::Daemon;
use photomesh::protocol::{Address, Answer, Request};
use tempfile::TempDir;

use scripted::{Scripted, client, code, names, say, stderr, stdout};

#[test]
fn a_name_without_a_photo_and_one_with_several_have_their_own_exit_codes() {
    let daemon = Scripted::new(|stream, request| {
        let Request::Explain { image_name, .. } = request else {
            return say(stream, &Answer::ListImage { list: Vec::new().into() });
        };
        let several = image_name == "several";
        let undelivered = image_name == "away";
        let candidates = ["a~1.jpg", "a~2.jpg\x1b[0m"].map(str::to_owned);
        let answer = Answer::NotFound {
            image_name,
            candidates: if several { candidates.into() } else { Vec::new() },
            undelivered,
            reason: "no photo of this name".to_owned(),
        };
        say(stream, &answer);
    });
    let folder = TempDir::new().unwrap();
    let output = daemon.run(folder.path(), &["get", "away"]);
    assert_eq!(code(&output), 69, "it exists: {}", stderr(&output));
    let output = daemon.run(folder.path(), &["get", "none"]);
    assert_eq!(code(&output), 1);
    assert!(stderr(&output).contains("none: no photo of this name"));
    let output = daemon.run(folder.path(), &["get", "several"]);
    assert_eq!(code(&output), 3);
    let text = stderr(&output);
    assert!(text.contains("a~1.jpg") && text.contains("a~2.jpg\\u{1b}[0m"), "{text}");
    assert_eq!(names(folder.path()), Vec::<String>::new());
}

#[test]
fn nobody_there_and_somebody_else_there_are_said_clearly() {
    let folder = TempDir::new().unwrap();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let output = client(folder.path(), &free.to_string(), &["list"]).output().unwrap();
    assert_eq!(code(&output), 69);
    let text = stderr(&output);
    assert!(text.contains("photomesh daemon") && text.contains("--daemon"), "{text}");
    assert!(!text.contains("os error"), "{text}");

    let web = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = web.local_addr().unwrap().to_string();
    let server = thread::spawn(move || {
        let (mut stream, _) = web.accept().unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        // Until the client has read it and hung up.
        let _ = stream.read_to_end(&mut Vec::new());
    });
    let output = client(folder.path(), &address, &["list"]).output().unwrap();
    server.join().unwrap();
    assert_eq!(code(&output), 69);
    assert!(stderr(&output).contains("not a photomesh daemon"), "{}", stderr(&output));
}

#[test]
fn a_silent_daemon_is_not_waited_for_without_end() {
    let mute = TcpListener::bind("127.0.0.1:0").unwrap();
    let address: Address = mute.local_addr().unwrap().to_string().parse().unwrap();
    let mut daemon = Daemon::connect(&address, None).unwrap();
    daemon.be_patient(Duration::from_millis(100));
    let failure = daemon.ask(&Request::GetImageList).unwrap_err();
    assert_eq!(failure.exit_code(), 69);
    assert!(failure.to_string().contains("silent"), "{failure}");
}

#[test]
fn a_daemon_that_trickles_is_not_waited_for_without_end() {
    let slow = TcpListener::bind("127.0.0.1:0").unwrap();
    let address: Address = slow.local_addr().unwrap().to_string().parse().unwrap();
    thread::spawn(move || {
        let (mut stream, _) = slow.accept().unwrap();
        // A long answer is announced, and comes a byte at a time, each long before the client's patience is over.
        let mut sent = stream.write_all(&1_000_000_u32.to_be_bytes());
        while sent.is_ok() {
            thread::sleep(Duration::from_millis(50));
            sent = stream.write_all(b" ");
        }
    });
    let mut daemon = Daemon::connect(&address, None).unwrap();
    daemon.be_patient(Duration::from_secs(1));
    let start = Instant::now();
    let failure = daemon.ask(&Request::GetImageList).unwrap_err();
    assert_eq!(failure.exit_code(), 69);
    assert!(failure.to_string().contains("too slow"), "{failure}");
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

#[test]
fn a_daemon_that_hangs_is_not_taken_for_one_of_another_group() {
    let folder = TempDir::new().unwrap();
    let group = client(folder.path(), "1", &["group", "new", "friends.group"]).output().unwrap();
    assert_eq!(code(&group), 0, "{}", stderr(&group));
    let file = File::create(folder.path().join("ana.member")).unwrap();
    let invite = ["group", "invite", "friends.group", "ana"];
    let invited = client(folder.path(), "1", &invite).stdout(file).status().unwrap();
    assert!(invited.success());
    // The system takes the connection in; nobody reads.
    let mute = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = mute.local_addr().unwrap().to_string();
    let list = ["list", "--member", "ana.member"];
    let output = client(folder.path(), &address, &list).output().unwrap();
    assert_eq!(code(&output), 69);
    let text = stderr(&output);
    assert!(text.contains("says nothing") && !text.contains("group"), "{text}");
}

#[test]
fn a_photo_that_nobody_delivers_is_called_by_its_name() {
    let daemon = Scripted::new(|stream, request| {
        let Request::GetImageRequest { image_name, .. } = request else {
            return reports::explain(stream, request);
        };
        let answer = Answer::NotFound {
            image_name,
            candidates: Vec::new(),
            undelivered: true,
            reason: "its disk is full".to_owned(),
        };
        say(stream, &answer);
    });
    let folder = TempDir::new().unwrap();
    let output = daemon.run(folder.path(), &["get", "large.jpg"]);
    assert_eq!(code(&output), 69);
    assert!(
        stderr(&output).ends_with("photomesh: large.jpg: its disk is full\n"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_daemon_that_cannot_start_says_why_by_its_exit_code() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("cat.jpg"), b"").unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    for (arguments, wanted, words) in [
        (["daemon", "cat.jpg", "--port", "0"], 73, "is a file, not a folder"),
        (["daemon", "cat.jpg/x", "--port", "0"], 73, "cannot make the folder"),
        (["daemon", "photos", "--port", &port], 75, "in use"),
        (["daemon", "photos", "--host", "127.0.0.1.invalid"], 74, "cannot listen on"),
    ] {
        let output = client(folder.path(), "1", &arguments).output().unwrap();
        assert_eq!(code(&output), wanted, "{}", stderr(&output));
        assert!(stderr(&output).contains(words), "{}", stderr(&output));
    }
}

#[test]
fn usage_errors_are_2() {
    let folder = TempDir::new().unwrap();
    for wrong in [
        &["get"][..],
        &["put"],
        &["fly"],
        &["list", "--long", "--json"],
        &["daemon", "--grace", "10"],
        &["daemon", "--copies", "0"],
        &["daemon", "--capacity", "x"],
        &["daemon", "--reserve", "120%"],
        &["daemon", "--reserve", "x"],
        &["plan", "ben"],
        &["at-risk", "ana", "ben"],
        &["list", "--daemon", "no port"],
    ] {
        let output = client(folder.path(), "1", wrong).output().unwrap();
        assert_eq!(code(&output), 2, "{wrong:?}: {}", stderr(&output));
    }
}

#[test]
fn examples_fit_into_eighty_columns() {
    let folder = TempDir::new().unwrap();
    let help = |path: &[&str]| {
        let mut command = client(folder.path(), "1", &[path, &["--help"]].concat());
        let output = command.env("COLUMNS", "80").output().unwrap();
        let text = stdout(&output);
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        let examples = text.split("Examples:\n").nth(1).unwrap_or_default();
        let examples = examples.split("\n\n").next().unwrap();
        // What was wrapped goes on where its line began.
        let whole = |line: &str| line.starts_with("  photomesh ") || line.starts_with("      ");
        assert!(examples.lines().all(whole), "{text}");
        let commands = text.split("Commands:\n").nth(1).unwrap_or_default().to_owned();
        let commands = commands.split("\n\n").next().unwrap().to_owned();
        let names = commands.lines().filter(|line| !line.starts_with("   "));
        let names = names.filter_map(|line| line.split_whitespace().next());
        names.filter(|name| *name != "help").map(str::to_owned).collect::<Vec<_>>()
    };
    let all = help(&[]);
    assert!(all.len() > 10, "{all:?}");
    for command in &all {
        help(&[command]).iter().for_each(|below| drop(help(&[command, below])));
    }
}

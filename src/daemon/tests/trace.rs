use std::fs::{self, File};
use std::io::Read;
use std::process::Command;
use std::time::{Duration, Instant};

use super::{LOG, PATIENCE};
use crate::daemon::console::Console;
use crate::daemon::limits::TRACE_LINES;
use crate::daemon::trace::{NodeTrace, Trace};
use crate::node::{Action, DiskEvent, Event, LinkId};
use crate::protocol::{Boot, Message, NodeId};
use crate::trace::{Author, Direction, Run};

fn author() -> Author {
    Author::new(NodeId(1), "anna", Boot(2))
}

fn start(path: &std::path::Path) -> Trace {
    Trace::start(path, author(), &Console::start(NodeId(1), LOG).unwrap())
}

#[test]
fn what_happens_is_in_the_file_and_another_life_goes_on_with_it() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("anna.trace");
    // A daemon was killed while it wrote.
    fs::write(&path, "{\"node\":\"00000000000").unwrap();
    let trace = start(&path);
    let mut node = NodeTrace::new(trace.clone(), Duration::from_secs(5), Duration::from_secs(3));
    node.event(&Event::from(DiskEvent::Scanned { skipped: 0 }), None);
    trace.sends(&mut Direction::default(), LinkId(3), &Message::Heartbeat);
    node.action(&Action::Exit { error: None });
    trace.flush();
    let text = fs::read_to_string(&path).unwrap();
    let told = [
        "\"start\"",
        "\"scanning\"",
        "\"Scanned\"",
        "\"complete\"",
        "\"heartbeat\"",
        "\"Exit\"",
        "\"leaving\"",
    ];
    let mut lines = text.lines().skip(1);
    for word in told {
        let line = lines.next().unwrap();
        assert!(line.contains(word), "{word}: {line}");
    }
    assert_eq!(lines.next(), None);
    Run::default().read("anna.trace", text.as_bytes()).unwrap();
}

#[test]
fn a_file_that_cannot_be_written_stops_nobody() {
    let place = tempfile::tempdir().unwrap();
    let trace = start(place.path());
    let mut node = NodeTrace::new(trace.clone(), Duration::ZERO, Duration::ZERO);
    for _ in 0..TRACE_LINES * 2 {
        node.event(&Event::Shutdown, None);
    }
    trace.flush();
}

#[test]
#[cfg(unix)]
fn nobody_waits_for_a_slow_file_and_it_says_what_is_missing() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    // Nobody reads the pipe yet, so that not even opening it comes to an end.
    let trace = start(&path);
    let begun = Instant::now();
    let mut node = NodeTrace::new(trace.clone(), Duration::ZERO, Duration::ZERO);
    for _ in 0..TRACE_LINES + 1_000 {
        node.event(&Event::Shutdown, None);
    }
    assert!(begun.elapsed() < PATIENCE);
    let mut pipe = File::open(&path).unwrap();
    let mut text = String::new();
    let mut bytes = [0; 4096];
    while !text.contains("\"missing\"") {
        let length = pipe.read(&mut bytes).unwrap();
        assert!(length > 0, "the thread has ended");
        text.push_str(std::str::from_utf8(&bytes[..length]).unwrap());
    }
}

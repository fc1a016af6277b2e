//! What runs beside a daemon: the gallery of its owner, and a super-peer. Each is a process of its own, so that neither
//! browsers nor other groups get near the photos.
//!
//! It is this very program, and a client like any other. Its standard input is a pipe into which nobody writes: that ends
//! with the daemon, however the daemon ends, and the process with it. What it says goes to the log. One that fails is
//! started again, after a while that grows; one that was told to stop is not.

use std::env;
use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::USAGE;
use super::console::Console;
use super::limits::{LOG_LINE, REST, REST_MAX};
use super::threads;
use crate::node::Level;
use crate::protocol::in_words;

/// Starts the thread that keeps such a process running. Its name stands before what it says in the log.
pub(super) fn start(
    name: &'static str,
    arguments: Vec<OsString>,
    console: Console,
) -> io::Result<()> {
    threads::spawn(name, move || run(name, &arguments, &console)).map(drop)
}

fn run(name: &'static str, arguments: &[OsString], console: &Console) {
    // Asked once: an update puts another file there, under which the system then calls this one deleted.
    let program = match env::current_exe() {
        Ok(program) => program,
        Err(error) => {
            return console.warn(name, format!("cannot be started: {}", in_words(&error)));
        }
    };
    let mut rest = Duration::ZERO;
    loop {
        let began = Instant::now();
        let why = match live(name, &program, arguments, console) {
            Ok(status) if status.success() => return console.news(name, "has ended"),
            // Wrong arguments do not get right by themselves.
            Ok(status) if status.code() == Some(USAGE.into()) => {
                return console.warn(name, "is not started again");
            }
            Ok(status) => format!("ended with {status}"),
            Err(error) => format!("cannot be started: {}", in_words(&error)),
        };
        rest = next(rest, began.elapsed());
        console.warn(name, format!("{why}; it is started again in {} s", rest.as_secs()));
        thread::sleep(rest);
    }
}

/// How long to wait after a life that took so long, and that had begun after this rest.
pub(super) fn next(rest: Duration, lived: Duration) -> Duration {
    match lived > REST_MAX {
        true => REST,
        false => (rest * 2).clamp(REST, REST_MAX),
    }
}

/// One life of the process.
fn live(
    name: &'static str,
    program: &Path,
    arguments: &[OsString],
    console: &Console,
) -> io::Result<ExitStatus> {
    let mut child = Command::new(program)
        .args(arguments)
        // All that it needs to know is in the arguments.
        .env_remove("PHOTOMESH_CONFIG")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let Child { stdout, stderr, .. } = &mut child;
    let (said, told) = (stdout.take(), stderr.take());
    let log = console.clone();
    let errors = threads::spawn(&format!("{name}-err"), move || {
        told.into_iter().for_each(|pipe| pass_on(pipe, (Level::Warn, name), &log));
    });
    let errors = errors.inspect_err(|_| drop(child.kill().and_then(|()| child.wait())))?;
    said.into_iter().for_each(|pipe| pass_on(pipe, (Level::Info, name), console));
    // What it has not said by now it will not.
    let _ = errors.join();
    child.wait()
}

/// Passes on what somebody says, line by line.
fn pass_on(pipe: impl Read, (level, name): (Level, &'static str), console: &Console) {
    let mut pipe = BufReader::new(pipe);
    let mut line = Vec::new();
    while matches!((&mut pipe).take(LOG_LINE).read_until(b'\n', &mut line), Ok(1..)) {
        let text = String::from_utf8_lossy(&line);
        console.line(level, name, text.trim_end().trim_start_matches("photomesh: "));
        line.clear();
    }
}

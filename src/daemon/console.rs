//! The thread that owns the terminal: log lines and the progress of the first scan, on stderr.
//!
//! On a terminal a line begins with the time of day, for whoever sits before it; elsewhere with the moment in UTC and the
//! node, for who gathers the logs of many; or it is a JSON object, if that is asked for.
//!
//! Whoever reads the log may stop reading. Then this thread waits, and nobody else: lines that find its queue full are
//! dropped, and how many is the next line. A line that [repeats](super::repeats) itself is counted instead.

use std::convert::Infallible;
use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime};

use console::Term;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::limits::{LINGER, LOG_LINES};
use super::repeats::Repeats;
use super::threads;
use crate::node::Level;
use crate::protocol::{NodeId, plain, wrapped};

/// Something for the terminal.
enum Output {
    /// A line of the log.
    Line(Line),
    /// How far the scan is: files read and files found.
    Progress(u64, u64),
    /// Nothing, but whoever waits for it learns that it has passed.
    Flush(Sender<Infallible>),
}

/// A line of the log.
pub(super) struct Line {
    pub(super) time: SystemTime,
    pub(super) level: Level,
    /// What it is about: one word.
    pub(super) topic: &'static str,
    pub(super) text: String,
}

impl Line {
    /// A line of now.
    fn new(level: Level, topic: &'static str, text: impl Into<String>) -> Line {
        Line { time: SystemTime::now(), level, topic, text: text.into() }
    }
}

/// What is written to the log, and how.
#[derive(Clone, Copy, Debug)]
pub struct Log {
    /// What matters less is not.
    pub level: Level,
    /// For programs, as JSON.
    pub json: bool,
}

/// A handle of the terminal; every thread may have one.
#[derive(Clone)]
pub(super) struct Console {
    outputs: Sender<Output>,
    /// What matters less is not written.
    level: Level,
    dropped: Arc<AtomicU64>,
}

impl Console {
    /// Starts the thread. It ends with the last handle, or with the process.
    pub(super) fn start(node: NodeId, log: Log) -> io::Result<Console> {
        let (outputs, queue) = bounded(LOG_LINES);
        let dropped = Arc::new(AtomicU64::new(0));
        let console = Console { outputs, level: log.level, dropped: Arc::clone(&dropped) };
        let reader = match log.json {
            true => Reader::Json(node),
            false if io::stderr().is_terminal() => Reader::Person,
            false => Reader::Program(node),
        };
        threads::spawn("console", move || run(reader, &queue, &dropped))?;
        Ok(console)
    }

    /// Writes news to the log.
    pub(super) fn news(&self, topic: &'static str, text: impl Into<String>) {
        self.line(Level::Info, topic, text);
    }

    /// Writes to the log what may need a person.
    pub(super) fn warn(&self, topic: &'static str, text: impl Into<String>) {
        self.line(Level::Warn, topic, text);
    }

    /// Writes a line to the log if it matters enough, or drops it if nobody reads the log.
    pub(super) fn line(&self, level: Level, topic: &'static str, text: impl Into<String>) {
        if level >= self.level {
            self.put(Output::Line(Line::new(level, topic, text)));
        }
    }

    /// Shows how many of the files found have been read; equal numbers end the display.
    pub(super) fn progress(&self, done: u64, found: u64) {
        self.put(Output::Progress(done, found));
    }

    /// Waits until all that was put before is on the terminal, but not for ever.
    pub(super) fn flush(&self) {
        let (done, flushed) = bounded(0);
        let deadline = Instant::now() + LINGER;
        if self.outputs.send_deadline(Output::Flush(done), deadline).is_ok() {
            // The channel ends when its turn has come.
            let _ = flushed.recv_deadline(deadline);
        }
    }

    fn put(&self, output: Output) {
        if self.outputs.try_send(output).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn run(reader: Reader, queue: &Receiver<Output>, dropped: &AtomicU64) {
    // Only while photos are read: a bar that never ends looks like a program that hangs.
    let mut bar = ProgressBar::hidden();
    let mut repeats = Repeats::default();
    loop {
        let print = |line: &Line| bar.suspend(|| print(reader, line));
        let output = match repeats.due() {
            Some(due) => queue.recv_deadline(due),
            None => queue.recv().map_err(RecvTimeoutError::from),
        };
        let is_last = matches!(output, Ok(Output::Flush(_)));
        if let Ok(Output::Line(line)) = &output
            && repeats.admits(Instant::now(), (line.level, line.topic), &line.text)
        {
            print(line);
        }
        let lost = dropped.swap(0, Ordering::Relaxed);
        let text = format!("{lost} lines were dropped: the log was not read fast enough");
        if lost > 0 && repeats.admits(Instant::now(), (Level::Warn, "log"), &text) {
            print(&Line::new(Level::Warn, "log", text));
        }
        if is_last || repeats.due().is_some_and(|due| due <= Instant::now()) {
            for (level, topic, text) in repeats.take() {
                print(&Line::new(level, topic, text));
            }
        }
        match output {
            Ok(Output::Progress(done, found)) if done == found => {
                bar.finish_and_clear();
                bar = ProgressBar::hidden();
            }
            Ok(Output::Progress(done, found)) => {
                if bar.is_hidden() {
                    bar = progress_bar();
                }
                bar.set_length(found);
                bar.set_position(done);
            }
            Ok(Output::Flush(done)) => drop(done),
            Ok(Output::Line(_)) | Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// Hidden by itself if stderr is no terminal.
fn progress_bar() -> ProgressBar {
    let style = ProgressStyle::with_template("reading photos {wide_bar} {pos}/{len} {eta}");
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::no_length().with_style(style)
}

/// Who reads the log.
#[derive(Clone, Copy)]
pub(super) enum Reader {
    Person,
    /// A program, or a file; it may have the logs of many nodes, of which this is one.
    Program(NodeId),
    /// A program that takes lines apart.
    Json(NodeId),
}

/// A line for programs.
#[derive(Serialize)]
struct Object<'a> {
    time: &'a str,
    node: NodeId,
    level: &'a str,
    topic: &'a str,
    text: &'a str,
}

fn print(reader: Reader, line: &Line) {
    let mut text = written(reader, line);
    if let (Reader::Person, Some((_, places))) = (reader, Term::stderr().size_checked()) {
        text = wrapped(&text, places.into());
    }
    // There is nowhere to report that the log cannot be written.
    let _ = io::stderr().write_all(text.as_bytes());
}

/// One line an event. What peers and file names bring along must not draw on the terminal.
pub(super) fn written(reader: Reader, line: &Line) -> String {
    let Line { time, level, topic, .. } = line;
    let text = plain(&line.text);
    let moment = || humantime::format_rfc3339_millis(*time);
    match reader {
        Reader::Person => {
            let time = Timestamp::try_from(*time).unwrap_or_default();
            let time = time.to_zoned_datetime(TimeZone::system());
            format!("{} {topic}: {text}\n", time.strftime("%H:%M:%S"))
        }
        Reader::Program(node) => format!("{} {node} {topic}: {text}\n", moment()),
        Reader::Json(node) => {
            let time = moment().to_string();
            let level = match level {
                Level::Debug => "debug",
                Level::Info => "info",
                Level::Warn => "warn",
            };
            let object = Object { time: &time, node, level, topic, text: &text };
            // Numbers and texts can always be written.
            serde_json::to_string(&object).unwrap_or_default() + "\n"
        }
    }
}

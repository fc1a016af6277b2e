//! The thread that owns the terminal: log lines and the progress of the first scan, on stderr.
//!
//! On a terminal a line begins with the time of day, for whoever sits before it; elsewhere with the moment in UTC and the
//! node, for who gathers the logs of many.
//!
//! Whoever reads the log may stop reading. Then this thread waits, and nobody else: lines that find its queue full are
//! dropped, and how many is the next line. A line that [repeats](super::repeats) itself is counted instead.

use std::convert::Infallible;
use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::limits::{LINGER, LOG_LINES};
use super::repeats::Repeats;
use super::threads;
use crate::protocol::{NodeId, plain};

/// Something for the terminal.
enum Output {
    /// A line of the log: what it is about, and the line.
    Line(SystemTime, &'static str, String),
    /// How far the scan is: files read and files found.
    Progress(u64, u64),
    /// Nothing, but whoever waits for it learns that it has passed.
    Flush(Sender<Infallible>),
}

/// A handle of the terminal; every thread may have one.
#[derive(Clone)]
pub(super) struct Console {
    outputs: Sender<Output>,
    dropped: Arc<AtomicU64>,
}

impl Console {
    /// Starts the thread. It ends with the last handle, or with the process.
    pub(super) fn start(node: NodeId) -> io::Result<Console> {
        let (outputs, queue) = bounded(LOG_LINES);
        let dropped = Arc::new(AtomicU64::new(0));
        let console = Console { outputs, dropped: Arc::clone(&dropped) };
        threads::spawn("console", move || run(node, &queue, &dropped))?;
        Ok(console)
    }

    /// Writes a line to the log, or drops it if nobody reads the log.
    pub(super) fn line(&self, topic: &'static str, text: impl Into<String>) {
        self.put(Output::Line(SystemTime::now(), topic, text.into()));
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

fn run(node: NodeId, queue: &Receiver<Output>, dropped: &AtomicU64) {
    let reader = if io::stderr().is_terminal() { Reader::Person } else { Reader::Program(node) };
    // Only while photos are read: a bar that never ends looks like a program that hangs.
    let mut bar = ProgressBar::hidden();
    let mut repeats = Repeats::default();
    loop {
        let print = |time, topic, text: &str| bar.suspend(|| print(reader, time, topic, text));
        let output = match repeats.due() {
            Some(due) => queue.recv_deadline(due),
            None => queue.recv().map_err(RecvTimeoutError::from),
        };
        let is_last = matches!(output, Ok(Output::Flush(_)));
        if let Ok(Output::Line(time, topic, text)) = &output
            && repeats.admits(Instant::now(), topic, text)
        {
            print(*time, topic, text);
        }
        let lost = dropped.swap(0, Ordering::Relaxed);
        let text = format!("{lost} lines were dropped: the log was not read fast enough");
        if lost > 0 && repeats.admits(Instant::now(), "log", &text) {
            print(SystemTime::now(), "log", &text);
        }
        if is_last || repeats.due().is_some_and(|due| due <= Instant::now()) {
            for (topic, text) in repeats.take() {
                print(SystemTime::now(), topic, &text);
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
            Ok(Output::Line(..)) | Err(RecvTimeoutError::Timeout) => {}
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
}

fn print(reader: Reader, time: SystemTime, topic: &str, text: &str) {
    // There is nowhere to report that the log cannot be written.
    let _ = io::stderr().write_all(written(reader, time, topic, text).as_bytes());
}

/// One line an event. What peers and file names bring along must not draw on the terminal.
pub(super) fn written(reader: Reader, time: SystemTime, topic: &str, text: &str) -> String {
    let text = plain(text);
    match reader {
        Reader::Person => {
            let time = Timestamp::try_from(time).unwrap_or_default();
            let time = time.to_zoned_datetime(TimeZone::system());
            format!("{} {topic}: {text}\n", time.strftime("%H:%M:%S"))
        }
        Reader::Program(node) => {
            let time = humantime::format_rfc3339_millis(time);
            format!("{time} {node} {topic}: {text}\n")
        }
    }
}

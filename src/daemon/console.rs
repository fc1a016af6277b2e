//! The thread that owns the terminal: log lines and the progress of the first scan, on stderr.
//!
//! Whoever reads the log may stop reading. Then this thread waits, and nobody else: lines that find its queue full are
//! dropped, and how many is the next line. A line that [repeats](super::repeats) itself is counted instead.

use std::convert::Infallible;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use indicatif::{ProgressBar, ProgressStyle};

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
    // Hidden by itself if stderr is no terminal.
    let bar = ProgressBar::no_length();
    if let Ok(style) = ProgressStyle::with_template("reading photos {wide_bar} {pos}/{len} {eta}") {
        bar.set_style(style);
    }
    let print = |time, topic, text: &str| bar.suspend(|| print(node, time, topic, text));
    let mut repeats = Repeats::default();
    loop {
        let output = match repeats.due() {
            Some(due) => queue.recv_deadline(due),
            None => queue.recv().map_err(RecvTimeoutError::from),
        };
        let is_last = matches!(output, Ok(Output::Flush(_)));
        match &output {
            Ok(Output::Line(time, topic, text)) => {
                if repeats.admits(Instant::now(), topic, text) {
                    print(*time, topic, text);
                }
            }
            Ok(Output::Progress(done, found)) if done == found => bar.finish_and_clear(),
            Ok(Output::Progress(done, found)) => {
                bar.set_length(*found);
                bar.set_position(*done);
            }
            Ok(Output::Flush(_)) | Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
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
        if let Ok(Output::Flush(done)) = output {
            drop(done);
        }
    }
}

fn print(node: NodeId, time: SystemTime, topic: &str, text: &str) {
    // There is nowhere to report that the log cannot be written.
    let _ = io::stderr().write_all(written(node, time, topic, text).as_bytes());
}

/// One line an event. What peers and file names bring along must not draw on the terminal.
pub(super) fn written(node: NodeId, time: SystemTime, topic: &str, text: &str) -> String {
    let time = humantime::format_rfc3339_millis(time);
    format!("{time} {node} {topic}: {}\n", plain(text))
}

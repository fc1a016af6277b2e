//! The trace of this daemon, for `photomesh trace`: what happens to its node, what that wants, and what goes over links.
//!
//! A thread writes the file, and nobody waits for it: lines that find its queue full are left out, and the file says how
//! many. A file that cannot be written is told of in the log, once, and the daemon goes on without.

use std::convert::Infallible;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::console::Console;
use super::limits::{LINGER, TRACE_LINES};
use super::threads;
use crate::node::{Action, Event, LinkId};
use crate::protocol::{Message, in_words};
use crate::trace::{Author, Direction, Entry, Recorder};

/// A handle of the trace; every thread may have one. Without a file it does nothing.
#[derive(Clone, Default)]
pub(super) struct Trace {
    out: Option<Out>,
}

#[derive(Clone)]
struct Out {
    lines: Sender<Command>,
    shared: Shared,
}

/// What those who say lines share with the thread that writes them.
#[derive(Clone)]
struct Shared {
    left_out: Arc<AtomicU64>,
    /// The computer's time when it began. From then on only what passes is counted, whatever is done to the clock.
    began: Duration,
    start: Instant,
}

enum Command {
    Line(Box<Entry>),
    /// Nothing, but whoever waits for it learns that it has passed.
    Flush(Sender<Infallible>),
}

impl Trace {
    /// Starts the thread that goes on with this file.
    pub(super) fn start(path: &Path, author: Author, console: &Console) -> Trace {
        let (lines, queue) = bounded(TRACE_LINES);
        let began = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let shared = Shared { left_out: Arc::default(), began, start: Instant::now() };
        let (told, of_all, path) = (console.clone(), shared.clone(), path.to_owned());
        let started = threads::spawn("trace", move || {
            // Even to open it may take long, if it is a pipe that nobody reads.
            let file = OpenOptions::new().create(true).append(true).open(&path);
            let written = file.and_then(|file| write(file, author, &queue, &of_all));
            if let Err(error) = written {
                let (path, error) = (path.display(), in_words(&error));
                let text =
                    format!("cannot write {path}: {error}; the daemon goes on without a trace");
                told.warn("trace", text);
            }
        });
        if let Err(error) = started {
            console.warn("trace", format!("no thread for the trace: {}", in_words(&error)));
            return Trace::default();
        }
        Trace { out: Some(Out { lines, shared }) }
    }

    /// A frame is about to be handed to the network.
    pub(super) fn sends(&self, direction: &mut Direction, link: LinkId, message: &Message) {
        if let Some(out) = &self.out {
            out.put(direction.sends(out.now(), link, message));
        }
    }

    /// Waits until all that was put before is in the file, but not for ever.
    pub(super) fn flush(&self) {
        let Some(out) = &self.out else {
            return;
        };
        let (done, flushed) = bounded(0);
        let deadline = Instant::now() + LINGER;
        if out.lines.send_deadline(Command::Flush(done), deadline).is_ok() {
            // The channel ends when its turn has come.
            let _ = flushed.recv_deadline(deadline);
        }
    }
}

impl Shared {
    fn now(&self) -> u64 {
        u64::try_from((self.began + self.start.elapsed()).as_micros()).unwrap_or(u64::MAX)
    }
}

impl Out {
    fn now(&self) -> u64 {
        self.shared.now()
    }

    fn put(&self, entry: Entry) {
        if self.lines.try_send(Command::Line(Box::new(entry))).is_err() {
            self.shared.left_out.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// What the state thread has of the trace.
pub(super) struct NodeTrace {
    trace: Trace,
    recorder: Recorder,
}

impl NodeTrace {
    /// The trace of a node that starts, and waits for so long.
    pub(super) fn new(trace: Trace, grace: Duration, pin: Duration) -> NodeTrace {
        let recorder = Recorder::default();
        if let Some(out) = &trace.out {
            recorder.start(out.now(), grace, pin).into_iter().for_each(|entry| out.put(entry));
        }
        NodeTrace { trace, recorder }
    }

    /// Something happens to the node; if it is that a link begins, over this connection.
    pub(super) fn event(&mut self, event: &Event, wire: Option<String>) {
        if let Some(out) = &self.trace.out {
            let entries = match (event, wire) {
                (Event::Link(event), Some(wire)) => self.recorder.begins(out.now(), event, wire),
                (event, _) => self.recorder.event(out.now(), event),
            };
            entries.into_iter().for_each(|entry| out.put(entry));
        }
    }

    /// The node wants something done.
    pub(super) fn action(&mut self, action: &Action) {
        if let Some(out) = &self.trace.out {
            self.recorder.action(out.now(), action).into_iter().for_each(|entry| out.put(entry));
        }
    }
}

/// Writes until there is nobody left who could say anything.
fn write(
    file: File,
    mut author: Author,
    queue: &Receiver<Command>,
    shared: &Shared,
) -> io::Result<()> {
    let goes_on = file.metadata()?.len() > 0;
    let mut file = BufWriter::new(file);
    if goes_on {
        // What an earlier daemon has left unfinished must not become one line with the first one of this.
        file.write_all(b"\n")?;
    }
    for command in queue {
        match command {
            Command::Line(entry) => file.write_all(author.line(*entry).to_json().as_bytes())?,
            Command::Flush(done) => {
                file.flush()?;
                drop(done);
            }
        }
        let left_out = shared.left_out.swap(0, Ordering::Relaxed);
        if left_out > 0 {
            let line = author.line(Entry::missing(shared.now(), left_out));
            file.write_all(line.to_json().as_bytes())?;
        }
        // A daemon that is killed leaves what it has said.
        if queue.is_empty() {
            file.flush()?;
        }
    }
    file.flush()
}

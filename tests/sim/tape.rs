//! A run as a trace, such as daemons write with `--trace`: for pictures of it.

use std::collections::BTreeMap;
use std::time::Duration;

use photomesh::node::{Action, Event, LinkEvent, LinkId};
use photomesh::protocol::{Boot, Message};
use photomesh::trace::{Author, Direction, Entry, Line, Recorder};

use crate::agenda::Life;
use crate::host::Far;
use crate::world::World;

/// The most lines that are kept: the rest of a long life is not drawn.
const LINES: usize = 1_000_000;

/// The lines of all nodes, in the order in which things happen.
#[derive(Debug, Default)]
pub(crate) struct Tape {
    lives: BTreeMap<Life, (Recorder, Author)>,
    /// What each side of a connection has sent.
    sent: BTreeMap<(usize, usize), Direction>,
    lines: Vec<Line>,
}

impl Tape {
    fn write(&mut self, life: Life, entries: impl IntoIterator<Item = Entry>) {
        let Some((_, author)) = self.lives.get_mut(&life) else {
            return;
        };
        let lines = entries.into_iter().map(|entry| author.line(entry));
        self.lines.extend(lines.take(LINES - self.lines.len()));
    }
}

fn micros(now: Duration) -> u64 {
    u64::try_from(now.as_micros()).unwrap_or(u64::MAX)
}

impl World {
    /// A daemon starts.
    pub(crate) fn tape_start(&mut self, life: Life, boot: u64, grace: Duration) {
        let (now, host) = (micros(self.now), &self.hosts[life.host]);
        let author = Author::new(host.disk.identity, &host.name, Boot(boot));
        let pin = host.pin;
        if let Some(tape) = &mut self.tape {
            let recorder = Recorder::default();
            let begin = recorder.start(now, grace, pin);
            tape.lives.insert(life, (recorder, author));
            tape.write(life, begin);
        }
    }

    /// Something happens to a node. What arrives is told of as it arrives, before a flaw makes anything of it.
    pub(crate) fn tape_event(&mut self, life: Life, event: &Event) {
        let (now, wire) = (micros(self.now), self.wire(life, event));
        if let Some(tape) = &mut self.tape
            && let Some((recorder, _)) = tape.lives.get_mut(&life)
        {
            let entries = match (event, wire) {
                (Event::Link(event), Some(wire)) => recorder.begins(now, event, wire),
                (event, _) => recorder.event(now, event),
            };
            tape.write(life, entries);
        }
    }

    /// The connection of a link that begins.
    fn wire(&self, life: Life, event: &Event) -> Option<String> {
        let Event::Link(LinkEvent::Opened { link, .. }) = event else {
            return None;
        };
        match self.hosts[life.host].daemon.as_ref()?.links.get(link)? {
            Far::Conn(conn, _) => Some(conn.to_string()),
            Far::Client(_) => None,
        }
    }

    /// A message arrives.
    pub(crate) fn tape_arrived(&mut self, life: Life, link: LinkId, message: &Message) {
        if self.tape.is_some() {
            let message = message.clone();
            self.tape_event(life, &LinkEvent::Received { link, message }.into());
        }
    }

    /// A node wants something done.
    pub(crate) fn tape_action(&mut self, life: Life, action: &Action) {
        let now = micros(self.now);
        if let Some(tape) = &mut self.tape
            && let Some((recorder, _)) = tape.lives.get_mut(&life)
        {
            let entries = recorder.action(now, action);
            tape.write(life, entries);
        }
    }

    /// A frame is on the line.
    pub(crate) fn tape_sent(&mut self, conn: usize, side: usize, message: &Message) {
        let now = micros(self.now);
        let Some(end) = self.net.conns.get(&conn).map(|conn| &conn.ends[side]) else {
            return;
        };
        let (life, link) = (end.life, end.link);
        if let Some(tape) = &mut self.tape {
            let entry = tape.sent.entry((conn, side)).or_default().sends(now, link, message);
            tape.write(life, [entry]);
        }
    }

    /// Something goes wrong, or is over.
    pub(crate) fn tape_fault(&mut self, text: &str) {
        let now = micros(self.now);
        if let Some(tape) = &mut self.tape
            && let Some(life) = tape.lives.keys().next().copied()
        {
            tape.write(life, [Entry::fault(now, text)]);
        }
    }

    /// All that was written, with the names that stories have for photos.
    pub(crate) fn take_tape(&mut self) -> Vec<Line> {
        let tape = self.tape.take().unwrap_or_default();
        let mut lines = Vec::new();
        if let Some((_, mut author)) = tape.lives.into_values().next() {
            for photo in self.library.all() {
                let name = self.library.name(photo.id);
                lines.push(author.line(Entry::called(0, &photo.id.short(), &name)));
            }
        }
        lines.extend(tape.lines);
        lines
    }
}

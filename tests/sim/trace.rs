//! The trace of a run: one line an event, with its time, who it happens to, and what, in the words of
//! [`photomesh::node::describe`].

use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;

use photomesh::node::describe::{self, Names, Told};
use photomesh::node::{Action, ClientEvent, DiskAction, DiskEvent, Event, LinkEvent};
use photomesh::photo::PhotoId;
use photomesh::protocol::message::TransferId;
use photomesh::protocol::{Message, NodeId};

use crate::library::Library;
use crate::plan::TraceMode;
use crate::world::World;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) at: Duration,
    /// The node, or two of them: `n1>n2`.
    pub(crate) who: String,
    /// By what lines are hidden: the command of a message, `log`, `link`, `dial`, or nothing.
    pub(crate) kind: &'static str,
    pub(crate) what: String,
}

/// One direction of a connection, and whether what was sent on it or what has arrived.
type Direction = (usize, usize, bool);

/// Chunks that have arrived one after the other, with nothing between them.
#[derive(Debug)]
struct ChunkRun {
    at: Duration,
    who: String,
    transfer: TransferId,
    offset: u64,
    length: u64,
    pieces: u32,
}

/// Where the lines go.
#[derive(Debug)]
pub(crate) struct Trace {
    mode: TraceMode,
    lines: Vec<Line>,
    nodes: BTreeMap<NodeId, String>,
    told: BTreeMap<Direction, Told>,
    chunks: Option<ChunkRun>,
    /// Whether heartbeats are told too.
    pub(crate) heartbeats: bool,
    /// Whether it is told how large disks are.
    pub(crate) spaces: bool,
    /// Whether messages are told when they are sent, too, and not only when they arrive.
    pub(crate) sends: bool,
}

/// What readers call photos and nodes.
struct Known<'a> {
    library: &'a Library,
    nodes: &'a BTreeMap<NodeId, String>,
}

impl Names for Known<'_> {
    fn photo(&self, photo: PhotoId) -> String {
        self.library.name(photo)
    }

    fn node(&self, node: NodeId) -> String {
        self.nodes.get(&node).cloned().unwrap_or_else(|| node.to_string())
    }
}

impl Trace {
    pub(crate) fn new(mode: TraceMode) -> Trace {
        Trace {
            mode,
            lines: Vec::new(),
            nodes: BTreeMap::new(),
            told: BTreeMap::new(),
            chunks: None,
            heartbeats: false,
            spaces: mode == TraceMode::Print,
            sends: false,
        }
    }

    pub(crate) fn is_on(&self) -> bool {
        self.mode != TraceMode::Off
    }

    pub(crate) fn name_node(&mut self, node: NodeId, name: &str) {
        self.nodes.insert(node, name.to_owned());
    }

    /// A text with names in place of the ids of nodes.
    fn with_names(&self, mut text: String) -> String {
        for (node, name) in &self.nodes {
            text = text.replace(&format!("node {node}"), name).replace(&node.to_string(), name);
        }
        text
    }

    /// Adds a line about one host or the world.
    pub(crate) fn line(&mut self, now: Duration, who: &str, what: &str) {
        self.add(now, who, "", what.to_owned());
    }

    fn add(&mut self, at: Duration, who: &str, kind: &'static str, what: String) {
        if self.is_on() {
            self.end_chunks();
            let (who, what) = (who.to_owned(), self.with_names(what));
            self.push(Line { at, who, kind, what });
        }
    }

    fn push(&mut self, line: Line) {
        match self.mode {
            TraceMode::Off => {}
            TraceMode::Keep => self.lines.push(line),
            // A reader that has seen enough, as `head` does, is no failure of the run.
            TraceMode::Print => drop(writeln!(std::io::stdout(), "{}", padded(&line))),
        }
    }

    /// Takes the kept lines.
    pub(crate) fn take_lines(&mut self) -> Vec<Line> {
        self.end_chunks();
        std::mem::take(&mut self.lines)
    }

    pub(crate) fn into_lines(mut self) -> Vec<String> {
        self.take_lines().iter().map(padded).collect()
    }

    /// A chunk arrives: the next one of a run, or the first of another.
    fn chunk(&mut self, at: Duration, who: String, message: &Message) {
        let Message::Chunk { transfer, offset, data } = message else {
            return;
        };
        let (transfer, offset, length) = (*transfer, *offset, data.len() as u64);
        let next = |run: &&mut ChunkRun| {
            run.who == who && run.transfer == transfer && run.offset + run.length == offset
        };
        if let Some(run) = self.chunks.as_mut().filter(next) {
            run.length += length;
            run.pieces += 1;
            return;
        }
        self.end_chunks();
        self.chunks = Some(ChunkRun { at, who, transfer, offset, length, pieces: 1 });
    }

    /// Tells of the chunks that have arrived one after the other.
    fn end_chunks(&mut self) {
        if let Some(run) = self.chunks.take() {
            let ChunkRun { at, who, transfer, offset, length, pieces } = run;
            let what = describe::chunks(transfer, offset, length, pieces);
            self.push(Line { at, who, kind: "chunk", what });
        }
    }

    /// What a message says that was not said before, and notes it as said.
    fn news(&mut self, of: Direction, message: &Message, library: &Library) -> String {
        let told = self.told.entry(of).or_default();
        let what = describe::message_since(message, told, &Known { library, nodes: &self.nodes });
        if let Message::ImageInfo { records, gone, .. } = message {
            told.extend(records.iter().map(|record| (record.photo.id, record.clone())));
            told.retain(|photo, _| !gone.contains(photo));
        }
        what
    }

    fn is_told(&self, message: &Message) -> bool {
        let is_quiet = matches!(message, Message::Heartbeat) && !self.heartbeats
            || matches!(message, Message::Space(_)) && !self.spaces;
        self.is_on() && !is_quiet
    }
}

/// As whole traces have it.
fn padded(line: &Line) -> String {
    let Line { at, who, what, .. } = line;
    format!("{:9.3} {who:<8} {what}", at.as_secs_f64())
}

impl World {
    /// A message arrives, which this side of a connection has sent.
    pub(crate) fn show_message(&mut self, conn: usize, side: usize, message: &Message) {
        let Some((from, to)) = self.ends(conn, side).filter(|_| self.trace.is_told(message)) else {
            return;
        };
        let who = format!("{from}>{to}");
        if matches!(message, Message::Chunk { .. }) {
            self.trace.chunk(self.now, who, message);
        } else {
            let what = self.trace.news((conn, side, false), message, &self.library);
            self.trace.add(self.now, &who, describe::command(message), what);
        }
    }

    /// A message is sent by this side of a connection. It may have to wait there for what was sent before.
    pub(crate) fn show_sent(&mut self, conn: usize, side: usize, message: &Message) {
        let Some((from, to)) = self.ends(conn, side).filter(|_| self.trace.is_told(message)) else {
            return;
        };
        let what = self.trace.news((conn, side, true), message, &self.library);
        if self.trace.sends {
            let what = format!("sends to {to} {what}");
            self.trace.add(self.now, &from, describe::command(message), what);
        }
    }

    /// Who sends on this side of a connection, and who hears it.
    fn ends(&self, conn: usize, side: usize) -> Option<(String, String)> {
        let ends = &self.net.conns.get(&conn)?.ends;
        let name = |side: usize| self.hosts[ends[side].life.host].name.clone();
        Some((name(side), name(1 - side)))
    }

    fn names(&self) -> Known<'_> {
        Known { library: &self.library, nodes: &self.trace.nodes }
    }

    /// Tells of an event, unless the message or action behind it was told already.
    pub(crate) fn show_event(&mut self, host: usize, event: &Event) {
        if self.trace.is_on() && is_news(event) {
            let what = describe::event(event, &self.names());
            let kind = match event {
                Event::Link(LinkEvent::DialFailed { .. }) => "dial",
                Event::Link(LinkEvent::Opened { .. } | LinkEvent::Closed { .. })
                | Event::Client(ClientEvent::Closed { .. }) => "link",
                _ => "",
            };
            self.trace.add(self.now, &self.hosts[host].name, kind, what);
        }
    }

    /// Tells of an action whose effect shows in no event or message.
    pub(crate) fn show_action(&mut self, host: usize, action: &Action) {
        if self.trace.is_on() && is_seen(action) {
            let what = describe::action(action, &self.names());
            let kind = if matches!(action, Action::Log { .. }) { "log" } else { "" };
            self.trace.add(self.now, &self.hosts[host].name, kind, what);
        }
    }
}

/// Whether an event is told: what is done as it should is told only where it changes what anybody sees.
fn is_news(event: &Event) -> bool {
    match event {
        Event::Tick | Event::Continue => false,
        Event::Shutdown => true,
        Event::Link(event) => match event {
            LinkEvent::Heard { .. }
            | LinkEvent::Received { .. }
            | LinkEvent::PreviewSent { .. }
            | LinkEvent::PageSent { .. } => false,
            LinkEvent::Served { result, .. } => result.is_err(),
            LinkEvent::Opened { .. } | LinkEvent::DialFailed { .. } | LinkEvent::Closed { .. } => {
                true
            }
        },
        Event::Disk(event) => match event {
            DiskEvent::Added { .. }
            | DiskEvent::Companions { .. }
            | DiskEvent::Unread { .. }
            | DiskEvent::Room { .. }
            | DiskEvent::Scanned { .. } => false,
            DiskEvent::Written { result, .. } => result.is_err(),
            DiskEvent::Inspected { result, .. } => result.is_err(),
            DiskEvent::Proved { result, .. } => result.is_err(),
            DiskEvent::PreviewFound { result, .. } => result.is_err(),
            DiskEvent::Held { .. }
            | DiskEvent::Recalled { .. }
            | DiskEvent::Missing { .. }
            | DiskEvent::Damaged { .. }
            | DiskEvent::Expired { .. }
            | DiskEvent::FolderLost { .. }
            | DiskEvent::Installed { .. }
            | DiskEvent::Looked { .. }
            | DiskEvent::PutAway { .. }
            | DiskEvent::Returned { .. }
            | DiskEvent::Aged { .. }
            | DiskEvent::DaysLeft { .. }
            | DiskEvent::Signed { .. } => true,
        },
        Event::Client(ClientEvent::Answered { result, .. }) => result.is_err(),
        Event::Client(ClientEvent::Asked { .. } | ClientEvent::Closed { .. }) => true,
    }
}

/// Whether an action is told.
fn is_seen(action: &Action) -> bool {
    match action {
        Action::Link(_) => false,
        Action::Client(_) | Action::Log { .. } | Action::Exit { .. } => true,
        Action::Disk(action) => match action {
            DiskAction::PutAway { .. } | DiskAction::Restore { .. } | DiskAction::Dedupe { .. } => {
                true
            }
            DiskAction::Write { .. }
            | DiskAction::Check { .. }
            | DiskAction::Inspect { .. }
            | DiskAction::Install { .. }
            | DiskAction::Keep { .. }
            | DiskAction::Discard { .. }
            | DiskAction::Prove { .. }
            | DiskAction::Look { .. }
            | DiskAction::FindPreview { .. }
            | DiskAction::KeepPreview { .. }
            | DiskAction::ForgetPreview { .. }
            | DiskAction::Sign { .. }
            | DiskAction::FindAged { .. }
            | DiskAction::FindDaysLeft { .. }
            | DiskAction::FindSurplus { .. }
            | DiskAction::NoteFacts { .. }
            | DiskAction::NoteLooks { .. }
            | DiskAction::NoteTombstones { .. }
            | DiskAction::NoteMembers { .. }
            | DiskAction::NoteDraining { .. }
            | DiskAction::NoteNodes { .. } => false,
        },
    }
}

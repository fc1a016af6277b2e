//! The story of a run: one line an event, with its time, from, to and what.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;

use photomesh::node::{
    Action, ClientAction, ClientEvent, CloseReason, DiskAction, DiskEvent, Event, LinkEvent, LinkId,
};
use photomesh::photo::PhotoId;
use photomesh::protocol::{Address, Answer, Departure, Message, NodeId, Tombstone, Wish};

use crate::library::Library;
use crate::plan::TraceMode;
use crate::stats::command;
use crate::words::{holding, looks_in_words, record_in_words};
use crate::world::World;

/// Where the lines go.
#[derive(Debug)]
pub(crate) struct Trace {
    mode: TraceMode,
    lines: Vec<String>,
    nodes: BTreeMap<NodeId, String>,
    /// Whether heartbeats are told too.
    pub(crate) heartbeats: bool,
}

impl Trace {
    pub(crate) fn new(mode: TraceMode) -> Trace {
        Trace { mode, lines: Vec::new(), nodes: BTreeMap::new(), heartbeats: false }
    }

    pub(crate) fn is_on(&self) -> bool {
        self.mode != TraceMode::Off
    }

    pub(crate) fn name_node(&mut self, node: NodeId, name: &str) {
        self.nodes.insert(node, name.to_owned());
    }

    fn node(&self, node: NodeId) -> String {
        let name = self.nodes.get(&node).cloned();
        name.unwrap_or_else(|| node.to_string())
    }

    /// A text with names in place of the ids of nodes.
    fn with_names(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (node, name) in &self.nodes {
            text = text.replace(&format!("node {node}"), name);
        }
        text
    }

    /// Adds a line about one host or the world.
    pub(crate) fn line(&mut self, now: Duration, who: &str, what: &str) {
        if self.is_on() {
            self.push(format!("{:9.3} {who:<8} {what}", now.as_secs_f64()));
        }
    }

    fn push(&mut self, line: String) {
        match self.mode {
            TraceMode::Off => {}
            TraceMode::Keep => self.lines.push(line),
            // A reader that has seen enough, as `head` does, is no failure of the run.
            TraceMode::Print => drop(writeln!(std::io::stdout(), "{line}")),
        }
    }

    /// Takes the kept lines.
    pub(crate) fn take_lines(&mut self) -> Vec<String> {
        std::mem::take(&mut self.lines)
    }

    pub(crate) fn into_lines(self) -> Vec<String> {
        self.lines
    }

    /// A message arrives.
    pub(crate) fn message(
        &mut self,
        now: Duration,
        (from, to): (usize, usize),
        message: &Message,
        library: &Library,
    ) {
        let told = self.heartbeats || !matches!(message, Message::Heartbeat);
        if self.is_on() && told {
            let what = self.describe(message, library);
            let (from, to) = (from + 1, to + 1);
            let who = format!("n{from}>n{to}");
            self.line(now, &who, &what);
        }
    }

    /// A page of records, and what else is in it.
    fn page(&self, message: &Message, library: &Library) -> String {
        let Message::ImageInfo { records, gone, tombstones, complete } = message else {
            return String::new();
        };
        let name = |photo: &PhotoId| library.name(*photo);
        let record = |record| record_in_words(record, &name);
        let mut words: Vec<String> = records.iter().map(record).collect();
        words.extend(gone.iter().map(|photo| format!("-{}", name(photo))));
        let word = |tombstone: &Tombstone| {
            let (photo, owner) = (name(&tombstone.photo()), self.node(tombstone.owner()));
            match tombstone.wish() {
                Wish::Removed => format!("{owner}-removes-{photo}"),
                Wish::Lifted => format!("{owner}-lifts-{photo}"),
            }
        };
        words.extend(tombstones.iter().map(word));
        if *complete {
            words.push("complete".to_owned());
        }
        words.join(" ")
    }

    fn describe(&self, message: &Message, library: &Library) -> String {
        let name = |photo: &PhotoId| library.name(*photo);
        let details = match message {
            Message::Register(register) => {
                format!("{} copies={}", self.node(register.node), register.copies)
            }
            Message::ConnectionUpdate { nodes } => {
                let names: Vec<String> = nodes.keys().map(|node| self.node(*node)).collect();
                names.join(" ")
            }
            Message::RequestInfo | Message::Heartbeat | Message::Unknown => String::new(),
            Message::ImageInfo { .. } => self.page(message, library),
            Message::KeepThis { photo, .. } => name(&photo.id),
            Message::KeepAnswer { photo, verdict } => format!("{} {verdict:?}", name(photo)),
            Message::Relieve { photos } => photos.to_string(),
            Message::AskForImage { transfer, photo, offset, length, lane } => {
                format!("#{} {} {offset}+{length} {lane:?}", transfer.0, name(photo))
            }
            Message::Chunk { transfer, offset, data } => {
                format!("#{} {offset}+{}", transfer.0, data.len())
            }
            Message::NoImage { transfer, reason } => format!("#{} {reason}", transfer.0),
            Message::Challenge { photo, nonce } => {
                format!("{} round {}", name(photo), short(nonce.0))
            }
            Message::Proof { nonce, proof, refused } => {
                let verdict = match (proof, refused) {
                    (Some(_), _) => "proven".to_owned(),
                    (None, Some(why)) => format!("refused: {why}"),
                    (None, None) => "refused".to_owned(),
                };
                format!("round {} {verdict}", short(nonce.0))
            }
            Message::Release { photo, nonce } => {
                format!("{} round {}", name(photo), short(nonce.0))
            }
            Message::Leave { reason } => reason.clone(),
            Message::Error { error } => error.clone(),
        };
        format!("{} {details}", command(message)).trim_end().to_owned()
    }
}

fn short(nonce: [u8; 32]) -> String {
    format!("{:02x}{:02x}", nonce[0], nonce[1])
}

impl World {
    /// Tells of an event, unless the message or action behind it was told already.
    pub(crate) fn show_event(&mut self, host: usize, event: &Event) {
        if !self.trace.is_on() {
            return;
        }
        let what = match event {
            Event::Tick | Event::Continue => None,
            Event::Shutdown => Some("is told to stop".to_owned()),
            Event::Link(event) => self.link_event(event),
            Event::Disk(event) => self.disk_event(event),
            Event::Client(event) => client_event(event),
        };
        if let Some(what) = what {
            self.note(host, &what);
        }
    }

    fn link_event(&self, event: &LinkEvent) -> Option<String> {
        Some(match event {
            LinkEvent::Heard { .. }
            | LinkEvent::Received { .. }
            | LinkEvent::PageSent { .. }
            | LinkEvent::Served { result: Ok(()), .. } => return None,
            LinkEvent::Opened { link, dialed, .. } => opened(*link, dialed.as_ref()),
            LinkEvent::DialFailed { address, reason } => format!("cannot dial {address}: {reason}"),
            LinkEvent::Served { photo, result, .. } => {
                format!("serving {}: {result:?}", self.library.name(*photo))
            }
            LinkEvent::Closed { link, reason } => closed(*link, reason),
        })
    }

    fn disk_event(&self, event: &DiskEvent) -> Option<String> {
        let name = |photo: &PhotoId| self.library.name(*photo);
        Some(match event {
            DiskEvent::Companions { .. }
            | DiskEvent::Unread { .. }
            | DiskEvent::Room { .. }
            | DiskEvent::Written { result: Ok(()), .. }
            | DiskEvent::Inspected { result: Ok(_), .. }
            | DiskEvent::Proved { result: Ok(_), .. }
            | DiskEvent::Scanned { .. } => return None,
            DiskEvent::Held { photo, holding, .. } => {
                format!("finds {} ({})", name(&photo.id), self::holding(*holding))
            }
            DiskEvent::Missing { photo } => format!("misses {}", name(photo)),
            DiskEvent::Damaged { photo, .. } => format!("finds {} damaged", name(photo)),
            DiskEvent::Expired { photo } => {
                format!("{} has been in the trash for its time", name(photo))
            }
            DiskEvent::FolderLost { reason } => format!("has lost its folder: {reason}"),
            DiskEvent::Written { result, .. } => format!("writing: {result:?}"),
            DiskEvent::Inspected { result, .. } => {
                format!("inspecting: {:?}", result.as_ref().err())
            }
            DiskEvent::Installed { photo, result, .. } => match result {
                Ok(()) => format!("{} is safe on disk", name(photo)),
                Err(error) => format!("storing {}: {error:?}", name(photo)),
            },
            DiskEvent::Proved { result, .. } => format!("proving: {:?}", result.as_ref().err()),
            DiskEvent::Recalled { photo, looks } => {
                format!("remembers {}{}", name(photo), looks_in_words(looks, &name))
            }
            DiskEvent::Looked { worse, better, result } => {
                format!("compares {} with {}: {result:?}", name(worse), name(better))
            }
            DiskEvent::PutAway { photo, result } => match result {
                Ok(()) => format!("{} is put away", name(photo)),
                Err(error) => format!("putting {} away: {error:?}", name(photo)),
            },
            DiskEvent::Returned { photo, result } => {
                format!("{} is back: {result:?}", name(photo))
            }
            DiskEvent::Signed { photo, result } => match result {
                Ok(tombstone) => format!("has signed {}: {:?}", name(photo), tombstone.wish()),
                Err(error) => format!("signing {}: {error:?}", name(photo)),
            },
            DiskEvent::Aged { photos, .. } => format!("finds {} in its trash", photos.len()),
            DiskEvent::DaysLeft { days, .. } => format!("finds the days left of {}", days.len()),
        })
    }

    /// Tells of an action whose effect shows in no event or message.
    pub(crate) fn show_action(&mut self, host: usize, action: &Action) {
        if !self.trace.is_on() {
            return;
        }
        let what = match action {
            Action::Link(_) | Action::Exit { .. } => None,
            Action::Disk(action) => self.disk_action(action),
            Action::Client(ClientAction::Answer { link, answer }) => {
                Some(format!("answers {}: {}", link.0, self.reply(answer)))
            }
            Action::Client(ClientAction::AnswerPhoto { link, photo, .. }) => {
                Some(format!("answers {}: photo {}", link.0, self.library.name(photo.id)))
            }
            Action::Log { topic, text } => Some(format!("log {topic}: {text}")),
        };
        if let Some(what) = what {
            self.note(host, &what);
        }
    }

    fn disk_action(&self, action: &DiskAction) -> Option<String> {
        let name = |photo: &PhotoId| self.library.name(*photo);
        match action {
            DiskAction::PutAway { photo, departure, .. } => {
                let photo = name(photo);
                Some(match departure {
                    Departure::Surplus => format!("drops {photo}"),
                    Departure::Replaced { by, relation } => {
                        format!("retires {photo} for {}: {relation:?}", name(by))
                    }
                    Departure::Removed { by } => {
                        format!("puts {photo} away, removed by {}", self.trace.node(*by))
                    }
                    Departure::Expired => format!("purges {photo}"),
                })
            }
            DiskAction::Restore { photo, holding: kind } => Some(match kind {
                Some(kind) => format!("restores {} as {}", name(photo), holding(*kind)),
                None => format!("restores {}", name(photo)),
            }),
            DiskAction::Dedupe { photo } => Some(format!("keeps one file of {}", name(photo))),
            DiskAction::Write { .. }
            | DiskAction::Inspect { .. }
            | DiskAction::Install { .. }
            | DiskAction::Discard { .. }
            | DiskAction::Prove { .. }
            | DiskAction::Sign { .. }
            | DiskAction::FindAged { .. }
            | DiskAction::FindDaysLeft { .. }
            | DiskAction::NoteFacts { .. }
            | DiskAction::NoteLooks { .. }
            | DiskAction::Look { .. }
            | DiskAction::NoteTombstones { .. }
            | DiskAction::NoteNodes { .. } => None,
        }
    }

    /// An answer in a few words.
    pub(crate) fn reply(&self, answer: &Answer) -> String {
        match answer {
            Answer::ListImage { list } => format!("list {}", list.join(" ")),
            Answer::ReceiveImage { label, .. } => format!("photo {label}"),
            Answer::NotFound { image_name, candidates, reason, .. } => format!(
                "not found {image_name} [{}]: {}",
                candidates.join(" "),
                self.trace.with_names(reason)
            ),
            Answer::Stored { name, nodes, warning, .. } => {
                let nodes: Vec<String> = nodes.iter().map(|node| self.trace.node(*node)).collect();
                let warning = warning.as_ref().map(|w| format!(" ({w})")).unwrap_or_default();
                format!("stored {name} on {}{warning}", nodes.join(" "))
            }
            Answer::Have { name, .. } => format!("have {name}"),
            Answer::Refused { error, .. } => self.trace.with_names(&format!("refused: {error}")),
            Answer::Photos { photos, .. } => format!("{} photos", photos.len()),
            Answer::Explained(explained) => format!(
                "{}: {}, {} versions",
                explained.photo.name,
                explained.state,
                explained.versions.len()
            ),
            Answer::Status(status) => format!(
                "status: {} photos, {} duplicates, {} at risk, {} nodes",
                status.photos,
                status.duplicates,
                status.under_replicated,
                status.nodes.iter().filter(|node| node.alive).count()
            ),
            Answer::Trash { photos, .. } => format!("{} in the trash", photos.len()),
            Answer::Duplicates { duplicates, .. } => crate::asks::duplicates(duplicates),
            Answer::Distinct { photos } => self.trace.with_names(&crate::asks::distinct(photos)),
            Answer::Purged { deleted, kept } => format!("purged {deleted}, kept {kept}"),
            Answer::Restored { name, .. } => format!("restored {name}"),
            Answer::Removal(plan) => {
                let mut words = format!("would remove {}", plan.name);
                for version in &plan.photos {
                    let name = self.library.name(version.id);
                    words.push_str(&format!("; {name}: {}", version.effect));
                }
                self.trace.with_names(&words)
            }
            Answer::Removed { photos } => {
                let names: Vec<String> = photos.iter().map(|id| self.library.name(*id)).collect();
                format!("removed {}", names.join(" "))
            }
            Answer::Error { error } => format!("error: {error}"),
        }
    }
}

fn opened(link: LinkId, dialed: Option<&Address>) -> String {
    match dialed {
        Some(address) => format!("link {} opened to {address}", link.0),
        None => format!("link {} accepted", link.0),
    }
}

fn closed(link: LinkId, reason: &CloseReason) -> String {
    format!("link {} closed: {reason}", link.0)
}

fn client_event(event: &ClientEvent) -> Option<String> {
    match event {
        ClientEvent::Asked { link, request } => {
            Some(format!("client {} asks {}", link.0, crate::asks::ask(request)))
        }
        ClientEvent::Answered { result: Ok(()), .. } => None,
        ClientEvent::Answered { link, result } => {
            Some(format!("client {} answered: {result:?}", link.0))
        }
        ClientEvent::Closed { link, reason } => Some(closed(*link, reason)),
    }
}

//! The story of a run: one line an event, with its time, from, to and what.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;

use photomesh::node::{Action, Event, LinkId};
use photomesh::photo::PhotoId;
use photomesh::protocol::{Address, Answer, Message, NodeId, Tombstone, Wish};

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
        let name = |photo: &PhotoId| self.library.name(*photo);
        let what = match event {
            Event::Tick
            | Event::Continue
            | Event::Heard { .. }
            | Event::Received { .. }
            | Event::PageSent { .. }
            | Event::Served { result: Ok(()), .. }
            | Event::Companions { .. }
            | Event::Unread { .. }
            | Event::Room { .. }
            | Event::Written { result: Ok(()), .. }
            | Event::Inspected { result: Ok(_), .. }
            | Event::Proved { result: Ok(_), .. }
            | Event::Scanned { .. }
            | Event::Answered { result: Ok(()), .. } => return,
            Event::Opened { link, dialed, .. } => opened(*link, dialed.as_ref()),
            Event::DialFailed { address, reason } => format!("cannot dial {address}: {reason}"),
            Event::Served { photo, result, .. } => format!("serving {}: {result:?}", name(photo)),
            Event::Closed { link, reason } => format!("link {} closed: {reason}", link.0),
            Event::Asked { link, request } => {
                format!("client {} asks {}", link.0, crate::asks::ask(request))
            }
            Event::Answered { link, result } => format!("client {} answered: {result:?}", link.0),
            Event::Held { photo, holding, .. } => {
                format!("finds {} ({})", name(&photo.id), self::holding(*holding))
            }
            Event::Missing { photo } => format!("misses {}", name(photo)),
            Event::Damaged { photo, .. } => format!("finds {} damaged", name(photo)),
            Event::Expired { photo } => {
                format!("{} has been in the trash for its time", name(photo))
            }
            Event::FolderLost { reason } => format!("has lost its folder: {reason}"),
            Event::Written { result, .. } => format!("writing: {result:?}"),
            Event::Inspected { result, .. } => format!("inspecting: {:?}", result.as_ref().err()),
            Event::Installed { photo, result, .. } => match result {
                Ok(()) => format!("{} is safe on disk", name(photo)),
                Err(error) => format!("storing {}: {error:?}", name(photo)),
            },
            Event::Proved { result, .. } => format!("proving: {:?}", result.as_ref().err()),
            Event::Recalled { photo, looks } => {
                format!("remembers {}{}", name(photo), looks_in_words(looks, &name))
            }
            Event::Looked { worse, better, result } => {
                format!("compares {} with {}: {result:?}", name(worse), name(better))
            }
            Event::PutAway { photo, result } => match result {
                Ok(()) => format!("{} is put away", name(photo)),
                Err(error) => format!("putting {} away: {error:?}", name(photo)),
            },
            Event::Returned { photo, result } => format!("{} is back: {result:?}", name(photo)),
            Event::Signed { photo, result } => match result {
                Ok(tombstone) => format!("has signed {}: {:?}", name(photo), tombstone.wish()),
                Err(error) => format!("signing {}: {error:?}", name(photo)),
            },
            Event::Aged { photos, .. } => format!("finds {} in its trash", photos.len()),
            Event::DaysLeft { days, .. } => format!("finds the days left of {}", days.len()),
            Event::Shutdown => "is told to stop".to_owned(),
        };
        let who = self.hosts[host].name.clone();
        self.trace.line(self.now, &who, &what);
    }

    /// Tells of an action whose effect shows in no event or message.
    pub(crate) fn show_action(&mut self, host: usize, action: &Action) {
        if !self.trace.is_on() {
            return;
        }
        let name = |photo: &PhotoId| self.library.name(*photo);
        let what = match action {
            Action::Answer { link, answer } => {
                format!("answers {}: {}", link.0, self.reply(answer))
            }
            Action::AnswerPhoto { link, photo, .. } => {
                format!("answers {}: photo {}", link.0, name(&photo.id))
            }
            Action::Drop { photo, .. } => format!("drops {}", name(photo)),
            Action::Retire { photo, keeper, relation, .. } => {
                format!("retires {} for {}: {relation:?}", name(photo), name(keeper))
            }
            Action::Purge { photo, .. } => format!("purges {}", name(photo)),
            Action::Restore { photo, holding: kind } => match kind {
                Some(kind) => format!("restores {} as {}", name(photo), holding(*kind)),
                None => format!("restores {}", name(photo)),
            },
            Action::Remove { photo, by, .. } => {
                let by = self.trace.node(*by);
                format!("puts {} away, removed by {by}", name(photo))
            }
            Action::Dedupe { photo } => format!("keeps one file of {}", name(photo)),
            Action::Log { topic, text } => format!("log {topic}: {text}"),
            Action::Dial { .. }
            | Action::Send { .. }
            | Action::Close { .. }
            | Action::Serve { .. }
            | Action::Write { .. }
            | Action::Inspect { .. }
            | Action::Install { .. }
            | Action::Discard { .. }
            | Action::Prove { .. }
            | Action::Sign { .. }
            | Action::FindAged { .. }
            | Action::FindDaysLeft { .. }
            | Action::NoteFacts { .. }
            | Action::NoteLooks { .. }
            | Action::Look { .. }
            | Action::NoteTombstones { .. }
            | Action::NoteNodes { .. }
            | Action::Exit { .. } => return,
        };
        let who = self.hosts[host].name.clone();
        self.trace.line(self.now, &who, &what);
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

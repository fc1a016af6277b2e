//! From what a driver sees to entries: events and actions as they are, and what can be derived from them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::entries;
use super::line::{Entry, Kind};
use crate::node::describe::Told;
use crate::node::{Action, DiskAction, DiskEvent, Event, LinkEvent, LinkId, Spool};
use crate::photo::PhotoId;
use crate::protocol::{Departure, Facts, Holding, Message, Record};

/// The most photos whose names are told: a table may have more, and then the rest are called by their ids.
const NAMES: usize = 100_000;

/// The most records that are remembered of a link, to tell what is different: of others all is told again.
const TOLD: usize = 10_000;

/// The most disk operations under way whose results are waited for.
const UNDER_WAY: usize = 10_000;

/// What a node is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It reads its folder: its own word is not complete.
    Scanning,
    /// Somebody who is here has not told all yet: nobody acts on half a table.
    Hearing,
    /// It has told all, and so has everyone who is here.
    Complete,
    /// It hands over, and goes.
    Leaving,
}

impl State {
    /// As a trace has it.
    pub fn word(self) -> &'static str {
        match self {
            State::Scanning => "scanning",
            State::Hearing => "hearing",
            State::Complete => "complete",
            State::Leaving => "leaving",
        }
    }

    /// The state that a trace tells of.
    pub fn of(word: &str) -> Option<State> {
        let all = [State::Scanning, State::Hearing, State::Complete, State::Leaving];
        all.into_iter().find(|state| state.word() == word)
    }
}

/// One direction of a link: what goes, or comes, this way.
#[derive(Clone, Debug, Default)]
pub struct Direction {
    frames: u64,
    told: Told,
}

impl Direction {
    /// A frame is handed to the network. Whoever writes to the socket says so: only they know the order in which messages
    /// and bytes of photos really go out.
    pub fn sends(&mut self, t: u64, link: LinkId, message: &Message) -> Entry {
        // Whoever registers here is the node itself, and not the other end.
        Entry { peer: None, life: None, ..self.next(t, Kind::Send, link, message) }
    }

    /// The next frame. Of photos that were told of before it says only what is different.
    fn next(&mut self, t: u64, kind: Kind, link: LinkId, message: &Message) -> Entry {
        self.frames += 1;
        let entry = entries::message(t, kind, message, &self.told);
        if let Message::ImageInfo { records, gone, .. } = message {
            let room = TOLD.saturating_sub(self.told.len());
            let told = records.iter().take(room).map(|record| (record.photo.id, record.clone()));
            self.told.extend(told);
            gone.iter().for_each(|photo| drop(self.told.remove(photo)));
        }
        Entry { link: Some(link.0), n: Some(self.frames), ..entry }
    }
}

/// A link to a daemon.
#[derive(Clone, Debug, Default)]
struct Far {
    /// What comes on it.
    incoming: Direction,
    /// It has registered; it has told all.
    registered: bool,
    complete: bool,
}

/// Makes the entries of one life of a node. To be shown every event before the node takes it, and every action before it
/// is carried out.
#[derive(Clone, Debug)]
pub struct Recorder {
    state: State,
    scanned: bool,
    leaving: bool,
    links: BTreeMap<LinkId, Far>,
    installing: BTreeMap<Spool, Holding>,
    /// Photos that are about to be deleted for good.
    ending: BTreeSet<PhotoId>,
    named: BTreeSet<PhotoId>,
}

impl Default for Recorder {
    fn default() -> Recorder {
        Recorder {
            state: State::Scanning,
            scanned: false,
            leaving: false,
            links: BTreeMap::new(),
            installing: BTreeMap::new(),
            ending: BTreeSet::new(),
            named: BTreeSet::new(),
        }
    }
}

impl Recorder {
    /// What a life begins with.
    pub fn start(&self, t: u64, grace: Duration, pin: Duration) -> Vec<Entry> {
        let micros = |span: Duration| u64::try_from(span.as_micros()).ok();
        let says = "starts".to_owned();
        let start = Entry { says, ..Entry::new(t, Kind::Start, "start") };
        vec![
            Entry { grace: micros(grace), pin: micros(pin), ..start },
            Entry::new(t, Kind::State, self.state.word()),
        ]
    }

    /// A link begins, over a connection that both ends know by this.
    pub fn begins(&mut self, t: u64, event: &LinkEvent, wire: String) -> Vec<Entry> {
        let mut entries = self.event(t, &event.clone().into());
        entries.first_mut().into_iter().for_each(|entry| entry.wire = Some(wire.clone()));
        entries
    }

    /// An event, and what follows from it; nothing if only time has passed.
    pub fn event(&mut self, t: u64, event: &Event) -> Vec<Entry> {
        let entry = if let Event::Link(LinkEvent::Received { link, message }) = event {
            Some(self.arrives(t, *link, message))
        } else {
            entries::event(t, event)
        };
        let Some(entry) = entry else {
            return Vec::new();
        };
        let mut made = Vec::new();
        match event {
            Event::Link(LinkEvent::Opened { link, .. }) => {
                self.links.insert(*link, Far::default());
            }
            Event::Link(LinkEvent::Closed { link, .. }) => {
                self.links.remove(link);
            }
            Event::Link(LinkEvent::Received { message, .. }) => {
                made.extend(self.names_in(t, message));
            }
            Event::Disk(event) => {
                made.extend(self.found(t, event));
            }
            Event::Shutdown => self.leaving = true,
            Event::Tick | Event::Continue | Event::Link(_) | Event::Client(_) => {}
        }
        made.insert(0, entry);
        made.extend(self.new_state(t));
        made
    }

    /// An action, unless it sends a message: that is told of by [`Direction::sends`] when it is really sent.
    pub fn action(&mut self, t: u64, action: &Action) -> Vec<Entry> {
        match action {
            Action::Disk(DiskAction::Install { spool, holding, .. }) => {
                if self.installing.len() < UNDER_WAY {
                    self.installing.insert(*spool, *holding);
                }
            }
            Action::Disk(DiskAction::PutAway { photo, departure, .. }) => {
                if *departure == Departure::Expired && self.ending.len() < UNDER_WAY {
                    self.ending.insert(*photo);
                }
            }
            Action::Exit { .. } => self.leaving = true,
            Action::Link(_) | Action::Disk(_) | Action::Client(_) | Action::Log { .. } => {}
        }
        entries::action(t, action).into_iter().chain(self.new_state(t)).collect()
    }

    /// A frame has arrived.
    fn arrives(&mut self, t: u64, link: LinkId, message: &Message) -> Entry {
        let far = self.links.entry(link).or_default();
        far.registered |= matches!(message, Message::Register(_));
        far.complete |= matches!(message, Message::ImageInfo { complete: true, .. });
        far.incoming.next(t, Kind::Recv, link, message)
    }

    /// What the folder has, after what it reports.
    fn found(&mut self, t: u64, event: &DiskEvent) -> Vec<Entry> {
        let has = |photo: &PhotoId, what: &str| Entry {
            photo: vec![photo.short()],
            ..Entry::new(t, Kind::Has, what)
        };
        if let DiskEvent::Held { photo, facts, holding, .. } = event {
            let name = self.name_of(t, photo.id, facts);
            return name.into_iter().chain([has(&photo.id, word(*holding))]).collect();
        }
        let left = if let DiskEvent::Installed { spool, photo, result } = event {
            let holding = self.installing.remove(spool).filter(|_| result.is_ok());
            holding.map(|holding| (photo, word(holding)))
        } else if let DiskEvent::PutAway { photo, result } = event {
            let left = if self.ending.remove(photo) { "nothing" } else { "trash" };
            result.is_ok().then_some((photo, left))
        } else if let DiskEvent::Returned { photo, result, .. } = event {
            result.as_ref().ok().map(|holding| (photo, word(*holding)))
        } else if let DiskEvent::Missing { photo } = event {
            Some((photo, "nothing"))
        } else {
            self.scanned |= matches!(event, DiskEvent::Scanned { .. });
            None
        };
        left.map(|(photo, what)| has(photo, what)).into_iter().collect()
    }

    fn names_in(&mut self, t: u64, message: &Message) -> Vec<Entry> {
        if let Message::Register(register) = message {
            let name = register.name.map(|name| Entry {
                says: name.to_string(),
                peer: Some(register.node),
                ..Entry::new(t, Kind::Name, "node")
            });
            name.into_iter().collect()
        } else if let Message::KeepThis { photo, facts } = message {
            self.name_of(t, photo.id, facts).into_iter().collect()
        } else if let Message::ImageInfo { records, .. } = message {
            let named = |record: &Record| self.name_of(t, record.photo.id, &record.facts);
            records.iter().filter_map(named).collect()
        } else {
            Vec::new()
        }
    }

    /// What a photo is called, if it was not told before.
    fn name_of(&mut self, t: u64, photo: PhotoId, facts: &Facts) -> Option<Entry> {
        let name = facts.names.first()?;
        let is_new = self.named.len() < NAMES && self.named.insert(photo);
        is_new.then(|| Entry::called(t, &photo.short(), name))
    }

    fn new_state(&mut self, t: u64) -> Option<Entry> {
        let state = if self.leaving {
            State::Leaving
        } else if !self.scanned {
            State::Scanning
        } else if self.links.values().any(|far| far.registered && !far.complete) {
            State::Hearing
        } else {
            State::Complete
        };
        let is_new = std::mem::replace(&mut self.state, state) != state;
        is_new.then(|| Entry::new(t, Kind::State, state.word()))
    }
}

fn word(holding: Holding) -> &'static str {
    match holding {
        Holding::Retired | Holding::RetiredOriginal => "trash",
        Holding::Replica => "replica",
        Holding::Original => "original",
    }
}

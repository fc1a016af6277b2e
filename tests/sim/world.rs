//! The world: hosts, network, clients and the agenda that drives them.

use std::collections::BTreeMap;
use std::time::Duration;

use ed25519_dalek::SigningKey;
use photomesh::node::describe::command;
use photomesh::node::limits::STEP_WORK;
use photomesh::node::{Action, DiskError, DiskEvent, Event, LinkAction, LinkEvent, Node, Source};
use photomesh::photo::PhotoId;
use photomesh::protocol::{Address, Message};

use crate::agenda::{Agenda, Life, What};
use crate::clients::Clients;
use crate::disk::{Disk, identity_of};
use crate::fault::Fault;
use crate::files::File;
use crate::host::Host;
use crate::library::Library;
use crate::net::Net;
use crate::oracle::Oracle;
use crate::rng::{Rng, mix};
use crate::rounds::{SCAN, SCRUB};
use crate::settings::Settings;
use crate::stats::Stats;
use crate::tape::Tape;
use crate::trace::Trace;

/// Everything there is.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) settings: Settings,
    pub(crate) now: Duration,
    pub(crate) agenda: Agenda,
    pub(crate) hosts: Vec<Host>,
    pub(crate) net: Net,
    pub(crate) library: Library,
    pub(crate) clients: Clients,
    pub(crate) oracle: Oracle,
    pub(crate) trace: Trace,
    /// The same for pictures, if there is to be one.
    pub(crate) tape: Option<Tape>,
    pub(crate) stats: Stats,
    pub(crate) rng: Rng,
    /// Decides which readings fail. On its own, so that they change nothing else of a run.
    reads: Rng,
    pub(crate) faults: Vec<(Duration, Fault)>,
    /// When the last effect of a fault begins at the latest.
    pub(crate) faults_end: Duration,
}

impl World {
    pub(crate) fn new(settings: Settings, trace: Trace) -> World {
        World {
            now: Duration::ZERO,
            agenda: Agenda::default(),
            hosts: Vec::new(),
            net: Net::new(&settings),
            library: Library::default(),
            clients: Clients::new(settings.seed, settings.pace),
            oracle: Oracle::default(),
            trace,
            tape: None,
            stats: Stats::default(),
            rng: Rng::new(settings.seed, 1),
            reads: Rng::new(settings.seed, 7),
            faults: Vec::new(),
            faults_end: Duration::ZERO,
            settings,
        }
    }

    /// Adds a computer with an empty folder; its daemon does not run yet.
    pub(crate) fn add_host(&mut self) -> usize {
        let index = self.hosts.len();
        let name = format!("n{}", index + 1);
        let address = host_address(index, 5000);
        let disk = Disk::new(self.new_key(index, 0));
        self.trace.name_node(disk.identity, &name);
        self.hosts.push(Host {
            name,
            address,
            disk,
            daemon: None,
            lives: 0,
            nodes: BTreeMap::new(),
            paused: false,
            paused_last: Duration::ZERO,
            backlog: Vec::new(),
            powered: true,
            rate: 1_000_000,
            copies: self.settings.copies,
            pin: self.settings.pin,
            keep_originals: false,
            person: index,
            join: Vec::new(),
            backup: None,
            unplugged: None,
            estranged: false,
            capacity: 1 << 40,
            allowed: None,
            // Some keep nothing, some a few photos and some all; in stories who is told to.
            cache: if self.settings.jitter { [1 << 28, 1 << 20, 0][index % 3] } else { 0 },
            pools: false,
            told: None,
            uplink: None,
        });
        index
    }

    /// The key of a new folder on a host.
    pub(crate) fn new_key(&self, host: usize, folder: u32) -> SigningKey {
        let mut secret = [0; 32];
        let mut mixed = self.settings.seed ^ (host as u64 + 1) << 32 ^ u64::from(folder) << 8;
        loop {
            mixed = mix(mixed);
            secret[..8].copy_from_slice(&mixed.to_be_bytes());
            let key = SigningKey::from_bytes(&secret);
            // In scripts the order of the ids is that of the names.
            if self.settings.jitter || identity_of(&key).0 >> 60 == host as u64 + 1 {
                return key;
            }
        }
    }

    /// Starts a host's daemon over its folder.
    pub(crate) fn start(&mut self, host: usize) {
        if self.hosts[host].is_up() {
            return;
        }
        self.learn_addresses(host);
        self.forget_owners_of_files(host);
        self.plug_in(host);
        let seed = self.rng.bytes();
        let boot = self.rng.next();
        let config = self.hosts[host].config(self.settings.grace, seed, boot);
        let node = Node::new(config);
        let now = self.now;
        let life = self.hosts[host].begin(host, node, now);
        self.tape_start(life, boot, self.settings.grace);
        self.note(host, "starts");
        self.tell(life, Duration::ZERO, self.room(host));
        let photos: Vec<PhotoId> = self.hosts[host].disk.files.keys().copied().collect();
        let mut after = Duration::from_micros(100);
        for photo in photos {
            self.agenda.add(now + after, What::Look(life, photo));
            after += self.scan_time();
        }
        self.tell(life, after, DiskEvent::Scanned { skipped: 0 });
        self.read_all_later(life, after);
        self.agenda.add(now, What::Tick(life));
        let pace = self.settings.pace;
        self.agenda.add(now + after + SCAN * pace, What::Scan(life));
        self.agenda.add(now + after + SCRUB * pace, What::Scrub(life));
    }

    /// Once nodes have moved or lost their folders, what others remember may lead nowhere: people then tell a starting
    /// daemon through whom to join.
    fn learn_addresses(&mut self, host: usize) {
        let told = self.hosts.iter().any(|other| other.estranged);
        if told {
            let others = self.hosts.iter().enumerate().filter(|(at, _)| *at != host);
            self.hosts[host].join = others.map(|(_, other)| other.address.clone()).collect();
        }
    }

    fn scan_time(&mut self) -> Duration {
        if self.settings.jitter {
            self.rng.span(Duration::from_micros(100), Duration::from_millis(20))
        } else {
            Duration::from_micros(100)
        }
    }

    /// A scan comes to a photo that was there, or was changed; it must read what the index does not know.
    pub(crate) fn look(&mut self, life: Life, photo: PhotoId) {
        let new = self.hosts[life.host].disk.unnoticed.contains(&photo);
        if new && self.misreads(life.host) {
            return;
        }
        self.tell_if_added(life, photo);
        let file = self.hosts[life.host].disk.files.get(&photo);
        if let Some(looks) = file.and_then(File::recalled) {
            self.step(life, DiskEvent::Recalled { photo, looks });
        }
        let event = self.found(life.host, photo);
        let event = event.filter(|event| !self.forgets(event));
        self.step(life, event.unwrap_or(DiskEvent::Missing { photo }));
    }

    /// Whether a disk fails at a reading that is due now.
    pub(crate) fn misreads(&mut self, host: usize) -> bool {
        let failing = self.settings.unreadable && self.hosts[host].disk.trouble.failing;
        failing && self.reads.percent(50)
    }

    /// Bytes of a photo as a host's disk has them, if it can be read.
    pub(crate) fn read(
        &mut self,
        host: usize,
        source: Source,
        offset: u64,
        length: u64,
    ) -> Result<Vec<u8>, DiskError> {
        if self.misreads(host) {
            return Err(DiskError::Other("input/output error".to_owned()));
        }
        let disk = &self.hosts[host].disk;
        disk.read(&self.library, source, offset, length)
    }

    /// Tells a node something a little later; void if that life is over by then.
    pub(crate) fn tell(&mut self, life: Life, after: Duration, event: impl Into<Event>) {
        self.agenda.add(self.now + after, What::Tell(life, Box::new(event.into())));
    }

    /// Lets everything happen up to a moment; stops early if a promise was broken.
    pub(crate) fn run_until(&mut self, end: Duration) {
        while self.oracle.violation.is_none() {
            let Some((at, what)) = self.agenda.next(end) else {
                self.now = end;
                return;
            };
            self.now = at;
            self.happen(what);
        }
    }

    /// The host whose processes something happens to, if it is one that can be stopped.
    fn owner(&self, what: &What) -> Option<usize> {
        match what {
            What::Tick(life)
            | What::Continue(life)
            | What::Tell(life, _)
            | What::Look(life, _)
            | What::Reread(life, _)
            | What::Connect(life, _)
            | What::Job(life, _)
            | What::Scan(life)
            | What::Scrub(life) => Some(life.host),
            What::Written(conn, side) | What::Broken(conn, side) | What::Linger(conn, side) => {
                self.net.host_of(*conn, *side)
            }
            What::Arrive(..)
            | What::Stuck(..)
            | What::Client(_)
            | What::Overdue(..)
            | What::Fault(_)
            | What::Heal(_)
            | What::Start(_)
            | What::Audit => None,
        }
    }

    fn happen(&mut self, what: What) {
        if let Some(host) = self.owner(&what)
            && self.hosts[host].paused
        {
            self.hosts[host].backlog.push(what);
            return;
        }
        match what {
            What::Tick(life) if self.lives(life) => self.tick(life),
            What::Continue(life) if self.lives(life) => {
                if let Some(daemon) = self.hosts[life.host].daemon.as_mut() {
                    daemon.continuing = false;
                }
                self.step(life, Event::Continue);
            }
            What::Tell(life, event) if self.lives(life) => self.step(life, *event),
            What::Look(life, photo) if self.lives(life) => self.look(life, photo),
            What::Reread(life, photo) if self.lives(life) => self.reread(life, photo),
            What::Connect(life, address) if self.lives(life) => self.connect(life, &address),
            What::Job(life, job) if self.lives(life) => self.finish_job(life, job),
            What::Scan(life) if self.lives(life) => self.scan(life),
            What::Scrub(life) if self.lives(life) => self.scrub(life),
            What::Tick(_)
            | What::Continue(_)
            | What::Tell(..)
            | What::Look(..)
            | What::Reread(..)
            | What::Connect(..)
            | What::Job(..)
            | What::Scan(_)
            | What::Scrub(_) => {}
            What::Written(conn, side) => self.written(conn, side),
            What::Arrive(conn, side) => self.arrive(conn, side),
            What::Stuck(conn, side, since) => self.stuck(conn, side, since),
            What::Linger(conn, side) => self.finish_close(conn, side),
            What::Broken(conn, side) => self.broken(conn, side),
            What::Client(client) => self.client_turn(client),
            What::Overdue(client, number) => self.overdue(client, number),
            What::Fault(index) => self.strike(index),
            What::Heal(fault) => self.heal(&fault),
            What::Start(host) => self.start(host),
            What::Audit => self.audit(),
        }
    }

    /// Whether a life is the present one of its host.
    pub(crate) fn lives(&self, life: Life) -> bool {
        self.hosts[life.host].life() == Some(life)
    }

    /// Hands one event to a node and carries out what it wants.
    pub(crate) fn step(&mut self, life: Life, event: impl Into<Event>) {
        let event = event.into();
        self.stats.events += 1;
        self.show_event(life.host, &event);
        self.notice(life.host, &event);
        if !matches!(event, Event::Link(LinkEvent::Received { .. })) {
            self.tape_event(life, &event);
        }
        let now = self.hosts[life.host].clock(self.now);
        let Some(daemon) = self.hosts[life.host].daemon.as_mut() else {
            return;
        };
        if matches!(event, Event::Disk(DiskEvent::Scanned { .. })) {
            daemon.scanned = true;
        }
        let kind = match &event {
            Event::Link(LinkEvent::Received { message, .. }) => command(message),
            Event::Link(_) => "a link",
            Event::Disk(_) => "the disk",
            Event::Client(_) => "a client",
            Event::Tick | Event::Continue | Event::Shutdown => "time",
        };
        let before = daemon.node.work();
        let actions = daemon.node.step(now, event);
        let work = daemon.node.work() - before;
        let is_heartbeat = |action: &Action| {
            let Action::Link(LinkAction::Send { message, .. }) = action else {
                return false;
            };
            matches!(message, Message::Heartbeat)
        };
        if !actions.iter().all(is_heartbeat) {
            daemon.acted = self.now;
        }
        if work > STEP_WORK {
            let name = self.hosts[life.host].name.clone();
            self.broken_promise(format!(
                "{name}: {kind} makes it look at {work} entries of the table, not at {STEP_WORK} at most"
            ));
        }
        for action in actions {
            if self.lives(life) {
                self.perform(life, action);
            }
        }
        let Some(daemon) = self.hosts[life.host].daemon.as_mut() else {
            return;
        };
        if daemon.node.has_more() && !daemon.continuing {
            daemon.continuing = true;
            self.agenda.add(self.now + Duration::from_micros(50), What::Continue(life));
        }
    }

    /// What a node is told of a photo, people have no longer changed behind its back.
    fn notice(&mut self, host: usize, event: &Event) {
        let seen = if let Event::Disk(DiskEvent::Held { photo, .. }) = event {
            photo.id
        } else if let Event::Disk(DiskEvent::Missing { photo } | DiskEvent::Damaged { photo, .. }) =
            event
        {
            *photo
        } else {
            return;
        };
        let disk = &mut self.hosts[host].disk;
        disk.unnoticed.remove(&seen);
        disk.own_until_seen.remove(&seen);
    }

    /// A line about a host in the trace.
    pub(crate) fn note(&mut self, host: usize, text: &str) {
        let name = self.hosts[host].name.clone();
        self.trace.line(self.now, &name, text);
    }
}

/// Where a host listens.
pub(crate) fn host_address(host: usize, port: u16) -> Address {
    Address::new(&format!("10.0.{}.{}", host / 250, host % 250 + 1), port)
}

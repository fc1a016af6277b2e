//! A friend's computer: a disk, a clock of its own speed, and at times a running daemon.

use std::collections::BTreeMap;
use std::time::Duration;

use photomesh::node::{Config, DiskAction, LinkId, Node, Time};
use photomesh::photo::PhotoId;
use photomesh::protocol::{Address, Boot, Membership, NodeId, NodeName, Space};

use crate::agenda::{Life, What};
use crate::disk::Disk;
use crate::files::File;

/// What a link of a daemon leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Far {
    /// A side of a connection.
    Conn(usize, usize),
    /// A client.
    Client(usize),
}

/// A disk operation on its way.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) action: DiskAction,
    /// When it must be done, by the host's clock.
    pub(crate) deadline: Option<Time>,
    pub(crate) starts: Duration,
}

/// A running daemon.
#[derive(Debug)]
pub(crate) struct Daemon {
    pub(crate) node: Node,
    pub(crate) life: Life,
    pub(crate) started: Duration,
    /// When it last did more than to say that it is there.
    pub(crate) acted: Duration,
    pub(crate) links: BTreeMap<LinkId, Far>,
    pub(crate) jobs: BTreeMap<u64, Job>,
    /// When each disk lane is free again: the folder's thread, inspection, reading for proofs, comparing.
    pub(crate) lanes: [Duration; 5],
    pub(crate) continuing: bool,
    /// Its first scan is over.
    pub(crate) scanned: bool,
    numbers: u64,
}

impl Daemon {
    /// The next number for a link or a job.
    pub(crate) fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }
}

/// A computer.
#[derive(Debug)]
pub(crate) struct Host {
    pub(crate) name: String,
    pub(crate) address: Address,
    pub(crate) disk: Disk,
    pub(crate) daemon: Option<Daemon>,
    pub(crate) lives: u32,
    /// Which node it was in each of its lives: over another disk it is another one.
    pub(crate) nodes: BTreeMap<u32, NodeId>,
    /// Its processes are stopped (SIGSTOP, a sleeping laptop); what happens to them waits.
    pub(crate) paused: bool,
    pub(crate) paused_last: Duration,
    pub(crate) backlog: Vec<What>,
    /// Without power nobody answers, not even to say that nobody is here.
    pub(crate) powered: bool,
    /// How fast its clock ticks, in millionths.
    pub(crate) rate: u64,
    /// What its owner asks for: how many copies, and how long its promises hold.
    pub(crate) copies: u32,
    pub(crate) pin: Duration,
    pub(crate) keep_originals: bool,
    /// Who that is, by a number: in a group one may have several computers.
    pub(crate) person: usize,
    pub(crate) join: Vec<Address>,
    /// A copy of its folder that someone made.
    pub(crate) backup: Option<Disk>,
    /// What comes back of its folder when that is plugged in again.
    pub(crate) unplugged: Option<Vec<(PhotoId, File)>>,
    pub(crate) capacity: u64,
    /// How much of the collection its owner lets lie there, if that is said.
    pub(crate) allowed: Option<u64>,
    /// How many bytes of photos that clients have asked for stay here besides.
    pub(crate) cache: u64,
    /// Whether its owner lets their own photos move to other disks.
    pub(crate) pools: bool,
    /// What its node has told of that last.
    pub(crate) told: Option<Space>,
    /// How many bytes a second its line sends, to all others together; none if it is as fast as any.
    pub(crate) uplink: Option<u64>,
    /// It has moved, or lost or exchanged its folder: others may not find it by what they remember.
    pub(crate) estranged: bool,
}

impl Host {
    /// The computer's own time since its daemon started.
    pub(crate) fn clock(&self, now: Duration) -> Time {
        let started = self.daemon.as_ref().map_or(now, |daemon| daemon.started);
        let micros = (now - started).as_micros() as u64;
        Time(Duration::from_micros((u128::from(micros) * u128::from(self.rate) / 1_000_000) as u64))
    }

    /// Whether a daemon runs here, paused or not.
    pub(crate) fn is_up(&self) -> bool {
        self.daemon.is_some()
    }

    /// Its present life, if it has one.
    pub(crate) fn life(&self) -> Option<Life> {
        self.daemon.as_ref().map(|daemon| daemon.life)
    }

    /// What a daemon started now is given.
    pub(crate) fn config(&self, grace: Duration, seed: [u8; 32], boot: u64) -> Config {
        Config {
            node: self.disk.identity,
            boot: Boot(boot),
            membership: self.disk.member.as_ref().map(|member| {
                let link_key = self.disk.key.verifying_key().to_montgomery().to_bytes();
                Membership::sign(&member.certificate, &member.key, link_key)
            }),
            roster: self.disk.roster.clone(),
            name: NodeName::like(&self.name),
            address: self.address.clone(),
            copies: self.copies,
            grace,
            pin: self.pin,
            capacity: self.allowed,
            cache: self.cache,
            draining: self.disk.draining,
            pools: self.pools,
            keep_originals: self.keep_originals,
            retire_now: false,
            share: false,
            bridge: None,
            join: self.join.clone(),
            known: self.disk.nodes.clone(),
            tombstones: self.disk.tombstones.values().cloned().collect(),
            gone: Vec::new(),
            first_start: self.disk.fresh,
            seed,
        }
    }

    /// Begins a life.
    pub(crate) fn begin(&mut self, index: usize, node: Node, now: Duration) -> Life {
        self.lives += 1;
        self.nodes.insert(self.lives, self.disk.identity);
        self.disk.fresh = false;
        self.powered = true;
        let life = Life { host: index, number: self.lives };
        self.daemon = Some(Daemon {
            node,
            life,
            started: now,
            acted: now,
            links: BTreeMap::new(),
            jobs: BTreeMap::new(),
            lanes: [now; 5],
            continuing: false,
            scanned: false,
            numbers: 0,
        });
        life
    }
}

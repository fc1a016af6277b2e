//! The core of a daemon: a pure state machine.
//!
//! [`Node::step`] takes an event and returns what is to be done about it. There is no clock, no randomness that was not
//! given, no file, no socket and no thread in here: the daemon runs a node between its threads, the simulator runs
//! hundreds of the very same under virtual time.
//!
//! # The cycle
//!
//! ```text
//!    event ──▶ dispatch ──▶ a part changes the table, or something of its own
//!                                 │
//!                                 ▼
//!                     changed: photos whose holders, verdict or facts are others now
//!                                 │
//!                                 ▼
//!       agenda: each is due when it has been unchanged for SETTLE ◀────── a review that has to come again
//!                                 │                                             ▲
//!                                 ▼                                             │
//!     review: what is, against what should be ── too few copies? offer ─────────┤
//!                                             ── too many? drop ────────────────┤
//!                                             ── a better version? compare ─────┘
//!                                 │
//!                                 ▼
//!                       actions ──▶ the driver ──▶ what comes of them is an event again
//! ```
//!
//! Whatever happens, a member that dies, a file that is deleted, a copy that arrives, changes the table; and from there all
//! that is done about it takes this one way. A review may run at any time and any number of times: it starts what is this
//! node's part in closing the gap, and nothing if there is none.
//!
//! # How a copy is given up
//!
//! ```text
//!   this node                                 other holders
//!     withdraw: ImageInfo(retired) ──────────▶          nobody counts this copy any more
//!     challenge(photo, nonce) ───────────────▶          they pin it and read its bytes
//!               ◀───────────────── proof                checked over this node's own bytes
//!     `copies` proofs are right: move to trash
//!     release ───────────────────────────────▶          they are free of their promise
//!   else announce it again, and release
//! ```
//!
//! Why no photo is lost, even if all holders begin at once, is told in `custody`, the one gate through which a copy leaves.
//!
//! # Reading order
//!
//! 1. `event`: all that happens to a node, and `action`: all that it can want. Then this file: [`Node::step`] hands each
//!    event to the part that knows about it.
//! 2. `mesh`: who is there, how they find each other, and how they tell each other what they hold.
//! 3. `table`: who holds what, which photos are versions of one picture, and which of those the collection shows.
//! 4. `plan`: the one place that compares what is with what should be, and pure functions that say whose part it is to
//!    close the gap.
//! 5. `copies`: how one more node gets a photo.
//! 6. `custody` and `drops`: how a node gives one up, the dangerous part.
//! 7. `removal`: what becomes of photos that their owners have removed.
//! 8. `clients`: serving people. `own_files` takes what the folder says, and `leaving` hands over before the end.
//!
//! Each of these folders begins with a page of its own: what it promises, who in it does what, and what it leaves out. In
//! this order each uses only those before it, as far as types go: no two of them import each other.

mod action;
mod clients;
mod config;
mod copies;
mod custody;
mod drops;
mod event;
mod leaving;
pub mod limits;
mod mesh;
mod own_files;
mod plan;
mod removal;
mod table;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use clients::Waiting;
use clients::trash::Purging;
use copies::offers::Replication;
use copies::pulls::Pull;
use custody::Custody;
use drops::Drops;
use drops::looking::Looking;
use drops::pins::Proving;
use drops::rate::Brake;
use limits::{PAUSE, TICK, WORK_PER_STEP};
use mesh::Membership;
use own_files::OwnFiles;
use plan::agenda::Agenda;
use removal::Removals;
use table::Table;

use crate::photo::{Photo, PhotoId};
use crate::protocol::message::TransferId;
use crate::protocol::{Facts, Message, NodeId};

pub use action::{Action, ClientAction, DiskAction, LinkAction};
pub(crate) use clients::put::cannot_take;
pub use config::Config;
pub use event::{CloseReason, DiskError, Event, LinkId, Source, Spool, Time};

/// One node of the mesh.
#[derive(Debug)]
pub struct Node {
    config: Config,
    /// The time of the present step, without the gaps in which this node was stopped.
    now: Time,
    /// The driver's time of the last step, and all gaps so far.
    clock: (Time, Duration),
    out: Vec<Action>,

    mesh: Membership,
    table: Table,
    agenda: Agenda,
    replication: Replication,
    drops: Drops,
    looking: Looking,
    brake: Brake,
    /// Photos for which the table had no place, by the node that told of them.
    left_out: BTreeMap<NodeId, u64>,
    custody: Custody,
    proving: Proving,
    /// Photos on their way here.
    pulls: BTreeMap<PhotoId, (TransferId, Pull)>,
    next_transfer: u32,
    /// Windows on their way out, by link.
    serving: BTreeMap<LinkId, usize>,
    /// Clients that wait for something.
    waiting: BTreeMap<LinkId, Waiting>,
    /// Photos put by clients that the disk is making safe.
    installing: BTreeMap<LinkId, (Arc<Photo>, Arc<Facts>)>,
    removals: Removals,
    /// Clients that want the trash emptied.
    purgings: BTreeMap<LinkId, Purging>,

    /// Copies wanted, and reachable, when all photos were last put on the agenda.
    goals: (usize, usize),
    /// The first scan is done: this node's own table is complete.
    scanned: bool,
    /// Photos of which the friend's folder has several files.
    files: BTreeMap<PhotoId, u32>,
    own_files: OwnFiles,
    /// Free bytes on the folder's disk, once known, and when a write last failed.
    room: Option<u64>,
    write_failed_at: Option<Time>,
    /// Until when this node hands over before it leaves, if someone wants it to stop.
    leaving: Option<Time>,
}

impl Node {
    /// A node at its start. It acts on the first tick.
    pub fn new(config: Config) -> Node {
        let me = config.node;
        let mut table = Table::new(me);
        table.remember(&config.tombstones);
        Node {
            mesh: Membership::new(&config.join, &config.known),
            table,
            replication: Replication::new(me),
            config,
            now: Time::default(),
            clock: (Time::default(), Duration::ZERO),
            out: Vec::new(),
            agenda: Agenda::default(),
            drops: Drops::default(),
            looking: Looking::default(),
            brake: Brake::default(),
            left_out: BTreeMap::new(),
            custody: Custody::default(),
            proving: Proving::default(),
            pulls: BTreeMap::new(),
            next_transfer: 0,
            serving: BTreeMap::new(),
            waiting: BTreeMap::new(),
            installing: BTreeMap::new(),
            removals: Removals::default(),
            purgings: BTreeMap::new(),
            goals: (0, 0),
            scanned: false,
            files: BTreeMap::new(),
            own_files: OwnFiles::default(),
            room: None,
            write_failed_at: None,
            leaving: None,
        }
    }

    /// Takes one event and returns what is to be done about it, in order.
    ///
    /// `now` never goes back. However much there is to do, one step does a bounded part of it; see [`Node::has_more`].
    pub fn step(&mut self, now: Time, event: Event) -> Vec<Action> {
        self.advance(now);
        self.dispatch(event);
        self.table.judge(WORK_PER_STEP);
        self.follow_up();
        std::mem::take(&mut self.out)
    }

    /// Whether there is more to do right now: the driver then calls [`Node::step`] with [`Event::Continue`] as soon as
    /// no other event waits.
    pub fn has_more(&self) -> bool {
        !self.table.dirty.is_empty() || self.agenda.is_due(self.now)
    }

    /// Moves time on. A gap in which this node was stopped does not count: no deadline passes in it, and what relied
    /// on others' promises meanwhile is given up.
    fn advance(&mut self, now: Time) {
        let (last, stopped) = self.clock;
        let gap = now.since(last);
        let stopped = if gap > PAUSE { stopped + (gap - TICK) } else { stopped };
        self.clock = (now, stopped);
        self.now = now - stopped;
        self.table.now = self.now;
        if gap > PAUSE && last != Time::default() {
            self.log("clock", format!("was stopped for {gap:?}"));
            self.abandon_all("this daemon was stopped meanwhile");
        }
    }

    fn tick(&mut self) {
        self.tend_membership();
        self.tend_pulls();
        self.custody.expire(self.now);
        self.tend_rounds();
        self.tend_brake();
        self.tend_replication();
        self.tend_clients();
        self.tend_removals();
        self.tend_purgings();
        self.tend_leaving();
    }

    fn dispatch(&mut self, event: Event) {
        match event {
            Event::Tick => self.tick(),
            Event::Continue => {}
            Event::Opened { link, remote, dialed } => self.link_opened(link, remote, dialed),
            Event::DialFailed { address, reason } => self.dial_failed(&address, &reason),
            Event::Heard { link } => self.heard(link),
            Event::Received { link, message } => self.on_message(link, message),
            Event::PageSent { link } => self.page_sent(link),
            Event::Served { link, photo, result, .. } => self.served(link, photo, &result),
            Event::Closed { link, reason } => {
                self.client_closed(link);
                self.link_closed(link, &reason);
            }
            Event::Asked { link, request } => self.asked(link, request),
            Event::Answered { link, result } => self.photo_answered(link, &result),
            Event::Held { photo, facts, holding, files } => {
                self.found(photo, facts, holding, files)
            }
            Event::Missing { photo } => self.lost(photo),
            Event::Recalled { photo, looks } => self.table.set_my_looks(photo, looks.remembered()),
            Event::Damaged { photo, file } => self.damaged(photo, &file),
            Event::Scanned { skipped } => {
                self.own_files.skipped = skipped;
                if !self.scanned {
                    self.scanned = true;
                    self.announce_complete();
                }
            }
            Event::Companions { photo, files } => self.accompanied(photo, files),
            Event::Unread { photos } => self.own_files.unread = photos,
            Event::Room { bytes } => self.room = Some(bytes),
            Event::Expired { photo } => self.expired(photo, false),
            Event::FolderLost { reason } => {
                self.goodbye(&reason);
                self.act(Action::Exit { error: Some(reason) });
            }
            Event::Written { spool, result } => self.piece_written(spool, result),
            Event::Inspected { spool: Spool::Pull(transfer), result } => {
                self.pull_inspected(transfer, result)
            }
            Event::Inspected { spool: Spool::Put(link), result } => {
                self.put_inspected(link, result)
            }
            Event::Installed { spool: Spool::Pull(_), photo, result } => {
                self.pull_installed(photo, result)
            }
            Event::Installed { spool: Spool::Put(link), result, .. } => {
                self.put_installed(link, result)
            }
            Event::Proved { nonce, result } => {
                if !self.own_proof_computed(nonce, &result) {
                    self.expected_computed(nonce, result);
                }
            }
            Event::Looked { worse, better, result } => self.looked(worse, better, result),
            Event::PutAway { photo, result } => self.put_away(photo, result),
            Event::Returned { photo, result } => self.returned(photo, result),
            Event::Signed { photo, result } => self.signed(photo, result),
            Event::Aged { link, photos } => self.aged(link, photos),
            Event::DaysLeft { link, days } => self.days_left(link, &days),
            Event::Shutdown => self.shut_down(),
        }
    }

    fn on_message(&mut self, link: LinkId, message: Message) {
        self.heard(link);
        let registered = self.mesh.node_at(link).is_some();
        match message {
            Message::Register(register) => self.registered(link, register),
            Message::Error { error } => self.close(link, CloseReason::Refused(error)),
            Message::Unknown => {
                self.log("link", "ignoring a command of a later version".to_owned())
            }
            _ if !registered => {
                self.close(link, CloseReason::Protocol("register first".to_owned()))
            }
            Message::ConnectionUpdate { nodes } => self.nodes_learned(link, nodes),
            Message::RequestInfo => self.info_requested(link),
            Message::ImageInfo { records, gone, tombstones, complete } => {
                self.tombstones_received(link, tombstones);
                self.info_received(link, records, gone, complete);
            }
            Message::KeepThis { photo, facts } => self.offered(link, photo, &facts),
            Message::KeepAnswer { photo, verdict } => self.offer_answered(link, photo, verdict),
            Message::Relieve { photos } => self.relief_asked(link, photos),
            Message::AskForImage { transfer, photo, offset, length, lane } => {
                self.image_asked(link, transfer, photo, (offset, length), lane);
            }
            Message::Chunk { transfer, offset, data } => {
                self.chunk_received(link, transfer, offset, data)
            }
            Message::NoImage { transfer, reason } => self.no_image(link, transfer, &reason),
            Message::Challenge { photo, nonce } => self.challenged(link, photo, nonce),
            Message::Proof { nonce, proof, refused } => {
                self.proof_received(link, nonce, proof, refused.as_deref())
            }
            Message::Release { photo, nonce } => self.released(link, photo, nonce),
            Message::Heartbeat => {}
            Message::Leave { reason } => {
                self.log("mesh", format!("goodbye: {reason}"));
                self.close(link, CloseReason::Left);
            }
        }
    }

    fn act(&mut self, action: Action) {
        self.out.push(action);
    }

    fn link(&mut self, action: LinkAction) {
        self.act(action);
    }

    fn disk(&mut self, action: DiskAction) {
        self.act(action);
    }

    fn client(&mut self, action: ClientAction) {
        self.act(action);
    }

    fn log(&mut self, topic: &'static str, text: String) {
        self.act(Action::Log { topic, text });
    }
}

//! The core of a daemon: a pure state machine.
//!
//! [`Node::step`] takes an event and returns what is to be done about it. There is no clock, no randomness that was not
//! given, no file, no socket and no thread in here: the daemon runs a node between its threads, the simulator runs
//! hundreds of the very same under virtual time.
//!
//! # The cycle
//!
//! ```text
//!    event ──▶ a part changes the table, or something of its own ──▶ news ──▶ the other parts that it concerns
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
//! that is done about it takes this one way. A review may run at any time and any number of times: it finds what is this
//! node's part in closing the gap, and nothing if there is none.
//!
//! # Parts
//!
//! ```text
//!                 Node: dispatch, hand_on, review_due             (mod, conduct, leaving)
//!        ┌──────────────┬──────────────┬──────────────┐
//!     Copies          Drops         Removal        Clients         own their state; tell each other by News
//!        └──────────────┴──────┬───────┴──────────────┘
//!                           Context                                what all of them may see and use
//!     Mesh    Table    Custody    Agenda    OwnFolder    Step
//! ```
//!
//! A part changes only its own state and what lies below it, by the methods of that. What concerns a part beside it, it
//! *tells*: [`News`](news::News) lists all that can be told, and `Node::hand_on` alone knows who hears of it. So whoever
//! wants to know how dropping works reads `drops`, and need not fear that anybody else reaches into it; and a test
//! can build one part without the rest. That no part names another one, a test of the source checks.
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
//! On which terms it may begin says [`departure`], for every reason in one function. Why no photo is lost, even if all
//! holders begin at once, is told in [`custody`], the one gate through which a copy leaves.
//!
//! # Reading order
//!
//! 1. [`event`]: all that happens to a node, and [`action`]: all that it can want. [`config`] and [`limits`] are to look
//!    things up in.
//! 2. This file: `dispatch` hands each event to the part that knows about it. Then [`context`], what every part sees, with
//!    [`step`], [`own_folder`] and [`agenda`]; and [`news`] with [`conduct`], where the parts meet.
//! 3. [`mesh`]: who is there, how they find each other, and how they tell each other what they hold.
//! 4. [`table`]: who holds what, which photos are versions of one picture, and which of those the collection shows.
//! 5. [`plan`]: the one place that compares what is with what should be, and pure functions that say whose part it is to
//!    close the gap.
//! 6. [`copies`]: how one more node gets a photo.
//! 7. [`custody`], [`departure`] and [`drops`]: how a node gives one up, the dangerous part.
//! 8. [`removal`]: what an owner does to take a photo out of the collection. [`clients`]: serving people. [`leaving`]: handing
//!    over before the end.
//!
//! Each of these begins with a page of its own: what it promises, who in it does what, and what it leaves out. In this
//! order each uses only those before it, as far as types go: no two of them import each other.

mod action;
mod agenda;
mod clients;
mod conduct;
mod config;
mod context;
mod copies;
mod custody;
mod departure;
pub mod describe;
mod drops;
mod event;
mod leaving;
pub mod limits;
mod mesh;
mod news;
mod own_folder;
mod plan;
mod removal;
mod step;
mod table;
#[cfg(test)]
mod tests;

use std::time::Duration;

use agenda::Agenda;
use clients::Clients;
use conduct::{Goals, ReviewOfAll};
use context::Context;
use copies::Copies;
use custody::Custody;
use drops::Drops;
use limits::{PAUSE, SWEEP, TICK, WORK_PER_STEP};
use mesh::Mesh;
use own_folder::OwnFolder;
use removal::Removal;
use step::Step;
use table::Table;

use crate::photo::PhotoId;
use crate::protocol::{Facts, Holding, Message, NodeId};

pub use action::{Action, ClientAction, DiskAction, LinkAction};
pub(crate) use clients::put::cannot_take;
pub use config::Config;
pub use event::{
    ClientEvent, CloseReason, DiskError, DiskEvent, Event, LinkEvent, LinkId, Source, Spool, Time,
};

/// One node of the mesh.
#[derive(Debug)]
pub struct Node {
    /// What every part may see and use.
    cx: Context,
    copies: Copies,
    drops: Drops,
    removal: Removal,
    clients: Clients,
    clock: Clock,
    /// What was wanted when all photos were last put on the agenda.
    goals: Goals,
    /// While all photos are being put on the agenda.
    reviewing_all: Option<ReviewOfAll>,
    /// Of what only this node has, the last photo that was offered since it is leaving.
    handed_over: Option<PhotoId>,
}

/// The driver's clock, which goes on while this node is stopped.
#[derive(Debug, Default)]
struct Clock {
    /// When the last step was.
    last: Time,
    /// For how long this node was stopped, all in all.
    stopped: Duration,
}

impl Node {
    /// A node at its start. It acts on the first tick.
    pub fn new(config: Config) -> Node {
        let me = config.node;
        let mut table = Table::new(me);
        table.remember(&config.tombstones);
        let mesh = Mesh::new(&config.join, &config.known);
        let cx = Context {
            step: Step::new(config),
            mesh,
            table,
            custody: Custody::default(),
            agenda: Agenda::default(),
            folder: OwnFolder::default(),
        };
        Node {
            cx,
            copies: Copies::new(me),
            drops: Drops::default(),
            removal: Removal::default(),
            clients: Clients::default(),
            clock: Clock::default(),
            goals: Goals::default(),
            reviewing_all: None,
            handed_over: None,
        }
    }

    /// Takes one event and returns what is to be done about it, in order.
    ///
    /// `now` never goes back. However much there is to do, one step does a bounded part of it; see [`Node::has_more`].
    pub fn step(&mut self, now: Time, event: Event) -> Vec<Action> {
        self.advance(now);
        self.dispatch(event);
        self.hand_on();
        self.cx.table.sweep(SWEEP);
        self.cx.table.judge(WORK_PER_STEP);
        self.follow_up();
        self.cx.step.take_actions()
    }

    /// Whether there is more to do right now: the driver then calls [`Node::step`] with [`Event::Continue`] as soon as
    /// no other event waits.
    pub fn has_more(&self) -> bool {
        let table = &self.cx.table;
        let all_done = table.is_judged() && table.is_swept() && self.reviewing_all.is_none();
        !all_done || self.cx.agenda.is_due(self.cx.now())
    }

    /// The image table: for every photo that a live node holds in some way, its facts and its holders.
    ///
    /// Nodes whose tables are complete come to have equal ones; to see that is what this is for.
    pub fn table(&self) -> impl Iterator<Item = (PhotoId, &Facts, Vec<(NodeId, Holding)>)> {
        let present = self.cx.table.after(None).filter(|entry| entry.is_present());
        present.map(|entry| (entry.photo.id, &*entry.facts, entry.held()))
    }

    /// How many entries of the table were looked at or changed so far: what a step costs, in no unit of time. However
    /// large the collection, one step is to cost so much and no more.
    pub fn work(&self) -> u64 {
        self.cx.table.work()
    }

    /// Moves time on. A gap in which this node was stopped does not count: no deadline passes in it, and what relied
    /// on others' promises meanwhile is given up.
    fn advance(&mut self, now: Time) {
        let last = std::mem::replace(&mut self.clock.last, now);
        let gap = now.since(last);
        if gap > PAUSE {
            self.clock.stopped += gap - TICK;
        }
        self.cx.step.now = now - self.clock.stopped;
        self.cx.table.set_now(self.cx.step.now);
        if gap > PAUSE && last != Time::default() {
            self.cx.log("clock", format!("was stopped for {gap:?}"));
            self.drops.abandon_all(&mut self.cx, "this daemon was stopped meanwhile");
        }
    }

    fn tick(&mut self) {
        let now = self.cx.now();
        self.cx.mesh.tend(&mut self.cx.step);
        self.cx.custody.expire(now);
        self.cx.agenda.expire(now);
        self.hand_on();
        self.copies.tend(&mut self.cx);
        self.drops.tend(&mut self.cx);
        self.clients.tend(&mut self.cx);
        self.removal.tend(&mut self.cx);
        self.tend_leaving();
    }

    fn dispatch(&mut self, event: Event) {
        match event {
            Event::Tick => self.tick(),
            Event::Continue => {}
            Event::Shutdown => self.shut_down(),
            Event::Link(event) => self.on_link(event),
            Event::Client(event) => self.on_client(event),
            Event::Disk(event) => self.on_disk(event),
        }
    }

    fn on_link(&mut self, event: LinkEvent) {
        let cx = &mut self.cx;
        match event {
            LinkEvent::Opened { link, remote, dialed } => {
                cx.mesh.link_opened(&mut cx.step, link, remote, dialed);
            }
            LinkEvent::DialFailed { address, reason } => {
                cx.mesh.dial_failed(&mut cx.step, &address, &reason);
            }
            LinkEvent::Heard { link } => cx.mesh.heard(&cx.step, link),
            LinkEvent::Received { link, message } => self.on_message(link, message),
            LinkEvent::PageSent { link } => {
                cx.mesh.page_sent(&mut cx.step, &cx.table, cx.folder.scanned, link);
            }
            LinkEvent::Served { link, photo, result, .. } => {
                self.copies.served(cx, link, photo, &result);
            }
            LinkEvent::Closed { link, reason } => {
                cx.mesh.link_closed(&mut cx.step, link, &reason);
            }
        }
    }

    fn on_client(&mut self, event: ClientEvent) {
        let Node { cx, copies, drops, clients, .. } = self;
        match event {
            ClientEvent::Asked { link, request } => clients.asked(cx, copies, drops, link, request),
            ClientEvent::Answered { link, result } => clients.photo_answered(cx, link, &result),
            ClientEvent::Closed { link, .. } => clients.closed(cx, link),
        }
    }

    fn on_disk(&mut self, event: DiskEvent) {
        let Node { cx, copies, drops, removal, clients, .. } = self;
        match event {
            DiskEvent::Held { photo, facts, holding, files } => {
                cx.folder.set_files(photo.id, files);
                cx.hold(photo, facts, holding);
            }
            DiskEvent::Missing { photo } => self.lost(photo),
            DiskEvent::Recalled { photo, looks } => {
                cx.table.set_my_looks(photo, looks.remembered());
            }
            DiskEvent::Damaged { photo, file } => {
                cx.folder.damaged += 1;
                let id = photo.short();
                cx.log("disk", format!("{file} is damaged and was set aside; {id} is repaired"));
                self.lost(photo);
            }
            DiskEvent::Scanned { skipped } => {
                cx.folder.skipped = skipped;
                if !std::mem::replace(&mut cx.folder.scanned, true) {
                    cx.mesh.announce_complete(&mut cx.step, &cx.table);
                }
            }
            // They are on no other disk, so this copy of the photo is never one too many.
            DiskEvent::Companions { photo, files } => {
                cx.folder.set_companions(photo, files);
                cx.table.mark_changed(photo);
            }
            DiskEvent::Unread { photos } => cx.folder.unread = photos,
            DiskEvent::Room { bytes } => cx.folder.room = Some(bytes),
            DiskEvent::Expired { photo } => drops.expired(cx, photo, false),
            DiskEvent::FolderLost { reason } => {
                self.goodbye(&reason);
                self.cx.step.act(Action::Exit { error: Some(reason) });
            }
            DiskEvent::Written { spool, result } => copies.piece_written(cx, spool, result),
            DiskEvent::Inspected { spool: Spool::Pull(transfer), result } => {
                copies.pull_inspected(cx, transfer, result);
            }
            DiskEvent::Inspected { spool: Spool::Put(link), result } => {
                clients.put_inspected(cx, link, result);
            }
            DiskEvent::Installed { spool: Spool::Pull(_), photo, result } => {
                copies.pull_installed(cx, photo, result);
            }
            DiskEvent::Installed { spool: Spool::Put(link), result, .. } => {
                clients.put_installed(cx, link, result);
            }
            DiskEvent::Proved { nonce, result } => drops.proved(cx, nonce, result),
            DiskEvent::Looked { worse, better, result } => drops.looked(cx, worse, better, result),
            DiskEvent::PutAway { photo, result } => drops.put_away(cx, photo, result),
            DiskEvent::Returned { photo, result } => copies.returned(cx, photo, result),
            DiskEvent::Signed { photo, result } => removal.signed(cx, photo, result),
            DiskEvent::Aged { link, photos } => clients.aged(cx, link, photos),
            DiskEvent::DaysLeft { link, days } => clients.days_left(cx, link, &days),
        }
    }

    /// Hands a message to the part that knows about it.
    fn on_message(&mut self, link: LinkId, message: Message) {
        let Node { cx, copies, drops, .. } = self;
        cx.mesh.heard(&cx.step, link);
        let registered = cx.mesh.node_at(link).is_some();
        match message {
            Message::Register(register) => cx.mesh.registered(&mut cx.step, link, register),
            Message::Error { error } => cx.close(link, CloseReason::Refused(error)),
            Message::Unknown => cx.log("link", "ignoring a command of a later version".to_owned()),
            _ if !registered => {
                cx.close(link, CloseReason::Protocol("register first".to_owned()));
            }
            Message::ConnectionUpdate { nodes } => cx.mesh.nodes_learned(&cx.step, link, nodes),
            Message::RequestInfo => {
                cx.mesh.info_requested(&mut cx.step, &cx.table, cx.folder.scanned, link);
            }
            Message::ImageInfo { records, gone, tombstones, complete } => {
                self.told(link, records, gone, tombstones, complete);
            }
            Message::KeepThis { photo, facts } => copies.offered(cx, link, photo, &facts),
            Message::KeepAnswer { photo, verdict } => {
                copies.offer_answered(cx, link, photo, verdict);
            }
            Message::Relieve { photos } => copies.asked_for_replicas(cx, link, photos),
            Message::AskForImage { transfer, photo, offset, length, lane } => {
                copies.image_asked(cx, link, transfer, photo, (offset, length), lane);
            }
            Message::Chunk { transfer, offset, data } => {
                copies.chunk_received(cx, link, transfer, offset, data);
            }
            Message::NoImage { transfer, reason } => copies.no_image(cx, link, transfer, &reason),
            Message::Challenge { photo, nonce } => drops.challenged(cx, link, photo, nonce),
            Message::Proof { nonce, proof, refused } => {
                drops.proof_received(cx, link, nonce, proof, refused.as_deref());
            }
            Message::Release { photo, nonce } => drops.released(cx, link, photo, nonce),
            Message::Heartbeat => {}
            Message::Leave { reason } => {
                cx.log("mesh", format!("goodbye: {reason}"));
                cx.close(link, CloseReason::Left);
            }
        }
    }
}

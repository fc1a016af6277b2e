//! The core of a daemon: a pure state machine.
//!
//! [`Node::step`] takes an event and returns the actions that answer it. There is no clock, no file, no socket, no
//! thread and no randomness in here but the given seed: the daemon runs one node between its threads, the simulator
//! runs hundreds of the same under virtual time.
//!
//! # The cycle
//!
//! ```text
//!    event ──▶ a part changes the table, or its own state ──▶ news ──▶ the other parts that it concerns
//!                                 │
//!                                 ▼
//!                     changed: photos with new holders, a new verdict or new facts
//!                                 │
//!                                 ▼
//!       agenda: each is due when it has been unchanged for SETTLE ◀────── a review that must be repeated
//!                                 │                                             ▲
//!                                 ▼                                             │
//!     review: the present state and the goal  ── too few copies? offer ─────────┤
//!                                             ── too many? drop ────────────────┤
//!                                             ── a better version? compare ─────┘
//!                                 │
//!                                 ▼
//!                       actions ──▶ the driver ──▶ their results come back as events
//! ```
//!
//! Whatever happens (a member dies, a file is deleted, a copy arrives) changes the table, and every reaction starts
//! there and takes this one way. A review can run at any time and any number of times: it finds this node's part in
//! closing the gap, or nothing if there is no gap.
//!
//! # Parts
//!
//! ```text
//!                 Node: dispatch, hand_on, review_due             (mod, conduct, leaving)
//!        ┌───────────┬─────────┴─┬────────────┬────────────┐
//!     Copies       Drops      Removal      Previews     Clients     each owns its state; they talk through News
//!        └───────────┴─────────┬─┴────────────┴────────────┘
//!                           Context                                all of them see and use it
//!     Members    Mesh    Table    Custody    Agenda    OwnFolder    Step
//! ```
//!
//! A part changes its own state directly, and the layers below it through their methods. Anything that concerns a part
//! beside it, it *tells*: [`News`](news::News) lists all that can be told, and `Node::hand_on` alone knows the receivers.
//! So to learn how dropping works, read `drops`: nothing else reaches into it, and a test can build one part without the
//! rest. A test of the source checks that no part names another one.
//!
//! # How a copy is given up
//!
//! ```text
//!   this node                                 other holders
//!     withdraw: ImageInfo(retired) ──────────▶          they no longer count this copy
//!     challenge(photo, nonce) ───────────────▶          they pin it and read its bytes
//!               ◀───────────────── proof                checked over this node's own bytes
//!     `copies` proofs are right: move to trash
//!     release ───────────────────────────────▶          their promise ends
//!   else announce it again, and release
//! ```
//!
//! [`departure`] has the terms on which this may begin, for every reason, in one function. [`custody`], the one gate
//! through which a copy leaves, explains why no photo is lost even if all holders begin at once.
//!
//! # Where to begin
//!
//! The [guide](crate::guide) tells all this by stories, of which the cycle is [the second](crate::guide::the_cycle); its
//! [map](crate::guide::map) says of each file which story it belongs to. Here [`event`] and [`action`] are the border, and
//! `dispatch` hands each event to the part that handles it.
//!
//! Each room begins with its own page: what it promises, which file does what, and what it leaves out. No two of them
//! import each other: `context` names the rooms below the parts, and the parts name `context`.

mod action;
mod agenda;
mod budgets;
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
mod members;
mod mesh;
mod news;
mod own_folder;
mod plan;
mod previews;
mod removal;
mod sharing;
mod space;
mod step;
mod table;
#[cfg(test)]
mod tests;
mod words;

use std::time::Duration;

use clients::Clients;
use conduct::{Goals, ReviewOfAll};
use context::Context;
use copies::Copies;
use drops::Drops;
use limits::{CROWDED_PER_STEP, PAUSE, SWEEP, TICK, WORK_PER_STEP};
use previews::Previews;
use removal::Removal;
use words::spoken;

use crate::photo::PhotoId;
use crate::protocol::{Facts, Holding, NodeId};

pub use action::{Action, ClientAction, DiskAction, Level, LinkAction};
pub use config::Config;
pub use event::{
    Asker, ClientEvent, CloseReason, DiskError, DiskEvent, Event, LinkEvent, LinkId, Source, Spool,
    Time, Viewer,
};

/// One node of the mesh.
#[derive(Debug)]
pub struct Node {
    /// What every part sees and uses.
    cx: Context,
    copies: Copies,
    drops: Drops,
    removal: Removal,
    clients: Clients,
    previews: Previews,
    clock: Clock,
    /// The goals when all photos were last put on the agenda.
    goals: Goals,
    /// The walk that puts all photos on the agenda, while it runs.
    reviewing_all: Option<ReviewOfAll>,
    /// While leaving: the last photo offered of those that only this node has.
    handed_over: Option<PhotoId>,
    /// While draining: since when nothing is left to hand over.
    drained_since: Option<Time>,
}

/// The driver's clock, which runs on while this node is stopped.
#[derive(Debug, Default)]
struct Clock {
    /// The time of the last step.
    last: Time,
    /// How long this node was stopped in total.
    stopped: Duration,
}

impl Node {
    /// A node at its start. It acts on the first tick.
    pub fn new(config: Config) -> Node {
        let me = config.node;
        let (drops, cache) = (Drops::new(&config.gone), config.cache);
        let cx = Context::new(config);
        Node {
            cx,
            copies: Copies::new(me, cache),
            drops,
            removal: Removal::default(),
            clients: Clients::default(),
            previews: Previews::default(),
            clock: Clock::default(),
            goals: Goals::default(),
            reviewing_all: None,
            handed_over: None,
            drained_since: None,
        }
    }

    /// Takes one event and returns the actions that answer it, in order.
    ///
    /// `now` never goes back. However much work waits, one step does a bounded part of it; see [`Node::has_more`].
    pub fn step(&mut self, now: Time, event: Event) -> Vec<Action> {
        self.advance(now);
        self.dispatch(event);
        self.hand_on();
        self.cx.table.sweep(SWEEP);
        self.cx.table.connect_crowded(CROWDED_PER_STEP);
        self.cx.table.judge(WORK_PER_STEP);
        self.follow_up();
        self.cx.step.take_actions()
    }

    /// Whether more work waits right now: the driver then calls [`Node::step`] with [`Event::Continue`] as soon as no
    /// other event waits.
    pub fn has_more(&self) -> bool {
        let table = &self.cx.table;
        let all_done = table.is_judged() && table.is_swept() && self.reviewing_all.is_none();
        let agenda = &self.cx.agenda;
        let unparks = agenda.has_parked() && self.cx.may_repair();
        !all_done || unparks || agenda.is_due(self.cx.now())
    }

    /// The image table: for every photo that a live node holds in some way, its facts and its holders.
    ///
    /// All nodes with complete tables end up with equal ones; this shows it.
    pub fn table(&self) -> impl Iterator<Item = (PhotoId, &Facts, Vec<(NodeId, Holding)>)> {
        let present = self.cx.table.after(None).filter(|entry| entry.is_present());
        present.map(|entry| (entry.photo.id, &*entry.facts, entry.held()))
    }

    /// Whether the daemon on a link has registered, and may take part.
    pub fn has_let_in(&self, link: LinkId) -> bool {
        self.cx.mesh.node_at(link).is_some()
    }

    /// How many entries of the table were looked at or changed so far: the cost of steps, without a clock. However
    /// large the collection, the cost of one step is bounded.
    pub fn work(&self) -> u64 {
        self.cx.table.work()
    }

    /// Moves time on. A gap in which this node was stopped does not count: no deadline passes in it, and rounds that
    /// relied on others' promises meanwhile are abandoned.
    fn advance(&mut self, now: Time) {
        let last = std::mem::replace(&mut self.clock.last, now);
        let gap = now.since(last);
        if gap > PAUSE {
            self.clock.stopped += gap - TICK;
        }
        self.cx.set_now(now - self.clock.stopped);
        if gap > PAUSE && last != Time::default() {
            self.cx.log("clock", format!("was stopped for {}", spoken(gap)));
            self.drops.abandon_all(&mut self.cx, "this daemon was stopped meanwhile");
        }
    }

    fn tick(&mut self) {
        let now = self.cx.now();
        self.cx.mesh.tend(&mut self.cx.step);
        self.cx.tell_space();
        self.cx.make_room();
        self.cx.custody.expire(now);
        self.cx.agenda.expire(now);
        self.hand_on();
        self.copies.tend(&mut self.cx);
        self.drops.tend(&mut self.cx);
        self.clients.tend(&mut self.cx);
        self.previews.tend(&mut self.cx);
        self.removal.tend(&mut self.cx);
        self.tend_draining();
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
                cx.mesh.page_sent(&mut cx.step, &cx.table, cx.folder.is_scanned(), link);
            }
            LinkEvent::Served { link, photo, result, .. } => {
                self.copies.served(cx, link, photo, &result);
            }
            LinkEvent::PreviewSent { link } => self.previews.sent(cx, link),
            LinkEvent::Closed { link, reason } => {
                cx.mesh.ended_by_other(&mut cx.step, link, &reason);
                cx.mesh.link_closed(&mut cx.step, link, &reason);
            }
        }
    }

    fn on_client(&mut self, event: ClientEvent) {
        let Node { cx, copies, drops, clients, .. } = self;
        match event {
            ClientEvent::Asked { link, by, request } => {
                clients.asked(cx, copies, drops, link, &by, request);
            }
            ClientEvent::Answered { link, result } => clients.photo_answered(cx, link, &result),
            ClientEvent::Closed { link, .. } => clients.closed(cx, link),
        }
    }

    fn on_disk(&mut self, event: DiskEvent) {
        let Node { cx, copies, drops, removal, clients, previews, .. } = self;
        match event {
            DiskEvent::Held { photo, facts, holding, files } => {
                cx.folder.set_files(photo.id, files);
                cx.hold(photo, facts, holding);
            }
            DiskEvent::Missing { photo } => self.lost(photo),
            DiskEvent::Added { photo } => cx.agenda.added(photo),
            DiskEvent::Recalled { photo, looks } => {
                cx.table.set_my_looks(photo, looks.remembered());
            }
            DiskEvent::Damaged { photo, file } => {
                cx.folder.found_damage();
                let id = photo.short();
                cx.warn(
                    "disk",
                    format!("{file} is damaged and counts no longer; {id} is repaired"),
                );
                self.lost(photo);
            }
            DiskEvent::Scanned { skipped } => self.scanned(skipped),
            // Companions are on no other disk, so this copy of the photo is never a surplus one.
            DiskEvent::Companions { photo, files } => {
                cx.folder.set_companions(photo, files);
                cx.table.mark_changed(photo);
            }
            DiskEvent::Unread { photos } => cx.folder.set_unread(photos),
            DiskEvent::Room { free, spare } => cx.folder.set_room(free, spare),
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
            DiskEvent::PreviewFound { photo, size, viewer, result } => {
                previews.found(cx, viewer, (photo, size), result);
            }
            DiskEvent::PutAway { photo, result } => drops.put_away(cx, photo, result),
            DiskEvent::Returned { photo, result, file } => copies.returned(cx, photo, result, file),
            DiskEvent::Signed { photo, result } => removal.signed(cx, photo, result),
            DiskEvent::Aged { link, photos } => clients.aged(cx, link, photos),
            DiskEvent::DaysLeft { link, days } => clients.days_left(cx, link, &days),
        }
    }
}

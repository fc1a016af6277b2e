//! Where the parts of a node meet.
//!
//! # What it does
//!
//! ```text
//!   step:  dispatch ─▶ hand_on ─▶ sweep, judge ─▶ follow_up
//!                                                   ├─ changed photos: on the agenda; clients and keepers hear of them
//!                                                   ├─ announce: other nodes hear of this node's records
//!                                                   └─ review_due: review ─▶ tasks ─▶ copies, drops
//! ```
//!
//! `hand_on` is a table: each line is one piece of news and who hears of it. Telling may lead to more news; they wait
//! their turn in one queue, in the order in which they were told. So a part is never entered while it is at work, and
//! finds the state that others left, not one that they are in the middle of.
//!
//! # What is left out
//!
//! There is no bus on which parts subscribe. With five parts a `match` says more: it is the list of all that one part
//! can mean to another, and the compiler knows whether it is complete.

use std::sync::Arc;

use super::drops::Refused;
use super::limits::{SETTLE, SWEEP, URGENT_RESTS, WORK_PER_STEP};
use super::news::News;
use super::plan::Task;
use super::plan::review::{adopt_from_worse, lacks_first_copy, review};
use super::previews::No;
use super::table::spread::Spread;
use super::{CloseReason, DiskAction, LinkId, Node, Time};
use crate::photo::PhotoId;
use crate::protocol::{Message, Record, Tombstone};

/// How many copies each photo should have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Goals {
    /// How many are wanted.
    wanted: usize,
    /// How widely they can be spread over the nodes that are here, or expected back.
    reachable: Spread,
    /// Whether this node's owner lets their own photos move.
    pools: bool,
}

/// A walk through all photos that puts them on the agenda.
#[derive(Clone, Copy, Debug)]
pub(super) struct ReviewOfAll {
    /// The last one put there.
    last: Option<PhotoId>,
    /// When they are due.
    due: Time,
}

impl Node {
    /// Hands a message to the part that handles it.
    pub(super) fn on_message(&mut self, link: LinkId, message: Message) {
        let Node { cx, copies, drops, previews, .. } = self;
        cx.mesh.heard(&cx.step, link);
        let registered = cx.mesh.node_at(link).is_some();
        match message {
            Message::Register(register) => {
                cx.mesh.registered(&mut cx.step, &mut cx.members, link, register)
            }
            Message::Error { error } => {
                let reason = CloseReason::Refused(error);
                cx.mesh.ended_by_other(&mut cx.step, link, &reason);
                cx.close(link, reason);
            }
            Message::Unknown => {
                cx.trace("link", "ignoring a command of a later version".to_owned())
            }
            _ if !registered => {
                cx.close(link, CloseReason::Protocol("register first".to_owned()));
            }
            Message::ConnectionUpdate { nodes, roster } => {
                if cx.members.hear(&roster) {
                    cx.tell(News::MembersChanged);
                }
                cx.mesh.nodes_learned(&cx.step, link, nodes);
            }
            Message::RequestInfo => {
                cx.mesh.info_requested(&mut cx.step, &cx.table, cx.folder.is_scanned(), link);
            }
            Message::ImageInfo { records, gone, tombstones, complete } => {
                self.told(link, records, gone, tombstones, complete);
            }
            Message::KeepThis { photo, mut facts } => {
                cx.table.doubt(&mut facts);
                copies.offered(cx, link, photo, &facts);
            }
            Message::KeepAnswer { photo, verdict } => {
                copies.offer_answered(cx, link, photo, verdict);
            }
            Message::Relieve { photos, bytes } => copies.relieve(cx, link, photos, bytes),
            Message::Space(space) => cx.mesh.space_heard(&mut cx.step, link, space),
            Message::AskForImage { transfer, photo, offset, length, lane } => {
                copies.image_asked(cx, link, transfer, photo, (offset, length), lane);
            }
            Message::Chunk { transfer, offset, data } => {
                copies.chunk_received(cx, link, transfer, offset, data);
            }
            Message::Cancel { transfer } => copies.cancelled(cx, link, transfer),
            Message::NoImage { transfer, reason } => copies.no_image(cx, link, transfer, &reason),
            Message::AskForPreview { ask, photo, size } => {
                previews.asked(cx, link, ask, photo, size);
            }
            Message::Preview { ask, bytes, offset, image } => {
                previews.piece_received(cx, link, ask, (bytes, offset), &image);
            }
            Message::NoPreview { ask, undrawable, later, reason: _ } => {
                let no = match (undrawable, later) {
                    (true, _) => No::Undrawable,
                    (false, true) => No::Later,
                    (false, false) => No::Never,
                };
                previews.refused(cx, link, ask, no);
            }
            Message::Challenge { photo, nonce } => drops.challenged(cx, link, photo, nonce),
            Message::Proof { nonce, proof, refused, wait } => {
                let refused = Refused { why: refused.unwrap_or_default(), wait };
                drops.proof_received(cx, link, nonce, proof.ok_or(refused));
            }
            Message::Release { photo, nonce } => drops.released(cx, link, photo, nonce),
            Message::Heartbeat => {}
            Message::Leave { reason } => cx.mesh.goodbye_heard(&mut cx.step, link, &reason),
        }
    }

    /// Hands each piece of news to the parts that it concerns. Only here does one part hear of another.
    pub(super) fn hand_on(&mut self) {
        while let Some(news) = self.cx.step.next_news() {
            let Node { cx, copies, drops, removal, clients, previews, .. } = self;
            match news {
                News::Up { node, member } => {
                    cx.table.set_member(node, member);
                    cx.table.set_draining(node, cx.mesh.is_draining(node));
                    cx.table.forget_left_out(node);
                }
                News::LinkLost(node) => {
                    cx.table.set_away(node);
                    copies.link_lost(cx, node);
                    drops.node_lost(cx, node);
                    previews.link_lost(cx, node);
                }
                News::Gone(node) => {
                    cx.table.forget_left_out(node);
                    cx.table.set_gone(node);
                    if cx.mesh.peer(node).is_none() {
                        cx.table.forget_node(node);
                    }
                }
                News::Drain { link, order } => self.drain(link, order),
                News::Draining { node, draining } => cx.table.set_draining(node, draining),
                News::MeshChanged => self.mesh_changed(),
                News::MembersChanged => cx.members_changed(),
                News::Lacking(photo) => copies.copy(cx, photo),
                News::Fetch { photo, wanted_by } => copies.fetch(cx, photo, wanted_by),
                News::Unneeded(photo) => copies.unneeded(cx, photo),
                News::ClientDone(link) => {
                    copies.client_done(cx, link);
                    previews.client_done(link);
                }
                News::Spoiled(photo) => copies.spoiled(cx, photo),
                News::Fetched { photo, source } => drops.fetched(cx, &photo, source),
                News::NotFetched(photo) => drops.not_fetched(cx, photo),
                News::Deliver { link, photo, source } => clients.deliver(cx, link, photo, source),
                News::Undelivered { link, why } => clients.undelivered(cx, link, &why),
                News::Show { link, by, photo, size } => {
                    previews.want(cx, link, by, (photo, size));
                }
                News::Compare { worse, better } => drops.look_at(cx, worse, better),
                News::Compared(photo) => clients.put_progressed(cx, photo),
                News::PutAway { worse, better } => drops.retire_put(cx, worse, better),
                News::Withdraw(photo) => drops.withdraw(cx, photo),
                News::Purge(photo) => drops.expired(cx, photo, true),
                News::InTrash(photo) => removal.in_trash(cx, photo),
                News::NotInTrash { photo, error } => removal.failed(cx, photo, &error),
                News::Returned { photo, result, file } => {
                    clients.returned(cx, photo, &result, file)
                }
                News::Lost(photo) => self.lost(photo),
                News::Remove { link, photos } => removal.ask(cx, link, &photos),
            }
        }
    }

    /// The folder has no good file of a photo any more.
    pub(super) fn lost(&mut self, photo: PhotoId) {
        self.cx.folder.set_files(photo, 0);
        self.drops.abandon_over(&mut self.cx, photo, "the folder has lost its file");
        self.cx.table.remove(self.cx.me(), photo);
    }

    /// The folder was looked through.
    pub(super) fn scanned(&mut self, skipped: u64) {
        let Node { cx, .. } = self;
        let first = cx.folder.set_scanned(skipped);
        let own = cx.table.sums().own;
        if cx.folder.set_told(own) {
            let others = cx.table.told_of(cx.me()) - own;
            let found = match own + others {
                0 => {
                    "no photos so far; files that have just changed are read in a moment".to_owned()
                }
                _ => format!("photos of yours: {own}; kept for others, or in the trash: {others}"),
            };
            let none = match skipped {
                0 => String::new(),
                _ => format!("; files that are no pictures: {skipped}"),
            };
            cx.log("folder", found + &none);
        }
        if first {
            cx.mesh.announce_complete(&mut cx.step, &cx.table);
        }
    }

    /// Another node tells which photos it holds, and passes on tombstones. It is believed about itself; tombstones
    /// prove themselves by their signatures.
    pub(super) fn told(
        &mut self,
        link: LinkId,
        records: Vec<Record>,
        gone: Vec<PhotoId>,
        tombstones: Vec<Tombstone>,
        complete: bool,
    ) {
        let Node { cx, copies, .. } = self;
        let Some(node) = cx.mesh.node_at(link) else {
            return;
        };
        if let Some(record) = records.iter().find(|record| !record.photo.has_possible_size()) {
            return cx.close(link, super::mesh::impossible_size(&record.photo));
        }
        let called = cx.called(node);
        for text in cx.table.told((node, &called), &records, &gone, tombstones) {
            cx.log("table", text);
        }
        for record in &records {
            let entry = cx.table.get(record.photo.id);
            if entry.is_some_and(|entry| entry.holding(node).is_some()) {
                copies.announced(cx, node, record);
            }
        }
        if complete {
            cx.table.forget_last_known(node);
            cx.mesh.told_all(node);
            self.mesh_changed();
        }
    }

    /// Nodes came, went or completed their tables: the number of copies that is wanted, or possible, may have changed.
    fn mesh_changed(&mut self) {
        let pools = self.cx.pools(self.cx.me());
        let goals = Goals { wanted: self.cx.copies(), reachable: self.cx.goal(), pools };
        if goals != self.goals {
            self.goals = goals;
            self.reviewing_all = Some(ReviewOfAll { last: None, due: self.cx.now() + SETTLE });
        }
    }

    /// Goes on putting all photos on the agenda after the goals have changed.
    fn go_on_reviewing_all(&mut self) {
        let Some(ReviewOfAll { last, due }) = self.reviewing_all.take() else {
            return;
        };
        let photos = self.cx.table.after(last).map(|entry| entry.photo.id);
        let photos: Vec<PhotoId> = photos.take(SWEEP).collect();
        self.reviewing_all = photos.last().map(|last| ReviewOfAll { last: Some(*last), due });
        for photo in photos {
            match self.cx.agenda.is_new(photo) {
                true => self.cx.agenda.set(photo, self.cx.now() + URGENT_RESTS),
                false => self.cx.agenda.set(photo, due),
            }
        }
    }

    /// Passes on the changes in the table, and reviews the photos that are due, both within the limits of one step.
    pub(super) fn follow_up(&mut self) {
        let now = self.cx.now();
        for photo in self.cx.table.take_removed() {
            self.cx.disk(DiskAction::ForgetPreview { photo });
        }
        for photo in self.cx.table.take_bereft() {
            self.cx.agenda.bereft(photo);
        }
        for photo in self.cx.table.take_changed() {
            self.cx.agenda.changed(photo, now);
            self.clients.put_progressed(&mut self.cx, photo);
            self.copies.photo_changed(&mut self.cx, photo);
            adopt_from_worse(&mut self.cx, photo);
        }
        self.hand_on();
        for photo in self.cx.table.take_unnoted() {
            if let Some(record) = self.cx.table.record(photo) {
                let facts = Arc::unwrap_or_clone(record.facts);
                self.cx.disk(DiskAction::NoteFacts { photo, facts });
            }
        }
        self.cx.announce();
        self.go_on_reviewing_all();
        self.review_due();
    }

    /// Reviews the photos that are due, and has the parts carry out the tasks found.
    fn review_due(&mut self) {
        let now = self.cx.now();
        if !self.cx.agenda.has_work(now) {
            return;
        }
        let may_repair = self.cx.may_repair();
        if may_repair {
            self.cx.agenda.unpark(now, WORK_PER_STEP);
        }
        for _ in 0..WORK_PER_STEP {
            let Some(photo) = self.cx.agenda.pop(now) else {
                break;
            };
            let called_up = self.copies.take_turn(photo);
            if !may_repair {
                if lacks_first_copy(&mut self.cx, photo) {
                    self.carry_out(photo, Task::Copy);
                    self.hand_on();
                } else {
                    self.cx.agenda.park(photo);
                }
                continue;
            }
            self.drops.reviewed(photo);
            for task in review(&mut self.cx, photo) {
                self.carry_out(photo, task);
            }
            if called_up {
                self.copies.turn_taken(&mut self.cx, photo);
            }
            self.hand_on();
        }
    }

    fn carry_out(&mut self, photo: PhotoId, task: Task) {
        let Node { cx, copies, drops, .. } = self;
        match task {
            Task::Copy => copies.copy(cx, photo),
            Task::Trim => drops.consider_trimming(cx, photo),
            Task::Retire { keeper } => drops.consider_retiring(cx, photo, keeper),
            Task::Remove => drops.consider_removing(cx, photo),
            Task::Withdraw => drops.withdraw_here_too(cx, photo),
        }
    }
}

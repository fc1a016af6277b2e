//! What every part may see and use: the lower rooms, and what they say together.
//!
//! Each of its fields owns what it knows, and changes only by its own methods. Here stands what takes several of them to
//! say, so that no two parts say it differently.

use std::sync::Arc;
use std::time::Duration;

use super::agenda::Agenda;
use super::custody::Custody;
use super::limits::SETTLE;
use super::mesh::{Mesh, Presence};
use super::news::News;
use super::own_folder::OwnFolder;
use super::step::Step;
use super::table::Table;
use super::table::entry::Entry;
use super::{ClientAction, CloseReason, Config, DiskAction, DiskError, LinkAction, LinkId, Time};
use crate::photo::{Photo, PhotoId};
use crate::protocol::{Facts, Holding, Looks, Message, NodeId, Record};

/// What every part may see and use.
#[derive(Debug)]
pub(in crate::node) struct Context {
    /// Whose step this is, when it is, and what comes of it.
    pub(in crate::node) step: Step,
    /// Who is here.
    pub(in crate::node) mesh: Mesh,
    /// Who holds what.
    pub(in crate::node) table: Table,
    /// What happens to this node's own copies.
    pub(in crate::node) custody: Custody,
    /// What to look at again, and when.
    pub(in crate::node) agenda: Agenda,
    /// What this node's folder says of itself.
    pub(in crate::node) folder: OwnFolder,
}

/// The present step.
impl Context {
    pub(in crate::node) fn me(&self) -> NodeId {
        self.step.me()
    }

    pub(in crate::node) fn config(&self) -> &Config {
        &self.step.config
    }

    pub(in crate::node) fn now(&self) -> Time {
        self.step.now
    }

    pub(in crate::node) fn is_leaving(&self) -> bool {
        self.step.leaving.is_some()
    }

    pub(in crate::node) fn link(&mut self, action: LinkAction) {
        self.step.link(action);
    }

    pub(in crate::node) fn disk(&mut self, action: DiskAction) {
        self.step.disk(action);
    }

    pub(in crate::node) fn client(&mut self, action: ClientAction) {
        self.step.client(action);
    }

    pub(in crate::node) fn log(&mut self, topic: &'static str, text: String) {
        self.step.log(topic, text);
    }

    pub(in crate::node) fn tell(&mut self, news: News) {
        self.step.tell(news);
    }
}

/// The mesh, with what it takes of the others.
impl Context {
    /// Sends a message on a link that is still open.
    pub(in crate::node) fn send(&mut self, link: LinkId, message: Message) {
        self.mesh.send(&mut self.step, link, message);
    }

    /// Sends a message to a node that is here.
    pub(in crate::node) fn send_to(&mut self, node: NodeId, message: Message) {
        self.mesh.send_to(&mut self.step, node, message);
    }

    /// Closes a link from this side.
    pub(in crate::node) fn close(&mut self, link: LinkId, reason: CloseReason) {
        self.mesh.close(&mut self.step, link, reason);
    }

    /// Tells everyone what has changed in this node's records since the last call, as far as their links are free.
    pub(in crate::node) fn announce(&mut self) {
        self.mesh.announce(&mut self.step, &mut self.table, self.folder.scanned);
    }

    /// How many copies of every photo the mesh wants: the highest number that a node asks for.
    pub(in crate::node) fn copies(&self) -> usize {
        self.config().copies.max(self.mesh.census.copies).max(1) as usize
    }

    /// How many nodes can have a copy now: this one, those here, and those that are expected back.
    pub(in crate::node) fn reachable_copies(&self) -> usize {
        let nodes = 1 + self.mesh.census.here + self.mesh.census.away;
        self.copies().min(nodes)
    }

    /// Whether every table is complete that could tell of a copy: nobody acts on half a table.
    pub(in crate::node) fn is_settled(&self) -> bool {
        self.folder.scanned && self.mesh.census.incomplete == 0
    }

    /// Whether copies may be made: as [`Context::is_settled`], but a node that takes longer than its grace to tell what it
    /// has (a first scan of years of photos) no longer holds up the repair of others. A copy too many does no harm.
    pub(in crate::node) fn may_repair(&self) -> bool {
        let now = self.now();
        let grace = self.config().grace;
        let holds_up = |presence: Presence| match presence {
            Presence::Here { complete, since, .. } => !complete && now.since(since) < grace,
            Presence::Away { .. } | Presence::Gone => false,
        };
        let mut members = self.mesh.members.values();
        self.is_settled() || self.folder.scanned && !members.any(|member| holds_up(member.presence))
    }

    /// Nodes that have not told all they hold.
    pub(in crate::node) fn incomplete(&self) -> impl Iterator<Item = NodeId> + '_ {
        let me = (!self.folder.scanned).then_some(self.me());
        let others = self.mesh.here().map(|(node, _)| node);
        let others = others.filter(|node| !self.mesh.is_here_completely(*node));
        me.into_iter().chain(others)
    }
}

/// Copies of photos.
impl Context {
    /// Reviews a photo again after a while.
    pub(in crate::node) fn retry(&mut self, photo: PhotoId, after: Duration) {
        self.agenda.set(photo, self.step.now + after);
    }

    /// Whether a photo's holders and its part in the collection have been the same for a while.
    pub(in crate::node) fn is_at_rest(&self, entry: &Entry) -> bool {
        entry.changed_at + SETTLE <= self.now()
    }

    /// The folder holds a photo so: this node's own claim on it.
    pub(in crate::node) fn hold(&mut self, photo: Arc<Photo>, facts: Facts, holding: Holding) {
        let holding = self.custody.as_withdrawn(photo.id, holding);
        let record = Record { photo, facts: Arc::new(facts), holding, looks: Looks::default() };
        self.table.claim(self.step.me(), &record);
    }

    /// Whether the folder could take a photo of this size.
    pub(in crate::node) fn has_room(&self, bytes: u64) -> bool {
        self.folder.has_room(self.now(), bytes)
    }

    /// The folder cannot be written at the moment.
    pub(in crate::node) fn write_failed(&mut self, error: &DiskError) {
        let text = self.folder.write_failed(self.step.now, error);
        self.log("disk", text);
    }

    /// Takes a photo out of this node's trash for the mesh: to where it was, but not back into the folder of an owner
    /// who has removed it.
    pub(in crate::node) fn restore(&mut self, photo: PhotoId) {
        let removed = self.table.is_removed_by_me(photo);
        self.restore_as(photo, removed.then_some(Holding::Replica));
    }

    /// Takes a photo out of this node's trash.
    pub(in crate::node) fn restore_as(&mut self, photo: PhotoId, holding: Option<Holding>) {
        if !self.custody.is_going(photo) && self.custody.returns(photo) {
            self.disk(DiskAction::Restore { photo, holding });
        }
    }

    /// What people call a photo: its label in the collection, or its own name if it is not shown.
    pub(in crate::node) fn name_of(&self, photo: PhotoId) -> String {
        match self.table.get(photo) {
            Some(entry) if !self.table.is_shown(entry) => {
                super::table::names::primary(&entry.photo, &entry.facts).into_owned()
            }
            _ => self.table.names.label(photo),
        }
    }
}

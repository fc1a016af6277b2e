//! What every part sees and uses: the lower rooms, and the answers that need several of them.
//!
//! Each field owns its data and changes only through its own methods. A question that needs several of them is answered
//! here, so that no two parts answer it differently.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::agenda::Agenda;
use super::custody::Custody;
use super::limits::{PATIENCE, SETTLE};
use super::members::Members;
use super::mesh::Mesh;
use super::news::News;
use super::own_folder::OwnFolder;
use super::step::Step;
use super::table::Table;
use super::table::entry::Entry;
use super::table::spread::Spread;
use super::table::verdict::Verdict;
use super::{ClientAction, CloseReason, Config, DiskAction, DiskError, LinkAction, LinkId, Time};
use crate::photo::{Photo, PhotoId, Relation};
use crate::protocol::client::Stay;
use crate::protocol::{Facts, Holding, Looks, MemberName, Message, NodeId, Record};

/// What every part sees and uses.
#[derive(Debug)]
pub(in crate::node) struct Context {
    /// The present step: its node, its time and its results.
    pub(in crate::node) step: Step,
    /// Who belongs to the group.
    pub(in crate::node) members: Members,
    /// Which nodes are here.
    pub(in crate::node) mesh: Mesh,
    /// Which nodes hold which photos.
    pub(in crate::node) table: Table,
    /// Which of this node's own copies are on their way out or back.
    pub(in crate::node) custody: Custody,
    /// Which photos to review, and when.
    pub(in crate::node) agenda: Agenda,
    /// The state of this node's folder.
    pub(in crate::node) folder: OwnFolder,
}

/// The present step.
impl Context {
    /// What there is at a node's start.
    pub(in crate::node) fn new(config: Config) -> Context {
        let mut table = Table::new(config.node);
        // A number that every life draws anew.
        table.count_revisions_from(config.boot.0);
        table.set_member(config.node, config.membership.as_ref().map(|m| m.name()));
        let members = Members::new(&config);
        if let Some(certified) = members.certified() {
            table.set_certified(certified);
        }
        table.remember(&config.tombstones);
        table.set_draining(config.node, config.draining);
        Context {
            members,
            mesh: Mesh::new(&config),
            step: Step::new(config),
            table,
            custody: Custody::default(),
            agenda: Agenda::default(),
            folder: OwnFolder::default(),
        }
    }

    /// Moves time on.
    pub(in crate::node) fn set_now(&mut self, now: Time) {
        self.step.now = now;
        self.table.set_now(now);
    }

    pub(in crate::node) fn me(&self) -> NodeId {
        self.step.me()
    }

    /// The member whose node this is.
    pub(in crate::node) fn my_member(&self) -> MemberName {
        self.config().member()
    }

    pub(in crate::node) fn config(&self) -> &Config {
        &self.step.config
    }

    pub(in crate::node) fn now(&self) -> Time {
        self.step.now
    }

    pub(in crate::node) fn is_leaving(&self) -> bool {
        self.step.leaving().is_some()
    }

    /// Whether this node hands over all that it has, and then leaves for good.
    pub(in crate::node) fn is_draining(&self) -> bool {
        self.mesh.is_draining(self.me())
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

    pub(in crate::node) fn warn(&mut self, topic: &'static str, text: String) {
        self.step.warn(topic, text);
    }

    pub(in crate::node) fn trace(&mut self, topic: &'static str, text: String) {
        self.step.trace(topic, text);
    }

    pub(in crate::node) fn tell(&mut self, news: News) {
        self.step.tell(news);
    }
}

/// The mesh, with the other fields that it needs.
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

    /// Tells every node the changes in this node's records since the last call, as far as its link is free.
    pub(in crate::node) fn announce(&mut self) {
        self.mesh.announce(&mut self.step, &mut self.table, self.folder.is_scanned());
    }

    /// The group has invited or removed somebody: the table judges by it, nodes that may not stay go, and all hear of
    /// it.
    pub(in crate::node) fn members_changed(&mut self) {
        if let Some(certified) = self.members.certified() {
            self.table.set_certified(certified);
        }
        self.mesh.turn_out(&mut self.step, &self.members);
        self.mesh.tell_members(&mut self.step, &self.members);
    }

    /// How many copies of each photo the mesh wants, see [`Census::copies`](super::mesh::Census).
    pub(in crate::node) fn copies(&self) -> usize {
        self.mesh.census().copies.max(1) as usize
    }

    /// How many copies there must be elsewhere before one leaves a node: what leaves a person's folder leaves on their
    /// own terms, if these are stricter than what is agreed on.
    pub(in crate::node) fn copies_wanted_by(&self, node: NodeId) -> usize {
        let own = self.config().copies;
        let wish = self.mesh.peer(node).map_or(own, |peer| peer.copies);
        self.copies().max(wish as usize)
    }

    /// The share of one member in something of which there is only so much. As long as fewer members than there are
    /// copies conspire, some of it is left for the others, however many nodes they run.
    pub(in crate::node) fn share_of(&self, all: usize) -> usize {
        (all / self.copies().max(2)).max(1)
    }

    /// How widely each photo is to be spread: over as many nodes as are possible now, of those here and those expected
    /// back, and over as many members.
    pub(in crate::node) fn goal(&self) -> Spread {
        let all = self.mesh.census().all;
        Spread { nodes: self.copies().min(all.nodes), members: self.copies().min(all.members) }
    }

    /// How widely a photo can be spread now, over those that are here.
    pub(in crate::node) fn goal_here(&self) -> Spread {
        let here = self.mesh.census().here_with_me;
        Spread { nodes: self.copies().min(here.nodes), members: self.copies().min(here.members) }
    }

    /// How many nodes are here and do not hand over what they have, this one included.
    pub(in crate::node) fn nodes_here_to_stay(&self) -> usize {
        self.mesh.census().here_with_me.nodes
    }

    /// What people call a node, see [`Mesh::called`](super::mesh::Mesh::called).
    pub(in crate::node) fn called(&self, node: NodeId) -> String {
        self.mesh.called(node)
    }

    /// What people call these nodes, where that is more than their ids, which need no telling.
    pub(in crate::node) fn all_called(
        &self,
        nodes: impl IntoIterator<Item = NodeId>,
    ) -> BTreeMap<NodeId, String> {
        let named = nodes.into_iter().map(|node| (node, self.called(node)));
        named.filter(|(node, called)| *called != format!("node {node}")).collect()
    }

    /// Nodes and where they listen, for people.
    pub(in crate::node) fn in_words(&self, nodes: &[NodeId]) -> String {
        self.mesh.in_words(self.me(), nodes)
    }

    /// Owners, for people. Without a group each is a node, and where it listens is said, too.
    pub(in crate::node) fn owners_in_words<'a>(
        &self,
        owners: impl IntoIterator<Item = &'a MemberName>,
    ) -> String {
        let word = |owner: &MemberName| match owner.as_node() {
            Some(node) if self.config().membership.is_none() => self.in_words(&[node]),
            _ => owner.to_string(),
        };
        owners.into_iter().map(word).collect::<Vec<_>>().join(", ")
    }

    /// Whether every node that is here has told all its photos, or [was waited for](super::mesh) for long: nobody acts
    /// on half a table.
    ///
    /// No copy hangs on this one. What is given up was proven by others, and who has not told what they have can only
    /// have more copies; what an owner says of a photo counts from when it is heard, as of one who is away.
    pub(in crate::node) fn is_settled(&self) -> bool {
        let longest = self.config().grace.saturating_mul(PATIENCE);
        self.folder.is_scanned() && !self.mesh.waits(longest)
    }

    /// Whether copies may be made: like [`Context::is_settled`], but a member is waited for no longer than for one who
    /// is away. A surplus copy does no harm.
    pub(in crate::node) fn may_repair(&self) -> bool {
        self.folder.is_scanned() && !self.mesh.waits(self.config().grace)
    }

    /// Nodes that have not told all their photos.
    pub(in crate::node) fn incomplete(&self) -> impl Iterator<Item = NodeId> + '_ {
        let me = (!self.folder.is_scanned()).then_some(self.me());
        me.into_iter().chain(self.mesh.incomplete())
    }
}

/// Copies of photos.
impl Context {
    /// Reviews a photo again after this time.
    pub(in crate::node) fn retry(&mut self, photo: PhotoId, after: Duration) {
        self.agenda.set(photo, self.step.now + after);
    }

    /// Whether a photo's holders and verdict have not changed for a while.
    pub(in crate::node) fn is_at_rest(&self, entry: &Entry) -> bool {
        entry.changed_at + SETTLE <= self.now()
    }

    /// The folder holds a photo in this way: notes this node's own claim.
    pub(in crate::node) fn hold(&mut self, photo: Arc<Photo>, facts: Facts, holding: Holding) {
        let holding = self.custody.as_withdrawn(photo.id, holding);
        let record = Record { photo, facts: Arc::new(facts), holding, looks: Looks::default() };
        self.table.claim(self.step.me(), &record);
    }

    /// The folder cannot be written at the moment.
    pub(in crate::node) fn write_failed(&mut self, error: &DiskError) {
        let text = self.folder.write_failed(self.step.now, error);
        self.warn("disk", text);
    }

    /// Takes a photo out of this node's trash for the mesh: back to where it was, but as a replica if this node's owner
    /// has removed it.
    pub(in crate::node) fn restore(&mut self, photo: PhotoId) {
        let removed = self.table.is_removed_by_me(photo);
        self.restore_as(photo, removed.then_some(Holding::Replica), None);
    }

    /// Takes a photo out of this node's trash; of several copies the one that is called so.
    pub(in crate::node) fn restore_as(
        &mut self,
        photo: PhotoId,
        holding: Option<Holding>,
        called: Option<String>,
    ) {
        if !self.custody.is_going(photo) && self.custody.returns(photo) {
            self.disk(DiskAction::Restore { photo, holding, called });
        }
    }

    /// Whose a photo is: this node's own, or that of its first owner here, or else of another node that has it.
    pub(in crate::node) fn whose(&self, photo: PhotoId) -> Option<NodeId> {
        let entry = self.table.get(photo)?;
        let owns = |node: &NodeId| entry.holding(*node) == Some(Holding::Original);
        let me = Some(self.me()).filter(owns);
        let others = || entry.on_disk().filter(|node| *node != self.me());
        me.or_else(|| others().find(owns)).or_else(|| others().next())
    }

    /// Whether a photo in the trash went for a version that is not its owner's: no time deletes it, if it is the friend's own,
    /// or is kept for one who has it nowhere any more.
    pub(in crate::node) fn made_way_for_another(&self, photo: PhotoId) -> bool {
        let Some(entry) = self.table.get(photo) else {
            return false;
        };
        let keeper = match entry.verdict {
            Verdict::Loser(keeper) => keeper,
            Verdict::Keeper | Verdict::Removed | Verdict::Absent => return false,
        };
        match self.table.mine(photo) {
            Some(Holding::RetiredOriginal) => self.table.mine(keeper) != Some(Holding::Original),
            Some(Holding::Retired) => {
                let keeper = self.table.get(keeper);
                keeper.is_some_and(|keeper| self.table.is_left_to_others(entry, keeper))
            }
            Some(Holding::Original | Holding::Replica) | None => false,
        }
    }

    /// Whether a photo is deleted when its time in this node's trash is over and that is safe; none if it must be compared
    /// with the better version first.
    pub(in crate::node) fn time_deletes(&self, photo: PhotoId) -> Option<bool> {
        match self.table.get(photo)?.verdict {
            _ if self.made_way_for_another(photo) => Some(false),
            Verdict::Loser(keeper) => {
                self.table.found(photo, keeper).map(|found| found == Relation::Same)
            }
            Verdict::Keeper | Verdict::Removed => Some(true),
            Verdict::Absent => None,
        }
    }

    /// How long a photo stays in this node's trash, where its files' time is over after so many days, or never; none if it
    /// is not known yet whether time deletes it.
    pub(in crate::node) fn stay(&self, photo: PhotoId, days: Option<u32>) -> Option<Stay> {
        match (days, self.time_deletes(photo)) {
            (Some(_), None) => None,
            (Some(days), Some(true)) => Some(Stay::Days(days)),
            (None, _) | (_, Some(false)) => Some(Stay::UntilPurged),
        }
    }

    /// A photo's name for people: its label in the collection, or its own name if it is not shown.
    pub(in crate::node) fn name_of(&self, photo: PhotoId) -> String {
        match self.table.get(photo) {
            Some(entry) if !self.table.is_shown(entry) => {
                super::table::names::primary(&entry.photo, &entry.facts).into_owned()
            }
            _ => self.table.label(photo),
        }
    }
}

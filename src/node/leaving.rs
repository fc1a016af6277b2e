//! Leaving on purpose. A daemon that is stopped hands over first what only this node has, in bounded time: it will be
//! back. One whose owner wants it to *drain* hands over all that it has, however long that takes, and then leaves for
//! good; until then the others can have photos from it, and count on none of its copies.

use super::context::Context;
use super::limits::{DRAIN_TOLD, DRAINED, LEAVE, SWEEP};
use super::{Action, DiskAction, LinkId, Node};
use crate::photo::PhotoId;
use crate::protocol::client::{DrainOrder, DrainReport};
use crate::protocol::{Answer, Message, NodeId};

impl Node {
    /// Someone wants this node to stop: photos that only it has go to others first.
    pub(super) fn shut_down(&mut self) {
        if self.cx.is_leaving() {
            return;
        }
        self.drops.abandon_all(&mut self.cx, "this daemon is leaving");
        self.cx.step.leave(self.cx.now() + LEAVE);
        let only_here = self.cx.table.sums().only_here();
        if only_here > 0 && self.cx.mesh.count_here() > 0 {
            let text = format!(
                "photos to hand over that only this node has: {only_here}; again to stop at once"
            );
            self.cx.log("leave", text);
        }
        self.tend_leaving();
    }

    /// Goes on handing over, and leaves when nothing is left to hand over, nobody takes it, or the time is over.
    pub(super) fn tend_leaving(&mut self) {
        let Some(until) = self.cx.step.leaving() else {
            return;
        };
        // What a node that has just gone means is not worked off yet: there may be more.
        let is_known = self.cx.table.is_swept() && self.cx.table.is_judged();
        if !is_known && until > self.cx.now() {
            return;
        }
        let only_here = self.cx.table.sums().only_here();
        // No node takes anything any more: perhaps the others are leaving too, or their disks are full.
        let takes_nothing = |node: NodeId| {
            self.copies.skipped(node).is_some()
                || self.cx.mesh.is_draining(node)
                || self.cx.disk_of(node).room == 0
        };
        let in_vain = self.cx.mesh.here().all(|(node, _)| takes_nothing(node));
        if only_here == 0 || in_vain || until <= self.cx.now() {
            if only_here > 0 {
                let text = format!("photos that remain on this node alone: {only_here}");
                self.cx.warn("leave", text);
            }
            self.goodbye("stopped");
            return self.cx.step.act(Action::Exit { error: None });
        }
        // The next of them; after the last one it starts over.
        let photos = self.cx.table.sums().only_here_after(self.handed_over).take(SWEEP);
        let photos: Vec<PhotoId> = photos.collect();
        self.handed_over = photos.last().copied();
        for photo in photos {
            self.copies.offer(&mut self.cx, photo);
        }
    }

    /// This node's owner wants all that it has handed over, or that it stays after all; or to know how far it has come.
    pub(super) fn drain(&mut self, link: LinkId, order: DrainOrder) {
        match order {
            DrainOrder::Begin => self.set_draining(true),
            DrainOrder::Cancel => self.set_draining(false),
            DrainOrder::Tell => {}
        }
        let report = self.drain_report();
        self.cx.step.answer(link, Answer::Draining(report));
    }

    fn set_draining(&mut self, draining: bool) {
        let Node { cx, drops, .. } = self;
        if !cx.mesh.set_draining(&mut cx.step, draining) {
            return;
        }
        cx.disk(DiskAction::NoteDraining { draining });
        cx.table.set_draining(cx.step.me(), draining);
        if draining {
            drops.abandon_all(cx, "this daemon hands over all that it has");
            cx.log("drain", "handing over all that is here: then this daemon leaves".to_owned());
        } else {
            self.drained_since = None;
            cx.log("drain", "this node stays, and its copies count".to_owned());
        }
    }

    fn drain_report(&self) -> DrainReport {
        let Context { table, .. } = &self.cx;
        DrainReport {
            draining: self.cx.is_draining(),
            left: match table.is_swept() {
                true => table.sums().mine_under(self.cx.goal()) as u64,
                false => table.load(self.cx.me()).photos,
            },
            done: self.drained_since.is_some_and(|since| since + DRAINED <= self.cx.now()),
        }
    }

    /// Leaves when all is handed over that this node's owner wants handed over.
    pub(super) fn tend_draining(&mut self) {
        if self.cx.is_leaving() || !self.is_drained() {
            self.drained_since = None;
            return;
        }
        let now = self.cx.now();
        let since = *self.drained_since.get_or_insert(now);
        if since + DRAINED + DRAIN_TOLD <= now {
            let text = "all is handed over: the others have it without this node";
            self.cx.log("drain", text.to_owned());
            self.cx.disk(DiskAction::NoteDraining { draining: false });
            self.goodbye("has handed over all that it had");
            self.cx.step.act(Action::Exit { error: None });
        }
    }

    /// Whether all that this node has, its trash included, is on as many nodes of those that stay as is possible. Who is
    /// away and may come back stays, too: a copy that could be made there is not made yet.
    fn is_drained(&self) -> bool {
        let Context { table, .. } = &self.cx;
        let goal = self.cx.goal();
        let is_known = self.cx.is_settled() && table.is_swept() && table.is_judged();
        self.cx.is_draining()
            && is_known
            && self.cx.goal_here().nodes > 0
            && table.sums().mine_under(goal) == 0
    }

    /// Tells everyone that this node goes on purpose.
    pub(super) fn goodbye(&mut self, reason: &str) {
        for (_, link) in self.cx.mesh.here().collect::<Vec<_>>() {
            self.cx.send(link, Message::Leave { reason: reason.to_owned() });
        }
    }
}

//! Leaving on purpose. A daemon that is stopped hands over first what only this node has, in bounded time: it will be
//! back. One whose owner wants it to *drain* hands over all that it has, however long that takes, and then leaves for
//! good; until then the others can have photos from it, and count on none of its copies.

use super::limits::{DRAIN_TOLD, DRAINED, LEAVE, SWEEP};
use super::{Action, DiskAction, Node};
use crate::photo::PhotoId;
use crate::protocol::{Message, NodeId};

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

    /// Leaves when all is handed over that this node's owner wants handed over.
    pub(super) fn tend_draining(&mut self) {
        if self.cx.is_leaving() || !self.cx.is_drained() {
            self.cx.step.drained_since = None;
            return;
        }
        let now = self.cx.now();
        let since = *self.cx.step.drained_since.get_or_insert(now);
        if since + DRAINED + DRAIN_TOLD <= now {
            self.cx.log(
                "drain",
                "all is handed over: the others have it without this node".to_owned(),
            );
            self.cx.disk(DiskAction::NoteDraining { draining: false });
            self.goodbye("has handed over all that it had");
            self.cx.step.act(Action::Exit { error: None });
        }
    }

    /// Tells everyone that this node goes on purpose.
    pub(super) fn goodbye(&mut self, reason: &str) {
        for (_, link) in self.cx.mesh.here().collect::<Vec<_>>() {
            self.cx.send(link, Message::Leave { reason: reason.to_owned() });
        }
    }
}

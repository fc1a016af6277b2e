//! Leaving on purpose: what only this node has goes to others first, in bounded time.

use super::limits::LEAVE;
use super::{Action, Node};
use crate::photo::PhotoId;
use crate::protocol::Message;

impl Node {
    /// Someone wants this node to stop: first what only it holds goes to others.
    pub(super) fn shut_down(&mut self) {
        if self.cx.is_leaving() {
            return;
        }
        self.drops.abandon_all(&mut self.cx, "this daemon is leaving");
        self.cx.step.leaving = Some(self.cx.now() + LEAVE);
        let only_here = self.held_only_here().len();
        if only_here > 0 && self.cx.mesh.count_here() > 0 {
            let text = format!(
                "handing over {only_here} photo(s) that only this node has; again to stop at once"
            );
            self.cx.log("leave", text);
        }
        self.tend_leaving();
    }

    /// Goes on handing over, and leaves when that is done, in vain, or out of time.
    pub(super) fn tend_leaving(&mut self) {
        let Some(until) = self.cx.step.leaving else {
            return;
        };
        let only_here = self.held_only_here();
        // Nobody is left who takes anything: perhaps the others are leaving too.
        let in_vain = self.cx.mesh.here().all(|(node, _)| self.copies.skipped(node).is_some());
        if only_here.is_empty() || in_vain || until <= self.cx.now() {
            if !only_here.is_empty() {
                let text = format!("{} photo(s) remain on this node alone", only_here.len());
                self.cx.log("leave", text);
            }
            self.goodbye("stopped");
            return self.cx.step.act(Action::Exit { error: None });
        }
        for photo in only_here {
            self.copies.offer(&mut self.cx, photo);
        }
    }

    /// The photos of the collection, and variants that it does not show, that no other node which is here has.
    fn held_only_here(&self) -> Vec<PhotoId> {
        let (me, table) = (self.cx.me(), &self.cx.table);
        let few = table.sums().few(2).filter_map(|(photo, _)| table.get(photo));
        let alone = few.filter(|entry| match table.is_shown(entry) {
            true => entry.live().eq([me]),
            false => entry.anywhere().eq([me]),
        });
        alone.map(|entry| entry.photo.id).collect()
    }

    /// Tells everyone that this node goes on purpose.
    pub(super) fn goodbye(&mut self, reason: &str) {
        for (_, link) in self.cx.mesh.here().collect::<Vec<_>>() {
            self.cx.send(link, Message::Leave { reason: reason.to_owned() });
        }
    }
}

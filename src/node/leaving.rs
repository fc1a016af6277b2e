//! Leaving on purpose: what only this node has goes to others first, in bounded time.

use super::limits::LEAVE;
use super::{Action, Node};
use crate::photo::PhotoId;
use crate::protocol::Message;

impl Node {
    /// Someone wants this node to stop: first what only it holds goes to others.
    pub(super) fn shut_down(&mut self) {
        if self.leaving.is_none() {
            self.abandon_all("this daemon is leaving");
            self.leaving = Some(self.now + LEAVE);
            let only_here = self.held_only_here().len();
            if only_here > 0 && self.mesh.count_here() > 0 {
                self.log("leave", format!("handing over {only_here} photo(s) that only this node has; again to stop at once"));
            }
            self.tend_leaving();
        }
    }

    /// Goes on handing over, and leaves when that is done, in vain, or out of time.
    pub(super) fn tend_leaving(&mut self) {
        let Some(until) = self.leaving else {
            return;
        };
        let only_here = self.held_only_here();
        // Nobody is left who takes anything: perhaps the others are leaving too.
        let skipped = &self.replication.skipped;
        let in_vain = self.mesh.here().all(|(node, _)| skipped.contains_key(&node));
        if only_here.is_empty() || in_vain || until <= self.now {
            if !only_here.is_empty() {
                self.log(
                    "leave",
                    format!("{} photo(s) remain on this node alone", only_here.len()),
                );
            }
            self.goodbye("stopped");
            return self.act(Action::Exit { error: None });
        }
        for photo in only_here {
            self.offer(photo);
        }
    }

    /// The photos of the collection, and variants that it does not show, that no other node which is here has.
    pub(super) fn held_only_here(&self) -> Vec<PhotoId> {
        let me = self.config.node;
        let mine = self.table.mine_after(None).filter_map(|photo| self.table.get(photo));
        let alone = mine.filter(|entry| match self.table.is_shown(entry) {
            true => entry.live().eq([me]),
            false => self.table.is_variant(entry) && entry.anywhere().eq([me]),
        });
        alone.map(|entry| entry.photo.id).collect()
    }

    /// Tells everyone that this node goes on purpose.
    pub(super) fn goodbye(&mut self, reason: &str) {
        for (_, link) in self.mesh.here().collect::<Vec<_>>() {
            self.send(link, Message::Leave { reason: reason.to_owned() });
        }
    }
}

//! What the table keeps of a node that is away.

use super::catalog::Catalog;
use super::claims::Claim;
use crate::protocol::NodeId;

impl Catalog {
    /// A node is away: what it said is only the last that is known.
    pub(super) fn set_away(&mut self, node: NodeId) {
        for photo in self.shelf_after(node, None).collect::<Vec<_>>() {
            let claim = self.entries.get(&photo).and_then(|entry| entry.claims.get(node)).cloned();
            self.set_claim(node, photo, claim.map(|claim| Claim { current: false, ..claim }));
        }
    }

    /// Forgets what a node said before its present link: it has told all it has, or it stays away.
    pub(super) fn forget_last_known(&mut self, node: NodeId) {
        for photo in self.shelf_after(node, None).collect::<Vec<_>>() {
            let claim = self.entries.get(&photo).and_then(|entry| entry.claims.get(node));
            if claim.is_some_and(|claim| !claim.current) {
                self.set_claim(node, photo, None);
            }
        }
    }
}

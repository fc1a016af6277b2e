//! What every node makes of a photo that its owner has removed.

use crate::node::Node;
use crate::node::custody::Standing;
use crate::node::drops::round::Aim;
use crate::node::limits::{RETRY, SETTLE};
use crate::node::table::verdict::Verdict;
use crate::photo::PhotoId;
use crate::protocol::Holding;

impl Node {
    /// A photo is removed: this node's replica goes to its trash.
    pub(in crate::node) fn consider_removing(&mut self, photo: PhotoId) {
        if self.table.mine(photo) != Some(Holding::Replica) {
            return;
        }
        if let Some(until) = self.stuck_until(photo) {
            return self.agenda.set(photo, until);
        }
        let remover = self.table.removers(photo).first().copied();
        let standing = Standing { settled: self.knows_all_owners(), ..self.standing(photo, 0, 0) };
        if self.custody.may_leave(photo, photo, &standing).is_err() {
            return self.retry(photo, RETRY);
        }
        if let Some(by) = remover {
            let text = format!(
                "{} was removed by its owner, node {by}: this copy goes to the trash",
                photo.short()
            );
            self.log("remove", text);
            self.begin(Aim::Remove { by }, photo, photo, &[], 0, None);
        }
    }

    /// Whether whoever may be in its grace has been heard in this life, and all that was told found a place in the table:
    /// otherwise there could be an owner of whom this node has no record.
    fn knows_all_owners(&self) -> bool {
        self.now.0 >= self.config.grace && self.left_out.is_empty()
    }

    /// The time of a removed photo in the trash is over.
    pub(in crate::node) fn purge_removed(&mut self, photo: PhotoId) {
        let is_removed = self.table.get(photo).is_some_and(|entry| {
            entry.verdict == Verdict::Removed
                && entry.changed_at + SETTLE <= self.now
                && self.table.is_removed(entry)
                && !self.table.is_inherited(entry)
        });
        // Alone in the world, nothing is deleted.
        let standing = Standing {
            unfit: self.unfit_or_alone(),
            settled: is_removed && self.knows_all_owners(),
            ..self.standing(photo, 0, 0)
        };
        if self.custody.may_leave(photo, photo, &standing).is_ok() {
            self.begin(Aim::Purge, photo, photo, &[], 0, None);
        }
    }
}

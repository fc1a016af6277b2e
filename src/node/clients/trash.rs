//! Emptying the trash by hand: a person need not wait until a photo's time there is over, but the rules are the same.

use std::collections::BTreeSet;

use crate::node::limits::{REMOVE, WORK_PER_STEP};
use crate::node::{DiskAction, LinkId, Node, Time};
use crate::photo::PhotoId;
use crate::protocol::Answer;
use crate::protocol::client::Refusal;

/// Photos of the trash that a client wants deleted.
#[derive(Debug)]
pub(in crate::node) struct Purging {
    left: BTreeSet<PhotoId>,
    going: BTreeSet<PhotoId>,
    deleted: u64,
    kept: u64,
    until: Time,
}

impl Node {
    /// A client wants everything deleted that has been in this node's trash for so many days.
    pub(super) fn purge_for(&mut self, link: LinkId, older_than: u32) {
        match self.unfit_or_alone() {
            Some(obstacle) => self.refuse(link, Refusal::Daemon, &obstacle.to_string()),
            None => self.disk(DiskAction::FindAged { link, older_than }),
        }
    }

    /// The folder has found what a client wants deleted.
    pub(in crate::node) fn aged(&mut self, link: LinkId, photos: BTreeSet<PhotoId>) {
        let purging = Purging {
            left: photos,
            going: BTreeSet::new(),
            deleted: 0,
            kept: 0,
            until: self.now + REMOVE,
        };
        self.go_on_purging(link, purging);
    }

    /// Time has passed: what clients want deleted goes on.
    pub(in crate::node) fn tend_purgings(&mut self) {
        for (link, purging) in std::mem::take(&mut self.purgings) {
            self.go_on_purging(link, purging);
        }
    }

    fn go_on_purging(&mut self, link: LinkId, mut purging: Purging) {
        for photo in std::mem::take(&mut purging.going) {
            if self.custody.is_going(photo) {
                purging.going.insert(photo);
            } else if self.table.mine(photo).is_none() {
                purging.deleted += 1;
            } else {
                purging.kept += 1;
            }
        }
        for _ in 0..WORK_PER_STEP {
            if !self.has_free_round() {
                break;
            }
            let Some(photo) = purging.left.pop_first() else {
                break;
            };
            self.expired(photo, true);
            if self.custody.is_going(photo) {
                purging.going.insert(photo);
            } else {
                purging.kept += 1;
            }
        }
        let open = purging.left.len() + purging.going.len();
        if open > 0 && purging.until > self.now {
            self.purgings.insert(link, purging);
            return;
        }
        let deleted = purging.deleted;
        let kept = purging.kept + open as u64;
        self.answer(link, Answer::Purged { deleted, kept });
    }
}

//! At the owner's node: his copy goes to the trash, and his word is signed.

use std::collections::BTreeSet;

use super::Removal;
use crate::node::drops::round::Aim;
use crate::node::limits::{REMOVE, RETRY};
use crate::node::{DiskAction, DiskError, LinkId, Node};
use crate::photo::PhotoId;
use crate::protocol::client::Refusal;
use crate::protocol::{Answer, Holding, Tombstone, Wish};

impl Node {
    /// A client wants photos of this node removed, which it has been shown.
    pub(in crate::node) fn remove_for(&mut self, link: LinkId, photos: &[PhotoId]) {
        if let Err(error) = self.may_remove(photos) {
            return self.refuse(link, Refusal::Owner, &error);
        }
        let removal = Removal {
            left: photos.iter().copied().collect(),
            done: Vec::new(),
            moved: BTreeSet::new(),
            until: self.now + REMOVE,
            waits_for: String::new(),
        };
        self.removals.asked.insert(link, removal);
        self.go_on_removing(link);
    }

    /// Takes the next steps for a client that wants photos removed.
    fn go_on_removing(&mut self, link: LinkId) {
        let Some(removal) = self.removals.asked.get(&link) else {
            return;
        };
        if removal.left.is_empty() {
            let photos = removal.done.clone();
            self.removals.asked.remove(&link);
            return self.answer(link, Answer::Removed { photos });
        }
        let me = self.config.node;
        for photo in removal.left.clone() {
            let moved = |removal: &Removal| removal.moved.contains(&photo);
            let moved = self.removals.asked.get(&link).is_some_and(moved);
            let busy = self.custody.is_going(photo) || self.custody.is_returning(photo);
            if busy || self.removals.signing.contains(&photo) {
                continue;
            }
            let standing = self.standing(photo, 0, 0);
            let may_leave = self.custody.may_leave(photo, photo, &standing);
            let obstacle = may_leave.err().filter(|_| !moved);
            let Some(removal) = self.removals.asked.get_mut(&link) else {
                return;
            };
            if let Some(obstacle) = obstacle {
                removal.waits_for = obstacle.to_string();
            } else if self.table.mine(photo) == Some(Holding::Original) {
                self.begin(Aim::Remove { by: me }, photo, photo, &[], 0, None);
            } else {
                self.sign(photo, Wish::Removed);
            }
        }
    }

    /// A photo's files are in the trash: a removal of it goes on.
    pub(in crate::node) fn moved_to_trash(&mut self, photo: PhotoId) {
        for link in self.removers_of(photo) {
            if let Some(removal) = self.removals.asked.get_mut(&link) {
                removal.moved.insert(photo);
            }
            self.go_on_removing(link);
        }
    }

    fn sign(&mut self, photo: PhotoId, wish: Wish) {
        let counter = self.table.tombstones.next_counter((photo, self.config.node));
        self.removals.signing.insert(photo);
        self.disk(DiskAction::Sign { photo, counter, wish });
    }

    /// A word of this node's owner is signed and safe, or not.
    pub(in crate::node) fn signed(&mut self, photo: PhotoId, result: Result<Tombstone, DiskError>) {
        self.removals.signing.remove(&photo);
        match result {
            Ok(tombstone) => {
                let wish = tombstone.wish();
                self.table.entomb(tombstone);
                if wish == Wish::Lifted {
                    let text = format!("{} is in the collection again", photo.short());
                    return self.log("remove", text);
                }
                self.log("remove", format!("{} is removed", photo.short()));
                for link in self.removers_of(photo) {
                    if let Some(removal) = self.removals.asked.get_mut(&link) {
                        removal.left.remove(&photo);
                        removal.done.push(photo);
                    }
                    self.go_on_removing(link);
                }
            }
            Err(error) => {
                self.removals.retry_at = self.now + RETRY;
                let text = format!("{} stays as it is: {error}", photo.short());
                self.log("remove", text);
                self.removal_failed(photo, &error);
            }
        }
    }

    fn removers_of(&self, photo: PhotoId) -> Vec<LinkId> {
        let asked = self.removals.asked.iter();
        asked.filter(|(_, removal)| removal.left.contains(&photo)).map(|(link, _)| *link).collect()
    }

    /// The disk cannot do what removing a photo takes: it stays, and its file goes back.
    pub(in crate::node) fn removal_failed(&mut self, photo: PhotoId, error: &DiskError) {
        for link in self.removers_of(photo) {
            self.give_up_removing(link, Refusal::Disk, &error.to_string());
        }
    }

    fn give_up_removing(&mut self, link: LinkId, cause: Refusal, why: &str) {
        let Some(removal) = self.removals.asked.remove(&link) else {
            return;
        };
        for photo in removal.left.intersection(&removal.moved) {
            if self.table.is_in_my_trash(*photo) {
                self.restore(*photo);
            }
        }
        let done = removal.done.len();
        let error = match removal.left.len() {
            left if done > 0 => format!("{done} removed, {left} not: {why}"),
            _ => format!("not removed: {why}"),
        };
        self.refuse(link, cause, &error);
    }

    /// Time has passed, or a copy was moved: removals go on, and end; what has come back is said to be back.
    pub(in crate::node) fn tend_removals(&mut self) {
        for link in self.removals.asked.keys().copied().collect::<Vec<_>>() {
            self.go_on_removing(link);
            let removal = self.removals.asked.get(&link);
            let late = removal.filter(|removal| removal.until <= self.now);
            if let Some(why) = late.map(|removal| removal.waits_for.clone()) {
                self.give_up_removing(link, Refusal::Daemon, &why);
            }
        }
        if self.removals.retry_at > self.now {
            return;
        }
        for photo in std::mem::take(&mut self.table.reclaimed) {
            if self.table.is_reclaimed(photo) {
                self.table.reclaimed.insert(photo);
                if !self.removals.signing.contains(&photo) {
                    self.sign(photo, Wish::Lifted);
                }
            }
        }
    }
}

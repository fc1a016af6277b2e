//! At the owner's node: his copy goes to the trash, and his word is signed.

use std::collections::BTreeSet;

use super::Removal;
use crate::node::drops::round::Aim;
use crate::node::limits::{REMOVE, RETRY};
use crate::node::{Action, DiskError, LinkId, Node};
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
            let busy = self.is_going(photo) || self.restoring.contains(&photo);
            if busy || self.removals.signing.contains(&photo) {
                continue;
            }
            let obstacle = self.obstacle_to_removing(photo).filter(|_| !moved);
            let Some(removal) = self.removals.asked.get_mut(&link) else {
                return;
            };
            if let Some(obstacle) = obstacle {
                removal.waits_for = obstacle;
            } else if self.table.mine(photo) == Some(Holding::Original) {
                self.begin(Aim::Remove { by: me }, photo, photo, &[], 0, None);
            } else {
                self.sign(photo, Wish::Removed);
            }
        }
    }

    /// Why this node can give up no copies right now.
    pub(in crate::node) fn obstacle_to_dropping(&self) -> Option<String> {
        if self.leaving.is_some() {
            Some("this daemon is stopping".to_owned())
        } else if !self.is_settled() {
            Some("not all nodes have told what they have".to_owned())
        } else if !self.may_drop() {
            let left = self.config.pin.saturating_sub(self.now.0).as_secs() + 1;
            Some(format!(
                "this daemon has just started, and may have promised others to keep its copies: try again in {left} s"
            ))
        } else {
            None
        }
    }

    /// Why this node cannot move a copy of a photo to the trash right now.
    pub(super) fn obstacle_to_removing(&self, photo: PhotoId) -> Option<String> {
        if let Some(obstacle) = self.obstacle_to_dropping() {
            Some(obstacle)
        } else if self.is_pinned(photo) || self.is_counted_on(photo) {
            Some("another node relies on this copy at the moment".to_owned())
        } else if !self.has_free_round() {
            Some("too much is being moved at the moment".to_owned())
        } else {
            None
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
        self.act(Action::Sign { photo, counter, wish });
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

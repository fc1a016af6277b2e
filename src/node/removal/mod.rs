//! Removing photos: an owner's act, and what every node makes of it.
//!
//! # At the owner's node
//!
//! ```text
//!   client          node                                   folder
//!     Remove ──────▶  its original, if it has one: Remove ──▶ moved to the trash, with a note
//!                     Sign ─────────────────────────────────▶ signed, and safe on disk
//!     Removed ◀─────  the tombstone counts, and is told to all
//! ```
//!
//! In this order a crash in between leaves a photo that is still in the collection, with the owner's file in his trash:
//! nothing is half removed. An original of his that has a tombstone has therefore come back later: he has put it, copied
//! it or restored it, so the tombstone is lifted. Whether it is lifted in time does not matter, an original counts in
//! any case.
//!
//! # At every node
//!
//! A removed photo is not shown, not copied and not offered; a replica of it goes to this node's own trash. Nobody
//! deletes it before its time there is over, and then only if it is still removed for all that a complete table of more
//! than one node says, and nobody has given up a version of his own for it.
//!
//!
//! # Who does what
//!
//! Here is the owner's node: it goes through what its clients want removed, and signs. Every node's own copy of a removed
//! photo leaves like any other, by [`drops`](super::drops). Whether one is removed, the table says, from the tombstones of
//! all its owners.
//!
//! # What is left out
//!
//! Nobody can remove what is another's, not even who keeps the only copy of it left. And a tombstone is for good: it can be
//! answered by a later word of the same owner, never deleted, since some node may always come back with the photo.

use std::collections::{BTreeMap, BTreeSet};

use super::context::Context;
use super::limits::{REMOVE, RETRY};
use super::news::News;
use super::{DiskAction, DiskError, LinkId, Time};
use crate::photo::PhotoId;
use crate::protocol::Departure;
use crate::protocol::client::Refusal;
use crate::protocol::{Answer, Holding, Tombstone, Wish};

/// What owners of this node are about.
#[derive(Debug, Default)]
pub(in crate::node) struct Removal {
    /// What clients have asked for. It goes on when the client goes.
    asked: BTreeMap<LinkId, Asked>,
    /// Photos of which a word is being signed.
    signing: BTreeSet<PhotoId>,
    /// After a word could not be signed: when to try again.
    retry_at: Time,
}

/// Photos that a client wants removed.
#[derive(Debug)]
struct Asked {
    left: BTreeSet<PhotoId>,
    done: Vec<PhotoId>,
    /// Photos whose original this removal has moved to the trash.
    moved: BTreeSet<PhotoId>,
    until: Time,
    /// What it waits for, in words.
    waits_for: String,
}

impl Removal {
    /// A client wants photos removed that its owner may remove.
    pub(in crate::node) fn ask(&mut self, cx: &mut Context, link: LinkId, photos: &[PhotoId]) {
        let asked = Asked {
            left: photos.iter().copied().collect(),
            done: Vec::new(),
            moved: BTreeSet::new(),
            until: cx.now() + REMOVE,
            waits_for: String::new(),
        };
        self.asked.insert(link, asked);
        self.go_on(cx, link);
    }

    /// Takes the next steps for a client that wants photos removed.
    fn go_on(&mut self, cx: &mut Context, link: LinkId) {
        let Some(asked) = self.asked.get_mut(&link) else {
            return;
        };
        if asked.left.is_empty() {
            let photos = std::mem::take(&mut asked.done);
            self.asked.remove(&link);
            return cx.step.answer(link, Answer::Removed { photos });
        }
        let mut to_sign = Vec::new();
        for photo in &asked.left {
            let busy = cx.custody.is_going(*photo) || cx.custody.is_returning(*photo);
            if busy || self.signing.contains(photo) {
                continue;
            }
            let is_original = cx.table.mine(*photo) == Some(Holding::Original);
            let obstacle = match is_original {
                true => cx.may_leave(*photo, Departure::Removed { by: cx.me() }).err(),
                false => cx.unfit(),
            };
            match obstacle.filter(|_| !asked.moved.contains(photo)) {
                Some(obstacle) => asked.waits_for = obstacle.to_string(),
                None if is_original => cx.tell(News::Withdraw(*photo)),
                None => to_sign.push(*photo),
            }
        }
        for photo in to_sign {
            self.sign(cx, photo, Wish::Removed);
        }
    }

    /// A photo's files are in the trash: a removal of it goes on.
    pub(in crate::node) fn in_trash(&mut self, cx: &mut Context, photo: PhotoId) {
        for link in self.removers_of(photo) {
            if let Some(asked) = self.asked.get_mut(&link) {
                asked.moved.insert(photo);
            }
            self.go_on(cx, link);
        }
    }

    fn sign(&mut self, cx: &mut Context, photo: PhotoId, wish: Wish) {
        let counter = cx.table.tombstones.next_counter((photo, cx.me()));
        self.signing.insert(photo);
        cx.disk(DiskAction::Sign { photo, counter, wish });
    }

    /// A word of this node's owner is signed and safe, or not.
    pub(in crate::node) fn signed(
        &mut self,
        cx: &mut Context,
        photo: PhotoId,
        result: Result<Tombstone, DiskError>,
    ) {
        self.signing.remove(&photo);
        match result {
            Ok(tombstone) => {
                let wish = tombstone.wish();
                cx.table.entomb(tombstone);
                if wish == Wish::Lifted {
                    let text = format!("{} is in the collection again", photo.short());
                    return cx.log("remove", text);
                }
                cx.log("remove", format!("{} is removed", photo.short()));
                for link in self.removers_of(photo) {
                    if let Some(asked) = self.asked.get_mut(&link) {
                        asked.left.remove(&photo);
                        asked.done.push(photo);
                    }
                    self.go_on(cx, link);
                }
            }
            Err(error) => {
                self.retry_at = cx.now() + RETRY;
                cx.log("remove", format!("{} stays as it is: {error}", photo.short()));
                self.failed(cx, photo, &error);
            }
        }
    }

    fn removers_of(&self, photo: PhotoId) -> Vec<LinkId> {
        let asked = self.asked.iter();
        asked.filter(|(_, asked)| asked.left.contains(&photo)).map(|(link, _)| *link).collect()
    }

    /// The disk cannot do what removing a photo takes: it stays, and its file goes back.
    pub(in crate::node) fn failed(&mut self, cx: &mut Context, photo: PhotoId, error: &DiskError) {
        for link in self.removers_of(photo) {
            self.give_up(cx, link, Refusal::Disk, &error.to_string());
        }
    }

    fn give_up(&mut self, cx: &mut Context, link: LinkId, cause: Refusal, why: &str) {
        let Some(asked) = self.asked.remove(&link) else {
            return;
        };
        for photo in asked.left.intersection(&asked.moved) {
            if cx.table.is_in_my_trash(*photo) {
                cx.restore(*photo);
            }
        }
        let done = asked.done.len();
        let error = match asked.left.len() {
            left if done > 0 => format!("{done} removed, {left} not: {why}"),
            _ => format!("not removed: {why}"),
        };
        cx.step.answer(link, Answer::Refused { cause, error });
    }

    /// Time has passed: removals go on, and end; what has come back is said to be back.
    pub(in crate::node) fn tend(&mut self, cx: &mut Context) {
        for link in self.asked.keys().copied().collect::<Vec<_>>() {
            self.go_on(cx, link);
            let late = self.asked.get(&link).filter(|asked| asked.until <= cx.now());
            if let Some(why) = late.map(|asked| asked.waits_for.clone()) {
                self.give_up(cx, link, Refusal::Daemon, &why);
            }
        }
        if self.retry_at > cx.now() {
            return;
        }
        for photo in cx.table.reclaimed_by_me() {
            if !self.signing.contains(&photo) {
                self.sign(cx, photo, Wish::Lifted);
            }
        }
    }
}

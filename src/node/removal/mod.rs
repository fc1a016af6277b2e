//! Removing photos: an owner's act, and how every node follows it.
//!
//! # At the owner's node
//!
//! ```text
//!   client          node                                   folder
//!     Remove ──────▶  its original, if it has one: Remove ──▶ moved to the trash, with a note
//!                     Sign ─────────────────────────────────▶ signed, and safe on disk
//!     Removed ◀─────  the tombstone counts, and goes to all nodes
//! ```
//!
//! In this order a crash in between leaves the photo in the collection, with the owner's file in the trash: nothing is
//! half removed. So if an owner has an original with a tombstone, it has come back later (put, copied or restored by
//! its owner), and the tombstone is lifted. It does not matter how soon: an original counts in any case.
//!
//! # At every node
//!
//! A removed photo is not shown, not copied and not offered; a replica of it goes to this node's own trash. Nobody
//! deletes it before its time there is over, and then only if by a complete table of more than one node it is still
//! removed. A friend who has given up their own version for it is an owner of it, so that it is not.
//!
//! # Who does what
//!
//! This file is the owner's side: it goes through the photos that clients want removed, and signs. Every node's own
//! copy of a removed photo leaves like any other, by [`drops`](super::drops). The table knows whether a photo is
//! removed, from the tombstones of all its owners.
//!
//! # What is left out
//!
//! Nobody can remove another friend's photo, not even the holder of its last copy. And a tombstone is for good: the
//! same owner can revoke it later, but it is never deleted while its certificate counts, since a node may always come
//! back with the photo.

use std::collections::{BTreeMap, BTreeSet};

use super::context::Context;
use super::limits::{REMOVE, RETRY};
use super::news::News;
use super::{DiskAction, DiskError, LinkId, Time};
use crate::photo::PhotoId;
use crate::protocol::client::Refusal;
use crate::protocol::{Answer, Departure, Holding, Tombstone, Wish};

/// The removals that this node's owner has begun.
#[derive(Debug, Default)]
pub(in crate::node) struct Removal {
    /// Removals by client. They go on when the client goes.
    asked: BTreeMap<LinkId, Asked>,
    /// Photos whose tombstone is being signed.
    signing: BTreeSet<PhotoId>,
    /// When to try again after the disk could not sign.
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
    /// The obstacle for which it waits, as a text for people.
    waits_for: String,
}

impl Removal {
    /// A client wants photos removed, and this node's owner may remove them.
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
                true => cx.may_leave(*photo, Departure::Removed { by: cx.my_member() }).err(),
                false => cx.unfit_for_owner(),
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

    /// The files of a removed photo are in the trash: a removal of it goes on. If that has been given up meanwhile, the
    /// owner's file goes back.
    pub(in crate::node) fn in_trash(&mut self, cx: &mut Context, photo: PhotoId) {
        let removers = self.removers_of(photo);
        let is_original = cx.table.mine(photo) == Some(Holding::RetiredOriginal);
        if removers.is_empty() && is_original && !cx.table.is_removed_by_me(photo) {
            cx.restore(photo);
        }
        for link in removers {
            if let Some(asked) = self.asked.get_mut(&link) {
                asked.moved.insert(photo);
            }
            self.go_on(cx, link);
        }
    }

    fn sign(&mut self, cx: &mut Context, photo: PhotoId, wish: Wish) {
        let counter = cx.table.tombstones().next_counter((photo, cx.my_member()));
        self.signing.insert(photo);
        cx.disk(DiskAction::Sign { photo, counter, wish });
    }

    /// A tombstone of this node's owner is signed and safe on disk, or could not be.
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
                cx.table.entomb(tombstone, true);
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
                cx.warn("remove", format!("{} stays as it is: {error}", photo.short()));
                self.failed(cx, photo, &error);
            }
        }
    }

    fn removers_of(&self, photo: PhotoId) -> Vec<LinkId> {
        let asked = self.asked.iter();
        asked.filter(|(_, asked)| asked.left.contains(&photo)).map(|(link, _)| *link).collect()
    }

    /// The disk failed while a photo was being removed: the photo stays, and its file goes back.
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

    /// Time has passed: removals go on or end, and tombstones of photos that came back are lifted.
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

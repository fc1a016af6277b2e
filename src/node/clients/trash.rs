//! Emptying the trash by hand: a person need not wait until a photo's time there is over, but the rules are the same.

use std::collections::{BTreeMap, BTreeSet};

use super::versions::told_duplicates;
use super::wording::spoken_bytes;
use super::{Clients, View, Waiting, refused};
use crate::node::context::Context;
use crate::node::limits::{CANDIDATES_NAMED, KEPT_TOLD, REMOVE};
use crate::node::news::News;
use crate::node::table::entry::Entry;
use crate::node::{DiskAction, LinkId, Time};
use crate::photo::PhotoId;
use crate::protocol::client::{KeptReport, Refusal, Stay, TrashReport};
use crate::protocol::{Answer, Departure, Holding};

/// Photos of the trash that a client wants deleted.
#[derive(Debug)]
pub(in crate::node) struct Purging {
    left: BTreeSet<PhotoId>,
    going: BTreeSet<PhotoId>,
    deleted: u64,
    kept: u64,
    /// Some of those that stay, and why.
    why: Vec<KeptReport>,
    until: Time,
}

impl Purging {
    /// Counts the photos that have gone, and those that stay.
    fn count(&mut self, cx: &Context) {
        for photo in std::mem::take(&mut self.going) {
            if cx.custody.is_going(photo) {
                self.going.insert(photo);
            } else if cx.table.mine(photo).is_none() {
                self.deleted += 1;
            } else {
                self.keep(cx, photo);
            }
        }
    }

    /// A photo stays.
    fn keep(&mut self, cx: &Context, photo: PhotoId) {
        self.kept += 1;
        if self.why.len() < KEPT_TOLD {
            let reason = match cx.may_leave(photo, Departure::Expired) {
                Ok(_) => "others have not proven in time that nothing is lost with it".to_owned(),
                Err(obstacle) => obstacle.to_string(),
            };
            self.why.push(KeptReport { name: cx.name_of(photo), id: photo, reason });
        }
    }
}

impl Clients {
    /// Answers with a page of this node's trash, after asking the folder how long the photos stay there.
    pub(super) fn answer_trash(
        &mut self,
        cx: &mut Context,
        link: LinkId,
        (photos, next): (Vec<TrashReport>, Option<PhotoId>),
    ) {
        let ids: Vec<PhotoId> = photos.iter().map(|photo| photo.id).collect();
        if ids.is_empty() {
            return self.answer(cx, link, Answer::Trash { photos, next });
        }
        self.waiting.insert(link, Waiting::Trash { photos, next });
        cx.disk(DiskAction::FindDaysLeft { link, photos: ids });
    }

    /// The folder has found how long the photos of a client's page stay in the trash.
    pub(in crate::node) fn days_left(
        &mut self,
        cx: &mut Context,
        link: LinkId,
        days: &BTreeMap<PhotoId, Option<u32>>,
    ) {
        let answer = match self.waiting.get_mut(&link) {
            Some(Waiting::Duplicates { duplicates, next }) => {
                for duplicate in &mut *duplicates {
                    let id = duplicate.version.id;
                    let stay = |days: &Option<u32>| cx.stay(id, *days);
                    duplicate.trash =
                        days.get(&id).map(|days| stay(days).unwrap_or(Stay::UntilPurged));
                }
                let (duplicates, next) = (std::mem::take(duplicates), *next);
                told_duplicates(cx, duplicates, next)
            }
            Some(Waiting::Trash { photos, next }) => {
                for photo in &mut *photos {
                    photo.stay = days.get(&photo.id).and_then(|days| cx.stay(photo.id, *days));
                }
                Answer::Trash { photos: std::mem::take(photos), next: *next }
            }
            _ => return,
        };
        self.answer(cx, link, answer);
    }

    /// A client asks to purge photos that have been in this node's trash for `older_than` days.
    pub(super) fn purge(&mut self, cx: &mut Context, link: LinkId, older_than: u32) {
        match cx.unfit_or_alone() {
            Some(obstacle) => self.refuse(cx, link, Refusal::Daemon, &obstacle.to_string()),
            None => cx.disk(DiskAction::FindAged { link, older_than }),
        }
    }

    /// The folder has found the photos that a client wants deleted.
    pub(in crate::node) fn aged(
        &mut self,
        cx: &mut Context,
        link: LinkId,
        photos: BTreeSet<PhotoId>,
    ) {
        let purging = Purging {
            left: photos,
            going: BTreeSet::new(),
            deleted: 0,
            kept: 0,
            why: Vec::new(),
            until: cx.now() + REMOVE,
        };
        self.waiting.insert(link, Waiting::Purge(purging));
        let mut free = cx.custody.free();
        self.go_on_purging(cx, link, &mut free);
    }

    /// Time has passed: purges for clients go on.
    pub(super) fn tend_purging(&mut self, cx: &mut Context) {
        let mut free = cx.custody.free();
        for link in self.clients_that(|waiting| matches!(waiting, Waiting::Purge(_))) {
            self.go_on_purging(cx, link, &mut free);
        }
    }

    /// Has more of what a client wants deleted go, as far as that many more may be on their way out.
    fn go_on_purging(&mut self, cx: &mut Context, link: LinkId, free: &mut usize) {
        let Some(Waiting::Purge(purging)) = self.waiting.get_mut(&link) else {
            return;
        };
        purging.count(cx);
        while *free > 0
            && let Some(photo) = purging.left.pop_first()
        {
            *free -= 1;
            purging.going.insert(photo);
            cx.tell(News::Purge(photo));
        }
        let is_done = purging.left.is_empty() && purging.going.is_empty();
        if is_done || purging.until <= cx.now() {
            for photo in std::mem::take(&mut purging.left) {
                purging.keep(cx, photo);
            }
            for photo in std::mem::take(&mut purging.going) {
                purging.keep(cx, photo);
            }
            let (deleted, kept) = (purging.deleted, purging.kept);
            let why = std::mem::take(&mut purging.why);
            self.answer(cx, link, Answer::Purged { deleted, kept, why });
        }
    }

    /// A client wants a photo back from this node's trash, by this name.
    pub(super) fn restore(&mut self, cx: &mut Context, link: LinkId, photo: PhotoId, name: String) {
        let mine = cx.table.is_removed_by_me(photo);
        self.waiting.insert(link, Waiting::Restore { photo });
        cx.restore_as(photo, mine.then_some(Holding::Original), Some(name));
    }
}

impl View<'_> {
    /// The photo in this node's trash that a person means and may have back, or what they are answered instead.
    pub(super) fn meant_in_trash(&self, name: &str) -> Result<PhotoId, Answer> {
        let cx = self.cx;
        let retired = |id: &PhotoId| cx.table.is_in_my_trash(*id) && !cx.custody.is_going(*id);
        let prefixed = cx.table.with_prefix(name);
        let mut found: Vec<PhotoId> = cx.table.named(name).filter(retired).collect();
        if found.is_empty() {
            found = prefixed.iter().copied().filter(retired).collect();
        }
        let [photo] = found[..] else {
            let candidates = found.iter().take(CANDIDATES_NAMED).filter_map(|id| cx.table.get(*id));
            let candidates: Vec<String> = candidates.map(|entry| self.candidate(entry)).collect();
            let stored = |id: &PhotoId| cx.table.mine(*id).is_some_and(Holding::is_stored);
            let reason = match cx.table.named(name).chain(prefixed).find(stored) {
                _ if !candidates.is_empty() => {
                    "several photos in the trash have this name: give the id of one".to_owned()
                }
                Some(photo) => format!(
                    "this node has that very photo in its folder, as {}: of several files with the same bytes it keeps one",
                    cx.name_of(photo)
                ),
                None => "nothing of this name is in this node's trash".to_owned(),
            };
            let (image_name, undelivered) = (name.to_owned(), false);
            return Err(Answer::NotFound { image_name, candidates, undelivered, reason });
        };
        if cx.table.is_gone(photo) && !cx.table.is_removed_by_me(photo) {
            let removers = cx.owners_in_words(&cx.table.removers(photo));
            let error =
                format!("it was removed by its owner, {removers}, who can restore it there");
            return Err(refused(Refusal::Owner, &error));
        }
        Ok(photo)
    }

    /// A photo in the trash, for a person who has to choose: the id to ask by, and what it is.
    fn candidate(&self, entry: &Entry) -> String {
        let TrashReport { names, id, bytes, reason, .. } = self.trash_report(entry);
        format!("{} ({}, {}): {reason}", id.short(), names.join(", "), spoken_bytes(bytes))
    }
}

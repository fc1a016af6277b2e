//! The versions of a picture, for people: everything about one, and those hidden for a better one.

use std::collections::BTreeSet;

use super::wording::version;
use super::{Clients, View, Waiting, unknown};
use crate::node::context::Context;
use crate::node::limits::LIST_PAGE;
use crate::node::table::entry::Entry;
use crate::node::table::names::Found;
use crate::node::{DiskAction, LinkId};
use crate::photo::{Photo, PhotoId, Relation};
use crate::protocol::client::{DuplicateReport, Explanation, SimilarReport, Summary};
use crate::protocol::{Answer, NodeId};

impl View<'_> {
    /// Everything about one photo; if `shared`, only about one that other groups may see.
    pub(super) fn explain(&self, name: &str, exact: bool, shared: bool) -> Answer {
        let may_tell = |entry: &Entry| !shared || self.cx.is_shared(entry);
        let found = match exact {
            true => self.cx.table.find_exact_of(name, may_tell),
            false => self.cx.table.find_of(name, may_tell),
        };
        let keeper = match found {
            Found::One(photo) => self.cx.table.keeper_of(photo),
            Found::Ambiguous(_) | Found::Nothing => None,
        };
        let Some(entry) = keeper.and_then(|keeper| self.cx.table.get(keeper)) else {
            return match shared {
                true => unknown(name, found),
                false => self.not_found(name, found, exact),
            };
        };
        let mut versions: Vec<&Entry> = self.worse_versions(entry).collect();
        versions.sort_by_key(|worse| std::cmp::Reverse(worse.photo.rank()));
        let named = versions.iter().chain([&entry]).flat_map(|entry| entry.anywhere());
        let named: BTreeSet<NodeId> = named.collect();
        let explanation = Explanation {
            called: self.cx.all_called(named),
            photo: if shared { self.report_abroad(entry) } else { self.report(entry) },
            meant: match found {
                Found::One(photo) if exact => Some(photo),
                Found::One(_) | Found::Ambiguous(_) | Found::Nothing => {
                    self.cx.table.meant(name, entry, &versions)
                }
            },
            colour: entry.photo.colour,
            camera: entry.photo.camera,
            held: entry.held(),
            versions: versions
                .into_iter()
                .map(|worse| {
                    let relation = self.cx.table.relation_to(worse, entry.photo.id);
                    version(worse, &entry.photo, relation)
                })
                .collect(),
            state: self.state_of(entry),
            shared: self.cx.sharing_in_words(entry),
        };
        Answer::Explained(Box::new(explanation))
    }

    /// The versions that are hidden for this photo.
    pub(super) fn worse_versions<'a>(
        &'a self,
        keeper: &'a Entry,
    ) -> impl Iterator<Item = &'a Entry> {
        let worse = self.cx.table.worse_versions(keeper);
        worse.filter(|other| !self.cx.table.is_shown(other))
    }

    /// A page of versions that are hidden for a better one, and where the next page begins.
    pub(super) fn duplicates(
        &self,
        after: Option<PhotoId>,
    ) -> (Vec<DuplicateReport>, Option<PhotoId>) {
        let table = &self.cx.table;
        let ids = table.after(after).map(|entry| entry.photo.id);
        let (entries, next) = self.page(ids, |entry| table.shown_instead(entry).is_some());
        (entries.into_iter().filter_map(|entry| self.duplicate(entry)).collect(), next)
    }

    fn duplicate(&self, entry: &Entry) -> Option<DuplicateReport> {
        let keeper = self.cx.table.shown_instead(entry)?;
        let photo = &keeper.photo;
        let relation = self.cx.table.relation_to(entry, photo.id);
        Some(DuplicateReport {
            version: version(entry, photo, relation),
            keeper: self.summary(photo),
            trash: None,
        })
    }

    /// What looks like a photo, by a client's account of it: the first look, since nobody here has its pixels.
    pub(super) fn similar(&self, photo: &Photo) -> Answer {
        let report = |entry: &Entry| SimilarReport {
            photo: self.summary(&entry.photo),
            relation: if entry.photo.id == photo.id {
                Relation::Same
            } else {
                photo.relation(&entry.photo)
            },
            shown: self.cx.table.shown_instead(entry).map(|keeper| self.summary(&keeper.photo)),
        };
        Answer::Similar { photos: self.cx.table.alike(photo).take(LIST_PAGE).map(report).collect() }
    }

    fn summary(&self, photo: &Photo) -> Summary {
        Summary {
            name: self.cx.name_of(photo.id),
            id: photo.id,
            bytes: photo.bytes,
            width: photo.width,
            height: photo.height,
            format: photo.format,
        }
    }
}

impl Clients {
    /// Answers with a page of hidden versions, after asking the folder how long they stay in the trash.
    pub(super) fn answer_duplicates(
        &mut self,
        cx: &mut Context,
        link: LinkId,
        (duplicates, next): (Vec<DuplicateReport>, Option<PhotoId>),
    ) {
        let ids = duplicates.iter().map(|duplicate| duplicate.version.id);
        let photos: Vec<PhotoId> = ids.filter(|id| cx.table.is_in_my_trash(*id)).collect();
        if photos.is_empty() {
            return self.answer(cx, link, told_duplicates(cx, duplicates, next));
        }
        self.waiting.insert(link, Waiting::Duplicates { duplicates, next });
        cx.disk(DiskAction::FindDaysLeft { link, photos });
    }
}

/// The answer with a page of hidden versions.
pub(super) fn told_duplicates(
    cx: &Context,
    duplicates: Vec<DuplicateReport>,
    next: Option<PhotoId>,
) -> Answer {
    let held = duplicates.iter().flat_map(|duplicate| &duplicate.version.held);
    let nodes: BTreeSet<NodeId> = held.map(|(node, _)| *node).collect();
    Answer::Duplicates { node: cx.me(), called: cx.all_called(nodes), duplicates, next }
}

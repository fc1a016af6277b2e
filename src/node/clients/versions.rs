//! The versions of a picture, for people: all about one, and what is not shown because of a better one.

use std::collections::BTreeMap;

use super::Waiting;
use super::wording::{held, version};
use crate::node::limits::{DUPLICATES_LOOKED_AT, LIST_PAGE};
use crate::node::table::entry::Entry;
use crate::node::table::names::Found;
use crate::node::table::verdict::Verdict;
use crate::node::{DiskAction, LinkId, Node};
use crate::photo::{PhotoId, Relation};
use crate::protocol::Answer;
use crate::protocol::client::{DuplicateReport, Explanation, KeeperReport, Stay};

impl Node {
    /// All about one photo.
    pub(super) fn answer_explain(&mut self, link: LinkId, name: &str, exact: bool) {
        let found = match exact {
            true => self.table.find_exact(name),
            false => self.table.find(name),
        };
        let keeper = match found {
            Found::One(photo) => self.table.keeper_of(photo),
            Found::Ambiguous(_) | Found::Nothing => None,
        };
        let Some(entry) = keeper.and_then(|keeper| self.table.get(keeper)) else {
            return self.answer_not_found(link, name, found, exact);
        };
        let mut versions: Vec<&Entry> = self.worse_versions(entry).collect();
        versions.sort_by_key(|worse| std::cmp::Reverse(worse.photo.rank()));
        let explanation = Explanation {
            photo: self.report(entry),
            meant: match found {
                Found::One(photo) if exact => Some(photo),
                Found::One(_) | Found::Ambiguous(_) | Found::Nothing => {
                    self.table.meant(name, entry, &versions)
                }
            },
            captured: entry.photo.captured.as_ref().map(|time| time.0.clone()),
            colour: entry.photo.colour,
            camera: entry.photo.camera,
            held: held(entry),
            versions: versions
                .into_iter()
                .map(|worse| {
                    let relation = self.table.relation_to(worse, entry.photo.id);
                    version(worse, &entry.photo, relation)
                })
                .collect(),
            state: self.state_of(entry),
        };
        self.answer(link, Answer::Explained(Box::new(explanation)));
    }

    /// What is not shown because of this photo.
    pub(super) fn worse_versions<'a>(
        &'a self,
        keeper: &'a Entry,
    ) -> impl Iterator<Item = &'a Entry> {
        let id = keeper.photo.id;
        let similar = keeper.similar.iter().filter_map(|other| self.table.get(*other));
        similar
            .filter(move |other| other.verdict == Verdict::Loser(id) && !self.table.is_shown(other))
    }

    /// A page of what is not shown because of a better version. It ends after so many photos were looked at: in a large
    /// collection nearly all of them have no other version.
    pub(super) fn answer_duplicates(&mut self, link: LinkId, after: Option<PhotoId>) {
        use std::ops::Bound::{Excluded, Unbounded};
        let from = after.map_or(Unbounded, Excluded);
        let mut rest = self.table.entries.range((from, Unbounded));
        let mut duplicates = Vec::new();
        let mut last = None;
        for (photo, entry) in rest.by_ref().take(DUPLICATES_LOOKED_AT) {
            last = Some(*photo);
            duplicates.extend(self.duplicate(entry));
            if duplicates.len() == LIST_PAGE {
                break;
            }
        }
        let next = rest.next().and(last);
        let photos: Vec<PhotoId> = duplicates
            .iter()
            .map(|duplicate| duplicate.version.id)
            .filter(|photo| self.table.is_in_my_trash(*photo))
            .collect();
        if photos.is_empty() {
            return self.answer_page(link, duplicates, next);
        }
        self.waiting.insert(link, Waiting::Duplicates { duplicates, next });
        self.disk(DiskAction::FindDaysLeft { link, photos });
    }

    /// The folder has found how long what a client is to be told of stays in the trash.
    pub(in crate::node) fn days_left(
        &mut self,
        link: LinkId,
        days: &BTreeMap<PhotoId, Option<u32>>,
    ) {
        let Some(Waiting::Duplicates { .. }) = self.waiting.get(&link) else {
            return;
        };
        let Some(Waiting::Duplicates { mut duplicates, next }) = self.waiting.remove(&link) else {
            return;
        };
        for duplicate in &mut duplicates {
            duplicate.trash = days.get(&duplicate.version.id).map(|days| match days {
                Some(days) if duplicate.version.relation == Relation::Same => Stay::Days(*days),
                _ => Stay::UntilPurged,
            });
        }
        self.answer_page(link, duplicates, next);
    }

    fn answer_page(
        &mut self,
        link: LinkId,
        duplicates: Vec<DuplicateReport>,
        next: Option<PhotoId>,
    ) {
        let node = self.config.node;
        self.answer(link, Answer::Duplicates { node, duplicates, next });
    }

    fn duplicate(&self, entry: &Entry) -> Option<DuplicateReport> {
        let keeper = self.table.shown_instead(entry)?;
        let photo = &keeper.photo;
        let relation = self.table.relation_to(entry, photo.id);
        Some(DuplicateReport {
            version: version(entry, photo, relation),
            keeper: KeeperReport {
                name: self.table.names.label(photo.id),
                id: photo.id,
                bytes: photo.bytes,
                width: photo.width,
                height: photo.height,
                format: photo.format,
            },
            trash: None,
        })
    }
}

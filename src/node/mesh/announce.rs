//! Telling others which photos this node holds.
//!
//! There is no queue of announcements. Each link has a *cursor* into this node's own records and a set of ids that
//! changed behind it; the next page is made when the last one was sent. So a slow link costs no memory, a photo that
//! changes ten times meanwhile is told once, and a new link hears everything.

use std::collections::BTreeSet;

use super::Mesh;
use super::pages::{Page, Pages, TOMBSTONE_BYTES};
use crate::node::step::Step;
use crate::node::table::Table;
use crate::node::table::tombstones::Key;
use crate::node::{CloseReason, DiskAction, LinkId};
use crate::photo::{Photo, PhotoId};
use crate::protocol::{MemberName, Message};

impl Mesh {
    /// The other end wants all records, unless it is being told them at this moment. `scanned` says, here and below,
    /// whether this node's own table is complete.
    pub(in crate::node) fn info_requested(
        &mut self,
        step: &mut Step,
        table: &Table,
        scanned: bool,
        link: LinkId,
    ) {
        if let Some(state) = self.links.get_mut(&link).filter(|state| !state.pages.is_at_it()) {
            let sending = state.pages.sending;
            state.pages = Pages {
                asked: true,
                walk: Some(None),
                tombstones: table.tombstones().keys().collect(),
                sending,
                ..Pages::default()
            };
            self.send_page(step, table, scanned, link);
        }
    }

    /// The last page is out; the next one may follow.
    pub(in crate::node) fn page_sent(
        &mut self,
        step: &mut Step,
        table: &Table,
        scanned: bool,
        link: LinkId,
    ) {
        if let Some(state) = self.links.get_mut(&link) {
            state.pages.sending = false;
            self.send_page(step, table, scanned, link);
        }
    }

    /// Tells every node the changes in this node's records since the last call, as far as its link is free.
    pub(in crate::node) fn announce(&mut self, step: &mut Step, table: &mut Table, scanned: bool) {
        let changed = table.take_unannounced();
        let fresh = table.take_fresh_tombstones();
        if !fresh.is_empty() {
            let known = fresh.iter().filter_map(|key| table.tombstones().get(*key));
            let tombstones = known.cloned().collect();
            step.disk(DiskAction::NoteTombstones { tombstones });
        }
        if !changed.is_empty() || !fresh.is_empty() {
            self.tell(step, table, scanned, &changed, &fresh);
        }
    }

    /// The first scan is over: every node is told that the table is complete.
    pub(in crate::node) fn announce_complete(&mut self, step: &mut Step, table: &Table) {
        self.tell(step, table, true, &BTreeSet::new(), &BTreeSet::new());
    }

    fn tell(
        &mut self,
        step: &mut Step,
        table: &Table,
        scanned: bool,
        changed: &BTreeSet<PhotoId>,
        tombstones: &BTreeSet<Key>,
    ) {
        for (node, link) in self.here().collect::<Vec<_>>() {
            if let Some(state) = self.links.get_mut(&link) {
                state.pages.changed.extend(changed);
                // An owner of a single node knows what it has said.
                let alone = MemberName::of_node(node);
                let others = tombstones.iter().filter(|(_, owner)| *owner != alone);
                state.pages.tombstones.extend(others);
                self.send_page(step, table, scanned, link);
            }
        }
    }

    fn send_page(&mut self, step: &mut Step, table: &Table, scanned: bool, link: LinkId) {
        let Some(state) = self.links.get_mut(&link) else {
            return;
        };
        let pages = &mut state.pages;
        if !pages.asked || pages.sending {
            return;
        }
        let mut page = Page::default();
        while !page.is_full()
            && let Some(key) = pages.tombstones.pop_first()
        {
            page.bytes += TOMBSTONE_BYTES;
            page.tombstones.extend(table.tombstones().get(key).cloned());
        }
        if let Some(cursor) = pages.walk {
            let mut last = cursor;
            for photo in table.mine_after(cursor) {
                if page.is_full() {
                    break;
                }
                page.add(photo, table.record(photo));
                pages.changed.remove(&photo);
                last = Some(photo);
            }
            pages.walk = if page.is_full() { Some(last) } else { None };
        }
        while pages.walk.is_none() && !page.is_full() {
            let Some(photo) = pages.changed.pop_first() else {
                break;
            };
            page.add(photo, table.record(photo));
        }
        let told = |pages: &Pages| pages.changed.is_empty() && pages.tombstones.is_empty();
        let all_told = pages.walk.is_none() && told(pages);
        let complete = all_told && scanned && !pages.told_complete;
        if page.is_empty() && !complete {
            return;
        }
        pages.told_complete |= complete;
        pages.sending = true;
        self.send(
            step,
            link,
            Message::ImageInfo {
                records: page.records,
                gone: page.gone,
                tombstones: page.tombstones,
                complete,
            },
        );
    }
}

/// No correct node announces a photo of this size: the link is closed.
pub(in crate::node) fn impossible_size(photo: &Photo) -> CloseReason {
    CloseReason::Protocol(format!("a photo of {} bytes", photo.bytes))
}

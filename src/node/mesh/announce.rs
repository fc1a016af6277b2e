//! Telling others what this node holds, and hearing it from them.
//!
//! There is no queue of announcements. Each link has a *cursor* into this node's own records and a set of ids that
//! changed behind it; the next page is made when the last one was sent. So a slow link costs no memory, a photo that
//! changes ten times meanwhile is told once, and a new link is told everything.

use std::collections::BTreeSet;

use super::Presence;
use super::pages::{Page, Pages, TOMBSTONE_BYTES};
use crate::node::table::tombstones::{Key, Merged};
use crate::node::{CloseReason, DiskAction, LinkId, Node};
use crate::photo::{Photo, PhotoId};
use crate::protocol::{Message, NodeId, Record, Tombstone};

impl Node {
    /// The other end wants all records.
    pub(in crate::node) fn info_requested(&mut self, link: LinkId) {
        if let Some(state) = self.mesh.links.get_mut(&link) {
            let sending = state.pages.sending;
            state.pages = Pages {
                asked: true,
                walk: Some(None),
                tombstones: self.table.tombstones.keys().collect(),
                sending,
                ..Pages::default()
            };
            self.send_page(link);
        }
    }

    /// The last page is out; the next one may follow.
    pub(in crate::node) fn page_sent(&mut self, link: LinkId) {
        if let Some(state) = self.mesh.links.get_mut(&link) {
            state.pages.sending = false;
            self.send_page(link);
        }
    }

    /// Tells everyone what has changed in this node's records since the last call, as far as their links are free.
    pub(in crate::node) fn announce(&mut self) {
        let changed = self.table.take_unannounced();
        let fresh = self.table.tombstones.take_fresh();
        if !fresh.is_empty() {
            let known = fresh.iter().filter_map(|key| self.table.tombstones.get(*key));
            let tombstones = known.cloned().collect();
            self.disk(DiskAction::NoteTombstones { tombstones });
        }
        if !changed.is_empty() || !fresh.is_empty() {
            self.tell(&changed, &fresh);
        }
    }

    /// The first scan is over: everyone may know that the table is complete.
    pub(in crate::node) fn announce_complete(&mut self) {
        self.tell(&BTreeSet::new(), &BTreeSet::new());
    }

    fn tell(&mut self, changed: &BTreeSet<PhotoId>, tombstones: &BTreeSet<Key>) {
        let here: Vec<(NodeId, LinkId)> = self.mesh.here().collect();
        for (node, link) in here {
            if let Some(state) = self.mesh.links.get_mut(&link) {
                state.pages.changed.extend(changed);
                // What an owner has just said himself, he knows.
                let others = tombstones.iter().filter(|(_, owner)| *owner != node);
                state.pages.tombstones.extend(others);
                self.send_page(link);
            }
        }
    }

    fn send_page(&mut self, link: LinkId) {
        let scanned = self.scanned;
        let Some(state) = self.mesh.links.get_mut(&link) else {
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
            page.tombstones.extend(self.table.tombstones.get(key).cloned());
        }
        if let Some(cursor) = pages.walk {
            let mut last = cursor;
            for photo in self.table.mine_after(cursor) {
                if page.is_full() {
                    break;
                }
                page.add(photo, self.table.record(photo));
                pages.changed.remove(&photo);
                last = Some(photo);
            }
            pages.walk = if page.is_full() { Some(last) } else { None };
        }
        while pages.walk.is_none() && !page.is_full() {
            let Some(photo) = pages.changed.pop_first() else {
                break;
            };
            page.add(photo, self.table.record(photo));
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
            link,
            Message::ImageInfo {
                records: page.records,
                gone: page.gone,
                tombstones: page.tombstones,
                complete,
            },
        );
    }

    /// Another node tells what owners have said. That they have, the tombstones prove by themselves.
    pub(in crate::node) fn tombstones_received(
        &mut self,
        link: LinkId,
        tombstones: Vec<Tombstone>,
    ) {
        let mut refused = 0;
        for tombstone in tombstones {
            refused += usize::from(self.table.entomb(tombstone) == Merged::Full);
        }
        if let Some(node) = self.mesh.node_at(link).filter(|_| refused > 0) {
            let text = format!(
                "no room for {refused} tombstones told by {node}: they have no effect here"
            );
            self.log("table", text);
        }
    }

    /// There is no place for a photo that a node tells of.
    fn leave_out(&mut self, node: NodeId) {
        let count = self.left_out.entry(node).or_default();
        *count += 1;
        if *count == 1 {
            let text = format!("no place for all the photos of node {node}: some are left out");
            self.log("table", text);
        }
    }

    /// No node that is in its right mind has such a photo.
    pub(in crate::node) fn refuse_size(&mut self, link: LinkId, photo: &Photo) {
        let text = format!("a photo of {} bytes", photo.bytes);
        self.close(link, CloseReason::Protocol(text));
    }

    /// Another node tells what it holds. It is believed about itself.
    pub(in crate::node) fn info_received(
        &mut self,
        link: LinkId,
        records: Vec<Record>,
        gone: Vec<PhotoId>,
        complete: bool,
    ) {
        let Some(node) = self.mesh.node_at(link) else {
            return;
        };
        for record in &records {
            if !record.photo.has_possible_size() {
                return self.refuse_size(link, &record.photo);
            }
            if !self.table.has_place(node, record.photo.id) {
                self.leave_out(node);
                continue;
            }
            if !self.table.claim(node, record) {
                let text = format!(
                    "{node} describes the bytes of {} otherwise than before",
                    record.photo.id.short()
                );
                self.log("table", text);
            }
            self.offer_taken(node, record);
        }
        for photo in gone {
            self.table.remove(node, photo);
        }
        if complete {
            self.table.forget_last_known(node);
            let presence = self.mesh.members.get(&node).map(|member| member.presence);
            if let Some(Presence::Here { link, since, .. }) = presence {
                let complete = true;
                let presence = Presence::Here { link, since, complete };
                self.mesh.set_presence(node, presence);
            }
            self.mesh_changed();
        }
    }
}

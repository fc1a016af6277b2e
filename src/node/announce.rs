//! Telling others what this node holds, and hearing it from them.
//!
//! There is no queue of announcements. Each link has a *cursor* into this node's own records and a set of ids that
//! changed behind it; the next page is made when the last one was sent. So a slow link costs no memory, a photo that
//! changes ten times meanwhile is told once, and a new link is told everything.

use std::collections::BTreeSet;

use super::limits::{PAGE_BYTES, PAGE_RECORDS};
use super::membership::Presence;
use super::table::tombstones::{Key, Merged};
use super::{Action, CloseReason, LinkId, Node};
use crate::photo::{Photo, PhotoId};
use crate::protocol::{Facts, Looks, Message, NodeId, Record, Tombstone};

/// How far the other end of a link knows this node's records.
#[derive(Debug, Default)]
pub(super) struct Pages {
    /// Whether it has asked for them.
    asked: bool,
    /// The walk through all records: the last one told, or that none was yet; nothing once all were.
    walk: Option<Option<PhotoId>>,
    /// Records that have changed since they were told.
    changed: BTreeSet<PhotoId>,
    /// Tombstones that it was not told of. They go first: who knows a record knows by then whether it was removed.
    tombstones: BTreeSet<Key>,
    /// A page is on its way to the socket.
    sending: bool,
    /// It knows that it has been told everything.
    told_complete: bool,
}

/// One page in the making.
#[derive(Default)]
struct Page {
    records: Vec<Record>,
    gone: Vec<PhotoId>,
    tombstones: Vec<Tombstone>,
    bytes: usize,
}

impl Page {
    fn is_full(&self) -> bool {
        let items = self.records.len() + self.gone.len() + self.tombstones.len();
        items >= PAGE_RECORDS || self.bytes >= PAGE_BYTES
    }

    fn is_empty(&self) -> bool {
        self.records.is_empty() && self.gone.is_empty() && self.tombstones.is_empty()
    }

    fn add(&mut self, photo: PhotoId, record: Option<Record>) {
        match record {
            Some(record) => {
                self.bytes += size_on_wire(&record.facts, &record.looks);
                self.records.push(record);
            }
            None => self.gone.push(photo),
        }
    }
}

/// The most bytes of JSON that one byte of a name becomes: a control character is written as `\u0001`.
const ESCAPED: usize = 6;

/// The most bytes a tombstone can take: two digests, a signature and a number.
const TOMBSTONE_BYTES: usize = 512;

/// The most bytes a record can take: a fixed part for the photo, and what varies.
fn size_on_wire(facts: &Facts, looks: &Looks) -> usize {
    let names = facts
        .names
        .iter()
        .chain(&facts.aliases)
        .map(|name| ESCAPED * name.len() + 3)
        .sum::<usize>();
    let ids = facts.replaces.len() + facts.distinct.len() + looks.differs.len();
    let nodes = facts.owners.len() + facts.heirs.len();
    1024 + names + 68 * ids + 20 * nodes
}

impl Node {
    /// The other end wants all records.
    pub(super) fn info_requested(&mut self, link: LinkId) {
        if let Some(state) = self.mesh.links.get_mut(&link) {
            let sending = state.pages.sending;
            state.pages = Pages {
                asked: true,
                walk: Some(None),
                tombstones: self.catalog.tombstones.keys().collect(),
                sending,
                ..Pages::default()
            };
            self.send_page(link);
        }
    }

    /// The last page is out; the next one may follow.
    pub(super) fn page_sent(&mut self, link: LinkId) {
        if let Some(state) = self.mesh.links.get_mut(&link) {
            state.pages.sending = false;
            self.send_page(link);
        }
    }

    /// Tells everyone what has changed in this node's records since the last call, as far as their links are free.
    pub(super) fn announce(&mut self) {
        let changed = self.catalog.take_unannounced();
        let fresh = self.catalog.tombstones.take_fresh();
        if !fresh.is_empty() {
            let known = fresh.iter().filter_map(|key| self.catalog.tombstones.get(*key));
            let tombstones = known.cloned().collect();
            self.act(Action::NoteTombstones { tombstones });
        }
        if !changed.is_empty() || !fresh.is_empty() {
            self.tell(&changed, &fresh);
        }
    }

    /// The first scan is over: everyone may know that the table is complete.
    pub(super) fn announce_complete(&mut self) {
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
            page.tombstones.extend(self.catalog.tombstones.get(key).cloned());
        }
        if let Some(cursor) = pages.walk {
            let mut last = cursor;
            for photo in self.catalog.mine_after(cursor) {
                if page.is_full() {
                    break;
                }
                page.add(photo, self.catalog.record(photo));
                pages.changed.remove(&photo);
                last = Some(photo);
            }
            pages.walk = if page.is_full() { Some(last) } else { None };
        }
        while pages.walk.is_none() && !page.is_full() {
            let Some(photo) = pages.changed.pop_first() else {
                break;
            };
            page.add(photo, self.catalog.record(photo));
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
    pub(super) fn tombstones_received(&mut self, link: LinkId, tombstones: Vec<Tombstone>) {
        let mut refused = 0;
        for tombstone in tombstones {
            refused += usize::from(self.catalog.entomb(tombstone) == Merged::Full);
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
    pub(super) fn refuse_size(&mut self, link: LinkId, photo: &Photo) {
        let text = format!("a photo of {} bytes", photo.bytes);
        self.close(link, CloseReason::Protocol(text));
    }

    /// Another node tells what it holds. It is believed about itself.
    pub(super) fn info_received(
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
            if !self.catalog.has_place(node, record.photo.id) {
                self.leave_out(node);
                continue;
            }
            if !self.catalog.claim(node, record) {
                let text = format!(
                    "{node} describes the bytes of {} otherwise than before",
                    record.photo.id.short()
                );
                self.log("table", text);
            }
            self.offer_taken(node, record);
        }
        for photo in gone {
            self.catalog.remove(node, photo);
        }
        if complete {
            self.catalog.forget_last_known(node);
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::photo::Relation;
    use crate::protocol::codec::{MAX_FRAME, write_message};
    use crate::protocol::{Facts, Holding, Wish};

    #[test]
    fn no_tombstone_is_larger_than_thought() {
        let key = ed25519_dalek::SigningKey::from_bytes(&[1; 32]);
        let tombstone = Tombstone::sign(&key, PhotoId([255; 32]), u64::MAX, Wish::Removed);
        let written = serde_json::to_string(&tombstone).unwrap();
        assert!(written.len() < TOMBSTONE_BYTES, "{written}");
    }

    #[test]
    fn the_worst_page_fits_a_frame() {
        let names = |from: u8| {
            (0..Facts::MAX as u8)
                .map(move |n| format!("{n}{}", "\u{1}".repeat(250 + from as usize)))
        };
        let ids = |seed: u8| (0..Facts::MAX as u8).map(move |n| PhotoId([seed + n; 32]));
        let facts = Facts {
            names: names(0).collect(),
            aliases: names(1).collect(),
            replaces: ids(0).collect(),
            distinct: ids(100).collect(),
            owners: (0..Facts::MAX as u64).map(NodeId).collect(),
            heirs: (0..Facts::MAX as u64).map(NodeId).collect(),
        };
        let facts = Arc::new(facts);
        let looks = Looks {
            yields_to: Some(PhotoId([7; 32])),
            relation: Some(Relation::Variant),
            differs: (0..Looks::MAX as u8).map(|n| PhotoId([n; 32])).collect(),
            looked_by: u16::MAX,
        };
        let mut page = Page::default();
        while !page.is_full() {
            let photo = Arc::new(Photo::opaque(PhotoId([9; 32]), 1));
            let (facts, holding) = (facts.clone(), Holding::Original);
            page.add(photo.id, Some(Record { photo, facts, holding, looks: looks.clone() }));
        }
        let info = Message::ImageInfo {
            records: page.records,
            gone: page.gone,
            tombstones: page.tombstones,
            complete: true,
        };
        let written = write_message(&mut Vec::new(), &info).unwrap();
        assert!(written <= MAX_FRAME, "{written} bytes");
    }
}

//! Evening out loads: a node that holds fewer photos than another asks it for some of its replicas.

use std::collections::BTreeMap;

use crate::node::limits::{RELIEF, RELIEF_BATCH, SETTLE};
use crate::node::plan::placement::relief;
use crate::node::table::verdict::Verdict;
use crate::node::{LinkId, Node};
use crate::photo::PhotoId;
use crate::protocol::{Holding, Message, NodeId};

impl Node {
    /// Asks a more loaded node for some of its replicas, if it is this node's turn to relieve it.
    pub(super) fn seek_relief(&mut self) {
        let me = self.config.node;
        let resting =
            self.replication.asked.is_none() && self.leaving.is_none() && self.pulls.is_empty();
        if !resting || !self.is_settled() || !self.has_room(0) {
            return;
        }
        let mut loads: BTreeMap<NodeId, u64> =
            self.mesh.here().map(|(node, _)| (node, self.table.load(node).photos)).collect();
        loads.insert(me, self.table.load(me).photos);
        let (least, most) = (loads.values().min(), loads.values().max());
        if most.zip(least).is_none_or(|(most, least)| *most < least + 2) {
            return;
        }
        for from in self.replication.taken_over.values() {
            loads.entry(*from).and_modify(|load| *load = load.saturating_sub(1));
        }
        let unhelpful = &self.replication.unhelpful;
        let pairs = relief(&loads, |source, node| {
            !(node == me && unhelpful.contains_key(&source))
                && self.may_move(source, node).next().is_some()
        });
        let Some((_, source)) = pairs.into_iter().find(|(node, _)| *node == me) else {
            return;
        };
        let gap = loads[&source].saturating_sub(loads[&me]);
        let photos = u32::try_from(gap / 2).unwrap_or(u32::MAX).min(RELIEF_BATCH);
        self.replication.asked = Some((source, self.now + RELIEF));
        self.send_to(source, Message::Relieve { photos });
    }

    /// The replicas that could move from one node to another: those of exactly the wanted copies.
    pub(super) fn may_move(
        &self,
        source: NodeId,
        node: NodeId,
    ) -> impl Iterator<Item = PhotoId> + '_ {
        let copies = self.copies();
        let load = self.table.load(source);
        // A folder that is all its friend's own has nothing to move: no need to look at each of its photos every second.
        let has_replicas = load.originals < load.photos;
        let shelf = has_replicas.then(|| self.table.shelf_after(source, None));
        shelf.into_iter().flatten().filter(move |photo| {
            self.table.get(*photo).is_some_and(|entry| {
                entry.verdict == Verdict::Keeper
                    && entry.holding(source) == Some(Holding::Replica)
                    && !entry.is_stored_by(node)
                    && entry.live().count() == copies
            })
        })
    }

    /// A less loaded node wants some of this node's replicas: those whose copies here could really be dropped.
    pub(in crate::node) fn relief_asked(&mut self, link: LinkId, photos: u32) {
        let me = self.config.node;
        let Some(node) = self.mesh.node_at(link) else {
            return;
        };
        if self.unfit().is_some() {
            return;
        }
        let settled_before = self.now - SETTLE;
        let free = self.may_move(me, node).filter(|photo| {
            let settled =
                self.table.get(*photo).is_some_and(|entry| entry.changed_at <= settled_before);
            settled
                && !self.custody.is_pinned(*photo)
                && !self.custody.is_going(*photo)
                && self.replication.offered_to(*photo).is_none()
        });
        let chosen: Vec<PhotoId> = free.take(photos.min(RELIEF_BATCH) as usize).collect();
        for photo in chosen {
            self.offer_to(photo, node);
        }
    }
}

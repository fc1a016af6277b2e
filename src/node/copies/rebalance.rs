//! Evening out loads: a node that holds fewer photos than another asks it for some of its replicas.

use std::collections::BTreeMap;

use super::Copies;
use crate::node::context::Context;
use crate::node::limits::{
    MOVES_LOOKED_AT, OFFERS, PAGE_LOOKED_AT, REBALANCE, REBALANCE_BATCH, RETRY, SETTLE,
};
use crate::node::plan::placement::rebalance_pairs;
use crate::node::table::entry::Entry;
use crate::node::table::verdict::Verdict;
use crate::node::{LinkId, Time};
use crate::photo::PhotoId;
use crate::protocol::{Holding, Message, NodeId};

/// This node's part in evening out loads.
#[derive(Debug, Default)]
pub(super) struct Rebalance {
    /// The node that was asked for replicas, and until when it can offer some.
    asked: Option<(NodeId, Time)>,
    /// Photos taken over from a more loaded node that has not dropped its copy yet, with that node.
    taken_over: BTreeMap<PhotoId, NodeId>,
    /// Nodes that had nothing to offer, and until when they are not asked again.
    declined_until: BTreeMap<NodeId, Time>,
    /// When to look for a node to ask again.
    next: Time,
    /// How many searches for replicas that could move there were: it decides where the next one begins.
    looks: u64,
}

impl Rebalance {
    /// A photo is coming from a node: if that node was asked for replicas, it is one of them.
    pub(super) fn take_over(&mut self, photo: PhotoId, from: NodeId) {
        if self.asked.is_some_and(|(node, _)| node == from) {
            self.taken_over.insert(photo, from);
        }
    }

    /// A node has dropped its copy of a photo.
    pub(super) fn given_up(&mut self, photo: PhotoId, node: NodeId) {
        if self.taken_over.get(&photo) == Some(&node) {
            self.taken_over.remove(&photo);
        }
    }

    /// A node is away.
    pub(super) fn node_lost(&mut self, node: NodeId) {
        self.taken_over.retain(|_, from| *from != node);
        self.asked = self.asked.filter(|(other, _)| *other != node);
    }

    /// Time has passed: a node that has offered nothing by now has nothing to offer.
    fn tend(&mut self, now: Time) {
        self.declined_until.retain(|_, until| *until > now);
        if let Some((node, _)) = self.asked.take_if(|(_, until)| *until <= now)
            && !self.taken_over.values().any(|from| *from == node)
        {
            self.declined_until.insert(node, now + 2 * RETRY);
        }
    }
}

impl Copies {
    pub(super) fn tend_rebalance(&mut self, cx: &mut Context) {
        self.rebalance.tend(cx.now());
        self.forget_taken_over(cx);
        if self.rebalance.next <= cx.now() {
            self.rebalance.next = cx.now() + SETTLE / 2;
            self.ask_for_replicas(cx);
        }
    }

    /// A photo taken over counts as the other node's until it has no surplus copy any more: the pull may have failed,
    /// or a third node's copy may have gone instead.
    fn forget_taken_over(&mut self, cx: &Context) {
        let copies = cx.copies();
        let pulls = &self.pulls;
        self.rebalance.taken_over.retain(|photo, from| {
            let coming = pulls.contains_key(photo) || cx.custody.is_returning(*photo);
            let entry = cx.table.get(*photo);
            let surplus = entry
                .is_some_and(|entry| entry.is_stored_by(*from) && entry.live().count() > copies);
            coming || surplus
        });
    }

    /// Asks a more loaded node for some of its replicas, if it is this node's turn to relieve it.
    fn ask_for_replicas(&mut self, cx: &mut Context) {
        let me = cx.me();
        let resting = self.rebalance.asked.is_none() && !cx.is_leaving() && self.pulls.is_empty();
        if !resting || !cx.is_settled() || !cx.has_room(0) {
            return;
        }
        let mut loads: BTreeMap<NodeId, u64> =
            cx.mesh.here().map(|(node, _)| (node, cx.table.load(node).photos)).collect();
        loads.insert(me, cx.table.load(me).photos);
        let (least, most) = (loads.values().min(), loads.values().max());
        if most.zip(least).is_none_or(|(most, least)| *most < least + 2) {
            return;
        }
        for from in self.rebalance.taken_over.values() {
            loads.entry(*from).and_modify(|load| *load = load.saturating_sub(1));
        }
        let begin = self.next_look();
        let declined = &self.rebalance.declined_until;
        // Of many nodes only some are looked at each time.
        let mut looks = PAGE_LOOKED_AT / MOVES_LOOKED_AT;
        let pairs = rebalance_pairs(&loads, |source, node| {
            if node == me && declined.contains_key(&source) || looks == 0 {
                return false;
            }
            looks -= 1;
            may_move(cx, source, node, begin).next().is_some()
        });
        let Some((_, source)) = pairs.into_iter().find(|(node, _)| *node == me) else {
            return;
        };
        let gap = loads[&source].saturating_sub(loads[&me]);
        let photos = u32::try_from(gap / 2).unwrap_or(u32::MAX).min(REBALANCE_BATCH);
        self.rebalance.asked = Some((source, cx.now() + REBALANCE));
        cx.send_to(source, Message::Relieve { photos });
    }

    /// Where to begin to look for replicas that could move: at a different place each time.
    fn next_look(&mut self) -> PhotoId {
        self.rebalance.looks += 1;
        PhotoId(*blake3::hash(&self.rebalance.looks.to_be_bytes()).as_bytes())
    }

    /// A less loaded node wants some of this node's replicas: offers it photos whose copies here could be dropped.
    pub(in crate::node) fn asked_for_replicas(
        &mut self,
        cx: &mut Context,
        link: LinkId,
        photos: u32,
    ) {
        let Some(node) = cx.mesh.node_at(link) else {
            return;
        };
        if cx.unfit().is_some() {
            return;
        }
        let begin = self.next_look();
        let free = may_move(cx, cx.me(), node, begin).filter(|photo| {
            cx.table.get(*photo).is_some_and(|entry| cx.is_at_rest(entry))
                && !cx.custody.is_pinned(*photo)
                && !cx.custody.is_going(*photo)
                && self.offered_to(*photo).is_none()
        });
        let places = self.members_places(cx).get(&cx.table.person(node)).copied();
        let most =
            (photos.min(REBALANCE_BATCH) as usize).min(places.unwrap_or(cx.share_of(OFFERS)));
        let chosen: Vec<PhotoId> = free.take(most).collect();
        for photo in chosen {
            self.offer_to(cx, photo, node);
        }
    }
}

/// Whether a photo that moves from one node to another is on no fewer members' nodes afterwards, and enough voices can
/// prove that to the first one: else its copy would stay, and the other would be one too many.
fn can_move(cx: &Context, entry: &Entry, source: NodeId, node: NodeId) -> bool {
    let moved = || entry.live().map(|holder| if holder == source { node } else { holder });
    cx.table.spread(moved()).members >= cx.table.spread(entry.live()).members
        && cx.table.voices(source, moved()) >= cx.copies_wanted_by(source)
}

/// Replicas that could move from one node to another: photos with exactly the wanted copies, among some of the source's
/// from `begin` on.
fn may_move(
    cx: &Context,
    source: NodeId,
    node: NodeId,
    begin: PhotoId,
) -> impl Iterator<Item = PhotoId> + '_ {
    let copies = cx.copies();
    let load = cx.table.load(source);
    // A folder of originals only has nothing to move: no need to look at each of its photos every second.
    let has_replicas = load.originals < load.photos;
    let inventory = has_replicas.then(|| {
        let before = cx.table.held_after(source, None).take_while(move |photo| *photo <= begin);
        cx.table.held_after(source, Some(begin)).chain(before)
    });
    inventory.into_iter().flatten().take(MOVES_LOOKED_AT).filter(move |photo| {
        cx.table.get(*photo).is_some_and(|entry| {
            entry.verdict == Verdict::Keeper
                && entry.holding(source) == Some(Holding::Replica)
                && !entry.is_stored_by(node)
                && entry.live().count() == copies
                && can_move(cx, entry, source, node)
        })
    })
}

//! Evening disks out: a node whose disk is emptier than another's asks that node for some of its replicas.
//!
//! Who asks whom is said in [`crate::balance`]. The tables lag behind: what is on its way, or there and not yet given up
//! elsewhere, counts as moved already, at the node that takes and at the one that gives. Else each batch would be
//! decided on before the last one shows, and the two would pass each other.

use std::collections::BTreeMap;

use super::Copies;
use crate::balance::{self, Disk, relief};
use crate::node::context::Context;
use crate::node::limits::{
    MOVES_LOOKED_AT, OFFERS, PAGE_LOOKED_AT, RELIEF, RELIEF_BYTES, RELIEF_PHOTOS, RETRY, SETTLE,
    SKIP,
};
use crate::node::table::entry::Entry;
use crate::node::table::verdict::Verdict;
use crate::node::{LinkId, Time};
use crate::photo::PhotoId;
use crate::protocol::{Message, NodeId};

/// This node's part in evening disks out.
#[derive(Debug, Default)]
pub(super) struct Relief {
    /// The node that was asked for replicas, and until when it can offer some.
    asked: Option<(NodeId, Time)>,
    /// Photos taken over from a fuller node that has not dropped its copy yet, with that node.
    taken_over: BTreeMap<PhotoId, NodeId>,
    /// Photos offered to a node that wants to relieve this one, which still has its copy, with that node.
    giving: BTreeMap<PhotoId, NodeId>,
    /// Nodes that had nothing to offer, and until when they are not asked again.
    declined_until: BTreeMap<NodeId, Time>,
    /// When to look for a node to ask again, and when one was asked last.
    next: Time,
    last_asked: Time,
    /// How many searches for replicas that could move there were: it decides where the next one begins.
    looks: u64,
}

impl Relief {
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
        self.giving.retain(|_, to| *to != node);
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
    pub(super) fn tend_relief(&mut self, cx: &mut Context) {
        self.relief.tend(cx.now());
        self.forget_moved(cx);
        if self.relief.next <= cx.now() {
            self.relief.next = cx.now() + SETTLE / 2;
            self.ask_for_replicas(cx);
        }
    }

    /// A photo taken over counts as the other node's until it has no surplus copy any more: the pull may have failed,
    /// or a third node's copy may have gone instead. The same holds for one that is given.
    fn forget_moved(&mut self, cx: &Context) {
        let copies = cx.copies();
        let has_surplus = |photo: PhotoId, at: NodeId| {
            let entry = cx.table.get(photo);
            entry.is_some_and(|entry| entry.is_stored_by(at) && entry.live().count() > copies)
        };
        let (pulls, offers) = (&self.pulls, &self.offers);
        self.relief.taken_over.retain(|photo, from| {
            let coming = pulls.contains_key(photo) || cx.custody.is_returning(*photo);
            coming || has_surplus(*photo, *from)
        });
        self.relief.giving.retain(|photo, to| {
            let offered = offers.get(photo).is_some_and(|offer| offer.target == *to);
            offered || has_surplus(*photo, cx.me())
        });
    }

    /// The disks of all nodes, as they will be when what is on its way to or from this one has moved.
    fn disks_soon(&self, cx: &Context) -> Vec<Disk> {
        let me = cx.me();
        let mut disks: BTreeMap<NodeId, Disk> =
            cx.disks().into_iter().map(|disk| (disk.node, disk)).collect();
        let taken = self.relief.taken_over.iter().map(|(photo, from)| (photo, *from, me));
        let given = self.relief.giving.iter().map(|(photo, to)| (photo, me, *to));
        for (photo, from, to) in taken.chain(given) {
            let Some(entry) = cx.table.get(*photo) else {
                continue;
            };
            if let Some(disk) = disks.get_mut(&from).filter(|_| entry.is_stored_by(from)) {
                disk.gives(entry.photo.bytes);
            }
            if let Some(disk) = disks.get_mut(&to).filter(|_| !entry.is_stored_by(to)) {
                disk.takes(entry.photo.bytes);
            }
        }
        disks.into_values().collect()
    }

    /// Asks a node with a fuller disk for some of its replicas, if it is this node's turn to relieve it.
    fn ask_for_replicas(&mut self, cx: &mut Context) {
        let me = cx.me();
        let resting = self.relief.asked.is_none() && !cx.is_leaving() && self.pulls.is_empty();
        if !resting || !cx.is_settled() || cx.room() == 0 {
            return;
        }
        let (disks, one_of_each) = (self.disks_soon(cx), cx.table.sums().one_of_each);
        let begin = self.next_look();
        let declined = &self.relief.declined_until;
        // Who takes nothing although it is their turn blocks nobody for long.
        let is_patient = cx.now().since(self.relief.last_asked) < SKIP;
        // A bounded number of photos is looked at for this node, and as many for others. What others could take beyond that
        // is left to chance: at worst two ask the same node.
        let (mut for_me, mut for_others) = (PAGE_LOOKED_AT / 2, PAGE_LOOKED_AT / 2);
        let pairs = relief(&disks, one_of_each, |giver, taker| {
            let is_mine = taker.node == me;
            if is_mine && declined.contains_key(&giver.node) || !is_mine && !is_patient {
                return false;
            }
            let looks = if is_mine { &mut for_me } else { &mut for_others };
            let mut some = inventory(cx, giver.node, begin).take(MOVES_LOOKED_AT.min(*looks));
            some.any(|entry| {
                *looks -= 1;
                is_movable(cx, entry, giver.node, taker.node)
                    && balance::may_move(entry.photo.bytes, giver, taker)
            })
        });
        let Some((_, source)) = pairs.into_iter().find(|(taker, _)| *taker == me) else {
            return;
        };
        let mine = cx.disk_of(me);
        let bytes = share(cx, &disks, &mine).saturating_sub(mine.load).min(RELIEF_BYTES);
        self.relief.last_asked = cx.now();
        self.relief.asked = Some((source, cx.now() + RELIEF));
        cx.send_to(source, Message::Relieve { photos: RELIEF_PHOTOS, bytes: Some(bytes) });
    }

    /// Where to begin to look for replicas that could move: at a different place each time.
    fn next_look(&mut self) -> PhotoId {
        self.relief.looks += 1;
        PhotoId(*blake3::hash(&self.relief.looks.to_be_bytes()).as_bytes())
    }

    /// A node with an emptier disk wants some of this node's replicas: offers it photos whose copies here could be
    /// dropped, until it has what it asked for, or the two would be equally full.
    pub(in crate::node) fn relieve(
        &mut self,
        cx: &mut Context,
        link: LinkId,
        photos: u32,
        bytes: Option<u64>,
    ) {
        let Some(node) = cx.mesh.node_at(link) else {
            return;
        };
        if cx.unfit().is_some() {
            return;
        }
        let begin = self.next_look();
        let disks = self.disks_soon(cx);
        let find = |node: NodeId| disks.iter().find(|disk| disk.node == node).copied();
        let (Some(mut giver), Some(mut taker)) = (find(cx.me()), find(node)) else {
            return;
        };
        let places = self.members_places(cx).get(&cx.table.person(node)).copied();
        let most = (photos.min(RELIEF_PHOTOS) as usize).min(places.unwrap_or(cx.share_of(OFFERS)));
        // Nor is more given than is above the level, if anything is: else this node would soon be a taker itself.
        let above = giver.load.saturating_sub(share(cx, &disks, &giver));
        let above = if above > 0 { above } else { u64::MAX };
        let most_bytes = bytes.unwrap_or(u64::MAX).min(RELIEF_BYTES).min(above);
        let (mut chosen, mut given, mut smallest) = (Vec::new(), 0_u64, None);
        for entry in inventory(cx, cx.me(), begin).take(MOVES_LOOKED_AT) {
            let (photo, bytes) = (entry.photo.id, entry.photo.bytes);
            if !self.is_gift(cx, entry, node) || !balance::may_move(bytes, &giver, &taker) {
                continue;
            }
            if given.saturating_add(bytes) <= most_bytes && chosen.len() < most {
                giver.gives(bytes);
                taker.takes(bytes);
                given += bytes;
                chosen.push(photo);
            }
            smallest = smallest.min(Some((bytes, photo))).or(Some((bytes, photo)));
        }
        if chosen.is_empty() && most > 0 {
            chosen.extend(smallest.map(|(_, photo)| photo));
        }
        for photo in chosen {
            self.relief.giving.insert(photo, node);
            self.offer_to(cx, photo, node);
        }
    }

    /// Whether this node could give up its copy of a photo now, if another one had it.
    fn is_gift(&self, cx: &Context, entry: &Entry, taker: NodeId) -> bool {
        let photo = entry.photo.id;
        is_movable(cx, entry, cx.me(), taker)
            && cx.is_at_rest(entry)
            && !cx.custody.is_pinned(photo)
            && !cx.custody.is_going(photo)
            && self.offered_to(photo).is_none()
    }
}

/// How many bytes lie on a disk when all are equally full.
fn share(cx: &Context, disks: &[Disk], disk: &Disk) -> u64 {
    let share = balance::level(disks, cx.table.sums().one_of_each).of(disk.capacity);
    share.and_then(|share| u64::try_from(share).ok()).unwrap_or(u64::MAX)
}

/// Whether a photo that moves from one node to another is on no fewer members' nodes afterwards, and enough voices can
/// prove that to the first one: else its copy would stay, and the other would be one too many.
fn can_move(cx: &Context, entry: &Entry, source: NodeId, node: NodeId) -> bool {
    let moved = || entry.live().map(|holder| if holder == source { node } else { holder });
    cx.table.spread(moved()).members >= cx.table.spread(entry.live()).members
        && cx.table.voices(source, moved()) >= cx.copies_wanted_by(source)
}

/// The photos of a node, from `begin` on.
fn inventory(cx: &Context, node: NodeId, begin: PhotoId) -> impl Iterator<Item = &Entry> {
    // If nothing there may move, there is no need to look at each photo every second.
    let disk = cx.disk_of(node);
    let photos = (disk.fixed < disk.load).then(|| {
        let before = cx.table.held_after(node, None).take_while(move |photo| *photo <= begin);
        cx.table.held_after(node, Some(begin)).chain(before)
    });
    photos.into_iter().flatten().filter_map(|photo| cx.table.get(photo))
}

/// Whether a copy is a replica that could move from one node to another: of a photo with exactly the wanted copies.
fn is_movable(cx: &Context, entry: &Entry, source: NodeId, node: NodeId) -> bool {
    entry.verdict == Verdict::Keeper
        && cx.lets_move(entry, source)
        && !entry.is_stored_by(node)
        && entry.live().count() == cx.copies()
        && can_move(cx, entry, source, node)
}

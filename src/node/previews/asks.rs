//! What other nodes are asked to show, and the pieces of it that have come.
//!
//! A question is open until its answer is there in full, or the link is gone, even if nobody waits for it any more: what
//! comes late is kept all the same, for who has scrolled on may come back. So no node ever has more of them to answer
//! than its share, is asked the same twice at a time, and one that does not answer is asked no more.

use std::collections::BTreeMap;

use super::Key;
use crate::node::context::Context;
use crate::node::limits::PREVIEW_PIECES;
use crate::protocol::message::AskId;
use crate::protocol::{Message, NodeId};

/// The open questions to other nodes.
#[derive(Debug, Default)]
pub(super) struct Asks {
    open: BTreeMap<AskId, Ask>,
    /// How many each node has to answer.
    at: BTreeMap<NodeId, usize>,
    /// How much of all answers has come and is kept, in bytes.
    kept: usize,
    next: u32,
}

#[derive(Debug)]
struct Ask {
    node: NodeId,
    key: Key,
    /// Whether this node's owner wanted to see it, for whom it is put into the cache.
    for_owner: bool,
    /// The length of the answer in bytes, once its first piece has come.
    bytes: Option<u64>,
    /// How much of it has come.
    received: u64,
    /// What has come of it; none if there was no room for it, or it has come from elsewhere.
    kept: Option<Vec<u8>>,
}

/// What a piece comes to.
pub(super) enum Piece {
    /// There is more to come.
    More,
    /// The answer is there in full. It is empty if nothing of it was kept.
    Last { key: Key, whole: Vec<u8>, for_owner: bool },
    /// Too much of other answers is kept: nothing of this one is, and another node can be asked.
    NoRoom(Key),
    /// It does not fit, and ends the question.
    Wrong(Key),
}

impl Asks {
    /// How many questions a node has to answer.
    pub(super) fn open_at(&self, node: NodeId) -> usize {
        self.at.get(&node).copied().unwrap_or_default()
    }

    /// Whether somebody may still answer this.
    pub(super) fn is_open(&self, key: Key) -> bool {
        self.open.values().any(|ask| ask.key == key && ask.kept.is_some())
    }

    /// Whether this node has it to answer.
    pub(super) fn is_open_at(&self, node: NodeId, key: Key) -> bool {
        self.open.values().any(|ask| ask.node == node && ask.key == key)
    }

    /// What a node was asked and may still answer.
    pub(super) fn keys_at(&self, node: NodeId) -> Vec<Key> {
        let asks = self.open.values().filter(|ask| ask.node == node && ask.kept.is_some());
        asks.map(|ask| ask.key).collect()
    }

    /// Asks a node.
    pub(super) fn ask(&mut self, cx: &mut Context, node: NodeId, key: Key, for_owner: bool) {
        let ask = AskId(self.next);
        self.next = self.next.wrapping_add(1);
        let kept = Some(Vec::new());
        self.open.insert(ask, Ask { node, key, for_owner, bytes: None, received: 0, kept });
        *self.at.entry(node).or_default() += 1;
        let (photo, size) = key;
        cx.send_to(node, Message::AskForPreview { ask, photo, size });
    }

    /// This node's owner wants to see it, too.
    pub(super) fn owner_wants(&mut self, key: Key) {
        for ask in self.open.values_mut().filter(|ask| ask.key == key) {
            ask.for_owner = true;
        }
    }

    /// Takes a piece of an answer; none if it belongs to none that this node has to give. What is not wanted by now is
    /// thrown away first if there is no room.
    pub(super) fn take(
        &mut self,
        node: NodeId,
        id: AskId,
        (bytes, offset): (u64, u64),
        piece: &[u8],
        is_wanted: impl Fn(Key) -> bool,
    ) -> Option<Piece> {
        let ask = self.open.get_mut(&id).filter(|ask| ask.node == node)?;
        let (key, for_owner) = (ask.key, ask.for_owner);
        let received = ask.received.saturating_add(piece.len() as u64);
        let fits = bytes == *ask.bytes.get_or_insert(bytes)
            && bytes <= key.1.max_bytes() as u64
            && offset == ask.received
            && !piece.is_empty()
            && received <= bytes;
        if !fits {
            self.close(node, id);
            return Some(Piece::Wrong(key));
        }
        ask.received = received;
        if self.kept + piece.len() > PREVIEW_PIECES {
            self.make_room(piece.len(), is_wanted);
        }
        let has_room = self.kept + piece.len() <= PREVIEW_PIECES;
        let ask = self.open.get_mut(&id)?;
        if let Some(kept) = ask.kept.as_mut().filter(|_| has_room) {
            kept.extend_from_slice(piece);
            self.kept += piece.len();
        }
        if received < bytes {
            let is_dropped = !has_room && ask.kept.is_some();
            if is_dropped {
                self.kept -= ask.drop_kept();
            }
            return Some(if is_dropped { Piece::NoRoom(key) } else { Piece::More });
        }
        // What had no room lacks its end, and is no picture.
        let whole = ask.kept.take().unwrap_or_default();
        self.kept -= whole.len();
        self.close(node, id);
        Some(Piece::Last { key, whole, for_owner })
    }

    /// Throws away what nobody waits for, until so many bytes have room.
    fn make_room(&mut self, bytes: usize, is_wanted: impl Fn(Key) -> bool) {
        for ask in self.open.values_mut().filter(|ask| !is_wanted(ask.key)) {
            if self.kept + bytes <= PREVIEW_PIECES {
                return;
            }
            self.kept -= ask.drop_kept();
        }
    }

    /// A node has answered, in one way or another: what it was asked.
    pub(super) fn close(&mut self, node: NodeId, id: AskId) -> Option<Key> {
        let key = self.open.get(&id).filter(|ask| ask.node == node)?.key;
        self.kept -= self.open.remove(&id).map_or(0, |mut ask| ask.drop_kept());
        if let Some(open) = self.at.get_mut(&node) {
            *open = open.saturating_sub(1);
        }
        Some(key)
    }

    /// It has come from elsewhere: what others have sent of it is thrown away, and what they still send.
    pub(super) fn is_here(&mut self, key: Key) {
        for ask in self.open.values_mut().filter(|ask| ask.key == key) {
            self.kept -= ask.drop_kept();
        }
    }

    /// A node will not answer any more: what it was asked.
    pub(super) fn forget(&mut self, node: NodeId) -> Vec<Key> {
        let keys = self.keys_at(node);
        for ask in self.open.values_mut().filter(|ask| ask.node == node) {
            self.kept -= ask.drop_kept();
        }
        self.open.retain(|_, ask| ask.node != node);
        self.at.remove(&node);
        keys
    }
}

impl Ask {
    /// Throws away what has come: how many bytes.
    fn drop_kept(&mut self) -> usize {
        self.kept.take().map_or(0, |kept| kept.len())
    }
}

//! Small pictures from other nodes: which holder is asked, and what comes of it.

use super::asks::Piece;
use super::{Key, No, Previews, is_removed};
use crate::node::context::Context;
use crate::node::limits::{ASKED_FOR_MEMBERS, PREVIEW_NEXT, PREVIEWS_OF_NODE};
use crate::node::{DiskAction, LinkId, Time, Viewer};
use crate::protocol::message::AskId;
use crate::protocol::{Blob, NodeId};

impl Previews {
    /// Asks one more holder of a photo, if there is one that can be asked now. If there is none, and neither this disk
    /// nor any of those that were asked can still answer, that is the end of it.
    pub(super) fn ask_another(&mut self, cx: &mut Context, key: Key) {
        let now = cx.now();
        let Some(wanted) = self.wanted.get_mut(&key) else {
            return;
        };
        wanted.elsewhere = true;
        let holders: Vec<NodeId> = match cx.table.get(key.0) {
            Some(entry) => entry.anywhere().collect(),
            None => Vec::new(),
        };
        let may_be_asked = |node: &NodeId| {
            *node != cx.me()
                && !wanted.tried.contains(node)
                && !self.asks.is_open_at(*node, key)
                && cx.mesh.shows_previews(*node)
        };
        let mut untried = holders.into_iter().filter(may_be_asked).peekable();
        let is_last = untried.peek().is_none();
        let for_owner = wanted.is_for(Viewer::Owner);
        let most = if for_owner { PREVIEWS_OF_NODE } else { ASKED_FOR_MEMBERS };
        let open = |node: &NodeId| self.asks.open_at(*node);
        let free = untried.filter(|node| open(node) < most).min_by_key(open);
        // Those with too much to do are asked again when it is time to, however often others answer meanwhile.
        if free.is_some() || wanted.next <= now {
            wanted.next = now + PREVIEW_NEXT;
        }
        if let Some(node) = free {
            wanted.tried.insert(node);
            self.asks.ask(cx, node, key, for_owner);
        } else if is_last && !wanted.may_come_later() && !self.may_come(key) {
            self.fail(cx, key, "no node that is here can show it");
        }
    }

    /// Another node sends a piece of a small picture.
    pub(in crate::node) fn piece_received(
        &mut self,
        cx: &mut Context,
        link: LinkId,
        ask: AskId,
        (bytes, offset): (u64, u64),
        image: &Blob,
    ) {
        let Some(node) = cx.mesh.node_at(link) else {
            return;
        };
        let wanted = &self.wanted;
        let is_wanted = |key| wanted.contains_key(&key);
        match self.asks.take(node, ask, (bytes, offset), image, is_wanted) {
            None => {}
            Some(Piece::More) => self.has_patience(cx, node),
            Some(Piece::Last { key, whole, for_owner }) => {
                self.has_patience(cx, node);
                if key.1.fits(&whole) && !is_removed(cx, key.0) {
                    let ((photo, size), image) = (key, Blob::from(whole));
                    self.answer(cx, key, &image);
                    // Of a photo that is here by now, this node makes its own.
                    if for_owner && cx.table.mine(photo).is_none() {
                        cx.disk(DiskAction::KeepPreview { photo, size, image });
                    }
                    self.ask_those_in_line(cx);
                } else {
                    self.answered_no(cx, node, key, No::Never);
                }
            }
            Some(Piece::NoRoom(key)) => self.not_shown(cx, key),
            Some(Piece::Wrong(key)) => self.answered_no(cx, node, key, No::Never),
        }
    }

    /// Another node does not show what it was asked for.
    pub(in crate::node) fn refused(&mut self, cx: &mut Context, link: LinkId, ask: AskId, no: No) {
        let node = cx.mesh.node_at(link);
        if let Some(node) = node
            && let Some(key) = self.asks.close(node, ask)
        {
            self.answered_no(cx, node, key, no);
        }
    }

    fn answered_no(&mut self, cx: &mut Context, node: NodeId, key: Key, no: No) {
        if let Some(wanted) = self.wanted.get_mut(&key) {
            wanted.refused(node, no);
        }
        self.not_shown(cx, key);
        self.ask_those_in_line(cx);
    }

    /// A holder has not shown a photo: unless others are being asked already, the next one is.
    pub(super) fn not_shown(&mut self, cx: &mut Context, key: Key) {
        if !self.may_come(key) {
            self.ask_another(cx, key);
        }
    }

    /// Whether this disk or a node that was asked may still show it.
    fn may_come(&self, key: Key) -> bool {
        let is_in_line = self.wanted.get(&key).is_some_and(|wanted| !wanted.in_line.is_empty());
        let is_looked_for = |viewer| self.looking.contains(&(viewer, key));
        is_in_line
            || [Viewer::Owner, Viewer::Member].into_iter().any(is_looked_for)
            || self.asks.is_open(key)
    }

    /// A node has answered something: those that wait for another answer of it wait for longer, since it may be a slow
    /// line on which one comes after the other.
    fn has_patience(&mut self, cx: &Context, node: NodeId) {
        let now = cx.now();
        for key in self.asks.keys_at(node) {
            if let Some(wanted) = self.wanted.get_mut(&key) {
                wanted.has_patience(now);
            }
        }
    }

    /// There may be place for questions that could not be asked so far: for those first that have waited longest.
    fn ask_those_in_line(&mut self, cx: &mut Context) {
        let in_line = self.wanted.iter().filter(|(_, wanted)| wanted.elsewhere);
        let in_line = in_line.filter(|(key, _)| !self.may_come(**key));
        let mut in_line: Vec<(Time, Key)> =
            in_line.map(|(key, wanted)| (wanted.since, *key)).collect();
        in_line.sort_unstable();
        for (_, key) in in_line {
            self.ask_another(cx, key);
        }
    }
}

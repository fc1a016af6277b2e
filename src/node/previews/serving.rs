//! What other nodes ask this one to show.
//!
//! For each node a few pictures at a time are being drawn or sent, and the next one is begun when one is sent. So a node
//! that reads slowly, or asks for more than it can take, makes this one hold little for it.

use std::collections::{BTreeMap, VecDeque};

use super::Key;
use crate::node::context::Context;
use crate::node::limits::{PREVIEWS_AT_WORK, PREVIEWS_OF_NODE};
use crate::node::{DiskError, LinkAction, LinkId};
use crate::protocol::message::AskId;
use crate::protocol::{Blob, Message, NodeId};

/// The questions of other nodes.
#[derive(Debug, Default)]
pub(super) struct Serving {
    lines: BTreeMap<NodeId, Line>,
    /// Who waits for a picture that the disk looks for.
    looking: BTreeMap<Key, Vec<(NodeId, AskId)>>,
}

/// The questions of one node.
#[derive(Debug, Default)]
struct Line {
    waiting: VecDeque<(AskId, Key)>,
    /// How many pictures are being looked for or sent.
    at_work: usize,
}

impl Serving {
    /// A node asks; `undrawable` if this one knows that the photo cannot be drawn. Returns what the disk is to look for now.
    pub(super) fn asked(
        &mut self,
        cx: &mut Context,
        link: LinkId,
        ask: AskId,
        key: Key,
        undrawable: bool,
    ) -> Vec<Key> {
        let Some(node) = cx.mesh.node_at(link) else {
            return Vec::new();
        };
        let line = self.lines.entry(node).or_default();
        let is_too_much = line.waiting.len() + line.at_work >= PREVIEWS_OF_NODE;
        if is_too_much || cx.table.mine(key.0).is_none() {
            let reason = "not held here, or too much asked for".to_owned();
            cx.send(link, Message::NoPreview { ask, undrawable: false, reason });
            return Vec::new();
        }
        if undrawable {
            let reason = DiskError::NotAPicture.to_string();
            cx.send(link, Message::NoPreview { ask, undrawable, reason });
            return Vec::new();
        }
        line.waiting.push_back((ask, key));
        self.go_on(node)
    }

    /// The disk has found a picture, or has not: whoever asked for it hears that. Returns what it is to look for now.
    pub(super) fn found(
        &mut self,
        cx: &mut Context,
        key: Key,
        result: &Result<Blob, DiskError>,
    ) -> Vec<Key> {
        let mut next = Vec::new();
        for (node, ask) in self.looking.remove(&key).unwrap_or_default() {
            match (cx.mesh.link_to(node), result) {
                (Some(link), Ok(image)) => {
                    cx.link(LinkAction::SendPreview { link, ask, image: image.clone() });
                }
                (_, Err(error)) => {
                    let undrawable = *error == DiskError::NotAPicture;
                    let reason = error.to_string();
                    cx.send_to(node, Message::NoPreview { ask, undrawable, reason });
                    next.extend(self.done(node));
                }
                (None, Ok(_)) => next.extend(self.done(node)),
            }
        }
        next
    }

    /// A node has been sent a picture, or the word that there is none. Returns what the disk is to look for now.
    pub(super) fn done(&mut self, node: NodeId) -> Vec<Key> {
        if let Some(line) = self.lines.get_mut(&node) {
            line.at_work = line.at_work.saturating_sub(1);
        }
        self.go_on(node)
    }

    fn go_on(&mut self, node: NodeId) -> Vec<Key> {
        let mut next = Vec::new();
        let Some(line) = self.lines.get_mut(&node) else {
            return next;
        };
        while line.at_work < PREVIEWS_AT_WORK
            && let Some((ask, key)) = line.waiting.pop_front()
        {
            line.at_work += 1;
            let askers = self.looking.entry(key).or_default();
            if askers.is_empty() {
                next.push(key);
            }
            askers.push((node, ask));
        }
        if line.at_work == 0 {
            self.lines.remove(&node);
        }
        next
    }

    /// A node's link is gone, and nothing more can be sent to it.
    pub(super) fn forget(&mut self, node: NodeId) {
        self.lines.remove(&node);
        self.looking.retain(|_, askers| {
            askers.retain(|(asker, _)| *asker != node);
            !askers.is_empty()
        });
    }
}

//! Small pictures: what photos look like, for the people at any node.
//!
//! ```text
//!   client        this node                    its disk                       a holder
//!     GetPreview ──▶ FindPreview ───────────────▶ in the cache? drawn from the photo?
//!     Preview ◀────── here it is ◀───────────────── yes
//!                     AskForPreview ◀────────────── no, or not soon ─────────────────────────▶ (the same there)
//!     Preview ◀────── checked, KeepPreview ◀──────────────────────────────────── Preview
//! ```
//!
//! # What it promises
//!
//! A client that wants to see a photo is answered: with a small picture by a node that has the photo, or with the word
//! that it cannot be drawn, or, when neither this disk nor a holder has said anything for some seconds, that nobody could
//! deliver it. What several clients want is found once. A disk or a holder that does not answer, or that sends drop by
//! drop, is not waited for alone: after some seconds the next one is asked as well. What comes too late is kept for the
//! next time.
//!
//! Nothing else hangs on any of this. A small picture is neither a copy nor a proof, and no decision looks at one.
//!
//! # What others can do with it
//!
//! A holder may show whatever it likes in place of its photo. This node never decodes it, and shows it to the people at
//! this node only, for as long as the photo itself is not here; no other node gets it. A browser does decode it, and so
//! does a client that draws it on a terminal. That a photo cannot be drawn is believed if all who were asked say so.
//!
//! Whatever a holder sends that is too long, no JPEG, out of order or not asked for, is thrown away, and another one is
//! asked. What comes drop by drop takes bounded memory. One that never answers keeps its share of open questions, and is
//! asked no more over that link. (See `asks`.)
//!
//! Whoever asks this node too much waits in a line of bounded length, and holds up nobody but itself: for each person only
//! few pictures at a time are being drawn or sent, and only so many bytes a minute are read for that. The disk draws one
//! of them at a time, for all together. (See `serving`.)
//!
//! Other members may be clients of this node, too. They come after the owner, each with a share, of what this disk draws
//! as of what other nodes are asked; and the owner's cache is neither shown to them nor filled for them. (See `people`.)
//!
//! What is removed is shown to nobody but its owner, who may still have it in the trash. That follows the verdict, and no
//! single word: a member may sign words about photos of others.
//!
//! # What is left out
//!
//! Nothing is drawn in advance for others, and a question cannot be taken back: its answer frees a place, sooner or
//! later, and is thrown away.

mod asks;
mod elsewhere;
mod people;
mod serving;
mod wanted;

use std::collections::{BTreeMap, BTreeSet};

use super::budgets::Budgets;
use super::context::Context;
use super::limits::DRAWING_BYTES;
use super::table::verdict::Verdict;
use super::{DiskAction, DiskError, LinkId, Viewer};
use crate::photo::{Format, PhotoId, PreviewSize};
use crate::protocol::message::AskId;
use crate::protocol::{Blob, NodeId};
use asks::Asks;
use serving::Serving;
pub(in crate::node) use wanted::No;
use wanted::Wanted;

/// A small picture: of which photo, and how large.
type Key = (PhotoId, PreviewSize);

/// The small pictures that are being looked for.
#[derive(Debug)]
pub(in crate::node) struct Previews {
    /// For this node's clients.
    wanted: BTreeMap<Key, Wanted>,
    /// On this node's disk, and for which of them.
    looking: BTreeSet<(Viewer, Key)>,
    /// What other nodes are asked.
    asks: Asks,
    /// What other nodes ask.
    serving: Serving,
    /// What was drawn for each person but the owner.
    budgets: Budgets,
}

impl Default for Previews {
    fn default() -> Previews {
        Previews {
            wanted: BTreeMap::new(),
            looking: BTreeSet::new(),
            asks: Asks::default(),
            serving: Serving::default(),
            budgets: Budgets::new(DRAWING_BYTES),
        }
    }
}

impl Previews {
    /// Another node asks what a photo of this one looks like.
    pub(in crate::node) fn asked(
        &mut self,
        cx: &mut Context,
        link: LinkId,
        ask: AskId,
        photo: PhotoId,
        size: PreviewSize,
    ) {
        let next = self.serving.asked(cx, &mut self.budgets, link, (ask, (photo, size)));
        look_for_others(cx, next);
    }

    /// The disk has a small picture, or has none.
    pub(in crate::node) fn found(
        &mut self,
        cx: &mut Context,
        viewer: Viewer,
        key: Key,
        result: Result<Blob, DiskError>,
    ) {
        match viewer {
            Viewer::Owner | Viewer::Member => self.found_here(cx, viewer, key, result),
            Viewer::Peer => {
                let next = self.serving.found(cx, key, &result);
                look_for_others(cx, next);
            }
        }
    }

    /// A small picture has been sent.
    pub(in crate::node) fn sent(&mut self, cx: &mut Context, link: LinkId) {
        let next = cx.mesh.node_at(link).map(|node| self.serving.sent(node));
        look_for_others(cx, next.unwrap_or_default());
    }

    /// The link to a node is gone.
    pub(in crate::node) fn link_lost(&mut self, cx: &mut Context, node: NodeId) {
        let next = self.serving.forget(node);
        look_for_others(cx, next);
        for key in self.asks.forget(node) {
            self.not_shown(cx, key);
        }
    }
}

/// Whether this node has read a photo and knows that it cannot be drawn. The word of others is not enough.
fn is_opaque(cx: &Context, photo: PhotoId) -> bool {
    let entry = cx.table.get(photo);
    entry.is_some_and(|entry| entry.verified && entry.photo.format == Format::Opaque)
}

/// Whether a photo is removed, and what it looks like for nobody else to see.
fn is_removed(cx: &Context, photo: PhotoId) -> bool {
    cx.table.get(photo).is_none_or(|entry| entry.verdict == Verdict::Removed)
}

/// Has the disk look for what other nodes want.
fn look_for_others(cx: &mut Context, keys: Vec<Key>) {
    keys.into_iter().for_each(|key| look(cx, key, Viewer::Peer));
}

fn look(cx: &mut Context, (photo, size): Key, viewer: Viewer) {
    // What others have made is for nobody but the owner.
    let held = viewer != Viewer::Owner || cx.table.mine(photo).is_some();
    cx.disk(DiskAction::FindPreview { photo, size, held, viewer });
}

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
//! deliver it. What several clients want is found once. A disk or a holder that does not answer is not waited for alone:
//! after a while the next one is asked as well.
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
//! Whoever asks this node too much waits in a line of bounded length, and holds up nobody but itself: for each node only
//! few pictures at a time are being drawn or sent. The disk draws one of them at a time, for all nodes together. (See
//! `serving`.)
//!
//! # What is left out
//!
//! Nothing is drawn in advance for others, and a question cannot be taken back: its answer frees a place, sooner or
//! later, and is thrown away.

mod asks;
mod serving;
mod wanted;

use std::collections::{BTreeMap, BTreeSet};

use super::context::Context;
use super::limits::{PREVIEW_NEXT, PREVIEWS, PREVIEWS_OF_NODE};
use super::table::verdict::Verdict;
use super::{DiskAction, DiskError, LinkId, Time};
use crate::photo::{Format, PhotoId, PreviewSize};
use crate::protocol::message::AskId;
use crate::protocol::{Answer, Blob, NodeId};
use asks::{Asks, Piece};
use serving::Serving;
use wanted::Wanted;

/// A small picture: of which photo, and how large.
type Key = (PhotoId, PreviewSize);

/// The small pictures that are being looked for.
#[derive(Debug, Default)]
pub(in crate::node) struct Previews {
    /// For this node's clients.
    wanted: BTreeMap<Key, Wanted>,
    /// On this node's disk, for them.
    looking: BTreeSet<Key>,
    /// What other nodes are asked.
    asks: Asks,
    /// What other nodes ask.
    serving: Serving,
}

/// For people.
impl Previews {
    /// A client wants to see a photo.
    pub(in crate::node) fn want(
        &mut self,
        cx: &mut Context,
        link: LinkId,
        photo: PhotoId,
        size: PreviewSize,
    ) {
        let key = (photo, size);
        if is_opaque(cx, photo) {
            return answer_none(cx, link, photo, false, UNDRAWABLE);
        }
        if self.wanted.len() >= PREVIEWS && !self.wanted.contains_key(&key) {
            return answer_none(cx, link, photo, true, "too many are waited for: try again later");
        }
        let now = cx.now();
        let wanted = self.wanted.entry(key).or_insert_with(|| Wanted::new(now));
        wanted.clients.insert(link);
        if !wanted.elsewhere && self.looking.insert(key) {
            look(cx, key, false);
        }
    }

    /// A client has hung up, or needs nothing any more.
    pub(in crate::node) fn client_done(&mut self, link: LinkId) {
        let asks = &mut self.asks;
        self.wanted.retain(|key, wanted| {
            wanted.clients.remove(&link);
            if wanted.clients.is_empty() {
                asks.give_up(*key);
            }
            !wanted.clients.is_empty()
        });
    }

    /// Time has passed: other holders are asked, and clients that waited long enough are answered.
    pub(in crate::node) fn tend(&mut self, cx: &mut Context) {
        let now = cx.now();
        let keys = |previews: &Previews, at: fn(&Wanted) -> Time| -> Vec<Key> {
            let all = previews.wanted.iter();
            all.filter(|(_, wanted)| at(wanted) <= now).map(|(key, _)| *key).collect()
        };
        for key in keys(self, |wanted| wanted.until) {
            self.fail(cx, key, "no node that has it answers");
        }
        for key in keys(self, |wanted| wanted.next) {
            self.ask_another(cx, key);
        }
    }

    /// The disk has a small picture, or has none.
    pub(in crate::node) fn found(
        &mut self,
        cx: &mut Context,
        key: Key,
        result: Result<Blob, DiskError>,
    ) {
        self.looking.remove(&key);
        // The disk draws one after the other: who waits for another one waits for longer.
        for other in &self.looking {
            if let Some(wanted) = self.wanted.get_mut(other) {
                wanted.has_patience(cx.now());
            }
        }
        let Some(wanted) = self.wanted.get_mut(&key) else {
            return;
        };
        match result {
            Ok(image) => self.answer(cx, key, &image),
            Err(DiskError::NotAPicture) => self.end(cx, key, false, UNDRAWABLE),
            // It is not here, or this disk cannot read it.
            Err(_) => {
                wanted.has_patience(cx.now());
                self.not_shown(cx, key);
            }
        }
    }

    fn answer(&mut self, cx: &mut Context, key: Key, image: &Blob) {
        self.asks.give_up(key);
        let clients = self.wanted.remove(&key).map(|wanted| wanted.clients);
        for link in clients.into_iter().flatten() {
            let (photo, bytes, image) = (key.0, image.len() as u64, image.clone());
            cx.step.answer(link, Answer::Preview { photo, bytes, image });
        }
    }

    /// Nobody has shown a photo. That it cannot be drawn is believed if all who were asked say so: one alone may lie, or
    /// be of an earlier version.
    fn fail(&mut self, cx: &mut Context, key: Key, why: &str) {
        let undrawable = self.wanted.get(&key).is_some_and(Wanted::is_undrawable);
        let why = if undrawable { UNDRAWABLE } else { why };
        self.end(cx, key, !undrawable, why);
    }

    fn end(&mut self, cx: &mut Context, key: Key, undelivered: bool, why: &str) {
        self.asks.give_up(key);
        let clients = self.wanted.remove(&key).map(|wanted| wanted.clients);
        for link in clients.into_iter().flatten() {
            answer_none(cx, link, key.0, undelivered, why);
        }
    }
}

/// Other nodes are asked.
impl Previews {
    /// Asks one more holder of a photo, if there is one that can be asked now. If there is none, and neither this disk
    /// nor any of those that were asked can still answer, that is the end of it.
    fn ask_another(&mut self, cx: &mut Context, key: Key) {
        let now = cx.now();
        let Some(wanted) = self.wanted.get_mut(&key) else {
            return;
        };
        wanted.elsewhere = true;
        wanted.next = now + PREVIEW_NEXT;
        let holders: Vec<NodeId> = match cx.table.get(key.0) {
            Some(entry) => entry.anywhere().collect(),
            None => Vec::new(),
        };
        let may_be_asked = |node: &NodeId| {
            *node != cx.me() && !wanted.tried.contains(node) && cx.mesh.shows_previews(*node)
        };
        let mut untried = holders.into_iter().filter(may_be_asked).peekable();
        let is_last = untried.peek().is_none();
        let open = |node: &NodeId| self.asks.open_at(*node);
        let free = untried.filter(|node| open(node) < PREVIEWS_OF_NODE).min_by_key(open);
        if let Some(node) = free {
            wanted.tried.insert(node);
            self.asks.ask(cx, node, key);
        } else if is_last && !self.may_come(key) {
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
        match self.asks.take(node, ask, (bytes, offset), image) {
            None => {}
            Some(Piece::More) => self.has_patience(cx, node),
            Some(Piece::Last(key, whole)) => {
                self.has_patience(cx, node);
                // If nobody wants it any more, nothing of it was kept.
                let is_wanted = self.wanted.contains_key(&key) && !is_removed(cx, key.0);
                if key.1.fits(&whole) && is_wanted {
                    let ((photo, size), image) = (key, Blob::from(whole));
                    self.answer(cx, key, &image);
                    cx.disk(DiskAction::KeepPreview { photo, size, image });
                } else {
                    self.not_shown(cx, key);
                }
                self.ask_those_in_line(cx);
            }
            Some(Piece::NoRoom(key)) => self.not_shown(cx, key),
            Some(Piece::Wrong(key)) => {
                let text = format!("{} sends what is no small picture", cx.called(node));
                cx.log("preview", text);
                self.not_shown(cx, key);
                self.ask_those_in_line(cx);
            }
        }
    }

    /// Another node does not show what it was asked for.
    pub(in crate::node) fn refused(
        &mut self,
        cx: &mut Context,
        link: LinkId,
        ask: AskId,
        undrawable: bool,
    ) {
        let node = cx.mesh.node_at(link);
        let Some(key) = node.and_then(|node| self.asks.close(node, ask)) else {
            return;
        };
        if let Some(wanted) = self.wanted.get_mut(&key) {
            wanted.undrawable += usize::from(undrawable);
        }
        self.not_shown(cx, key);
        self.ask_those_in_line(cx);
    }

    /// A holder has not shown a photo: unless others are being asked already, the next one is.
    fn not_shown(&mut self, cx: &mut Context, key: Key) {
        if !self.may_come(key) {
            self.ask_another(cx, key);
        }
    }

    /// Whether this disk or a node that was asked may still show it.
    fn may_come(&self, key: Key) -> bool {
        self.looking.contains(&key) || self.asks.is_open(key)
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

    /// There may be place for questions that could not be asked so far.
    fn ask_those_in_line(&mut self, cx: &mut Context) {
        let in_line = self.wanted.iter().filter(|(_, wanted)| wanted.elsewhere);
        let in_line = in_line.map(|(key, _)| *key).filter(|key| !self.may_come(*key));
        for key in in_line.collect::<Vec<_>>() {
            self.ask_another(cx, key);
        }
    }

    /// The link to a node is gone.
    pub(in crate::node) fn link_lost(&mut self, cx: &mut Context, node: NodeId) {
        self.serving.forget(node);
        for key in self.asks.forget(node) {
            self.not_shown(cx, key);
        }
    }
}

/// Other nodes ask.
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
        let undrawable = is_opaque(cx, photo);
        let next = self.serving.asked(cx, link, ask, (photo, size), undrawable);
        look_for(cx, next);
    }

    /// The disk has a small picture for another node, or has none.
    pub(in crate::node) fn found_for_others(
        &mut self,
        cx: &mut Context,
        key: Key,
        result: &Result<Blob, DiskError>,
    ) {
        let next = self.serving.found(cx, key, result);
        look_for(cx, next);
    }

    /// A small picture has been sent.
    pub(in crate::node) fn sent(&mut self, cx: &mut Context, link: LinkId) {
        let next = cx.mesh.node_at(link).map(|node| self.serving.done(node));
        look_for(cx, next.unwrap_or_default());
    }
}

/// Why a photo is not shown that nobody can draw.
const UNDRAWABLE: &str = "the photo cannot be drawn";

/// Whether this node has read a photo and knows that it cannot be drawn. The word of others is not enough.
fn is_opaque(cx: &Context, photo: PhotoId) -> bool {
    let entry = cx.table.get(photo);
    entry.is_some_and(|entry| entry.verified && entry.photo.format == Format::Opaque)
}

/// Whether a photo is removed, and what others show of it no longer wanted.
fn is_removed(cx: &Context, photo: PhotoId) -> bool {
    cx.table.get(photo).is_none_or(|entry| entry.verdict == Verdict::Removed)
}

/// Has the disk look for what other nodes want.
fn look_for(cx: &mut Context, keys: Vec<Key>) {
    keys.into_iter().for_each(|key| look(cx, key, true));
}

fn look(cx: &mut Context, (photo, size): Key, for_others: bool) {
    let held = for_others || cx.table.mine(photo).is_some();
    cx.disk(DiskAction::FindPreview { photo, size, held, for_others });
}

/// Tells a client that it will not see a photo.
fn answer_none(cx: &mut Context, link: LinkId, photo: PhotoId, undelivered: bool, reason: &str) {
    let (image_name, reason) = (photo.to_string(), reason.to_owned());
    let candidates = Vec::new();
    cx.step.answer(link, Answer::NotFound { image_name, candidates, undelivered, reason });
}

//! Small pictures for people: who waits for what, and what the disk is to draw for them.
//!
//! The disk draws few at a time: the others wait here, so that who hangs up leaves the line. Each line, that of the
//! owner's clients and that of all other members', is served in the order in which it was joined.

use super::serving::spend;
use super::wanted::{Wanted, viewer_of};
use super::{Key, Previews, is_opaque, is_removed, look};
use crate::node::context::Context;
use crate::node::limits::{
    DRAWN_FOR_MEMBERS, DRAWN_FOR_OWNER, PREVIEWS_OF_MEMBER, PREVIEWS_WANTED,
};
use crate::node::table::spread::Person;
use crate::node::{DiskError, LinkId, Time, Viewer};
use crate::photo::{PhotoId, PreviewSize};
use crate::protocol::{Answer, Blob, MemberName};

impl Previews {
    /// A client wants to see a photo: of another member, or else of this node's owner.
    pub(in crate::node) fn want(
        &mut self,
        cx: &mut Context,
        link: LinkId,
        by: Option<MemberName>,
        (photo, size): (PhotoId, PreviewSize),
    ) {
        let key = (photo, size);
        if is_opaque(cx, photo) {
            return answer_none(cx, link, photo, false, UNDRAWABLE);
        }
        let is_theirs = |wanted: &&Wanted| wanted.clients.values().any(|other| *other == by);
        let most = if by.is_none() { PREVIEWS_WANTED } else { PREVIEWS_OF_MEMBER };
        let is_new = self.wanted.get(&key).filter(is_theirs).is_none();
        if is_new && self.wanted.values().filter(is_theirs).count() >= most {
            return answer_none(cx, link, photo, true, "too many are waited for: try again later");
        }
        let held = cx.table.mine(photo).and(cx.table.get(photo)).map(|entry| entry.photo.bytes);
        if let (Some(by), Some(bytes)) = (by, held)
            && let Err(why) = spend(cx, &mut self.budgets, Person::Member(by), (size, bytes))
        {
            return answer_none(cx, link, photo, true, &why);
        }
        let (now, viewer) = (cx.now(), viewer_of(by));
        let wanted = self.wanted.entry(key).or_insert_with(|| Wanted::new(now));
        let is_first = !wanted.is_for(viewer);
        wanted.clients.insert(link, by);
        if viewer == Viewer::Owner {
            self.asks.owner_wants(key);
        }
        if !is_first || self.looking.contains(&(viewer, key)) {
            return;
        }
        match viewer {
            _ if held.is_some() => {
                wanted.in_line.insert(viewer);
                self.go_on_looking(cx);
            }
            // It may be in the cache, and there nothing is drawn.
            Viewer::Owner => {
                self.looking.insert((viewer, key));
                look(cx, key, viewer);
            }
            Viewer::Member | Viewer::Peer => self.not_shown(cx, key),
        }
    }

    /// Has the disk draw those that are first in line, if it has not enough to draw.
    fn go_on_looking(&mut self, cx: &mut Context) {
        for (viewer, most) in
            [(Viewer::Owner, DRAWN_FOR_OWNER), (Viewer::Member, DRAWN_FOR_MEMBERS)]
        {
            while self.looking.iter().filter(|(other, _)| *other == viewer).count() < most {
                let in_line = self.wanted.iter_mut();
                let in_line = in_line.filter(|(_, wanted)| wanted.in_line.contains(&viewer));
                let Some((key, wanted)) = in_line.min_by_key(|(_, wanted)| wanted.since) else {
                    break;
                };
                wanted.in_line.remove(&viewer);
                self.looking.insert((viewer, *key));
                look(cx, *key, viewer);
            }
        }
    }

    /// A client has hung up, or needs nothing any more.
    pub(in crate::node) fn client_done(&mut self, link: LinkId) {
        self.wanted.retain(|_, wanted| !wanted.leave(link));
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
            if let Some(wanted) = self.wanted.get_mut(&key) {
                wanted.try_again();
            }
            self.ask_another(cx, key);
        }
    }

    /// The disk has a small picture for people, or has none.
    pub(super) fn found_here(
        &mut self,
        cx: &mut Context,
        viewer: Viewer,
        key: Key,
        result: Result<Blob, DiskError>,
    ) {
        self.looking.remove(&(viewer, key));
        self.go_on_looking(cx);
        // The disk draws one after the other: who waits for another one waits for longer.
        let now = cx.now();
        for (other, wanted) in &mut self.wanted {
            let is_looked_for = self.looking.iter().any(|(_, looked_for)| looked_for == other);
            if is_looked_for || !wanted.in_line.is_empty() {
                wanted.has_patience(now);
            }
        }
        let Some(wanted) = self.wanted.get_mut(&key) else {
            return;
        };
        match result {
            Ok(image) if cx.table.mine(key.0).is_some() && !is_removed(cx, key.0) => {
                self.answer(cx, key, &image);
            }
            // What others have made, and what was removed meanwhile, is for the owner only.
            Ok(image) => {
                let owners = wanted.clients.iter().filter(|(_, by)| by.is_none());
                let owners: Vec<LinkId> = owners.map(|(link, _)| *link).collect();
                wanted.clients.retain(|_, by| by.is_some());
                if wanted.clients.is_empty() {
                    self.wanted.remove(&key);
                }
                show(cx, owners, key.0, &image);
                self.not_shown(cx, key);
            }
            Err(DiskError::NotAPicture) => self.end(cx, key, false, UNDRAWABLE),
            // It is not here, or this disk cannot read it.
            Err(_) => {
                wanted.has_patience(now);
                self.not_shown(cx, key);
            }
        }
    }

    /// Shows it to all who wait for it.
    pub(super) fn answer(&mut self, cx: &mut Context, key: Key, image: &Blob) {
        self.asks.is_here(key);
        let clients = self.wanted.remove(&key).map(|wanted| wanted.clients);
        show(cx, clients.into_iter().flatten().map(|(link, _)| link), key.0, image);
    }

    /// Nobody has shown a photo. That it cannot be drawn is believed if all who were asked say so: one alone may lie, or
    /// be of an earlier version.
    pub(super) fn fail(&mut self, cx: &mut Context, key: Key, why: &str) {
        let undrawable = self.wanted.get(&key).is_some_and(Wanted::is_undrawable);
        let why = if undrawable { UNDRAWABLE } else { why };
        self.end(cx, key, !undrawable, why);
    }

    fn end(&mut self, cx: &mut Context, key: Key, undelivered: bool, why: &str) {
        let clients = self.wanted.remove(&key).map(|wanted| wanted.clients);
        for (link, _) in clients.into_iter().flatten() {
            answer_none(cx, link, key.0, undelivered, why);
        }
    }
}

/// Why a photo is not shown that nobody can draw.
const UNDRAWABLE: &str = "the photo cannot be drawn";

/// Shows clients what a photo looks like.
fn show(cx: &mut Context, links: impl IntoIterator<Item = LinkId>, photo: PhotoId, image: &Blob) {
    for link in links {
        let (bytes, image) = (image.len() as u64, image.clone());
        cx.step.answer(link, Answer::Preview { photo, bytes, image });
    }
}

/// Tells a client that it will not see a photo.
fn answer_none(cx: &mut Context, link: LinkId, photo: PhotoId, undelivered: bool, reason: &str) {
    let (image_name, reason) = (photo.to_string(), reason.to_owned());
    let candidates = Vec::new();
    cx.step.answer(link, Answer::NotFound { image_name, candidates, undelivered, reason });
}

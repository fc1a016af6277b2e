//! Put: a client's photo becomes an original of this node, and is copied at once.

use std::sync::Arc;

use super::wording::{differences, only_here};
use super::{Clients, Waiting};
use crate::node::context::Context;
use crate::node::limits::PUT;
use crate::node::news::News;
use crate::node::table::entry::Entry;
use crate::node::table::names::primary;
use crate::node::table::verdict::Verdict;
use crate::node::{DiskAction, DiskError, LinkId, Spool};
use crate::photo::{Format, Photo, PhotoId};
use crate::protocol::client::Refusal;
use crate::protocol::{Answer, Facts, Holding, NodeId};

impl Clients {
    pub(in crate::node) fn put(&mut self, cx: &mut Context, link: LinkId, facts: Facts) {
        if cx.is_leaving() {
            cx.disk(DiskAction::Discard { spool: Spool::Put(link) });
            return self.refuse(
                cx,
                link,
                Refusal::Daemon,
                "this daemon is stopping: put it elsewhere",
            );
        }
        self.waiting.insert(link, Waiting::Put { facts });
        cx.disk(DiskAction::Inspect { spool: Spool::Put(link) });
    }

    fn refuse_for(&mut self, cx: &mut Context, link: LinkId, error: &DiskError) {
        match error {
            DiskError::NotAPicture => self.refuse(cx, link, Refusal::Photo, &error.to_string()),
            DiskError::Gone
            | DiskError::Damaged
            | DiskError::Full
            | DiskError::TooLate
            | DiskError::Other(_) => self.refuse(cx, link, Refusal::Disk, &error.cannot_store()),
        }
    }

    /// A photo that a client puts was inspected.
    pub(in crate::node) fn put_inspected(
        &mut self,
        cx: &mut Context,
        link: LinkId,
        result: Result<Arc<Photo>, DiskError>,
    ) {
        let spool = Spool::Put(link);
        let Some(Waiting::Put { facts }) = self.waiting.get(&link) else {
            return;
        };
        let facts = facts.clone();
        let photo = match result {
            Ok(photo) => photo,
            Err(error) => {
                cx.disk(DiskAction::Discard { spool });
                return self.refuse_for(cx, link, &error);
            }
        };
        // Even a photo that the folder has already is installed, and so read: the client may delete its file on our
        // word. The same for a photo that may be a worse version: only a look at both will show whether it is.
        cx.disk(DiskAction::Install {
            spool,
            photo: photo.clone(),
            facts: facts.clone(),
            holding: Holding::Original,
        });
        self.installing.insert(link, (photo, facts));
    }

    /// The photo that a client puts is a worse version of one that this node stores.
    fn answer_have(&mut self, cx: &mut Context, link: LinkId, photo: PhotoId, keeper: PhotoId) {
        let Some((worse, better)) = cx.table.get(photo).zip(cx.table.get(keeper)) else {
            return;
        };
        let answer = Answer::Have {
            name: cx.table.label(keeper),
            id: keeper,
            relation: Some(cx.table.relation_to(worse, keeper)),
            differs: differences(&worse.photo, &better.photo),
        };
        self.answer(cx, link, answer);
    }

    /// A photo that a client puts is on disk, or could not be installed.
    pub(in crate::node) fn put_installed(
        &mut self,
        cx: &mut Context,
        link: LinkId,
        result: Result<(), DiskError>,
    ) {
        let Some((photo, facts)) = self.installing.remove(&link) else {
            return;
        };
        match result {
            Ok(()) => {
                let id = photo.id;
                let known = cx.table.get(id).is_some_and(|entry| cx.table.is_shown(entry));
                cx.hold(photo, facts, Holding::Original);
                self.await_copies(cx, link, id, known);
            }
            Err(error) => {
                self.refuse_for(cx, link, &error);
            }
        }
    }

    /// A client waits until a photo has its copies. Whether the collection showed it before is told with the answer.
    pub(super) fn await_copies(
        &mut self,
        cx: &mut Context,
        link: LinkId,
        photo: PhotoId,
        known: bool,
    ) {
        // The client may have hung up meanwhile; the photo stays.
        if self.waiting.contains_key(&link) {
            self.waiting.insert(link, Waiting::Copies { photo, until: cx.now() + PUT, known });
        }
        self.put_progressed(cx, photo);
    }

    /// A photo has changed: a put of it may be done, or needs copies at once.
    pub(in crate::node) fn put_progressed(&mut self, cx: &mut Context, photo: PhotoId) {
        let waits = |waiting: &Waiting| matches!(waiting, Waiting::Copies { photo: other, .. } if *other == photo);
        let links = self.clients_that(waits);
        if links.is_empty() {
            return;
        }
        if self.is_worse_put(cx, photo, &links) {
            return;
        }
        let goal = cx.goal_here();
        let is_short = |entry: &Entry| cx.table.spread(entry.live()).falls_short_of(goal);
        if cx.table.get(photo).is_some_and(is_short) {
            // A new copy can never lose one: there is no need to wait until the table has settled.
            return cx.tell(News::Lacking(photo));
        }
        for link in links {
            self.answer_stored(cx, link, photo);
        }
    }

    /// Whether a put photo is, or may be, a worse version of one that this node stores: then it is compared with that
    /// first, and needs no copies if it is one.
    fn is_worse_put(&mut self, cx: &mut Context, photo: PhotoId, links: &[LinkId]) -> bool {
        let keeper = match cx.table.get(photo).map(|entry| entry.verdict) {
            // Not judged yet: this runs again once it is.
            Some(Verdict::Absent) => return true,
            Some(Verdict::Loser(keeper)) => keeper,
            Some(Verdict::Keeper | Verdict::Removed) | None => return false,
        };
        // The client may delete its file on our word: only a version that is here, and was read here, is reason enough
        // to say that this one is not needed. Others can claim any version.
        let has_better = cx.table.mine(keeper).is_some_and(Holding::is_stored)
            && cx.table.is_read(keeper)
            && !cx.config().keep_originals;
        if !has_better {
            return false;
        }
        if cx.table.found(photo, keeper).is_none() {
            let may_look = cx.table.may_be_looked_at(photo, keeper)
                && cx.agenda.held_until(photo, cx.now()).is_none();
            if may_look {
                cx.tell(News::Compare { worse: photo, better: keeper });
            }
            return may_look;
        }
        for link in links {
            self.answer_have(cx, *link, photo, keeper);
        }
        cx.tell(News::PutAway { worse: photo, better: keeper });
        true
    }

    pub(super) fn answer_stored(&mut self, cx: &mut Context, link: LinkId, photo: PhotoId) {
        let nodes: Vec<NodeId> =
            cx.table.get(photo).map(|entry| entry.on_disk().collect()).unwrap_or_default();
        let copies = nodes.len();
        if copies == 0 {
            let error = "it was stored, but its file has vanished from this daemon's folder";
            return self.refuse(cx, link, Refusal::Disk, error);
        }
        let warnings = [
            too_few(cx, copies),
            cx.is_draining().then(|| "this daemon drains: it will leave".to_owned()),
            cx.table.get(photo).and_then(|entry| shown_instead(cx, entry)),
            cx.table.get(photo).and_then(|entry| undecoded(&entry.photo)),
            cx.table.get(photo).and_then(|entry| shares_name(cx, entry)),
        ];
        let warnings: Vec<String> = warnings.into_iter().flatten().collect();
        let warning = (!warnings.is_empty()).then(|| warnings.join("; ").into_boxed_str());
        let waiting = self.waiting.get(&link);
        let already = matches!(waiting, Some(Waiting::Copies { known: true, .. }));
        let name = cx.name_of(photo);
        let copies = u32::try_from(copies).unwrap_or(u32::MAX);
        let called = cx.all_called(nodes.iter().copied());
        let stored = Answer::Stored { name, id: photo, copies, nodes, called, already, warning };
        self.answer(cx, link, stored);
    }
}

/// A stored photo has fewer copies than wanted.
fn too_few(cx: &Context, copies: usize) -> Option<String> {
    let wanted = cx.copies();
    (copies < wanted).then(|| match cx.nodes_here_to_stay() {
        nodes if nodes < wanted => format!("{wanted} copies are wanted, but {}", only_here(cx)),
        _ => format!("{wanted} copies are wanted; the others follow"),
    })
}

/// The collection shows another version in the place of a stored photo.
fn shown_instead(cx: &Context, entry: &Entry) -> Option<String> {
    let keeper = cx.table.shown_instead(entry)?;
    let label = cx.table.label(keeper.photo.id);
    Some(format!("the collection shows a better version of this picture, {label}"))
}

/// Nobody knows what a stored photo shows.
fn undecoded(photo: &Photo) -> Option<String> {
    let text = "no picture could be read from it: it is kept as it is, and may be damaged if it is no RAW file or the like";
    (photo.format == Format::Opaque).then(|| text.to_owned())
}

/// Another photo has the name of a stored one.
fn shares_name(cx: &Context, entry: &Entry) -> Option<String> {
    let name = primary(&entry.photo, &entry.facts);
    let shares = cx.table.is_shown(entry) && cx.table.label(entry.photo.id) != name;
    shares.then(|| {
        format!("another photo is called {name}, too: each is listed with digits of its id")
    })
}

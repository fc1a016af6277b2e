//! Serving people: the requests of clients, and their answers.
//!
//! # What it promises
//!
//! Any daemon answers for the whole collection, whichever node holds the photo. Every request is answered once: with
//! the result, with a refusal that says why, or, when its deadline is over, with the state by then. A client's link has
//! at most one open request; the driver brings the next one when this one is answered.
//!
//! # Who does what
//!
//! This file hands each request to its part and keeps those that wait. `get` and `put` move photos. `remove` tells in
//! advance what a removal would do, and the room `removal` then does it; `trash` empties the trash; `distinct` notes
//! that pictures are different, and waits until they are judged again.
//!
//! `members` says whom this node serves, and who is in the group; and it forgets nodes that will not come back.
//!
//! The rest only reads: `reports` lists photos, trash and nodes, `versions` explains which photo is shown in place of
//! which, `counts` and `shortage` say on how many nodes a photo is and why not on more, and `wording` has the phrases
//! that several of them use.
//!
//! # Where it stands
//!
//! Keeping the collection needs nothing from here: a daemon that no client ever calls repairs and trims all the same.
//! So this is the topmost room of the core. It tells the others which photos to fetch, compare or remove, and hears the
//! results from them. For reports it reads them through a `View` that changes nothing.
//!
//! # What is left out
//!
//! No answer comes to its end before all of it is known to be right, and no request survives its connection, except
//! for a removal that has begun: half of a removal would be worse than all of it.

mod counts;
mod distinct;
mod get;
mod members;
mod put;
mod remove;
mod reports;
mod shortage;
mod trash;
mod versions;
mod wording;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::context::Context;
use super::copies::Copies;
use super::drops::Drops;
use super::news::News;
use super::table::names::Found;
use super::table::verdict::Verdict;
use super::{Asker, DiskAction, DiskError, LinkId, Source, Spool, Time};
use crate::photo::{Photo, PhotoId};
use crate::protocol::client::{DuplicateReport, Refusal, TrashReport};
use crate::protocol::{Answer, Facts, Holding, MemberName, Request};
use distinct::TellingApart;
use trash::Purging;

/// The open requests of people.
#[derive(Debug, Default)]
pub(in crate::node) struct Clients {
    /// Clients that wait for something.
    waiting: BTreeMap<LinkId, Waiting>,
    /// Photos put by clients that the disk is making safe. They stay when the client goes.
    installing: BTreeMap<LinkId, (Arc<Photo>, Facts)>,
}

/// The reason why a client waits.
#[derive(Debug)]
enum Waiting {
    /// For a photo.
    Get {
        name: String,
        /// Which other member asks.
        by: Option<MemberName>,
        photo: PhotoId,
        bytes: u64,
        until: Time,
        /// Where the photo is being read for this client, once it is.
        reading: Option<Source>,
    },
    /// For its put to be looked at, then to be on disk.
    Put { facts: Facts },
    /// For its put to be on as many nodes as wanted. Whether the collection showed the photo before is told with the
    /// answer.
    Copies { photo: PhotoId, until: Time, known: bool },
    /// For a photo to be back from the trash.
    Restore { photo: PhotoId },
    /// For photos in the trash to be deleted.
    Purge(Purging),
    /// For the photos that it has told apart to be judged again.
    Distinct(TellingApart),
    /// For the folder to say how long these stay in the trash.
    Duplicates { duplicates: Vec<DuplicateReport>, next: Option<PhotoId> },
    /// The same for a page of the trash.
    Trash { photos: Vec<TrashReport>, next: Option<PhotoId> },
}

/// Everything that reports are made of, read-only: so no report changes anything.
struct View<'a> {
    cx: &'a Context,
    copies: &'a Copies,
    drops: &'a Drops,
}

impl Clients {
    /// A client makes a request.
    pub(in crate::node) fn asked(
        &mut self,
        cx: &mut Context,
        copies: &Copies,
        drops: &Drops,
        link: LinkId,
        by: &Asker,
        request: Request,
    ) {
        if let Some(refusal) = (View { cx, copies, drops }).refusal(by, &request) {
            return self.answer(cx, link, refusal);
        }
        // What is for another group is asked by the owner's super-peer, but is nothing that they wait for.
        let stranger = cx.config().membership.as_ref().filter(|_| request.is_for_other_groups());
        let stranger = stranger.map(|own| Asker::Member(Box::new(own.certificate().clone())));
        let by = stranger.as_ref().unwrap_or(by);
        if request == Request::GetImageList {
            let list = cx.table.labels();
            return self.answer(cx, link, Answer::ListImage { list });
        }
        let view = View { cx, copies, drops };
        let answer = match request {
            Request::List { after, shared } => view.list(after, shared),
            Request::Explain { image_name, exact, shared } => {
                view.explain(&image_name, exact, shared)
            }
            Request::Status => view.status(),
            Request::Members => view.members(),
            Request::Tell { removal } => members::told(cx, &removal),
            Request::Forget { node } => members::forget(cx, &node),
            Request::Drain { order } => return cx.tell(News::Drain { link, order }),
            Request::TrashList { after } => {
                let page = view.trash(after);
                return self.answer_trash(cx, link, page);
            }
            Request::PlanRemoval { image_name } => view.plan_removal(&image_name),
            Request::Similar { photo } => view.similar(&photo),
            Request::Duplicates { after } => {
                let page = view.duplicates(after);
                return self.answer_duplicates(cx, link, page);
            }
            Request::Remove { photos } => match view.may_remove(&photos) {
                Ok(()) => return cx.tell(News::Remove { link, photos }),
                Err(error) => refused(Refusal::Owner, &error),
            },
            Request::GetImageRequest { image_name } => return self.get(cx, link, by, image_name),
            Request::GetExact { photo, shared: true }
            | Request::GetPreview { photo, shared: true, .. }
                if !view.is_shared(photo) =>
            {
                unknown(&photo.to_string(), Found::Nothing)
            }
            Request::GetExact { photo, .. } => return self.get_exact(cx, link, by, photo),
            Request::GetPreview { photo, size, .. } => {
                return self.get_preview(cx, link, by, photo, size);
            }
            Request::Put { name, dated, .. } => {
                return self.put(cx, link, Facts { dated, ..Facts::named(name) });
            }
            Request::Distinct { image_names } => return self.distinct(cx, link, &image_names),
            Request::TrashRestore { image_name } => match view.meant_in_trash(&image_name) {
                Ok(photo) => return self.restore(cx, link, photo, image_name),
                Err(answer) => answer,
            },
            Request::TrashPurge { older_than } => return self.purge(cx, link, older_than),
            Request::Groups | Request::Abroad { .. } => {
                let error = "this is no super-peer: `photomesh status` says which nodes have one";
                refused(Refusal::Request, error)
            }
            Request::RegisterClient { .. } | Request::GetImageList => return,
            Request::Chunk { .. } => {
                Answer::Error { error: "a chunk must follow a Put".to_owned() }
            }
        };
        self.answer(cx, link, answer);
    }

    /// Answers a client, whatever it waited for.
    fn answer(&mut self, cx: &mut Context, link: LinkId, answer: Answer) {
        self.waiting.remove(&link);
        cx.step.answer(link, answer);
    }

    fn refuse(&mut self, cx: &mut Context, link: LinkId, cause: Refusal, error: &str) {
        self.answer(cx, link, refused(cause, error));
    }

    /// The clients that wait for something of this kind.
    fn clients_that(&self, waits: impl Fn(&Waiting) -> bool) -> Vec<LinkId> {
        let waiting = self.waiting.iter().filter(|(_, waiting)| waits(waiting));
        waiting.map(|(link, _)| *link).collect()
    }

    /// A client has hung up.
    pub(in crate::node) fn closed(&mut self, cx: &mut Context, link: LinkId) {
        let is_put = matches!(self.waiting.remove(&link), Some(Waiting::Put { .. }));
        if is_put && !self.installing.contains_key(&link) {
            cx.disk(DiskAction::Discard { spool: Spool::Put(link) });
        }
        cx.tell(News::ClientDone(link));
    }

    fn answer_not_found(
        &mut self,
        cx: &mut Context,
        link: LinkId,
        name: &str,
        found: Found,
        exact: bool,
    ) {
        let answer = not_found(cx, name, found, exact);
        self.answer(cx, link, answer);
    }

    /// A photo is back from the trash, or could not be restored: clients may wait for it. If a person restores a photo,
    /// it is no worse version of any other from now on. That says nothing about its own worse versions.
    pub(in crate::node) fn returned(
        &mut self,
        cx: &mut Context,
        photo: PhotoId,
        result: &Result<Holding, DiskError>,
        file: Option<String>,
    ) {
        self.distinct_returned(cx, photo, result);
        let waits = |waiting: &Waiting| matches!(waiting, Waiting::Restore { photo: other } if *other == photo);
        let links = self.clients_that(waits);
        if links.is_empty() {
            return;
        }
        // A photo that its owner had removed comes back as it was, unless a better version has come meanwhile.
        let better = cx.table.better_versions(photo);
        let is_keeper = |id: &PhotoId| {
            let entry = cx.table.get(*id);
            entry.is_some_and(|entry| entry.verdict == Verdict::Keeper)
        };
        let is_alone = !better.iter().any(is_keeper);
        let was_removed = cx.table.tombstones().removers(photo).next().is_some();
        if result.is_ok() && !(was_removed && is_alone) {
            let distinct = better.into_iter().collect();
            let facts = Facts { distinct, ..Facts::default() };
            cx.table.learn(photo, &Arc::new(facts));
        }
        if *result == Ok(Holding::Original) {
            let facts = Facts { kept: true, ..Facts::default() };
            cx.table.learn(photo, &Arc::new(facts));
        }
        for link in links {
            let answer = match result {
                Ok(_) => {
                    Answer::Restored { name: cx.name_of(photo), id: photo, file: file.clone() }
                }
                Err(error) => Answer::Refused {
                    cause: Refusal::Disk,
                    error: format!("it stays in the trash: {error}"),
                },
            };
            self.answer(cx, link, answer);
        }
    }

    /// Time has passed: requests that take several steps go on, and clients that waited long enough are answered.
    pub(in crate::node) fn tend(&mut self, cx: &mut Context) {
        self.tend_distinct(cx);
        self.tend_purging(cx);
        let now = cx.now();
        let late = self.clients_that(|waiting| match waiting {
            Waiting::Get { until, reading, .. } => *until <= now && reading.is_none(),
            Waiting::Copies { until, .. } => *until <= now,
            Waiting::Put { .. }
            | Waiting::Restore { .. }
            | Waiting::Purge(_)
            | Waiting::Distinct(_)
            | Waiting::Duplicates { .. }
            | Waiting::Trash { .. } => false,
        });
        for link in late {
            if let Some(Waiting::Copies { photo, .. }) = self.waiting.get(&link) {
                self.answer_stored(cx, link, *photo);
            } else {
                self.undelivered(cx, link, "no node delivered it in time");
                cx.tell(News::ClientDone(link));
            }
        }
    }
}

fn refused(cause: Refusal, error: &str) -> Answer {
    Answer::Refused { cause, error: error.to_owned() }
}

impl View<'_> {
    fn not_found(&self, name: &str, found: Found, exact: bool) -> Answer {
        not_found(self.cx, name, found, exact)
    }

    /// Whether other groups may see a photo of which only the id is known.
    fn is_shared(&self, photo: PhotoId) -> bool {
        self.cx.table.get(photo).is_some_and(|entry| self.cx.is_shared(entry))
    }
}

/// Why a name leads to no photo or, if `exact`, to no photo that itself has this name.
fn not_found(cx: &Context, name: &str, found: Found, exact: bool) -> Answer {
    let candidates = candidates(found);
    let is_nothing = candidates.is_empty();
    let removed = is_nothing.then(|| remove::removed_in_words(cx, name)).flatten();
    let absent = cx.table.find_absent(name).filter(|_| is_nothing && removed.is_none());
    let inherited = match cx.table.find(name) {
        Found::One(photo) if exact && is_nothing => Some(format!(
            "no node that is here still has the photo of this name itself; the name leads to {}",
            cx.name_of(photo)
        )),
        Found::One(_) | Found::Ambiguous(_) | Found::Nothing => None,
    };
    let undelivered = absent.is_some();
    let absent = absent.map(|entry| {
        let nodes: Vec<_> = entry.claims.iter().map(|(node, _)| node).collect();
        let on = cx.in_words(&nodes);
        format!("no node that is here has this photo; it was last known on {on}")
    });
    let reason = removed.or(absent).or(inherited);
    let reason = reason.unwrap_or_else(|| nothing_or_several(&candidates).to_owned());
    Answer::NotFound { image_name: name.to_owned(), candidates, undelivered, reason }
}

/// That a name leads to no photo, or to several, and nothing else: neither what is known of one that is not told nor
/// whether there is one.
fn unknown(name: &str, found: Found) -> Answer {
    let candidates = candidates(found);
    let reason = nothing_or_several(&candidates).to_owned();
    Answer::NotFound { image_name: name.to_owned(), candidates, undelivered: false, reason }
}

fn candidates(found: Found) -> Vec<String> {
    match found {
        Found::Ambiguous(candidates) => candidates,
        Found::One(_) | Found::Nothing => Vec::new(),
    }
}

fn nothing_or_several(candidates: &[String]) -> &'static str {
    match candidates {
        [] => "no photo of this name is in the collection",
        _ => "several photos have this name: ask for one of the candidates",
    }
}

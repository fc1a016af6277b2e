//! Serving people: what a client asks of its daemon, and how it is answered.
//!
//! # What it promises
//!
//! Any daemon answers for the whole collection, whoever holds the photo that is asked for. Every request is answered
//! once: with what was asked for, with a refusal that says why, or, when its deadline is over, with what is known by then.
//! A client's link has at most one open request; the driver brings the next one when this one is answered.
//!
//! # Who does what
//!
//! This file hands each request to its part and keeps those that wait. `get` and `put` move photos. `remove` says before
//! what a removal would do, and the room `removal` then does it; `trash` empties the trash; `distinct` notes that two
//! pictures are different ones, and waits until they are judged anew.
//!
//! The rest is reading, and changes nothing: `reports` lists photos, trash and nodes, `versions` explains which photo is
//! shown in whose place, `counts` and `shortage` say on how many nodes a photo is and why not on more, and `wording` has
//! the phrases that several of them use.
//!
//! # Where it stands
//!
//! Nothing here is needed to keep the collection: a daemon that no client ever calls repairs and trims all the same. So
//! this is the topmost room of the core. It asks the others to find, fetch, and store; when something a client waits for
//! has happened, they call it by name.
//!
//! # What is left out
//!
//! Nothing is streamed to a client before all of it is known to be right, and no request survives its connection, except
//! for a removal that has begun: half of an owner's word is worse than all of it.

mod counts;
pub(in crate::node) mod distinct;
mod get;
pub(in crate::node) mod put;
mod remove;
mod reports;
mod shortage;
pub(in crate::node) mod trash;
mod versions;
mod wording;

use std::sync::Arc;

use super::table::entry::Entry;
use super::table::names::Found;
use super::table::verdict::Verdict;
use super::{ClientAction, DiskAction, DiskError, LinkId, Node, Source, Spool, Time};
use crate::photo::PhotoId;
use crate::protocol::client::{DuplicateReport, Refusal};
use crate::protocol::{Answer, Facts, Holding, Request};
use distinct::TellingApart;

/// A client that waits for something.
#[derive(Debug)]
pub(in crate::node) enum Waiting {
    /// For a photo.
    Get {
        name: String,
        photo: PhotoId,
        until: Time,
        /// Where it is being read for this client, once it is.
        reading: Option<Source>,
    },
    /// For its put to be looked at, then to be on disk.
    Put { name: String },
    /// For its put to be on as many nodes as wished.
    Copies { photo: PhotoId, until: Time },
    /// For a photo to be back from the trash.
    Restore { photo: PhotoId },
    /// For what it has said to be different to be judged anew.
    Distinct(TellingApart),
    /// For the folder to say how long these stay in the trash.
    Duplicates { duplicates: Vec<DuplicateReport>, next: Option<PhotoId> },
}

impl Node {
    /// A client asks something.
    pub(in crate::node) fn asked(&mut self, link: LinkId, request: Request) {
        match request {
            Request::GetImageList => {
                let list = self.table.names.list();
                self.answer(link, Answer::ListImage { list });
            }
            Request::GetImageRequest { image_name } => self.get(link, image_name),
            Request::Put { name, .. } => self.put(link, name),
            Request::List { after } => self.answer_list(link, after),
            Request::GetExact { photo } => self.get_exact(link, photo),
            Request::Explain { image_name, exact } => {
                self.answer_explain(link, &image_name, exact);
            }
            Request::Duplicates { after } => self.answer_duplicates(link, after),
            Request::Distinct { image_names } => self.distinct_for(link, &image_names),
            Request::Status => self.answer_status(link),
            Request::TrashList { after } => self.answer_trash(link, after),
            Request::TrashRestore { image_name } => self.restore_for(link, image_name),
            Request::TrashPurge { older_than } => self.purge_for(link, older_than),
            Request::PlanRemoval { image_name } => self.plan_removal(link, &image_name),
            Request::Remove { photos } => self.remove_for(link, &photos),
            Request::RegisterClient { .. } => {}
            Request::Chunk { .. } => {
                self.answer(
                    link,
                    Answer::Error { error: "a chunk belongs behind a Put".to_owned() },
                );
            }
        }
    }

    /// Answers a client, whatever it waited for.
    pub(in crate::node) fn answer(&mut self, link: LinkId, answer: Answer) {
        self.waiting.remove(&link);
        self.client(ClientAction::Answer { link, answer });
    }

    /// The clients that wait for something like this.
    fn clients_that(&self, waits: impl Fn(&Waiting) -> bool) -> Vec<LinkId> {
        let waiting = self.waiting.iter().filter(|(_, waiting)| waits(waiting));
        waiting.map(|(link, _)| *link).collect()
    }

    /// A client has hung up.
    pub(in crate::node) fn client_closed(&mut self, link: LinkId) {
        if let Some(Waiting::Put { .. }) = self.waiting.remove(&link) {
            self.disk(DiskAction::Discard { spool: Spool::Put(link) });
        }
        self.client_done(link);
    }

    /// Finds a photo for a client, or tells it why not.
    fn find_for(&mut self, link: LinkId, name: &str) -> Option<PhotoId> {
        match self.table.find(name) {
            Found::One(photo) => Some(photo),
            found @ (Found::Ambiguous(_) | Found::Nothing) => {
                self.answer_not_found(link, name, found, false);
                None
            }
        }
    }

    /// Tells a client why a name leads to no photo, or to none that is itself called so.
    fn answer_not_found(&mut self, link: LinkId, name: &str, found: Found, exact: bool) {
        let (candidates, reason) = match found {
            Found::Ambiguous(candidates) => {
                (candidates, "several photos have this name: ask for one of the candidates")
            }
            Found::One(_) | Found::Nothing => {
                (Vec::new(), "no photo of this name is in the collection")
            }
        };
        let removed = Some(name).filter(|_| candidates.is_empty());
        let removed = removed.and_then(|name| self.removed_in_words(name));
        let inherited = match self.table.find(name) {
            Found::One(photo) if exact && candidates.is_empty() => Some(format!(
                "no node that is here has the photo itself that was called so; the name leads to {}",
                self.name_of(photo)
            )),
            Found::One(_) | Found::Ambiguous(_) | Found::Nothing => None,
        };
        let reason = removed.or(inherited).unwrap_or(reason.to_owned());
        self.answer(
            link,
            Answer::NotFound {
                image_name: name.to_owned(),
                candidates,
                undelivered: false,
                reason,
            },
        );
    }

    fn restore_for(&mut self, link: LinkId, name: String) {
        let me = self.config.node;
        let retired = |id: &PhotoId| self.table.is_in_my_trash(*id) && !self.custody.is_going(*id);
        let named = |id: &PhotoId| {
            self.table.get(*id).is_some_and(|entry| entry.facts.names.contains(&name))
        };
        let mut found: Vec<PhotoId> =
            self.table.mine_after(None).filter(|id| named(id) && retired(id)).collect();
        if found.is_empty() {
            found = self.table.with_prefix(&name).into_iter().filter(|id| retired(id)).collect();
        }
        let [photo] = found[..] else {
            let candidates: Vec<String> = found.iter().map(PhotoId::short).collect();
            let reason = match candidates.len() {
                0 => format!("nothing of this name is in the trash of node {me}"),
                _ => "several photos in the trash have this name: give the id of one".to_owned(),
            };
            return self.answer(
                link,
                Answer::NotFound { image_name: name, candidates, undelivered: false, reason },
            );
        };
        let is_heir = |entry: &Entry| entry.facts.heirs.contains(&me);
        let mine = self.table.is_removed_by_me(photo) || self.table.get(photo).is_some_and(is_heir);
        if self.table.is_gone(photo) && !mine {
            let removers = self.table.removers(photo);
            let error = format!(
                "it was removed by its owner, {}, who can restore it there",
                self.in_words(&removers)
            );
            return self.refuse(link, Refusal::Owner, &error);
        }
        self.waiting.insert(link, Waiting::Restore { photo });
        self.restore_as(photo, mine.then_some(Holding::Original));
    }

    /// A photo is back from the trash, or not: clients may wait for it. What a person takes back is from now on no worse
    /// version of anything. Of its own worse versions he has said nothing.
    pub(in crate::node) fn restore_answered(
        &mut self,
        photo: PhotoId,
        result: &Result<Holding, DiskError>,
    ) {
        self.distinct_returned(photo, result);
        let waits = |waiting: &Waiting| matches!(waiting, Waiting::Restore { photo: other } if *other == photo);
        let links = self.clients_that(waits);
        if links.is_empty() {
            return;
        }
        // What an owner had removed comes back as it was, unless a better version has come meanwhile.
        let better = self.table.better_versions(photo);
        let is_keeper = |id: &PhotoId| {
            let entry = self.table.get(*id);
            entry.is_some_and(|entry| entry.verdict == Verdict::Keeper)
        };
        let is_alone = !better.iter().any(is_keeper);
        let was_removed = self.table.tombstones.removers(photo).next().is_some();
        if result.is_ok() && !(was_removed && is_alone) {
            let facts = Facts { distinct: better, ..Facts::default() };
            self.table.learn(photo, &Arc::new(facts));
        }
        for link in links {
            let answer = match result {
                Ok(_) => Answer::Restored { name: self.name_of(photo), id: photo },
                Err(error) => Answer::Refused {
                    cause: Refusal::Disk,
                    error: format!("it stays in the trash: {error}"),
                },
            };
            self.answer(link, answer);
        }
    }

    /// Time has passed: clients that waited long enough are answered.
    pub(in crate::node) fn tend_clients(&mut self) {
        self.tend_distinct();
        let now = self.now;
        let late = self.clients_that(|waiting| match waiting {
            Waiting::Get { until, reading, .. } => *until <= now && reading.is_none(),
            Waiting::Copies { until, .. } => *until <= now,
            Waiting::Put { .. }
            | Waiting::Restore { .. }
            | Waiting::Distinct(_)
            | Waiting::Duplicates { .. } => false,
        });
        for link in late {
            if let Some(Waiting::Copies { photo, .. }) = self.waiting.get(&link) {
                self.answer_stored(link, *photo);
            } else {
                self.get_failed(link, "no node delivered it in time");
                self.client_done(link);
            }
        }
    }
}

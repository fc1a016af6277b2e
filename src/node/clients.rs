//! Serving clients: get and put.
//!
//! A client's link has at most one open request; the driver brings the next one when this one is answered.

use std::sync::Arc;

use super::limits::{GET, GET_MIN_RATE, PUT};
use super::names::Found;
use super::{Action, DiskError, LinkId, Node, Source, Spool, Time};
use crate::photo::{Photo, PhotoId};
use crate::protocol::{Answer, Facts, Holding, NodeId, Record, Request};
use std::time::Duration;

/// A client that waits for something.
#[derive(Debug)]
pub(super) enum Waiting {
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
}

impl Node {
    /// A client asks something.
    pub(super) fn asked(&mut self, link: LinkId, request: Request) {
        match request {
            Request::GetImageList => {
                let list = self.catalog.names.list().to_vec();
                self.answer(link, Answer::ListImage { list });
            }
            Request::GetImageRequest { image_name } => self.get(link, image_name),
            Request::Put { name, .. } => self.put(link, name),
            Request::List { after } => self.answer_list(link, after),
            Request::Explain { image_name } => self.answer_explain(link, &image_name),
            Request::Status => self.answer_status(link),
            Request::TrashList { after } => self.answer_trash(link, after),
            Request::TrashRestore { image_name } => self.restore_for(link, image_name),
            Request::RegisterClient { .. } => {}
            Request::Chunk { .. } => {
                self.answer(
                    link,
                    Answer::Error {
                        error: "a chunk belongs behind a Put".to_owned(),
                    },
                );
            }
        }
    }

    /// Answers a client, whatever it waited for.
    pub(super) fn answer(&mut self, link: LinkId, answer: Answer) {
        self.waiting.remove(&link);
        self.act(Action::Answer { link, answer });
    }

    /// A client has hung up.
    pub(super) fn client_closed(&mut self, link: LinkId) {
        if let Some(Waiting::Put { .. }) = self.waiting.remove(&link) {
            self.act(Action::Discard {
                spool: Spool::Put(link),
            });
        }
        self.client_done(link);
    }

    /// Finds a photo for a client, or tells it why not.
    pub(super) fn find_for(&mut self, link: LinkId, name: &str) -> Option<PhotoId> {
        let (candidates, reason) = match self.catalog.find(name) {
            Found::One(photo) => return Some(photo),
            Found::Ambiguous(candidates) => (
                candidates,
                "several photos have this name: ask for one of the candidates",
            ),
            Found::Nothing => (Vec::new(), "no photo of this name is in the collection"),
        };
        self.answer(
            link,
            Answer::NotFound {
                image_name: name.to_owned(),
                candidates,
                reason: reason.to_owned(),
            },
        );
        None
    }

    fn get(&mut self, link: LinkId, name: String) {
        let Some(id) = self.find_for(link, &name) else {
            return;
        };
        let Some(photo) = self.catalog.get(id).map(|entry| entry.photo.clone()) else {
            return;
        };
        let until = self.now + GET + Duration::from_secs(photo.bytes / GET_MIN_RATE);
        self.waiting.insert(
            link,
            Waiting::Get {
                name,
                photo: id,
                until,
                reading: None,
            },
        );
        if self.catalog.mine(id).is_some() {
            self.answer_photo(link, photo, Source::Held(id));
        } else {
            self.pull_for_client(photo, link);
        }
    }

    /// Has a photo read and sent to the client that waits for it.
    pub(super) fn answer_photo(&mut self, link: LinkId, photo: Arc<Photo>, source: Source) {
        let Some(Waiting::Get { name, reading, .. }) = self.waiting.get_mut(&link) else {
            return;
        };
        *reading = Some(source);
        let name = name.clone();
        let label = self.catalog.names.label(photo.id);
        self.act(Action::AnswerPhoto {
            link,
            name,
            label,
            photo,
            source,
        });
    }

    /// A photo is sent to a client, or could not be read.
    pub(super) fn photo_answered(&mut self, link: LinkId, result: &Result<(), DiskError>) {
        let Some(Waiting::Get { photo, reading, .. }) = self.waiting.get_mut(&link) else {
            return;
        };
        let (photo, source) = (*photo, reading.take());
        let failure = match result {
            Ok(()) => {
                self.waiting.remove(&link);
                return self.client_done(link);
            }
            Err(error) => error.to_string(),
        };
        self.client_done(link);
        match (
            source,
            self.catalog.get(photo).map(|entry| entry.photo.clone()),
        ) {
            (Some(Source::Held(_)), Some(photo)) => self.pull_for_client(photo, link),
            _ => self.get_failed(link, &failure),
        }
    }

    /// Nobody could deliver what a client waits for.
    pub(super) fn get_failed(&mut self, link: LinkId, why: &str) {
        if let Some(Waiting::Get { name, .. }) = self.waiting.get(&link) {
            let (image_name, reason) = (
                name.clone(),
                format!("the photo is in the collection, but {why}"),
            );
            self.answer(
                link,
                Answer::NotFound {
                    image_name,
                    candidates: Vec::new(),
                    reason,
                },
            );
        }
    }

    fn put(&mut self, link: LinkId, name: String) {
        if self.leaving.is_some() {
            self.act(Action::Discard {
                spool: Spool::Put(link),
            });
            return self.answer(
                link,
                Answer::Refused {
                    error: "this daemon is stopping: put it elsewhere".to_owned(),
                },
            );
        }
        self.waiting.insert(link, Waiting::Put { name });
        self.act(Action::Inspect {
            spool: Spool::Put(link),
        });
    }

    /// What a client has put was looked at.
    pub(super) fn put_inspected(&mut self, link: LinkId, result: Result<Arc<Photo>, DiskError>) {
        let spool = Spool::Put(link);
        let Some(Waiting::Put { name }) = self.waiting.get(&link) else {
            return;
        };
        let (name, facts) = (name.clone(), Facts::named(name.clone()));
        let photo = match result {
            Ok(photo) => photo,
            Err(error) => {
                self.act(Action::Discard { spool });
                return self.answer(
                    link,
                    Answer::Refused {
                        error: format!("{name}: {error}"),
                    },
                );
            }
        };
        if self.catalog.mine(photo.id) == Some(Holding::Original) {
            self.act(Action::Discard { spool });
            self.catalog.learn(photo.id, &facts);
            return self.await_copies(link, photo.id);
        }
        if let Some(keeper) = self.catalog.better_version(&photo) {
            self.act(Action::Discard { spool });
            let name = self.catalog.names.label(keeper);
            return self.answer(link, Answer::Have { name, id: keeper });
        }
        self.installing.insert(link, (photo.clone(), facts.clone()));
        self.act(Action::Install {
            spool,
            photo,
            facts,
            holding: Holding::Original,
        });
    }

    /// What a client has put is on disk, or not.
    pub(super) fn put_installed(&mut self, link: LinkId, result: Result<(), DiskError>) {
        let Some((photo, facts)) = self.installing.remove(&link) else {
            return;
        };
        match result {
            Ok(()) => {
                let id = photo.id;
                let holding = self.as_withdrawn(id, Holding::Original);
                self.catalog.claim(
                    self.config.node,
                    &Record {
                        photo,
                        facts,
                        holding,
                    },
                );
                self.await_copies(link, id);
            }
            Err(error) => {
                let error = format!(
                    "this daemon's folder cannot take it: {error}; make room there or put it elsewhere"
                );
                self.answer(link, Answer::Refused { error });
            }
        }
    }

    fn await_copies(&mut self, link: LinkId, photo: PhotoId) {
        // The client may have hung up meanwhile; the photo stays.
        if self.waiting.contains_key(&link) {
            self.waiting.insert(
                link,
                Waiting::Copies {
                    photo,
                    until: self.now + PUT,
                },
            );
        }
        self.put_progressed(photo);
    }

    /// Something about a photo has changed: a put of it may be done, or is to be copied at once.
    pub(super) fn put_progressed(&mut self, photo: PhotoId) {
        let waits = |waiting: &Waiting| matches!(waiting, Waiting::Copies { photo: other, .. } if *other == photo);
        let links: Vec<LinkId> = self
            .waiting
            .iter()
            .filter(|(_, waiting)| waits(waiting))
            .map(|(link, _)| *link)
            .collect();
        if links.is_empty() {
            return;
        }
        let wanted = self.copies().min(1 + self.mesh.count_here());
        if self
            .catalog
            .get(photo)
            .is_some_and(|entry| entry.live().count() < wanted)
        {
            // Making a copy can never lose one: there is no need to wait until the table has settled.
            return self.repair(photo);
        }
        for link in links {
            self.answer_stored(link, photo);
        }
    }

    fn answer_stored(&mut self, link: LinkId, photo: PhotoId) {
        let nodes: Vec<NodeId> = self
            .catalog
            .get(photo)
            .map(|entry| entry.live().collect())
            .unwrap_or_default();
        let copies = nodes.len();
        let wanted = self.copies();
        let warning = (copies < wanted).then(|| match 1 + self.mesh.count_here() {
            nodes if nodes < wanted => {
                format!("{wanted} copies are wanted, but only {nodes} node(s) are here")
            }
            _ => format!("{wanted} copies are wanted; the others follow"),
        });
        let name = self.catalog.names.label(photo);
        let copies = u32::try_from(copies).unwrap_or(u32::MAX);
        self.answer(
            link,
            Answer::Stored {
                name,
                id: photo,
                copies,
                nodes,
                warning,
            },
        );
    }

    fn restore_for(&mut self, link: LinkId, name: String) {
        let me = self.config.node;
        let retired =
            |id: &PhotoId| self.catalog.mine(*id) == Some(Holding::Retired) && !self.is_going(*id);
        let named = |id: &PhotoId| {
            self.catalog
                .get(*id)
                .is_some_and(|entry| entry.facts.names.contains(&name))
        };
        let mut found: Vec<PhotoId> = self
            .catalog
            .mine_after(None)
            .filter(|id| named(id) && retired(id))
            .collect();
        if found.is_empty() {
            found = self
                .catalog
                .with_prefix(&name)
                .into_iter()
                .filter(|id| retired(id))
                .collect();
        }
        let [photo] = found[..] else {
            let candidates: Vec<String> = found.iter().map(PhotoId::short).collect();
            let reason = match candidates.len() {
                0 => format!("nothing of this name is in the trash of node {me}"),
                _ => "several photos in the trash have this name: give the id of one".to_owned(),
            };
            return self.answer(
                link,
                Answer::NotFound {
                    image_name: name,
                    candidates,
                    reason,
                },
            );
        };
        self.waiting.insert(link, Waiting::Restore { photo });
        self.restore(photo);
    }

    /// A photo is back from the trash, or not: clients may wait for it. What a person takes back is a picture of its
    /// own from now on.
    pub(super) fn restore_answered(&mut self, photo: PhotoId, result: &Result<Holding, DiskError>) {
        let waits = |waiting: &Waiting| matches!(waiting, Waiting::Restore { photo: other } if *other == photo);
        let links: Vec<LinkId> = self
            .waiting
            .iter()
            .filter(|(_, waiting)| waits(waiting))
            .map(|(link, _)| *link)
            .collect();
        if links.is_empty() {
            return;
        }
        if result.is_ok() {
            let distinct = self
                .catalog
                .get(photo)
                .map(|entry| entry.similar.clone())
                .unwrap_or_default();
            self.catalog.learn(
                photo,
                &Facts {
                    distinct,
                    ..Facts::default()
                },
            );
        }
        for link in links {
            let answer = match result {
                Ok(_) => Answer::Restored {
                    name: self.name_of(photo),
                    id: photo,
                },
                Err(error) => Answer::Refused {
                    error: format!("it stays in the trash: {error}"),
                },
            };
            self.answer(link, answer);
        }
    }

    /// Time has passed: clients that waited long enough are answered.
    pub(super) fn tend_clients(&mut self) {
        let now = self.now;
        let late: Vec<LinkId> = self
            .waiting
            .iter()
            .filter(|(_, waiting)| match waiting {
                Waiting::Get { until, reading, .. } => *until <= now && reading.is_none(),
                Waiting::Copies { until, .. } => *until <= now,
                Waiting::Put { .. } | Waiting::Restore { .. } => false,
            })
            .map(|(link, _)| *link)
            .collect();
        for link in late {
            if let Some(Waiting::Copies { photo, .. }) = self.waiting.get(&link) {
                self.answer_stored(link, *photo);
            } else {
                self.get_failed(link, "no node delivered it in time");
                self.client_done(link);
            }
        }
    }

    /// A spool file was looked at: a pull's or a put's.
    pub(super) fn inspected(&mut self, spool: Spool, result: Result<Arc<Photo>, DiskError>) {
        match spool {
            Spool::Pull(transfer) => self.pull_inspected(transfer, result),
            Spool::Put(link) => self.put_inspected(link, result),
        }
    }

    /// A spool file has become a photo of the folder, or not.
    pub(super) fn installed(
        &mut self,
        spool: Spool,
        photo: PhotoId,
        result: Result<(), DiskError>,
    ) {
        match spool {
            Spool::Pull(_) => self.pull_installed(photo, result),
            Spool::Put(link) => self.put_installed(link, result),
        }
    }
}

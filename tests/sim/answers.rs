//! What clients are told must be true.

use std::collections::BTreeSet;
use std::time::Duration;

use photomesh::photo::PhotoId;
use photomesh::protocol::client::Refusal;
use photomesh::protocol::{Answer, Few, NodeId, Request};

use crate::world::World;

impl World {
    /// What a client was told about a put must be true.
    pub(crate) fn judge_answer(
        &mut self,
        host: usize,
        request: &Request,
        putting: Option<(PhotoId, Duration)>,
        answer: &Answer,
    ) {
        self.judge_removed(host, request, answer);
        self.judge_unknown(host, request, answer);
        self.judge_preview(request, answer);
        let Some((put, since)) = putting else {
            if let Answer::Stored { .. } | Answer::Have { .. } = answer {
                self.broken_promise(format!("{answer:?} to {request:?}"));
            }
            return;
        };
        match answer {
            Answer::Stored { id, copies, nodes, .. } => {
                if *id != put || nodes.len() != *copies as usize || *copies == 0 {
                    self.broken_promise(format!("a put was answered by {answer:?}"));
                    return;
                }
                self.judge_stored(host, put, nodes);
                let is_named = |host: &usize| {
                    let mut lives = self.hosts[*host].nodes.values();
                    lives.any(|node| nodes.contains(node))
                };
                let named: Vec<usize> = (0..self.hosts.len()).filter(is_named).collect();
                if self.is_safe_on(&named) {
                    self.oracle.safe.insert(put);
                } else {
                    self.oracle.alone.insert(put, since);
                }
            }
            Answer::Have { id, .. } => {
                let known = self.library.all().any(|photo| photo.id == *id);
                if !known || !self.improves(*id, put) {
                    self.broken_promise(format!("a put was answered by {answer:?}"));
                }
            }
            Answer::Refused { .. } | Answer::Error { .. } => self.stats.refusals += 1,
            Answer::Registered { .. }
            | Answer::Members { .. }
            | Answer::Groups { .. }
            | Answer::Told
            | Answer::Forgotten { .. }
            | Answer::Draining(_)
            | Answer::ListImage { .. }
            | Answer::ReceiveImage { .. }
            | Answer::Preview { .. }
            | Answer::NotFound { .. }
            | Answer::Photos { .. }
            | Answer::Explained(_)
            | Answer::Duplicates { .. }
            | Answer::Similar { .. }
            | Answer::Distinct { .. }
            | Answer::Status(_)
            | Answer::Trash { .. }
            | Answer::Removal(_)
            | Answer::Removed { .. }
            | Answer::Purged { .. }
            | Answer::Restored { .. } => {
                let name = self.hosts[host].name.clone();
                self.broken_promise(format!("{name} answers a put by {answer:?}"));
            }
        }
    }

    /// What somebody asks who is not the owner of a host: to see photos they are free, and no more.
    pub(crate) fn judge_visit(&mut self, host: usize, request: &Request, answer: &Answer) {
        let changes = matches!(
            request,
            Request::Remove { .. }
                | Request::PlanRemoval { .. }
                | Request::TrashList { .. }
                | Request::TrashRestore { .. }
        );
        let refused = matches!(answer, Answer::Refused { cause: Refusal::Member, .. });
        if changes != refused {
            let name = self.hosts[host].name.clone();
            self.broken_promise(format!("{name} answers a visitor's {request:?} by {answer:?}"));
        }
    }

    /// So many nodes have a photo, and these ones, as far as can be known: what a fault has destroyed may be noticed by
    /// nobody yet, and who has put a copy into the trash, since enough others have it or a better version, may be heard
    /// later. A copy that is not even in the trash of whoever is said to have it is missed.
    fn judge_stored(&mut self, host: usize, photo: PhotoId, nodes: &[NodeId]) {
        let has = |other: &usize| {
            let destroyed = self.oracle.destroyed.contains_key(&(*other, photo));
            self.hosts[*other].disk.stores(photo) || destroyed || self.is_believed(*other)
        };
        let is_unheard = |other: &usize| {
            let conns = self.net.between(*other, host).into_iter();
            let mut conns = conns.filter_map(|conn| self.net.conns.get(&conn));
            conns.any(|conn| conn.is_unheard(*other))
        };
        let at = |node: &NodeId| self.hosts.iter().position(|h| h.disk.identity == *node);
        let named = nodes.iter().filter_map(at);
        let liar = named.clone().find(|other| !has(other) && !is_unheard(other));
        let is_put_away = |other: &usize| {
            let named = nodes.contains(&self.hosts[*other].disk.identity);
            named && is_unheard(other) && self.hosts[*other].disk.has_bytes(photo)
        };
        let real = (0..self.hosts.len()).filter(|other| has(other) || is_put_away(other)).count();
        let label = self.library.name(photo);
        if let Some(liar) = liar {
            let liar = self.hosts[liar].name.clone();
            self.broken_promise(format!(
                "{label} is said to be stored on {liar}, which has it not"
            ));
        } else if real < named.count() {
            self.broken_promise(format!(
                "{label} is said to be stored on {nodes:?}, and {real} have it"
            ));
        }
    }

    /// What the asked node itself has in its folder is not unknown to it, unless somebody has removed it by what that
    /// node has heard.
    fn judge_unknown(&mut self, host: usize, request: &Request, answer: &Answer) {
        let (
            Request::GetImageRequest { image_name },
            Answer::NotFound { undelivered: false, candidates, .. },
        ) = (request, answer)
        else {
            return;
        };
        let asked = &self.hosts[host];
        let knows_folder = asked.daemon.as_ref().is_some_and(|daemon| daemon.scanned);
        let is_meant = |photo: PhotoId, names: &Few<String>| match image_name.parse() {
            Ok(id) => photo == id,
            Err(_) => names.contains(image_name),
        };
        let words = asked.disk.tombstones.keys();
        let mut files = asked.disk.files.iter();
        let known = files.find(|(photo, file)| {
            file.place.is_stored()
                && is_meant(**photo, &file.facts.names)
                && !asked.disk.unnoticed.contains(photo)
                && !words.clone().any(|(of, _)| of == *photo)
        });
        if knows_folder
            && candidates.is_empty()
            && let Some((photo, _)) = known
        {
            let (name, photo) = (asked.name.clone(), self.library.name(*photo));
            self.broken_promise(format!(
                "{name} knows no {image_name}, and has {photo} in its folder"
            ));
        }
    }

    /// A photo that a client gets is the one asked for, or a better version of it.
    pub(crate) fn judge_photo(&mut self, request: Option<Request>, photo: PhotoId) {
        let fits = match &request {
            Some(Request::GetExact { photo: asked, shared: false }) => *asked == photo,
            Some(Request::GetImageRequest { image_name }) => match image_name.parse::<PhotoId>() {
                Ok(asked) => asked == photo || self.improves(photo, asked),
                Err(_) => self.may_be_called(photo, image_name),
            },
            _ => false,
        };
        if !fits {
            let photo = self.library.name(photo);
            self.broken_promise(format!("a client asked for {request:?} and got {photo}"));
        }
    }

    /// Whether a photo has this name, or may have inherited it: a name goes on to what a file becomes by an edit and to
    /// better versions, time and again. Nothing can be said about the names that several photos have from the first.
    fn may_be_called(&self, photo: PhotoId, name: &str) -> bool {
        if self.oracle.traitors.wrong_names {
            return true;
        }
        let Some(first) = self.library.named(name.trim_end_matches(".jpg")) else {
            return true;
        };
        let mut heirs = BTreeSet::from([first]);
        let mut open = vec![first];
        while let Some(heir) = open.pop() {
            let all = self.library.all().map(|other| other.id);
            let inherits = |other: &PhotoId| {
                self.improves(*other, heir) || self.oracle.edits.contains(&(*other, heir))
            };
            for next in all.filter(inherits) {
                if heirs.insert(next) {
                    open.push(next);
                }
            }
        }
        heirs.contains(&photo)
    }
}

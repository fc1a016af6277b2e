//! Get: a photo for a client, from here or from another node.

use std::sync::Arc;
use std::time::Duration;

use super::Waiting;
use crate::node::limits::{GET, GET_MIN_RATE};
use crate::node::table::names::Found;
use crate::node::table::verdict::Verdict;
use crate::node::{ClientAction, DiskError, LinkId, Node, Source};
use crate::photo::{Photo, PhotoId};
use crate::protocol::Answer;

impl Node {
    pub(in crate::node) fn get(&mut self, link: LinkId, name: String) {
        let Some(photo) = self.find_for(link, &name) else {
            return;
        };
        self.get_photo(link, name, photo);
    }

    /// A client wants the bytes of this very photo, be it shown or not.
    pub(super) fn get_exact(&mut self, link: LinkId, id: PhotoId) {
        let name = id.to_string();
        let entry = self.table.get(id);
        match entry.map(|entry| entry.verdict) {
            Some(Verdict::Keeper | Verdict::Loser(_)) => self.get_photo(link, name, id),
            Some(Verdict::Absent | Verdict::Removed) | None => {
                self.answer_not_found(link, &name, Found::Nothing, true);
            }
        }
    }

    fn get_photo(&mut self, link: LinkId, name: String, id: PhotoId) {
        let Some(photo) = self.table.get(id).map(|entry| entry.photo.clone()) else {
            return self.answer_not_found(link, &name, Found::Nothing, false);
        };
        let until = self.now + GET + Duration::from_secs(photo.bytes / GET_MIN_RATE);
        self.waiting.insert(link, Waiting::Get { name, photo: id, until, reading: None });
        if self.table.mine(id).is_some() {
            self.answer_photo(link, photo, Source::Held(id));
        } else {
            self.pull_for_client(photo, link);
        }
    }

    /// Has a photo read and sent to the client that waits for it.
    pub(in crate::node) fn answer_photo(
        &mut self,
        link: LinkId,
        photo: Arc<Photo>,
        source: Source,
    ) {
        let Some(Waiting::Get { name, reading, .. }) = self.waiting.get_mut(&link) else {
            return;
        };
        *reading = Some(source);
        let name = name.clone();
        let label = self.name_of(photo.id);
        self.client(ClientAction::AnswerPhoto { link, name, label, photo, source });
    }

    /// A photo is sent to a client, or could not be read.
    pub(in crate::node) fn photo_answered(&mut self, link: LinkId, result: &Result<(), DiskError>) {
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
        match (source, self.table.get(photo).map(|entry| entry.photo.clone())) {
            (Some(Source::Held(_)), Some(photo)) => self.pull_for_client(photo, link),
            _ => self.get_failed(link, &failure),
        }
    }

    /// Nobody could deliver what a client waits for.
    pub(in crate::node) fn get_failed(&mut self, link: LinkId, why: &str) {
        if let Some(Waiting::Get { name, .. }) = self.waiting.get(&link) {
            let (image_name, reason) =
                (name.clone(), format!("the photo is in the collection, but {why}"));
            self.answer(
                link,
                Answer::NotFound { image_name, candidates: Vec::new(), undelivered: true, reason },
            );
        }
    }
}

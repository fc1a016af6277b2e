//! Entries of events, actions and messages: their type, their line in words, and what they are about.
//!
//! Nothing of an entry is a key, a signature or a byte of a photo: the words of [`describe`](crate::node::describe) have
//! none of these, and here are only lengths, and the beginnings of ids.

mod actions;
mod events;
mod messages;

use super::line::Entry;
use crate::node::{LinkId, Spool};
use crate::photo::{Nonce, PhotoId};
use crate::protocol::message::TransferId;

pub(super) use actions::action;
pub(super) use events::event;
pub(super) use messages::message;

/// The most photos that are named in one entry.
const PHOTOS: usize = 16;

/// The most characters of a line in words: a page of a thousand records says no more than that.
const SAYS: usize = 600;

impl Entry {
    fn about(mut self, photo: PhotoId) -> Entry {
        if self.photo.len() < PHOTOS {
            self.photo.push(photo.short());
        }
        self
    }

    fn about_all<'a>(self, photos: impl IntoIterator<Item = &'a PhotoId>) -> Entry {
        photos.into_iter().take(PHOTOS).fold(self, |entry, photo| entry.about(*photo))
    }

    fn on(self, link: LinkId) -> Entry {
        Entry { link: Some(link.0), ..self }
    }

    fn carries(self, bytes: impl TryInto<u64>) -> Entry {
        Entry { bytes: bytes.try_into().ok(), ..self }
    }

    fn of_pull(self, pull: TransferId) -> Entry {
        Entry { id: Some(format!("#{}", pull.0)), ..self }
    }

    fn of_round(self, nonce: Nonce) -> Entry {
        let [first, second, ..] = nonce.0;
        Entry { id: Some(format!("round {first:02x}{second:02x}")), ..self }
    }

    fn of_spool(self, spool: Spool) -> Entry {
        match spool {
            Spool::Pull(pull) => self.of_pull(pull),
            Spool::Put(link) => self.on(link),
        }
    }

    fn in_words(self, words: String) -> Entry {
        let says = match words.char_indices().nth(SAYS) {
            Some((end, _)) => format!("{}...", &words[..end]),
            None => words,
        };
        Entry { says, ..self }
    }
}

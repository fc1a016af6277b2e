//! Messages.

use crate::node::describe::{self, Ids, Told, command};
use crate::protocol::Message;
use crate::trace::line::{Entry, Kind};

/// A message that is sent, or has arrived, on a link on which this was told before.
pub(in crate::trace) fn message(t: u64, kind: Kind, message: &Message, told: &Told) -> Entry {
    let words = describe::message_since(message, told, &Ids);
    let entry = Entry::new(t, kind, command(message)).in_words(words);
    match message {
        Message::Register(register) => {
            Entry { peer: Some(register.node), life: Some(register.boot), ..entry }
        }
        Message::ImageInfo { records, gone, tombstones, .. } => {
            let told = records.iter().map(|record| record.photo.id).chain(gone.iter().copied());
            let told = told.chain(tombstones.iter().map(|word| word.photo()));
            told.fold(entry, Entry::about)
        }
        Message::KeepThis { photo, .. } => entry.about(photo.id),
        Message::AskForImage { transfer, photo, .. } => entry.about(*photo).of_pull(*transfer),
        Message::Chunk { transfer, data, .. } => entry.of_pull(*transfer).carries(data.len()),
        Message::NoImage { transfer, .. } | Message::Cancel { transfer } => {
            entry.of_pull(*transfer)
        }
        Message::KeepAnswer { photo, .. } | Message::AskForPreview { photo, .. } => {
            entry.about(*photo)
        }
        Message::Preview { image, .. } => entry.carries(image.len()),
        Message::Challenge { photo, nonce } | Message::Release { photo, nonce } => {
            entry.about(*photo).of_round(*nonce)
        }
        Message::Proof { nonce, .. } => entry.of_round(*nonce),
        Message::ConnectionUpdate { .. }
        | Message::RequestInfo
        | Message::Relieve { .. }
        | Message::Space(_)
        | Message::NoPreview { .. }
        | Message::Heartbeat
        | Message::Leave { .. }
        | Message::Error { .. }
        | Message::Unknown => entry,
    }
}

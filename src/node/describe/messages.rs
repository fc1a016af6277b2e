//! What daemons say to each other, in words.

use super::records::{Told, record_since};
use super::words::{
    Names, bytes, count, lane, members, nodes, preview, round, tombstone, transfer,
};
use crate::photo::PhotoId;
use crate::protocol::message::{OfferReply, Register, TransferId};
use crate::protocol::{Message, Record, Space, Tombstone};

/// The command of a message, as on the wire.
pub fn command(message: &Message) -> &'static str {
    match message {
        Message::Register(_) => "register",
        Message::ConnectionUpdate { .. } => "ConnectionUpdate",
        Message::RequestInfo => "RequestInfo",
        Message::ImageInfo { .. } => "ImageInfo",
        Message::KeepThis { .. } => "keepThis",
        Message::KeepAnswer { .. } => "keepAnswer",
        Message::Relieve { .. } => "relieve",
        Message::Space(_) => "space",
        Message::AskForImage { .. } => "AskForImage",
        Message::Chunk { .. } => "chunk",
        Message::NoImage { .. } => "noImage",
        Message::Cancel { .. } => "Cancel",
        Message::AskForPreview { .. } => "AskForPreview",
        Message::Preview { .. } => "Preview",
        Message::NoPreview { .. } => "NoPreview",
        Message::Challenge { .. } => "challenge",
        Message::Proof { .. } => "proof",
        Message::Release { .. } => "release",
        Message::Heartbeat => "heartbeat",
        Message::Leave { .. } => "leave",
        Message::Error { .. } => "Error",
        Message::Unknown => "unknown",
    }
}

/// A message: its command and what it says, which its sender is the subject of.
pub fn message(message: &Message, names: &dyn Names) -> String {
    message_since(message, &Told::new(), names)
}

/// The same, and of photos that its sender has told of before only what is different.
pub fn message_since(message: &Message, told: &Told, names: &dyn Names) -> String {
    let photo = |photo: &PhotoId| names.photo(*photo);
    let says = match message {
        Message::Register(register) => registers(register, names),
        Message::ConnectionUpdate { nodes: known, roster } => {
            let group = match roster.is_empty() {
                true => String::new(),
                false => format!("; {}", members(roster)),
            };
            format!("knows {}{group}", nodes(known.keys(), names))
        }
        Message::RequestInfo => "wants to be told of all photos".to_owned(),
        Message::ImageInfo { records, gone, tombstones, complete } => {
            page(records, gone, tombstones, *complete, told, names)
        }
        Message::KeepThis { photo: offered, .. } => format!("offers {}", photo(&offered.id)),
        Message::KeepAnswer { photo: offered, verdict } => match verdict {
            OfferReply::Accept => format!("will keep {}", photo(offered)),
            OfferReply::AlreadyHeld => format!("has {} already", photo(offered)),
            OfferReply::Busy => format!("cannot keep {}", photo(offered)),
        },
        Message::Relieve { photos, bytes } => {
            let bytes = bytes.map(|bytes| format!(" of {bytes} bytes together"));
            let photos = count(*photos, "replica");
            format!("would take over up to {photos}{}", bytes.unwrap_or_default())
        }
        Message::Space(Space { draining: true, .. }) => "hands over all that it has".to_owned(),
        Message::Space(Space { capacity, room, .. }) => {
            format!("lets {capacity} bytes lie on its disk, and has room for {room}")
        }
        Message::AskForImage { transfer: _, photo: wanted, offset, length, lane: urgency } => {
            let (window, urgency) = (bytes(*offset, *length), lane(*urgency));
            format!("wants {}, {window}; {urgency}", photo(wanted))
        }
        Message::Chunk { transfer: id, offset, data } => {
            return chunks(*id, *offset, data.len() as u64, 1);
        }
        Message::NoImage { transfer: _, reason } => reason.clone(),
        Message::Cancel { .. } => "wants no more".to_owned(),
        Message::AskForPreview { ask: _, photo: wanted, size } => {
            format!("wants a {} of {}", preview(*size), photo(wanted))
        }
        Message::Preview { ask: _, bytes: all, offset, image } => {
            format!("{} of {all}", bytes(*offset, image.len() as u64))
        }
        Message::NoPreview { ask: _, undrawable: _, later: _, reason } => reason.clone(),
        Message::Challenge { photo: held, nonce } => {
            format!("asks for a proof of {} ({})", photo(held), round(*nonce))
        }
        Message::Proof { nonce, proof, refused, .. } => {
            let verdict = match (proof, refused) {
                (Some(_), _) => "gives it".to_owned(),
                (None, Some(why)) => format!("refuses it: {why}"),
                (None, None) => "refuses it".to_owned(),
            };
            format!("{verdict} ({})", round(*nonce))
        }
        Message::Release { photo: held, nonce } => {
            format!("no longer relies on {} ({})", photo(held), round(*nonce))
        }
        Message::Heartbeat => return command(message).to_owned(),
        Message::Unknown => "a command of a later version".to_owned(),
        Message::Leave { reason } => reason.clone(),
        Message::Error { error } => error.clone(),
    };
    match pull(message).or_else(|| question(message)) {
        Some(pull) => format!("{} {pull}: {says}", command(message)),
        None => format!("{}: {says}", command(message)),
    }
}

/// So many chunks of one pull, one after the other, which begin at `offset` and have `length` bytes together.
pub fn chunks(id: TransferId, offset: u64, length: u64, pieces: u32) -> String {
    let window = bytes(offset, length);
    let pieces = if pieces == 1 { String::new() } else { format!(" in {pieces} pieces") };
    format!("chunk {}: {window}{pieces}", transfer(id))
}

/// The pull that a message belongs to.
fn pull(message: &Message) -> Option<String> {
    match message {
        Message::AskForImage { transfer: id, .. }
        | Message::Cancel { transfer: id }
        | Message::NoImage { transfer: id, .. } => Some(transfer(*id)),
        Message::Register(_)
        | Message::ConnectionUpdate { .. }
        | Message::RequestInfo
        | Message::ImageInfo { .. }
        | Message::KeepThis { .. }
        | Message::KeepAnswer { .. }
        | Message::Relieve { .. }
        | Message::Space(_)
        | Message::Chunk { .. }
        | Message::AskForPreview { .. }
        | Message::Preview { .. }
        | Message::NoPreview { .. }
        | Message::Challenge { .. }
        | Message::Proof { .. }
        | Message::Release { .. }
        | Message::Heartbeat
        | Message::Leave { .. }
        | Message::Error { .. }
        | Message::Unknown => None,
    }
}

/// The question for a small picture that a message belongs to.
fn question(message: &Message) -> Option<String> {
    if let Message::AskForPreview { ask, .. }
    | Message::Preview { ask, .. }
    | Message::NoPreview { ask, .. } = message
    {
        return Some(format!("#{}", ask.0));
    }
    None
}

fn registers(register: &Register, names: &dyn Names) -> String {
    let copies = match register.copies {
        1 => "1 copy".to_owned(),
        other => format!("{other} copies"),
    };
    let keeps =
        if register.keep_originals { ", and keeps its originals where they are" } else { "" };
    let shares = if register.share { ", and shares its own with other groups" } else { "" };
    format!("is {}, wants {copies} of every photo{keeps}{shares}", names.node(register.node))
}

fn page(
    records: &[Record],
    gone: &[PhotoId],
    tombstones: &[Tombstone],
    complete: bool,
    told: &Told,
    names: &dyn Names,
) -> String {
    let has = records.iter().map(|record| record_since(record, told, names));
    let mut words: Vec<String> = has.collect();
    words.extend(gone.iter().map(|photo| format!("no longer has {}", names.photo(*photo))));
    words.extend(tombstones.iter().map(|word| tombstone(word, names)));
    match (words.is_empty(), complete) {
        (false, true) => format!("{}; that is all", words.join("; ")),
        (false, false) => words.join("; "),
        (true, true) => "nothing; that is all".to_owned(),
        (true, false) => "nothing".to_owned(),
    }
}

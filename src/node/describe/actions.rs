//! What a node wants done, in words.

use super::clients::answer;
use super::messages::message;
use super::records::{facts, looks};
use super::words::{
    Names, bytes, client, count, holding, lane, listed, members, nodes, photos, preview, relation,
    round, source, spool, tombstone, transfer,
};
use crate::node::{Action, ClientAction, DiskAction, LinkAction};
use crate::photo::PhotoId;
use crate::protocol::{Departure, Wish};

/// An action; its node is the subject.
pub fn action(action: &Action, names: &dyn Names) -> String {
    match action {
        Action::Link(action) => link_action(action, names),
        Action::Disk(action) => disk_action(action, names),
        Action::Client(ClientAction::Answer { link, answer: given }) => {
            format!("answers {}: {}", client(*link), answer(given, names))
        }
        Action::Client(ClientAction::AnswerPhoto { link, photo, .. }) => {
            format!("sends {} the photo {}", client(*link), names.photo(photo.id))
        }
        Action::Log { topic, text, .. } => format!("notes on {topic}: {text}"),
        Action::Exit { error: Some(error) } => format!("exits: {error}"),
        Action::Exit { error: None } => "exits".to_owned(),
    }
}

fn link_action(action: &LinkAction, names: &dyn Names) -> String {
    match action {
        LinkAction::Dial { address } => format!("dials {address}"),
        LinkAction::Send { link, message: sent } => {
            format!("sends on link {} {}", link.0, message(sent, names))
        }
        LinkAction::Close { link, reason } => format!("closes link {}: {reason}", link.0),
        LinkAction::StopServing { link, transfer: id } => {
            format!("sends on link {} no more chunks {}", link.0, transfer(*id))
        }
        LinkAction::SendPreview { link, ask, image } => {
            let length = count(image.len(), "byte");
            format!("sends on link {} small picture #{}, {length}", link.0, ask.0)
        }
        LinkAction::Serve { link, transfer: id, photo, offset, length, lane: urgency } => {
            let (window, urgency) = (bytes(*offset, *length), lane(*urgency));
            let (photo, id) = (names.photo(*photo), transfer(*id));
            format!("sends on link {} chunks {id}: {photo}, {window}; {urgency}", link.0)
        }
    }
}

fn disk_action(action: &DiskAction, names: &dyn Names) -> String {
    let name = |photo: &PhotoId| names.photo(*photo);
    match action {
        DiskAction::Write { spool: to, offset, data } => {
            format!("writes {} of {}", bytes(*offset, data.len() as u64), spool(*to))
        }
        DiskAction::Check { spool: file } => format!("checks {}", spool(*file)),
        DiskAction::Inspect { spool: file } => format!("inspects {}", spool(*file)),
        DiskAction::Install { spool: file, photo, holding: kind, .. } => {
            let (photo, kind) = (name(&photo.id), holding(*kind));
            format!("makes {} a photo of its folder: {photo} ({kind})", spool(*file))
        }
        DiskAction::Keep { spool: file } => format!("keeps {} for the next who asks", spool(*file)),
        DiskAction::Discard { spool: file } => format!("discards {}", spool(*file)),
        DiskAction::Prove { source: from, photo, nonce, provers } => {
            let (photo, from, round) = (name(photo), source(*from), round(*nonce));
            format!("reads {photo} {from} to prove it for {} ({round})", nodes(provers, names))
        }
        DiskAction::Look { worse, better, source: from } => {
            format!("compares {} with {} {}", name(worse), name(better), source(*from))
        }
        DiskAction::FindPreview { photo, size, .. } => {
            format!("looks for a {} of {}", preview(*size), name(photo))
        }
        DiskAction::KeepPreview { photo, size, .. } => {
            format!("keeps a {} of {}", preview(*size), name(photo))
        }
        DiskAction::ForgetPreview { photo } => format!("forgets what {} looks like", name(photo)),
        DiskAction::PutAway { photo, departure, .. } => goes(*photo, *departure, names),
        DiskAction::Restore { photo, holding: Some(kind), .. } => {
            format!("restores {} from its trash as {}", name(photo), holding(*kind))
        }
        DiskAction::Restore { photo, holding: None, .. } => {
            format!("restores {} from its trash", name(photo))
        }
        DiskAction::FindAged { link, older_than } => {
            let age = count(*older_than, "day");
            format!("looks for what is {age} old in its trash, for {}", client(*link))
        }
        DiskAction::NoteDraining { draining: true } => {
            "remembers that all is to be handed over".to_owned()
        }
        DiskAction::NoteDraining { draining: false } => {
            "remembers that nothing is to be handed over".to_owned()
        }
        DiskAction::FindSurplus { .. } => "looks for what can go from its trash".to_owned(),
        DiskAction::FindDaysLeft { link, photos: asked } => {
            let asked = photos(asked, names);
            format!("looks how long {asked} will stay in its trash, for {}", client(*link))
        }
        DiskAction::Sign { photo, wish, .. } => format!("signs {}", wished(*wish, *photo, names)),
        DiskAction::NoteTombstones { tombstones } => {
            let words = tombstones.iter().map(|word| tombstone(word, names));
            format!("remembers that {}", listed(words, "nobody removes anything"))
        }
        DiskAction::Dedupe { photo } => format!("keeps one of its files of {}", name(photo)),
        DiskAction::NoteFacts { photo, facts: known } => {
            format!("remembers of {}: {}", name(photo), listed(facts(known, names), "nothing"))
        }
        DiskAction::NoteLooks { photo, looks: found } => {
            format!("remembers of {}: {}", name(photo), listed(looks(found, names), "nothing"))
        }
        DiskAction::NoteMembers { roster } => format!("notes that {}", members(roster)),
        DiskAction::NoteNodes { nodes: known } => {
            format!("remembers {}", nodes(known.keys(), names))
        }
    }
}

/// Why a photo goes, and where to.
fn goes(photo: PhotoId, departure: Departure, names: &dyn Names) -> String {
    let photo = names.photo(photo);
    match departure {
        Departure::Surplus => format!("drops {photo}, which enough others have proven"),
        Departure::Replaced { by, relation: how } => {
            format!("retires {photo} for {}, {}", names.photo(by), relation(how))
        }
        Departure::Removed { by } => {
            format!("puts {photo} in its trash, since {} removes it", names.member(by))
        }
        Departure::Expired => format!("deletes {photo} from its trash"),
    }
}

/// What an owner wants.
pub(super) fn wished(wish: Wish, photo: PhotoId, names: &dyn Names) -> String {
    let photo = names.photo(photo);
    match wish {
        Wish::Removed => format!("that {photo} is removed"),
        Wish::Lifted => format!("that {photo} is not removed any more"),
    }
}

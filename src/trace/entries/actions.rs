//! What a node wants done.

use crate::node::describe::{self, Ids};
use crate::node::{Action, ClientAction, DiskAction, LinkAction};
use crate::trace::line::{Entry, Kind};

/// An action; none for a message, which is told of when it is really sent.
pub(in crate::trace) fn action(t: u64, action: &Action) -> Option<Entry> {
    let entry = match action {
        Action::Link(LinkAction::Send { .. }) => return None,
        Action::Link(action) => of_link(t, action),
        Action::Disk(action) => of_disk(t, action),
        Action::Client(ClientAction::Answer { link, .. }) => new(t, "Answer").on(*link),
        Action::Client(ClientAction::AnswerPhoto { link, photo, .. }) => {
            new(t, "AnswerPhoto").on(*link).about(photo.id)
        }
        Action::Log { .. } => new(t, "Log"),
        Action::Exit { .. } => new(t, "Exit"),
    };
    Some(entry.in_words(describe::action(action, &Ids)))
}

fn new(t: u64, what: &str) -> Entry {
    Entry::new(t, Kind::Action, what)
}

fn of_link(t: u64, action: &LinkAction) -> Entry {
    match action {
        LinkAction::Dial { .. } => new(t, "Dial"),
        LinkAction::Send { link, .. } => new(t, "Send").on(*link),
        LinkAction::Close { link, .. } => new(t, "Close").on(*link),
        LinkAction::StopServing { link, transfer } => {
            new(t, "StopServing").on(*link).of_pull(*transfer)
        }
        LinkAction::SendPreview { link, image, .. } => {
            new(t, "SendPreview").on(*link).carries(image.len())
        }
        LinkAction::Serve { link, transfer, photo, length, .. } => {
            new(t, "Serve").on(*link).about(*photo).of_pull(*transfer).carries(*length)
        }
    }
}

fn of_disk(t: u64, action: &DiskAction) -> Entry {
    match action {
        DiskAction::Write { spool, data, .. } => {
            new(t, "Write").of_spool(*spool).carries(data.len())
        }
        DiskAction::Check { spool } => new(t, "Check").of_spool(*spool),
        DiskAction::Inspect { spool } => new(t, "Inspect").of_spool(*spool),
        DiskAction::Install { spool, photo, .. } => {
            new(t, "Install").of_spool(*spool).about(photo.id)
        }
        DiskAction::Discard { spool } => new(t, "Discard").of_spool(*spool),
        DiskAction::Keep { spool } => new(t, "Keep").of_spool(*spool),
        DiskAction::Prove { photo, nonce, .. } => new(t, "Prove").about(*photo).of_round(*nonce),
        DiskAction::Look { worse, better, .. } => new(t, "Look").about(*worse).about(*better),
        DiskAction::FindPreview { photo, .. } => new(t, "FindPreview").about(*photo),
        DiskAction::KeepPreview { photo, image, .. } => {
            new(t, "KeepPreview").about(*photo).carries(image.len())
        }
        DiskAction::ForgetPreview { photo } => new(t, "ForgetPreview").about(*photo),
        DiskAction::PutAway { photo, .. } => new(t, "PutAway").about(*photo),
        DiskAction::Restore { photo, .. } => new(t, "Restore").about(*photo),
        DiskAction::FindAged { link, .. } => new(t, "FindAged").on(*link),
        DiskAction::FindSurplus { .. } => new(t, "FindSurplus"),
        DiskAction::FindDaysLeft { link, photos } => {
            new(t, "FindDaysLeft").on(*link).about_all(photos)
        }
        DiskAction::Sign { photo, .. } => new(t, "Sign").about(*photo),
        DiskAction::NoteTombstones { .. } => new(t, "NoteTombstones"),
        DiskAction::Dedupe { photo } => new(t, "Dedupe").about(*photo),
        DiskAction::NoteFacts { photo, .. } => new(t, "NoteFacts").about(*photo),
        DiskAction::NoteLooks { photo, .. } => new(t, "NoteLooks").about(*photo),
        DiskAction::NoteDraining { .. } => new(t, "NoteDraining"),
        DiskAction::NoteMembers { .. } => new(t, "NoteMembers"),
        DiskAction::NoteNodes { .. } => new(t, "NoteNodes"),
    }
}

//! What happens to a node.

use crate::node::describe::{self, Ids};
use crate::node::{ClientEvent, DiskEvent, Event, LinkEvent};
use crate::protocol::Request;
use crate::trace::line::{Entry, Kind};

/// An event that is no message; none if only time has passed.
pub(in crate::trace) fn event(t: u64, event: &Event) -> Option<Entry> {
    let entry = match event {
        Event::Tick | Event::Continue | Event::Link(LinkEvent::Heard { .. }) => return None,
        Event::Shutdown => new(t, "Shutdown"),
        Event::Link(event) => of_link(t, event),
        Event::Disk(event) => of_disk(t, event),
        Event::Client(event) => of_client(t, event),
    };
    Some(entry.in_words(describe::event(event, &Ids)))
}

fn new(t: u64, what: &str) -> Entry {
    Entry::new(t, Kind::Event, what)
}

fn of_link(t: u64, event: &LinkEvent) -> Entry {
    match event {
        LinkEvent::Opened { link, dialed: Some(_), .. } => new(t, "Opened").on(*link),
        LinkEvent::Opened { link, dialed: None, .. } => new(t, "Accepted").on(*link),
        LinkEvent::DialFailed { .. } => new(t, "DialFailed"),
        LinkEvent::Heard { link } => new(t, "Heard").on(*link),
        LinkEvent::Received { link, .. } => new(t, "Received").on(*link),
        LinkEvent::PageSent { link } => new(t, "PageSent").on(*link),
        LinkEvent::Served { link, transfer, photo, .. } => {
            new(t, "Served").on(*link).about(*photo).of_pull(*transfer)
        }
        LinkEvent::PreviewSent { link } => new(t, "PreviewSent").on(*link),
        LinkEvent::Closed { link, .. } => new(t, "Closed").on(*link),
    }
}

fn of_client(t: u64, event: &ClientEvent) -> Entry {
    match event {
        ClientEvent::Asked { link, request, .. } => {
            let entry = new(t, "Asked").on(*link);
            if let Request::GetExact { photo, .. } | Request::GetPreview { photo, .. } = request {
                return entry.about(*photo);
            }
            entry
        }
        ClientEvent::Answered { link, .. } => new(t, "Answered").on(*link),
        ClientEvent::Closed { link, .. } => new(t, "Closed").on(*link),
    }
}

fn of_disk(t: u64, event: &DiskEvent) -> Entry {
    match event {
        DiskEvent::Held { photo, .. } => new(t, "Held").about(photo.id).carries(photo.bytes),
        DiskEvent::Added { photo } => new(t, "Added").about(*photo),
        DiskEvent::Recalled { photo, .. } => new(t, "Recalled").about(*photo),
        DiskEvent::Missing { photo } => new(t, "Missing").about(*photo),
        DiskEvent::Damaged { photo, .. } => new(t, "Damaged").about(*photo),
        DiskEvent::Scanned { .. } => new(t, "Scanned"),
        DiskEvent::Companions { photo, .. } => new(t, "Companions").about(*photo),
        DiskEvent::Unread { .. } => new(t, "Unread"),
        DiskEvent::Room { .. } => new(t, "Room"),
        DiskEvent::Expired { photo } => new(t, "Expired").about(*photo),
        DiskEvent::FolderLost { .. } => new(t, "FolderLost"),
        DiskEvent::Written { spool, .. } => new(t, "Written").of_spool(*spool),
        DiskEvent::Inspected { spool, result } => {
            let photo = result.as_ref().ok().map(|photo| photo.id);
            new(t, "Inspected").of_spool(*spool).about_all(&photo)
        }
        DiskEvent::Installed { spool, photo, .. } => {
            new(t, "Installed").of_spool(*spool).about(*photo)
        }
        DiskEvent::Proved { nonce, .. } => new(t, "Proved").of_round(*nonce),
        DiskEvent::Looked { worse, better, .. } => new(t, "Looked").about(*worse).about(*better),
        DiskEvent::PreviewFound { photo, .. } => new(t, "PreviewFound").about(*photo),
        DiskEvent::PutAway { photo, .. } => new(t, "PutAway").about(*photo),
        DiskEvent::Returned { photo, .. } => new(t, "Returned").about(*photo),
        DiskEvent::Aged { link, photos } => new(t, "Aged").on(*link).about_all(photos),
        DiskEvent::DaysLeft { link, days } => new(t, "DaysLeft").on(*link).about_all(days.keys()),
        DiskEvent::Signed { photo, .. } => new(t, "Signed").about(*photo),
    }
}

//! What happens to a node, in words.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::actions::wished;
use super::clients::request;
use super::messages::message;
use super::records::looks;
use super::words::{
    Names, client, count, holding, listed, photos, preview, relation, round, spool, transfer,
};
use crate::node::{Asker, ClientEvent, DiskError, DiskEvent, Event, LinkEvent};
use crate::photo::{Photo, PhotoId, PreviewSize, Proof};
use crate::protocol::{Blob, Holding, NodeId};

/// An event; its node is the subject.
pub fn event(event: &Event, names: &dyn Names) -> String {
    match event {
        Event::Tick => "lets time pass".to_owned(),
        Event::Continue => "goes on with what waits".to_owned(),
        Event::Shutdown => "is told to stop, and hands over".to_owned(),
        Event::Link(event) => link_event(event, names),
        Event::Disk(event) => disk_event(event, names),
        Event::Client(event) => client_event(event, names),
    }
}

fn link_event(event: &LinkEvent, names: &dyn Names) -> String {
    match event {
        LinkEvent::Opened { link, dialed: Some(address), .. } => {
            format!("opens link {} to {address}", link.0)
        }
        LinkEvent::Opened { link, remote, dialed: None } => {
            format!("accepts link {} from {remote}", link.0)
        }
        LinkEvent::DialFailed { address, reason } => format!("cannot reach {address}: {reason}"),
        LinkEvent::Heard { link } => format!("hears something on link {}", link.0),
        LinkEvent::Received { link, message: heard } => {
            format!("hears on link {} {}", link.0, message(heard, names))
        }
        LinkEvent::PageSent { link } => format!("has sent a page on link {}", link.0),
        LinkEvent::Served { link, transfer: id, photo, result } => {
            let (photo, id) = (names.photo(*photo), transfer(*id));
            match result {
                Ok(()) => format!("has sent chunks {id} of {photo} on link {}", link.0),
                Err(error) => format!("cannot send chunks {id} of {photo}: {error}"),
            }
        }
        LinkEvent::PreviewSent { link } => format!("has sent a small picture on link {}", link.0),
        LinkEvent::Closed { link, reason } => format!("loses link {}: {reason}", link.0),
    }
}

fn client_event(event: &ClientEvent, names: &dyn Names) -> String {
    match event {
        ClientEvent::Asked { link, by, request: asked } => {
            let (client, asked) = (client(*link), request(asked, names));
            match by {
                Asker::Owner => format!("is asked by {client} {asked}"),
                Asker::Member(member) => {
                    format!("is asked by {client}, which is {}'s, {asked}", member.name())
                }
            }
        }
        ClientEvent::Answered { link, result: Ok(()) } => {
            format!("has sent {} its photo", client(*link))
        }
        ClientEvent::Answered { link, result: Err(error) } => {
            format!("cannot send {} its photo: {error}", client(*link))
        }
        ClientEvent::Closed { link, reason } => format!("loses {}: {reason}", client(*link)),
    }
}

fn disk_event(event: &DiskEvent, names: &dyn Names) -> String {
    let name = |photo: &PhotoId| names.photo(*photo);
    match event {
        DiskEvent::Held { photo, holding: kind, .. } => {
            format!("finds {} ({})", name(&photo.id), holding(*kind))
        }
        DiskEvent::Added { photo } => format!("finds {} for the first time", names.photo(*photo)),
        DiskEvent::Recalled { photo, looks: found } => {
            let found = listed(looks(found, names), "has been compared with nothing");
            format!("remembers that {} {found}", name(photo))
        }
        DiskEvent::Missing { photo } => format!("finds no file of {} any more", name(photo)),
        DiskEvent::Damaged { photo, file } => {
            format!("finds {} damaged, and sets the file aside: {file}", name(photo))
        }
        DiskEvent::Scanned { skipped } => {
            format!("has seen all its files; {skipped} of them are no pictures")
        }
        DiskEvent::Companions { photo, files } => {
            let files = listed(files.iter().cloned(), "no file");
            format!("finds beside {}: {files}", name(photo))
        }
        DiskEvent::Unread { photos } => format!("has {} still to read", count(*photos, "photo")),
        DiskEvent::Room { free, spare } => format!("has {free} bytes free, {spare} to be taken"),
        DiskEvent::Expired { photo } => {
            format!("finds that {} has been in its trash for its time", name(photo))
        }
        DiskEvent::FolderLost { reason } => format!("has lost its folder: {reason}"),
        DiskEvent::Aged { link, photos: aged } => {
            format!("finds in its trash, for {}: {}", client(*link), photos(aged, names))
        }
        DiskEvent::DaysLeft { link, days } => {
            let days = days.iter().map(|(photo, left)| match left {
                Some(left) => format!("{} for {}", name(photo), count(*left, "day")),
                None => format!("{} until it is purged", name(photo)),
            });
            let days = listed(days, "nothing");
            format!("finds what stays in its trash, for {}: {days}", client(*link))
        }
        DiskEvent::Written { spool: to, result } => {
            done(result, "write", &spool(*to), |()| format!("has written to {}", spool(*to)))
        }
        DiskEvent::Inspected { spool: file, result } => {
            let is = |photo: &Arc<Photo>| format!("finds {} in {}", name(&photo.id), spool(*file));
            done(result, "use", &spool(*file), is)
        }
        DiskEvent::Installed { photo, result, .. } => {
            done(result, "store", &name(photo), |()| format!("has {} safe on disk", name(photo)))
        }
        DiskEvent::Proved { nonce, result } => {
            let proven = |_: &BTreeMap<NodeId, Proof>| format!("has read for {}", round(*nonce));
            done(result, "read for", &round(*nonce), proven)
        }
        DiskEvent::Looked { worse, better, result } => {
            let pair = format!("{} with {}", name(worse), name(better));
            done(result, "compare", &pair, |it| format!("has compared {pair}: {}", relation(*it)))
        }
        DiskEvent::PreviewFound { photo, size, result, .. } => drawn(*photo, *size, result, names),
        DiskEvent::PutAway { photo, result } => {
            done(result, "put away", &name(photo), |()| format!("has put {} away", name(photo)))
        }
        DiskEvent::Returned { photo, result, .. } => back(&name(photo), result),
        DiskEvent::Signed { photo, result } => done(result, "sign", &name(photo), |word| {
            format!("has signed {}", wished(word.wish(), *photo, names))
        }),
    }
}

fn drawn(
    photo: PhotoId,
    size: PreviewSize,
    result: &Result<Blob, DiskError>,
    names: &dyn Names,
) -> String {
    let what = format!("a {} of {}", preview(size), names.photo(photo));
    done(result, "find", &what, |_| format!("finds {what}"))
}

fn back(name: &str, result: &Result<Holding, DiskError>) -> String {
    let is_back = |kind: &Holding| format!("has {name} back from its trash ({})", holding(*kind));
    done(result, "restore", name, is_back)
}

/// What came of something: that it is done, or that the node cannot do this to that.
fn done<T>(
    result: &Result<T, DiskError>,
    this: &str,
    that: &str,
    done: impl FnOnce(&T) -> String,
) -> String {
    match result {
        Ok(value) => done(value),
        Err(error) => format!("cannot {this} {that}: {error}"),
    }
}

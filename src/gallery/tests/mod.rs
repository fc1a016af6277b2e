//! The rooms of the gallery, each by itself.

mod admission;
mod conversations;
mod heads;
mod links;
mod page;
mod ranges;
mod rooms;
mod searches;
mod timelines;

use super::http::head::Head;
use super::snapshot::Shot;
use crate::photo::{Format, PhotoId};
use crate::protocol::NodeId;
use crate::protocol::client::PhotoReport;

/// The head that a text is.
fn head(text: &str) -> Head {
    let (head, length) = Head::read(text.as_bytes()).unwrap().unwrap();
    assert_eq!(length, text.len());
    head
}

/// What a daemon may tell of a photo.
fn report(number: u8, name: &str, captured: Option<&str>) -> PhotoReport {
    PhotoReport {
        name: name.to_owned(),
        id: PhotoId([number; 32]),
        bytes: 1000,
        width: 4000,
        height: 3000,
        format: Format::Jpeg,
        captured: captured.map(str::to_owned),
        dated: None,
        holders: vec![NodeId(1), NodeId(2)],
        originals: vec![NodeId(1)],
        aliases: Vec::new(),
        versions: 0,
    }
}

fn shot(number: u8, name: &str, captured: Option<&str>) -> Shot {
    Shot::of(report(number, name, captured))
}

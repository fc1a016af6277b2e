//! Phrases for people, shared by reports.

use crate::node::context::Context;
use crate::node::table::entry::Entry;
use crate::photo::{Photo, Relation};
use crate::protocol::client::VersionReport;

pub(in crate::node) fn version(worse: &Entry, keeper: &Photo, relation: Relation) -> VersionReport {
    VersionReport {
        id: worse.photo.id,
        names: worse.facts.names.iter().cloned().collect(),
        bytes: worse.photo.bytes,
        width: worse.photo.width,
        height: worse.photo.height,
        format: worse.photo.format,
        held: worse.held(),
        relation,
        worse_by: worse.photo.is_worse_by(keeper).to_owned(),
        differs: differences(&worse.photo, keeper),
    }
}

/// How a worse version relates to its keeper, for people.
pub(super) fn as_what(relation: Relation) -> &'static str {
    match relation {
        Relation::Same => "the same picture",
        Relation::Variant => {
            "a variant that shows something the better one does not, so no time deletes it"
        }
        Relation::Different => "another picture",
    }
}

/// All differences between a photo and another version of its picture, the one that people think of first at the top.
pub(super) fn differences(photo: &Photo, other: &Photo) -> Vec<String> {
    let mut all = Vec::new();
    let mut compare = |own: String, others: String| {
        if own != others {
            all.push(format!("{own} instead of {others}"));
        }
    };
    let size = |photo: &Photo| format!("{} x {}", photo.width, photo.height);
    compare(size(photo), size(other));
    let format = |photo: &Photo| format!("{:?}", photo.format).to_uppercase();
    compare(format(photo), format(other));
    let colour = |photo: &Photo| if photo.colour { "colour" } else { "grey" }.to_owned();
    compare(colour(photo), colour(other));
    let camera =
        |photo: &Photo| if photo.camera { "camera data" } else { "no camera data" }.to_owned();
    compare(camera(photo), camera(other));
    let taken = |photo: &Photo| match &photo.captured {
        Some(moment) => format!("taken {}", moment.0),
        None => "no capture time".to_owned(),
    };
    compare(taken(photo), taken(other));
    compare(spoken_bytes(photo.bytes), spoken_bytes(other.bytes));
    if all.is_empty() {
        all.push("other bytes, alike in all else that is recorded".to_owned());
    }
    all
}

/// How many nodes are here that can have copies, for people.
pub(super) fn only_here(cx: &Context) -> String {
    let nodes = cx.nodes_here_to_stay();
    let all_stay = nodes == 1 + cx.mesh.count_here();
    match nodes {
        0 => "no node is here that stays".to_owned(),
        1 if all_stay => "only 1 node is here".to_owned(),
        1 => "only 1 node is here that stays".to_owned(),
        _ if all_stay => format!("only {nodes} nodes are here"),
        _ => format!("only {nodes} nodes are here that stay"),
    }
}

/// A number of bytes, for people.
pub(super) fn spoken_bytes(bytes: u64) -> String {
    let kib = bytes.div_ceil(1024);
    match bytes {
        0..10_240 => format!("{bytes} bytes"),
        10_240..10_485_760 => format!("{kib} KiB"),
        _ => format!("{} MiB", kib.div_ceil(1024)),
    }
}

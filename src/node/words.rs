//! How reports put things to people.

use std::time::Duration;

use super::entry::Entry;
use crate::photo::Photo;
use crate::protocol::client::VersionReport;
use crate::protocol::{Holding, NodeId};

pub(super) fn held(entry: &Entry) -> Vec<(NodeId, Holding)> {
    entry
        .claims
        .iter()
        .filter(|(_, claim)| claim.current)
        .map(|(node, claim)| (node, claim.holding))
        .collect()
}

pub(super) fn version(worse: &Entry, keeper: &Photo) -> VersionReport {
    VersionReport {
        id: worse.photo.id,
        names: worse.facts.names.iter().cloned().collect(),
        bytes: worse.photo.bytes,
        width: worse.photo.width,
        height: worse.photo.height,
        format: worse.photo.format,
        held: held(worse),
        worse_by: worse_by(&worse.photo, keeper).to_owned(),
    }
}

/// The first respect, in the order of ranks, in which the keeper is better.
pub(super) fn worse_by(worse: &Photo, keeper: &Photo) -> &'static str {
    let pixels = |photo: &Photo| u64::from(photo.width) * u64::from(photo.height);
    if worse.rank() > keeper.rank() {
        "it was edited in place and became the keeper"
    } else if pixels(worse) != pixels(keeper) {
        "fewer pixels"
    } else if worse.colour != keeper.colour {
        "no colour"
    } else if worse.camera != keeper.camera {
        "no camera data"
    } else if worse.format != keeper.format {
        "a format that keeps less"
    } else if worse.bytes != keeper.bytes {
        "fewer bytes"
    } else {
        "nothing but its digest"
    }
}

/// A span of time as people say it.
pub(super) fn spoken(span: Duration) -> String {
    match span.as_secs() {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds @ 120..7200 => format!("{} min", seconds / 60),
        seconds => format!("{} h", seconds / 3600),
    }
}

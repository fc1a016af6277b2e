//! Whether a mesh is where it should be: everyone tells the same, and the disks bear it out.

use std::collections::BTreeMap;
use std::path::Path;

use photomesh::photo::PhotoId;

use super::daemon::Daemon;
use super::{ask, disk};

/// What a collection should be: the labels, and the photos they stand for.
pub(crate) type Expected = BTreeMap<String, PhotoId>;

/// Whether these daemons see each other and nobody else, list exactly this collection, and hold every photo of it, and
/// no other photo outside their trash, on exactly so many disks. Otherwise, what is not so yet.
pub(crate) fn settled(
    daemons: &[&Daemon],
    expected: &Expected,
    copies: usize,
) -> Result<(), String> {
    for daemon in daemons {
        listed(daemon, expected)?;
        let status = ask::status(daemon.address())?;
        let alive = status.nodes.iter().filter(|node| node.alive).count();
        let (under, over) = (status.under_replicated, status.over_replicated);
        if (alive, under, over) != (daemons.len(), 0, 0) {
            return Err(format!(
                "{} sees {alive} nodes, {under} photos short of copies and {over} with too many",
                daemon.address()
            ));
        }
    }
    let folders: Vec<&Path> = daemons.iter().map(|daemon| daemon.folder()).collect();
    let on_disk = disk::copies(&folders);
    for (label, id) in expected {
        let found = on_disk.get(id).copied().unwrap_or(0);
        if found != copies {
            return Err(format!("{label} is on {found} disks"));
        }
    }
    if on_disk.len() == expected.len() {
        return Ok(());
    }
    let photos = on_disk.len();
    Err(format!("the disks hold {photos} photos outside their trash"))
}

/// Whether a daemon lists exactly this collection.
pub(crate) fn listed(daemon: &Daemon, expected: &Expected) -> Result<(), String> {
    let labels = ask::labels(daemon.address())?;
    if labels.iter().eq(expected.keys()) {
        return Ok(());
    }
    let address = daemon.address();
    let missing: Vec<_> = expected.keys().filter(|label| !labels.contains(label)).collect();
    let extra: Vec<_> = labels.iter().filter(|label| !expected.contains_key(*label)).collect();
    Err(format!("{address} lists {} photos: {missing:?} missing, {extra:?} too many", labels.len()))
}

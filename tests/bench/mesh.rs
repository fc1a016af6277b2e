//! Daemons with photos, and how far they are.

use std::path::{Path, PathBuf};

use photomesh::protocol::client::{NodeReport, StatusReport};

use crate::lab::{Lab, Room};
use crate::patience::{SELDOM, SHARP, until};
use crate::support::ask;
use crate::support::daemon::Daemon;

/// Keeps a mesh from making copies: what is measured is one holder.
pub(crate) const ONE_COPY: [&str; 2] = ["--copies", "1"];

/// A daemon that has all photos of these lengths.
pub(crate) fn holder(lab: &Lab, room: &Room, options: &[&str]) -> Result<Daemon, String> {
    let specimens = lab.library.specimens()?;
    let files: Vec<PathBuf> = specimens.iter().map(|specimen| specimen.path.clone()).collect();
    lab.start(&room.folder_of("holder", &files)?, options)
}

/// A daemon on a folder, when it lists all of its photos.
pub(crate) fn ready(
    lab: &Lab,
    folder: &Path,
    photos: usize,
    options: &[&str],
) -> Result<Daemon, String> {
    let daemon = lab.start(folder, options)?;
    lists(&daemon, photos)?;
    Ok(daemon)
}

/// Waits until a daemon lists so many photos, and takes each for a picture of its own. At first it may think otherwise of
/// some that look alike, until it has compared them.
pub(crate) fn lists(daemon: &Daemon, photos: usize) -> Result<(), String> {
    until("each photo is listed", SELDOM, || {
        let status = ask::status(daemon.address())?;
        match (status.photos, status.duplicates) {
            (listed, 0) if listed == photos as u64 => Ok(()),
            (listed, versions) => Err(format!("{listed} are, {versions} are taken for versions")),
        }
    })
}

/// A node as another one sees it.
pub(crate) fn seen<'a>(status: &'a StatusReport, node: &Daemon) -> Option<&'a NodeReport> {
    status.nodes.iter().find(|report| report.alive && report.address == *node.address())
}

/// Waits until `asked` says that all photos are on two nodes, of which `other` has all.
pub(crate) fn safe(asked: &Daemon, other: &Daemon, photos: u64) -> Result<(), String> {
    until("all photos are on two nodes", SHARP * 5, || {
        let status = ask::status(asked.address())?;
        let there = seen(&status, other).map_or(0, |node| node.photos);
        match (there, status.under_replicated) {
            (there, 0) if there == photos => Ok(()),
            (_, under) => Err(format!("{there} are there, {under} are short of copies")),
        }
    })
}

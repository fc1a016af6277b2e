//! After the storm: the mesh comes clean by itself, and has everything.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use photomesh::balance::{self, Disk, Move, Placed};
use photomesh::photo::PhotoId;
use photomesh::protocol::NodeId;
use photomesh::protocol::client::PhotoReport;

use crate::COPIES;
use crate::ledger::{Item, Ledger, Promise};
use crate::mesh::Mesh;
use crate::support::agreement::{Expected, settled};
use crate::support::daemon::Daemon;
use crate::support::verdict::replaces;
use crate::support::wait::eventually;
use crate::support::{ask, disk};

/// Within this time after the last fault everything has to be clean. A node that has refused something is left out for a
/// minute, and who has come and gone again and again is waited for half a minute.
const PATIENCE: Duration = Duration::from_secs(150);

/// Waits until everything is clean, and takes note of what is safe from now on.
pub(crate) fn wait(mesh: &Mesh, ledger: &Ledger, disk_lost: bool) -> Result<(), String> {
    let all = eventually("the mesh is clean", PATIENCE, || clean(mesh, ledger))?;
    let lost = ledger.found(&all, disk_lost);
    if !lost.is_empty() {
        let name = |item: &Arc<Item>| format!("{} ({})", item.name, item.photo.id.short());
        let names: Vec<String> = lost.iter().map(name).collect();
        return Err(format!("on no disk: {} photos: {names:?}", names.len()));
    }
    match ledger.wrongs() {
        wrongs if wrongs.is_empty() => Ok(()),
        wrongs => Err(format!("during the storm: {wrongs:?}")),
    }
}

/// Whether everybody tells the same, and that is what the photos alone decide; every photo is on exactly as many disks
/// as wanted; no load can be evened out; and nothing is left over. All photos on any disk; or what is not so yet.
fn clean(mesh: &Mesh, ledger: &Ledger) -> Result<BTreeSet<PhotoId>, String> {
    let daemons = mesh.daemons();
    let first = ask::photos(daemons[0].address())?;
    let labels = |photo: &PhotoReport| (photo.name.clone(), photo.id);
    let expected: Expected = first.iter().map(labels).collect();
    settled(&daemons, &expected, COPIES)?;
    for daemon in &daemons[1..] {
        let photos = ask::photos(daemon.address())?;
        if let Some((ours, theirs)) = first.iter().zip(&photos).find(|(a, b)| a != b) {
            let (a, b) = (daemons[0].address(), daemon.address());
            return Err(format!("{a} says {ours:?}, {b} says {theirs:?}"));
        }
    }
    let all: BTreeSet<PhotoId> = mesh
        .folders()
        .into_iter()
        .flat_map(disk::files)
        .map(|(_, id)| id)
        .filter(|id| ledger.get(*id).is_some())
        .collect();
    let listed: BTreeSet<PhotoId> = expected.values().copied().collect();
    let keepers = ledger.keepers(&all);
    if listed != keepers {
        let (missing, extra) = (keepers.difference(&listed), listed.difference(&keepers));
        let name = |id: &PhotoId| ledger.get(*id).map(|item| item.name.clone());
        let (missing, extra): (Vec<_>, Vec<_>) =
            (missing.map(name).collect(), extra.map(name).collect());
        return Err(format!(
            "by the photos alone {missing:?} are missing in the list, {extra:?} too many"
        ));
    }
    holders(&daemons, &first)?;
    balanced(daemons[0], &first)?;
    for daemon in &daemons {
        nothing_left(daemon)?;
    }
    Ok(all)
}

/// The disks bear out who is said to hold what.
fn holders(daemons: &[&Daemon], photos: &[PhotoReport]) -> Result<(), String> {
    for daemon in daemons {
        let status = ask::status(daemon.address())?;
        if let Some(risk) = status.at_risk.first() {
            return Err(format!("{} is at risk: {}", risk.name, risk.reason));
        }
        let node = status.node;
        let said = photos.iter().filter(|photo| photo.holders.contains(&node));
        let said: BTreeSet<PhotoId> = said.map(|photo| photo.id).collect();
        let has: BTreeSet<PhotoId> = disk::copies(&[daemon.folder()]).into_keys().collect();
        if said != has {
            let folder = daemon.folder().display();
            return Err(format!("{folder} has not what is said: {has:?}, {said:?}"));
        }
    }
    Ok(())
}

/// Nothing is left to move, by what a node tells of all disks.
fn balanced(daemon: &Daemon, photos: &[PhotoReport]) -> Result<(), String> {
    let status = ask::status(daemon.address())?;
    let told = status.nodes.iter().filter_map(|node| {
        let (capacity, room) = (node.disk.capacity?, node.disk.room?);
        Some(Disk { node: node.id, capacity, room, load: node.bytes, fixed: node.disk.fixed })
    });
    let disks: Vec<Disk> = told.collect();
    let place = |photo: &PhotoReport| {
        let holders: BTreeSet<NodeId> = photo.holders.iter().copied().collect();
        let own: BTreeSet<NodeId> = photo.originals.iter().copied().collect();
        let movable = holders.difference(&own).copied().collect();
        Placed { photo: photo.id, bytes: photo.bytes, holders, movable }
    };
    let exact = photos.iter().filter(|photo| photo.holders.len() == COPIES);
    let placed: Vec<Placed> = exact.map(place).collect();
    // Each node is another member's.
    match balance::plan(&disks, &placed, status.bytes, |_, _, _| true).first() {
        None => Ok(()),
        Some(Move { photo, bytes, from, to }) => {
            Err(format!("{photo}, {bytes} bytes, could move from {from} to {to}: {disks:?}"))
        }
    }
}

/// No half-written file is left: only photos that are kept for clients, as many as are said to be.
fn nothing_left(daemon: &Daemon) -> Result<(), String> {
    let kept = ask::status(daemon.address())?.cache;
    let spools = disk::spools(daemon.folder());
    let sizes = spools.iter().filter_map(|spool| spool.metadata().ok()).map(|file| file.len());
    let found = (spools.len() as u64, sizes.sum::<u64>());
    match found == (kept.photos, kept.bytes) && kept.bytes <= kept.limit {
        true => Ok(()),
        false => Err(format!("{} keeps {kept:?}, and has {spools:?}", daemon.address())),
    }
}

/// Reads every photo that was ever promised back, by its name, through every daemon; and every photo of the list.
pub(crate) fn read_back(mesh: &Mesh, ledger: &Ledger) -> Result<(), String> {
    let mut lost = Vec::new();
    for daemon in mesh.daemons() {
        let address = daemon.address();
        for item in ledger.items(Promise::Replaced) {
            let name = &item.name;
            match ask::fetch(address, name) {
                Ok((_, id, bytes)) if PhotoId::of(&bytes) == id => {
                    let better = ledger.get(id);
                    let better = better.is_some_and(|it| replaces(&it.photo, &item.photo));
                    if id != item.photo.id && !better {
                        lost.push(format!("{address}: {name} leads to {id}"));
                    }
                }
                Ok((_, id, _)) => lost.push(format!("{address}: {name} has not the bytes of {id}")),
                Err(error) => lost.push(format!("{address}: {error}")),
            }
        }
        for photo in ask::photos(address)? {
            match ask::fetch(address, &photo.name) {
                Ok((_, id, bytes)) if (id, PhotoId::of(&bytes)) == (photo.id, photo.id) => {}
                Ok((_, id, _)) => lost.push(format!("{address}: {} leads to {id}", photo.name)),
                Err(error) => lost.push(format!("{address}: {error}")),
            }
        }
    }
    if lost.is_empty() {
        return Ok(());
    }
    Err(format!("{} photos lost: {lost:#?}", lost.len()))
}

//! After the storm: the mesh comes clean by itself, and has everything.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

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
    let nodes = holders(&daemons, &first)?;
    balanced(&daemons, &first, &nodes)?;
    for folder in mesh.folders() {
        nothing_left(folder)?;
    }
    Ok(all)
}

/// The nodes of the daemons, whose disks bear out who is said to hold what.
fn holders(daemons: &[&Daemon], photos: &[PhotoReport]) -> Result<Vec<NodeId>, String> {
    let mut nodes = Vec::new();
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
        nodes.push(node);
    }
    Ok(nodes)
}

/// No replica could move from a node to one that has two fewer and lacks it.
fn balanced(daemons: &[&Daemon], photos: &[PhotoReport], nodes: &[NodeId]) -> Result<(), String> {
    let mut loads: BTreeMap<NodeId, usize> = nodes.iter().map(|node| (*node, 0)).collect();
    for holder in photos.iter().flat_map(|photo| &photo.holders) {
        *loads.entry(*holder).or_default() += 1;
    }
    for (daemon, from) in daemons.iter().zip(nodes) {
        let replicas = disk::files(&daemon.folder().join(".photomesh/replicas"));
        for photo in photos.iter().filter(|photo| {
            let is_replica = |(_, id): &(_, PhotoId)| *id == photo.id;
            replicas.iter().any(is_replica)
        }) {
            let light = |to: &&NodeId| loads[from] >= loads[*to] + 2 && !photo.holders.contains(to);
            if let Some(to) = nodes.iter().find(light) {
                let (heavy, light) = (loads[from], loads[to]);
                let name = &photo.name;
                return Err(format!(
                    "{name} could move from {from} with {heavy} photos to {to} with {light}"
                ));
            }
        }
    }
    Ok(())
}

/// No half-written file is left.
fn nothing_left(folder: &Path) -> Result<(), String> {
    let tmp = folder.join(".photomesh/tmp");
    let mut files = fs::read_dir(&tmp).into_iter().flatten().flatten();
    match files.next() {
        None => Ok(()),
        Some(file) => Err(format!("{} is left over", file.path().display())),
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

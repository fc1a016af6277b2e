//! Disks of different sizes, and one that is emptied.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use photomesh::photo::PhotoId;
use photomesh::protocol::Address;

use crate::support::agreement::Expected;
use crate::support::ask;
use crate::support::daemon::Daemon;
use crate::support::disk;
use crate::support::wait::eventually;
use crate::{Mesh, PATIENCE, all_served, own_pictures};

/// A daemon in whose folder so many bytes of the collection may lie.
pub(crate) fn start(folder: &Path, way_in: Option<&Address>, options: &[&str]) -> Daemon {
    let program = Path::new(env!("CARGO_BIN_EXE_photomesh"));
    let way_in = way_in.map(Address::to_string);
    let mut all = vec!["--grace", "3s", "--pin", "2s"];
    all.extend(options);
    all.extend(way_in.iter().flat_map(|address| ["--join", address]));
    Daemon::start(program, folder, &all).unwrap()
}

fn drain(daemon: &Daemon, options: &[&str]) -> Output {
    let program = Path::new(env!("CARGO_BIN_EXE_photomesh"));
    let mut command = Command::new(program);
    command.args(["drain", "--daemon", &daemon.address().to_string()]).args(options);
    command.output().unwrap()
}

/// The photos in a folder: its owner's own, and those that are kept for others.
fn photos(folder: &Path) -> BTreeMap<PathBuf, PhotoId> {
    let kept = folder.join(".photomesh/replicas");
    let lies = |path: &Path| [Some(folder), Some(&kept)].contains(&path.parent());
    disk::files(folder).into_iter().filter(|(path, _)| lies(path)).collect()
}

/// Their bytes.
fn bytes(folder: &Path) -> u64 {
    photos(folder).keys().map(|path| path.metadata().map_or(0, |file| file.len())).sum()
}

#[test]
fn photos_lie_where_there_is_room_for_them() {
    let mut mesh = Mesh::new();
    let expected = own_pictures(&mesh, 1, 24);
    let all = bytes(&mesh.folder(0));
    let ana = start(&mesh.folder(0), None, &[]);
    let sizes = [all / 4, all, 0];
    let others: Vec<Daemon> = (1..)
        .zip(sizes)
        .map(|(number, size)| {
            let size = format!("{size}B");
            start(&mesh.folder(number), Some(ana.address()), &["--capacity", &size])
        })
        .collect();
    mesh.daemons.push(ana);
    mesh.daemons.extend(others);
    mesh.settles(&expected, 2);
    let kept = |number: usize| bytes(&mesh.folder(number)) as f64 / all as f64;
    // A disk of a fourth of the size has a fifth of all; one of no size is for reading.
    let shared = || match (kept(1), kept(2), kept(3)) {
        (small, large, 0.0) if (0.1..=0.25).contains(&small) && large >= 0.75 => Ok(()),
        shares => Err(format!("{shares:?}")),
    };
    eventually("the disks are equally full for their sizes", PATIENCE, shared).unwrap();
    mesh.settles(&expected, 2);
    let status = ask::status(mesh.daemons[3].address()).unwrap();
    let told = status.nodes.iter().find(|node| node.id == status.node).unwrap();
    assert_eq!((told.disk.capacity, told.disk.room), (Some(0), Some(0)));
}

#[test]
fn what_finds_no_room_is_said_to_find_none() {
    let mut mesh = Mesh::new();
    own_pictures(&mesh, 1, 3);
    let ana = start(&mesh.folder(0), None, &[]);
    let ben = start(&mesh.folder(1), Some(ana.address()), &["--capacity", "0"]);
    let said = |daemon: &Daemon| {
        let status = ask::status(daemon.address())?;
        let reasons: Vec<&str> = status.at_risk.iter().map(|risk| risk.reason.as_str()).collect();
        match reasons[..] {
            [why, ..] if why.starts_with("no other node has room for it") => Ok(()),
            _ => Err(format!("{reasons:?}")),
        }
    };
    eventually("it is said why", PATIENCE, || said(&ana)).unwrap();
    mesh.daemons.extend([ana, ben]);
}

#[test]
fn a_node_that_is_drained_leaves_all_that_it_has_with_the_others_though_one_dies() {
    let mut mesh = Mesh::new();
    let expected: Expected = own_pictures(&mesh, 4, 6);
    mesh.start(None);
    (0..3).for_each(|_| drop(mesh.start(Some(0))));
    mesh.settles(&expected, 2);
    let before = photos(&mesh.folder(0));
    mesh.daemons[3].kill().unwrap();
    let output = drain(&mesh.daemons[0], &[]);
    let words = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(words.starts_with("all is handed over"), "{words}");
    // At this very moment the two that are left have everything.
    let folders = [mesh.folder(1), mesh.folder(2)];
    let copies = disk::copies(&[&folders[0], &folders[1]]);
    assert!(expected.values().all(|id| copies.contains_key(id)), "{copies:?}");
    let status = mesh.daemons[0].wait(PATIENCE).unwrap();
    assert!(status.success(), "it has left by itself");
    assert_eq!(photos(&mesh.folder(0)), before, "its folder is as it was");
    let rest = mesh.daemons.split_off(1);
    mesh.daemons = rest.into_iter().take(2).collect();
    mesh.settles(&expected, 2);
    all_served(&mesh.daemons, &expected);
}

#[test]
fn draining_can_be_called_off_and_survives_a_restart() {
    let mut mesh = Mesh::new();
    own_pictures(&mesh, 1, 2);
    let mut ana = start(&mesh.folder(0), None, &[]);
    let mut waiting = Command::new(env!("CARGO_BIN_EXE_photomesh"))
        .args(["drain", "--daemon", &ana.address().to_string()])
        .spawn()
        .unwrap();
    let drains = |daemon: &Daemon, wanted: bool| {
        let status = ask::status(daemon.address())?;
        let own = status.nodes.iter().find(|node| node.id == status.node);
        match own.is_some_and(|node| node.disk.draining) == wanted {
            true => Ok(()),
            false => Err(format!("{own:?}")),
        }
    };
    eventually("it drains", PATIENCE, || drains(&ana, true)).unwrap();
    ana.kill().unwrap();
    assert_eq!(waiting.wait().unwrap().code(), Some(69), "nothing is handed over, it is gone");
    let ana = start(&mesh.folder(0), None, &[]);
    eventually("it drains again", PATIENCE, || drains(&ana, true)).unwrap();
    let output = drain(&ana, &["--cancel"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    eventually("it stays", PATIENCE, || drains(&ana, false)).unwrap();
    mesh.daemons.push(ana);
}

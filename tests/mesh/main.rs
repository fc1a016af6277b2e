//! Real daemons, real disks, real sockets: what a mesh promises, seen from outside.
//!
//! Nothing here sleeps and hopes: every promise has a deadline, and is looked for again and again until then.
#![allow(clippy::unwrap_used, reason = "a test may end where its ground gives way")]

mod clients;
mod disks;
mod hot;
mod python;
#[path = "../support/mod.rs"]
mod support;
mod traces;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use photomesh::photo::PhotoId;
use photomesh::protocol::{Address, Answer, Request};
use support::agreement::{Expected, listed, settled};
use support::ask;
use support::daemon::Daemon;
use support::disk;
use support::line::Line;
use support::pictures::{annotated, draw, grey, jpeg, png, smaller};
use support::wait::eventually;
use tempfile::TempDir;

/// Whatever a mesh does by itself has to be done within this time, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// After how long a node is missed, in seconds.
const GRACE: u64 = 3;

/// Daemons and the place where their folders are.
struct Mesh {
    // Killed before their folders are removed: fields are dropped in order.
    daemons: Vec<Daemon>,
    place: TempDir,
}

impl Mesh {
    fn new() -> Mesh {
        Mesh { daemons: Vec::new(), place: TempDir::new().unwrap() }
    }

    /// The folder of the daemon of this number.
    fn folder(&self, number: usize) -> PathBuf {
        let folder = self.place.path().join(format!("node{number}"));
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    /// Puts a picture into a folder; its id.
    fn give(&self, number: usize, name: &str, bytes: &[u8]) -> PhotoId {
        disk::lay(&self.folder(number).join(name), bytes).unwrap();
        PhotoId::of(bytes)
    }

    /// Starts the next daemon, which joins through the one of this number.
    fn start(&mut self, through: Option<usize>) -> Address {
        let way_in = through.map(|through| self.daemons[through].address().to_string());
        let daemon = start(&self.folder(self.daemons.len()), way_in.as_deref());
        self.daemons.push(daemon);
        self.daemons[self.daemons.len() - 1].address().clone()
    }

    /// Waits until all daemons agree on this collection, on so many disks.
    fn settles(&self, expected: &Expected, copies: usize) {
        let daemons: Vec<&Daemon> = self.daemons.iter().collect();
        let agreed =
            eventually("the mesh settles", PATIENCE, || settled(&daemons, expected, copies));
        agreed.unwrap();
    }
}

fn start(folder: &Path, way_in: Option<&str>) -> Daemon {
    let program = Path::new(env!("CARGO_BIN_EXE_photomesh"));
    let grace = format!("{GRACE}s");
    let mut options = vec!["--grace", &grace, "--pin", "2s"];
    options.extend(way_in.iter().flat_map(|address| ["--join", address]));
    Daemon::start(program, folder, &options).unwrap()
}

/// Gives every node so many pictures of its own; the whole collection.
fn own_pictures(mesh: &Mesh, nodes: usize, each: u64) -> Expected {
    let mut expected = Expected::new();
    for node in 0..nodes {
        for picture in 0..each {
            let number = node as u64 * each + picture;
            let name = format!("picture{number:03}.jpg");
            let bytes = jpeg(&draw(number, 240, 160), 90);
            expected.insert(name.clone(), mesh.give(node, &name, &bytes));
        }
    }
    expected
}

/// Every photo of the collection, through every daemon, is what it should be.
fn all_served<'a>(daemons: impl IntoIterator<Item = &'a Daemon>, expected: &Expected) {
    for daemon in daemons {
        for (label, id) in expected {
            let (_, named, bytes) = ask::fetch(daemon.address(), label).unwrap();
            assert_eq!((named, PhotoId::of(&bytes)), (*id, *id), "{label}");
        }
    }
}

#[test]
fn any_node_is_a_way_in_and_every_photo_is_on_two_disks() {
    let mut mesh = Mesh::new();
    let expected = own_pictures(&mesh, 4, 6);
    mesh.start(None);
    mesh.start(Some(0));
    mesh.start(Some(1));
    mesh.start(Some(2));
    mesh.settles(&expected, 2);
    all_served(&mesh.daemons, &expected);
    // The first one is not special afterwards.
    mesh.daemons[0].stop(PATIENCE).unwrap();
    mesh.daemons.remove(0);
    mesh.settles(&expected, 2);
}

#[test]
fn nodes_even_out_although_one_has_brought_everything() {
    let mut mesh = Mesh::new();
    let expected = own_pictures(&mesh, 1, 30);
    mesh.start(None);
    mesh.start(Some(0));
    mesh.start(Some(0));
    mesh.settles(&expected, 2);
    // The owner keeps all originals; the replicas are shared by the other two.
    let balanced = || {
        let status = ask::status(mesh.daemons[0].address())?;
        let mut loads: Vec<u64> = status.nodes.iter().map(|node| node.photos).collect();
        loads.sort_unstable();
        match loads[..] {
            [14..=16, 14..=16, 30] => Ok(()),
            _ => Err(format!("{loads:?}")),
        }
    };
    eventually("the loads are even", PATIENCE, balanced).unwrap();
    mesh.settles(&expected, 2);
}

#[test]
fn worse_versions_give_way_and_their_names_lead_to_the_best() {
    let mut mesh = Mesh::new();
    let picture = draw(7, 480, 320);
    let best = mesh.give(0, "lake.jpg", &jpeg(&picture, 92));
    let worse = [
        (0, "lake small.jpg", jpeg(&smaller(&picture, 50), 85)),
        (1, "lake bw.jpg", jpeg(&grey(&picture), 92)),
        (1, "lake dated.png", png(&annotated(&smaller(&picture, 75)))),
        (2, "lake web.jpg", jpeg(&smaller(&picture, 40), 70)),
    ];
    for (node, name, bytes) in &worse {
        mesh.give(*node, name, bytes);
    }
    let copy = jpeg(&picture, 92);
    mesh.give(2, "lake.jpg", &copy);
    let other = mesh.give(1, "forest.jpg", &jpeg(&draw(8, 480, 320), 90));
    let expected =
        Expected::from([("lake.jpg".to_owned(), best), ("forest.jpg".to_owned(), other)]);

    // Alone in the world, a folder stays as it is; the list shows the best.
    mesh.start(None);
    let alone = Expected::from([("lake.jpg".to_owned(), best)]);
    eventually("one picture is shown", PATIENCE, || listed(&mesh.daemons[0], &alone)).unwrap();
    assert!(mesh.folder(0).join("lake small.jpg").exists());

    mesh.start(Some(0));
    mesh.start(Some(0));
    mesh.settles(&expected, 2);
    for (node, name, bytes) in &worse {
        let id = PhotoId::of(bytes);
        assert!(!mesh.folder(*node).join(name).exists(), "{name} is still in its place");
        assert!(disk::has(&mesh.folder(*node), id), "{name} is gone for good");
        for daemon in &mesh.daemons {
            let (label, id, _) = ask::fetch(daemon.address(), name).unwrap();
            assert_eq!((label.as_str(), id), ("lake.jpg", best), "asked for {name}");
        }
    }
}

#[test]
fn a_killed_node_takes_nothing_with_it_and_is_welcome_back() {
    let mut mesh = Mesh::new();
    let expected = own_pictures(&mesh, 4, 8);
    mesh.start(None);
    for _ in 1..4 {
        mesh.start(Some(0));
    }
    mesh.settles(&expected, 2);
    let node = ask::status(mesh.daemons[1].address()).unwrap().node;
    let own: BTreeSet<PhotoId> = expected.values().skip(8).take(8).copied().collect();

    mesh.daemons[1].kill().unwrap();
    let killed = Instant::now();
    let folder = mesh.daemons.remove(1).folder().to_owned();
    all_served(&mesh.daemons, &expected);
    mesh.settles(&expected, 2);
    let limit = Duration::from_secs(GRACE + 5);
    assert!(killed.elapsed() <= limit, "two copies again only after {:?}", killed.elapsed());

    // Back on its folder alone, without being told where the others are: it is the same node, and it remembers.
    mesh.daemons.push(start(&folder, None));
    mesh.settles(&expected, 2);
    let back = &mesh.daemons[3];
    assert_eq!(ask::status(back.address()).unwrap().node, node);
    for id in own {
        assert!(disk::has(back.folder(), id), "a file of its own is gone");
    }
    all_served(&mesh.daemons, &expected);
}

#[test]
fn a_daemon_that_knows_no_attachments_shares_its_photos_all_the_same() {
    for old in [true, false] {
        let mut mesh = Mesh::new();
        let expected = own_pictures(&mesh, 2, 3);
        let first = mesh.start(None);
        let line = Line::to(&first, old).unwrap();
        mesh.daemons.push(start(&mesh.folder(1), Some(&line.address().to_string())));
        mesh.settles(&expected, 2);
        all_served(&mesh.daemons, &expected);
        // Every JPEG begins so, and no base64 has such bytes.
        assert_eq!(line.has_carried(&[0xff, 0xd8, 0xff]), !old);
        assert_eq!(line.has_carried(b"\"data\":\"/9j/"), old);
    }
}

#[test]
fn a_node_that_leaves_hands_over_what_only_it_has() {
    let mut mesh = Mesh::new();
    mesh.start(None);
    mesh.start(Some(0));
    mesh.settles(&Expected::new(), 2);
    let bytes = jpeg(&draw(3, 240, 160), 90);
    let id = mesh.give(1, "last.jpg", &bytes);
    let expected = Expected::from([("last.jpg".to_owned(), id)]);
    eventually("the new file is listed", PATIENCE, || listed(&mesh.daemons[1], &expected)).unwrap();
    let status = mesh.daemons[1].stop(PATIENCE).unwrap();
    assert!(status.success(), "{status}");
    all_served(&mesh.daemons[..1], &expected);
    assert!(disk::has(&mesh.folder(0), id));
}

#[test]
fn a_new_file_in_a_running_folder_joins_the_collection() {
    let mut mesh = Mesh::new();
    mesh.start(None);
    mesh.start(Some(0));
    let bytes = jpeg(&draw(11, 240, 160), 90);
    fs::create_dir(mesh.folder(0).join("today")).unwrap();
    // Written just now: it is left alone until it rests.
    fs::write(mesh.folder(0).join("today/new.jpg"), &bytes).unwrap();
    let id = PhotoId::of(&bytes);
    mesh.settles(&Expected::from([("new.jpg".to_owned(), id)]), 2);
    let request =
        Request::Explain { image_name: "new.jpg".to_owned(), exact: false, shared: false };
    let Answer::Explained(told) = ask::ask(mesh.daemons[1].address(), &request).unwrap() else {
        panic!("no explanation");
    };
    assert_eq!((told.photo.width, told.photo.height), (240, 160));
    assert_eq!(told.held.len(), 2);
}

#[test]
fn a_log_says_which_of_ones_own_files_are_gone() {
    let mut mesh = Mesh::new();
    for number in 1..=3 {
        mesh.give(0, &format!("{number}.jpg"), &jpeg(&draw(number, 240, 160), 90));
    }
    mesh.start(None);
    let says = |words: &str| match mesh.daemons[0].log() {
        log if log.contains(words) => Ok(()),
        log => Err(log),
    };
    eventually("they are found", PATIENCE, || says("photos of yours: 3")).unwrap();
    fs::remove_file(mesh.folder(0).join("1.jpg")).unwrap();
    fs::remove_file(mesh.folder(0).join("2.jpg")).unwrap();
    let gone = "files of yours that are gone: 2: 1.jpg, 2.jpg";
    eventually("they are missed", PATIENCE, || says(gone)).unwrap();
}

#[test]
fn a_daemon_that_is_to_join_itself_says_so_and_does_not_wait() {
    let place = TempDir::new().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_photomesh"));
    let itself = ["--advertise", "10.0.0.1:5000", "--join", "10.0.0.1:5000"];
    let output = command.args(["daemon", "--port", "0"]).args(itself).arg(place.path()).output();
    let output = output.unwrap();
    let words = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{words}");
    assert!(words.contains("this very daemon"), "{words}");
}

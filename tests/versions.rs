//! Versions of a picture, with real daemons: what was put away is told, can be had as it is, and comes back.
#![allow(clippy::unwrap_used, reason = "a test may end where its ground gives way")]

mod support;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use photomesh::photo::PhotoId;
use support::agreement::{Expected, settled};
use support::daemon::Daemon;
use support::disk;
use support::pictures::{draw, jpeg, smaller};
use support::wait::eventually;
use tempfile::TempDir;

/// Whatever a mesh does by itself has to be done within this time, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

fn start(folder: &Path, way_in: Option<&Daemon>) -> Daemon {
    let program = Path::new(env!("CARGO_BIN_EXE_photomesh"));
    let mut options = vec!["--grace", "2s", "--pin", "2s"];
    let address = way_in.map(|daemon| daemon.address().to_string());
    options.extend(address.iter().flat_map(|address| ["--join", address]));
    Daemon::start(program, folder, &options).unwrap()
}

fn run(daemon: &Daemon, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_photomesh"));
    let command = command.args(arguments);
    let command = command.env("PHOTOMESH_DAEMON", daemon.address().to_string());
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn settle(daemons: &[Daemon], expected: &Expected) {
    let all: Vec<&Daemon> = daemons.iter().collect();
    let agreed = eventually("the mesh settles", PATIENCE, || settled(&all, expected, 2));
    agreed.unwrap();
}

#[test]
fn a_worse_version_is_told_had_as_it_is_and_told_apart() {
    let place = TempDir::new().unwrap();
    let folders = ["a", "b", "c"].map(|name| place.path().join(name));
    folders.iter().for_each(|folder| fs::create_dir_all(folder).unwrap());
    let picture = draw(1, 480, 320);
    let (large, small) = (jpeg(&picture, 90), jpeg(&smaller(&picture, 50), 80));
    fs::write(folders[0].join("large.jpg"), &large).unwrap();
    fs::write(folders[1].join("small.jpg"), &small).unwrap();
    let large_id = PhotoId::of(&large);
    let mut expected = Expected::from([("large.jpg".to_owned(), large_id)]);

    let mut daemons = vec![start(&folders[0], None)];
    daemons.push(start(&folders[1], Some(&daemons[0])));
    daemons.push(start(&folders[2], Some(&daemons[0])));
    settle(&daemons, &expected);
    let put_away = || match folders[1].join("small.jpg").exists() {
        true => Err("it is in the folder".to_owned()),
        false => Ok(()),
    };
    eventually("the worse version is put away", PATIENCE, put_away).unwrap();

    // From its own node's trash, and through nodes that have never had it.
    for daemon in &daemons {
        let output = run(daemon, &["get", "small.jpg", "-o", "-"]);
        assert_eq!(output.stdout, large);
        let said = text(&output.stderr);
        let wanted =
            "small.jpg is shown as large.jpg (same picture, 480 x 320 instead of 240 x 160)";
        assert!(said.contains(wanted), "{said}");
        let output = run(daemon, &["get", "--exact", "small.jpg", "-o", "-"]);
        assert_eq!(output.stdout, small, "{}", text(&output.stderr));
    }

    let told = text(&run(&daemons[1], &["duplicates"]).stdout);
    for wanted in ["large.jpg (", "same: small.jpg (", "240 x 160 instead of 480 x 320"] {
        assert!(told.contains(wanted), "{wanted:?} is missing in\n{told}");
    }
    assert!(told.contains("in its owner's trash; stays until you purge it"), "{told}");

    let output = run(&daemons[1], &["distinct", "large.jpg", "small.jpg"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(folders[1].join("small.jpg").exists(), "back before the answer");
    expected.insert("small.jpg".to_owned(), PhotoId::of(&small));
    settle(&daemons, &expected);
    assert!(disk::has(&folders[1], PhotoId::of(&small)));
    let output = run(&daemons[1], &["duplicates"]);
    assert_eq!(text(&output.stdout), "");
}

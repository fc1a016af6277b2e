//! An owner removes a photo, with real daemons: it is gone from every list, its bytes are in every trash, and it comes
//! back when he thinks better of it.
#![allow(clippy::unwrap_used, reason = "a test may end where its ground gives way")]

mod support;

use std::fs;
use std::path::Path;
use std::time::Duration;

use photomesh::client::{self, Consent, Failure};
use photomesh::photo::PhotoId;
use support::agreement::{Expected, settled};
use support::ask;
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

fn connect(daemon: &Daemon) -> client::Daemon {
    client::Daemon::connect(daemon.address(), None).unwrap()
}

fn remove(daemon: &Daemon, name: &str, consent: Consent) -> Result<String, Failure> {
    let mut out = Vec::new();
    client::remove(&mut connect(daemon), name, false, consent, &mut out)?;
    Ok(String::from_utf8(out).unwrap())
}

fn settle(daemons: &[Daemon], expected: &Expected) {
    let all: Vec<&Daemon> = daemons.iter().collect();
    let agreed = eventually("the mesh settles", PATIENCE, || settled(&all, expected, 2));
    agreed.unwrap();
}

fn give(folder: &Path, name: &str, bytes: &[u8]) -> PhotoId {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
    PhotoId::of(bytes)
}

#[test]
fn a_removed_photo_is_in_every_trash_and_no_list_until_it_is_taken_back() {
    let place = TempDir::new().unwrap();
    let folders = ["a", "b", "c"].map(|name| place.path().join(name));
    let picture = draw(1, 480, 320);
    let cat = give(&folders[0], "2024/cat.jpg", &jpeg(&picture, 90));
    let small = give(&folders[0], "small.jpg", &jpeg(&smaller(&picture, 50), 80));
    let other = give(&folders[1], "other.jpg", &jpeg(&draw(2, 240, 160), 90));
    let rest = Expected::from([("other.jpg".to_owned(), other)]);
    let mut all = rest.clone();
    all.insert("cat.jpg".to_owned(), cat);

    let mut daemons = vec![start(&folders[0], None)];
    daemons.push(start(&folders[1], Some(&daemons[0])));
    daemons.push(start(&folders[2], Some(&daemons[0])));
    settle(&daemons, &all);

    // Only its owner can.
    let owner = format!("at {}", daemons[0].address());
    let refused = remove(&daemons[1], "cat.jpg", Consent::Given).unwrap_err();
    assert_eq!(refused.exit_code(), 77);
    assert!(refused.to_string().contains(&owner), "{refused}");
    let plan = remove(&daemons[0], "cat.jpg", Consent::Withheld).unwrap();
    assert!(plan.contains("your file goes to this node's trash"), "{plan}");
    settle(&daemons, &all);

    let copies = |id: PhotoId| folders.iter().filter(|folder| disk::has(folder, id)).count();
    let before = copies(cat);
    assert!(before >= 2);
    remove(&daemons[0], "cat.jpg", Consent::Given).unwrap();
    assert!(!folders[0].join("2024/cat.jpg").exists());
    settle(&daemons, &rest);
    assert_eq!(copies(cat), before, "no byte is deleted");
    let asked = ask::fetch(daemons[2].address(), &cat.to_string()).unwrap_err();
    assert!(asked.contains("removed") && asked.contains(&owner), "{asked}");

    // It stays so when the owner's daemon starts anew, and the smaller version does not take its place.
    daemons[0].stop(PATIENCE).unwrap();
    daemons[0] = start(&folders[0], Some(&daemons[1]));
    settle(&daemons, &rest);
    assert_eq!(copies(cat), before);
    assert!(disk::has(&folders[0], small));

    let mut out = Vec::new();
    client::trash_restore(&mut connect(&daemons[0]), "cat.jpg", &mut out).unwrap();
    settle(&daemons, &all);
    assert_eq!(fs::read(folders[0].join("2024/cat.jpg")).map(|b| PhotoId::of(&b)).unwrap(), cat);
}

#[test]
fn who_wants_the_room_that_the_trash_takes_need_not_wait() {
    let place = TempDir::new().unwrap();
    let folders = ["a", "b"].map(|name| place.path().join(name));
    let cat = give(&folders[0], "cat.jpg", &jpeg(&draw(1, 240, 160), 90));
    let dog = give(&folders[1], "dog.jpg", &jpeg(&draw(2, 240, 160), 90));
    let mut expected = Expected::from([("cat.jpg".to_owned(), cat), ("dog.jpg".to_owned(), dog)]);
    let mut daemons = vec![start(&folders[0], None)];
    daemons.push(start(&folders[1], Some(&daemons[0])));
    settle(&daemons, &expected);
    expected.remove("cat.jpg");
    remove(&daemons[0], "cat.jpg", Consent::Given).unwrap();
    settle(&daemons, &expected);

    let purge = |older_than| {
        let mut out = Vec::new();
        let daemon = &mut connect(&daemons[0]);
        client::trash_purge(daemon, older_than, Consent::Given, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    assert_eq!(purge(1), "deleted: 0 photos\n", "not a day has passed");
    assert!(disk::has(&folders[0], cat));
    let deleted = || match purge(0).as_str() {
        "deleted: 1 photo\n" => Ok(()),
        told => Err(told.to_owned()),
    };
    eventually("the trash is emptied", PATIENCE, deleted).unwrap();
    assert!(!disk::has(&folders[0], cat));
    assert!(disk::has(&folders[1], cat), "each empties its own");
}

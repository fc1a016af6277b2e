//! Opening a folder: what is made, what is refused, what is remembered.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use photomesh::folder::{Folder, OpenError, Options, Reserve};
use photomesh::protocol::Holding::{Original, Replica};
use photomesh::protocol::{Address, NodeId};

use super::{Room, Told, day, picture, told};

#[test]
fn a_new_folder_is_made_and_its_identity_stays() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("photos/5002");
    let folder = Folder::open(&path, &Options::default()).unwrap();
    assert!(folder.is_first_start());
    let node = folder.identity().node();
    drop(folder);
    let folder = Folder::open(&path, &Options::default()).unwrap();
    assert!(!folder.is_first_start());
    assert_eq!(folder.identity().node(), node);
    let room = folder.room().unwrap();
    assert!(room.spare > 0 && room.spare < room.free, "{room:?}");
    let options = Options { reserve: Reserve::Percent(100), ..Options::default() };
    assert_eq!(Room::with(options).folder.room().unwrap().spare, 0);
    let other = Room::new();
    assert_ne!(other.folder.identity().node(), node);
}

#[test]
fn one_folder_has_one_daemon() {
    let room = Room::new();
    let error = Folder::open(room.dir.path(), &Options::default()).unwrap_err();
    assert!(matches!(error, OpenError::InUse(_)));
    assert!(error.to_string().contains("another photomesh daemon"));
    room.reopened();
}

#[test]
fn a_damaged_identity_is_refused_with_advice() {
    let room = Room::new();
    let Room { folder, dir, .. } = room;
    drop(folder);
    fs::write(dir.path().join(".photomesh/identity"), "nonsense").unwrap();
    let error = Folder::open(dir.path(), &Options::default()).unwrap_err();
    assert!(matches!(error, OpenError::Identity(_)));
    assert!(error.to_string().contains("restore it from a backup"));
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn what_a_daemon_keeps_is_for_its_owner_alone() {
    let mut room = Room::new();
    room.draw("cat.jpg", 1);
    room.scan();
    room.folder.note_nodes(&BTreeMap::from([(NodeId(1), Address::new("::1", 5001))]));
    let Room { folder, dir, .. } = room.reopened();
    assert!(!folder.was_open_to_others(), "made for its owner");
    drop(folder);
    let own = dir.path().join(".photomesh");
    assert_eq!(mode(&own), 0o700);
    for file in ["identity", "index", "nodes"] {
        assert_eq!(mode(&own.join(file)), 0o600, "{file}");
    }
    fs::set_permissions(&own, Permissions::from_mode(0o755)).unwrap();
    let folder = Folder::open(dir.path(), &Options::default()).unwrap();
    assert!(folder.was_open_to_others());
    assert_eq!(mode(&own), 0o700);
    drop(folder);
    assert!(
        !Folder::open(dir.path(), &Options::default()).unwrap().was_open_to_others(),
        "said once"
    );
}

#[test]
fn an_identity_that_others_can_read_is_refused_with_advice() {
    let Room { folder, dir, .. } = Room::new();
    drop(folder);
    let identity = dir.path().join(".photomesh/identity");
    for open in [0o644, 0o640, 0o604] {
        fs::set_permissions(&identity, Permissions::from_mode(open)).unwrap();
        let error = Folder::open(dir.path(), &Options::default()).unwrap_err();
        assert!(matches!(error, OpenError::Exposed(_)), "{error:?}");
        assert!(error.to_string().contains("chmod 600"), "{error}");
    }
    fs::set_permissions(&identity, Permissions::from_mode(0o400)).unwrap();
    Folder::open(dir.path(), &Options::default()).unwrap();
}

#[test]
fn a_place_that_is_no_folder_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "text").unwrap();
    for path in [file.clone(), file.join("below")] {
        let error = Folder::open(&path, &Options::default()).unwrap_err();
        assert!(error.to_string().contains("file"), "{error}");
    }
    // Not even root can make a directory there.
    if cfg!(target_os = "linux") {
        let error = Folder::open("/proc/self/photos".as_ref(), &Options::default()).unwrap_err();
        assert!(error.to_string().contains("/proc/self/photos"), "{error}");
    }
}

/// Where not even root may write.
#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_cannot_be_written_is_refused_with_advice() {
    let error = Folder::open("/sys/photos".as_ref(), &Options::default()).unwrap_err();
    assert!(matches!(error, OpenError::ReadOnly(_)), "{error:?}");
    assert!(error.to_string().contains("may write to"), "{error}");
}

#[test]
fn leftovers_are_swept() {
    let mut room = Room::new();
    room.folder.write("put-1", 0, b"half a pho").unwrap();
    let cat = room.draw("cat.jpg", 1);
    room.scan();
    room.retire(cat, cat).unwrap();
    // As after a crash between the note and the move.
    let copy = room.trash(".photomesh/trash").remove(0);
    fs::rename(room.path(format!(".photomesh/trash/{copy}")), room.path("cat.jpg")).unwrap();
    assert_eq!(room.files(".photomesh/trash").len(), 1);
    assert_eq!(room.files(".photomesh/tmp"), ["put-1"]);
    let room = room.reopened();
    assert!(room.files(".photomesh/tmp").is_empty());
    assert!(room.files(".photomesh/trash").is_empty());
}

#[test]
fn only_notes_of_our_own_are_swept() {
    let mut room = Room::new();
    for content in [&b"{}"[..], b"", &picture(1)] {
        let foreign = room.path(".photomesh/trash/123-cat.jpg.json");
        fs::write(&foreign, content).unwrap();
        room = room.reopened();
        assert_eq!(fs::read(&foreign).unwrap(), content);
    }
}

#[test]
fn a_path_may_be_spelt_in_another_way_in_the_index() {
    let mut room = Room::new();
    let cat = room.draw("2024/may/cat.png", 1);
    room.scan();
    let index = room.path(".photomesh/index");
    let text = fs::read_to_string(&index).unwrap();
    fs::write(&index, text.replace("2024/may/", "2024//./may/")).unwrap();
    let mut room = room.reopened();
    let (changes, inspections) = room.inspect();
    assert_eq!(told(&changes), [Told::Held(cat, Original, 1), Told::Scanned(0)]);
    assert!(inspections.is_empty(), "it is the same file");
}

#[test]
fn nodes_are_remembered() {
    let mut room = Room::new();
    let nodes =
        BTreeMap::from([("0123456789abcdef".parse().unwrap(), "[::1]:5001".parse().unwrap())]);
    room.folder.note_nodes(&nodes);
    let mut room = room.reopened();
    assert_eq!(room.folder.known_nodes(), nodes);
    room.folder.note_nodes(&BTreeMap::new());
    assert!(room.reopened().folder.known_nodes().is_empty());
}

#[test]
fn far_too_many_missing_photos_are_refused_until_accepted() {
    let mut room = Room::new();
    for seed in 0..30 {
        room.draw(&format!("{seed}.jpg"), seed);
    }
    room.scan();
    let Room { folder, dir, .. } = room;
    drop(folder);
    for seed in 0..21 {
        fs::remove_file(dir.path().join(format!("{seed}.jpg"))).unwrap();
    }
    for _ in 0..2 {
        let error = Folder::open(dir.path(), &Options::default()).unwrap_err();
        assert!(matches!(error, OpenError::Missing { missing: 21, known: 30, .. }), "{error:?}");
        assert!(error.to_string().contains("--accept-missing"));
    }
    let accepting = Options { accept_missing: true, ..Options::default() };
    let mut folder = Folder::open(dir.path(), &accepting).unwrap();
    let absorbed = folder.absorb(folder.walker().walk());
    assert_eq!(absorbed.changes.len(), 10);
    drop(folder);
    Folder::open(dir.path(), &Options::default()).unwrap();
}

#[test]
fn all_may_be_edited_at_once() {
    let mut room = Room::new();
    for seed in 0..30 {
        room.draw(&format!("{seed}.jpg"), seed);
    }
    room.scan();
    for seed in 0..30 {
        room.draw(&format!("{seed}.jpg"), seed + 100);
    }
    assert_eq!(told(&room.scan()).last(), Some(&Told::Scanned(0)));
}

#[test]
fn photos_are_read_again_within_the_days_of_scrubbing() {
    let mut room = Room::new();
    let mut ids: Vec<_> = (0..10).map(|seed| room.draw(&format!("{seed}.jpg"), seed)).collect();
    ids.push(room.install(20, "fox.jpg", Replica));
    room.scan();
    assert!(room.folder.next_to_scrub().is_none(), "all were just read");
    let mut read = Vec::new();
    let mut hours = 0;
    while hours < 30 * 24 {
        room.folder.tick(Duration::from_secs(3600));
        hours += 1;
        if let Some(recheck) = room.folder.next_to_scrub() {
            assert!(room.folder.next_to_scrub().is_none(), "one at a time");
            assert!(recheck.is_sound());
            room.folder.scrubbed(recheck.photo());
            read.push((hours, recheck.photo()));
        }
    }
    let first: Vec<_> = read[..11].iter().map(|(_, id)| *id).collect();
    assert!(ids.iter().all(|id| first.contains(id)), "{read:?}");
    assert!(read[0].0 > 14 * 24, "not all the time");
    assert!(read[10].0 - read[0].0 > 10 * 24, "not all at once");
}

#[test]
fn an_impossible_time_of_running_is_taken_for_none() {
    let mut room = Room::new();
    let cat = room.draw("cat.jpg", 1);
    let dog = room.draw("dog.jpg", 2);
    let fox = room.draw("fox.jpg", 3);
    room.scan();
    room.retire(cat, fox).unwrap();
    room.retire(dog, fox).unwrap();
    let Room { folder, dir, .. } = room;
    drop(folder);
    let spoil = |name: &str, key: &str| {
        let path = dir.path().join(".photomesh").join(name);
        let text = fs::read_to_string(&path).unwrap();
        let (before, rest) = text.split_once(key).unwrap();
        let rest = rest.trim_start_matches([':', ' ']);
        let rest = rest.trim_start_matches(|digit: char| digit.is_ascii_digit());
        fs::write(&path, format!("{before}{key}: {}{rest}", u64::MAX)).unwrap();
    };
    let note = format!("trash/{}-cat.jpg.json", &cat.to_string()[..12]);
    spoil(&note, "\"running\"");
    spoil("index", "\"running\"");
    spoil("index", "\"checked\"");
    let mut folder = Folder::open(dir.path(), &Options::default()).unwrap();
    let mut walker = folder.walker();
    let absorbed = folder.absorb(walker.walk());
    assert_eq!(told(&absorbed.changes).len(), 4, "{absorbed:?}");
    // Nothing is due before its time, and what nobody can date stays.
    assert_eq!(folder.tick(day() * 29), []);
    assert_eq!(told(&folder.tick(day() * 2)), [Told::Expired(dog)]);
    assert!(folder.next_to_scrub().is_some());
}

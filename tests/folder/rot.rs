//! Bytes that are not what they were.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::time::SystemTime;

use photomesh::folder::{Change, Options};
use photomesh::photo::PhotoId;
use photomesh::protocol::Holding::{Original, Replica};

use super::{Room, Told, day, picture, told};

/// Changes a byte of a file in a way that no stamp shows.
fn rot(room: &Room, path: &str) {
    let path = room.path(path);
    let mut bytes = fs::read(&path).unwrap();
    bytes[60] ^= 1;
    let modified = fs::metadata(&path).unwrap().modified().unwrap();
    let mut file = File::options().write(true).open(&path).unwrap();
    file.write_all(&bytes).unwrap();
    file.set_modified(modified).unwrap();
}

#[test]
fn a_rotten_replica_is_set_aside_and_can_be_repaired() {
    let mut room = Room::new();
    let id = room.install(1, "cat.jpg", Replica);
    let name = format!(".photomesh/replicas/{}", room.files(".photomesh/replicas")[0]);
    rot(&room, &name);
    // The change time shows what a disk that rots would not; a scan in between makes it the known one again.
    let changes = damaged(&mut room, id, &name);
    assert_eq!(told(&changes), [Told::Damaged(id, name), Told::Missing(id)]);
    assert_eq!(room.files(".photomesh/damaged").len(), 1);
    assert!(room.files(".photomesh/replicas").is_empty());
    assert_eq!(room.install(1, "cat.jpg", Replica), id);
    assert_eq!(room.read(id), Some(picture(1)));
}

#[test]
fn a_rotten_original_stays_where_it_is_and_counts_no_more() {
    let mut room = Room::new();
    let id = room.draw("cat.jpg", 1);
    let dog = room.draw("dog.jpg", 2);
    room.draw("dog (2).jpg", 2);
    room.scan();
    rot(&room, "cat.jpg");
    let changes = damaged(&mut room, id, "cat.jpg");
    assert_eq!(told(&changes), [Told::Damaged(id, "cat.jpg".to_owned()), Told::Missing(id)]);
    rot(&room, "dog.jpg");
    let changes = damaged(&mut room, dog, "dog.jpg");
    assert_eq!(
        told(&changes),
        [Told::Damaged(dog, "dog.jpg".to_owned()), Told::Held(dog, Original, 1)]
    );
    assert!(room.path("cat.jpg").is_file());
    assert_eq!(told(&room.scan()), [Told::Scanned(0)]);
    let mut room = room.reopened();
    assert_eq!(told(&room.scan()), [Told::Held(dog, Original, 1), Told::Scanned(0)]);
    // Repaired from elsewhere, or by the friend's own backup.
    assert_eq!(room.install(1, "cat.jpg", Replica), id);
    room.draw("cat.jpg", 1);
    assert_eq!(told(&room.scan()), [Told::Held(id, Original, 1), Told::Scanned(0)]);
}

/// Reports a rotten file. The index is made to know the file's present change time, which rot does not change.
fn damaged(room: &mut Room, id: PhotoId, name: &str) -> Vec<Change> {
    hide_change_time(room, name);
    room.folder.damaged(id)
}

fn hide_change_time(room: &mut Room, name: &str) {
    let meta = fs::metadata(room.path(name)).unwrap();
    let changed = meta.ctime() * 1_000_000_000 + meta.ctime_nsec();
    let index = fs::read_to_string(room.path(".photomesh/index")).unwrap();
    let lines = index.lines().map(|line| {
        let mut line: serde_json::Value = serde_json::from_str(line).unwrap();
        if line["file"]["path"] == name {
            line["file"]["stamp"]["changed"] = changed.into();
        }
        format!("{line}\n")
    });
    let index: String = lines.collect();
    fs::write(room.path(".photomesh/index"), index).unwrap();
    replace_with(room, |room| room.reopened());
    room.scan();
}

fn replace_with(room: &mut Room, change: impl FnOnce(Room) -> Room) {
    let old = std::mem::replace(room, Room::new());
    *room = change(old);
}

#[test]
fn a_false_alarm_changes_nothing() {
    let mut room = Room::new();
    let id = room.install(1, "cat.jpg", Replica);
    let changes = room.folder.damaged(id);
    assert_eq!(told(&changes), [Told::Held(id, Replica, 0)]);
    assert_eq!(room.read(id), Some(picture(1)));
    let unknown = PhotoId::of(b"unknown");
    assert_eq!(told(&room.folder.damaged(unknown)), [Told::Missing(unknown)]);
}

#[test]
fn an_edit_that_a_reader_meets_first_is_no_damage() {
    let mut room = Room::new();
    let old = room.draw("cat.jpg", 1);
    room.scan();
    let new = room.draw("cat.jpg", 2);
    assert_eq!(told(&room.folder.damaged(old)), [Told::Missing(old)]);
    let changes = room.scan();
    assert_eq!(told(&changes), [Told::Held(new, Original, 1), Told::Scanned(0)]);
    assert!(room.path("cat.jpg").is_file());
}

/// The only file in a directory of our own, relative to the folder.
fn only_file(room: &Room, dir: &str) -> String {
    let mut files = room.files(dir);
    files.retain(|name| !name.ends_with(".json"));
    assert_eq!(files.len(), 1, "{files:?}");
    format!("{dir}/{}", files[0])
}

/// The bytes of the files that were set aside.
fn set_aside(room: &Room) -> Vec<Vec<u8>> {
    let mut names = room.files(".photomesh/damaged");
    names.retain(|name| !name.ends_with(".json"));
    let read = |name: &String| fs::read(room.path(".photomesh/damaged").join(name)).unwrap();
    names.iter().map(read).collect()
}

/// What may become of the bytes of a file: another picture, or none.
fn spoiled() -> [Vec<u8>; 3] {
    [picture(9), vec![0; 700], Vec::new()]
}

#[test]
fn a_replica_that_is_not_what_its_name_says_is_no_rival() {
    for index in [true, false] {
        for bytes in spoiled() {
            let mut room = Room::new();
            let cat = room.install(1, "cat.jpg", Replica);
            room.scan();
            let replica = only_file(&room, ".photomesh/replicas");
            fs::write(room.path(&replica), &bytes).unwrap();
            if !index {
                fs::remove_file(room.path(".photomesh/index")).unwrap();
                room = room.reopened();
            }
            let changes = told(&room.scan());
            if index {
                let damaged = Told::Damaged(cat, replica);
                assert_eq!(changes, [damaged, Told::Missing(cat), Told::Scanned(0)]);
            } else {
                // Which photo it was, nobody knows any more.
                assert_eq!(changes, [Told::Scanned(1)]);
            }
            assert_eq!(set_aside(&room), [bytes]);
            assert!(room.files(".photomesh/replicas").is_empty());
            let mut room = room.reopened();
            assert_eq!(told(&room.scan()), [Told::Scanned(0)]);
        }
    }
}

#[test]
fn nor_is_a_copy_in_the_trash() {
    for index in [true, false] {
        for bytes in spoiled() {
            let mut room = Room::new();
            let cat = room.draw("cat.jpg", 1);
            room.scan();
            room.retire(cat, cat).unwrap();
            let copy = only_file(&room, ".photomesh/trash");
            fs::write(room.path(&copy), &bytes).unwrap();
            if !index {
                fs::remove_file(room.path(".photomesh/index")).unwrap();
            }
            let mut room = room.reopened();
            let changes = told(&room.scan());
            let held = |told: &Told| matches!(told, Told::Held(..));
            assert!(!changes.iter().any(held), "{changes:?}");
            assert_eq!(set_aside(&room), [bytes]);
            assert!(room.files(".photomesh/trash").is_empty());
        }
    }
}

#[test]
fn a_changed_replica_is_set_aside_by_who_reads_it_first() {
    let mut room = Room::new();
    let cat = room.install(1, "cat.jpg", Replica);
    let replica = only_file(&room, ".photomesh/replicas");
    fs::write(room.path(&replica), picture(9)).unwrap();
    assert_eq!(told(&room.folder.damaged(cat)), [Told::Damaged(cat, replica), Told::Missing(cat)]);
    assert_eq!(set_aside(&room), [picture(9)]);
}

#[test]
fn what_a_person_puts_among_the_replicas_counts_as_what_it_is() {
    let mut room = Room::new();
    let cat = room.draw(".photomesh/replicas/cat.jpg", 1);
    fs::write(room.path(".photomesh/replicas/list.txt"), "a list").unwrap();
    assert_eq!(told(&room.scan()), [Told::Held(cat, Replica, 0), Told::Scanned(1)]);
}

#[test]
fn a_rotten_original_is_known_without_the_index() {
    let mut room = Room::new();
    let cat = room.draw("cat.jpg", 1);
    room.scan();
    rot(&room, "cat.jpg");
    damaged(&mut room, cat, "cat.jpg");
    let rotten = fs::read(room.path("cat.jpg")).unwrap();
    let forget = |room: &Room| fs::remove_file(room.path(".photomesh/index")).unwrap();
    let is_damage = |room: &mut Room, name: &str| {
        let changes = told(&room.scan());
        let damaged = Told::Damaged(cat, name.to_owned());
        assert_eq!(changes, [damaged, Told::Missing(cat), Told::Scanned(0)]);
        assert_eq!(told(&room.scan()), [Told::Scanned(0)], "it is no news");
    };
    forget(&room);
    let mut room = room.reopened();
    is_damage(&mut room, "cat.jpg");
    // A friend who touches it, or moves it, makes it no better.
    let file = File::options().write(true).open(room.path("cat.jpg"));
    file.unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
    assert_eq!(told(&room.scan()), [Told::Scanned(0)], "it is no news");
    fs::rename(room.path("cat.jpg"), room.path("tom.jpg")).unwrap();
    forget(&room);
    let mut room = room.reopened();
    is_damage(&mut room, "tom.jpg");
    assert_eq!(fs::read(room.path("tom.jpg")).unwrap(), rotten);
    // A backup does.
    room.draw("tom.jpg", 1);
    forget(&room);
    let mut room = room.reopened();
    assert_eq!(told(&room.scan()), [Told::Held(cat, Original, 1), Told::Scanned(0)]);
}

#[test]
fn a_rotten_file_that_replaces_a_good_one_is_no_edit() {
    let mut room = Room::new();
    let cat = room.draw("cat.jpg", 1);
    room.scan();
    rot(&room, "cat.jpg");
    damaged(&mut room, cat, "cat.jpg");
    let rotten = fs::read(room.path("cat.jpg")).unwrap();
    let dog = room.draw("cat.jpg", 2);
    room.scan();
    fs::write(room.path("cat.jpg"), &rotten).unwrap();
    room.scan();
    assert_eq!(
        told(&room.scan()),
        [
            Told::Damaged(cat, "cat.jpg".to_owned()),
            Told::Missing(cat),
            Told::Missing(dog),
            Told::Scanned(0)
        ]
    );
}

#[test]
fn scrubbing_reads_every_file_of_a_photo() {
    for name in ["cat.jpg", "sub/cat.jpg", "trash"] {
        let mut room = Room::with(Options { scrub_days: 1, ..Options::default() });
        let cat = room.install(1, "cat.jpg", Replica);
        room.draw("cat.jpg", 1);
        room.draw("sub/cat.jpg", 1);
        room.scan();
        room.folder.tick(day() / 2);
        let recheck = room.folder.next_to_scrub().unwrap();
        assert_eq!(recheck.photo(), cat);
        assert!(recheck.is_sound(), "{name}");
        match name {
            "trash" => rot(&room, &only_file(&room, ".photomesh/trash/surplus")),
            name => rot(&room, name),
        }
        assert!(!recheck.is_sound(), "{name}");
        // One that was moved meanwhile says nothing, but none at all is not sound.
        for name in ["cat.jpg", "sub/cat.jpg", ".photomesh/trash/surplus"] {
            let path = room.path(name);
            fs::rename(&path, path.with_extension("moved")).unwrap();
        }
        assert!(!recheck.is_sound(), "{name}");
    }
}

#[test]
fn scrubbing_takes_one_photo_after_the_other_and_goes_on_after_a_restart() {
    let mut room = Room::new();
    room.draw("cat.jpg", 1);
    room.draw("dog.jpg", 2);
    room.scan();
    assert!(room.folder.next_to_scrub().is_none(), "they were just read");
    room.folder.tick(15 * day());
    let first = room.folder.next_to_scrub().unwrap().photo();
    assert!(room.folder.next_to_scrub().is_none(), "there is time");
    // That it could not be read does not keep the other from being read.
    room.folder.tick(8 * day());
    let second = room.folder.next_to_scrub().unwrap().photo();
    assert_ne!(first, second);
    room.folder.scrubbed(second);
    let mut room = room.reopened();
    assert_eq!(room.folder.next_to_scrub().unwrap().photo(), first);
    room.folder.scrubbed(first);
    let mut room = room.reopened();
    assert!(room.folder.next_to_scrub().is_none(), "all are read");
}

#[test]
fn nothing_is_scrubbed_where_nothing_is_or_nobody_wants_it() {
    assert!(Room::new().folder.next_to_scrub().is_none());
    let mut room = Room::with(Options { scrub_days: 0, ..Options::default() });
    room.draw("cat.jpg", 1);
    room.scan();
    room.folder.tick(1_000 * day());
    assert!(room.folder.next_to_scrub().is_none());
}

#[test]
fn a_good_copy_is_not_given_up_for_a_rotten_one() {
    let mut room = Room::new();
    let cat = room.install(1, "cat.jpg", Replica);
    let replica = only_file(&room, ".photomesh/replicas");
    rot(&room, &replica);
    hide_change_time(&mut room, &replica);
    assert_eq!(room.install(1, "cat.jpg", Replica), cat);
    assert_eq!(room.read(cat), Some(picture(1)));
    assert_eq!(set_aside(&room).len(), 1);
}

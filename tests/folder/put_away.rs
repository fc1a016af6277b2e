//! Out of the collection and back.

use std::fs;
use std::os::unix::fs::symlink;

use photomesh::folder::{Moment, StoreError};
use photomesh::photo::PhotoId;
use photomesh::protocol::Departure;
use photomesh::protocol::Holding::{Original, Replica, RetiredOriginal};

use super::{Room, Told, day, picture, replaced, told};

const TRASH: &str = ".photomesh/trash";
const SURPLUS: &str = ".photomesh/trash/surplus";

#[test]
fn a_retired_original_has_a_note_and_returns_to_its_place() {
    let mut room = Room::new();
    let cat = room.draw("2024/-cat.jpg", 1);
    let keeper = PhotoId::of(b"a better one");
    room.scan();
    room.retire(cat, keeper).unwrap();
    assert!(!room.path("2024/-cat.jpg").exists());
    let copies = room.trash(TRASH);
    assert_eq!(copies, [format!("{}-cat.jpg", &cat.to_string()[..12])]);
    let note = fs::read(room.path(format!("{TRASH}/{}.json", copies[0]))).unwrap();
    let note: serde_json::Value = serde_json::from_slice(&note).unwrap();
    assert_eq!(note["photo"], cat.to_string());
    assert_eq!(note["why"], "retired");
    assert_eq!(note["replaced_by"], keeper.to_string());
    assert_eq!(note["original_path"], "2024/-cat.jpg");
    assert_eq!(note["holding"], "original");
    assert_eq!(note["names"][0], "-cat.jpg");
    assert!(note["when"].as_u64().unwrap() > 1_700_000_000);
    assert_eq!(told(&room.scan()), [Told::Scanned(0)], "it is no news");

    fs::remove_dir(room.path("2024")).unwrap();
    let mut room = room.reopened();
    assert_eq!(told(&room.scan()), [Told::Held(cat, RetiredOriginal, 0), Told::Scanned(0)]);
    assert_eq!(room.folder.restore(cat, None), Ok(Original));
    assert!(room.path("2024/-cat.jpg").is_file());
    assert!(room.files(TRASH).is_empty(), "its note is gone, too");
    assert_eq!(told(&room.scan()), [Told::Scanned(0)]);
}

#[test]
fn a_restored_photo_never_overwrites() {
    let mut room = Room::new();
    let cat = room.draw("sub/cat.jpg", 1);
    room.scan();
    room.retire(cat, cat).unwrap();
    fs::write(room.path("sub/cat.jpg"), "something new").unwrap();
    assert_eq!(room.folder.restore(cat, None), Ok(Original));
    assert_eq!(room.files("sub"), ["cat (2).jpg", "cat.jpg"]);
    assert_eq!(fs::read(room.path("sub/cat.jpg")).unwrap(), b"something new");
    assert_eq!(room.read(cat), Some(picture(1)));
}

#[test]
fn a_note_leads_to_no_place_outside() {
    for (path, expected) in [
        ("../evil.jpg", "evil.jpg"),
        ("/tmp/evil.jpg", "evil.jpg"),
        (".photomesh/identity", "identity"),
        ("link/evil.jpg", "evil.jpg"),
    ] {
        let mut room = Room::new();
        let cat = room.draw("cat.jpg", 1);
        room.scan();
        room.retire(cat, cat).unwrap();
        let outside = tempfile::tempdir().unwrap();
        symlink(outside.path(), room.path("link")).unwrap();
        let note = room.path(format!("{TRASH}/{}.json", room.trash(TRASH)[0]));
        let text = fs::read_to_string(&note).unwrap();
        fs::write(&note, text.replace("\"cat.jpg\"", &format!("{path:?}"))).unwrap();
        let mut room = room.reopened();
        room.scan();
        assert_eq!(room.folder.restore(cat, None), Ok(Original));
        assert!(room.path(expected).is_file(), "{path}");
        assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
    }
}

#[test]
fn surplus_replicas_return_as_replicas() {
    let mut room = Room::new();
    let cat = room.install(1, "cat.jpg", Replica);
    room.drop_surplus(cat).unwrap();
    assert!(room.files(".photomesh/replicas").is_empty());
    assert_eq!(room.trash(SURPLUS).len(), 1);
    assert_eq!(room.folder.restore(cat, None), Ok(Replica));
    assert_eq!(room.files(".photomesh/replicas").len(), 1);
    assert!(room.files(SURPLUS).is_empty());
    assert_eq!(room.folder.restore(cat, None), Ok(Replica), "nothing to do");
    assert_eq!(room.folder.restore(PhotoId::of(b"unknown"), None), Err(StoreError::Gone));
}

#[test]
fn all_files_of_a_photo_go_together() {
    let mut room = Room::new();
    let cat = room.draw("cat.jpg", 1);
    room.draw("sub/cat.jpg", 1);
    room.draw("sub/tom.json", 1);
    room.scan();
    room.retire(cat, cat).unwrap();
    assert_eq!(room.trash(TRASH).len(), 3);
    assert_eq!(room.files(TRASH).len(), 6);
    let mut room = room.reopened();
    assert_eq!(told(&room.scan()), [Told::Held(cat, RetiredOriginal, 0), Told::Scanned(0)]);
    assert_eq!(room.retire(cat, cat), Err(StoreError::Gone));
}

#[test]
fn what_is_in_the_trash_already_is_told_again() {
    let mut room = Room::new();
    let cat = room.draw("cat.jpg", 1);
    room.scan();
    room.retire(cat, cat).unwrap();
    // The node forgets a photo when it hears this.
    assert_eq!(room.retire(cat, cat), Err(StoreError::Gone));
    assert_eq!(told(&room.folder.tick(day() / 24)), [Told::Held(cat, RetiredOriginal, 0)]);
}

#[test]
fn a_replica_that_joins_an_original_in_the_trash_is_told() {
    let mut room = Room::new();
    let cat = room.draw("cat.jpg", 1);
    room.scan();
    room.drop_surplus(cat).unwrap();
    room.install(1, "cat.jpg", Replica);
    room.scan();
    // The node takes it for a retired replica, by which the friend's photo would be nobody's.
    room.drop_surplus(cat).unwrap();
    assert_eq!(told(&room.folder.tick(day() / 24)), [Told::Held(cat, RetiredOriginal, 0)]);
}

#[test]
fn after_its_deadline_nothing_is_moved() {
    let mut room = Room::new();
    let cat = room.draw("cat.jpg", 1);
    let fox = room.install(2, "fox.jpg", Replica);
    room.scan();
    let late = Moment::now();
    for (photo, departure) in [(cat, replaced(cat)), (fox, Departure::Surplus)] {
        let result = room.folder.put_away(photo, departure, late);
        assert_eq!(result, Err(StoreError::TooLate));
    }
    assert!(room.path("cat.jpg").is_file());
    assert!(room.files(TRASH).is_empty() && room.files(SURPLUS).is_empty());
    assert_eq!(told(&room.scan()), [Told::Scanned(0)]);
    room.drop_surplus(fox).unwrap();
    assert_eq!(room.folder.put_away(fox, Departure::Expired, late), Err(StoreError::TooLate));
    assert_eq!(room.read(fox), Some(picture(2)));
}

#[test]
fn what_the_friend_has_just_edited_is_not_put_away() {
    let mut room = Room::new();
    let cat = room.draw("cat.jpg", 1);
    room.scan();
    let new = room.draw("cat.jpg", 2);
    let retired = room.retire(cat, cat);
    assert!(matches!(retired, Err(StoreError::Io(_))), "{retired:?}");
    assert!(room.path("cat.jpg").is_file());
    assert!(room.files(TRASH).is_empty());
    assert_eq!(
        told(&room.scan()),
        [Told::Held(new, Original, 1), Told::Missing(cat), Told::Scanned(0)]
    );
}

#[test]
fn duplicates_in_the_folder_go_to_the_trash() {
    let mut room = Room::new();
    let cat = room.draw("cat.jpg", 1);
    room.draw("cat (2).jpg", 1);
    room.draw("backup/c.jpg", 1);
    let changes = told(&room.scan());
    assert!(changes.contains(&Told::Held(cat, Original, 3)));
    let changes = room.folder.dedupe(cat).unwrap();
    assert_eq!(told(&changes), [Told::Held(cat, Original, 1)]);
    assert_eq!(room.files(""), ["cat.jpg"]);
    assert!(room.files("backup").is_empty());
    assert_eq!(room.trash(TRASH).len(), 2);
    let again = room.folder.dedupe(cat).unwrap();
    assert_eq!(told(&again), [Told::Held(cat, Original, 1)]);
    assert_eq!(room.trash(TRASH).len(), 2);
}

#[test]
fn of_duplicates_a_changed_one_is_not_the_one_to_keep() {
    let mut room = Room::new();
    let cat = room.draw("cat.jpg", 1);
    room.draw("cat (2).jpg", 1);
    room.draw("cat (3).jpg", 1);
    room.scan();
    room.draw("cat.jpg", 2);
    let changes = room.folder.dedupe(cat).unwrap();
    assert_eq!(told(&changes), [Told::Held(cat, Original, 1)]);
    assert_eq!(room.files(""), ["cat (2).jpg", "cat.jpg"]);
    assert_eq!(room.read(cat), Some(picture(1)));
}

#[test]
fn a_photo_named_like_a_note_is_none() {
    for name in ["cat.json", "cat.JSON", "cat.json.", "cat.json ", "cat.json\u{200b}"] {
        let mut room = Room::new();
        let cat = room.draw(name, 1);
        let fox = room.install(2, name, Replica);
        room.scan();
        room.retire(cat, cat).unwrap();
        // The first start sweeps what it takes for leftovers, the second sees what is left.
        let mut room = room.reopened().reopened();
        let changes = told(&room.scan());
        let expected =
            [Told::Held(cat, RetiredOriginal, 0), Told::Held(fox, Replica, 0), Told::Scanned(0)];
        for change in &expected {
            assert!(changes.contains(change), "{name:?}: {changes:?}");
        }
        assert_eq!(room.read(cat), Some(picture(1)), "{name:?}");
        room.drop_surplus(fox).unwrap();
        let mut room = room.reopened();
        room.scan();
        assert_eq!(room.folder.restore(cat, None), Ok(Original), "{name:?}");
        assert!(room.path(name).is_file(), "{name:?}");
        assert_eq!(room.folder.restore(fox, None), Ok(Replica), "{name:?}");
        assert_eq!(room.read(fox), Some(picture(2)), "{name:?}");
    }
}

#[test]
fn what_lies_where_a_note_would_is_not_overwritten() {
    let mut room = Room::new();
    let cat = room.draw("cat", 1);
    room.scan();
    let taken = format!("{TRASH}/{}-cat.json", &cat.to_string()[..12]);
    fs::write(room.path(&taken), picture(2)).unwrap();
    room.retire(cat, cat).unwrap();
    let room = room.reopened();
    assert_eq!(fs::read(room.path(&taken)).unwrap(), picture(2));
}

#[test]
fn directories_of_our_own_that_somebody_removes_are_made_anew() {
    let mut room = Room::new();
    let cat = room.draw("cat.jpg", 1);
    let dog = room.draw("dog.jpg", 2);
    room.scan();
    for dir in ["trash", "replicas", "tmp", "damaged"] {
        fs::remove_dir_all(room.path(format!(".photomesh/{dir}"))).unwrap();
    }
    let fox = room.install(3, "fox.jpg", Replica);
    assert_eq!(room.drop_surplus(fox), Ok(()));
    assert_eq!(room.retire(cat, dog), Ok(()));
    fs::remove_dir_all(room.path(".photomesh/replicas")).unwrap();
    assert_eq!(room.folder.restore(fox, None), Ok(Replica));
    assert_eq!(room.folder.restore(cat, None), Ok(Original));
    assert_eq!(told(&room.scan()), [Told::Scanned(0)], "all was told");
}

#[test]
fn a_place_that_is_missing_is_no_missing_photo() {
    let mut room = Room::new();
    let cat = room.draw("cat.jpg", 1);
    let fox = room.install(2, "fox.jpg", Replica);
    room.scan();
    room.drop_surplus(fox).unwrap();
    for dir in ["replicas", "trash"] {
        let dir = room.path(format!(".photomesh/{dir}"));
        fs::rename(&dir, dir.with_extension("old")).unwrap();
        // Where even a directory cannot be made.
        fs::write(&dir, "a file").unwrap();
    }
    let retired = room.retire(cat, cat);
    assert!(matches!(retired, Err(StoreError::Io(_))), "{retired:?}");
    assert_eq!(room.read(cat), Some(picture(1)));
    let trash = room.path(TRASH);
    fs::remove_file(&trash).unwrap();
    fs::rename(trash.with_extension("old"), &trash).unwrap();
    let restored = room.folder.restore(fox, None);
    assert!(matches!(restored, Err(StoreError::Io(_))), "{restored:?}");
    assert_eq!(room.read(fox), Some(picture(2)));
}

#[test]
fn what_a_failed_restore_has_changed_is_told() {
    let mut room = Room::new();
    let cat = room.draw("cat.jpg", 1);
    room.scan();
    room.retire(cat, cat).unwrap();
    fs::remove_dir_all(room.path(TRASH)).unwrap();
    assert_eq!(room.folder.restore(cat, None), Err(StoreError::Gone));
    assert_eq!(told(&room.folder.tick(day() / 24)), [Told::Missing(cat)]);
}

//! Back from the trash: what comes back is the photo, and it is really there.

use std::fs;
use std::time::Duration;

use photomesh::folder::StoreError;
use photomesh::photo::PhotoId;
use photomesh::protocol::Holding::{Original, Replica};

use super::{Room, Told, picture, told};

const TRASH: &str = ".photomesh/trash";
const SURPLUS: &str = ".photomesh/trash/surplus";

/// Changes a byte of the only copy in a directory of the trash.
fn rot(room: &Room, dir: &str) {
    let path = room.path(dir).join(&room.trash(dir)[0]);
    let mut bytes = fs::read(&path).unwrap();
    bytes[60] ^= 1;
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_rotten_copy_does_not_come_back() {
    let mut room = Room::new();
    let cat = room.install(1, "cat.jpg", Replica);
    room.drop_surplus(cat).unwrap();
    rot(&room, SURPLUS);
    let file = format!("{SURPLUS}/{}", room.trash(SURPLUS)[0]);
    assert_eq!(room.folder.restore(cat, None), Err(StoreError::Damaged));
    assert_eq!(
        told(&room.folder.tick(Duration::ZERO)),
        [Told::Damaged(cat, file), Told::Missing(cat)]
    );
    assert!(room.files(".photomesh/replicas").is_empty());
    assert!(room.files(SURPLUS).is_empty(), "neither copy nor note");
    assert_eq!(room.files(".photomesh/damaged").len(), 1);
}

#[test]
fn of_two_copies_the_good_one_comes_back() {
    for rotten in [TRASH, SURPLUS] {
        let mut room = Room::new();
        let cat = room.draw("cat.jpg", 1);
        room.draw("cat (2).jpg", 1);
        room.scan();
        room.folder.dedupe(cat).unwrap();
        room.drop_surplus(cat).unwrap();
        rot(&room, rotten);
        assert_eq!(room.folder.restore(cat, None), Ok(Original), "{rotten}");
        assert_eq!(room.read(cat), Some(picture(1)));
    }
}

#[test]
fn of_several_copies_the_one_that_was_called_so_comes_back() {
    for (name, back) in [
        (Some("zoo.jpg"), "zoo.jpg"),
        (Some("ant.jpg"), "pets/ant.jpg"),
        (Some("zebra.jpg"), "zebra.jpg"),
        // That one was no file too many.
        (Some("fox.jpg"), "zoo.jpg"),
        (None, "zoo.jpg"),
    ] {
        let mut room = Room::new();
        let zoo = room.draw("zoo.jpg", 1);
        room.draw("zebra.jpg", 1);
        room.draw("pets/ant.jpg", 1);
        room.scan();
        room.folder.dedupe(zoo).unwrap();
        room.retire(zoo, zoo).unwrap();
        assert_eq!(room.folder.restore_called(zoo, None, name), Ok(Original));
        assert_eq!(room.folder.stored_at(zoo).as_deref(), Some(back), "{name:?}");
        assert!(room.path(back).is_file());
    }
}

#[test]
fn of_two_copies_the_friends_own_comes_back() {
    for (own, other) in [(TRASH, SURPLUS), (SURPLUS, TRASH)] {
        let mut room = Room::new();
        let cat = PhotoId::of(&picture(1));
        let put_away = |room: &mut Room, dir| match dir {
            TRASH => room.retire(cat, cat).unwrap(),
            _ => room.drop_surplus(cat).unwrap(),
        };
        room.install(1, "cat.jpg", Replica);
        put_away(&mut room, other);
        room.draw("cat.jpg", 1);
        room.scan();
        put_away(&mut room, own);
        assert_eq!(room.folder.restore(cat, None), Ok(Original), "{own}");
        assert!(room.path("cat.jpg").is_file());
    }
}

#[test]
fn a_copy_comes_back_for_a_file_that_was_deleted_just_now() {
    let mut room = Room::new();
    let cat = room.draw("cat.jpg", 1);
    room.draw("cat (2).jpg", 1);
    room.scan();
    room.folder.dedupe(cat).unwrap();
    fs::remove_file(room.path("cat.jpg")).unwrap();
    assert_eq!(room.folder.restore(cat, None), Ok(Original));
    assert_eq!(room.read(cat), Some(picture(1)));
    assert!(room.trash(TRASH).is_empty());
}

#[test]
fn a_copy_comes_back_for_a_file_that_was_changed_just_now() {
    let mut room = Room::new();
    let cat = room.install(1, "cat.jpg", Replica);
    room.draw("cat.jpg", 1);
    room.scan();
    assert_eq!(room.trash(SURPLUS).len(), 1);
    let dog = room.draw("cat.jpg", 2);
    assert_eq!(room.folder.restore(cat, None), Ok(Replica));
    assert!(room.trash(SURPLUS).is_empty());
    room.scan();
    assert_eq!(room.read(cat), Some(picture(1)));
    assert_eq!(room.read(dog), Some(picture(2)));
}

#[test]
fn a_copy_without_a_note_gets_one_with_the_next_start() {
    let mut room = Room::new();
    let cat = room.install(1, "cat.jpg", Replica);
    room.retire(cat, cat).unwrap();
    let names = room.files(TRASH);
    let note = names.iter().find(|name| name.ends_with(".json")).unwrap();
    fs::remove_file(room.path(TRASH).join(note)).unwrap();
    let mut room = room.reopened();
    assert!(told(&room.scan()).contains(&Told::Scanned(0)));
    assert_eq!(room.files(TRASH), names);
}

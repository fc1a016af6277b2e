//! Files that belong to a photo go where it goes.

use std::fs;

use photomesh::folder::StoreError;
use photomesh::photo::PhotoId;
use photomesh::protocol::Holding::{Original, Replica};

use super::{Room, Told, day, told};

const TRASH: &str = ".photomesh/trash";

/// A folder with a photo that has two companions.
fn accompanied() -> (Room, PhotoId) {
    let mut room = Room::new();
    let cat = room.draw("2024/cat.png", 1);
    room.write("2024/cat.png.xmp", "five stars");
    room.write("2024/cat.MOV", "a film");
    room.write("2024/cat.txt", "not a companion");
    room.scan();
    (room, cat)
}

impl Room {
    /// Writes a file that is no picture, as if it had been there for a while.
    fn write(&self, name: &str, text: &str) {
        self.draw(name, 0);
        let path = self.path(name);
        let modified = fs::metadata(&path).unwrap().modified().unwrap();
        fs::write(&path, text).unwrap();
        let file = fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(modified).unwrap();
    }

    /// What is in a file of this name, wherever in the trash it lies with a photo.
    fn in_trash(&self, name: &str) -> Option<String> {
        let dirs = fs::read_dir(self.path(TRASH)).unwrap();
        let mut files = dirs.map(|dir| dir.unwrap().path().join(name));
        let file = files.find(|file| file.is_file())?;
        Some(fs::read_to_string(file).unwrap())
    }

    /// The one note in the trash.
    fn note(&self) -> serde_json::Value {
        let copies = self.trash(TRASH);
        assert_eq!(copies.len(), 1);
        let note = fs::read(self.path(format!("{TRASH}/{}.json", copies[0]))).unwrap();
        serde_json::from_slice(&note).unwrap()
    }

    fn better(&self) -> PhotoId {
        PhotoId::of(b"a better version")
    }
}

fn is_empty_of_directories(room: &Room) -> bool {
    let mut entries = fs::read_dir(room.path(TRASH)).unwrap();
    entries.all(|entry| entry.unwrap().file_name() == "surplus")
}

#[test]
fn they_go_to_the_trash_and_back_with_one_note() {
    let (mut room, cat) = accompanied();
    room.retire(cat, room.better()).unwrap();
    assert_eq!(room.files("2024"), ["cat.txt"]);
    assert_eq!(room.in_trash("cat.png.xmp").unwrap(), "five stars");
    assert_eq!(room.in_trash("cat.MOV").unwrap(), "a film");
    let listed = serde_json::json!(["cat.MOV", "cat.png.xmp"]);
    assert_eq!(room.note()["companions"], listed);

    // Whatever has been lost and read again meanwhile.
    fs::remove_file(room.path(".photomesh/index")).unwrap();
    let mut room = room.reopened();
    room.scan();
    assert_eq!(room.folder.restore(cat, None), Ok(Original));
    let all = ["cat.MOV", "cat.png", "cat.png.xmp", "cat.txt"];
    assert_eq!(room.files("2024"), all);
    assert!(is_empty_of_directories(&room));
    let changes = told(&room.scan());
    assert!(!changes.contains(&Told::Missing(cat)), "{changes:?}");
}

#[test]
fn the_node_hears_which_files_belong_to_which_photo() {
    let (room, cat) = accompanied();
    let mut room = room.reopened();
    let files = vec!["2024/cat.MOV".to_owned(), "2024/cat.png.xmp".to_owned()];
    let companions = Told::Companions(cat, files.clone());
    let changes = told(&room.scan());
    assert_eq!(changes, [Told::Held(cat, Original, 1), companions, Told::Scanned(1)]);
    assert_eq!(told(&room.scan()), [Told::Scanned(1)], "once");
    room.retire(cat, room.better()).unwrap();
    assert_eq!(room.folder.tick(day() / 24), [], "they are the same");
    assert_eq!(told(&room.scan()), [Told::Scanned(1)]);
    room.folder.restore(cat, None).unwrap();
    fs::remove_file(room.path("2024/cat.MOV")).unwrap();
    let companions = Told::Companions(cat, files[1..].to_vec());
    assert_eq!(told(&room.scan()), [companions, Told::Scanned(1)]);
}

#[test]
fn a_photo_that_has_some_is_never_surplus() {
    let (mut room, cat) = accompanied();
    let dropped = room.drop_surplus(cat);
    assert!(matches!(dropped, Err(StoreError::Io(_))), "{dropped:?}");
    // Those too that have come since the last scan.
    let dog = room.draw("dog.png", 2);
    room.scan();
    room.write("dog.aae", "edits");
    let dropped = room.drop_surplus(dog);
    assert!(matches!(dropped, Err(StoreError::Io(_))), "{dropped:?}");
    fs::remove_file(room.path("dog.aae")).unwrap();
    room.drop_surplus(dog).unwrap();
}

#[test]
fn they_are_renamed_with_their_photo() {
    let (mut room, cat) = accompanied();
    room.retire(cat, room.better()).unwrap();
    room.draw("2024/cat.png", 9);
    assert_eq!(room.folder.restore(cat, None), Ok(Original));
    let films = ["cat (2).MOV", "cat (2).png", "cat (2).png.xmp"];
    assert_eq!(room.files("2024")[..3], films);

    // Also if only the name of a companion is taken.
    let (mut room, cat) = accompanied();
    room.retire(cat, room.better()).unwrap();
    room.write("2024/cat.MOV", "another film");
    assert_eq!(room.folder.restore(cat, None), Ok(Original));
    assert_eq!(room.files("2024")[..3], films);
    assert_eq!(fs::read(room.path("2024/cat.MOV")).unwrap(), b"another film");
}

#[test]
fn they_keep_their_names_when_copies_in_the_trash_are_numbered() {
    let (mut room, cat) = accompanied();
    room.draw("old/2024/cat.png", 1);
    room.scan();
    room.folder.dedupe(cat).unwrap();
    room.retire(cat, room.better()).unwrap();
    assert_eq!(room.trash(TRASH).len(), 2);
    assert!(room.in_trash("cat.MOV").is_some());
    room.folder.restore(cat, None).unwrap();
    assert_eq!(room.files("2024")[..2], ["cat.MOV", "cat.png"]);
}

#[test]
fn what_belongs_to_two_photos_goes_with_the_last() {
    let mut room = Room::new();
    let (cat, dog) = (room.draw("IMG_1.png", 1), room.draw("IMG_1.bmp", 2));
    room.write("IMG_1.xmp", "five stars");
    room.write("IMG_1.png.json", "of the one alone");
    room.scan();
    room.retire(cat, room.better()).unwrap();
    assert_eq!(room.files(""), ["IMG_1.bmp", "IMG_1.xmp"]);
    room.retire(dog, room.better()).unwrap();
    assert!(room.files("").is_empty());
    room.folder.restore(cat, None).unwrap();
    let back = ["IMG_1.png", "IMG_1.png.json", "IMG_1.xmp"];
    assert_eq!(room.files(""), back);
    room.folder.restore(dog, None).unwrap();
    assert_eq!(room.files("").len(), 4);
    assert!(is_empty_of_directories(&room));
}

#[test]
fn no_time_is_over_for_them_and_their_owner_deletes_them() {
    let (mut room, cat) = accompanied();
    room.retire(cat, room.better()).unwrap();
    for _ in 0..50 {
        assert_eq!(room.folder.tick(day()), []);
    }
    let purged = room.purge(cat);
    assert!(matches!(purged, Err(StoreError::Io(_))), "{purged:?}");
    assert!(room.in_trash("cat.MOV").is_some());
    assert!(room.folder.in_trash_for(7).contains(&cat));
    room.purge(cat).unwrap();
    assert!(is_empty_of_directories(&room));
    assert_eq!(room.files("2024"), ["cat.txt"]);
    let gone = Told::Companions(cat, vec![]);
    assert_eq!(told(&room.folder.tick(day() / 24)), [gone]);
}

#[test]
fn they_are_found_whatever_is_named_alike_nearby() {
    let mut room = Room::new();
    let dirs = ["", "a/", "a-b/", "a.b/", "a/cat/", "a/cat.d/", "a0/"];
    let mut told_of = Vec::new();
    for (seed, dir) in (1..).zip(dirs) {
        let cat = room.draw(&format!("{dir}cat.png"), seed);
        room.draw(&format!("{dir}cat-2.png"), seed + 100);
        room.draw(&format!("{dir}cat/dog.png"), seed + 200);
        room.write(&format!("{dir}cat.xmp"), "five stars");
        told_of.push(Told::Companions(cat, vec![format!("{dir}cat.xmp")]));
    }
    let mut changes = told(&room.scan());
    changes.retain(|change| matches!(change, Told::Companions(..)));
    assert_eq!(changes.len(), dirs.len(), "{changes:?}");
    assert!(told_of.iter().all(|told| changes.contains(told)), "{changes:?}");
}

#[test]
fn those_without_a_photo_are_left_alone() {
    let mut room = Room::new();
    let cat = room.draw("cat.png", 1);
    room.write("dog.xmp", "of nobody");
    room.write("old/cat.xmp", "in another folder");
    room.scan();
    room.retire(cat, room.better()).unwrap();
    assert_eq!(room.files(""), ["dog.xmp"]);
    // One that is written when its photo has gone is the friend's own affair.
    fs::write(room.path("cat.xmp"), "late").unwrap();
    room.scan();
    room.scan();
    assert_eq!(room.files(""), ["cat.xmp", "dog.xmp"]);
    assert_eq!(room.files("old"), ["cat.xmp"]);
}

#[test]
fn a_photo_comes_back_as_a_replica_with_all_that_belongs_to_it() {
    let (mut room, cat) = accompanied();
    let me = room.folder.identity().node();
    room.remove(cat, me).unwrap();
    assert_eq!(room.folder.restore(cat, Some(Replica)), Ok(Replica));
    let dropped = room.drop_surplus(cat);
    assert!(matches!(dropped, Err(StoreError::Io(_))), "{dropped:?}");
    room.remove(cat, me).unwrap();
    assert_eq!(room.in_trash("cat.MOV").unwrap(), "a film");
    assert_eq!(room.folder.restore(cat, Some(Original)), Ok(Original));
    assert_eq!(room.files(""), ["cat.MOV", "cat.png", "cat.png.xmp"]);
}

#[test]
fn what_a_crash_has_parted_the_next_scan_brings_together() {
    // The photo is in the trash, and a companion is not.
    let (mut room, cat) = accompanied();
    room.retire(cat, room.better()).unwrap();
    let copy = room.trash(TRASH).remove(0);
    let film = format!("{TRASH}/{copy}.companions/cat.MOV");
    fs::rename(room.path(&film), room.path("2024/cat.MOV")).unwrap();
    let mut room = room.reopened();
    room.scan();
    assert_eq!(room.files("2024"), ["cat.txt"]);
    assert!(room.path(&film).is_file());

    // The photo is back under another name, and its companions are not.
    let note: serde_json::Value = {
        let mut note = room.note();
        note["returned_to"] = "2024/cat (2).png".into();
        note
    };
    fs::rename(room.path(format!("{TRASH}/{copy}")), room.path("2024/cat (2).png")).unwrap();
    let path = room.path(format!("{TRASH}/{copy}.json"));
    fs::write(&path, note.to_string()).unwrap();
    let mut room = room.reopened();
    room.scan();
    assert_eq!(room.files("2024"), ["cat (2).MOV", "cat (2).png", "cat (2).png.xmp", "cat.txt"]);
    assert!(is_empty_of_directories(&room));
}

#[test]
fn the_small_picture_beside_a_photo_is_none_of_its_own() {
    let mut room = Room::new();
    let cat = room.draw("MVI_1.jpg", 1);
    room.draw("MVI_1.THM", 2);
    let other = room.draw("MVI_2.THM", 3);
    let changes = told(&room.scan());
    assert!(changes.contains(&Told::Held(other, Original, 1)));
    assert!(changes.contains(&Told::Companions(cat, vec!["MVI_1.THM".to_owned()])));
    room.retire(cat, room.better()).unwrap();
    assert_eq!(room.files(""), ["MVI_2.THM"]);
    let changes = told(&room.scan());
    assert_eq!(changes, [Told::Scanned(0)]);
}

#[test]
fn of_a_photo_in_both_places_they_lie_with_the_one_in_the_folder() {
    let (mut room, cat) = accompanied();
    room.retire(cat, room.better()).unwrap();
    room.draw("2024/cat.png", 1);
    room.scan();
    let all = ["cat.MOV", "cat.png", "cat.png.xmp", "cat.txt"];
    assert_eq!(room.files("2024"), all);
    assert_eq!(room.note()["companions"], serde_json::Value::Null);
}

//! Photos that come in: spooled, installed, read, found rotten.

use std::fs;
use std::os::unix::fs::symlink;
use std::sync::Arc;

use photomesh::folder::StoreError;
use photomesh::photo::{Photo, PhotoId};
use photomesh::protocol::Facts;
use photomesh::protocol::Holding::{Original, Replica, Retired};

use super::{Room, Told, facts, picture, told};

#[test]
fn an_installed_replica_is_there_after_a_restart() {
    let mut room = Room::new();
    let id = room.install(1, "cat.jpg", Replica);
    assert_eq!(room.files(".photomesh/replicas"), [format!("{}-cat.jpg", &id.to_string()[..12])]);
    assert_eq!(room.read(id), Some(picture(1)));
    assert_eq!(told(&room.scan()), [Told::Scanned(0)], "it is no news");
    let mut room = room.reopened();
    assert_eq!(told(&room.scan()), [Told::Held(id, Replica, 0), Told::Scanned(0)]);
    assert!(room.files(".photomesh/tmp").is_empty());
}

#[test]
fn an_installed_original_overwrites_nothing() {
    let mut room = Room::new();
    fs::write(room.path("cat.jpg"), "the friend's own").unwrap();
    fs::create_dir(room.path("Cat (2).JPG")).unwrap();
    let id = room.install(1, "CAT.jpg", Original);
    assert_eq!(room.files(""), ["CAT (3).jpg", "cat.jpg"]);
    assert_eq!(fs::read(room.path("cat.jpg")).unwrap(), b"the friend's own");
    assert_eq!(room.read(id), Some(picture(1)));
}

#[test]
fn a_foreign_name_stays_in_its_directory() {
    let mut room = Room::new();
    room.install(1, "../../evil.jpg", Original);
    room.install(2, "/etc/passwd", Replica);
    room.install(3, ".photomesh", Original);
    assert_eq!(room.files(""), ["evil.jpg", "photomesh"]);
    let replicas = room.files(".photomesh/replicas");
    assert!(replicas[0].ends_with("-passwd"), "{replicas:?}");
}

#[test]
fn names_and_other_facts_are_remembered() {
    let mut room = Room::new();
    let photo = room.spool("pull-1", 1);
    let mut known = Facts::named("cat.jpg");
    known.names.insert("Ärger\n\u{202e}.png".to_owned());
    known.distinct.insert(PhotoId::of(b"older"));
    room.folder.install("pull-1", &photo, &known, Replica).unwrap();
    let mut more = Facts::named("tom.jpg");
    more.distinct.insert(PhotoId::of(b"like it"));
    room.folder.note_facts(photo.id, &more);
    known.merge(&more);
    let mut room = room.reopened();
    assert_eq!(facts(&room.scan(), photo.id), known);
    // Also of what is in the trash, if the index is lost.
    room.drop_surplus(photo.id).unwrap();
    fs::remove_file(room.path(".photomesh/index")).unwrap();
    let mut room = room.reopened();
    assert_eq!(facts(&room.scan(), photo.id), known);
}

#[test]
fn a_vanished_spool_fails_cleanly() {
    let mut room = Room::new();
    let photo = room.spool("pull-1", 1);
    fs::remove_file(room.folder.spool_path("pull-1")).unwrap();
    let installed = room.folder.install("pull-1", &photo, &Facts::default(), Replica);
    assert_eq!(installed, Err(StoreError::Gone));
    assert_eq!(room.folder.write("pull-1", 10, b"late"), Err(StoreError::Gone));
    assert!(room.folder.open_spool("pull-1").is_err());
    room.folder.discard("pull-1");
    assert_eq!(told(&room.scan()), [Told::Scanned(0)]);
}

#[test]
fn a_spool_is_written_anew_from_offset_zero() {
    let mut room = Room::new();
    room.folder.write("pull-1", 0, b"something longer").unwrap();
    let photo = room.spool("pull-1", 1);
    assert_eq!(photo.bytes, picture(1).len() as u64);
    assert_eq!(photo.id, PhotoId::of(&picture(1)));
    let other = room.folder.spool_path("../../put-1");
    assert!(other.starts_with(room.path(".photomesh/tmp")));
}

#[test]
fn what_is_there_already_is_not_installed_twice() {
    let mut room = Room::new();
    let id = room.draw("cat.jpg", 1);
    room.scan();
    let photo = room.spool("pull-1", 1);
    let changes = room.folder.install("pull-1", &photo, &Facts::named("tom.jpg"), Replica).unwrap();
    assert_eq!(told(&changes), [Told::Held(id, Original, 1)]);
    assert!(facts(&changes, id).names.contains("tom.jpg"));
    assert!(room.files(".photomesh/replicas").is_empty());
    assert!(room.files(".photomesh/tmp").is_empty());
}

#[test]
fn an_original_put_where_a_replica_was_takes_over() {
    let mut room = Room::new();
    room.install(1, "cat.jpg", Replica);
    let id = room.install(1, "cat.jpg", Original);
    assert!(room.files(".photomesh/replicas").is_empty());
    assert_eq!(room.trash(".photomesh/trash/surplus").len(), 1);
    let mut room = room.reopened();
    assert_eq!(told(&room.scan()), [Told::Held(id, Original, 1), Told::Scanned(0)]);
}

#[test]
fn replicas_whose_short_ids_agree_do_not_overwrite_each_other() {
    let mut room = Room::new();
    let cat = room.install(1, "cat.jpg", Replica);
    // A photo that claims an id that begins alike, as somebody with time can find one.
    let photo = room.spool("pull-2", 2);
    let mut id = photo.id;
    id.0[..8].copy_from_slice(&cat.0[..8]);
    let alike = Arc::new(Photo { id, ..(*photo).clone() });
    room.folder.install("pull-2", &alike, &Facts::named("cat.jpg"), Replica).unwrap();
    assert_eq!(room.files(".photomesh/replicas").len(), 2);
    assert_eq!(room.read(cat), Some(picture(1)));
}

#[test]
fn links_are_not_followed() {
    let mut room = Room::new();
    let outside = tempfile::tempdir().unwrap();
    let target = outside.path().join("target");
    fs::write(&target, "precious").unwrap();
    symlink(&target, room.folder.spool_path("put-1")).unwrap();
    assert!(room.folder.open_spool("put-1").is_err());
    assert!(room.folder.write("put-1", 0, b"overwritten").is_err());
    assert!(room.folder.write("put-1", 3, b"overwritten").is_err());
    assert_eq!(fs::read(&target).unwrap(), b"precious");

    // A photo whose file was replaced by a link to the same bytes.
    let id = room.install(1, "cat.jpg", Replica);
    let replica = room.path(".photomesh/replicas").join(&room.files(".photomesh/replicas")[0]);
    fs::rename(&replica, outside.path().join("cat.jpg")).unwrap();
    symlink(outside.path().join("cat.jpg"), &replica).unwrap();
    assert!(room.folder.open_photo(id).is_err());
    assert_eq!(told(&room.scan()), [Told::Missing(id), Told::Scanned(0)]);
}

#[test]
fn a_photo_in_the_trash_can_be_read() {
    let mut room = Room::new();
    let id = room.install(1, "cat.jpg", Replica);
    room.drop_surplus(id).unwrap();
    assert_eq!(room.read(id), Some(picture(1)));
    let mut room = room.reopened();
    assert_eq!(told(&room.scan()), [Told::Held(id, Retired, 0), Told::Scanned(0)]);
    assert_eq!(room.read(id), Some(picture(1)));
}

#[test]
fn what_somebody_has_laid_among_the_replicas_is_not_overwritten() {
    let mut room = Room::new();
    let name = room.install(1, "cat.jpg", Replica);
    let path = room.path(".photomesh/replicas").join(&room.files(".photomesh/replicas")[0]);
    room.drop_surplus(name).unwrap();
    fs::write(&path, "somebody's").unwrap();
    room.install(1, "cat.jpg", Replica);
    assert_eq!(fs::read(&path).unwrap(), b"somebody's");
    assert_eq!(room.files(".photomesh/replicas").len(), 2);
}

#[test]
fn of_two_files_the_one_of_the_right_length_is_read() {
    for cut in ["cat.jpg", "cat (2).jpg"] {
        let mut room = Room::new();
        let cat = room.draw("cat.jpg", 1);
        room.draw("cat (2).jpg", 1);
        room.scan();
        fs::write(room.path(cut), "short").unwrap();
        assert_eq!(room.read(cat), Some(picture(1)), "{cut}");
    }
}

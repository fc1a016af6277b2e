//! A folder of an earlier program: its photos are known at once, and read anew in the background.

use std::fmt::Write;
use std::fs;
use std::os::unix::fs::MetadataExt;

use photomesh::folder::Change;
use photomesh::photo::{ACCOUNT, PhotoId};
use photomesh::protocol::Holding::Original;

use super::{Room, Told, day, picture, told};

/// The index as the program wrote it that knew no versions of accounts: of a photo for each of these files.
fn earlier_index(room: &Room, files: &[(&str, PhotoId)]) -> String {
    let mut text = "{\"version\":1}\n{\"running\":0}\n".to_owned();
    for (path, id) in files {
        let meta = fs::metadata(room.path(path)).unwrap();
        let bytes = meta.len();
        let view = "5a".repeat(73);
        writeln!(
            text,
            r#"{{"photo":{{"photo":{{"id":"{id}","bytes":{bytes},"format":"png","width":1,"height":1,"colour":false,"camera":false,"fingerprint":"v1:{view}"}},"facts":{{"names":["{path}"]}},"checked":0}}}}"#
        )
        .unwrap();
        let stamp = |seconds: i64, rest: i64| seconds * 1_000_000_000 + rest;
        let modified = stamp(meta.mtime(), meta.mtime_nsec());
        let changed = stamp(meta.ctime(), meta.ctime_nsec());
        writeln!(
            text,
            r#"{{"file":{{"path":"{path}","stamp":{{"size":{bytes},"modified":{modified},"changed":{changed}}},"content":{{"photo":"{id}"}}}}}}"#
        )
        .unwrap();
    }
    text
}

/// A folder of an earlier program with so many photos, by the names `0.png`, `1.png` and so on.
fn earlier(photos: u32) -> (Room, Vec<PhotoId>) {
    let room = Room::new();
    let names: Vec<String> = (0..photos).map(|seed| format!("{seed}.png")).collect();
    let ids: Vec<PhotoId> =
        (0..photos).zip(&names).map(|(seed, name)| room.draw(name, seed)).collect();
    let files: Vec<(&str, PhotoId)> =
        names.iter().map(String::as_str).zip(ids.iter().copied()).collect();
    fs::write(room.path(".photomesh/index"), earlier_index(&room, &files)).unwrap();
    (room.reopened(), ids)
}

/// The account's version and the width of the photo that is told.
fn accounts(changes: &[Change]) -> Vec<(PhotoId, u16, u32)> {
    let account = |change: &Change| match change {
        Change::Held { photo, .. } => Some((photo.id, photo.account, photo.width)),
        Change::Missing { .. }
        | Change::Damaged { .. }
        | Change::Scanned { .. }
        | Change::Expired { .. }
        | Change::Added { .. }
        | Change::Recalled { .. }
        | Change::Companions { .. }
        | Change::Unread { .. }
        | Change::Lost { .. } => None,
    };
    changes.iter().filter_map(account).collect()
}

/// Reads one photo anew, if one is to be.
fn reread(room: &mut Room) -> Option<Vec<Change>> {
    let reading = room.folder.next_to_reread()?.read();
    Some(room.folder.take_reading(reading))
}

#[test]
fn photos_of_an_earlier_program_are_known_at_once_and_read_anew_one_by_one() {
    let (mut room, mut ids) = earlier(3);
    ids.sort();
    assert!(room.folder.next_to_reread().is_none(), "not before a scan");
    let (changes, inspections) = room.inspect();
    assert!(inspections.is_empty(), "nothing is read for the scan");
    let mut known = accounts(&changes);
    known.sort();
    assert_eq!(known, ids.iter().map(|id| (*id, 1, 1)).collect::<Vec<_>>());
    assert!(told(&changes).contains(&Told::Scanned(0)));
    assert_eq!(told(&room.folder.tick(day() / 24)), [Told::Unread(3)]);

    let first = reread(&mut room).unwrap();
    assert_eq!(accounts(&first), [(ids[0], ACCOUNT, 24)]);
    assert_eq!(told(&first), [Told::Held(ids[0], Original, 1)]);
    assert_eq!(told(&room.folder.tick(day() / 24)), [Told::Unread(2)]);

    // A restart in the midst of it.
    let mut room = room.reopened();
    let mut known = accounts(&room.scan());
    known.sort();
    assert_eq!(known, [(ids[0], ACCOUNT, 24), (ids[1], 1, 1), (ids[2], 1, 1)]);
    assert_eq!(told(&room.folder.tick(day() / 24)), [Told::Unread(2)]);
    while reread(&mut room).is_some() {}
    assert_eq!(told(&room.folder.tick(day() / 24)), [Told::Unread(0)]);
    let mut room = room.reopened();
    let known = accounts(&room.scan());
    assert!(known.iter().all(|(_, account, _)| *account == ACCOUNT));
    assert_eq!(room.folder.tick(day() / 24), []);
}

#[test]
fn a_scan_goes_first_and_no_photo_is_given_out_twice() {
    let (mut room, _) = earlier(2);
    room.draw("new.png", 7);
    let (_, inspections) = room.inspect();
    assert!(room.folder.next_to_reread().is_none());
    for inspection in inspections {
        room.folder.take(inspection);
    }
    let (first, second) = (room.folder.next_to_reread(), room.folder.next_to_reread());
    assert!(first.is_some() && second.is_some());
    assert!(room.folder.next_to_reread().is_none());
}

#[test]
fn a_file_that_has_gone_or_changed_is_left_to_the_scan() {
    let (mut room, ids) = earlier(2);
    room.scan();
    let gone = room.folder.next_to_reread().unwrap();
    let changed = room.folder.next_to_reread().unwrap();
    fs::remove_file(room.path("0.png")).unwrap();
    room.draw("1.png", 9);
    for reread in [gone, changed] {
        assert_eq!(room.folder.take_reading(reread.read()), []);
    }
    assert!(room.folder.next_to_reread().is_none(), "not at once again");
    let changes = told(&room.scan());
    for id in ids {
        assert!(changes.contains(&Told::Missing(id)), "{changes:?}");
    }
    assert_eq!(room.folder.tick(day()), []);
    assert!(room.folder.next_to_reread().is_none(), "they are no more");
}

#[test]
fn a_file_that_has_rotted_counts_no_more() {
    let (mut room, ids) = earlier(1);
    room.scan();
    // The bytes change and the file does not look it: the index says what it looks like.
    let mut bytes = picture(0);
    bytes[60] ^= 1;
    fs::write(room.path("0.png"), bytes).unwrap();
    let index = earlier_index(&room, &[("0.png", ids[0])]);
    let room = room.reopened();
    fs::write(room.path(".photomesh/index"), index).unwrap();
    let mut room = room.reopened();
    assert_eq!(told(&room.scan())[0], Told::Held(ids[0], Original, 1));
    let changes = reread(&mut room).unwrap();
    assert_eq!(told(&changes), [Told::Damaged(ids[0], "0.png".to_owned()), Told::Missing(ids[0])]);
}

#[test]
fn what_is_no_picture_by_the_present_rules_stays_a_photo() {
    let room = Room::new();
    fs::write(room.path("odd.raw"), "a kind of picture that nobody knows any more").unwrap();
    let id = PhotoId::of(&fs::read(room.path("odd.raw")).unwrap());
    let index = earlier_index(&room, &[("odd.raw", id)]);
    fs::write(room.path(".photomesh/index"), index).unwrap();
    let mut room = room.reopened();
    room.scan();
    let changes = reread(&mut room).unwrap();
    assert_eq!(accounts(&changes), [(id, ACCOUNT, 0)]);
}

#[test]
fn what_is_put_away_meanwhile_is_read_in_the_trash() {
    let (mut room, ids) = earlier(2);
    room.scan();
    let reread = room.folder.next_to_reread().unwrap();
    for id in &ids {
        room.retire(*id, PhotoId::of(b"better")).unwrap();
    }
    assert_eq!(room.folder.take_reading(reread.read()), [], "it has moved");
    room.folder.tick(day());
    let mut told = 0;
    while let Some(reread) = room.folder.next_to_reread() {
        let changes = room.folder.take_reading(reread.read());
        told += accounts(&changes).len();
    }
    assert_eq!(told, 2);
}

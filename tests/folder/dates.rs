//! The times of files, which date pictures that no camera has dated.

use std::fs::File;
use std::time::{Duration, SystemTime};

use photomesh::folder::Change;
use photomesh::photo::PhotoId;
use photomesh::protocol::{FileTime, Holding};

use super::Room;

/// 2020-01-01 in Greenwich, and so a day before or after it at most.
const NEW_YEAR: u64 = 1_577_836_800;

fn set_time(room: &Room, name: &str, at: SystemTime) {
    File::options().write(true).open(room.path(name)).unwrap().set_modified(at).unwrap();
}

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

/// What a scan tells of a photo's date.
fn dated(changes: &[Change], photo: PhotoId) -> Option<FileTime> {
    let mut told = None;
    for change in changes {
        if let Change::Held { photo: found, facts, .. } = change
            && found.id == photo
        {
            told = Some(facts.dated);
        }
    }
    told.unwrap()
}

#[test]
fn the_earliest_file_of_a_photo_dates_it() {
    let mut room = Room::new();
    let photo = room.draw("screenshot.png", 1);
    set_time(&room, "screenshot.png", at(NEW_YEAR));
    let found = dated(&room.scan(), photo).unwrap();
    assert!(found.to_string().starts_with("2020-01-01") || found.to_string().starts_with("2019"));
    room.draw("a later copy.png", 1);
    assert_eq!(dated(&room.scan(), photo), Some(found));
    room.draw("an earlier copy.png", 1);
    set_time(&room, "an earlier copy.png", at(NEW_YEAR - 100));
    let earlier = dated(&room.scan(), photo);
    assert!(earlier < Some(found), "{earlier:?}");
    let mut room = room.reopened();
    assert_eq!(dated(&room.scan(), photo), earlier);
    set_time(&room, "screenshot.png", at(NEW_YEAR - 10_000_000));
    let touched = dated(&room.scan(), photo);
    assert!(touched < earlier, "nothing but its time is new");
    let mut room = room.reopened();
    assert_eq!(dated(&room.scan(), photo), touched);
    let earlier = touched;
    let other = room.draw("other.png", 2);
    room.scan();
    room.retire(photo, other).unwrap();
    let mut room = room.reopened();
    assert_eq!(dated(&room.scan(), photo), earlier, "in the trash it is no other picture");
}

#[test]
fn no_time_is_better_than_a_wrong_one() {
    let mut room = Room::new();
    let (old, ahead) = (room.draw("old.png", 1), room.draw("ahead.png", 2));
    set_time(&room, "old.png", at(0));
    set_time(&room, "ahead.png", SystemTime::now() + Duration::from_secs(1_000_000));
    let replica = room.install(3, "replica.png", Holding::Replica);
    // A file from the future is taken when it has not changed between two walks.
    room.scan();
    room.scan();
    let mut room = room.reopened();
    let changes = room.scan();
    assert_eq!(dated(&changes, old), None);
    assert_eq!(dated(&changes, ahead), None);
    assert_eq!(dated(&changes, replica), None, "it has the time of its copying");
}

//! How much may vanish from a folder before it is taken for an accident.

use std::fs;
use std::ops::Range;

use photomesh::folder::{Folder, Options};
use photomesh::protocol::Holding;

use super::{Room, Told, told};

fn draw(photos: Range<u32>) -> Room {
    let mut room = Room::new();
    for seed in photos {
        room.draw(&format!("{seed}.jpg"), seed);
    }
    room.scan();
    room
}

#[test]
fn many_missing_photos_are_an_accident() {
    let mut room = Room::new();
    for seed in 0..50 {
        room.draw(&format!("{seed}.jpg"), seed);
    }
    room.scan();
    for seed in 0..20 {
        fs::remove_file(room.path(format!("{seed}.jpg"))).unwrap();
    }
    let changes = told(&room.scan());
    assert_eq!(changes.len(), 21, "twenty may go: {changes:?}");
    for seed in 20..41 {
        fs::remove_file(room.path(format!("{seed}.jpg"))).unwrap();
    }
    assert_eq!(told(&room.scan()), [Told::Lost]);
    assert_eq!(told(&room.scan()), [Told::Lost], "nothing was forgotten");
}

#[test]
fn of_many_photos_a_fifth_may_go() {
    let mut room = draw(0..150);
    for seed in 0..30 {
        fs::remove_file(room.path(format!("{seed}.jpg"))).unwrap();
    }
    assert_eq!(told(&room.scan()).len(), 31);
    // Of the 120 that are left.
    for seed in 30..55 {
        fs::remove_file(room.path(format!("{seed}.jpg"))).unwrap();
    }
    assert_eq!(told(&room.scan()), [Told::Lost]);
}

#[test]
fn photos_that_are_all_overwritten_with_something_else_are_an_accident_too() {
    for spare in [false, true] {
        let mut room = draw(0..21);
        if spare {
            for seed in 0..21 {
                room.draw(&format!("spare/{seed}.jpg"), seed);
            }
            room.scan();
        }
        for seed in 0..21 {
            fs::write(room.path(format!("{seed}.jpg")), "pay me").unwrap();
        }
        room.scan();
        // They rest when a second walk finds them the same.
        let changes = told(&room.scan());
        assert_eq!(changes == [Told::Lost], !spare, "{changes:?}");
    }
}

/// A folder with some photos of the friend's own, and many that are kept for others.
fn with_replicas(own: u32) -> Room {
    let mut room = draw(0..own);
    for seed in 100..140 {
        room.install(seed, &format!("{seed}.jpg"), Holding::Replica);
    }
    room
}

#[test]
fn that_nothing_is_left_of_ones_own_is_an_accident_whatever_is_kept_for_others() {
    for (own, gone, is_accident) in [(5, 5, true), (5, 4, false), (4, 4, false), (30, 21, true)] {
        for restarted in [false, true] {
            let mut room = with_replicas(own);
            for seed in 0..gone {
                fs::remove_file(room.path(format!("{seed}.jpg"))).unwrap();
            }
            let case = format!("{gone} of {own}, restarted: {restarted}");
            if restarted {
                let Room { folder, dir, .. } = room;
                drop(folder);
                let opened = Folder::open(dir.path(), &Options::default());
                assert_eq!(opened.is_err(), is_accident, "{case}");
            } else {
                assert_eq!(told(&room.scan()) == [Told::Lost], is_accident, "{case}");
            }
        }
    }
}

#[test]
fn it_is_known_which_files_of_ones_own_are_gone() {
    let mut room = with_replicas(10);
    let files = |room: &mut Room| room.folder.take_gone().files;
    assert_eq!(files(&mut room), 0);
    for seed in 0..3 {
        fs::remove_file(room.path(format!("{seed}.jpg"))).unwrap();
    }
    fs::rename(room.path("3.jpg"), room.path("moved.jpg")).unwrap();
    let replica = room.files(".photomesh/replicas").remove(0);
    fs::remove_file(room.path(".photomesh/replicas").join(replica)).unwrap();
    let mut room = room.reopened();
    room.scan();
    let gone = room.folder.take_gone();
    assert_eq!(
        (gone.files, gone.first),
        (3, ["0.jpg", "1.jpg", "2.jpg"].map(str::to_owned).into())
    );
    room.scan();
    assert_eq!(files(&mut room), 0, "it is said once");
}

#[test]
fn what_was_copied_elsewhere_and_then_removed_is_not_gone() {
    let mut room = draw(0..10);
    fs::create_dir(room.path("b")).unwrap();
    for seed in 0..10 {
        let (old, new) = (room.path(format!("{seed}.jpg")), room.path(format!("b/{seed}.jpg")));
        fs::write(new, fs::read(&old).unwrap()).unwrap();
        fs::remove_file(old).unwrap();
    }
    // The new files have just been written; a second walk finds them at rest.
    for _ in 0..2 {
        assert_eq!(told(&room.scan()), [Told::Scanned(0)]);
    }
    assert_eq!(room.folder.take_gone().files, 0);
    fs::remove_dir_all(room.path("b")).unwrap();
    assert_eq!(told(&room.scan()), [Told::Lost]);
}

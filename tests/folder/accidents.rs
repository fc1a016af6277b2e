//! How much may vanish from a folder before it is taken for an accident.

use std::fs;
use std::ops::Range;

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

//! What a scan finds, and what it passes over.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::time::{Duration, SystemTime};

use photomesh::folder::Change;
use photomesh::protocol::Facts;
use photomesh::protocol::Holding::{Original, Replica, RetiredOriginal};

use super::{Room, Told, facts, picture, told};

#[test]
fn photos_are_found_in_subfolders_and_told_once() {
    let mut room = Room::new();
    let cat = room.draw("cat.jpg", 1);
    let dog = room.draw("2024/summer/dog.jpg", 2);
    let changes = room.scan();
    assert_eq!(
        told(&changes),
        [Told::Held(dog, Original, 1), Told::Held(cat, Original, 1), Told::Scanned(0)]
    );
    assert!(facts(&changes, dog).names.contains("dog.jpg"));
    assert_eq!(told(&room.scan()), [Told::Scanned(0)]);
    assert_eq!(room.read(cat), Some(picture(1)));
}

#[test]
fn a_restart_reads_nothing_again() {
    let mut room = Room::new();
    let cat = room.draw("cat.jpg", 1);
    room.scan();
    let mut room = room.reopened();
    let (changes, inspections) = room.inspect();
    assert!(inspections.is_empty());
    assert_eq!(told(&changes), [Told::Held(cat, Original, 1), Told::Scanned(0)]);
    assert!(facts(&changes, cat).names.contains("cat.jpg"));
}

#[test]
fn a_lost_or_torn_index_costs_only_reading_again() {
    let mut room = Room::new();
    let cat = room.draw("cat.jpg", 1);
    let fox = room.install(2, "fox.jpg", Replica);
    let owl = room.draw("owl.jpg", 3);
    room.scan();
    room.retire(owl, cat).unwrap();
    let index = room.path(".photomesh/index");
    let expected = |changes: &[_]| {
        let mut told = told(changes);
        assert_eq!(told.pop(), Some(Told::Scanned(0)));
        for held in [
            Told::Held(cat, Original, 1),
            Told::Held(fox, Replica, 0),
            Told::Held(owl, RetiredOriginal, 0),
        ] {
            assert!(told.contains(&held), "{held:?} in {told:?}");
        }
        assert_eq!(told.len(), 3);
    };
    fs::remove_file(&index).unwrap();
    let mut room = room.reopened();
    let changes = room.scan();
    expected(&changes);
    // What the files say must do: the replica's name, the note in the trash.
    assert!(facts(&changes, fox).names.contains("fox.jpg"));
    assert!(facts(&changes, owl).names.contains("owl.jpg"));

    // A crash in the midst of a line.
    let whole = fs::read(&index).unwrap();
    for torn in [whole.len() - 1, whole.len() - 20, whole.len() / 2, 3, 0] {
        fs::write(&index, &whole[..torn]).unwrap();
        room = room.reopened();
        expected(&room.scan());
    }
    // What is appended after a line without an end.
    fs::write(&index, &whole[..whole.len() - 1]).unwrap();
    room = room.reopened();
    room.folder.note_facts(cat, &Facts::named("tom.jpg"));
    room = room.reopened();
    assert!(facts(&room.scan(), cat).names.contains("tom.jpg"));
    // A line in the midst that is not what it was.
    let mut spoiled = whole.clone();
    spoiled[whole.len() / 2] = b'\n';
    fs::write(&index, &spoiled).unwrap();
    room = room.reopened();
    expected(&room.scan());
    let mut room = room.reopened();
    assert!(room.inspect().1.is_empty(), "the index was mended");
}

#[test]
fn only_regular_visible_files_count() {
    let mut room = Room::new();
    let cat = room.draw("cat.jpg", 1);
    room.draw(".hidden.jpg", 2);
    room.draw(".git/blob.jpg", 3);
    room.draw("other/.photomesh/replicas/owl.jpg", 4);
    room.draw("other/owl.jpg", 4);
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("fox.jpg"), picture(5)).unwrap();
    symlink(outside.path(), room.path("outside")).unwrap();
    symlink(outside.path().join("fox.jpg"), room.path("fox.jpg")).unwrap();
    symlink(room.path("."), room.path("loop")).unwrap();
    let _socket = UnixListener::bind(room.path("socket.jpg")).unwrap();
    assert_eq!(told(&room.scan()), [Told::Held(cat, Original, 1), Told::Scanned(0)]);
}

#[test]
fn a_file_replaced_by_a_link_after_the_walk_is_not_read() {
    let mut room = Room::new();
    room.draw("cat.jpg", 1);
    let outside = tempfile::tempdir().unwrap();
    fs::rename(room.path("cat.jpg"), outside.path().join("cat.jpg")).unwrap();
    room.draw("cat.jpg", 2);
    let absorbed = room.folder.absorb(room.walker.walk());
    fs::remove_file(room.path("cat.jpg")).unwrap();
    symlink(outside.path().join("cat.jpg"), room.path("cat.jpg")).unwrap();
    for candidate in absorbed.candidates {
        assert_eq!(told(&room.folder.take(candidate.inspect())), [Told::Scanned(1)]);
    }
}

#[test]
fn what_is_too_large_for_a_photo_is_counted_and_remembered() {
    let mut room = Room::new();
    let film = File::create(room.path("film.mov")).unwrap();
    film.set_len(photomesh::photo::MAX_PHOTO + 1).unwrap();
    film.set_modified(SystemTime::now() - Duration::from_secs(60)).unwrap();
    assert_eq!(told(&room.scan()), [Told::Scanned(1)]);
    let mut room = room.reopened();
    let (changes, inspections) = room.inspect();
    assert_eq!(told(&changes), [Told::Scanned(1)]);
    assert!(inspections.is_empty());
}

#[test]
fn names_that_are_no_text_are_kept() {
    let mut room = Room::new();
    let id = room.draw("x", 1);
    let name = OsStr::from_bytes(b"caf\xe9.jpg");
    fs::rename(room.path("x"), room.path(name)).unwrap();
    let changes = room.scan();
    assert_eq!(told(&changes), [Told::Held(id, Original, 1), Told::Scanned(0)]);
    let mut room = room.reopened();
    assert!(room.inspect().1.is_empty());
    room.retire(id, id).unwrap();
    let mut room = room.reopened();
    assert_eq!(room.folder.restore(id, None), Ok(Original));
    assert!(room.path(name).is_file());
}

#[test]
fn a_file_still_being_written_is_left_until_it_rests() {
    let mut room = Room::new();
    let bytes = picture(1);
    let path = room.path("cat.jpg");
    fs::write(&path, &bytes[..100]).unwrap();
    assert_eq!(told(&room.scan()), [Told::Scanned(0)]);
    fs::write(&path, &bytes).unwrap();
    assert_eq!(told(&room.scan()), [Told::Scanned(0)]);
    let id = photomesh::photo::PhotoId::of(&bytes);
    assert_eq!(told(&room.scan()), [Told::Held(id, Original, 1), Told::Scanned(0)]);
}

#[test]
fn a_file_written_while_it_is_read_is_not_taken() {
    let mut room = Room::new();
    room.draw("cat.jpg", 1);
    let (_, inspections) = room.inspect();
    let dog = room.draw("cat.jpg", 2);
    for inspection in inspections {
        assert_eq!(told(&room.folder.take(inspection)), [Told::Scanned(0)]);
    }
    assert_eq!(told(&room.scan()), [Told::Held(dog, Original, 1), Told::Scanned(0)]);
}

#[test]
fn an_edited_file_that_is_worse_by_rank_does_not_yield_to_what_it_was() {
    let mut room = Room::new();
    let held = |changes: &[Change]| {
        let held = |change: &Change| {
            let Change::Held { photo, .. } = change else { return None };
            Some(photo.clone())
        };
        changes.iter().find_map(held).unwrap_or_else(|| panic!("{changes:?}"))
    };
    room.draw("cat.jpg", 1);
    let mut old = held(&room.scan());
    // One of these edits is for the worse, the other for the better.
    for seed in [2, 1] {
        room.draw("cat.jpg", seed);
        let changes = room.scan();
        let new = held(&changes);
        assert_eq!(
            told(&changes),
            [Told::Held(new.id, Original, 1), Told::Missing(old.id), Told::Scanned(0)]
        );
        let is_worse = new.rank() < old.rank();
        assert_eq!(facts(&changes, new.id).distinct.contains(&old.id), is_worse);
        // Touching it changes nothing, and a restart neither.
        room.draw("cat.jpg", seed);
        assert_eq!(told(&room.scan()), [Told::Scanned(0)]);
        room = room.reopened();
        assert_eq!(facts(&room.scan(), new.id).distinct.contains(&old.id), is_worse);
        old = new;
    }
}

#[test]
fn what_was_edited_twice_does_not_yield_to_what_it_was_first() {
    let mut room = Room::new();
    let mut seeds = [1, 2, 3];
    seeds.sort_by_cached_key(|seed| room.spool("put-1", *seed).rank());
    let [worst, middle, best] = seeds;
    let first = room.draw("cat.jpg", best);
    room.scan();
    let second = room.draw("cat.jpg", worst);
    room.scan();
    // This edit is for the better, but what it was first is better still.
    let third = room.draw("cat.jpg", middle);
    assert_eq!(facts(&room.scan(), third).distinct, [first].into());
    // And this undoes all.
    room.draw("cat.jpg", best);
    let undone = facts(&room.scan(), first).distinct;
    assert!(!undone.contains(&first) && !undone.contains(&second));
}

#[test]
fn a_moved_file_is_never_missing() {
    let mut room = Room::new();
    let cat = room.draw("cat.jpg", 1);
    room.scan();
    fs::create_dir(room.path("pets")).unwrap();
    fs::rename(room.path("cat.jpg"), room.path("pets/tom.jpg")).unwrap();
    let changes = room.scan();
    assert_eq!(told(&changes), [Told::Held(cat, Original, 1), Told::Scanned(0)]);
    let names = facts(&changes, cat).names;
    assert!(names.contains("cat.jpg") && names.contains("tom.jpg"));
}

#[test]
fn a_deleted_file_is_missing() {
    let mut room = Room::new();
    let cat = room.draw("cat.jpg", 1);
    let dog = room.draw("dog.jpg", 2);
    room.draw("dog (2).jpg", 2);
    room.scan();
    fs::remove_file(room.path("cat.jpg")).unwrap();
    fs::remove_file(room.path("dog.jpg")).unwrap();
    let changes = told(&room.scan());
    assert_eq!(changes.len(), 3);
    assert!(changes.contains(&Told::Missing(cat)));
    assert!(changes.contains(&Told::Held(dog, Original, 1)));
    assert_eq!(room.read(cat), None);
    assert_eq!(room.read(dog), Some(picture(2)));
}

#[test]
fn a_photo_whose_file_becomes_something_else_is_missing() {
    let mut room = Room::new();
    let cat = room.draw("cat.jpg", 1);
    room.scan();
    room.draw("cat.jpg", 2);
    fs::write(room.path("cat.jpg"), "a shopping list").unwrap();
    room.scan();
    // It rests when a second walk finds it the same.
    assert_eq!(told(&room.scan()), [Told::Missing(cat), Told::Scanned(1)]);
}

#[test]
fn a_friends_own_file_takes_over_from_a_replica() {
    let mut room = Room::new();
    let cat = room.install(1, "cat.jpg", Replica);
    assert_eq!(told(&room.scan()), [Told::Scanned(0)]);
    room.draw("tom.jpg", 1);
    let changes = room.scan();
    assert_eq!(told(&changes), [Told::Held(cat, Original, 1), Told::Scanned(0)]);
    assert!(room.files(".photomesh/replicas").is_empty());
    assert_eq!(room.trash(".photomesh/trash/surplus").len(), 1);
}

#[test]
fn a_photo_moved_while_the_walk_was_on_is_neither_new_nor_missing() {
    let mut room = Room::new();
    let cat = room.draw("cat.jpg", 1);
    room.scan();
    let before = room.walker.walk();
    room.retire(cat, cat).unwrap();
    let absorbed = room.folder.absorb(before);
    let mut changes = absorbed.changes;
    for candidate in absorbed.candidates {
        changes.extend(room.folder.take(candidate.inspect()));
    }
    assert_eq!(told(&changes), [Told::Scanned(0)]);
    assert_eq!(told(&room.scan()), [Told::Scanned(0)]);
    assert_eq!(room.read(cat), Some(picture(1)));
}

#[test]
fn candidates_are_given_out_once() {
    let mut room = Room::new();
    let cat = room.draw("cat.jpg", 1);
    let first = room.folder.absorb(room.walker.walk());
    assert_eq!(first.candidates.len(), 1);
    assert_eq!(first.candidates[0].path(), Path::new("cat.jpg"));
    assert_eq!(first.candidates[0].bytes(), picture(1).len() as u64);
    let second = room.folder.absorb(room.walker.walk());
    assert!(second.candidates.is_empty() && second.changes.is_empty());
    for candidate in first.candidates {
        assert_eq!(
            told(&room.folder.take(candidate.inspect())),
            [Told::Held(cat, Original, 1), Told::Scanned(0)]
        );
    }
}

#[test]
fn a_directory_that_cannot_be_read_is_no_absence() {
    // Root reads everything; a directory entry that is too long to be reached does the same for everybody.
    let mut room = Room::new();
    let cat = room.draw("sub/cat.jpg", 1);
    room.scan();
    let sub = room.path("sub");
    fs::rename(&sub, room.path(".sub")).unwrap();
    symlink("sub", &sub).unwrap();
    // A link that leads to itself: not "no such file", but "nobody knows".
    let changes = told(&room.scan());
    assert_eq!(changes, [Told::Scanned(0)]);
    fs::remove_file(&sub).unwrap();
    fs::rename(room.path(".sub"), &sub).unwrap();
    assert_eq!(told(&room.scan()), [Told::Scanned(0)]);
    assert_eq!(room.read(cat), Some(picture(1)));
}

#[test]
fn a_lost_marker_is_told() {
    let mut room = Room::new();
    room.draw("cat.jpg", 1);
    room.scan();
    fs::rename(room.path(".photomesh"), room.path("elsewhere")).unwrap();
    assert_eq!(told(&room.scan()), [Told::Lost]);
    // Another folder's marker is none.
    fs::create_dir(room.path(".photomesh")).unwrap();
    File::create(room.path(".photomesh/lock")).unwrap();
    assert_eq!(told(&room.scan()), [Told::Lost]);
}

#[test]
fn moving_everything_is_no_accident() {
    let mut room = Room::new();
    for seed in 0..30 {
        room.draw(&format!("{seed}.jpg"), seed);
    }
    room.scan();
    fs::create_dir(room.path("all")).unwrap();
    for seed in 0..30 {
        let name = format!("{seed}.jpg");
        fs::rename(room.path(&name), room.path("all").join(&name)).unwrap();
    }
    let changes = told(&room.scan());
    assert_eq!(changes.last(), Some(&Told::Scanned(0)));
    assert!(!changes.iter().any(|told| matches!(told, Told::Missing(_))));
    // The same while no daemon ran.
    for seed in 0..30 {
        let name = format!("{seed}.jpg");
        fs::rename(room.path("all").join(&name), room.path(&name)).unwrap();
    }
    let mut room = room.reopened();
    assert_eq!(room.scan().len(), 31);
}

#[test]
fn a_photo_is_told_as_new_once_and_not_again_by_a_later_program() {
    let mut room = Room::new();
    let cat = room.draw("cat.png", 1);
    let added = |changes: &[Change]| {
        let added = |change: &Change| {
            let Change::Added { photo } = change else { return None };
            Some(*photo)
        };
        changes.iter().filter_map(added).collect::<Vec<_>>()
    };
    assert_eq!(added(&room.scan()), [cat]);
    fs::copy(room.path("cat.png"), room.path("copy of cat.png")).unwrap();
    assert_eq!(added(&room.scan()), [], "the same photo once more");
    let mut room = room.reopened();
    let dog = room.draw("dog.png", 2);
    assert_eq!(added(&room.scan()), [dog]);
}

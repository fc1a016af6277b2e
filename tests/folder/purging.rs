//! Out of the trash for good.

use std::fs;
use std::time::Duration;

use photomesh::folder::{Change, Options, StoreError};
use photomesh::photo::Relation;
use photomesh::protocol::Holding::{Original, Replica};
use photomesh::protocol::{Departure, Gone, Looks};

use super::{Room, Told, day, picture, soon, told};

const TRASH: &str = ".photomesh/trash";
const SURPLUS: &str = ".photomesh/trash/surplus";

#[test]
fn a_copy_in_the_trash_that_has_changed_is_not_purged() {
    let mut room = Room::new();
    let cat = room.draw("cat.jpg", 1);
    room.scan();
    room.retire(cat, cat).unwrap();
    let copy = format!("{TRASH}/{}", room.trash(TRASH)[0]);
    room.draw(&copy, 2);
    assert!(room.purge(cat).is_err());
    assert!(room.path(&copy).is_file());
    let changes = told(&room.scan());
    assert!(changes.contains(&Told::Damaged(cat, copy)), "{changes:?}");
    assert!(changes.contains(&Told::Missing(cat)), "{changes:?}");
}

#[test]
fn what_the_friend_has_copied_back_is_not_purged() {
    let mut room = Room::new();
    let cat = room.draw("cat.jpg", 1);
    room.scan();
    room.retire(cat, cat).unwrap();
    room.draw("again.jpg", 1);
    room.scan();
    // On Ok, or on Gone, the node would take the photo for one that it has no copy of.
    let purged = room.purge(cat);
    assert!(matches!(purged, Err(StoreError::Io(_))), "{purged:?}");
    assert!(room.path("again.jpg").is_file());
    assert_eq!(room.trash(TRASH).len(), 1);
}

#[test]
fn purging_touches_only_the_trash() {
    let mut room = Room::new();
    let cat = room.draw("cat.jpg", 1);
    let dog = room.draw("dog.jpg", 2);
    room.scan();
    room.retire(cat, dog).unwrap();
    room.purge(cat).unwrap();
    let purged = room.purge(dog);
    assert!(matches!(purged, Err(StoreError::Io(_))), "{purged:?}");
    assert!(room.files(TRASH).is_empty());
    assert_eq!(room.read(cat), None);
    assert_eq!(room.read(dog), Some(picture(2)));
    let mut room = room.reopened();
    assert_eq!(told(&room.scan()), [Told::Held(dog, Original, 1), Told::Scanned(0)]);
}

#[test]
fn trash_expires_by_days_of_running() {
    let mut room = Room::new();
    let cat = room.draw("cat.jpg", 1);
    let dog = room.draw("dog.jpg", 2);
    let fox = room.install(3, "fox.jpg", Replica);
    room.scan();
    room.retire(cat, dog).unwrap();
    assert_eq!(room.folder.tick(day() * 2), []);
    room.drop_surplus(fox).unwrap();
    assert_eq!(told(&room.folder.tick(day())), [Told::Expired(fox)]);
    room.purge(fox).unwrap();
    // The days before a restart count; the index may be lost.
    fs::remove_file(room.path(".photomesh/index")).unwrap();
    let mut room = room.reopened();
    room.scan();
    let mut days = 0;
    while told(&room.folder.tick(day())) != [Told::Expired(cat)] {
        days += 1;
        assert!(days < 40);
    }
    assert!((26..=30).contains(&days), "{days}");
    assert_eq!(room.folder.tick(day() / 48), [], "not all the time");
    assert_eq!(told(&room.folder.tick(day() / 24)), [Told::Expired(cat)]);
}

#[test]
fn the_days_left_are_those_after_which_a_photo_expires() {
    let mut room = Room::new();
    let cat = room.draw("cat.jpg", 1);
    let dog = room.draw("dog.jpg", 2);
    let fox = room.install(3, "fox.jpg", Replica);
    room.scan();
    room.retire(cat, dog).unwrap();
    room.drop_surplus(fox).unwrap();
    assert_eq!(room.folder.days_left(dog), None, "it is not in the trash");
    assert_eq!(room.folder.days_left(fox), Some(Some(1)), "a surplus replica");
    for day_of_running in 0..30 {
        let left = room.folder.days_left(cat);
        assert_eq!(left, Some(Some(30 - day_of_running)));
        let changes = told(&room.folder.tick(day()));
        let expires = changes.contains(&Told::Expired(cat));
        assert_eq!(expires, day_of_running == 29, "{changes:?}");
    }
    assert_eq!(room.folder.days_left(cat), Some(Some(0)));
}

#[test]
fn a_photo_expires_with_the_last_of_its_copies() {
    let mut room = Room::new();
    let cat = room.install(1, "cat.jpg", Replica);
    room.install(1, "cat.jpg", Original);
    let dog = room.install(2, "dog.jpg", Original);
    assert_eq!(room.trash(SURPLUS).len(), 1);
    room.retire(cat, dog).unwrap();
    assert_eq!(room.folder.tick(day() * 2), []);
    assert_eq!(told(&room.folder.tick(day() * 28)), [Told::Expired(cat)]);
}

#[test]
fn no_days_in_the_trash_are_none() {
    let mut room = Room::with(Options { trash_days: 0, ..Options::default() });
    let (cat, dog) = (room.draw("cat.jpg", 1), room.draw("dog.jpg", 2));
    room.scan();
    room.retire(cat, dog).unwrap();
    assert_eq!(told(&room.folder.tick(Duration::from_secs(1))), [Told::Expired(cat)]);
}

#[test]
fn a_copy_of_what_is_stored_leaves_the_trash_by_itself() {
    let mut room = Room::new();
    let cat = room.install(1, "cat.jpg", Replica);
    room.draw("cat.jpg", 1);
    room.scan();
    assert_eq!(room.trash(SURPLUS).len(), 1);
    assert_eq!(room.folder.tick(day() / 2), []);
    assert_eq!(room.trash(SURPLUS).len(), 1);
    assert_eq!(room.folder.tick(day()), []);
    assert!(room.files(SURPLUS).is_empty());
    assert_eq!(room.read(cat), Some(picture(1)));
}

#[test]
fn a_good_copy_stays_in_the_trash_while_what_is_stored_is_not() {
    let mut room = Room::new();
    room.install(1, "cat.jpg", Replica);
    room.draw("cat.jpg", 1);
    room.scan();
    assert_eq!(room.trash(SURPLUS).len(), 1);
    let mut rotten = picture(1);
    rotten[60] ^= 1;
    fs::write(room.path("cat.jpg"), rotten).unwrap();
    room.folder.tick(day() * 2);
    assert_eq!(room.trash(SURPLUS).len(), 1);
}

/// A photo in the trash that was put away for another one; whether its time there ever ends.
fn expires(room: &mut Room) -> bool {
    (0..50).any(|_| !told(&room.folder.tick(day())).is_empty())
}

#[test]
fn no_time_is_over_for_what_is_not_all_there_in_the_better_version() {
    for (relation, expected) in [(Relation::Same, true), (Relation::Variant, false)] {
        let mut room = Room::new();
        let (cat, dog) = (room.draw("cat.jpg", 1), room.draw("dog.jpg", 2));
        room.scan();
        let replaced = Departure::Replaced { by: dog, relation };
        room.folder.put_away(cat, replaced, soon()).unwrap();
        assert_eq!(expires(&mut room), expected, "{relation:?}");
        // Its owner may want it deleted all the same.
        assert!(room.folder.in_trash_for(30).contains(&cat));
        room.purge(cat).unwrap();
    }
}

#[test]
fn no_time_is_over_for_the_friends_own_file_that_went_for_somebody_elses() {
    for (mine, theirs, expected) in
        [(Original, Original, true), (Original, Replica, false), (Replica, Replica, true)]
    {
        let mut room = Room::new();
        let cat = room.install(1, "cat.jpg", mine);
        let dog = room.install(2, "dog.jpg", theirs);
        room.retire(cat, dog).unwrap();
        assert_eq!(
            room.folder.days_left(cat),
            Some(expected.then_some(30)),
            "{mine:?}, {theirs:?}"
        );
        assert_eq!(expires(&mut room), expected, "{mine:?}, {theirs:?}");
        assert!(room.folder.in_trash_for(30).contains(&cat), "its owner may want it deleted");
    }
}

#[test]
fn the_trash_tells_after_a_start_which_of_the_friends_own_files_went_and_when() {
    let mut room = Room::new();
    let cat = room.draw("cat.jpg", 1);
    let dog = room.install(2, "dog.jpg", Replica);
    let fox = room.draw("fox.jpg", 3);
    let owl = room.draw("owl.jpg", 4);
    let hen = room.install(5, "hen.jpg", Replica);
    room.scan();
    room.retire(cat, dog).unwrap();
    room.folder.tick(day());
    room.drop_surplus(fox).unwrap();
    room.drop_surplus(hen).unwrap();
    room.retire(owl, dog).unwrap();
    room.folder.restore(owl, None).unwrap();
    let gone = |ago, by| Gone { ago, by };
    let expected = [gone(day(), Some(dog)), gone(Duration::ZERO, None)];
    assert_eq!(room.folder.gone(), expected);
    assert_eq!(room.reopened().folder.gone(), expected);
}

#[test]
fn a_note_that_tells_no_relation_has_no_end_until_somebody_has_looked() {
    let mut room = Room::new();
    let (cat, dog) = (room.draw("cat.jpg", 1), room.draw("dog.jpg", 2));
    room.scan();
    room.retire(cat, dog).unwrap();
    let copy = room.trash(TRASH)[0].clone();
    let note = room.path(format!("{TRASH}/{copy}.json"));
    let text = fs::read_to_string(&note).unwrap();
    let earlier: String = text.lines().filter(|line| !line.contains("\"relation\"")).collect();
    assert_ne!(earlier.len(), text.lines().collect::<String>().len());
    fs::write(&note, earlier).unwrap();
    let mut room = room.reopened();
    let changes = room.scan();
    let recalled = Change::Recalled { photo: cat, looks: Looks::accepted_earlier(dog, None) };
    assert!(changes.contains(&recalled), "{changes:?}");
    assert!(!expires(&mut room));
    let mut looks = Looks::default();
    looks.note(dog, Relation::Same);
    room.folder.note_looks(cat, &looks);
    assert!(expires(&mut room));
}

#[test]
fn what_was_found_is_remembered() {
    let mut room = Room::new();
    let (cat, dog) = (room.draw("cat.jpg", 1), room.draw("dog.jpg", 2));
    room.scan();
    let mut looks = Looks::default();
    looks.note(dog, Relation::Different);
    room.folder.note_looks(cat, &looks);
    room.folder.tick(day());
    let mut room = room.reopened();
    let recalled = Change::Recalled { photo: cat, looks };
    let changes = room.scan();
    let first = changes.iter().position(|change| *change == recalled);
    let held = |change: &Change| matches!(change, Change::Held { photo, .. } if photo.id == cat);
    let held = changes.iter().position(held);
    assert!(first.is_some() && first < held, "{changes:?}");
    let again = room.scan();
    assert!(!again.contains(&recalled), "once");
}

#[test]
fn what_others_have_in_any_case_is_found_the_oldest_first() {
    let mut room = Room::new();
    let [cat, dog, bee] = [(1, "cat"), (2, "dog"), (3, "bee")]
        .map(|(n, name)| room.install(n, &format!("{name}.jpg"), Replica));
    // Their names are in another order than they go.
    let (dog, cat) = (cat.max(dog), cat.min(dog));
    let own = room.draw("own.jpg", 4);
    room.scan();
    let minute = Duration::from_secs(60);
    let surplus = |room: &mut Room, most| {
        // Each is named once an hour.
        room.folder.tick(60 * minute);
        room.folder.surplus(minute, most)
    };
    for photo in [dog, own, cat] {
        room.drop_surplus(photo).unwrap();
        room.folder.tick(Duration::from_secs(2));
    }
    room.retire(bee, own).unwrap();
    assert_eq!(room.folder.surplus(minute, 9), []);
    assert_eq!(
        surplus(&mut room, 9),
        [dog, cat],
        "not what is the owner's own, nor a worse version"
    );
    assert_eq!(surplus(&mut room, 1), [dog]);
    assert_eq!(room.folder.surplus(minute, 1), [cat], "the next one's turn");
    room.purge(dog).unwrap();
    assert_eq!(surplus(&mut room, 9), [cat]);
    for (n, name) in [(1, "cat.jpg"), (2, "dog.jpg")] {
        room.draw(name, n);
    }
    room.scan();
    assert_eq!(surplus(&mut room, 9), [], "its owner has it now");
}

#[test]
fn an_own_photo_that_may_move_need_not_stay_for_long() {
    for (pools, days) in [(false, 30), (true, 1)] {
        let mut room = Room::with(Options { pools, ..Options::default() });
        let cat = room.draw("cat.jpg", 1);
        room.scan();
        room.drop_surplus(cat).unwrap();
        assert_eq!(room.folder.days_left(cat), Some(Some(days)));
        room.folder.tick(Duration::from_secs(60));
        assert_eq!(room.folder.surplus(Duration::from_secs(60), 9), [], "not early");
        // What the folder is started with later changes nothing.
        let room = room.reopened_with(Options { pools: !pools, ..Options::default() });
        assert_eq!(room.folder.days_left(cat), Some(Some(days)));
    }
}

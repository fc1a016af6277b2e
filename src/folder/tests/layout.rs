//! What paths mean, and which names our own files have.

use std::ffi::OsStr;
use std::path::Path;

use crate::folder::layout::{
    REPLICAS, TRASH, holding_at, is_inside, is_note, label, may_hold, own_name,
};
use crate::photo::PhotoId;
use crate::protocol::Holding::{Original, Replica, Retired};

#[test]
fn paths_leave_the_folder_in_no_way() {
    for path in ["a.jpg", "a/b/c.jpg", "./a.jpg"] {
        assert_eq!(is_inside(Path::new(path)), !path.starts_with('.'), "{path}");
    }
    for path in ["", "/", "/a", "../a", "a/../../b", "a/.."] {
        assert!(!is_inside(Path::new(path)), "{path}");
    }
}

#[test]
fn what_a_file_counts_as_is_said_by_its_directory() {
    for (path, holding) in [
        ("cat.jpg", Original),
        ("sub/.photomesh/replicas/cat.jpg", Original),
        (".photomeshx/replicas/cat.jpg", Original),
        (".photomesh.jpg", Original),
        (".photomesh/replicas/cat.jpg", Replica),
        (".photomesh/replicas/cat.jpg.companions/cat.xmp", Replica),
        (".photomesh/replicas.jpg", Retired),
        (".photomesh/trash/cat.jpg", Retired),
        (".photomesh/trash/surplus/cat.jpg", Retired),
        (".photomesh", Retired),
    ] {
        assert_eq!(holding_at(Path::new(path)), holding, "{path}");
    }
}

#[test]
fn own_names_carry_the_id_and_give_the_label_back() {
    let id = PhotoId::of(b"a photo");
    let name = own_name(id, "../cat.jpg");
    assert_eq!(name.as_str(), format!("{}-cat.jpg", &id.to_string()[..12]));
    assert_eq!(label(&Path::new(REPLICAS).join(name.as_str())), "cat.jpg");
    assert_eq!(label(Path::new("sub/123456789abc-x.jpg")), "123456789abc-x.jpg");
}

#[test]
fn files_of_our_own_hold_what_they_are_named_by() {
    let (cat, dog) = (PhotoId::of(b"a cat"), PhotoId::of(b"a dog"));
    let name = own_name(cat, "pet.jpg");
    for (dir, dog_too) in [(REPLICAS, false), (TRASH, false), ("sub", true)] {
        let path = Path::new(dir).join(name.as_str());
        assert!(may_hold(&path, cat), "{path:?}");
        assert_eq!(may_hold(&path, dog), dog_too, "{path:?}");
    }
    for given in ["pet.jpg", "holiday-2024-pet.jpg", "2024-05-06.jpg", "123456789abc"] {
        assert!(may_hold(&Path::new(REPLICAS).join(given), cat), "{given}");
    }
}

#[test]
fn own_names_are_never_those_of_notes() {
    let id = PhotoId::of(b"a photo");
    let long = format!("{}.json{}", "x".repeat(182), "y".repeat(30));
    for name in ["a.json", "a.JSON", "a.json. ", "a.json\u{200b}", ".json", &long] {
        let own = own_name(id, name);
        for own in [&own, &own.numbered(2), &own_name(id, own.as_str())] {
            assert!(!is_note(OsStr::new(&own.as_str().to_lowercase())), "{own}");
            assert!(own.as_str().contains(&name[1..5]), "{own}");
        }
    }
}

//! A member with two computers, who really has everything and proves it, and takes both away at once.

use std::collections::BTreeMap;
use std::fs;

use photomesh::photo::PhotoId;
use photomesh::protocol::{Answer, Request};

use crate::support::wait::eventually;
use crate::support::{disk, pictures};
use crate::{Group, PATIENCE};

const QUICK: [&str; 4] = ["--pin", "2s", "--grace", "3s"];

#[test]
fn who_has_everything_on_two_computers_and_takes_both_away_takes_no_photo_along() {
    let group = Group::new(41);
    let mut photos = BTreeMap::new();
    for (number, folder) in [(1, "anna"), (2, "anna"), (3, "ben"), (4, "ben")] {
        let picture = pictures::jpeg(&pictures::draw(number, 320, 240), 90);
        for folder in [folder, "mallory-1", "mallory-2"] {
            let folder = group.place.path().join(folder);
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join(format!("{number}.jpg")), &picture).unwrap();
        }
        photos.insert(
            PhotoId::of(&picture),
            group.place.path().join(folder).join(format!("{number}.jpg")),
        );
    }
    let anna = group.start_with("anna", None, &QUICK);
    let ben = group.start_with("ben", Some(anna.address()), &QUICK);
    group.settles(ben.address(), 2, 4);
    let mallory = ["mallory-1", "mallory-2"]
        .map(|folder| group.start_of("mallory", folder, Some(anna.address()), &QUICK));
    group.settles(ben.address(), 4, 4);
    // Whatever may go has gone when each photo is in its friends' own folders alone.
    let over = || {
        let answer = group.ask(ben.address(), &Request::Status)?;
        let Answer::Status(status) = &answer else {
            return Err(format!("{answer:?}"));
        };
        let rests = status.nodes.iter().all(|node| node.originals == node.photos);
        rests.then_some(()).ok_or(format!("{answer:?}"))
    };
    eventually("no replica is left", PATIENCE, over).unwrap();
    for path in photos.values() {
        assert!(path.is_file(), "{} has left its owner's folder", path.display());
    }

    for mut daemon in mallory {
        daemon.kill().unwrap();
    }
    let folders = [anna.folder(), ben.folder()];
    let all_twice = || {
        let copies = disk::copies(&folders);
        let twice = photos.keys().all(|photo| copies.get(photo) == Some(&2));
        twice.then_some(()).ok_or(format!("{copies:?}"))
    };
    eventually("each photo is on both again", PATIENCE, all_twice).unwrap();
}

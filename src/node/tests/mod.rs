//! Nodes driven by hand: three in a small world, and one among strangers.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a test names what it expects; everything else is a failure or not its business"
)]

mod abroad;
mod accounts;
mod addresses;
mod announcing;
mod apart;
mod bounds;
mod budgets;
mod claims;
mod claims_map;
mod crowds;
mod custody;
mod departures;
mod draining;
mod drops;
mod drops_alone;
mod every_order;
mod forgetting;
mod hot;
pub(super) mod laws;
mod leaving;
mod line;
mod looks;
mod members;
mod offers;
mod page_sizes;
mod pages;
mod patience;
mod placement;
mod presence;
mod previews;
mod promises;
mod proofs;
mod pulling;
mod putting;
mod ranks;
mod rate;
mod reading_along;
mod relieving;
mod removals;
mod removing;
mod rounds;
mod rules;
mod sharing;
mod shortages;
mod showing;
mod slots;
mod solo;
mod spaces;
mod strangers;
mod targets;
mod tombstones;
mod trash;
mod trimming;
mod unrest;
mod urgent_copies;
mod variants;
mod versions;
mod viewers;
mod windows;
mod words;
mod work;
mod world;

use world::World;

use crate::photo::PhotoId;
use crate::protocol::{Answer, Request};

#[test]
fn three_nodes_keep_one_collection_with_two_copies_of_each_photo() {
    let mut world = World::new(3);
    let photos: Vec<PhotoId> =
        (0..9).map(|n| world.add(n % 3, &format!("{n}.jpg"), &[n as u8; 5000])).collect();
    (0..3).for_each(|n| world.scan(n));
    world.run(20);
    for photo in &photos {
        assert_eq!(world.holders(*photo).len(), 2, "{photo:?}");
    }
    let lists: Vec<Vec<String>> = (0..3).map(|n| world.list(n)).collect();
    assert_eq!(lists[0].len(), 9);
    assert!(lists.iter().all(|list| *list == lists[0]));
}

#[test]
fn a_photo_that_all_three_have_is_trimmed_to_two() {
    let mut world = World::new(3);
    let photo = PhotoId::of(&[7; 100]);
    for n in 0..3 {
        world.add(n, "same.jpg", &[7; 100]);
        world.scan(n);
    }
    world.run(30);
    assert_eq!(world.holders(photo).len(), 2);
    let anywhere = world.disks.iter().filter(|disk| disk.photos.contains_key(&photo)).count();
    assert_eq!(anywhere, 3, "the third copy is in the trash, not deleted");
}

#[test]
fn a_killed_node_takes_nothing_with_it_and_its_copies_are_made_anew() {
    let mut world = World::new(3);
    let photos: Vec<PhotoId> =
        (0..9).map(|n| world.add(n % 3, &format!("{n}.jpg"), &[n as u8; 300_000])).collect();
    (0..3).for_each(|n| world.scan(n));
    world.run(20);
    world.kill(0);
    assert_eq!(world.list(1).len(), 9, "every photo is still listed at once");
    world.run(15);
    for photo in &photos {
        assert_eq!(world.holders(*photo), [1, 2]);
    }
    for n in 0..9 {
        let name = format!("{n}.jpg");
        match world.ask(2, Request::GetImageRequest { image_name: name }) {
            Answer::ReceiveImage { image, .. } => assert_eq!(&*image, [n as u8; 300_000]),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_node_without_a_photo_fetches_it_for_its_client_and_answers_unknown_names_at_once() {
    let mut world = World::new(3);
    world.add(0, "cat.jpg", &[1; 900_000]);
    (0..3).for_each(|n| world.scan(n));
    world.run(20);
    for n in 0..3 {
        let name = "cat.jpg".to_owned();
        match world.ask(n, Request::GetImageRequest { image_name: name }) {
            Answer::ReceiveImage { image, .. } => assert_eq!(image.len(), 900_000),
            other => panic!("{other:?}"),
        }
        let name = "dog.jpg".to_owned();
        let answer = world.ask(n, Request::GetImageRequest { image_name: name });
        assert!(matches!(answer, Answer::NotFound { .. }), "{answer:?}");
    }
}

//! How long it takes until many photos that are new to the mesh have their second copy, and that nobody idles meanwhile.

use std::time::Duration;

use photomesh::photo::PhotoId;

use crate::agenda::What;
use crate::library::Spec;
use crate::plan::TraceMode;
use crate::settings::Settings;
use crate::trace::Trace;
use crate::world::World;

/// What a disk needs for one photo at most: to write it, to look at it, to make it safe and to note what is said of it.
const DISK: Duration = Duration::from_millis(8);
/// Until the nodes have met, have told each other what they have, and have seen that nothing changes any more.
const BEGIN: Duration = Duration::from_secs(10);

/// Nodes that start at once with so many small photos each.
fn mesh(photos: &[usize]) -> World {
    let settings = Settings { jitter: false, ..Settings::ordinary(1) };
    let mut world = World::new(settings, Trace::new(TraceMode::Off));
    for (host, photos) in photos.iter().enumerate() {
        world.add_host();
        if host > 0 {
            let first = world.hosts[0].address.clone();
            world.hosts[host].join.push(first);
        }
        for n in 0..*photos {
            add(&mut world, host, &format!("{host}-{n}.heic"));
        }
        world.agenda.add(Duration::ZERO, What::Start(host));
    }
    world
}

/// A person puts a photo into a host's folder.
fn add(world: &mut World, host: usize, name: &str) -> PhotoId {
    let spec = Spec { picture: None, bytes: 424, ..Spec::plain(name, 0) };
    let photo = world.library.make(&spec);
    world.hosts[host].disk.add_file(photo, name);
    photo
}

/// How many copies there are.
fn copies(world: &World) -> usize {
    world.hosts.iter().map(|host| host.disk.files.len()).sum()
}

/// All photos have their two copies at this moment at the latest.
fn expect_copies(world: &mut World, photos: usize, limit: Duration) {
    while copies(world) < 2 * photos && world.now < limit {
        world.run_until(world.now + Duration::from_millis(500));
        assert_eq!(world.oracle.violation, None);
    }
    let (now, made) = (world.now.as_secs_f64(), copies(world));
    println!("{made} copies of {photos} photos after {now:.1} s");
    assert!(made >= 2 * photos);
}

#[test]
fn thousands_of_photos_are_copied_as_fast_as_one_disk_takes_them() {
    let limit = BEGIN + DISK * 4000;
    assert!(limit < Duration::from_secs(60));
    expect_copies(&mut mesh(&[4000, 0]), 4000, limit);
}

#[test]
fn two_nodes_copy_from_each_other_at_the_same_time() {
    expect_copies(&mut mesh(&[1500, 1500]), 3000, BEGIN + DISK * 1500);
}

#[test]
fn of_three_nodes_two_take_copies_at_the_same_time() {
    expect_copies(&mut mesh(&[3000, 0, 0]), 3000, BEGIN + DISK * 1500);
}

#[test]
fn photos_in_line_that_turn_up_elsewhere_hold_up_none_of_the_others() {
    let mut world = mesh(&[2000, 0]);
    world.run_until(BEGIN);
    let life = world.hosts[1].life().expect("it runs");
    let there = &world.hosts[1].disk.files;
    let missing = world.hosts[0].disk.files.keys();
    let missing = missing.filter(|photo| !there.contains_key(photo));
    let own: Vec<PhotoId> = missing.skip(100).take(200).copied().collect();
    for photo in own {
        let name = format!("{}.heic", photo.short());
        world.hosts[1].disk.add_file(photo, &name);
        world.look(life, photo);
    }
    expect_copies(&mut world, 2000, BEGIN + DISK * 2000);
}

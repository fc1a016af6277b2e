//! Several groups, each with daemons and super-peers of its own: what they see of each other, and what they do not.
//!
//! Nothing here sleeps and hopes: every promise has a deadline, and is looked for again and again until then.

#![allow(
    clippy::unwrap_used,
    reason = "clippy knows only test functions, not their helpers, as tests"
)]

mod hostile;
mod listening;
#[path = "../support/mod.rs"]
mod support;

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use photomesh::photo::PhotoId;
use photomesh::protocol::CircleFile;
use serde_json::Value;
use support::city::{City, PATIENCE, code, stderr, stdout};
use support::pictures::{draw, jpeg, png};
use support::wait::eventually;

/// A group of this name; no two of a test have the same secret.
fn city(name: &'static str, secret: u8, circle: &CircleFile) -> City {
    City::new(Path::new(env!("CARGO_BIN_EXE_photomesh")), name, secret, circle)
}

/// A photo of a few hundred kilobytes.
fn large(number: u64) -> Vec<u8> {
    png(&draw(number, 640, 480))
}

/// A group in which ana shows her photo, and ben does not show his.
fn porto(circle: &CircleFile) -> City {
    let mut porto = city("porto", 1, circle);
    porto.give("ana", "ana.jpg", &jpeg(&draw(1, 320, 240), 90));
    porto.give("ben", "ben.jpg", &jpeg(&draw(2, 320, 240), 90));
    porto.start_super("ana", &["--share"], &[]);
    porto.start("ben", &[]);
    porto.sees("porto", 1);
    porto
}

/// That group, and one that looks at it.
fn two() -> (City, City) {
    let circle = CircleFile::new([7; 32]);
    let porto = porto(&circle);
    let mut aveiro = city("aveiro", 2, &circle);
    aveiro.give("zoe", "zoe.jpg", &jpeg(&draw(3, 320, 240), 90));
    aveiro.start_super("zoe", &[], &[porto.super_peer(0)]);
    aveiro.start("rui", &[]);
    aveiro.sees("porto", 1);
    (porto, aveiro)
}

#[test]
fn a_group_sees_what_another_one_shares_and_nothing_else() {
    let (porto, aveiro) = two();
    // Through a daemon whose friend runs no super-peer.
    assert_eq!(stdout(&aveiro.run("rui", &["list", "--group", "porto"])), "ana.jpg\n");
    assert_eq!(stdout(&aveiro.run("rui", &["list"])), "zoe.jpg\n");
    let all = stdout(&aveiro.run("rui", &["list", "--all"]));
    assert_eq!(all, "aveiro/zoe.jpg\nporto/ana.jpg\n");
    for (arguments, told) in [
        (["--group", "porto"], vec![("porto", "ana.jpg")]),
        (["--all", "--sort=name"], vec![("aveiro", "aveiro/zoe.jpg"), ("porto", "porto/ana.jpg")]),
    ] {
        let listed = stdout(&aveiro.run("rui", &[&["list", "--json"], &arguments[..]].concat()));
        let photos = listed.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let photos: Vec<_> =
            photos.map(|photo| (photo["group"].clone(), photo["name"].clone())).collect();
        let told: Vec<_> =
            told.into_iter().map(|(group, name)| (group.into(), name.into())).collect();
        assert_eq!(photos, told);
    }
    let all = stdout(&porto.run("ben", &["list", "--all"]));
    assert_eq!(all, "porto/ana.jpg\nporto/ben.jpg\n", "aveiro shows nothing");

    assert_eq!(aveiro.get("rui", "porto/ana.jpg"), Some(porto.bytes("ana", "ana.jpg")));
    let shown = stdout(&aveiro.run("rui", &["show", "porto/ana.jpg"]));
    assert!(shown.contains("320 x 240"), "{shown}");
    assert!(!shown.contains("ben") && !shown.contains("127.0.0.1"), "{shown}");
    let hidden = PhotoId::of(&porto.bytes("ben", "ben.jpg")).to_string();
    let unknown = PhotoId::of(b"nothing").to_string();
    let mut said = ["ben.jpg", &hidden, &hidden[..8], &unknown].map(|name| {
        let output = aveiro.run("rui", &["get", &format!("porto/{name}")]);
        assert_eq!(code(&output), 1, "{name}: {}", stderr(&output));
        stderr(&output).replace(name, "")
    });
    said.sort();
    assert_eq!(said.first(), said.last(), "what is not shared is as what is not there");
    assert_eq!(code(&aveiro.run("rui", &["why", "porto/ana.jpg"])), 2);
    assert_eq!(code(&aveiro.run("rui", &["get", "porto/ana.jpg", "--exact"])), 2);
    assert_eq!(aveiro.get("rui", "aveiro/zoe.jpg"), Some(aveiro.bytes("zoe", "zoe.jpg")));
    assert_eq!(code(&aveiro.run("rui", &["get", "lisboa/ana.jpg"])), 1);
    assert_eq!(code(&aveiro.run("rui", &["get", "porto/ana.jpg", "lisboa/x.jpg"])), 2);
    assert_eq!(stdout(&aveiro.run("rui", &["list"])), "zoe.jpg\n", "nothing came along");
}

#[test]
fn who_shares_no_longer_is_seen_no_longer() {
    let (mut porto, aveiro) = two();
    porto.stop("ana");
    porto.start_super("ana", &[], &[]);
    // Nobody has told the super-peer in aveiro: it asks for each question anew.
    let nothing = || match stdout(&aveiro.run("rui", &["list", "--group", "porto"])) {
        list if list.is_empty() => Ok(()),
        list => Err(list),
    };
    eventually("nothing is shown", PATIENCE, nothing).unwrap();
    assert_eq!(aveiro.get("rui", "porto/ana.jpg"), None);
    let here = stdout(&porto.run("ben", &["list"]));
    assert_eq!(here, "ana.jpg\nben.jpg\n", "to its own group it is what it was");
}

#[test]
fn a_super_peer_that_dies_is_not_missed() {
    let circle = CircleFile::new([8; 32]);
    let mut porto = city("porto", 3, &circle);
    let photos: Vec<Vec<u8>> = (0..6).map(|number| large(10 + number)).collect();
    for (number, bytes) in photos.iter().enumerate() {
        porto.give("ana", &format!("{number}.png"), bytes);
    }
    porto.start_super("ana", &["--share"], &[]);
    porto.start_super("ben", &["--share"], &[]);
    porto.start("cia", &[]);
    let mut aveiro = city("aveiro", 4, &circle);
    aveiro.start_super("zoe", &[], &[porto.super_peer(0), porto.super_peer(1)]);
    aveiro.start_super("rui", &[], &[porto.super_peer(0)]);
    aveiro.start("eva", &[]);
    aveiro.sees("porto", 6);
    // All copies are made, so that who is left has all of them.
    porto.settles(3);

    // On each side one dies while photos come.
    thread::scope(|scope| {
        let (came, first) = mpsc::channel();
        let gets = photos.iter().enumerate().map(|(number, bytes)| {
            let (aveiro, came) = (&aveiro, came.clone());
            scope.spawn(move || {
                for _ in 0..3 {
                    let name = format!("porto/{number}.png");
                    let output = aveiro.run("eva", &["get", &name, "-o", "-"]);
                    assert_eq!(code(&output), 0, "{name}: {}", stderr(&output));
                    assert!(output.stdout == *bytes, "{name}: not the very bytes");
                    came.send(()).unwrap();
                }
            })
        });
        let gets: Vec<_> = gets.collect();
        first.recv_timeout(PATIENCE).unwrap();
        porto.kill_process("ben");
        aveiro.kill_process("rui");
        gets.into_iter().for_each(|get| get.join().unwrap());
    });

    // Nobody of porto is left: that is said soon, and the own group is as it was.
    porto.kill("ben");
    porto.kill("ana");
    let asked = Instant::now();
    let output = aveiro.run("eva", &["get", "porto/0.png", "-o", "-"]);
    assert_eq!(code(&output), 69, "{}", stderr(&output));
    assert!(stderr(&output).contains("porto: out of reach"), "{}", stderr(&output));
    assert!(asked.elapsed() < Duration::from_secs(60), "{:?}", asked.elapsed());
    assert_eq!(code(&aveiro.run("eva", &["status"])), 0);
}

#[test]
fn super_peers_tell_each_other_of_third_groups() {
    let circle = CircleFile::new([9; 32]);
    let mut porto = city("porto", 5, &circle);
    porto.give("ana", "ana.jpg", &jpeg(&draw(1, 320, 240), 90));
    porto.start_super("ana", &["--share"], &[]);
    let mut lisboa = city("lisboa", 6, &circle);
    lisboa.start_super("leo", &[], &[porto.super_peer(0)]);
    lisboa.sees("porto", 1);
    // It is told of lisboa only.
    let mut aveiro = city("aveiro", 7, &circle);
    aveiro.start_super("zoe", &[], &[lisboa.super_peer(0)]);
    aveiro.sees("porto", 1);
    aveiro.sees("lisboa", 0);
    assert_eq!(aveiro.get("zoe", "porto/ana.jpg"), Some(porto.bytes("ana", "ana.jpg")));
}

#[test]
fn one_link_is_enough_for_all_super_peers_of_both_groups() {
    let circle = CircleFile::new([10; 32]);
    let mut porto = city("porto", 8, &circle);
    let everywhere = ["--host", "0.0.0.0"];
    porto.start_super("ana", &everywhere, &[]);
    let mut aveiro = city("aveiro", 9, &circle);
    aveiro.start_super("zoe", &everywhere, &[porto.super_peer(0)]);
    aveiro.start_super("eva", &everywhere, &[]);
    // Nobody has told porto of aveiro, nor eva of porto.
    porto.sees("aveiro", 0);
    aveiro.sees("porto", 0);
    aveiro.stop("zoe");
    aveiro.sees("porto", 0);
}

#[test]
fn what_cannot_work_is_said_before_anything_runs() {
    let circle = CircleFile::new([1; 32]);
    let city = city("porto", 1, &circle);
    let file = city.circle_file();
    let member = city.member_file("ana");
    let own = city.place().join("own.circle");
    fs::write(&own, "photomesh circle file\n").unwrap();
    let (file, member, own) =
        (file.to_str().unwrap(), member.to_str().unwrap(), own.to_str().unwrap());
    let with = |options: &[&str]| {
        let folder = city.place().join("x");
        let all = [&["daemon", folder.to_str().unwrap(), "--port", "0"], options].concat();
        city.program(&all)
    };
    for options in [
        &["--super", "5100"][..],
        &["--super", "5100", "--group", "porto"],
        &["--super", "5100", "--group", "3fa9c1", "--link-key", file, "--member", member],
        &["--super", "5100", "--group", "porto", "--link-key", file],
        &["--super", "0", "--group", "porto", "--link-key", file, "--member", member],
        &["--link", "5100"],
    ] {
        let output = with(options);
        assert_eq!(code(&output), 2, "{options:?}: {}", stderr(&output));
    }
    let output =
        with(&["--super", "5100", "--group", "porto", "--link-key", own, "--member", member]);
    assert_eq!(code(&output), 2, "others can read it: {}", stderr(&output));
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output =
        with(&["--super", &port, "--group", "porto", "--link-key", file, "--member", member]);
    assert_eq!(code(&output), 75, "{}", stderr(&output));
    assert!(stderr(&output).contains("with --super"), "{}", stderr(&output));
    let output = city.program(&["circle", "new", file]);
    assert_eq!(code(&output), 73, "{}", stderr(&output));
}

//! What it costs that many nodes are groups, and not one mesh: `make scale GROUPS=40` prints the table.
//!
//! Groups know nothing of each other: a super-peer is a client of its daemon, and asks other groups once in thirty seconds. So
//! one group is simulated, with the very nodes; what all of them cost, and what one mesh of as many nodes would, is
//! reckoned from that. What a question between groups takes on the wire is measured on the frames themselves.

use std::time::Duration;

use ed25519_dalek::SigningKey;
use photomesh::protocol::between::{Between, End, Greeting, GroupReport};
use photomesh::protocol::codec::FrameWriter;
use photomesh::protocol::group::GroupFile;
use photomesh::protocol::{Address, Answer};

use crate::scale::{Cost, measure};

/// Nodes of a group, photos of a node, super-peers of a group.
const MEMBERS: usize = 25;
const PHOTOS: usize = 250;
const SUPERS: usize = 2;

/// How often a super-peer asks each other group, and how often it asks any at most, in seconds; and of how many others it
/// is told then.
const ROUND: f64 = 30.0;
const PACE: f64 = 2.0;
const TOLD: usize = 8;

/// How many bytes the records of a handshake have, both ways, and what sealing adds to a frame.
const HANDSHAKE: usize = 48 + 96 + 64 + 6;
const SEALED: usize = 18;

/// How many bytes a super-peer sends and receives to ask another group what it shares, in a circle of so many.
fn asking(groups: usize) -> usize {
    let mut file = GroupFile::new([1; 32], [2; 32]);
    let member = file.invite("ana".parse().expect("a name"), [3; 32], 1_790_000_000).expect("room");
    let key = SigningKey::from_bytes(&[3; 32]);
    let (end, name) = (End::Dialed, "aveiro".parse().expect("a name"));
    let greeting = Greeting::sign(name, (&member.certificate, &key), Vec::new(), end, &[0; 32]);
    let report = GroupReport {
        id: member.certificate.group(),
        name: "aveiro".parse().expect("a name"),
        photos: 6_250,
        bytes: 20_000_000_000,
        nodes: MEMBERS as u32,
        here: MEMBERS as u32,
        supers: vec![Address::new("ana.example.org", 5100); SUPERS],
        lost_secs: None,
    };
    let mut wire = Vec::new();
    {
        let mut writer = FrameWriter::new(&mut wire, None);
        let link = Between::Link(Box::new(greeting));
        let said = [link.clone(), link, Between::Summary];
        said.iter().for_each(|frame| writer.between(frame).expect("memory"));
        let answer = Answer::Groups { groups: vec![report; groups.min(1 + TOLD)] };
        writer.answer(&answer).and_then(|()| writer.flush()).expect("memory");
    }
    HANDSHAKE + wire.len() + 4 * SEALED
}

/// A number of bytes, as one reads it.
fn spoken(bytes: f64) -> String {
    match bytes {
        _ if bytes >= 1e9 => format!("{:.1} GB", bytes / 1e9),
        _ if bytes >= 1e6 => format!("{:.1} MB", bytes / 1e6),
        _ => format!("{:.1} kB", bytes / 1e3),
    }
}

/// What a mesh of so many nodes costs each of them, going by what a small one does.
fn flat(nodes: usize, small: &Cost) -> String {
    let all = nodes as f64;
    let small_nodes = MEMBERS as f64;
    let tables = small.table_bytes * all / small_nodes;
    let idle = small.idle_bytes * (all - 1.0) / (small_nodes - 1.0);
    format!(
        "| {nodes} | one mesh | {} | {} | {} | {}/s | {} |",
        nodes - 1,
        nodes * PHOTOS,
        spoken(tables),
        spoken(idle),
        nodes * (nodes - 1) / 2
    )
}

/// The same for groups of which each is a mesh.
fn grouped(groups: usize, small: &Cost) -> String {
    let nodes = groups * MEMBERS;
    let questions = ((groups - 1) as f64 / ROUND).min(1.0 / PACE);
    let abroad = asking(groups) as f64 * questions;
    format!(
        "| {nodes} | {groups} groups | {} | {} | {} | {}/s; a super-peer {}/s more | {} |",
        MEMBERS - 1,
        MEMBERS * PHOTOS,
        spoken(small.table_bytes),
        spoken(small.idle_bytes),
        spoken(abroad),
        groups * MEMBERS * (MEMBERS - 1) / 2
    )
}

#[test]
#[ignore = "a command: make scale GROUPS=40"]
fn groups() {
    let groups = std::env::var("GROUPS").ok();
    let groups: usize = groups.and_then(|groups| groups.parse().ok()).unwrap_or(40);
    let small = measure(MEMBERS, MEMBERS * PHOTOS, Duration::from_secs(60));
    println!(
        "| nodes | as | links a node | photos in a node's table | told to a node at its start | idle, a node | links in all |"
    );
    println!("|---|---|---|---|---|---|---|");
    for groups in [groups, 10 * groups] {
        println!("{}", flat(groups * MEMBERS, &small));
        println!("{}", grouped(groups, &small));
    }
}

#[test]
fn what_groups_ask_each_other_is_little() {
    // A certificate and a signature each way, and the numbers of as many groups as a circle usually has.
    let bytes = asking(400);
    assert!((2_000..8_000).contains(&bytes), "{bytes}");
}

//! `at-risk`: which photos depend on a node.

use photomesh::protocol::NodeId;
use photomesh::protocol::client::{PhotoReport, StatusReport};
use serde_json::Value;
use tempfile::TempDir;

use crate::plan::{mesh, photos};
use crate::scripted::{Scripted, code, stderr, stdout};

/// Two photos that only ana has, three with copies at ben's and at cia's laptop, one on three nodes.
fn house() -> (StatusReport, Vec<PhotoReport>) {
    let photos = [photos(3..5, &[1]), photos(0..3, &[2, 3]), photos(5..6, &[1, 2, 3])].concat();
    let nodes = [("ana", 10), ("ben", 10), ("cia/laptop", 10), ("cia/desk", 10)];
    (mesh(&nodes, &photos), photos)
}

/// What `at-risk` says, and on standard error; and its exit code.
fn at_risk(
    (mesh, photos): (StatusReport, Vec<PhotoReport>),
    asked: &[&str],
) -> (String, String, i32) {
    let (daemon, folder) = (Scripted::of(mesh, photos), TempDir::new().unwrap());
    let output = daemon.run(folder.path(), &[&["at-risk"], asked].concat());
    (stdout(&output), stderr(&output), code(&output))
}

fn said(asked: &[&str]) -> String {
    let (text, error, code) = at_risk(house(), asked);
    assert_eq!((code, error.as_str()), (0, ""));
    text
}

#[test]
fn what_each_node_means_for_the_photos_is_counted() {
    assert_eq!(
        said(&[]),
        "at risk already: 2 photos on one node only\n\
         if ana vanished: 2 photos lost, 0 on one node only\n\
         if ben vanished: 0 photos lost, 3 on one node only\n\
         if cia/laptop vanished: 0 photos lost, 3 on one node only\n\
         if cia/desk vanished: 0 photos lost, 0 on one node only\n"
    );
    let (mut mesh, mut photos) = house();
    mesh.nodes[3].alive = false;
    photos[0].holders.clear();
    let (text, ..) = at_risk((mesh, photos), &[]);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "at risk already: 1 photo on one node only, 1 on none here");
    assert_eq!(lines[1], "if ana vanished: 1 photo lost, 0 on one node only");
    assert_eq!(lines[4..], ["not counted: what lies on nodes that are away (cia/desk)"]);
    let (mesh, photos) = house();
    let (text, ..) = at_risk((mesh, photos[2..].to_vec()), &[]);
    assert!(text.starts_with("every photo is on two nodes or more\nif ana"), "{text}");
}

#[test]
fn what_depends_on_a_node_is_told_by_name() {
    assert_eq!(
        said(&["ana"]),
        "if ana vanished: 2 photos lost:\n  \
           photo03.jpg (03030303, 1.00 GiB)\n  \
           photo04.jpg (04040404, 1.00 GiB)\n\
         if ana vanished: 0 photos on one node only\n"
    );
    let of_ben = said(&["ben"]);
    assert_eq!(
        of_ben,
        "if ben vanished: 0 photos lost\n\
         if ben vanished: 3 photos on one node only:\n  \
           photo00.jpg (00000000, 1.00 GiB)\n  \
           photo01.jpg (01010101, 1.00 GiB)\n  \
           photo02.jpg (02020202, 1.00 GiB)\n"
    );
    // By its own name, by its id, and by the beginning of that.
    assert_eq!(said(&["laptop"]), of_ben.replace("ben", "cia/laptop"));
    assert_eq!(said(&["0000000000000002"]), of_ben);
    let (mut mesh, photos) = house();
    mesh.nodes[1].id = NodeId(0xb0b0_0000_0000_0000);
    mesh.nodes[1].alive = false;
    let (text, _, code) = at_risk((mesh, photos), &["b0b"]);
    assert_eq!(code, 0);
    assert!(text.starts_with("ben is away already"), "{text}");
    assert!(text.ends_with("not counted: what lies on nodes that are away (ben)\n"), "{text}");
}

#[test]
fn a_name_of_no_node_or_of_several_has_its_exit_code() {
    let (text, error, code) = at_risk(house(), &["benn"]);
    assert_eq!((text.as_str(), code), ("", 1));
    assert!(error.contains("benn: no node of this name is known; did you mean ben?"), "{error}");
    for several in ["cia", "0"] {
        let (_, error, code) = at_risk(house(), &[several]);
        assert_eq!(code, 3, "{error}");
        assert!(error.contains("cia/desk, node 0000000000000004"), "{error}");
    }
    let (mut mesh, photos) = house();
    mesh.nodes[2].called = "cia/laptop (5000)".to_owned();
    mesh.nodes[3].called = "cia/laptop (5001)".to_owned();
    for (asked, expected) in [("cia/laptop (5001)", 0), ("cia/laptop", 3), ("laptop", 3)] {
        let (_, error, code) = at_risk((mesh.clone(), photos.clone()), &[asked]);
        assert_eq!(code, expected, "{asked}: {error}");
    }
}

#[test]
fn programs_are_told_each_photo_and_node() {
    let rows = |house: (StatusReport, Vec<PhotoReport>), asked: &[&str]| {
        let (text, error, code) = at_risk(house, asked);
        assert_eq!((code, error.as_str()), (0, ""));
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>()
    };
    let all = rows(house(), &["--json"]);
    assert_eq!(all.len(), 2 + 3 * 2);
    for (row, name) in all.iter().zip(["photo03.jpg", "photo04.jpg"]) {
        assert_eq!(row["name"], name);
        assert_eq!(row["node"], NodeId(1).to_string());
        assert_eq!((&row["left"], &row["bytes"]), (&0.into(), &(1_u64 << 30).into()));
    }
    assert_eq!(all[0]["photo"], "03".repeat(32));
    assert!(all[2..].iter().all(|row| row["left"] == 1));
    let of_ben = rows(house(), &["ben", "--json"]);
    assert_eq!(of_ben.len(), 3);
    assert!(of_ben.iter().all(|row| row["node"] == NodeId(2).to_string()));
    let (mesh, mut photos) = house();
    photos[0].holders.clear();
    let nowhere = rows((mesh, photos), &["--json"]);
    assert_eq!((&nowhere[0]["node"], &nowhere[0]["left"]), (&Value::Null, &0.into()));
}

#[test]
fn foreign_names_stand_for_themselves() {
    let (mut mesh, mut photos) = house();
    mesh.nodes[0].called = "ana\x1b[2J".to_owned();
    photos[0].name = "a\n\x1b[2J.jpg".to_owned();
    photos[0].bytes = u64::MAX;
    // Who is named twice has one copy.
    photos[1].holders = [1, 1].map(NodeId).into();
    let (text, ..) = at_risk((mesh.clone(), photos.clone()), &["ana\x1b[2J"]);
    assert!(
        text.starts_with("if ana\\u{1b}[2J vanished: 2 photos lost:\n  a\\n\\u{1b}[2J.jpg"),
        "{text}"
    );
    let (_, error, _) = at_risk((mesh, photos), &["anna\x1b"]);
    assert!(!error.contains('\x1b'), "{error}");
}

//! `plan`: what is going to move, for people and for scripts; and nothing is changed.

use photomesh::protocol::client::{DiskReport, NodeReport, PhotoReport, StatusReport};
use photomesh::protocol::{MemberName, NodeId};
use serde_json::Value;
use tempfile::TempDir;

use crate::bars::calm;
use crate::list;
use crate::reports::node;
use crate::scripted::{Scripted, code, stderr, stdout};

const GIB: u64 = 1 << 30;

/// Photos of a GiB on these nodes, of which the first has them as its own.
pub(crate) fn photos(numbers: std::ops::Range<u8>, on: &[u64]) -> Vec<PhotoReport> {
    let photo = |number: u8| PhotoReport {
        bytes: GIB,
        holders: on.iter().copied().map(NodeId).collect(),
        originals: on.iter().take(1).copied().map(NodeId).collect(),
        ..list::photo(&format!("photo{number:02}.jpg"), number)
    };
    numbers.map(photo).collect()
}

/// The nodes 1, 2 and so on, called so, with disks of so many GiB, and with these photos.
pub(crate) fn mesh(disks: &[(&str, u64)], photos: &[PhotoReport]) -> StatusReport {
    let of = |(id, (called, capacity)): (u64, &(&str, u64))| {
        let held = photos.iter().filter(|photo| photo.holders.contains(&NodeId(id)));
        let own = photos.iter().filter(|photo| photo.originals.contains(&NodeId(id)));
        let load = held.map(|photo| photo.bytes).sum();
        let disk = DiskReport {
            capacity: Some(capacity * GIB),
            room: Some((capacity * GIB).saturating_sub(load)),
            fixed: own.map(|photo| photo.bytes).sum(),
            ..DiskReport::default()
        };
        NodeReport { called: (*called).to_owned(), bytes: load, disk, ..node(id, true, "here") }
    };
    let nodes = (1..).zip(disks).map(of).collect();
    StatusReport { bytes: photos.iter().map(|photo| photo.bytes).sum(), ..calm(nodes) }
}

/// What `plan` says of a mesh.
fn plan(mesh: &StatusReport, photos: &[PhotoReport], arguments: &[&str]) -> String {
    let daemon = Scripted::of(mesh.clone(), photos.to_vec());
    let folder = TempDir::new().unwrap();
    let output = daemon.run(folder.path(), &[&["plan"], arguments].concat());
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    stdout(&output)
}

const BALANCED: &str = "nothing is to move: the disks are as balanced as they can be\n";

#[test]
fn a_plan_says_who_gives_what_to_whom_and_why() {
    let photos = photos(0..8, &[1, 2]);
    let mesh = mesh(&[("ana", 10), ("ben", 10), ("cia", 20)], &photos);
    assert_eq!(
        plan(&mesh, &photos, &[]),
        "ben -> cia: 5 photos, 5.00 GiB\n  \
         cia's disk is 0 % full, ben's 80 %; they even out at 26 %\n\
         in all 5 photos, 5.00 GiB\n"
    );
    let json = plan(&mesh, &photos, &["--json"]);
    let rows: Vec<Value> = json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 5);
    for row in &rows {
        let photo = photos.iter().find(|photo| row["name"] == photo.name).unwrap();
        assert_eq!(row["photo"], photo.id.to_string());
        assert_eq!(row["bytes"], GIB);
        assert_eq!(row["from"], NodeId(2).to_string());
        assert_eq!(row["to"], NodeId(3).to_string());
        let why = "cia's disk is 0 % full, ben's 80 %; they even out at 26 %";
        assert_eq!(row["why"], why);
    }
}

#[test]
fn only_what_is_no_owners_own_and_has_its_copies_moves() {
    let disks = [("ana", 10), ("ben", 10), ("cia", 20)];
    let own: Vec<PhotoReport> = photos(0..8, &[1, 2])
        .into_iter()
        .map(|photo| PhotoReport { originals: photo.holders.clone(), ..photo })
        .collect();
    for photos in [Vec::new(), own, photos(0..4, &[1, 2, 3])] {
        let mesh = mesh(&disks, &photos);
        assert_eq!(plan(&mesh, &photos, &[]), BALANCED);
        assert_eq!(plan(&mesh, &photos, &["--json"]), "");
    }
}

#[test]
fn missing_copies_come_first_as_far_as_there_is_room() {
    let photos = photos(0..8, &[1]);
    let said = |disks: &[(&str, u64)]| {
        let mesh = mesh(disks, &photos);
        assert_eq!(plan(&mesh, &photos, &["--json"]), "", "they are no moves");
        let said = plan(&mesh, &photos, &[]);
        said.strip_suffix(BALANCED).unwrap().to_owned()
    };
    assert_eq!(
        said(&[("ana", 10), ("ben", 10), ("cia", 20)]),
        "before that, missing copies are made of 8 photos, 8.00 GiB\n"
    );
    assert_eq!(
        said(&[("ana", 10), ("ben", 4)]),
        "before that, missing copies are made of 3 photos, 3.00 GiB\n\
         no room for missing copies of 5 photos, 5.00 GiB: make as much on a disk that has none of them, or start a \
         daemon there with a higher --capacity\n"
    );
    assert_eq!(
        said(&[("ana", 10)]),
        "no other node is here for missing copies of 8 photos, 8.00 GiB\n"
    );
}

#[test]
fn with_a_disk_that_is_not_told_of_nothing_evens_out() {
    let photos = photos(0..8, &[1, 2]);
    let mut mesh = mesh(&[("ana", 10), ("ben", 10), ("cia", 20)], &photos);
    mesh.nodes[2].disk = DiskReport::default();
    let untold = "not told how large their disks are: cia; with these nothing is evened out\n";
    assert_eq!(plan(&mesh, &photos, &[]), format!("{BALANCED}{untold}"));
    // Nor with one that is to leave.
    mesh.nodes[2].disk = DiskReport {
        capacity: Some(20 * GIB),
        room: Some(0),
        draining: true,
        ..Default::default()
    };
    assert_eq!(plan(&mesh, &photos, &[]), BALANCED);
}

#[test]
fn no_photo_moves_to_fewer_members_or_where_it_could_not_be_proven() {
    let photos = photos(0..8, &[1, 2]);
    let disks = [("ana/laptop", 10), ("ben", 10), ("ana/desk", 20), ("cia", 20)];
    let mut mesh = mesh(&disks, &photos);
    let mut own = |members: [&str; 4]| {
        for (node, name) in mesh.nodes.iter_mut().zip(members) {
            node.member = Some(name.parse::<MemberName>().unwrap());
        }
        mesh.clone()
    };
    let found = plan(&own(["ana", "ben", "ana", "cia"]), &photos, &[]);
    assert!(found.contains("ben -> cia: ") && !found.contains("-> ana/desk"), "{found}");
    let found = plan(&own(["ana", "ben", "ana", "ana"]), &photos, &[]);
    assert_eq!(found, BALANCED);
    // Of three copies, both of ana's nodes would speak to ben with one voice.
    let photos: Vec<PhotoReport> = photos
        .into_iter()
        .map(|photo| PhotoReport {
            holders: [1, 2, 3].map(NodeId).into(),
            originals: [1, 3].map(NodeId).into(),
            ..photo
        })
        .collect();
    let mesh = StatusReport { copies_wanted: 3, ..own(["ana", "ben", "ana", "cia"]) };
    assert_eq!(plan(&mesh, &photos, &[]), BALANCED);
    // Four members; or ben's own nodes, who do not lie to each other.
    for members in [["ana", "ben", "dan", "cia"], ["ben", "ben", "ben", "cia"]] {
        let mesh = StatusReport { copies_wanted: 3, ..own(members) };
        assert!(plan(&mesh, &photos, &[]).contains("ben -> cia: "), "{members:?}");
    }
}

#[test]
fn whatever_a_daemon_says_there_is_a_plan() {
    let most = u64::MAX;
    let mut some = photos(0..8, &[1, 2]);
    some.extend(photos(8..16, &[2, 3]));
    for (photo, bytes) in some.iter_mut().zip([0, 1, GIB, most].into_iter().cycle()) {
        photo.bytes = bytes;
        photo.name.push_str("\x1b[2J");
    }
    // Twice the same, and one that lies twice on a node and on one that nobody knows.
    some.push(some[0].clone());
    some.push(PhotoReport { holders: [2, 2, 9].map(NodeId).into(), ..some[2].clone() });
    for figure in [0, 1, 1 << 50, most] {
        let mut mesh = mesh(&[("a\x1b[2J", 1), ("b\nb", 1), ("c", 1)], &[]);
        for (node, share) in mesh.nodes.iter_mut().zip([1, 2, 3]) {
            node.bytes = figure / share;
            node.disk = DiskReport {
                capacity: Some(most - figure / share),
                room: Some(most),
                fixed: figure / 2,
                ..DiskReport::default()
            };
        }
        mesh.bytes = figure;
        for arguments in [&[][..], &["--json"]] {
            let found = plan(&mesh, &some, arguments);
            assert!(!found.contains('\x1b'), "{found}");
        }
    }
}

//! `status`: the bars that show how full disks are.

use photomesh::protocol::Address;
use photomesh::protocol::client::{DiskReport, NodeReport, StatusReport};
use tempfile::TempDir;

use crate::reports::{node, report};
use crate::scripted::{Scripted, code, stderr, stdout};

const GIB: u64 = 1 << 30;

/// A node that is here, with so many GiB on its disk and so many of its owner's own.
pub(crate) fn disk(number: u64, called: &str, capacity: u64, load: u64, own: u64) -> NodeReport {
    NodeReport {
        called: called.to_owned(),
        bytes: load * GIB,
        disk: DiskReport {
            capacity: Some(capacity * GIB),
            room: Some(capacity.saturating_sub(load) * GIB),
            fixed: own * GIB,
            ..DiskReport::default()
        },
        ..node(number, true, "here")
    }
}

/// A collection of 100 GiB on these nodes, all as it should be.
pub(crate) fn calm(nodes: Vec<NodeReport>) -> StatusReport {
    StatusReport {
        nodes,
        photos: 1_234,
        bytes: 100 * GIB,
        under_replicated: 0,
        at_risk: Vec::new(),
        notes: Vec::new(),
        ..report()
    }
}

/// What `status` shows of a mesh.
fn shown(report: StatusReport) -> String {
    let (daemon, folder) = (Scripted::of(report, Vec::new()), TempDir::new().unwrap());
    let output = daemon.run(folder.path(), &["status"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    stdout(&output)
}

/// What it shows of the disks of these nodes, a line each, and the line below them.
fn bars(nodes: Vec<NodeReport>) -> Vec<String> {
    let text = shown(calm(nodes));
    let column = text.lines().find_map(|line| line.find("DISK")).unwrap();
    let table = text.lines().skip(2).take_while(|line| !line.is_empty());
    let disk = |line: &str| match line.starts_with("DISK") {
        true => line.to_owned(),
        false => line[column..].trim_end_matches("here").trim_end_matches("away").trim().to_owned(),
    };
    table.map(disk).collect()
}

#[test]
fn a_bar_tells_own_photos_from_others_and_shows_the_room_and_the_level() {
    assert_eq!(
        bars(vec![disk(1, "ana", 100, 80, 20), disk(2, "ben", 200, 20, 10)]),
        [
            "##=|=====.. 80 % of 100 GiB",
            "#..|....... 10 % of 200 GiB",
            "DISK: # own, = others, . room, x none; | where they even out if they can, 33 %",
        ]
    );
    // Half of what lies on ana's disk is her own: the other half alone would spread.
    assert_eq!(
        bars(vec![disk(1, "ana", 100, 80, 70), disk(2, "ben", 200, 20, 10)]),
        [
            "##|#####=.. 80 % of 100 GiB",
            "#.|........ 10 % of 200 GiB",
            "DISK: # own, = others, . room, x none; | where they even out if they can, 15 %",
        ]
    );
}

#[test]
fn a_disk_that_is_too_small_for_what_lies_there_is_said_to_be_over_full() {
    let full = disk(1, "ana", 100, 100, 20);
    let small = disk(2, "ben", 10, 12, 6);
    assert_eq!(
        bars(vec![full, small, disk(3, "cia", 0, 5, 5), disk(4, "dan", 0, 5, 4)]),
        [
            "##========  100 % of 100 GiB",
            "######====  over-full: 120 % of 10 GiB",
            "##########  keeps nothing for others",
            "##########  over-full: is to keep nothing",
            "DISK: # own, = others, . room, x none; they even out at 120 % if they can",
        ]
    );
}

#[test]
fn room_that_is_not_there_is_not_drawn() {
    let mut taken = disk(1, "ana", 100, 20, 20);
    taken.disk.room = Some(30 << 30);
    let mut failing = disk(2, "ben", 100, 20, 0);
    failing.disk.room = Some(0);
    let drawn = bars(vec![taken, failing]);
    assert_eq!(drawn[..2], ["##|....xxxx 20 % of 100 GiB", "==|xxxxxxxx 20 % of 100 GiB"]);
}

#[test]
fn a_disk_of_which_nobody_has_told_has_no_bar() {
    let early = node(2, true, "here");
    let away = NodeReport { alive: false, state: "away".to_owned(), ..disk(3, "cia", 100, 9, 0) };
    // What is away evens out with nobody.
    let all = vec![disk(1, "ana", 100, 80, 20), disk(2, "ben", 200, 20, 10), away.clone()];
    let drawn = bars(all);
    assert_eq!(drawn[0], "##=|=====.. 80 % of 100 GiB");
    assert_eq!(drawn[2], "-           (9.00 GiB)");
    assert_eq!(
        bars(vec![disk(1, "ana", 100, 80, 20), early.clone(), away]),
        [
            "##======|.. 80 % of 100 GiB",
            "-           3.00 MiB",
            "-           (9.00 GiB)",
            "DISK: # own, = others, . room, x none; | where they even out if they can, 80 %",
        ]
    );
    assert_eq!(bars(vec![early]), ["-           3.00 MiB"], "and nothing is explained");
}

#[test]
fn a_usual_mesh_fits_into_eighty_columns() {
    let at = |node: NodeReport, host: &str| NodeReport {
        address: Address::new(host, 5000),
        photos: 123_456,
        ..node
    };
    let text = shown(calm(vec![
        at(disk(1, "ana/laptop", 930, 20, 10), "192.168.178.20"),
        at(disk(2, "ben", 1_800, 20, 10), "ben.example.org"),
        at(disk(3, "cia/desk", 14_000, 7, 7), "10.0.0.17"),
    ]));
    assert!(text.contains("|..........  2 % of 930 GiB  here"), "{text}");
    assert!(text.contains("<1 % of 14 TiB"), "{text}");
    assert!(text.contains("\n1,234 photos (100.00 GiB) in the collection, each"), "{text}");
    let table = text.lines().take_while(|line| !line.is_empty());
    table.for_each(|line| assert!(line.len() <= 80, "{line:?} has {}", line.len()));
}

#[test]
fn whatever_a_daemon_says_of_disks_is_shown() {
    let most = u64::MAX;
    let figures = [0, 1, 1 << 50, most];
    let mut nodes = Vec::new();
    for (capacity, load) in figures.into_iter().flat_map(|a| figures.map(|b| (a, b))) {
        for (room, fixed) in figures.into_iter().flat_map(|a| figures.map(|b| (a, b))) {
            let disk = DiskReport {
                capacity: Some(capacity),
                room: Some(room),
                fixed,
                ..DiskReport::default()
            };
            let node = node(nodes.len() as u64, true, "here");
            nodes.push(NodeReport { bytes: load, disk, called: "b\x1b[2Jn".to_owned(), ..node });
        }
    }
    let text = shown(StatusReport { photos: most, bytes: most, ..calm(nodes) });
    assert!(text.contains("b\\u{1b}[2Jn") && !text.contains('\x1b'), "{text}");
    // Every bar is as wide as any other.
    let column = text.lines().find_map(|line| line.find("DISK")).unwrap();
    let bars = text.lines().skip(2).take(256).map(|line| &line[column..column + 12]);
    bars.for_each(|bar| assert!(bar.ends_with(' ') && !bar[..10].contains(' '), "{bar:?}"));
    let own = self::bars(vec![disk(1, "ana", 100, 20, 90)]);
    assert_eq!(own[0], "##|........ 20 % of 100 GiB", "what is not there is nobody's");
}

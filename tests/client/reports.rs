//! `status`, `show`, `why` and `trash`: what people and scripts want to know is there.

use std::io::{BufRead, BufReader};
use std::net::{Shutdown, TcpStream};
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};

use photomesh::photo::{Format, PhotoId, Relation};
use photomesh::protocol::client::{
    CacheReport, DiskReport, Explanation, FolderReport, NodeReport, RiskReport, StatusReport,
};
use photomesh::protocol::client::{Stay, TrashReport, VersionReport};
use photomesh::protocol::{Address, Answer, Holding, NodeId, Request};
use serde_json::Value;
use tempfile::TempDir;

use crate::list::photo;
use crate::scripted::{Scripted, client, code, say, stderr, stdout};

pub(crate) fn node(number: u64, alive: bool, state: &str) -> NodeReport {
    NodeReport {
        id: NodeId(number),
        called: String::new(),
        address: Address::new("127.0.0.1", 5000 + number as u16),
        alive,
        photos: 120,
        bytes: 3 << 20,
        originals: 80,
        disk: DiskReport::default(),
        member: None,
        bridge: alive.then(|| Address::new("127.0.0.1", 5101)),
        state: state.to_owned(),
    }
}

pub(crate) fn report() -> StatusReport {
    let risk = |number: u8| RiskReport {
        name: format!("photo{number}.jpg"),
        id: PhotoId([number; 32]),
        copies: 1,
        reason: if number < 12 { "waits for grace" } else { "just changed" }.to_owned(),
    };
    StatusReport {
        node: NodeId(1),
        address: Address::new("127.0.0.1", 5001),
        copies_wanted: 2,
        nodes: vec![node(1, true, "this node"), node(2, false, "away for 3 min")],
        photos: 240,
        bytes: 0,
        duplicates: 13,
        under_replicated: 14,
        over_replicated: 0,
        at_risk: (1..=12).map(risk).collect(),
        trash: 3,
        skipped_files: 1,
        damaged: 0,
        folder: FolderReport { unread: 1_234, companions: 12 },
        cache: CacheReport {
            photos: 9,
            bytes: 41_000_000,
            limit: 256_000_000,
            hits: 30,
            misses: 12,
            bytes_saved: 99_000_000,
        },
        notes: vec!["fewer nodes than copies\x1b[2J".to_owned()],
        news: vec!["1 of this node's own files went to its trash\x1b[2J".to_owned()],
        revision: 12,
    }
}

fn trouble(stream: &mut TcpStream, _: Request) {
    say(stream, &Answer::Status(Box::new(report())));
}

fn peace(stream: &mut TcpStream, _: Request) {
    let mut report = report();
    report.at_risk.clear();
    report.under_replicated = 0;
    report.notes.clear();
    say(stream, &Answer::Status(Box::new(report)));
}

#[test]
fn status_says_on_one_screen_who_is_here_and_what_is_at_risk() {
    let (daemon, folder) = (Scripted::new(trouble), TempDir::new().unwrap());
    let output = daemon.run(folder.path(), &["status"]);
    let text = stdout(&output);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    for wanted in [
        "other groups can be seen through 0000000000000001 (photomesh groups)",
        "1 node here, 1 missed",
        "0000000000000002  127.0.0.1:5002",
        "away for 3 min",
        "\n240 photos in the collection, each wanted on 2 nodes; 13 worse",
        "14 photos on fewer than 2 nodes",
        "  11 photos with 1 copy: waits for grace",
        "    photo1.jpg, photo2.jpg, photo3.jpg, photo4.jpg and 7 more",
        "  photo12.jpg (0c0c0c0c), 1 copy: just changed",
        "  and 2 more",
        "(120)  -           (3.00 MiB)  away for 3 min",
        "3 photos in its trash",
        "of 42 gets of other nodes' photos 30 took no transfer, which saved 94.41 MiB",
        "9 photos are kept for the next who asks, 39.10 MiB of at most 244.14 MiB",
        "1,234 photos here are still to be looked at",
        "12 files beside photos",
        "note: fewer nodes than copies\\u{1b}[2J",
        "news: 1 of this node's own files went to its trash\\u{1b}[2J",
    ] {
        assert!(text.contains(wanted), "{wanted:?} is missing in\n{text}");
    }
    assert!(text.lines().count() <= 24, "more than a screen:\n{text}");

    let calm = Scripted::new(peace).run(folder.path(), &["status"]);
    let text = stdout(&calm);
    assert!(text.contains("every photo is on at least 2 nodes"), "{text}");
}

#[test]
fn status_checks_for_scripts_whether_all_is_safe() {
    let (daemon, folder) = (Scripted::new(trouble), TempDir::new().unwrap());
    let output = daemon.run(folder.path(), &["status", "--check"]);
    assert_eq!(code(&output), 1);
    assert!(stdout(&output).contains("240 photos"), "it is shown all the same");
    assert!(stderr(&output).contains("14 photos are not on as many disks as wanted"));
    let output = Scripted::new(peace).run(folder.path(), &["status", "--check"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert!(stdout(&output).contains("news: 1 of this node's own files"), "and all is safe");
}

#[test]
fn status_for_scripts_keeps_its_contract() {
    let (daemon, folder) = (Scripted::new(trouble), TempDir::new().unwrap());
    let output = daemon.run(folder.path(), &["status", "--json"]);
    let status: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(status["node"], "0000000000000001");
    assert_eq!(status["address"], "127.0.0.1:5001");
    for (key, value) in
        [("copies_wanted", 2), ("photos", 240), ("under_replicated", 14), ("over_replicated", 0)]
    {
        assert_eq!(status[key], value, "{key}");
    }
    for key in ["id", "address", "alive", "photos", "bytes"] {
        assert!(!status["nodes"][1][key].is_null(), "nodes: {key}");
    }
    for key in ["name", "id", "copies", "reason"] {
        assert!(!status["at_risk"][0][key].is_null(), "at_risk: {key}");
    }
}

pub(crate) fn explain(stream: &mut TcpStream, _: Request) {
    let version = VersionReport {
        id: PhotoId([9; 32]),
        names: vec!["small.jpg".to_owned()],
        bytes: 2000,
        width: 320,
        height: 240,
        format: Format::Png,
        held: vec![(NodeId(3), Holding::Retired)],
        relation: Relation::Variant,
        worse_by: "fewer pixels".to_owned(),
        differs: vec!["320 x 240 instead of 640 x 480".to_owned()],
    };
    let explanation = Explanation {
        called: std::collections::BTreeMap::new(),
        photo: photo("large.jpg", 5),
        meant: Some(PhotoId([9; 32])),
        colour: true,
        camera: true,
        held: vec![(NodeId(1), Holding::Original), (NodeId(2), Holding::Replica)],
        versions: vec![version],
        state: "on 2 of 2 nodes".to_owned(),
        shared: Some("not shown to other groups: ben does not share (--share)".to_owned()),
    };
    say(stream, &Answer::Explained(Box::new(explanation)));
}

#[test]
fn show_and_why_explain_a_photo() {
    let (daemon, folder) = (Scripted::new(explain), TempDir::new().unwrap());
    let show = stdout(&daemon.run(folder.path(), &["show", "large.jpg"]));
    let why = stdout(&daemon.run(folder.path(), &["why", "small.jpg"]));
    let id = "05".repeat(32);
    for wanted in [
        id.as_str(),
        "640 x 480 JPEG, 120.56 KiB",
        "colour, from a camera",
        "2005-07-14 12:00:00",
        "other.jpg",
        "0000000000000001, in its owner's folder",
        "on 2 of 2 nodes",
    ] {
        assert!(show.contains(wanted), "{wanted:?} is missing in\n{show}");
    }
    for wanted in [
        "small.jpg is shown as large.jpg (variant of the picture, 640 x 480 instead of 320 x 240)",
        "the best of 2 versions",
        "small.jpg (09090909, 320 x 240 PNG, 1.95 KiB): variant of the picture, fewer pixels",
        "photomesh distinct 05050505 09090909",
        "0000000000000003: in the trash",
        "Copies: on 2 of 2 nodes",
        "\nIt is not shown to other groups: ben does not share (--share).\n",
    ] {
        assert!(why.contains(wanted), "{wanted:?} is missing in\n{why}");
    }
}

#[test]
fn show_and_why_tell_programs_all_there_is() {
    let (daemon, folder) = (Scripted::new(explain), TempDir::new().unwrap());
    for command in ["show", "why"] {
        let output = daemon.run(folder.path(), &[command, "small.jpg", "--json"]);
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        let text = stdout(&output);
        assert_eq!(text.lines().count(), 1);
        let told: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(told["photo"]["name"], "large.jpg");
        assert_eq!(told["versions"][0]["names"][0], "small.jpg");
        assert_eq!(told["meant"], "09".repeat(32));
    }
}

fn trash(stream: &mut TcpStream, request: Request) {
    let answer = if let Request::TrashRestore { image_name: name } = request {
        let id = PhotoId([9; 32]);
        let file = (name == "small1.jpg").then(|| "2024/small1 (2).jpg".to_owned());
        Answer::Restored { name, id, file }
    } else {
        let thrown = |number: u8, until_purged, stay| TrashReport {
            names: vec![format!("small{number}.jpg")],
            id: PhotoId([number; 32]),
            bytes: 2000,
            keeper: Some(PhotoId([5; 32])),
            reason: "a better version is kept".to_owned(),
            until_purged,
            stay,
            companions: vec!["small.xmp".to_owned()],
        };
        let photos = vec![
            thrown(1, false, Some(Stay::Days(12))),
            thrown(2, false, Some(Stay::Days(0))),
            thrown(3, false, Some(Stay::UntilPurged)),
            // By an earlier daemon; and what nobody knows yet.
            thrown(4, true, None),
            thrown(5, false, None),
        ];
        Answer::Trash { photos, next: None }
    };
    say(stream, &answer);
}

#[test]
fn the_trash_can_be_seen_and_emptied_backwards() {
    let (daemon, folder) = (Scripted::new(trash), TempDir::new().unwrap());
    let text = stdout(&daemon.run(folder.path(), &["trash", "list"]));
    let told = |number: u8, stay: &str| {
        let (name, id) = (format!("small{number}.jpg"), PhotoId([number; 32]).short());
        format!("{name} ({id}, 1.95 KiB)\n  a better version is kept; with small.xmp\n{stay}")
    };
    let all = [
        told(1, "  12 days of running left, then it is deleted as soon as that is safe\n"),
        told(2, "  its time there is over: it is deleted as soon as that is safe\n"),
        told(3, "  stays until you purge it\n"),
        told(4, "  stays until you purge it\n"),
        told(5, ""),
    ];
    assert_eq!(text, all.concat());
    let json = stdout(&daemon.run(folder.path(), &["trash", "list", "--json"]));
    let rows: Vec<Value> = json.lines().map(|row| serde_json::from_str(row).unwrap()).collect();
    assert_eq!(rows[0]["names"][0], "small1.jpg");
    assert_eq!(rows[0]["keeper"], "05".repeat(32));
    assert_eq!(rows[0]["stay"]["days"], 12);
    assert_eq!(rows[2]["stay"], "until-purged");
    assert_eq!(rows[4].get("stay"), None);
    let output = daemon.run(folder.path(), &["trash", "restore", "small.jpg"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!(stdout(&output), "small.jpg (09090909) is back in the folder\n");
    let output = daemon.run(folder.path(), &["trash", "restore", "small1.jpg"]);
    let told = "small1.jpg (09090909) is back in the folder, as 2024/small1 (2).jpg\n";
    assert_eq!(stdout(&output), told);
}

#[test]
fn a_status_that_is_watched_is_shown_again_when_it_changes() {
    static ASKED: AtomicU64 = AtomicU64::new(0);
    let daemon = Scripted::new(|stream, _| {
        let asked = ASKED.fetch_add(1, Ordering::Relaxed);
        // The same twice; and then the daemon is started anew.
        let photos = [1, 1, 2, 2, 3][asked.min(4) as usize];
        say(stream, &Answer::Status(Box::new(StatusReport { photos, ..report() })));
        if asked == 2 {
            stream.shutdown(Shutdown::Both).unwrap();
        }
    });
    let folder = TempDir::new().unwrap();
    let mut watching = client(folder.path(), &daemon.address, &["status", "--watch", "--json"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(watching.stdout.take().unwrap()).lines();
    let lines: Vec<String> = lines.map_while(Result::ok).take(3).collect();
    watching.kill().unwrap();
    watching.wait().unwrap();
    let photos = lines.iter().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let photos: Vec<_> = photos.map(|mut report| report["photos"].take()).collect();
    assert_eq!(photos, [1, 2, 3]);
}

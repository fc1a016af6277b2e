//! `list`: for people, for pipes and for scripts.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Stdio;

use photomesh::photo::{Format, PhotoId};
use photomesh::protocol::client::PhotoReport;
use photomesh::protocol::{Answer, NodeId, Request};
use tempfile::TempDir;

use crate::scripted::{Scripted, client, code, say, stderr, stdout};

#[test]
fn list_prints_a_label_a_line_and_survives_a_reader_that_leaves() {
    let daemon = Scripted::new(|stream, _| {
        let mut list: Vec<String> = (0..50_000).map(|n| format!("photo {n:05}.jpg")).collect();
        list.push("z\n\x1b[31mfake.jpg".to_owned());
        say(stream, &Answer::ListImage { list: list.into() });
    });
    let folder = TempDir::new().unwrap();
    let output = daemon.run(folder.path(), &["list"]);
    let text = stdout(&output);
    assert_eq!((code(&output), text.lines().count()), (0, 50_001));
    assert_eq!(text.lines().last(), Some("z\\n\\u{1b}[31mfake.jpg"));

    let mut child = client(folder.path(), &daemon.address, &["list"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 16];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((code(&output), stderr(&output).as_str()), (0, ""));
}

pub(crate) fn photo(name: &str, number: u8) -> PhotoReport {
    PhotoReport {
        name: name.to_owned(),
        id: PhotoId([number; 32]),
        bytes: 123_456,
        width: 640,
        height: 480,
        format: Format::Jpeg,
        captured: (number != 1).then(|| format!("20{number:02}-07-14T12:00:00")),
        dated: None,
        holders: vec![NodeId(1), NodeId(2)],
        originals: vec![NodeId(1)],
        aliases: vec!["other.jpg".to_owned()],
        versions: 0,
    }
}

/// Two pages of one photo each.
fn pages(stream: &mut TcpStream, request: Request) {
    let Request::List { after, .. } = request else {
        return;
    };
    let answer = match after {
        None => {
            Answer::Photos { photos: vec![photo("b\u{9b}.jpg", 1)], next: Some(PhotoId([1; 32])) }
        }
        Some(_) => Answer::Photos { photos: vec![photo("a.jpg", 2)], next: None },
    };
    say(stream, &answer);
}

#[test]
fn list_in_detail_asks_for_all_pages() {
    let (daemon, folder) = (Scripted::new(pages), TempDir::new().unwrap());
    let output = daemon.run(folder.path(), &["list", "--json"]);
    let text = stdout(&output);
    assert!(!text.contains('\u{9b}'), "a terminal would obey it");
    let rows: Vec<BTreeMap<String, serde_json::Value>> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0]["name"], "b\u{9b}.jpg");
    assert_eq!(rows[1]["id"], "02".repeat(32));
    for key in ["name", "id", "bytes", "width", "height", "holders", "aliases"] {
        assert!(rows[0].contains_key(key), "{key} is missing");
    }
    let output = daemon.run(folder.path(), &["list", "--long"]);
    let text = stdout(&output);
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("ID") && lines[1].contains("a.jpg"), "{text}");
    assert!(lines[2].ends_with("b\\u{9b}.jpg  (also other.jpg)"), "{text}");
    assert!(lines[2].contains("  640x480  JPEG    -  "), "{text}");
    assert!(lines[1].contains("  640x480  JPEG    2002-07-14  "), "{text}");
}

#[test]
fn a_pattern_picks_photos_and_sort_puts_them_in_order() {
    let daemon = Scripted::new(|stream, request| {
        let sized = |name: &str, number, bytes| PhotoReport { bytes, ..photo(name, number) };
        let photos = vec![sized("Cat.jpg", 1, 5), sized("dog.jpg", 2, 7), sized("cats.png", 3, 9)];
        let answer = if let Request::List { .. } = request {
            Answer::Photos { photos, next: None }
        } else {
            let list = photos.into_iter().map(|photo| photo.name).collect::<Vec<_>>();
            Answer::ListImage { list: list.into() }
        };
        say(stream, &answer);
    });
    let folder = TempDir::new().unwrap();
    for (arguments, expected) in [
        (&["cat"][..], &["Cat.jpg", "cats.png"][..]),
        (&["*.JPG"], &["Cat.jpg", "dog.jpg"]),
        (&["--sort", "size"], &["cats.png", "dog.jpg", "Cat.jpg"]),
        (&["cat", "--sort", "size"], &["cats.png", "Cat.jpg"]),
        (&["--sort", "date"], &["dog.jpg", "cats.png", "Cat.jpg"]),
        (&["--since", "2003", "--until", "2003-07-14"], &["cats.png"]),
        (&["--until", "2003-07-13"], &["dog.jpg"]),
        (&["--since", "2002-08", "--until", "2003-06"], &[]),
        (&["none"], &[]),
    ] {
        let output = daemon.run(folder.path(), &[&["list"], arguments].concat());
        assert_eq!((code(&output), stderr(&output).as_str()), (0, ""));
        assert_eq!(stdout(&output).lines().collect::<Vec<_>>(), expected, "{arguments:?}");
        let long = daemon.run(folder.path(), &[&["list", "-l"], arguments].concat());
        let lines = stdout(&long);
        let mut lines = lines.lines().skip(1).map(|line| line.contains(" JPEG "));
        assert_eq!(lines.clone().count(), expected.len());
        assert!(lines.all(|known| known));
        let json = daemon.run(folder.path(), &[&["list", "--json"], arguments].concat());
        assert_eq!(stdout(&json).lines().count(), expected.len());
    }
}

/// Pages without a photo that lead on and on, large for what this client knows nothing of.
fn on_and_on(stream: &mut TcpStream, request: Request) {
    let Request::List { after, .. } = request else {
        return;
    };
    let next = PhotoId([after.map_or(0, |after| after.0[0]) + 1; 32]);
    let filler = "x".repeat(16 * 1024 * 1024);
    let page = format!(r#"{{"command":"Photos","photos":[],"next":"{next}","filler":"{filler}"}}"#);
    let frame = [&(page.len() as u32).to_be_bytes()[..], page.as_bytes()].concat();
    // The client leaves at some time.
    let _ = stream.write_all(&frame);
}

#[test]
fn a_list_without_end_is_left() {
    let (daemon, folder) = (Scripted::new(on_and_on), TempDir::new().unwrap());
    let output = daemon.run(folder.path(), &["list", "--long"]);
    assert_eq!(code(&output), 65);
    assert!(stderr(&output).contains("longer than any collection"), "{}", stderr(&output));
}

#[test]
fn a_daemon_that_turns_pages_in_a_circle_is_left() {
    let daemon = Scripted::new(|stream, _| {
        let next = Some(PhotoId([1; 32]));
        let photos = Vec::new();
        say(stream, &Answer::Photos { photos, next });
    });
    let folder = TempDir::new().unwrap();
    assert_eq!(code(&daemon.run(folder.path(), &["list", "--json"])), 65);
}

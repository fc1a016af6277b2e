//! `similar`: what looks like a file, by what is found in it.

use std::fs;
use std::net::TcpStream;

use photomesh::photo::{Format, PhotoId, Relation};
use photomesh::protocol::client::{SimilarReport, Summary};
use photomesh::protocol::{Answer, Request};
use serde_json::Value;
use tempfile::TempDir;

use crate::scripted::{Scripted, code, say, stderr, stdout};
use crate::support::pictures::{draw, jpeg};

fn told(name: &str, id: PhotoId) -> Summary {
    Summary {
        name: name.to_owned(),
        id,
        bytes: 4096,
        width: 640,
        height: 480,
        format: Format::Jpeg,
    }
}

/// A worse version of what is asked about, and the file itself; nothing is like a picture of one pixel.
fn alike(stream: &mut TcpStream, request: Request) {
    let Request::Similar { photo } = request else {
        panic!("{request:?}");
    };
    let other = PhotoId([7; 32]);
    let report = |photo, relation, shown| SimilarReport { photo, relation, shown };
    let photos = match photo.fingerprint {
        Some(_) => vec![
            report(told("beach\u{9b}.jpg", photo.id), Relation::Same, None),
            report(told("small.jpg", other), Relation::Variant, Some(told("beach.jpg", photo.id))),
        ],
        None => Vec::new(),
    };
    say(stream, &Answer::Similar { photos });
}

#[test]
fn similar_tells_what_looks_like_a_file() {
    let (daemon, folder) = (Scripted::new(alike), TempDir::new().unwrap());
    fs::write(folder.path().join("mine.jpg"), jpeg(&draw(1, 64, 48), 90)).unwrap();
    let output = daemon.run(folder.path(), &["similar", "mine.jpg"]);
    let text = stdout(&output);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let rows: Vec<&str> = text.lines().collect();
    assert!(rows[1].contains("this file") && rows[1].ends_with("beach\\u{9b}.jpg"), "{text}");
    assert!(rows[2].contains("variant") && rows[2].contains("640 x 480"), "{text}");
    assert!(rows[2].ends_with("small.jpg  (shown as beach.jpg)"), "{text}");
    let json = stdout(&daemon.run(folder.path(), &["similar", "mine.jpg", "--json"]));
    let lines: Vec<Value> = json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(
        (&lines[1]["name"], &lines[1]["relation"]),
        (&"small.jpg".into(), &"variant".into())
    );
    assert_eq!(lines[1]["shown"]["name"], "beach.jpg");
}

#[test]
fn what_is_like_nothing_has_an_exit_code_of_its_own_and_what_is_no_picture_another() {
    let (daemon, folder) = (Scripted::new(alike), TempDir::new().unwrap());
    fs::write(folder.path().join("dot.jpg"), jpeg(&draw(1, 1, 1), 90)).unwrap();
    let output = daemon.run(folder.path(), &["similar", "dot.jpg"]);
    assert_eq!((code(&output), &*stdout(&output)), (1, ""));
    assert!(stderr(&output).contains("too little in it"), "{}", stderr(&output));
    fs::write(folder.path().join("notes.txt"), "no picture").unwrap();
    assert_eq!(code(&daemon.run(folder.path(), &["similar", "notes.txt"])), 65);
    let output = daemon.run(folder.path(), &["similar", "."]);
    assert_eq!(code(&output), 2, "as `put` has it");
    assert!(stderr(&output).contains(". is a folder: name a picture in it"));
}

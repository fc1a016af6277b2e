//! `put --dry-run`: it tells what a put would do, and the daemon hears of no file.

use std::collections::BTreeMap;
use std::fs;
use std::net::TcpStream;
use std::path::Path;

use photomesh::photo::{PhotoId, Relation};
use photomesh::protocol::client::{DuplicateReport, PhotoReport};
use photomesh::protocol::{Answer, NodeId, Request};
use serde_json::Value;
use tempfile::TempDir;

use crate::list::photo;
use crate::scripted::{Scripted, code, say, stderr, stdout};
use crate::versions::{keeper, small};

/// A file that begins like a picture.
fn png(content: &str) -> Vec<u8> {
    [b"\x89PNG\r\n\x1a\n", content.as_bytes()].concat()
}

/// A daemon that has the cat, and a dog in a better version. It wants to hear of nothing but that.
fn lists(stream: &mut TcpStream, request: Request) {
    let answer = if let Request::List { after: None, .. } = request {
        let photos = vec![photo("other.jpg", 3)];
        Answer::Photos { photos, next: Some(PhotoId([3; 32])) }
    } else if let Request::List { .. } = request {
        let cat = PhotoReport { id: PhotoId::of(&png("cat")), ..photo("tom\x1b.jpg", 4) };
        Answer::Photos { photos: vec![cat], next: None }
    } else if let Request::Duplicates { .. } = request {
        let mut version = small(Relation::Same);
        version.id = PhotoId::of(&png("dog"));
        let hidden = DuplicateReport { version, keeper: keeper("rex.jpg"), trash: None };
        let (node, called) = (NodeId(1), BTreeMap::new());
        Answer::Duplicates { node, called, duplicates: vec![hidden], next: None }
    } else {
        panic!("not to be asked: {request:?}")
    };
    say(stream, &answer);
}

fn write(folder: &Path, files: &[(&str, &[u8])]) {
    for (name, bytes) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

#[test]
fn a_dry_run_tells_of_each_file_below_a_folder_what_would_become_of_it() {
    let (daemon, folder) = (Scripted::new(lists), TempDir::new().unwrap());
    let (cat, dog, owl, fox) = (png("cat"), png("dog"), png("owl"), png("fox!"));
    write(
        folder.path(),
        &[
            ("all/1.jpg", &cat),
            ("all/2.jpg", &dog),
            ("all/3.jpg", &owl),
            ("all/a/4.jpg", &owl),
            ("all/a/5.jpg", &fox),
            ("all/a/film.mp4", b"no picture"),
            ("all/a/notes.txt", b"no picture either"),
        ],
    );
    let output = daemon.run(folder.path(), &["put", "-r", "all", "--dry-run"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let [cat, owl, fox] = [cat, owl, fox].map(|bytes| PhotoId::of(&bytes).short());
    let lines = [
        format!("all/1.jpg: is there already, as tom\\u{{1b}}.jpg ({cat})\n"),
        "all/2.jpg: there already, in a better version: rex.jpg\n".to_owned(),
        format!("all/3.jpg: would be stored ({owl}, 11 B)\n"),
        "all/a/4.jpg: has the same bytes as all/3.jpg\n".to_owned(),
        format!("all/a/5.jpg: would be stored ({fox}, 12 B)\n"),
    ];
    assert_eq!(stdout(&output), lines.concat());
    let end = "nothing was sent: 2 photos (23 B) would be stored, 1 was there already, 1 there in a better version, \
               1 with the same bytes as another, 2 files are no photos\n";
    assert_eq!(stderr(&output), end);
}

#[test]
fn a_dry_run_of_named_files_tells_which_of_them_would_be_refused() {
    let (daemon, folder) = (Scripted::new(lists), TempDir::new().unwrap());
    write(folder.path(), &[("cat.png", &png("cat")), ("owl.png", &png("owl")), ("a.txt", b"text")]);
    let put = |files: &[&str]| daemon.run(folder.path(), &[&["put", "-n"], files].concat());

    let output = put(&["owl.png"]);
    assert_eq!((code(&output), &*stderr(&output)), (0, ""));
    assert!(stdout(&output).starts_with("owl.png: would be stored ("), "{}", stdout(&output));
    assert_eq!(code(&put(&["a.txt"])), 65);
    assert_eq!(code(&put(&["none.png"])), 74);
    assert_eq!(code(&put(&["."])), 2);

    let output = put(&["a.txt", "owl.png", "--json", "cat.png"]);
    assert_eq!(code(&output), 65);
    assert!(stderr(&output).contains("a.txt: not a picture"), "{}", stderr(&output));
    assert!(stderr(&output).ends_with("1 was there already, 1 file could not be put\n"));
    let text = stdout(&output);
    let rows: Vec<Value> = text.lines().map(|row| serde_json::from_str(row).unwrap()).collect();
    assert_eq!((&rows[0]["file"], &rows[0]["exit_code"]), (&"a.txt".into(), &65.into()));
    assert_eq!((&rows[1]["outcome"], &rows[1]["bytes"]), (&"stored".into(), &11.into()));
    assert_eq!(rows[1]["id"], PhotoId::of(&png("owl")).to_string());
    assert_eq!((&rows[2]["outcome"], &rows[2]["name"]), (&"there".into(), &"tom\x1b.jpg".into()));
}

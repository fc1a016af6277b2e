//! `get` of several photos: each for itself, into one folder, and counted in the end.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::process::Output;
use std::thread;

use photomesh::photo::PhotoId;
use photomesh::protocol::{Answer, Request, codec};
use serde_json::Value;
use tempfile::TempDir;

use crate::get::explained;
use crate::scripted::{Scripted, client, code, names, say, stderr};

const LABELS: [&str; 6] = ["IMG_1.jpg", "a.png", "cat.jpg", "dog.jpg", "x\\dog.jpg", "what?.jpg"];

/// What a photo of this label consists of.
fn bytes_of(label: &str) -> Vec<u8> {
    format!("the picture {label}").into_bytes()
}

/// A daemon with a photo for every label.
fn six(stream: &mut TcpStream, request: Request) {
    if let Request::Explain { image_name: name, .. } = &request {
        let bytes = bytes_of(name);
        let answer = match LABELS.contains(&name.as_str()) {
            true => explained(name, PhotoId::of(&bytes), bytes.len() as u64),
            false => Answer::NotFound {
                image_name: name.clone(),
                candidates: Vec::new(),
                undelivered: false,
                reason: "no photo of this name is here".to_owned(),
            },
        };
        return say(stream, &answer);
    }
    let Request::GetImageRequest { image_name: id } = request else {
        let list = LABELS.map(str::to_owned).to_vec();
        return say(stream, &Answer::ListImage { list: list.into() });
    };
    let named = |label: &&&str| PhotoId::of(&bytes_of(label)).to_string() == id;
    let label = LABELS.iter().find(named).unwrap();
    let bytes = bytes_of(label);
    let envelope = Answer::ReceiveImage {
        image_name: id,
        label: (*label).to_owned(),
        id: PhotoId::of(&bytes),
        bytes: bytes.len() as u64,
        image: Vec::new().into(),
    };
    codec::write_image(stream, &envelope, bytes.len() as u64, &mut &*bytes).unwrap();
}

fn get(daemon: &Scripted, folder: &TempDir, arguments: &[&str]) -> Output {
    daemon.run(folder.path(), &[&["get"], arguments].concat())
}

fn last_line(output: &Output) -> String {
    stderr(output).lines().last().unwrap_or_default().to_owned()
}

#[test]
fn names_and_patterns_go_into_a_folder_that_is_made() {
    let (daemon, folder) = (Scripted::new(six), TempDir::new().unwrap());
    let output = get(&daemon, &folder, &["img*", "cat.jpg", "c?t.*", "-o", "new/deep"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!(names(&folder.path().join("new/deep")), ["IMG_1.jpg", "cat.jpg"]);
    assert_eq!(last_line(&output), "2 photos saved into new/deep/");
    let saved = fs::read(folder.path().join("new/deep/cat.jpg")).unwrap();
    assert_eq!(saved, bytes_of("cat.jpg"));

    let output = get(&daemon, &folder, &["cat.jpg", "-o", "one/"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!(names(&folder.path().join("one")), ["cat.jpg"]);
}

#[test]
fn what_is_a_label_is_no_pattern() {
    let (daemon, folder) = (Scripted::new(six), TempDir::new().unwrap());
    let output = get(&daemon, &folder, &["what?.jpg", "-o", "mark.jpg"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!(fs::read(folder.path().join("mark.jpg")).unwrap(), bytes_of("what?.jpg"));
}

#[test]
fn one_that_fails_stops_no_other_and_all_are_counted() {
    let (daemon, folder) = (Scripted::new(six), TempDir::new().unwrap());
    fs::write(folder.path().join("cat.jpg"), bytes_of("cat.jpg")).unwrap();
    fs::write(folder.path().join("dog.jpg"), "mine").unwrap();
    let output = get(&daemon, &folder, &["none.jpg", "*.gif", "cat.jpg", "dog.jpg", "a.png"]);
    let text = stderr(&output);
    assert_eq!(code(&output), 73, "{text}");
    let last = "photomesh: 1 photo saved, 1 was there already, 3 failed";
    assert_eq!(last_line(&output), last, "{text}");
    assert!(text.contains("none.jpg: no photo of this name"), "{text}");
    assert!(text.contains("*.gif: no photo has a name like this"), "{text}");
    assert!(text.contains("dog.jpg is there already: give --force"), "{text}");
    assert_eq!(fs::read(folder.path().join("dog.jpg")).unwrap(), b"mine");
    assert_eq!(names(folder.path()), ["a.png", "cat.jpg", "dog.jpg"]);

    let output = get(&daemon, &folder, &["*.gif"]);
    assert_eq!(code(&output), 1, "{}", stderr(&output));
}

#[test]
fn programs_are_told_of_each() {
    let (daemon, folder) = (Scripted::new(six), TempDir::new().unwrap());
    fs::write(folder.path().join("cat.jpg"), bytes_of("cat.jpg")).unwrap();
    let output = get(&daemon, &folder, &["cat.jpg", "none.jpg", "a.png", "--json"]);
    assert_eq!(code(&output), 1, "{}", stderr(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    let rows: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let asked: Vec<_> = rows.iter().map(|row| row["asked"].as_str().unwrap()).collect();
    assert_eq!(asked, ["cat.jpg", "none.jpg", "a.png"]);
    assert_eq!((&rows[0]["was_there"], &rows[2]["was_there"]), (&true.into(), &false.into()));
    assert_eq!((&rows[1]["exit_code"], &rows[2]["file"]), (&1.into(), &"a.png".into()));
    assert_eq!(code(&get(&daemon, &folder, &["cat.jpg", "--json", "-o", "-"])), 2);
}

#[test]
fn two_photos_of_one_file_name_do_not_replace_each_other() {
    let (daemon, folder) = (Scripted::new(six), TempDir::new().unwrap());
    fs::write(folder.path().join("dog.jpg"), "old").unwrap();
    let output = get(&daemon, &folder, &["dog.jpg", "x\\dog.jpg", "--force"]);
    let text = stderr(&output);
    assert!(text.ends_with("1 photo saved, 1 failed\n"), "{text}");
    assert_eq!(fs::read(folder.path().join("dog.jpg")).unwrap(), bytes_of("dog.jpg"));
}

#[test]
fn several_go_into_no_file_and_no_pipe() {
    let (daemon, folder) = (Scripted::new(six), TempDir::new().unwrap());
    fs::write(folder.path().join("file"), "mine").unwrap();
    for wrong in [["cat.jpg", "dog.jpg", "-o", "-"], ["cat.jpg", "dog.jpg", "-o", "file"]] {
        assert_eq!(code(&get(&daemon, &folder, &wrong)), 2);
    }
    assert_eq!(code(&get(&daemon, &folder, &["*.jpg", "--open"])), 2);
    assert_eq!(names(folder.path()), ["file"]);
}

#[test]
fn when_nobody_is_there_any_more_all_that_is_left_has_failed() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    // The first connection is the last one.
    let server = thread::spawn(move || drop(listener.accept().unwrap()));
    let folder = TempDir::new().unwrap();
    let output = client(folder.path(), &address, &["get", "a", "b", "c"]).output().unwrap();
    server.join().unwrap();
    assert_eq!(code(&output), 69, "{}", stderr(&output));
    assert_eq!(last_line(&output), "photomesh: nothing saved, 3 failed");

    for name in ["a.jpg", "b.jpg", "c.jpg"] {
        fs::write(folder.path().join(name), name).unwrap();
    }
    let output = client(folder.path(), &address, &["put", "a.jpg", "b.jpg", "c.jpg"]).output();
    let output = output.unwrap();
    assert_eq!(code(&output), 69, "{}", stderr(&output));
    assert_eq!(last_line(&output), "photomesh: 0 photos stored, 3 files not stored");
    let said = stderr(&output).matches("no daemon answers").count();
    assert_eq!(said, 1, "once is enough");
}

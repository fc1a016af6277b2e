//! `put`: every byte arrives, and every refusal is told.

use std::fs::{self, File};
use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, SystemTime};

use photomesh::photo::{PhotoId, Relation};
use photomesh::protocol::client::Refusal;
use photomesh::protocol::codec::{self, MAX_FRAME};
use photomesh::protocol::{Answer, MAX_CHUNK, NodeId, Request};
use tempfile::TempDir;

use crate::scripted::{Scripted, client, code, hear, say, stderr, stdout};

/// Collects the chunks after a `Put` and answers by the file's name; a stored photo's id tells what arrived.
fn store(stream: &mut TcpStream, request: Request) {
    let Request::Put { name, bytes, .. } = request else {
        panic!("chunks are read here: {request:?}");
    };
    let mut photo = Vec::new();
    while (photo.len() as u64) < bytes {
        let frame = codec::read_frame(stream, MAX_FRAME).unwrap().unwrap();
        let Request::Chunk { data } = codec::decode(&frame).unwrap() else {
            panic!("not a chunk");
        };
        assert!(data.len() <= MAX_CHUNK);
        photo.extend_from_slice(&data);
    }
    let id = PhotoId::of(&photo);
    let answer = match name.as_str() {
        "notes.txt" => Answer::Refused { cause: Refusal::Photo, error: "not a picture".to_owned() },
        "small.jpg" => Answer::Have {
            name: "large.jpg".to_owned(),
            id,
            relation: Some(Relation::Same),
            differs: vec!["800 x 600 instead of 4000 x 3000".to_owned()],
        },
        _ => Answer::Stored {
            name,
            id,
            copies: 1,
            nodes: vec![NodeId(7), NodeId(8)],
            called: [(NodeId(8), "ben/laptop".to_owned())].into(),
            already: id == PhotoId::of(b"known"),
            warning: Some("only one copy so far".into()),
        },
    };
    say(stream, &answer);
}

#[test]
fn the_time_of_the_file_is_told() {
    let daemon = Scripted::new(|stream, request| {
        if let Request::Put { dated, .. } = &request {
            let dated = dated.as_ref().map(ToString::to_string).unwrap_or_default();
            let error = format!("dated {dated}");
            say(stream, &Answer::Refused { cause: Refusal::Photo, error });
        }
    });
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("a.jpg");
    fs::write(&file, b"bytes").unwrap();
    let new_year = SystemTime::UNIX_EPOCH + Duration::from_secs(1_577_836_800);
    File::options().write(true).open(&file).unwrap().set_modified(new_year).unwrap();
    let mut command = client(folder.path(), &daemon.address, &["put", "a.jpg"]);
    let output = command.env("TZ", "Europe/Berlin").output().unwrap();
    assert!(stderr(&output).contains("dated 2020-01-01T01:00:00"), "{}", stderr(&output));
}

#[test]
fn every_byte_of_a_file_arrives() {
    let (daemon, folder) = (Scripted::new(store), TempDir::new().unwrap());
    for size in [0, 1, MAX_CHUNK, MAX_CHUNK + 1, 5 * MAX_CHUNK / 2] {
        let bytes: Vec<u8> = (0..size).map(|n| (n % 251) as u8).collect();
        fs::write(folder.path().join("a.jpg"), &bytes).unwrap();
        let output = daemon.run(folder.path(), &["put", "a.jpg"]);
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        let text = stdout(&output);
        assert!(text.contains(&PhotoId::of(&bytes).short()), "{size}: {text}");
        assert!(text.contains("on 1 node: 0000000000000007"), "{text}");
        assert!(stderr(&output).contains("only one copy so far"));
    }
    fs::write(folder.path().join("b.jpg"), "known").unwrap();
    let text = stdout(&daemon.run(folder.path(), &["put", "b.jpg"]));
    assert!(text.starts_with("b.jpg: is there already, as b.jpg"), "{text}");
}

#[test]
fn one_bad_file_keeps_no_other_back_and_decides_the_exit_code() {
    let (daemon, folder) = (Scripted::new(store), TempDir::new().unwrap());
    for name in ["a.jpg", "notes.txt", "small.jpg"] {
        fs::write(folder.path().join(name), name).unwrap();
    }
    let put = |files: &[&str]| daemon.run(folder.path(), &[&["put"], files].concat());

    let output = put(&["notes.txt", "a.jpg", "small.jpg"]);
    assert_eq!(code(&output), 65);
    let text = stdout(&output);
    assert!(text.contains("a.jpg: stored as a.jpg"), "{text}");
    assert!(text.contains("on 1 node: 0000000000000007, ben/laptop"), "{text}");
    assert!(
        text.contains("small.jpg: there already, in a better version: large.jpg (")
            && !text.contains("trash"),
        "{text}"
    );
    assert!(stderr(&output).contains("notes.txt: not a picture"));
    let end = "1 photo stored, 1 there in a better version, 1 file not stored\n";
    assert!(stderr(&output).ends_with(end), "{}", stderr(&output));

    let output = put(&["--json", "notes.txt", "a.jpg", "small.jpg"]);
    let rows = stdout(&output);
    let rows = rows.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let rows: Vec<_> = rows.collect();
    assert_eq!((&rows[0]["file"], &rows[0]["exit_code"]), (&"notes.txt".into(), &65.into()));
    assert_eq!((&rows[1]["command"], &rows[1]["copies"]), (&"Stored".into(), &1.into()));
    assert_eq!((&rows[2]["command"], &rows[2]["name"]), (&"Have".into(), &"large.jpg".into()));

    let output = put(&["missing.jpg", "notes.txt", ".", "a.jpg"]);
    assert_eq!(code(&output), 74, "{}", stderr(&output));
    assert!(stderr(&output).contains("1 photo stored, 3 files not stored"));
    assert_eq!(code(&put(&["small.jpg"])), 0);
}

#[test]
fn a_refusal_in_the_middle_is_heard() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        hear(&mut stream).unwrap();
        let error = "the disk of this node is full".to_owned();
        let cause = Refusal::Disk;
        say(&mut stream, &Answer::Refused { cause, error });
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        // A little of what follows, then a hard end.
        stream.read_exact(&mut [0; 1000]).unwrap();
    });
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("big.jpg"), vec![1; 40 * MAX_CHUNK]).unwrap();
    let output = client(folder.path(), &address, &["put", "big.jpg"]).output().unwrap();
    server.join().unwrap();
    let (code, text) = (code(&output), stderr(&output));
    assert_eq!(code, 74, "an I/O error, though of another computer: {text}");
    assert!(text.contains("disk of this node is full"), "{text}");
}

#[test]
fn all_photos_below_a_folder_are_put_and_nothing_else() {
    let (daemon, folder) = (Scripted::new(store), TempDir::new().unwrap());
    let png = b"\x89PNG\r\n\x1a\nbegins like a picture".as_slice();
    let files = [
        ("b.jpg", png),
        ("a/z.jpg", png),
        ("a/deep/small.jpg", png),
        ("a/deep/film.mp4", b"no picture"),
        (".hidden.jpg", png),
        (".thumbs/x.jpg", png),
    ];
    for (name, bytes) in files {
        let path = folder.path().join("all").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    #[cfg(unix)]
    for (to, link) in [("..", "all/a/up"), ("b.jpg", "all/link.jpg")] {
        std::os::unix::fs::symlink(to, folder.path().join(link)).unwrap();
    }
    let output = daemon.run(folder.path(), &["put", "-r", "all"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let text = stdout(&output);
    let put: Vec<&str> = text.lines().filter_map(|line| line.split(": ").next()).collect();
    assert_eq!(put, ["all/b.jpg", "all/a/z.jpg", "all/a/deep/small.jpg"]);
    let end = "2 photos stored, 1 there in a better version, 1 file is no photo\n";
    assert!(stderr(&output).ends_with(end), "{}", stderr(&output));

    let output = daemon.run(folder.path(), &["put", "all"]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("all is a folder: put -r all adds"), "{}", stderr(&output));
    let output = daemon.run(folder.path(), &["put", "-"]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("standard input"), "{}", stderr(&output));
}

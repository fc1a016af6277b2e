//! `get`: whole and checked, or not at all; never where a foreign name leads.

use std::fs::{self, File};
use std::io::Read;
use std::net::TcpStream;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use photomesh::photo::{MAX_PHOTO, PhotoId};
use photomesh::protocol::client::{Explanation, PhotoReport};
use photomesh::protocol::{Answer, Request, codec};
use tempfile::TempDir;

use crate::list::photo;
use crate::scripted::{Scripted, client, code, names, say, stderr, stdout};

const PHOTO: &[u8] = b"bytes that nobody here has to decode";

fn good(stream: &mut TcpStream, request: Request) {
    deliver(stream, &request, "cat.jpg", PHOTO);
}

/// Tells about a photo of this label and delivers these bytes as it.
fn deliver(stream: &mut TcpStream, request: &Request, label: &str, bytes: &[u8]) {
    let id = PhotoId::of(PHOTO);
    if let Request::Explain { .. } = request {
        return say(stream, &explained(label, id, PHOTO.len() as u64));
    }
    let wanted = id.to_string();
    assert!(matches!(request, Request::GetImageRequest { image_name } if *image_name == wanted));
    let envelope = Answer::ReceiveImage {
        image_name: wanted,
        label: label.to_owned(),
        id,
        bytes: bytes.len() as u64,
        image: Vec::new().into(),
    };
    codec::write_image(stream, &envelope, bytes.len() as u64, &mut &*bytes).unwrap();
}

/// What a client is told of a photo, before it asks for its bytes.
pub(crate) fn explained(label: &str, id: PhotoId, bytes: u64) -> Answer {
    let photo = PhotoReport { id, bytes, ..photo(label, 1) };
    Answer::Explained(Box::new(Explanation {
        called: std::collections::BTreeMap::new(),
        photo,
        meant: Some(id),
        colour: true,
        camera: false,
        held: Vec::new(),
        versions: Vec::new(),
        state: String::new(),
        shared: None,
    }))
}

#[test]
fn get_saves_a_photo_under_its_label_and_leaves_nothing_else() {
    let (daemon, folder) = (Scripted::new(good), TempDir::new().unwrap());
    let output = daemon.run(folder.path(), &["get", "whatever"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!(names(folder.path()), ["cat.jpg"]);
    assert_eq!(fs::read(folder.path().join("cat.jpg")).unwrap(), PHOTO);
    assert_eq!(stdout(&output), "", "messages belong on standard error");
}

#[test]
fn a_saved_file_has_the_time_of_the_photo() {
    let daemon = Scripted::new(|stream, request| {
        let Request::Explain { image_name, .. } = &request else {
            return deliver(stream, &request, "cat.jpg", PHOTO);
        };
        let Answer::Explained(mut told) =
            explained(image_name, PhotoId::of(PHOTO), PHOTO.len() as u64)
        else {
            unreachable!()
        };
        let dated = "2019-03-02T10:20:30".parse().ok();
        (told.photo.captured, told.photo.dated) = match image_name.as_str() {
            "camera.jpg" => (Some("2020-01-01T01:00:00".to_owned()), dated),
            "file.jpg" | "IMG-20190302-WA1.jpg" => (None, dated),
            _ => (None, None),
        };
        say(stream, &Answer::Explained(told));
    });
    let folder = TempDir::new().unwrap();
    let saved_at = |path: &str| {
        let output = client(folder.path(), &daemon.address, &["get", path])
            .env("TZ", "Europe/Berlin")
            .output()
            .unwrap();
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        let time = fs::metadata(folder.path().join(path)).unwrap().modified().unwrap();
        time.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs()
    };
    assert_eq!(saved_at("camera.jpg"), 1_577_836_800);
    assert_eq!(saved_at("file.jpg"), 1_551_518_430);
    assert_eq!(saved_at("IMG-20190302-WA1.jpg"), 1_551_518_430, "the name tells the day alone");
    assert!(saved_at("undated.jpg") > 1_700_000_000, "nobody knows");
}

#[test]
fn a_photo_larger_than_any_is_not_asked_for() {
    let daemon = Scripted::new(|stream, request| {
        assert!(matches!(request, Request::Explain { .. }), "{request:?}");
        let Answer::Explained(mut told) =
            explained("cat.jpg", PhotoId::of(PHOTO), PHOTO.len() as u64)
        else {
            unreachable!()
        };
        told.photo.bytes = MAX_PHOTO + 1;
        say(stream, &Answer::Explained(told));
    });
    let folder = TempDir::new().unwrap();
    let output = daemon.run(folder.path(), &["get", "cat.jpg"]);
    assert_eq!(code(&output), 65, "{}", stderr(&output));
    assert!(stderr(&output).contains("no photo has so many"), "{}", stderr(&output));
    assert_eq!(names(folder.path()), Vec::<String>::new());
}

#[test]
fn get_overwrites_only_when_forced() {
    let (daemon, folder) = (Scripted::new(good), TempDir::new().unwrap());
    let mine = folder.path().join("cat.jpg");
    fs::write(&mine, "mine").unwrap();
    for arguments in [["get", "x", "-o", "cat.jpg"], ["get", "x", "-o", "."]] {
        let output = daemon.run(folder.path(), &arguments);
        assert_eq!(code(&output), 73);
        assert!(stderr(&output).contains("--force"), "{}", stderr(&output));
        assert_eq!(fs::read(&mine).unwrap(), b"mine");
    }
    let output = daemon.run(folder.path(), &["get", "x", "--force"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!(fs::read(&mine).unwrap(), PHOTO);
    assert_eq!(names(folder.path()), ["cat.jpg"]);
}

#[test]
fn a_folder_that_is_not_there_is_said_to_be_missing_and_nothing_more() {
    let (daemon, folder) = (Scripted::new(good), TempDir::new().unwrap());
    let output = daemon.run(folder.path(), &["get", "x", "-o", "nowhere/cat.jpg"]);
    assert_eq!(code(&output), 73);
    assert_eq!(stderr(&output), "photomesh: the folder nowhere does not exist\n");
    fs::write(folder.path().join("file"), "mine").unwrap();
    let output = daemon.run(folder.path(), &["get", "x", "-o", "file/"]);
    assert_eq!(code(&output), 73, "{}", stderr(&output));
    assert!(!stderr(&output).contains("os error"), "{}", stderr(&output));
    if cfg!(target_os = "linux") {
        let output = daemon.run(folder.path(), &["get", "x", "-o", "/proc/x.jpg"]);
        assert_eq!(code(&output), 73, "{}", stderr(&output));
        assert_eq!(stderr(&output), "photomesh: no file can be made in /proc\n");
    }
}

#[test]
fn get_streams_to_standard_output() {
    let (daemon, folder) = (Scripted::new(good), TempDir::new().unwrap());
    let output = daemon.run(folder.path(), &["get", "x", "-o", "-"]);
    assert_eq!((code(&output), &*output.stdout), (0, PHOTO));
    assert_eq!(names(folder.path()), Vec::<String>::new());
}

#[test]
#[cfg(unix)]
fn get_pours_into_a_pipe_and_does_not_replace_it() {
    use std::os::unix::fs::FileTypeExt;

    let (daemon, folder) = (Scripted::new(good), TempDir::new().unwrap());
    let pipe = folder.path().join("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    // Opened for both, a pipe waits for nobody.
    let mut end = File::options().read(true).write(true).open(&pipe).unwrap();
    let output = daemon.run(folder.path(), &["get", "x", "--force", "-o", "pipe"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert!(fs::metadata(&pipe).unwrap().file_type().is_fifo());
    let mut bytes = vec![0; PHOTO.len()];
    end.read_exact(&mut bytes).unwrap();
    assert_eq!(bytes, PHOTO);
}

#[test]
fn get_never_leaves_its_folder_by_a_foreign_name() {
    let daemon = Scripted::new(|stream, request| {
        deliver(stream, &request, "../../\x1b[2Jevil.jpg", PHOTO);
    });
    let outer = TempDir::new().unwrap();
    let folder = outer.path().join("a/b");
    fs::create_dir_all(&folder).unwrap();
    let output = daemon.run(&folder, &["get", "x"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let [name] = &names(&folder)[..] else {
        panic!("one file, and only here: {:?}", names(&folder));
    };
    assert!(name.ends_with("evil.jpg"), "{name:?}");
    assert!(!name.starts_with('.') && !name.contains(char::is_control), "{name:?}");
    assert_eq!(names(outer.path()), ["a"]);
    assert!(!stderr(&output).contains('\x1b'), "{:?}", stderr(&output));
}

#[test]
fn get_keeps_no_bytes_that_are_not_the_photo() {
    let daemon = Scripted::new(|stream, request| {
        deliver(stream, &request, "cat.jpg", b"other bytes");
    });
    let folder = TempDir::new().unwrap();
    for arguments in [&["get", "x"][..], &["get", "x", "-o", "-"]] {
        let output = daemon.run(folder.path(), arguments);
        assert_eq!(code(&output), 65);
        assert_eq!(stdout(&output), "");
        assert_eq!(names(folder.path()), Vec::<String>::new());
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
#[test]
fn get_opens_the_saved_photo_in_the_viewer() {
    use std::os::unix::fs::PermissionsExt;

    let (daemon, folder) = (Scripted::new(good), TempDir::new().unwrap());
    let tools = TempDir::new().unwrap();
    let viewer = tools.path().join("xdg-open");
    let script = format!(
        "#!/bin/sh\necho \"$1\" > {0}/new && mv {0}/new {0}/shown\n",
        tools.path().display()
    );
    fs::write(&viewer, script).unwrap();
    fs::set_permissions(&viewer, fs::Permissions::from_mode(0o755)).unwrap();
    let output = client(folder.path(), &daemon.address, &["get", "x", "--open"])
        .env("PATH", format!("{}:/usr/bin:/bin", tools.path().display()))
        .output()
        .unwrap();
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    // A viewer that goes on is not waited for.
    let shown = tools.path().join("shown");
    let deadline = Instant::now() + Duration::from_secs(10);
    while !shown.exists() && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(20));
    }
    let path = fs::read_to_string(shown).unwrap();
    assert_eq!(fs::read(path.trim_end()).unwrap(), PHOTO);

    let output = client(folder.path(), &daemon.address, &["get", "x", "--open", "--force"])
        .env("PATH", folder.path())
        .output()
        .unwrap();
    assert_eq!(code(&output), 74);
    assert!(stderr(&output).contains("the photo is saved"), "{}", stderr(&output));
    fs::write(&viewer, "#!/bin/sh\nexit 3\n").unwrap();
    let output = client(folder.path(), &daemon.address, &["get", "x", "--open"])
        .env("PATH", format!("{}:/usr/bin:/bin", tools.path().display()))
        .output()
        .unwrap();
    assert_eq!(code(&output), 74);
    assert!(stderr(&output).contains("is there a desktop?"), "{}", stderr(&output));
    let output = daemon.run(folder.path(), &["get", "x", "--open", "-o", "-"]);
    assert_eq!(code(&output), 2);
}

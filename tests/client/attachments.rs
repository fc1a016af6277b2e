//! `get` of photos that come as attachments, break off or are wrong: asked for again, and whole or not at all.

use std::fs;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use photomesh::photo::{Digest, PhotoId};
use photomesh::protocol::codec::{self, FrameWriter, MAX_FRAME};
use photomesh::protocol::{Answer, Request};
use tempfile::TempDir;

use crate::get::explained;
use crate::scripted::{client, code, names, say, stderr};

const PHOTO: &[u8] = &[7; 300_000];

/// What a daemon does when it is asked for the photo.
#[derive(Clone, Copy, Debug)]
enum Turn {
    /// Sends all of it.
    Whole,
    /// Sends so many bytes of it and hangs up.
    Torn(usize),
    /// Sends as many other bytes.
    Wrong,
    /// Attaches a byte less than it announces.
    Short,
    /// Hangs up and says nothing.
    Mute,
}

/// A daemon that can attach photos, and does at every connection what its turn says.
struct Fickle {
    address: String,
    /// How many connections there were.
    connections: Arc<AtomicUsize>,
}

impl Fickle {
    /// The last of the turns is that of all further connections, too.
    fn new(attaches: bool, turns: &'static [Turn]) -> Fickle {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let connections = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&connections);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let number = count.fetch_add(1, Ordering::SeqCst);
                let turn = turns[number.min(turns.len() - 1)];
                serve(&mut stream.unwrap(), attaches, turn);
            }
        });
        Fickle { address, connections }
    }

    fn get(&self, folder: &Path, arguments: &[&str]) -> Output {
        let arguments = [&["get", "cat.jpg"], arguments].concat();
        client(folder, &self.address, &arguments).output().unwrap()
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

fn serve(stream: &mut TcpStream, attaches: bool, turn: Turn) {
    let mut can_read = false;
    while let Ok(Some(frame)) = codec::read_frame(stream, MAX_FRAME) {
        let request: Request = codec::decode(&frame).unwrap();
        if let Request::RegisterClient { features, .. } = request {
            can_read = codec::reads_attachments(&features);
        } else if let Request::Explain { .. } = request {
            say(stream, &explained("cat.jpg", PhotoId::of(PHOTO), PHOTO.len() as u64));
        } else {
            assert!(can_read, "the client says what it can before it asks: {request:?}");
            // The client may have heard enough.
            let _ = deliver(stream, attaches, turn);
            return;
        }
    }
}

fn deliver(stream: &mut TcpStream, attaches: bool, turn: Turn) -> io::Result<()> {
    let wrong = [8; PHOTO.len()];
    let mut frame = Vec::new();
    let mut writer = FrameWriter::new(&mut frame, None);
    if attaches {
        writer.attach();
    }
    let envelope = received(PHOTO.len() as u64);
    let (length, bytes) = match turn {
        Turn::Whole | Turn::Torn(_) | Turn::Mute => (PHOTO.len(), PHOTO),
        Turn::Wrong => (PHOTO.len(), &wrong[..]),
        Turn::Short => (PHOTO.len() - 1, PHOTO),
    };
    writer.image(&envelope, length as u64, &mut &*bytes)?;
    writer.flush()?;
    drop(writer);
    let sent = match turn {
        Turn::Torn(bytes) => frame.len() - PHOTO.len() + bytes,
        Turn::Mute => 0,
        Turn::Whole | Turn::Wrong | Turn::Short => frame.len(),
    };
    stream.write_all(&frame[..sent])?;
    stream.shutdown(Shutdown::Write)?;
    // Until the client has read it and hung up.
    stream.read_to_end(&mut Vec::new()).map(drop)
}

fn received(bytes: u64) -> Answer {
    Answer::ReceiveImage {
        image_name: "cat.jpg".to_owned(),
        label: "cat.jpg".to_owned(),
        id: PhotoId::of(PHOTO),
        bytes,
        image: Vec::new().into(),
    }
}

#[test]
fn an_attached_photo_is_saved_and_poured_out() {
    let daemon = Fickle::new(true, &[Turn::Whole]);
    let folder = TempDir::new().unwrap();
    let output = daemon.get(folder.path(), &[]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!(names(folder.path()), ["cat.jpg"]);
    assert!(fs::read(folder.path().join("cat.jpg")).unwrap() == PHOTO);
    let output = daemon.get(folder.path(), &["-o", "-"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert!(output.stdout == PHOTO);
    assert_eq!(daemon.connections(), 2);
}

#[test]
fn a_photo_that_breaks_off_or_is_wrong_is_asked_for_again() {
    const TURNS: [&[Turn]; 4] = [
        &[Turn::Torn(0), Turn::Whole],
        &[Turn::Torn(PHOTO.len() - 1), Turn::Torn(200_000), Turn::Whole],
        &[Turn::Wrong, Turn::Whole],
        &[Turn::Wrong, Turn::Torn(1), Turn::Whole],
    ];
    for attaches in [true, false] {
        for turns in TURNS {
            let folder = TempDir::new().unwrap();
            let daemon = Fickle::new(attaches, turns);
            let output = daemon.get(folder.path(), &[]);
            let text = stderr(&output);
            assert_eq!(code(&output), 0, "{turns:?}: {text}");
            assert_eq!(names(folder.path()), ["cat.jpg"], "{turns:?}");
            assert!(fs::read(folder.path().join("cat.jpg")).unwrap() == PHOTO, "{turns:?}");
            assert_eq!(text.matches("it is asked for again").count(), turns.len() - 1, "{text}");
            assert_eq!(daemon.connections(), turns.len());

            let daemon = Fickle::new(attaches, turns);
            let output = daemon.get(folder.path(), &["-o", "-"]);
            assert_eq!(code(&output), 0, "{turns:?}");
            assert!(output.stdout == PHOTO, "{turns:?}: other bytes went out");
        }
    }
}

#[test]
fn what_fails_every_time_is_not_asked_for_for_ever() {
    let folder = TempDir::new().unwrap();
    for attaches in [true, false] {
        for (turns, exit_code, words) in [
            (&[Turn::Torn(200_000)], 69, "broke in the middle of the photo every time"),
            (&[Turn::Wrong], 65, "are not those of photo"),
        ] {
            for arguments in [&[][..], &["-o", "-"]] {
                let daemon = Fickle::new(attaches, turns);
                let output = daemon.get(folder.path(), arguments);
                let text = stderr(&output);
                assert_eq!(code(&output), exit_code, "{text}");
                assert!(text.contains(words) && text.contains("nothing was saved"), "{text}");
                assert_eq!(text.matches("it is asked for again").count(), 2, "{text}");
                assert_eq!(daemon.connections(), 3);
                assert!(output.stdout.is_empty());
                assert_eq!(names(folder.path()), Vec::<String>::new());
            }
        }
    }
}

#[test]
fn a_daemon_that_does_not_know_the_protocol_is_not_asked_again() {
    let folder = TempDir::new().unwrap();
    for (turns, exit_code, words) in [
        (&[Turn::Short], 65, "an attachment of 299999 bytes for a photo of 300000"),
        (&[Turn::Mute], 69, "closed the connection"),
    ] {
        let daemon = Fickle::new(true, turns);
        let output = daemon.get(folder.path(), &[]);
        assert_eq!(code(&output), exit_code, "{}", stderr(&output));
        assert!(stderr(&output).contains(words), "{}", stderr(&output));
        assert_eq!(daemon.connections(), 1);
        assert_eq!(names(folder.path()), Vec::<String>::new());
    }
}

/// Far more than the client may have.
const LARGE: u64 = 200_000_000;

/// What the client may use of memory's addresses, in KiB: its program and its stack, which lie in it, are most of that.
#[cfg(target_os = "linux")]
const ADDRESSES: u64 = 100_000;

#[test]
#[cfg(target_os = "linux")]
fn a_large_photo_is_never_in_memory_as_a_whole() {
    let content = || io::repeat(7).take(LARGE);
    let mut digest = Digest::default();
    let piece = [7; 1_000_000];
    (0..LARGE / 1_000_000).for_each(|_| digest.add(&piece));
    let id = digest.id();
    let folder = TempDir::new().unwrap();
    for attaches in [true, false] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            crate::scripted::hear(&mut stream).unwrap();
            say(&mut stream, &explained("cat.jpg", id, LARGE));
            crate::scripted::hear(&mut stream).unwrap();
            let mut writer = FrameWriter::new(stream, None);
            if attaches {
                writer.attach();
            }
            writer.image(&received(LARGE), LARGE, &mut content()).unwrap();
            writer.flush().unwrap();
        });
        let output = Command::new("sh")
            .args(["-c", "ulimit -v $1 && shift && exec \"$@\"", "sh", &ADDRESSES.to_string()])
            .args([env!("CARGO_BIN_EXE_photomesh"), "get", "cat.jpg", "--force"])
            .env("PHOTOMESH_DAEMON", address)
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        server.join().unwrap();
        assert_eq!(fs::metadata(folder.path().join("cat.jpg")).unwrap().len(), LARGE);
    }
}

#[test]
fn whoever_ends_it_in_the_middle_finds_nothing_in_the_folder() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let folder = TempDir::new().unwrap();
    let mut get = client(folder.path(), &address, &["get", "cat.jpg"]).spawn().unwrap();
    let mut stream = listener.accept().unwrap().0;
    // It has said who it is, and asks about the photo and then for it; half of that comes.
    let mut asked = || codec::read_frame(&mut stream, MAX_FRAME).unwrap().unwrap();
    (0..2).for_each(|_| drop(asked()));
    say(&mut stream, &explained("cat.jpg", PhotoId::of(PHOTO), PHOTO.len() as u64));
    let _ = codec::read_frame(&mut stream, MAX_FRAME).unwrap().unwrap();
    let mut frame = Vec::new();
    let mut writer = FrameWriter::new(&mut frame, None);
    writer.image(&received(PHOTO.len() as u64), PHOTO.len() as u64, &mut &*PHOTO).unwrap();
    writer.flush().unwrap();
    drop(writer);
    stream.write_all(&frame[..frame.len() / 2]).unwrap();
    get.kill().unwrap();
    get.wait().unwrap();
    assert_eq!(names(folder.path()), [""; 0]);
}

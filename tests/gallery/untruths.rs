//! Daemons that say what is not so: no wrong byte reaches a browser, and it is told what is the matter.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use photomesh::photo::PhotoId;
use photomesh::protocol::codec::{self, MAX_FRAME};
use photomesh::protocol::{Address, Answer, Request};
use tempfile::TempDir;

use crate::browser::crowd;
use crate::house::{Gallery, photo};

/// What becomes of the photo of each number when somebody wants it.
const TRUE: usize = 0;
const OTHER_BYTES: usize = 1;
const OTHER_LENGTH: usize = 2;
const AWAY: usize = 3;
const UNKNOWN: usize = 4;
const NOT_UNDERSTOOD: usize = 5;
const ANOTHER_ANSWER: usize = 6;
const PHOTOS: usize = 7;

fn bytes(number: usize) -> Vec<u8> {
    photo(number as u64)
}

fn id(number: usize) -> PhotoId {
    PhotoId::of(&bytes(number))
}

/// A daemon with these photos, which counts how often one is fetched.
struct Liar {
    address: Address,
    fetched: Arc<AtomicUsize>,
}

impl Liar {
    fn new() -> Liar {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = Address::new("127.0.0.1", listener.local_addr().unwrap().port());
        let fetched = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&fetched);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let counted = Arc::clone(&counted);
                thread::spawn(move || serve(stream, &counted));
            }
        });
        Liar { address, fetched }
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "a gallery that looks asks nothing else")]
fn serve(mut stream: TcpStream, fetched: &AtomicUsize) {
    while let Ok(Some(frame)) = codec::read_frame(&mut stream, MAX_FRAME) {
        let answer = match codec::decode(&frame).unwrap() {
            Request::RegisterClient { .. } => continue,
            Request::Status => Answer::Status(Box::new(crowd::status())),
            Request::List { .. } => {
                let told = |number| {
                    let extra = if number == OTHER_LENGTH { 9 } else { 0 };
                    let mut told = crowd::photo(number);
                    told.id = id(number);
                    told.bytes = bytes(number).len() as u64 + extra;
                    told
                };
                let mut photos: Vec<_> = (0..PHOTOS).map(told).collect();
                photos.sort_by_key(|photo| photo.id);
                Answer::Photos { photos, next: None }
            }
            Request::GetExact { photo, .. } => {
                fetched.fetch_add(1, Ordering::Relaxed);
                let number = (0..PHOTOS).find(|number| id(*number) == photo).unwrap();
                deliver(number)
            }
            Request::GetPreview { photo, .. } => preview(photo),
            other => Answer::Error { error: format!("nobody asks {other:?}") },
        };
        let written = match &answer {
            Answer::ReceiveImage { image, bytes, .. } => {
                codec::write_image(&mut stream, &answer, *bytes, &mut &image[..])
            }
            answer => codec::write_answer(&mut stream, answer),
        };
        if written.is_err() {
            return;
        }
    }
}

fn deliver(number: usize) -> Answer {
    let not_found = |undelivered| Answer::NotFound {
        image_name: String::new(),
        candidates: Vec::new(),
        undelivered,
        reason: "for a reason".to_owned(),
    };
    let mut image = bytes(number);
    match number {
        OTHER_BYTES => *image.last_mut().unwrap() ^= 1,
        AWAY => return not_found(true),
        UNKNOWN => return not_found(false),
        NOT_UNDERSTOOD => return Answer::Error { error: "what?".to_owned() },
        ANOTHER_ANSWER => return Answer::Told,
        _ => {}
    }
    Answer::ReceiveImage {
        image_name: String::new(),
        label: "a.jpg".to_owned(),
        id: id(number),
        bytes: image.len() as u64,
        image: image.into(),
    }
}

/// Small pictures that are none.
fn preview(photo: PhotoId) -> Answer {
    let image = match photo == id(TRUE) {
        true => b"<script>alert(1)</script>".to_vec(),
        // A JPEG from its beginning to its end, and larger than any small picture.
        false => [&[0xff, 0xd8], &vec![0; 4 << 20][..], &[0xff, 0xd9]].concat(),
    };
    Answer::Preview { photo, bytes: image.len() as u64, image: image.into() }
}

#[test]
fn only_the_right_bytes_are_sent_on_and_the_rest_is_told() {
    let (liar, place) = (Liar::new(), TempDir::new().unwrap());
    let gallery = Gallery::start(place.path(), &liar.address, &[]);
    gallery.wait_for(PHOTOS);
    let web = &gallery.web;
    let get = |number: usize| web.get(&format!("/photo/{}", id(number)));
    for (number, code) in [
        (OTHER_BYTES, (503, "daemon")),
        (OTHER_LENGTH, (502, "length")),
        (AWAY, (503, "away")),
        (UNKNOWN, (404, "unknown")),
        (NOT_UNDERSTOOD, (502, "old")),
        (ANOTHER_ANSWER, (502, "old")),
    ] {
        let reply = get(number);
        let (status, word) = reply.code();
        assert_eq!((status, &*word), code, "{number}");
        if number == OTHER_BYTES {
            let error = reply.json()["error"].to_string();
            assert!(error.contains("not this photo"), "{error}");
        }
    }
    let before = liar.fetched.load(Ordering::Relaxed);
    for _ in 0..3 {
        assert!(get(TRUE).body == bytes(TRUE), "it comes as it is");
    }
    assert_eq!(liar.fetched.load(Ordering::Relaxed), before + 1, "it is on the disk by then");
    let kept = fs::read_dir(place.path().join("cache/photomesh")).unwrap();
    for file in kept.map(Result::unwrap) {
        let bytes = fs::read(file.path()).unwrap();
        assert_eq!(*file.file_name(), *PhotoId::of(&bytes).to_string(), "no wrong byte is kept");
    }
}

#[test]
fn what_is_no_small_picture_is_not_shown() {
    let (liar, place) = (Liar::new(), TempDir::new().unwrap());
    let gallery = Gallery::start(place.path(), &liar.address, &[]);
    gallery.wait_for(PHOTOS);
    for number in [TRUE, OTHER_BYTES] {
        for kind in ["thumb", "view"] {
            let reply = gallery.web.get(&format!("/{kind}/{}.jpg", id(number)));
            assert_eq!(reply.status / 100, 4, "{kind} {number}: {}", reply.head);
        }
    }
}

/// As many listen as may, from two addresses, since one alone may not have so many connections; the next one is told to
/// come again, and may when another one has gone.
#[test]
fn one_listener_too_many_is_told_to_come_again() {
    const LISTENERS: usize = 48;
    let (liar, place) = (Liar::new(), TempDir::new().unwrap());
    let gallery = Gallery::start(place.path(), &liar.address, &[]);
    gallery.wait_for(PHOTOS);
    let listen = |number: usize| gallery.web.listen([127, 0, 0, 2 + (number % 2) as u8]);
    let mut listening: Vec<_> = (0..LISTENERS).map(listen).collect();
    assert!(listening.iter().all(|(status, _)| *status == 200));
    assert_eq!(listen(0).0, 503, "there is no seat left");
    listening.pop();
    crate::support::wait::eventually("a seat is free again", crate::house::PATIENCE, || {
        match listen(0).0 {
            200 => Ok(()),
            status => Err(status.to_string()),
        }
    })
    .unwrap();
}

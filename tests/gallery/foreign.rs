//! Groups that say what is not so, or nothing at all, through a super-peer that passes it on: nobody is harmed by it, and
//! nobody waits for it who looks at the own photos.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::ops::Range;
use std::thread;
use std::time::{Duration, Instant};

use photomesh::photo::{MAX_PHOTO, PhotoId};
use photomesh::protocol::between::GroupReport;
use photomesh::protocol::client::{Explanation, PhotoReport};
use photomesh::protocol::codec::{self, MAX_FRAME};
use photomesh::protocol::group::GroupFile;
use photomesh::protocol::{Address, Answer, Request};
use serde_json::json;
use tempfile::TempDir;

use crate::browser::crowd;
use crate::house::{Gallery, photo};

/// Longer than an own picture takes on a busy machine, and shorter than anybody waits for a link.
const AT_ONCE: Duration = Duration::from_secs(8);

/// How many photos the large group has.
pub(crate) const LARGE: usize = 80;

const OWN: u64 = 1;
const TRUE: u64 = 2;
const OTHER_BYTES: u64 = 3;
const TOO_LARGE: u64 = 4;
const ANOTHER_PHOTO: u64 = 5;

fn id(number: u64) -> PhotoId {
    PhotoId::of(&photo(number))
}

/// What is told of a photo.
fn told(number: u64, name: &str) -> PhotoReport {
    let bytes = if number == TOO_LARGE { MAX_PHOTO + 1 } else { photo(number).len() as u64 };
    PhotoReport { name: name.to_owned(), id: id(number), bytes, ..crowd::photo(0) }
}

/// A daemon with one photo, which is its own super-peer.
pub(crate) fn liar() -> Address {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = Address::new("127.0.0.1", listener.local_addr().unwrap().port());
    let own = address.clone();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let own = own.clone();
            thread::spawn(move || serve(stream, &own));
        }
    });
    address
}

#[expect(clippy::wildcard_enum_match_arm, reason = "a gallery that looks asks nothing else")]
fn serve(mut stream: TcpStream, own: &Address) {
    while let Ok(Some(frame)) = codec::read_frame(&mut stream, MAX_FRAME) {
        let answer = match codec::decode(&frame).unwrap() {
            Request::RegisterClient { .. } => continue,
            Request::Status => {
                let mut status = crowd::status();
                status.nodes[0].bridge = Some(own.clone());
                Answer::Status(Box::new(status))
            }
            Request::List { .. } => {
                Answer::Photos { photos: vec![told(OWN, "own.jpg")], next: None }
            }
            Request::GetPreview { photo: own, .. } => preview(own, photo(OWN)),
            Request::GetExact { .. } => image(photo(OWN)),
            Request::Abroad { group, .. } if group == "slow" => {
                thread::sleep(Duration::from_secs(3600));
                return;
            }
            Request::Abroad { group, ask } if group == "large" => large(*ask),
            Request::Abroad { ask, .. } => abroad(*ask),
            Request::Groups => Answer::Groups { groups: vec![group("own"), group("large")] },
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

fn preview(photo: PhotoId, image: Vec<u8>) -> Answer {
    Answer::Preview { photo, bytes: image.len() as u64, image: image.into() }
}

fn image(image: Vec<u8>) -> Answer {
    let (image_name, label) = (String::new(), "a.jpg".to_owned());
    let (id, bytes) = (PhotoId::of(&image), image.len() as u64);
    Answer::ReceiveImage { image_name, label, id, bytes, image: image.into() }
}

fn group(name: &str) -> GroupReport {
    let mut file = GroupFile::new([name.len() as u8; 32], [100 + name.len() as u8; 32]);
    let member = file.invite("ana".parse().unwrap(), [1; 32], 1_790_000_000).unwrap();
    GroupReport {
        id: member.certificate.group(),
        name: name.parse().unwrap(),
        photos: LARGE as u64,
        bytes: 1_000_000,
        nodes: 2,
        here: 2,
        supers: Vec::new(),
        lost_secs: None,
    }
}

/// What a group with many photos answers; the middle one of its pages is empty.
#[expect(clippy::wildcard_enum_match_arm, reason = "a gallery that looks asks nothing else")]
fn large(ask: Request) -> Answer {
    let photos = |numbers: Range<usize>| numbers.map(crowd::photo).collect();
    let [first, second] = [1, 2].map(|byte| PhotoId([byte; 32]));
    match ask {
        Request::List { after: None, .. } => {
            Answer::Photos { photos: photos(0..70), next: Some(first) }
        }
        Request::List { after, .. } if after == Some(first) => {
            Answer::Photos { photos: Vec::new(), next: Some(second) }
        }
        Request::List { .. } => Answer::Photos { photos: photos(70..LARGE), next: None },
        Request::GetPreview { photo: wanted, .. } => preview(wanted, photo(TRUE)),
        other => Answer::Error { error: format!("nobody asks {other:?}") },
    }
}

/// What a bad group answers.
#[expect(clippy::wildcard_enum_match_arm, reason = "a gallery that looks asks nothing else")]
fn abroad(ask: Request) -> Answer {
    let all = TRUE..=ANOTHER_PHOTO;
    let number = |photo: PhotoId| all.clone().find(|number| id(*number) == photo).unwrap();
    match ask {
        // A list that goes back to its beginning.
        Request::List { .. } => {
            let photos = vec![told(TRUE, "</script><script>alert(1)</script>")];
            Answer::Photos { photos, next: Some(PhotoId([1; 32])) }
        }
        Request::GetPreview { photo, .. } => preview(photo, b"<script>alert(1)</script>".to_vec()),
        Request::Explain { image_name, .. } => {
            let said = match number(image_name.parse().unwrap()) {
                ANOTHER_PHOTO => TRUE,
                number => number,
            };
            let report = told(said, "a\r\nSet-Cookie: x=1\u{202e}.jpg");
            Answer::Explained(Box::new(Explanation::of_another_group(report, true, true)))
        }
        Request::GetExact { photo: wanted, .. } => {
            let mut bytes = photo(number(wanted));
            if number(wanted) == OTHER_BYTES {
                *bytes.last_mut().unwrap() ^= 1;
            }
            image(bytes)
        }
        other => Answer::Error { error: format!("nobody asks {other:?}") },
    }
}

#[test]
fn what_a_bad_group_says_harms_nobody() {
    let place = TempDir::new().unwrap();
    let gallery = Gallery::start(place.path(), &liar(), &[]);
    gallery.wait_for(1);
    let web = &gallery.web;
    let list = web.get("/api/groups/evil/photos");
    assert_eq!(list.header("Content-Type"), Some("application/json"));
    assert_eq!(list.json()["photos"][0]["name"], "</script><script>alert(1)</script>");
    assert_eq!(list.json()["next"], json!(PhotoId([1; 32])));
    let after = format!("/api/groups/evil/photos?after={}", PhotoId([1; 32]));
    assert_eq!(web.get(&after).code(), (502, "endless".to_owned()));
    let get = |kind: &str, number| web.get(&format!("/abroad/evil/{kind}/{}", id(number)));
    for kind in ["thumb", "view"] {
        assert_eq!(get(kind, TRUE).code(), (404, "undrawable".to_owned()), "{kind}");
    }
    for (number, code) in [
        (OTHER_BYTES, (503, "daemon")),
        (TOO_LARGE, (404, "unknown")),
        (ANOTHER_PHOTO, (404, "unknown")),
    ] {
        let (status, word) = get("photo", number).code();
        assert_eq!((status, &*word), code, "{number}");
    }
    let good = get("photo", TRUE);
    assert!(good.status == 200 && good.body == photo(TRUE), "{}", good.head);
    assert_eq!(good.header("Set-Cookie"), None);
    let saved = good.header("Content-Disposition").unwrap();
    assert!(saved.starts_with("inline; filename=\"a__Set-Cookie_ x_1_.jpg\""), "{saved}");
}

#[test]
fn a_group_that_is_silent_keeps_nobody_from_the_own_photos() {
    let place = TempDir::new().unwrap();
    let gallery = Gallery::start(place.path(), &liar(), &[]);
    gallery.wait_for(1);
    let web = &gallery.web;
    let kinds = ["thumb", "view", "photo"].map(|kind| format!("/abroad/slow/{kind}/{}", id(TRUE)));
    let waiting = kinds.iter().cycle().take(18).map(|path| {
        let mut stream = web.connect();
        let head = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", web.address());
        stream.write_all(head.as_bytes()).unwrap();
        stream
    });
    let waiting: Vec<_> = waiting.collect();
    let asked = Instant::now();
    let own = id(OWN);
    for path in [format!("/thumb/{own}.jpg"), format!("/photo/{own}"), "/api/status".to_owned()] {
        assert_eq!(web.get(&path).status, 200, "{path}");
    }
    assert!(asked.elapsed() < AT_ONCE, "{:?}", asked.elapsed());
    drop(waiting);
}

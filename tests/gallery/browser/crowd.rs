//! Thousands of photos: of a daemon that only says it has them.

use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use photomesh::photo::{Format, PhotoId};
use photomesh::protocol::client::{
    CacheReport, DiskReport, FolderReport, NodeReport, PhotoReport, StatusReport, Stay, TrashReport,
};
use photomesh::protocol::codec::{self, MAX_FRAME};
use photomesh::protocol::{Address, Answer, NodeId, Request};
use tempfile::TempDir;

use super::chromium::Browser;
use super::page::{DESKTOP, PHONE};
use super::{PICTURES, open, origin};
use crate::house::Gallery;
use crate::support::pictures::{draw, jpeg};

const PHOTOS: usize = 5_000;

/// How many are in a page of the list.
const PAGE: usize = 1_000;

/// The first screen is complete within this time; a busy machine has its share in it.
const FIRST_SCREEN: Duration = Duration::from_secs(5);

fn id(number: usize) -> PhotoId {
    PhotoId::of(&number.to_le_bytes())
}

/// A photo of this number, which is never fetched.
pub(crate) fn photo(number: usize) -> PhotoReport {
    let (month, day) = (1 + number % 12, 1 + number % 28);
    let (width, height) = [(4000, 3000), (3000, 4000), (6000, 2000), (1000, 1000)][number % 4];
    PhotoReport {
        name: format!("IMG_{number}.jpg"),
        id: id(number),
        bytes: 4_000_000,
        width,
        height,
        format: Format::Jpeg,
        captured: Some(format!("{}-{month:02}-{day:02}T12:00:00", 2000 + number % 25)),
        dated: None,
        holders: vec![NodeId(1), NodeId(2)],
        originals: vec![NodeId(1)],
        aliases: Vec::new(),
        versions: 0,
    }
}

/// Two computers that are here.
pub(crate) fn status() -> StatusReport {
    let node = |number: u16| NodeReport {
        id: NodeId(number.into()),
        called: format!("friend{number}"),
        address: Address::new("127.0.0.1", 5000 + number),
        alive: true,
        photos: PHOTOS as u64,
        bytes: 20_000_000_000,
        originals: PHOTOS as u64 / 2,
        // The second one is smaller than what lies there.
        disk: DiskReport {
            capacity: Some([100_000_000_000, 10_000_000_000][usize::from(number) - 1]),
            room: Some([80_000_000_000, 0][usize::from(number) - 1]),
            fixed: 5_000_000_000,
            ..DiskReport::default()
        },
        member: None,
        bridge: None,
        state: String::new(),
    };
    StatusReport {
        node: NodeId(1),
        address: Address::new("127.0.0.1", 5001),
        copies_wanted: 2,
        nodes: vec![node(1), node(2)],
        photos: PHOTOS as u64,
        bytes: 60_000_000_000,
        duplicates: 0,
        under_replicated: 0,
        over_replicated: 0,
        at_risk: Vec::new(),
        trash: 0,
        skipped_files: 0,
        damaged: 0,
        folder: FolderReport::default(),
        cache: CacheReport::default(),
        notes: Vec::new(),
        news: Vec::new(),
        revision: 1,
    }
}

/// What lies in the trash: of everything that a daemon can say of how long, one.
fn thrown() -> Vec<TrashReport> {
    let thrown = |(number, until_purged, stay)| TrashReport {
        names: vec![format!("IMG_{number}.jpg")],
        id: id(number),
        bytes: 4_000_000,
        keeper: None,
        reason: "it was removed".to_owned(),
        until_purged,
        stay,
        companions: Vec::new(),
    };
    let all = [
        (0, false, Some(Stay::Days(26))),
        (1, false, Some(Stay::Days(1))),
        (2, false, Some(Stay::Days(0))),
        (3, false, Some(Stay::UntilPurged)),
        (4, false, None),
        // As earlier daemons told it.
        (5, true, None),
    ];
    all.map(thrown).into()
}

#[expect(clippy::wildcard_enum_match_arm, reason = "a gallery that looks asks nothing else")]
fn serve(mut stream: TcpStream, photos: &[PhotoReport], small: &[u8]) {
    while let Ok(Some(frame)) = codec::read_frame(&mut stream, MAX_FRAME) {
        let answer = match codec::decode(&frame).unwrap() {
            Request::RegisterClient { .. } => continue,
            Request::Status => Answer::Status(Box::new(status())),
            Request::List { after, .. } => {
                let from = after.map_or(0, |after| photos.partition_point(|one| one.id <= after));
                let page = &photos[from..photos.len().min(from + PAGE)];
                let next = page.last().filter(|_| from + PAGE < photos.len());
                Answer::Photos { photos: page.to_vec(), next: next.map(|last| last.id) }
            }
            Request::GetPreview { photo, .. } => {
                let (bytes, image) = (small.len() as u64, small.to_vec().into());
                Answer::Preview { photo, bytes, image }
            }
            Request::TrashList { .. } => Answer::Trash { photos: thrown(), next: None },
            other => Answer::Error { error: format!("nobody asks {other:?}") },
        };
        if codec::write_answer(&mut stream, &answer).is_err() {
            return;
        }
    }
}

pub(super) fn crowd() -> Address {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = Address::new("127.0.0.1", listener.local_addr().unwrap().port());
    thread::spawn(move || {
        let mut photos: Vec<PhotoReport> = (0..PHOTOS).map(photo).collect();
        photos.sort_by_key(|photo| photo.id);
        let photos: &[PhotoReport] = photos.leak();
        let small: &[u8] = jpeg(&draw(1, 400, 300), 80).leak();
        for stream in listener.incoming().map_while(Result::ok) {
            thread::spawn(move || serve(stream, photos, small));
        }
    });
    address
}

#[test]
fn thousands_of_photos_scroll_without_a_jump_and_cost_what_is_seen() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let place = TempDir::new().unwrap();
    let gallery = Gallery::start(place.path(), &crowd(), &[]);
    gallery.wait_for(PHOTOS);
    for screen in [DESKTOP, PHONE] {
        let began = Instant::now();
        let mut page = open(&mut browser, &gallery, "/", screen);
        page.until("the first screen has its pictures", &format!("{PICTURES} >= 12"));
        let first = began.elapsed();
        assert!(first < FIRST_SCREEN, "the first screen took {first:?}");
        eprintln!("{PHOTOS} photos, {} px: first screen after {first:?}", screen.width);
        let asked = page.requests().iter().filter(|url| url.contains("/thumb/")).count();
        assert!(asked <= 150, "{asked} pictures are asked for before anybody has scrolled");

        let height = "document.scrollingElement.scrollHeight";
        let before = page.eval(height);
        for part in [0.25, 0.5, 0.75, 1.0] {
            page.eval(&format!("scrollTo({{top: {height} * {part}, behavior: 'instant'}})"));
            page.until("there are pictures", &format!("{PICTURES} >= 12"));
        }
        assert_eq!(page.eval(height), before, "the height was known before anything was loaded");
        let end = "Math.abs(scrollY + innerHeight - document.scrollingElement.scrollHeight) < 2";
        assert_eq!(page.eval(end), true, "one gets to the end");
        page.until(
            "the last photo is seen",
            &format!("document.querySelector('.tile[aria-posinset=\"{PHOTOS}\"] a[href]')"),
        );
        let tiles = page.eval("document.querySelectorAll('.tile').length").as_u64().unwrap();
        assert!(tiles <= 120, "{tiles} tiles are there at a time");
        page.shot(&format!("crowd-{}", screen.width));
        page.is_sound(&origin(&gallery));
    }
}

#[test]
fn on_a_slow_line_the_screen_is_there_before_what_is_in_it() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let place = TempDir::new().unwrap();
    let gallery = Gallery::start(place.path(), &crowd(), &[]);
    gallery.wait_for(PHOTOS);
    let mut page = open(&mut browser, &gallery, "/photos", PHONE);
    page.slow_down(Duration::from_secs(3));
    page.go(&format!("{}/photos", origin(&gallery)));
    page.until("there is a bar", "document.querySelector('.bar')");
    assert_eq!(page.text("document.querySelector('.tab[aria-current]')?.innerText"), "Photos");
    assert_eq!(page.eval(PICTURES), 0, "it is early enough to tell");
    page.until("the first screen has its pictures", &format!("{PICTURES} >= 12"));
    page.is_sound(&origin(&gallery));
}

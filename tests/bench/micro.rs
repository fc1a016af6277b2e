//! What single operations of the core take, without threads, disks and sockets: a part of `make bench`.
//!
//! Each by the number of photos in the collection. `SIZES` says which numbers ("1000 10000"); without it, up to a hundred
//! thousand. All photos are made up, and none is a version of another.

#[path = "../support/fingerprints.rs"]
mod fingerprints;
mod made_up;

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, bench};
use photomesh::node::{Action, Node};
use photomesh::node::{Asker, ClientAction, ClientEvent, Event, LinkId};
use photomesh::photo::{Fingerprint, PhotoId, SimilarityIndex};
use photomesh::protocol::codec::{count_values, decode, write_answer, write_message};
use photomesh::protocol::message::TransferId;
use photomesh::protocol::{Answer, Blob, MAX_CHUNK, Message, Request};

use fingerprints::fingerprint;
use made_up::{label, now, page, pages, tell, with_a_peer, with_photos};

fn main() {
    divan::main();
}

/// To make a node with more photos takes minutes.
const LARGEST_NODE: u64 = 100_000;

/// The numbers of photos of which a node is made.
fn nodes() -> Vec<u64> {
    sizes().into_iter().filter(|size| *size <= LARGEST_NODE).collect()
}

/// The numbers of photos.
fn sizes() -> Vec<u64> {
    let given = std::env::var("SIZES").unwrap_or_default();
    let given: Vec<u64> = given.split_whitespace().filter_map(|size| size.parse().ok()).collect();
    if given.is_empty() { vec![1_000, 10_000, 100_000] } else { given }
}

/// A tick of an idle node, which has ten of them a second.
#[bench(args = nodes(), max_time = 1)]
fn node_tick(bencher: Bencher, photos: u64) {
    let mut node = with_photos(photos);
    let mut ticks = 0;
    bencher.bench_local(|| {
        ticks += 1;
        node.step(now() + Duration::from_millis(100) * ticks, Event::Tick)
    });
}

/// A client asks for a photo by its label, which the node has, and gets it.
#[bench(args = nodes(), max_time = 1)]
fn node_get(bencher: Bencher, photos: u64) {
    let mut node = with_photos(photos);
    let mut at = 0;
    bencher.bench_local(|| {
        at = (at + 7919) % photos;
        let request = Request::GetImageRequest { image_name: label(at) };
        let actions = ask(&mut node, request);
        let found =
            |action: &Action| matches!(action, Action::Client(ClientAction::AnswerPhoto { .. }));
        assert!(actions.iter().any(found), "{actions:?}");
        let answered = ClientEvent::Answered { link: CLIENT, result: Ok(()) };
        node.step(now(), Event::Client(answered))
    });
}

/// A client asks how the mesh is doing.
#[bench(args = nodes(), max_time = 1)]
fn node_status(bencher: Bencher, photos: u64) {
    let mut node = with_photos(photos);
    bencher.bench_local(|| {
        let actions = ask(&mut node, Request::Status);
        let told = |action: &Action| {
            matches!(action, Action::Client(ClientAction::Answer { answer: Answer::Status(_), .. }))
        };
        assert!(actions.iter().any(told), "{actions:?}");
    });
}

const CLIENT: LinkId = LinkId(2);

fn ask(node: &mut Node, request: Request) -> Vec<Action> {
    let asked = ClientEvent::Asked { link: CLIENT, by: Asker::Owner, request };
    node.step(now(), Event::Client(asked))
}

/// A node that has nothing is told all that another one has, and judges it.
#[bench(args = nodes(), sample_count = 3, sample_size = 1)]
fn table_apply_all(bencher: Bencher, photos: u64) {
    let all = pages(photos);
    let fresh = || (with_a_peer(0), all.clone());
    let apply = |(mut node, pages): (Node, Vec<Message>)| {
        for page in pages {
            tell(&mut node, page);
        }
        assert_eq!(node.table().count() as u64, photos);
        node
    };
    bencher.counter(ItemsCount::new(photos)).with_inputs(fresh).bench_local_values(apply);
}

/// A node that has this many photos is told of 256 others.
#[bench(args = nodes(), sample_count = 20, sample_size = 1)]
fn table_apply_page(bencher: Bencher, photos: u64) {
    let mut node = with_a_peer(photos);
    let mut first = photos;
    let next = || {
        first += 256;
        page(first, first + 256, false)
    };
    let apply = |page| tell(&mut node, page);
    bencher.counter(ItemsCount::new(256_u32)).with_inputs(next).bench_local_values(apply);
}

/// The photos that look like a given one.
#[bench(args = sizes(), max_time = 1)]
fn index_look_up(bencher: Bencher, photos: u64) {
    let mut index = SimilarityIndex::default();
    for at in 0..photos {
        index.insert(PhotoId::of(&at.to_be_bytes()), fingerprint(at));
    }
    let mut at = 0;
    let next = || -> Fingerprint {
        at = (at + 7919) % photos;
        fingerprint(at)
    };
    bencher.with_inputs(next).bench_local_refs(|wanted| index.similar(wanted));
}

/// The labels of all photos, as a client gets them.
#[bench(args = sizes(), max_time = 1)]
fn encode_list(bencher: Bencher, photos: u64) {
    let answer = Answer::ListImage { list: Arc::new((0..photos).map(label).collect()) };
    bencher.counter(ItemsCount::new(photos)).bench_local(|| encoded(&answer));
}

#[bench(args = sizes(), max_time = 1)]
fn decode_list(bencher: Bencher, photos: u64) {
    let frame = encoded(&Answer::ListImage { list: Arc::new((0..photos).map(label).collect()) });
    let counter = ItemsCount::new(photos);
    bencher.counter(counter).bench_local(|| decode::<Answer>(&frame[4..]).expect("an answer"));
}

fn encoded(answer: &Answer) -> Vec<u8> {
    let mut frame = Vec::new();
    write_answer(&mut frame, answer).expect("memory takes it");
    frame
}

/// The records of all photos, as daemons tell each other.
#[bench(args = nodes(), max_time = 1)]
fn encode_records(bencher: Bencher, photos: u64) {
    let pages = pages(photos);
    bencher.counter(ItemsCount::new(photos)).bench_local(|| {
        for page in &pages {
            black_box(frame(page));
        }
    });
}

#[bench(args = nodes(), max_time = 1)]
fn decode_records(bencher: Bencher, photos: u64) {
    let frames: Vec<Vec<u8>> = pages(photos).iter().map(frame).collect();
    bencher.counter(ItemsCount::new(photos)).bench_local(|| {
        for frame in &frames {
            black_box(read(&frame[4..]));
        }
    });
}

/// A piece of a photo, as daemons send it.
#[bench(max_time = 1)]
fn encode_chunk(bencher: Bencher) {
    let chunk = chunk();
    bencher.counter(BytesCount::new(MAX_CHUNK)).bench_local(|| frame(&chunk));
}

#[bench(max_time = 1)]
fn decode_chunk(bencher: Bencher) {
    let frame = frame(&chunk());
    let counter = BytesCount::new(MAX_CHUNK);
    bencher.counter(counter).bench_local(|| read(&frame[4..]));
}

/// Decodes what another daemon says, as a link does.
fn read(content: &[u8]) -> Message {
    count_values(content).expect("few enough values");
    decode(content).expect("a message")
}

fn chunk() -> Message {
    let bytes: Vec<u8> = (0..MAX_CHUNK).map(|at| (at * 31 % 251) as u8).collect();
    Message::Chunk { transfer: TransferId(1), offset: 0, data: Blob::from(bytes) }
}

fn frame(message: &Message) -> Vec<u8> {
    let mut frame = Vec::new();
    write_message(&mut frame, message).expect("memory takes it");
    frame
}

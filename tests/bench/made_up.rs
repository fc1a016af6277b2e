//! A node with a collection that was made up, and a peer with one.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use photomesh::node::{Config, DiskEvent, Event, LinkEvent, LinkId, Node, Time};
use photomesh::photo::{ACCOUNT, Format, Photo, PhotoId, Worth};
use photomesh::protocol::group::Roster;
use photomesh::protocol::message::{PROTOCOL, Register};
use photomesh::protocol::{
    Address, Boot, Facts, Holding, Looks, Message, NodeId, NodeName, Record,
};

use crate::fingerprints::fingerprint;

/// Records in one message between daemons.
const PAGE: u64 = 256;

const PEER: LinkId = LinkId(1);

/// The time at which all of it is.
pub(crate) fn now() -> Time {
    Time(Duration::from_secs(1000))
}

/// A node that has this many photos, alone, when there is nothing left to do.
pub(crate) fn with_photos(photos: u64) -> Node {
    let mut node = Node::new(config());
    node.step(Time::default(), Event::Tick);
    node.step(now(), Event::Disk(DiskEvent::Room { free: 1 << 40, spare: 1 << 40 }));
    for at in 0..photos {
        let Record { photo, facts, holding, .. } = record(at);
        let facts = Facts::clone(&facts);
        node.step(now(), Event::Disk(DiskEvent::Held { photo, facts, holding, files: 1 }));
    }
    node.step(now(), Event::Disk(DiskEvent::Scanned { skipped: 0 }));
    finish(&mut node);
    node
}

/// The same with a peer that has registered, and has nothing yet.
pub(crate) fn with_a_peer(photos: u64) -> Node {
    let mut node = with_photos(photos);
    let opened = LinkEvent::Opened { link: PEER, remote: "127.0.0.1".to_owned(), dialed: None };
    node.step(now(), Event::Link(opened));
    let register = Register {
        protocol_min: PROTOCOL.0,
        protocol_max: PROTOCOL.1,
        features: Vec::new(),
        node: NodeId(2),
        boot: Boot(1),
        member: None,
        name: None,
        address: Address::new("127.0.0.1", 5001),
        copies: 1,
        pin_ms: 60_000,
        keep_originals: false,
        share: false,
        bridge: None,
    };
    tell(&mut node, Message::Register(register));
    assert!(node.has_let_in(PEER), "the peer has registered");
    node
}

/// The peer says something, and the node does all that follows from it.
pub(crate) fn tell(node: &mut Node, message: Message) {
    node.step(now(), Event::Link(LinkEvent::Received { link: PEER, message }));
    finish(node);
}

fn finish(node: &mut Node) {
    while node.has_more() {
        node.step(now(), Event::Continue);
    }
}

/// All records of so many photos.
pub(crate) fn pages(photos: u64) -> Vec<Message> {
    let firsts = (0..photos).step_by(PAGE as usize);
    firsts.map(|first| page(first, photos.min(first + PAGE), first + PAGE >= photos)).collect()
}

/// The records of these photos.
pub(crate) fn page(first: u64, end: u64, complete: bool) -> Message {
    let records = (first..end).map(record).collect();
    Message::ImageInfo { records, gone: Vec::new(), tombstones: Vec::new(), complete }
}

/// What a photo is called.
pub(crate) fn label(at: u64) -> String {
    format!("IMG_{at:07}.jpg")
}

fn record(at: u64) -> Record {
    let photo = Photo {
        account: ACCOUNT,
        id: PhotoId::of(&at.to_be_bytes()),
        bytes: 3_000_000 + at,
        format: Format::Jpeg,
        width: 4000,
        height: 3000,
        colour: true,
        camera: true,
        captured: None,
        fingerprint: Some(fingerprint(at)),
        worth: Worth::default(),
    };
    Record {
        photo: Arc::new(photo),
        facts: Arc::new(Facts::named(label(at))),
        holding: Holding::Original,
        looks: Looks::default(),
    }
}

/// A node that wants one copy of each photo: it has nothing to do but to know them.
fn config() -> Config {
    Config {
        node: NodeId(1),
        membership: None,
        name: NodeName::like("bench"),
        boot: Boot(1),
        address: Address::new("127.0.0.1", 5000),
        copies: 1,
        grace: Duration::from_secs(600),
        pin: Duration::from_secs(60),
        capacity: None,
        draining: false,
        cache: 0,
        pools: false,
        keep_originals: false,
        retire_now: false,
        share: false,
        bridge: None,
        join: Vec::new(),
        known: BTreeMap::new(),
        roster: Roster::default(),
        tombstones: Vec::new(),
        gone: Vec::new(),
        first_start: true,
        seed: [7; 32],
    }
}

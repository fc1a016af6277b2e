//! Three nodes driven by hand: no thread, no socket, no file, no clock.
//!
//! The smallest world in which a mesh can live. Every action of a node is carried out at once, or becomes an event of
//! another one; time passes when a test says so. The simulator under `tests/` does the same with faults.

use std::collections::{BTreeMap, VecDeque};
use std::io::Cursor;
use std::sync::Arc;
use std::time::Duration;

use super::super::limits::TICK;
use super::super::{Action, CloseReason, Config, Event, LinkId, Node, Source, Spool, Time};
use crate::photo::{Photo, PhotoId, Relation, prove};
use crate::protocol::{
    Address, Answer, Blob, Boot, Facts, Holding, MAX_CHUNK, Message, NodeId, Request,
};

pub(super) const CLIENT: LinkId = LinkId(1_000_000);

/// One node's disk: what it has of each photo, and half-written files.
#[derive(Default)]
pub(super) struct Disk {
    pub(super) photos: BTreeMap<PhotoId, (Holding, Vec<u8>)>,
    pub(super) spool: BTreeMap<Spool, Vec<u8>>,
}

pub(super) struct World {
    pub(super) now: Time,
    pub(super) nodes: Vec<Option<Node>>,
    pub(super) disks: Vec<Disk>,
    /// The two ends of each link, as (node, link id there).
    pub(super) links: BTreeMap<(usize, LinkId), (usize, LinkId)>,
    pub(super) events: VecDeque<(usize, Event)>,
    pub(super) answers: Vec<Answer>,
    pub(super) last_link: u64,
}

pub(super) fn address(n: usize) -> Address {
    Address::new("127.0.0.1", 5000 + n as u16)
}

pub(super) fn picture(bytes: &[u8]) -> Arc<Photo> {
    Arc::new(Photo::opaque(PhotoId::of(bytes), bytes.len() as u64))
}

impl World {
    pub(super) fn new(nodes: usize) -> World {
        let mut world = World {
            now: Time::default(),
            nodes: Vec::new(),
            disks: Vec::new(),
            links: BTreeMap::new(),
            events: VecDeque::new(),
            answers: Vec::new(),
            last_link: 0,
        };
        for n in 0..nodes {
            world.nodes.push(None);
            world.disks.push(Disk::default());
            world.start(n, true);
        }
        world
    }

    pub(super) fn start(&mut self, n: usize, first_start: bool) {
        self.nodes[n] = Some(Node::new(Config {
            node: NodeId(n as u64 + 1),
            boot: Boot(n as u64 + 100 * u64::from(first_start)),
            address: address(n),
            copies: 2,
            grace: Duration::from_secs(5),
            pin: Duration::from_secs(10),
            keep_originals: false,
            retire_now: false,
            join: if n == 0 { Vec::new() } else { vec![address(0)] },
            known: BTreeMap::new(),
            tombstones: Vec::new(),
            first_start,
            seed: [n as u8; 32],
        }));
    }

    /// Puts a photo into a node's own folder, as a scan would find it.
    pub(super) fn add(&mut self, n: usize, name: &str, bytes: &[u8]) -> PhotoId {
        let photo = picture(bytes);
        let id = photo.id;
        self.disks[n].photos.insert(id, (Holding::Original, bytes.to_vec()));
        let facts = Facts::named(name);
        self.events
            .push_back((n, Event::Held { photo, facts, holding: Holding::Original, files: 1 }));
        id
    }

    pub(super) fn kill(&mut self, n: usize) {
        self.nodes[n] = None;
        let ends: Vec<_> = self.links.iter().map(|(end, other)| (*end, *other)).collect();
        for (end, (other, link)) in ends {
            if end.0 == n {
                self.links.remove(&end);
                self.links.remove(&(other, link));
                self.events.push_back((other, Event::Closed { link, reason: CloseReason::Remote }));
            }
        }
    }

    /// Lets time pass, tick by tick, and delivers whatever comes of it.
    pub(super) fn run(&mut self, seconds: u64) {
        let end = self.now + Duration::from_secs(seconds);
        while self.now < end {
            self.now = self.now + TICK;
            for n in 0..self.nodes.len() {
                self.events.push_back((n, Event::Tick));
            }
            while let Some((n, event)) = self.events.pop_front() {
                let now = self.now;
                let Some(node) = &mut self.nodes[n] else {
                    continue;
                };
                let mut actions = node.step(now, event);
                while node.has_more() {
                    actions.extend(node.step(now, Event::Continue));
                }
                for action in actions {
                    self.carry_out(n, action);
                }
            }
        }
    }

    pub(super) fn carry_out(&mut self, n: usize, action: Action) {
        let done = match action {
            Action::Dial { address } => self.dial(n, address),
            Action::Send { link, message } => {
                let page = matches!(message, Message::ImageInfo { .. });
                if let Some((other, there)) = self.links.get(&(n, link)).copied() {
                    self.events.push_back((other, Event::Received { link: there, message }));
                }
                page.then_some(Event::PageSent { link })
            }
            Action::Close { link, reason } => {
                if let Some((other, there)) = self.links.remove(&(n, link)) {
                    self.links.remove(&(other, there));
                    let remote = Event::Closed { link: there, reason: CloseReason::Remote };
                    self.events.push_back((other, remote));
                }
                Some(Event::Closed { link, reason })
            }
            Action::Serve { link, transfer, photo, offset, length, .. } => {
                let bytes = self.disks[n].photos[&photo].1.clone();
                let window = &bytes[offset as usize..bytes.len().min((offset + length) as usize)];
                let mut at = offset;
                for piece in window.chunks(MAX_CHUNK) {
                    let data = Blob::from(piece.to_vec());
                    let message = Message::Chunk { transfer, offset: at, data };
                    at += piece.len() as u64;
                    self.carry_out(n, Action::Send { link, message });
                }
                Some(Event::Served { link, transfer, photo, result: Ok(()) })
            }
            Action::Answer { answer, .. } => {
                self.answers.push(answer);
                None
            }
            Action::AnswerPhoto { link, name, label, photo, source } => {
                let image = Blob::from(self.read(n, source));
                let (id, bytes) = (photo.id, photo.bytes);
                self.answers.push(Answer::ReceiveImage {
                    image_name: name,
                    label,
                    id,
                    bytes,
                    image,
                });
                Some(Event::Answered { link, result: Ok(()) })
            }
            Action::Prove { source, nonce, provers, .. } => {
                let ids: Vec<u64> = provers.iter().map(|node| node.0).collect();
                let proven = prove(&mut Cursor::new(self.read(n, source)), nonce, &ids).unwrap();
                let proofs = provers.into_iter().zip(proven.proofs).collect();
                Some(Event::Proved { nonce, result: Ok(proofs) })
            }
            disk => self.disk(n, disk),
        };
        self.events.extend(done.map(|event| (n, event)));
    }

    pub(super) fn read(&self, n: usize, source: Source) -> Vec<u8> {
        match source {
            Source::Held(photo) => self.disks[n].photos[&photo].1.clone(),
            Source::Spooled(spool) => self.disks[n].spool[&spool].clone(),
        }
    }

    pub(super) fn dial(&mut self, n: usize, dialed: Address) -> Option<Event> {
        let other = usize::from(dialed.port()) - 5000;
        if self.nodes.get(other).is_none_or(Option::is_none) {
            return Some(Event::DialFailed { address: dialed, reason: "refused".to_owned() });
        }
        let (here, there) = (LinkId(self.last_link + 1), LinkId(self.last_link + 2));
        self.last_link += 2;
        self.links.insert((n, here), (other, there));
        self.links.insert((other, there), (n, here));
        let remote = "127.0.0.1".to_owned();
        let accepted = Event::Opened { link: there, remote: remote.clone(), dialed: None };
        self.events.push_back((other, accepted));
        Some(Event::Opened { link: here, remote, dialed: Some(dialed) })
    }

    pub(super) fn disk(&mut self, n: usize, action: Action) -> Option<Event> {
        let disk = &mut self.disks[n];
        match action {
            Action::Write { spool, data, .. } => {
                disk.spool.entry(spool).or_default().extend_from_slice(&data);
                Some(Event::Written { spool, result: Ok(()) })
            }
            Action::Inspect { spool } => {
                Some(Event::Inspected { spool, result: Ok(picture(&disk.spool[&spool])) })
            }
            Action::Install { spool, photo, holding, .. } => {
                let bytes = disk.spool.remove(&spool).unwrap();
                disk.photos.insert(photo.id, (holding, bytes));
                Some(Event::Installed { spool, photo: photo.id, result: Ok(()) })
            }
            Action::Discard { spool } => {
                disk.spool.remove(&spool);
                None
            }
            Action::Look { worse, better, .. } => {
                Some(Event::Looked { worse, better, result: Ok(Relation::Same) })
            }
            Action::Drop { photo, .. } | Action::Retire { photo, .. } => {
                disk.photos.get_mut(&photo).unwrap().0 = Holding::Retired;
                Some(Event::PutAway { photo, result: Ok(()) })
            }
            Action::Restore { photo, .. } => {
                disk.photos.get_mut(&photo).unwrap().0 = Holding::Replica;
                Some(Event::Returned { photo, result: Ok(Holding::Replica) })
            }
            _ => None,
        }
    }

    pub(super) fn scan(&mut self, n: usize) {
        self.events.push_back((n, Event::Scanned { skipped: 0 }));
    }

    /// The nodes that have a photo on disk, and live.
    pub(super) fn holders(&self, photo: PhotoId) -> Vec<usize> {
        let has = |n: &usize| {
            let holding = self.disks[*n].photos.get(&photo).map(|(holding, _)| *holding);
            self.nodes[*n].is_some() && holding.is_some_and(Holding::is_stored)
        };
        (0..self.nodes.len()).filter(has).collect()
    }

    pub(super) fn ask(&mut self, n: usize, request: Request) -> Answer {
        self.events.push_back((n, Event::Asked { link: CLIENT, request }));
        for _ in 0..60 {
            self.run(1);
            if let Some(answer) = self.answers.pop() {
                return answer;
            }
        }
        panic!("no answer within a minute");
    }

    pub(super) fn list(&mut self, n: usize) -> Vec<String> {
        match self.ask(n, Request::GetImageList) {
            Answer::ListImage { list } => list.to_vec(),
            other => panic!("{other:?}"),
        }
    }
}

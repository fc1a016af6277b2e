//! Three nodes driven by hand: no thread, no socket, no file, no clock.
//!
//! The smallest world in which a mesh can live. Every action of a node is carried out at once, or becomes an event of
//! another one; time passes when a test says so. The simulator under `tests/` does the same with faults.

use std::collections::{BTreeMap, VecDeque};
use std::io::Cursor;
use std::sync::Arc;
use std::time::Duration;

use super::super::limits::TICK;
use super::super::{
    Action, Asker, ClientAction, ClientEvent, CloseReason, Config, DiskAction, DiskError,
    DiskEvent, Event, LinkAction, LinkEvent, LinkId, Node, Source, Spool, Time,
};
use crate::photo::{Format, Photo, PhotoId, Relation, prove};
use crate::protocol::group::Roster;
use crate::protocol::{
    Address, Answer, Blob, Boot, Departure, Facts, Holding, MAX_CHUNK, Message, NodeId, NodeName,
    Request,
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
    /// Answers with photos that are still coming.
    pub(super) coming: Vec<(usize, ClientAction)>,
    pub(super) last_link: u64,
}

pub(super) fn address(n: usize) -> Address {
    Address::new("127.0.0.1", 5000 + n as u16)
}

pub(super) fn picture(bytes: &[u8]) -> Arc<Photo> {
    let known = Photo::opaque(PhotoId::of(bytes), bytes.len() as u64);
    Arc::new(Photo { format: Format::Jpeg, ..known })
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
            coming: Vec::new(),
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
            membership: None,
            roster: Roster::default(),
            name: NodeName::like("test"),
            address: address(n),
            copies: 2,
            grace: Duration::from_secs(5),
            pin: Duration::from_secs(10),
            capacity: None,
            cache: 0,
            draining: false,
            pools: false,
            keep_originals: false,
            retire_now: false,
            share: false,
            bridge: None,
            join: if n == 0 { Vec::new() } else { vec![address(0)] },
            known: BTreeMap::new(),
            tombstones: Vec::new(),
            gone: Vec::new(),
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
        self.tell(n, DiskEvent::Held { photo, facts, holding: Holding::Original, files: 1 });
        id
    }

    pub(super) fn kill(&mut self, n: usize) {
        self.nodes[n] = None;
        let ends: Vec<_> = self.links.iter().map(|(end, other)| (*end, *other)).collect();
        for (end, (other, link)) in ends {
            if end.0 == n {
                self.links.remove(&end);
                self.links.remove(&(other, link));
                self.tell(other, LinkEvent::Closed { link, reason: CloseReason::Remote });
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

    pub(super) fn tell(&mut self, n: usize, event: impl Into<Event>) {
        self.events.push_back((n, event.into()));
    }

    pub(super) fn carry_out(&mut self, n: usize, action: Action) {
        match action {
            Action::Link(action) => self.on_link(n, action),
            Action::Disk(action) => self.on_disk(n, action),
            Action::Client(action) => self.for_client(n, action),
            Action::Log { .. } | Action::Exit { .. } => {}
        }
    }

    fn on_link(&mut self, n: usize, action: LinkAction) {
        match action {
            LinkAction::Dial { address } => self.dial(n, address),
            LinkAction::Send { link, message } => {
                let page = matches!(message, Message::ImageInfo { .. });
                if let Some((other, there)) = self.links.get(&(n, link)).copied() {
                    self.tell(other, LinkEvent::Received { link: there, message });
                }
                if page {
                    self.tell(n, LinkEvent::PageSent { link });
                }
            }
            LinkAction::Close { link, reason } => {
                if let Some((other, there)) = self.links.remove(&(n, link)) {
                    self.links.remove(&(other, there));
                    let reason = CloseReason::Remote;
                    self.tell(other, LinkEvent::Closed { link: there, reason });
                }
                self.tell(n, LinkEvent::Closed { link, reason });
            }
            LinkAction::StopServing { .. } => {}
            LinkAction::SendPreview { link, ask, image } => {
                let bytes = image.len() as u64;
                let message = Message::Preview { ask, bytes, offset: 0, image };
                self.on_link(n, LinkAction::Send { link, message });
                self.tell(n, LinkEvent::PreviewSent { link });
            }
            LinkAction::Serve { link, transfer, photo, offset, length, .. } => {
                let bytes = self.disks[n].photos[&photo].1.clone();
                let window = &bytes[offset as usize..bytes.len().min((offset + length) as usize)];
                let mut at = offset;
                for piece in window.chunks(MAX_CHUNK) {
                    let data = Blob::from(piece.to_vec());
                    let message = Message::Chunk { transfer, offset: at, data };
                    at += piece.len() as u64;
                    self.on_link(n, LinkAction::Send { link, message });
                }
                self.tell(n, LinkEvent::Served { link, transfer, photo, result: Ok(()) });
            }
        }
    }

    fn for_client(&mut self, n: usize, action: ClientAction) {
        match action {
            ClientAction::Answer { answer, .. } => self.answers.push(answer),
            ClientAction::AnswerPhoto { source: Source::Spooled(spool), ref photo, .. }
                if self.disks[n].spool[&spool].len() < photo.bytes as usize =>
            {
                self.coming.push((n, action));
            }
            ClientAction::AnswerPhoto { link, name, label, photo, source } => {
                let image = Blob::from(self.read(n, source));
                let (id, bytes) = (photo.id, photo.bytes);
                self.answers.push(Answer::ReceiveImage {
                    image_name: name,
                    label,
                    id,
                    bytes,
                    image,
                });
                self.tell(n, ClientEvent::Answered { link, result: Ok(()) });
            }
        }
    }

    pub(super) fn read(&self, n: usize, source: Source) -> Vec<u8> {
        match source {
            Source::Held(photo) => self.disks[n].photos[&photo].1.clone(),
            Source::Spooled(spool) | Source::Kept(spool) => self.disks[n].spool[&spool].clone(),
        }
    }

    pub(super) fn dial(&mut self, n: usize, dialed: Address) {
        let other = usize::from(dialed.port()) - 5000;
        if self.nodes.get(other).is_none_or(Option::is_none) {
            let reason = "refused".to_owned();
            return self.tell(n, LinkEvent::DialFailed { address: dialed, reason });
        }
        let (here, there) = (LinkId(self.last_link + 1), LinkId(self.last_link + 2));
        self.last_link += 2;
        self.links.insert((n, here), (other, there));
        self.links.insert((other, there), (n, here));
        let remote = "127.0.0.1".to_owned();
        self.tell(other, LinkEvent::Opened { link: there, remote: remote.clone(), dialed: None });
        self.tell(n, LinkEvent::Opened { link: here, remote, dialed: Some(dialed) });
    }

    fn on_disk(&mut self, n: usize, action: DiskAction) {
        let disk = &mut self.disks[n];
        let done = match action {
            DiskAction::Write { spool, data, .. } => {
                disk.spool.entry(spool).or_default().extend_from_slice(&data);
                DiskEvent::Written { spool, result: Ok(()) }
            }
            DiskAction::Check { spool } => {
                let found = picture(&disk.spool[&spool]);
                let glance = Photo { account: 0, ..Photo::opaque(found.id, found.bytes) };
                DiskEvent::Inspected { spool, result: Ok(Arc::new(glance)) }
            }
            DiskAction::Inspect { spool } => {
                DiskEvent::Inspected { spool, result: Ok(picture(&disk.spool[&spool])) }
            }
            DiskAction::Install { spool, photo, holding, .. } => {
                let bytes = disk.spool.remove(&spool).unwrap();
                disk.photos.insert(photo.id, (holding, bytes));
                DiskEvent::Installed { spool, photo: photo.id, result: Ok(()) }
            }
            DiskAction::Discard { spool } => {
                disk.spool.remove(&spool);
                return;
            }
            DiskAction::Prove { source, nonce, provers, .. } => {
                let ids: Vec<u64> = provers.iter().map(|node| node.0).collect();
                let proven = prove(&mut Cursor::new(self.read(n, source)), nonce, &ids).unwrap();
                let proofs = provers.into_iter().zip(proven.proofs).collect();
                DiskEvent::Proved { nonce, result: Ok(proofs) }
            }
            DiskAction::Look { worse, better, .. } => {
                DiskEvent::Looked { worse, better, result: Ok(Relation::Same) }
            }
            // What a photo looks like is its bytes here.
            DiskAction::FindPreview { photo, size, viewer, .. } => {
                let bytes = disk.photos.get(&photo).map(|(_, bytes)| jpeg(bytes));
                let result = bytes.map(Blob::from).ok_or(DiskError::Gone);
                DiskEvent::PreviewFound { photo, size, viewer, result }
            }
            DiskAction::KeepPreview { .. } => return,
            DiskAction::PutAway {
                photo,
                departure: Departure::Surplus | Departure::Replaced { .. },
                ..
            } => {
                disk.photos.get_mut(&photo).unwrap().0 = Holding::Retired;
                DiskEvent::PutAway { photo, result: Ok(()) }
            }
            DiskAction::Restore { photo, .. } => {
                disk.photos.get_mut(&photo).unwrap().0 = Holding::Replica;
                DiskEvent::Returned { photo, result: Ok(Holding::Replica), file: None }
            }
            _ => return,
        };
        self.tell(n, done);
        for (n, answer) in std::mem::take(&mut self.coming) {
            self.for_client(n, answer);
        }
    }

    pub(super) fn scan(&mut self, n: usize) {
        self.tell(n, DiskEvent::Scanned { skipped: 0 });
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
        self.tell(n, ClientEvent::Asked { link: CLIENT, by: Asker::Owner, request });
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

/// What a photo with these bytes looks like.
pub(super) fn jpeg(bytes: &[u8]) -> Vec<u8> {
    [&[0xff, 0xd8, 0xff][..], &bytes[..bytes.len().min(1000)], &[0xff, 0xd9]].concat()
}

//! One node among others that a test speaks for, message by message: for moments that a whole mesh hardly ever meets.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::super::limits::{SETTLE, STAGGER, STUCK, TICK};
use super::super::{
    Action, Asker, ClientAction, ClientEvent, CloseReason, Config, DiskAction, DiskError,
    DiskEvent, Event, LinkAction, LinkEvent, LinkId, Node, Time,
};
use super::world::{CLIENT, address, picture};
use crate::photo::{MAX_PHOTO, Nonce, Photo, PhotoId, Proof, Relation};
use crate::protocol::client::StatusReport;
use crate::protocol::group::Roster;
use crate::protocol::message::{PROTOCOL, Register};
use crate::protocol::{
    Answer, Boot, Departure, Facts, Holding, Looks, Message, NodeId, NodeName, Record, Request,
};

/// The proof that every node in these tests gives, and expects.
const PROOF: Proof = Proof([7; 32]);

pub(super) struct Solo {
    pub(super) node: Node,
    pub(super) now: Time,
    /// How any two photos stand to each other by their pixels; while nothing is said, looks take forever.
    pub(super) pixels: Option<Relation>,
}

impl Solo {
    pub(super) fn new() -> Solo {
        Solo::with(|_| ())
    }

    /// A node that has had an earlier life, whose promises may still hold.
    pub(super) fn before() -> Solo {
        Solo::with(|config| config.first_start = false)
    }

    /// A node whose owner or past is another.
    pub(super) fn with(otherwise: impl FnOnce(&mut Config)) -> Solo {
        let mut solo = Solo::unscanned(otherwise);
        solo.tell(DiskEvent::Scanned { skipped: 0 });
        solo
    }

    /// A node whose folder has not been looked through yet.
    pub(super) fn unscanned(otherwise: impl FnOnce(&mut Config)) -> Solo {
        let mut config = config();
        otherwise(&mut config);
        Solo { node: Node::new(config), now: Time::default(), pixels: Some(Relation::Same) }
    }

    pub(super) fn tell(&mut self, event: impl Into<Event>) -> Vec<Action> {
        let mut actions = Vec::new();
        let mut events = vec![event.into()];
        while let Some(event) = events.pop() {
            let done = self.node.step(self.now, event);
            if self.node.has_more() {
                events.push(Event::Continue);
            }
            for action in &done {
                if let (Action::Disk(DiskAction::Look { worse, better, .. }), Some(found)) =
                    (action, self.pixels)
                {
                    events.push(Event::Disk(DiskEvent::Looked {
                        worse: *worse,
                        better: *better,
                        result: Ok(found),
                    }));
                }
            }
            actions.extend(done);
        }
        actions
    }

    pub(super) fn hear(&mut self, n: u64, message: Message) -> Vec<Action> {
        let link = LinkId(n);
        self.tell(LinkEvent::Received { link, message })
    }

    /// Lets time pass, with heartbeats of all others.
    pub(super) fn wait(&mut self, span: Duration) -> Vec<Action> {
        let end = self.now + span;
        let mut actions = Vec::new();
        while self.now < end {
            self.now = self.now + TICK;
            for n in 1..=12 {
                actions.extend(self.tell(LinkEvent::Heard { link: LinkId(n) }));
            }
            actions.extend(self.tell(Event::Tick));
        }
        actions
    }

    pub(super) fn open(&mut self, n: u64, remote: &str) {
        self.tell(LinkEvent::Opened { link: LinkId(n), remote: remote.to_owned(), dialed: None });
    }

    /// What a client is answered at once.
    pub(super) fn ask(&mut self, request: Request) -> Option<Answer> {
        let link = CLIENT;
        let mut actions =
            self.tell(ClientEvent::Asked { link, by: Asker::Owner, request }).into_iter();
        actions.find_map(|action| match action {
            Action::Client(ClientAction::Answer { answer, .. }) => Some(answer),
            _ => None,
        })
    }

    /// What a client is shown.
    pub(super) fn list(&mut self) -> Vec<String> {
        match self.ask(Request::GetImageList) {
            Some(Answer::ListImage { list }) => list.to_vec(),
            other => panic!("{other:?}"),
        }
    }

    /// What a client is told of the mesh.
    pub(super) fn status(&mut self) -> StatusReport {
        match self.ask(Request::Status) {
            Some(Answer::Status(status)) => *status,
            other => panic!("{other:?}"),
        }
    }

    /// Another node registers and tells all that it holds.
    pub(super) fn join(&mut self, n: u64, pin: Duration, holds: &[&[u8]]) {
        self.open(n, "127.0.0.1");
        self.hear(n, Message::Register(register(n, pin)));
        let records = holds.iter().map(|bytes| original(bytes)).collect();
        self.announce(n, records, true);
    }

    /// This node, and the others on these links, tell of disks that are alike.
    pub(super) fn has_disks(&mut self, others: &[u64]) {
        let bytes = 1 << 40;
        self.tell(DiskEvent::Room { free: 2 * bytes, spare: bytes });
        self.tell(Event::Tick);
        for n in others {
            self.hear(*n, Message::Space(super::spaces::space(bytes, bytes)));
        }
    }

    pub(super) fn announce(&mut self, n: u64, records: Vec<Record>, complete: bool) -> Vec<Action> {
        let gone = Vec::new();
        let info = Message::ImageInfo { records, gone, tombstones: Vec::new(), complete };
        self.hear(n, info)
    }

    pub(super) fn hold(&mut self, bytes: &[u8]) -> PhotoId {
        let Record { photo, facts, holding, .. } = original(bytes);
        let id = photo.id;
        self.tell(DiskEvent::Held { photo, facts: Arc::unwrap_or_clone(facts), holding, files: 1 });
        id
    }

    /// The node has found its own right answers: those of everyone.
    pub(super) fn compute(&mut self, nonce: Nonce) -> Vec<Action> {
        let proofs = (1..=8).map(|n| (NodeId(n), PROOF)).collect();
        self.tell(DiskEvent::Proved { nonce, result: Ok(proofs) })
    }
}

pub(super) fn register(n: u64, pin: Duration) -> Register {
    Register {
        protocol_min: PROTOCOL.0,
        protocol_max: PROTOCOL.1,
        features: Vec::new(),
        node: NodeId(n),
        boot: Boot(n),
        member: None,
        name: None,
        address: address(n as usize),
        copies: 2,
        pin_ms: pin.as_millis() as u64,
        keep_originals: false,
        share: false,
        bridge: None,
    }
}

pub(super) fn original(bytes: &[u8]) -> Record {
    Record {
        photo: picture(bytes),
        facts: Arc::new(Facts::named("p.jpg")),
        holding: Holding::Original,
        looks: Looks::default(),
    }
}

pub(super) fn proof(nonce: Nonce) -> Message {
    Message::Proof { nonce, proof: Some(PROOF), refused: None, wait: None }
}

pub(super) fn challenge(actions: &[Action]) -> Option<Nonce> {
    actions.iter().find_map(|action| match action {
        Action::Link(LinkAction::Send { message: Message::Challenge { nonce, .. }, .. }) => {
            Some(*nonce)
        }
        _ => None,
    })
}

pub(super) fn drop_within(actions: &[Action]) -> Option<Duration> {
    actions.iter().find_map(|action| match action {
        Action::Disk(DiskAction::PutAway { departure: Departure::Surplus, within, .. }) => {
            Some(*within)
        }
        _ => None,
    })
}

/// A node that has a photo which three others have too, just as it asks them for proofs.
pub(super) fn about_to_drop(pins: [u64; 3]) -> (Solo, Nonce) {
    let mut solo = Solo::new();
    solo.hold(b"everywhere");
    for (n, pin) in (1..).zip(pins) {
        solo.join(n, Duration::from_secs(pin), &[b"everywhere"]);
    }
    let ticks = (SETTLE + 4 * STAGGER).as_millis() / TICK.as_millis();
    let asked = (0..ticks).find_map(|_| challenge(&solo.wait(TICK)));
    (solo, asked.expect("it wants to drop its copy"))
}

#[test]
fn with_proofs_from_two_others_a_copy_goes() {
    let (mut solo, nonce) = about_to_drop([60; 3]);
    solo.compute(nonce);
    assert_eq!(drop_within(&solo.hear(1, proof(nonce))), None);
    assert!(drop_within(&solo.hear(2, proof(nonce))).is_some());
}

#[test]
fn with_proofs_from_two_others_a_copy_in_the_trash_is_deleted() {
    let mut solo = Solo::new();
    for n in 1..=2 {
        solo.join(n, Duration::from_secs(60), &[b"everywhere"]);
    }
    let Record { photo, facts, .. } = original(b"everywhere");
    let id = photo.id;
    solo.tell(DiskEvent::Held {
        photo,
        facts: Arc::unwrap_or_clone(facts),
        holding: Holding::Retired,
        files: 1,
    });
    solo.wait(SETTLE + TICK);
    let asked = challenge(&solo.tell(DiskEvent::Expired { photo: id }));
    let nonce = asked.expect("it wants to delete its copy");
    solo.compute(nonce);
    let deletes = |actions: &[Action]| {
        let deletes = |action: &Action| {
            matches!(
                action,
                Action::Disk(DiskAction::PutAway { departure: Departure::Expired, .. })
            )
        };
        actions.iter().any(deletes)
    };
    assert!(!deletes(&solo.hear(1, proof(nonce))));
    assert!(deletes(&solo.hear(2, proof(nonce))));
}

#[test]
fn the_shortest_promise_bounds_the_drop_that_counts_on_it() {
    let (mut solo, nonce) = about_to_drop([60, 3, 60]);
    solo.compute(nonce);
    solo.hear(1, proof(nonce));
    let within = drop_within(&solo.hear(2, proof(nonce)));
    assert!(within.is_some_and(|within| within <= Duration::from_millis(1500)), "{within:?}");
}

#[test]
fn the_proof_of_a_node_that_is_gone_counts_no_more() {
    let (mut solo, nonce) = about_to_drop([60; 3]);
    solo.hear(1, proof(nonce));
    solo.hear(2, proof(nonce));
    let reason = CloseReason::Remote;
    solo.tell(LinkEvent::Closed { link: LinkId(1), reason });
    assert_eq!(drop_within(&solo.compute(nonce)), None);
    assert!(drop_within(&solo.hear(3, proof(nonce))).is_some(), "two others are left");
}

#[test]
fn what_the_disk_cannot_put_away_is_left_alone_for_a_while() {
    let (mut solo, nonce) = about_to_drop([60; 3]);
    solo.compute(nonce);
    solo.hear(1, proof(nonce));
    solo.hear(2, proof(nonce));
    let result = Err(DiskError::Other("permission denied".to_owned()));
    let photo = PhotoId::of(b"everywhere");
    solo.tell(DiskEvent::PutAway { photo, result });
    assert_eq!(challenge(&solo.wait(STUCK - SETTLE)), None);
    assert!(challenge(&solo.wait(2 * SETTLE + 4 * STAGGER)).is_some());
}

fn refusal(actions: &[Action]) -> Option<&CloseReason> {
    actions.iter().find_map(|action| match action {
        Action::Link(LinkAction::Close { reason, .. }) => Some(reason),
        _ => None,
    })
}

#[test]
fn a_photo_of_an_impossible_size_is_neither_believed_nor_taken() {
    for bytes in [0, MAX_PHOTO + 1, u64::MAX] {
        let photo = Arc::new(Photo::opaque(PhotoId([1; 32]), bytes));
        let facts = Facts::default();
        let holding = Holding::Original;
        let record = Record {
            photo: photo.clone(),
            facts: Arc::default(),
            holding,
            looks: Looks::default(),
        };
        for message in [
            Message::KeepThis { photo, facts },
            Message::ImageInfo {
                records: vec![record],
                gone: Vec::new(),
                tombstones: Vec::new(),
                complete: false,
            },
        ] {
            let mut solo = Solo::new();
            solo.tell(DiskEvent::Room { free: 1 << 40, spare: 1 << 40 });
            solo.join(1, Duration::from_secs(60), &[]);
            let actions = solo.hear(1, message);
            assert!(matches!(refusal(&actions), Some(CloseReason::Protocol(_))), "{actions:?}");
        }
    }
}

#[test]
fn a_node_that_nobody_else_could_reach_is_told_so() {
    for (remote, comes_in) in [("127.0.0.1", true), ("192.0.2.7", false)] {
        let mut solo = Solo::new();
        solo.open(1, remote);
        let actions = solo.hear(1, Message::Register(register(1, Duration::from_secs(60))));
        match refusal(&actions) {
            None => assert!(comes_in),
            Some(reason) => {
                assert!(!comes_in);
                assert!(reason.to_string().contains("--host 0.0.0.0"), "{reason}");
            }
        }
    }
}

/// What node 9 is given at its start.
pub(super) fn config() -> Config {
    Config {
        node: NodeId(9),
        boot: Boot(1),
        membership: None,
        roster: Roster::default(),
        name: NodeName::like("test"),
        address: address(9),
        copies: 2,
        grace: Duration::from_secs(60),
        pin: Duration::from_secs(60),
        capacity: None,
        cache: 0,
        draining: false,
        pools: false,
        keep_originals: false,
        retire_now: false,
        share: false,
        bridge: None,
        join: Vec::new(),
        known: BTreeMap::new(),
        tombstones: Vec::new(),
        gone: Vec::new(),
        first_start: true,
        seed: [9; 32],
    }
}

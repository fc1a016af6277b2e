//! Traitors: members who say what is not so, in every way that the protocol has words for.
//!
//! For a while all hosts of one person lie. Their nodes are the honest ones of everybody else; it is what they say that
//! is turned round on its way out, each lie of a seed with some probability. In the end their disks burn, or they are
//! honest again. They count as a damaged house from the beginning: what others have must be enough. Where three copies
//! are wanted, two persons may lie at a time.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use photomesh::photo::{Nonce, Photo, PhotoId, prove};
use photomesh::protocol::message::OfferReply;
use photomesh::protocol::{Facts, Holding, MAX_CHUNK, Message, Record, Space, Wish};

use crate::agenda::{Life, What};
use crate::fault::Fault;
use crate::net::Frame;
use crate::rng::Rng;
use crate::world::World;

/// How many records are made up a page, at the most.
const MADE_UP: u64 = 8;
/// How often a host makes up something, at the most.
const PAUSE: Duration = Duration::from_millis(500);

/// A way to lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lie {
    /// To have photos, as originals or replicas, and to prove that without having them.
    Claims,
    /// That photos are something else: larger, of another picture, or other bytes.
    Accounts,
    /// That there are better versions, which nobody has.
    Versions,
    /// That photos have other photos' names.
    Names,
    /// That photos of one picture are distinct.
    Distinct,
    /// That photos are others' own.
    Owners,
    /// To have removed photos, which are others'.
    Words,
    /// That there is more to come, for ever.
    Incomplete,
    /// That photos are gone which it has.
    Gone,
    /// To take every photo that is offered, and to offer what it has not.
    Offers,
    /// To send photos, of which nothing comes, or other bytes.
    Bytes,
    /// To need others' promises, and for ever.
    Promises,
    /// To wish for one copy, or for hundreds.
    Wishes,
    /// To have disks of any size and room, to hand over all, and not; or nothing of that.
    Disks,
}

/// All lies but those about disks.
const ALL: [Lie; 13] = [
    Lie::Claims,
    Lie::Accounts,
    Lie::Versions,
    Lie::Names,
    Lie::Distinct,
    Lie::Owners,
    Lie::Words,
    Lie::Incomplete,
    Lie::Gone,
    Lie::Offers,
    Lie::Bytes,
    Lie::Promises,
    Lie::Wishes,
];

/// What is remembered of traitors.
#[derive(Debug, Default)]
pub(crate) struct Traitors {
    /// The hosts that lie now, and which lies these are.
    lying: BTreeMap<usize, Vec<Lie>>,
    /// When the others were honest again, or burnt down.
    until: BTreeMap<usize, Duration>,
    /// The rounds of challenges: by nonce and prover's host, of which photo.
    rounds: BTreeMap<(Nonce, usize), PhotoId>,
    /// When each of them last made something up.
    last: BTreeMap<usize, Duration>,
    /// Whether anything was ever called by a wrong name.
    pub(crate) wrong_names: bool,
    words: u64,
}

impl World {
    /// Whether a host lies now.
    pub(crate) fn is_lying(&self, host: usize) -> bool {
        self.oracle.traitors.lying.contains_key(&host)
    }

    /// Whether some host may still be believed in what was a lie: it lies, or did so a moment ago.
    pub(crate) fn is_believed(&self, host: usize) -> bool {
        let until = self.oracle.traitors.until.get(&host);
        self.is_lying(host) || until.is_some_and(|until| *until + self.settings.pin > self.now)
    }

    /// Whether a host lies, or ever did.
    pub(crate) fn has_lied(&self, host: usize) -> bool {
        self.is_lying(host) || self.oracle.traitors.until.contains_key(&host)
    }

    /// Whether no lie has any effect on what is given up.
    pub(crate) fn all_are_honest(&self) -> bool {
        !(0..self.hosts.len()).any(|host| self.is_believed(host))
    }

    /// All hosts of a person begin to lie, with what they have said before or as new nodes.
    pub(crate) fn betray(&mut self, host: usize, span: Duration, pick: u64) -> bool {
        let alone = self.persons(0..self.hosts.len()) < 2;
        if alone || self.is_believed(host) || !self.may_damage(host) {
            return false;
        }
        let mut rng = Rng::new(pick, 1);
        let mut lies: Vec<Lie> = ALL.into_iter().filter(|_| rng.percent(50)).collect();
        // What was added later is drawn from a stream of its own.
        if self.settings.disks && Rng::new(pick, 2).percent(50) {
            lies.push(Lie::Disks);
        }
        let mut house: Vec<usize> = (0..self.hosts.len()).collect();
        house.retain(|other| self.house(*other) == self.house(host));
        let as_new_nodes = rng.percent(20);
        for host in house {
            self.note(host, &format!("lies: {lies:?}"));
            match as_new_nodes {
                true => self.replace_disk(host, Duration::from_secs(1)),
                false => self.start_again(host),
            }
            self.oracle.damaged.insert(host);
            self.oracle.traitors.lying.insert(host, lies.clone());
            for _ in 0..rng.below(4) {
                // It comes and goes.
                let (at, down) = (rng.span(Duration::ZERO, span), Duration::from_millis(200));
                self.faults.push((self.now + at, Fault::Kill { host, down }));
                self.agenda.add(self.now + at, What::Fault(self.faults.len() - 1));
            }
        }
        true
    }

    /// A person's hosts lie no more: their disks burn, or they start anew.
    pub(crate) fn repent(&mut self, host: usize, pick: u64) {
        let burns = pick.is_multiple_of(2);
        let house: Vec<usize> = (0..self.hosts.len())
            .filter(|other| self.house(*other) == self.house(host) && self.is_lying(*other))
            .collect();
        for host in house {
            self.oracle.traitors.lying.remove(&host);
            self.wants_nothing(host);
            self.oracle.traitors.until.insert(host, self.now);
            self.oracle.traitors.rounds.retain(|(_, prover), _| *prover != host);
            match burns {
                true => self.replace_disk(host, Duration::from_secs(2)),
                false => self.start_again(host),
            }
        }
    }

    fn start_again(&mut self, host: usize) {
        if self.hosts[host].is_up() {
            self.end_life(host, false);
        }
        self.agenda.add(self.now + Duration::from_secs(1), What::Start(host));
    }

    fn lies(&self, host: usize, lie: Lie) -> bool {
        let lies = self.oracle.traitors.lying.get(&host);
        lies.is_some_and(|lies| lies.contains(&lie))
    }

    /// Notes what a traitor is asked to prove.
    pub(crate) fn note_challenge(&mut self, life: Life, message: &Message) {
        if let Message::Challenge { photo, nonce } = message
            && self.is_lying(life.host)
        {
            self.oracle.traitors.rounds.insert((*nonce, life.host), *photo);
        }
    }

    /// What a host says instead of this.
    pub(crate) fn turn_round(&mut self, life: Life, message: Message) -> Vec<Message> {
        let host = life.host;
        if !self.is_lying(host) {
            return vec![message];
        }
        match message {
            Message::Register(mut register) if self.lies(host, Lie::Wishes) => {
                register.copies = if self.rng.percent(50) { 1 } else { 500 };
                vec![Message::Register(register)]
            }
            Message::ImageInfo { .. } => self.turn_page_round(host, message),
            Message::Proof { nonce, proof: None, .. } if self.lies(host, Lie::Claims) => {
                let proof = self.prove_what_it_has_not(host, nonce);
                vec![Message::Proof { nonce, proof, refused: None, wait: None }]
            }
            Message::KeepAnswer { photo, .. } if self.lies(host, Lie::Offers) => {
                let verdict = match self.rng.percent(50) {
                    true => OfferReply::Accept,
                    false => OfferReply::AlreadyHeld,
                };
                vec![Message::KeepAnswer { photo, verdict }]
            }
            Message::Space(_) if self.lies(host, Lie::Disks) && self.rng.percent(20) => Vec::new(),
            Message::Release { .. } if self.lies(host, Lie::Promises) => Vec::new(),
            Message::NoImage { .. } if self.lies(host, Lie::Bytes) => Vec::new(),
            other => vec![other],
        }
    }

    /// A traitor has got a photo from somebody, proves it, and forgets it.
    fn prove_what_it_has_not(&self, host: usize, nonce: Nonce) -> Option<photomesh::photo::Proof> {
        let photo = *self.oracle.traitors.rounds.get(&(nonce, host))?;
        self.exists(photo).then_some(())?;
        let identity = self.hosts[host].disk.identity.0;
        let bytes = self.library.window(photo, 0, u64::MAX);
        let proven = prove(&mut bytes.as_slice(), nonce, &[identity]).ok()?;
        proven.proofs.first().copied()
    }

    fn turn_page_round(&mut self, host: usize, message: Message) -> Vec<Message> {
        let Message::ImageInfo { mut records, mut gone, mut tombstones, mut complete } = message
        else {
            return vec![message];
        };
        let all: Vec<Arc<Photo>> = self.library.all().cloned().collect();
        let mut some = Vec::new();
        // Each answer would make up the next lie.
        let last = self.oracle.traitors.last.get(&host);
        let is_due = last.is_none_or(|last| *last + PAUSE <= self.now);
        if is_due {
            self.oracle.traitors.last.insert(host, self.now);
        }
        for _ in 0..if is_due { self.rng.below(MADE_UP) } else { 0 } {
            some.push(Arc::clone(&all[self.rng.index(all.len())]));
        }
        if self.lies(host, Lie::Claims) {
            for photo in &some {
                let holding = self.some_holding();
                records.push(self.record(photo, holding));
            }
        }
        if self.lies(host, Lie::Versions) {
            for photo in &some {
                let better = self.better_version(photo);
                records.push(self.record(&Arc::new(better), Holding::Original));
            }
        }
        for record in &mut records {
            self.twist(host, record, &all);
        }
        if self.lies(host, Lie::Gone) {
            gone.extend(some.iter().map(|photo| photo.id));
            records.retain(|record| !gone.contains(&record.photo.id));
        }
        if self.lies(host, Lie::Words) {
            for photo in &some {
                self.oracle.traitors.words += 1;
                let counter = self.oracle.traitors.words;
                tombstones.push(self.sign(host, photo.id, counter, Wish::Removed));
            }
        }
        complete &= !self.lies(host, Lie::Incomplete);
        let mut said = Vec::new();
        if self.lies(host, Lie::Promises) {
            for photo in &some {
                let mut nonce = [0; 32];
                nonce[..8].copy_from_slice(&self.rng.next().to_be_bytes());
                said.push(Message::Challenge { photo: photo.id, nonce: Nonce(nonce) });
            }
        }
        if self.lies(host, Lie::Offers) {
            if is_due {
                said.push(Message::Relieve { photos: 100, bytes: None });
            }
            for photo in &some {
                let (photo, facts) = (Arc::clone(photo), Facts::default());
                said.push(Message::KeepThis { photo, facts });
            }
        }
        if self.lies(host, Lie::Disks) {
            said.push(self.some_disk());
        }
        said.push(Message::ImageInfo { records, gone, tombstones, complete });
        said
    }

    /// A disk of any size, room and wish, and another one the next time.
    fn some_disk(&mut self) -> Message {
        let mut bytes = || match self.rng.below(3) {
            0 => 0,
            1 => u64::MAX,
            _ => 1 << self.rng.below(50),
        };
        let (capacity, room) = (bytes(), bytes());
        let [pools, draining] = [(); 2].map(|()| self.rng.percent(50));
        Message::Space(Space { capacity, room, pools, draining })
    }

    fn some_holding(&mut self) -> Holding {
        match self.rng.below(4) {
            0 => Holding::Retired,
            1 => Holding::RetiredOriginal,
            2 => Holding::Replica,
            _ => Holding::Original,
        }
    }

    fn record(&self, photo: &Arc<Photo>, holding: Holding) -> Record {
        let name = format!("{}.jpg", self.library.name(photo.id));
        let (photo, facts) = (Arc::clone(photo), Arc::new(Facts::named(name)));
        Record { photo, facts, holding, looks: Default::default() }
    }

    /// The same picture, larger than all others. Nobody has ever seen it.
    fn better_version(&mut self, photo: &Photo) -> Photo {
        let mut better = photo.clone();
        better.id = PhotoId::of(&self.rng.next().to_be_bytes());
        better.width = photo.width.max(100) * 20;
        better.height = photo.height.max(100) * 20;
        better.bytes = photo.bytes + 1;
        better
    }

    /// Something of what is said of a photo is not so.
    fn twist(&mut self, host: usize, record: &mut Record, all: &[Arc<Photo>]) {
        let other = Arc::clone(&all[self.rng.index(all.len())]);
        if self.lies(host, Lie::Accounts) && self.rng.percent(50) {
            let photo = Arc::make_mut(&mut record.photo);
            match self.rng.below(3) {
                0 => photo.bytes = 1 + self.rng.below(4 * MAX_CHUNK as u64),
                1 => (photo.width, photo.height) = (photo.width * 20, photo.height * 20),
                _ => photo.fingerprint.clone_from(&other.fingerprint),
            }
        }
        if self.lies(host, Lie::Names) && self.rng.percent(50) {
            self.oracle.traitors.wrong_names = true;
            let name = format!("{}.jpg", self.library.name(other.id));
            let facts = Arc::make_mut(&mut record.facts);
            facts.names.insert(name.clone());
            facts.aliases.insert(name);
        }
        if self.lies(host, Lie::Distinct) && self.rng.percent(50) {
            Arc::make_mut(&mut record.facts).distinct.insert(other.id);
        }
        if self.lies(host, Lie::Owners) && self.rng.percent(50) {
            let owner = self.hosts[self.rng.index(self.hosts.len())].disk.owner();
            Arc::make_mut(&mut record.facts).owners.insert(owner);
        }
    }

    /// What comes of a frame that a host sends.
    pub(crate) fn garble(&self, host: usize, frame: Frame) -> Frame {
        match frame {
            Frame::Message(Message::Chunk { transfer, offset, data })
                if self.lies(host, Lie::Bytes) =>
            {
                let data = data.iter().map(|byte| !byte).collect::<Vec<u8>>().into();
                Frame::Message(Message::Chunk { transfer, offset, data })
            }
            frame => frame,
        }
    }
}

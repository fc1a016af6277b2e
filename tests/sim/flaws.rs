//! Known bugs, planted into the driver to see that the simulator finds them: a simulator that catches nothing proves
//! nothing.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use photomesh::node::{DiskAction, DiskEvent, LinkEvent, LinkId, Spool};
use photomesh::photo::{Nonce, Photo, PhotoId, Relation, prove};
use photomesh::protocol::message::TransferId;
use photomesh::protocol::{Departure, Facts, Few, Holding, MemberName, Message, NodeId, Record};

use crate::agenda::Life;
use crate::host::Far;
use crate::world::World;

/// A bug to plant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// A photo counts as stored when its bytes are here, before they are safe on disk.
    AckOnReceipt,
    /// What a node says of its own photos is believed of other nodes too.
    ThirdParties,
    /// A proof binds nobody: the prover is free again at once.
    NoPins,
    /// Every refusal of a proof is taken for a proof.
    ForgedProofs,
    /// A photo is put away however late the disk gets to it, with the promises long over.
    LateDrops,
    /// Worse versions in the trash are forgotten: nobody hears of them, and nobody knows them after a restart.
    ForgetLosers,
    /// Every page of records claims to be the last one, so that nodes act on half a table.
    ActEarly,
    /// Bytes that were pulled are not checked.
    TrustBytes,
    /// Once an owner has removed a photo, nobody hears that it is another's own, too.
    RemovalBeatsOwners,
    /// Of an owner's words on a photo the earlier counts.
    EarlierWordsWin,
    /// Whatever is compared, the second look finds that it is the same.
    BlindLooks,
    /// Each of a person's nodes passes for another person's, so that its proofs count as such.
    VoicesByNode,
    /// Whoever connects passes for the owner of the node.
    VisitorsAreOwners,
    /// An owner is forgotten who has a photo nowhere any more: it may have been their disk.
    ForgetOwners,
    /// Time deletes what has made way for another person's version, too.
    TimeEmptiesTrash,
    /// What is on enough nodes is offered to nobody else, even if all of them are one person's.
    CopiesByNode,
    /// What is kept for clients counts as a copy.
    KeptCounts,
}

impl World {
    /// Whether this run has a flaw.
    pub(crate) fn has(&self, flaw: Flaw) -> bool {
        self.settings.flaw == Some(flaw)
    }

    /// With one flaw a photo is said to be safe before it is.
    pub(crate) fn acknowledge_early(&mut self, life: Life, action: &DiskAction) {
        if let DiskAction::Install { spool, photo, .. } = action
            && self.has(Flaw::AckOnReceipt)
        {
            let event = DiskEvent::Installed { spool: *spool, photo: photo.id, result: Ok(()) };
            self.tell(life, Duration::ZERO, event);
        }
    }

    /// With one flaw, what has been in the trash for its time is deleted at once.
    pub(crate) fn delete_by_time(&mut self, life: Life, photo: PhotoId) -> bool {
        let deletes = self.has(Flaw::TimeEmptiesTrash);
        if deletes {
            let (departure, within) = (Departure::Expired, Duration::from_secs(5));
            self.submit(life, DiskAction::PutAway { photo, departure, within });
        }
        deletes
    }

    /// Whether a flaw makes a scan pass over what it has found.
    pub(crate) fn forgets(&self, found: &DiskEvent) -> bool {
        let in_trash =
            matches!(found, DiskEvent::Held { holding, .. } if *holding == Holding::Retired);
        in_trash && self.has(Flaw::ForgetLosers)
    }

    /// What a flaw makes of a second look.
    pub(crate) fn pervert_look(&self, found: Relation) -> Relation {
        match self.has(Flaw::BlindLooks) {
            true => Relation::Same,
            false => found,
        }
    }

    /// What a flaw makes of an inspection.
    pub(crate) fn pervert_inspection(&self, host: usize, spool: Spool) -> Option<Arc<Photo>> {
        match spool {
            Spool::Pull(transfer) if self.has(Flaw::TrustBytes) => {
                let photo = self.oracle.pulls.get(&(host, transfer))?;
                Some(self.library.photo(*photo).clone())
            }
            Spool::Pull(_) | Spool::Put(_) => None,
        }
    }

    /// Hands a message to a node, with what a flaw makes of it.
    pub(crate) fn deliver(&mut self, life: Life, link: LinkId, message: Message) {
        match self.settings.flaw {
            None
            | Some(
                Flaw::AckOnReceipt
                | Flaw::LateDrops
                | Flaw::TrustBytes
                | Flaw::BlindLooks
                | Flaw::VisitorsAreOwners
                | Flaw::KeptCounts
                | Flaw::TimeEmptiesTrash
                | Flaw::VoicesByNode,
            ) => self.receive(life, link, message),
            Some(Flaw::ForgetOwners) => {
                let message = match message {
                    Message::ImageInfo { mut records, gone, tombstones, complete } => {
                        for record in &mut records {
                            let photo = record.photo.id;
                            self.forget_owners(photo, Arc::make_mut(&mut record.facts));
                        }
                        Message::ImageInfo { records, gone, tombstones, complete }
                    }
                    Message::KeepThis { photo, mut facts } => {
                        self.forget_owners(photo.id, &mut facts);
                        Message::KeepThis { photo, facts }
                    }
                    other => other,
                };
                self.receive(life, link, message);
            }
            Some(Flaw::CopiesByNode) => {
                if !self.is_offer_for_another_person(&message) {
                    self.receive(life, link, message);
                }
            }
            Some(Flaw::ThirdParties) => {
                let other = self.another_link(life, link);
                if let (Message::ImageInfo { records, .. }, Some(other)) = (&message, other) {
                    let claim = Message::ImageInfo {
                        records: records.clone(),
                        gone: Vec::new(),
                        tombstones: Vec::new(),
                        complete: false,
                    };
                    self.receive(life, other, claim);
                }
                self.receive(life, link, message);
            }
            Some(Flaw::NoPins) => {
                if let Message::Challenge { photo, nonce } = &message {
                    self.oracle.rounds.insert((*nonce, life.host), (*photo, life, link));
                }
                let proof = match &message {
                    Message::Proof { nonce, proof, .. } => proof.and(Some(*nonce)),
                    _ => None,
                };
                let prover = self.far_host(life, link);
                self.receive(life, link, message);
                if let (Some(nonce), Some(prover)) = (proof, prover) {
                    self.unpin(nonce, prover);
                }
            }
            Some(Flaw::ForgedProofs) => {
                if let Message::Challenge { photo, nonce } = &message {
                    self.oracle.rounds.insert((*nonce, life.host), (*photo, life, link));
                }
                let message = self.forge(life, link, message);
                self.receive(life, link, message);
            }
            Some(Flaw::ForgetLosers) => {
                let message = match message {
                    Message::ImageInfo { records, mut gone, tombstones, complete } => {
                        let stored = |record: &Record| record.holding.is_stored();
                        gone.extend(records.iter().filter(|r| !stored(r)).map(|r| r.photo.id));
                        Message::ImageInfo {
                            records: records.into_iter().filter(stored).collect(),
                            gone,
                            tombstones,
                            complete,
                        }
                    }
                    other => other,
                };
                self.receive(life, link, message);
            }
            Some(Flaw::RemovalBeatsOwners | Flaw::EarlierWordsWin) => {
                let message = self.pervert_removals(life, link, message);
                self.receive(life, link, message);
            }
            Some(Flaw::ActEarly) => {
                let message = match message {
                    Message::ImageInfo { records, gone, tombstones, .. } => {
                        Message::ImageInfo { records, gone, tombstones, complete: true }
                    }
                    other => other,
                };
                self.receive(life, link, message);
            }
        }
    }

    /// With one flaw, what a folder remembers names no owner who has the photo nowhere.
    pub(crate) fn forget_owners_of_files(&mut self, host: usize) {
        let photos: Vec<PhotoId> = match self.has(Flaw::ForgetOwners) {
            true => self.hosts[host].disk.files.keys().copied().collect(),
            false => Vec::new(),
        };
        for photo in photos {
            let Some(mut file) = self.hosts[host].disk.files.get(&photo).cloned() else {
                continue;
            };
            self.forget_owners(photo, &mut file.facts);
            self.forget_owners(photo, &mut file.facts_synced);
            self.hosts[host].disk.files.insert(photo, file);
        }
    }

    /// Leaves those owners who have a photo as their own now.
    fn forget_owners(&self, photo: PhotoId, facts: &mut Facts) {
        let has_it = |owner: &MemberName| {
            let mut theirs = self.hosts.iter().filter(|host| host.disk.owner() == *owner);
            theirs.any(|host| host.disk.files.get(&photo).is_some_and(|file| file.place.is_own()))
        };
        let owners = facts.owners.iter().copied().filter(has_it).collect::<Vec<_>>();
        facts.owners = Few::default();
        facts.owners.extend(owners);
    }

    fn receive(&mut self, life: Life, link: LinkId, message: Message) {
        self.step(life, LinkEvent::Received { link, message });
    }

    /// Whether a photo is offered that is on enough nodes, but not of enough persons.
    fn is_offer_for_another_person(&self, message: &Message) -> bool {
        let Message::KeepThis { photo, .. } = message else {
            return false;
        };
        let holders = self.holders(photo.id);
        holders.len() >= self.wanted() && !self.is_spread(&holders)
    }

    fn another_link(&self, life: Life, link: LinkId) -> Option<LinkId> {
        let daemon = self.hosts[life.host].daemon.as_ref()?;
        let conns = daemon.links.iter().filter(|(_, far)| matches!(far, Far::Conn(..)));
        conns.map(|(other, _)| *other).find(|other| *other != link)
    }

    /// Tells a prover that the round is over, which it is not.
    fn unpin(&mut self, nonce: Nonce, prover: usize) {
        if let Some((photo, life, link)) = self.oracle.rounds.get(&(nonce, prover)).copied() {
            let release = Message::Release { photo, nonce };
            self.tell(life, Duration::ZERO, LinkEvent::Received { link, message: release });
        }
    }

    /// Turns a refusal into the proof that the refuser would have given.
    fn forge(&mut self, life: Life, link: LinkId, message: Message) -> Message {
        let Message::Proof { nonce, proof: None, .. } = message else {
            return message;
        };
        let Some(prover) = self.far_host(life, link) else {
            return message;
        };
        let Some((photo, _, _)) = self.oracle.rounds.get(&(nonce, prover)).copied() else {
            return message;
        };
        let identity = self.hosts[prover].disk.identity.0;
        let bytes = self.library.window(photo, 0, u64::MAX);
        let proven = prove(&mut bytes.as_slice(), nonce, &[identity]).ok();
        Message::Proof {
            nonce,
            proof: proven.map(|proven| proven.proofs[0]),
            refused: None,
            wait: None,
        }
    }

    /// The host at the other end of a link.
    pub(crate) fn far_host(&self, life: Life, link: LinkId) -> Option<usize> {
        let daemon = self.hosts[life.host].daemon.as_ref()?;
        match daemon.links.get(&link)? {
            Far::Conn(conn, side) => self.net.host_of(*conn, 1 - side),
            Far::Client(_) => None,
        }
    }

    /// The node at the other end of a link: what is still on its way may be the word of one whose disk is gone.
    pub(crate) fn far_node(&self, life: Life, link: LinkId) -> Option<NodeId> {
        let far = self.far_life(life, link)?;
        self.hosts[far.host].nodes.get(&far.number).copied()
    }

    /// Whose end the other end of a link is.
    pub(crate) fn far_life(&self, life: Life, link: LinkId) -> Option<Life> {
        let daemon = self.hosts[life.host].daemon.as_ref()?;
        let Far::Conn(conn, side) = daemon.links.get(&link)? else {
            return None;
        };
        Some(self.net.conns.get(conn)?.ends[1 - side].life)
    }
}

/// The rounds of challenges: by nonce and prover's host, what was asked for, in which life and on which link.
pub(crate) type Rounds = BTreeMap<(Nonce, usize), (PhotoId, Life, LinkId)>;
/// The pulls: by puller's host and transfer, the photo that was asked for.
pub(crate) type Pulls = BTreeMap<(usize, TransferId), PhotoId>;

//! Answering challenges: proofs, and the promises that come with them.
//!
//! A node that asks for a proof is about to give up a copy because this one exists. So the proof is a promise: the photo
//! is *pinned*, and not dropped here until the asker says that its round is over, or until the pin time has passed in
//! which the asker must have acted. A pin is a lease, in the terms of Gray and Cheriton (1989): the release ends it
//! early, its time bounds it when the asker dies.

use std::collections::BTreeMap;

use crate::node::limits::{PINS, PROOFS_PER_LINK};
use crate::node::{Action, DiskError, LinkId, Node, Source, Time};
use crate::photo::{Nonce, PhotoId, Proof};
use crate::protocol::{Message, NodeId};

const NOT_HELD: &str = "not held";

/// A promise to keep a photo.
#[derive(Clone, Copy, Debug)]
struct Pin {
    asker: NodeId,
    until: Time,
}

/// The promises given, and the proofs being computed.
#[derive(Debug, Default)]
pub(in crate::node) struct Promises {
    pins: BTreeMap<PhotoId, BTreeMap<Nonce, Pin>>,
    computing: BTreeMap<Nonce, (LinkId, PhotoId)>,
}

impl Promises {
    fn count(&self) -> usize {
        self.pins.values().map(BTreeMap::len).sum()
    }

    fn release(&mut self, photo: PhotoId, nonce: Nonce) {
        if let Some(pins) = self.pins.get_mut(&photo) {
            pins.remove(&nonce);
            if pins.is_empty() {
                self.pins.remove(&photo);
            }
        }
    }
}

impl Node {
    /// Whether this node has promised to keep a photo.
    pub(in crate::node) fn is_pinned(&self, photo: PhotoId) -> bool {
        self.promises.pins.contains_key(&photo)
    }

    /// Another node asks for a proof that this one holds a photo.
    pub(in crate::node) fn challenged(&mut self, link: LinkId, photo: PhotoId, nonce: Nonce) {
        let Some(asker) = self.mesh.node_at(link) else {
            return;
        };
        if let Err(reason) = self.may_promise(link, asker, photo) {
            let refused = Some(reason.to_owned());
            return self.send(link, Message::Proof { nonce, proof: None, refused });
        }
        let pin = Pin { asker, until: self.now + self.config.pin };
        self.promises.pins.entry(photo).or_default().insert(nonce, pin);
        self.promises.computing.insert(nonce, (link, photo));
        let provers = vec![self.config.node];
        self.act(Action::Prove { source: Source::Held(photo), photo, nonce, provers });
    }

    /// Whether this node can promise to keep a photo. One that is giving the photo up itself gives way to a higher
    /// node and not to a lower one: of two that want to drop at once, one does.
    fn may_promise(
        &mut self,
        link: LinkId,
        asker: NodeId,
        photo: PhotoId,
    ) -> Result<(), &'static str> {
        let computing = self.promises.computing.values().filter(|(on, _)| *on == link).count();
        if computing >= PROOFS_PER_LINK || self.promises.count() >= PINS {
            return Err("too many challenges at once");
        }
        if self.leaving.is_some() {
            return Err("leaving");
        }
        if self.is_going(photo) && (asker < self.config.node || !self.give_way(photo)) {
            return Err("about to drop it too");
        }
        self.is_kept_here(photo).then_some(()).ok_or(NOT_HELD)
    }

    /// Whether this node has a copy of a photo that counts.
    fn is_kept_here(&self, photo: PhotoId) -> bool {
        let entry = self.table.get(photo);
        entry.is_some_and(|entry| self.table.counts_at(entry, self.config.node))
    }

    /// A proof of this node's own is computed; whether it was one.
    pub(in crate::node) fn own_proof_computed(
        &mut self,
        nonce: Nonce,
        result: &Result<BTreeMap<NodeId, Proof>, DiskError>,
    ) -> bool {
        let Some((link, photo)) = self.promises.computing.remove(&nonce) else {
            return false;
        };
        let (proof, refused) = match result {
            // It may have gone to the trash meanwhile, and been read there.
            Ok(_) if !self.is_kept_here(photo) => (None, Some(NOT_HELD.to_owned())),
            Ok(proofs) => (proofs.get(&self.config.node).copied(), None),
            Err(error) => (None, Some(error.to_string())),
        };
        let until = self.now + self.config.pin;
        match self.promises.pins.get_mut(&photo).and_then(|pins| pins.get_mut(&nonce)) {
            Some(pin) if proof.is_some() => pin.until = until,
            Some(_) => self.promises.release(photo, nonce),
            // Released, or out of time, while it was computed: the asker has given up.
            None => return true,
        }
        self.send(link, Message::Proof { nonce, proof, refused });
        true
    }

    /// An asker's round is over.
    pub(in crate::node) fn released(&mut self, link: LinkId, photo: PhotoId, nonce: Nonce) {
        let asker = self.mesh.node_at(link);
        let pin = self.promises.pins.get(&photo).and_then(|pins| pins.get(&nonce));
        if pin.is_some_and(|pin| Some(pin.asker) == asker) {
            self.promises.release(photo, nonce);
        }
    }

    /// Time has passed: promises whose askers must have acted by now are over.
    pub(in crate::node) fn tend_pins(&mut self) {
        let now = self.now;
        self.promises.pins.retain(|_, pins| {
            pins.retain(|_, pin| pin.until > now);
            !pins.is_empty()
        });
    }
}

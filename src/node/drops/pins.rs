//! Answering challenges: proofs, and the promises that come with them.
//!
//! A node that asks for a proof is about to give up a copy because this one exists. So the proof is a promise: the photo
//! is *pinned*, and not dropped here until the asker says that its round is over, or until the pin time has passed in
//! which the asker must have acted. A pin is a lease, in the terms of Gray and Cheriton (1989): the release ends it
//! early, its time bounds it when the asker dies.

use std::collections::BTreeMap;

use crate::node::custody::{AboutToGo, GiveWay};
use crate::node::limits::{PINS, PROOFS_PER_LINK};
use crate::node::{DiskAction, DiskError, LinkId, Node, Source};
use crate::photo::{Nonce, PhotoId, Proof};
use crate::protocol::{Message, NodeId};

const NOT_HELD: &str = "not held";

/// The proofs that are being computed here: for which link, and of which photo.
#[derive(Debug, Default)]
pub(in crate::node) struct Proving(BTreeMap<Nonce, (LinkId, PhotoId)>);

impl Node {
    /// Another node asks for a proof that this one holds a photo.
    pub(in crate::node) fn challenged(&mut self, link: LinkId, photo: PhotoId, nonce: Nonce) {
        let Some(asker) = self.mesh.node_at(link) else {
            return;
        };
        if let Err(reason) = self.may_promise(link, asker, photo) {
            let refused = Some(reason.to_owned());
            return self.send(link, Message::Proof { nonce, proof: None, refused });
        }
        self.custody.promise(photo, nonce, asker, self.now + self.config.pin);
        self.proving.0.insert(nonce, (link, photo));
        let provers = vec![self.config.node];
        self.disk(DiskAction::Prove { source: Source::Held(photo), photo, nonce, provers });
    }

    /// Whether this node can promise to keep a photo. One that is giving the photo up itself gives way to a higher
    /// node and not to a lower one: of two that want to drop at once, one does.
    fn may_promise(
        &mut self,
        link: LinkId,
        asker: NodeId,
        photo: PhotoId,
    ) -> Result<(), &'static str> {
        let computing = self.proving.0.values().filter(|(on, _)| *on == link).count();
        if computing >= PROOFS_PER_LINK || self.custody.promises() >= PINS {
            return Err("too many challenges at once");
        }
        if self.leaving.is_some() {
            return Err("leaving");
        }
        match self.custody.may_promise(self.config.node, asker, photo) {
            Ok(GiveWay::No) => {}
            Ok(GiveWay::Yes) => self.give_way(photo),
            Err(AboutToGo) => return Err("about to drop it too"),
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
        let Some((link, photo)) = self.proving.0.remove(&nonce) else {
            return false;
        };
        let (proof, refused) = match result {
            // It may have gone to the trash meanwhile, and been read there.
            Ok(_) if !self.is_kept_here(photo) => (None, Some(NOT_HELD.to_owned())),
            Ok(proofs) => (proofs.get(&self.config.node).copied(), None),
            Err(error) => (None, Some(error.to_string())),
        };
        let until = self.now + self.config.pin;
        // Released, or out of time, while it was computed: the asker has given up.
        if !self.custody.renew(photo, nonce, until) {
            return true;
        }
        if proof.is_none() {
            self.custody.cancel(photo, nonce);
        }
        self.send(link, Message::Proof { nonce, proof, refused });
        true
    }

    /// An asker's round is over.
    pub(in crate::node) fn released(&mut self, link: LinkId, photo: PhotoId, nonce: Nonce) {
        if let Some(asker) = self.mesh.node_at(link) {
            self.custody.release(photo, nonce, asker);
        }
    }
}

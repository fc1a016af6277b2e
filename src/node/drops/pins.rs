//! Answering challenges: proofs, and the promises that come with them.
//!
//! A node that asks for a proof is about to give up a copy because this one exists. So the proof is a promise: the
//! photo is *pinned*, and not dropped here until the asker says that its round is over, or until the pin time has
//! passed, by which the asker must have acted. A pin is a lease, in the terms of Gray and Cheriton (1989): the release
//! ends it early, its time bounds it when the asker dies.

use std::collections::{BTreeMap, VecDeque};

use super::Drops;
use super::refused::Refused;
use crate::node::context::Context;
use crate::node::custody::{AboutToGo, GiveWay};
use crate::node::limits::{PINS, PROOFS_PER_LINK};
use crate::node::table::spread::Person;
use crate::node::{DiskAction, DiskError, LinkId, Source};
use crate::photo::{Nonce, PhotoId, Proof};
use crate::protocol::{Message, NodeId};

const NOT_HELD: &str = "not held";

/// A proof that somebody waits for.
type Asked = (LinkId, PhotoId, Nonce);

/// Proofs in line, of which each asker has one in its turn.
#[derive(Debug, Default)]
struct Turns {
    asked: BTreeMap<Person, VecDeque<Asked>>,
    /// Who was served last.
    last: Option<Person>,
}

impl Turns {
    /// Takes the next one out of the line.
    fn next(&mut self) -> Option<Asked> {
        let after_last = self.asked.keys().find(|asker| Some(**asker) > self.last);
        let asker = *after_last.or(self.asked.keys().next())?;
        self.last = Some(asker);
        let line = self.asked.get_mut(&asker)?;
        let next = line.pop_front();
        if line.is_empty() {
            self.asked.remove(&asker);
        }
        next
    }
}

/// The proofs that others wait for. One is computed at a time, for each member in its turn: so whoever asks for many
/// holds up their own, with however many nodes, and this node's rounds wait for one at most.
#[derive(Debug, Default)]
pub(super) struct Proving {
    /// Those for other nodes of this node's own member, which come first.
    own: Turns,
    others: Turns,
    /// The one that is computed now.
    now: Option<Asked>,
}

impl Proving {
    /// How many proofs a link waits for.
    fn awaited(&self, link: LinkId) -> usize {
        let lines = self.own.asked.values().chain(self.others.asked.values());
        lines.flatten().chain(&self.now).filter(|(on, ..)| *on == link).count()
    }

    /// Takes the next one out of the line.
    fn next(&mut self) -> Option<Asked> {
        self.own.next().or_else(|| self.others.next())
    }
}

impl Drops {
    /// Another node asks for a proof that this one holds a photo.
    pub(in crate::node) fn challenged(
        &mut self,
        cx: &mut Context,
        link: LinkId,
        photo: PhotoId,
        nonce: Nonce,
    ) {
        let Some(asker) = cx.mesh.node_at(link) else {
            return;
        };
        if let Err(Refused { why, wait }) = self.may_promise(cx, link, asker, (photo, nonce)) {
            let refused = Some(why);
            return cx.send(link, Message::Proof { nonce, proof: None, refused, wait });
        }
        let until = cx.now() + cx.config().pin;
        cx.custody.promise(photo, nonce, asker, until);
        let turns = match cx.table.person(asker) == cx.table.person(cx.me()) {
            true => &mut self.proving.own,
            false => &mut self.proving.others,
        };
        let voice = cx.table.voice(cx.me(), asker);
        turns.asked.entry(voice).or_default().push_back((link, photo, nonce));
        self.prove_next(cx);
    }

    /// Has the next proof computed, if none is.
    fn prove_next(&mut self, cx: &mut Context) {
        while self.proving.now.is_none()
            && let Some((link, photo, nonce)) = self.proving.next()
        {
            // Released, or out of time, while it was in line: the asker has given up.
            let until = cx.now() + cx.config().pin;
            let asker = cx.mesh.node_at(link);
            if asker.is_some_and(|asker| cx.custody.renew(photo, (nonce, asker), until)) {
                self.proving.now = Some((link, photo, nonce));
                let provers = vec![cx.me()];
                cx.disk(DiskAction::Prove { source: Source::Held(photo), photo, nonce, provers });
            }
        }
    }

    /// Whether this node can promise to keep a photo. If it is giving the photo up itself, it gives way to a higher
    /// node but not to a lower one: of two nodes that want to drop at once, one does.
    fn may_promise(
        &mut self,
        cx: &mut Context,
        link: LinkId,
        asker: NodeId,
        (photo, nonce): (PhotoId, Nonce),
    ) -> Result<(), Refused> {
        // The asker's own member does not lie to it: their nodes count one by one.
        let voice = |node| cx.table.voice(cx.me(), node);
        let promises = cx.custody.promises();
        let to_them = promises.iter().filter(|(node, _)| voice(**node) == voice(asker));
        if self.proving.awaited(link) >= PROOFS_PER_LINK
            || promises.values().sum::<usize>() >= PINS
            || to_them.map(|(_, promises)| promises).sum::<usize>() >= cx.share_of(PINS)
        {
            return Err("too many challenges at once".into());
        }
        if self.rounds.contains_key(&nonce) {
            return Err("this node's own question".into());
        }
        if cx.is_leaving() || cx.is_draining() {
            return Err("leaving".into());
        }
        let entry = cx.table.get(photo).ok_or(NOT_HELD)?;
        self.budgets.spend(cx.now(), voice(asker), entry.photo.bytes)?;
        match cx.custody.may_promise(cx.me(), asker, photo) {
            Ok(GiveWay::No) => {}
            Ok(GiveWay::Yes) => self.give_way(cx, photo),
            Err(AboutToGo) => return Err("about to drop it too".into()),
        }
        is_kept_here(cx, photo).then_some(()).ok_or(NOT_HELD.into())
    }

    /// A proof of this node's own copy is computed; returns whether it was one of these.
    pub(super) fn own_proof_computed(
        &mut self,
        cx: &mut Context,
        nonce: Nonce,
        result: &Result<BTreeMap<NodeId, Proof>, DiskError>,
    ) -> bool {
        let Some((link, photo, _)) = self.proving.now.take_if(|(.., of)| *of == nonce) else {
            return false;
        };
        self.answer(cx, link, (photo, nonce), result);
        self.prove_next(cx);
        true
    }

    fn answer(
        &mut self,
        cx: &mut Context,
        link: LinkId,
        (photo, nonce): (PhotoId, Nonce),
        result: &Result<BTreeMap<NodeId, Proof>, DiskError>,
    ) {
        let (proof, refused) = match result {
            // The photo may have gone to the trash meanwhile, and been read there.
            Ok(_) if !is_kept_here(cx, photo) => (None, Some(NOT_HELD.to_owned())),
            Ok(proofs) => (proofs.get(&cx.me()).copied(), None),
            Err(error) => (None, Some(error.to_string())),
        };
        let until = cx.now() + cx.config().pin;
        // Released, or out of time, while it was computed: the asker has given up.
        let asker = cx.mesh.node_at(link);
        let Some(asker) = asker.filter(|asker| cx.custody.renew(photo, (nonce, *asker), until))
        else {
            return;
        };
        if proof.is_none() {
            cx.custody.release(photo, nonce, asker);
        }
        cx.send(link, Message::Proof { nonce, proof, refused, wait: None });
    }

    /// An asker's round is over.
    pub(in crate::node) fn released(
        &mut self,
        cx: &mut Context,
        link: LinkId,
        photo: PhotoId,
        nonce: Nonce,
    ) {
        if let Some(asker) = cx.mesh.node_at(link) {
            cx.custody.release(photo, nonce, asker);
        }
    }
}

/// Whether this node has a copy of a photo that counts.
fn is_kept_here(cx: &Context, photo: PhotoId) -> bool {
    cx.table.get(photo).is_some_and(|entry| cx.table.counts_at(entry, cx.me()))
}

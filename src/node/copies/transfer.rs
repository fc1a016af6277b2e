//! Moving bytes: receiving them window by window, and serving those of others.
//!
//! Received bytes never wait in memory: the next window is asked for when the last one is written. If anything goes
//! wrong on the way, the pull goes on with the next holder.

use std::time::Duration;

use super::Copies;
use super::pulls::{Phase, Pull};
use crate::node::context::Context;
use crate::node::limits::{
    GET, GET_MIN_RATE, GET_STALL, PULL_MIN_RATE, PULL_START, REPLICATE_STALL, SERVING, WINDOW,
};
use crate::node::{DiskAction, DiskError, LinkAction, LinkId, Spool, Time};
use crate::photo::PhotoId;
use crate::protocol::message::{Lane, TransferId};
use crate::protocol::{Blob, MAX_CHUNK, Message, NodeId};

impl Copies {
    pub(super) fn photo_of(&self, transfer: TransferId) -> Option<PhotoId> {
        self.pulls.iter().find(|(_, (id, _))| *id == transfer).map(|(photo, _)| *photo)
    }

    /// A piece of a photo has come.
    pub(in crate::node) fn chunk_received(
        &mut self,
        cx: &mut Context,
        on: LinkId,
        transfer: TransferId,
        at: u64,
        data: Blob,
    ) {
        let (now, size) = (cx.now(), data.len() as u64);
        if let Some(node) = cx.mesh.node_at(on) {
            self.ledger.came(node, transfer, size, now);
        }
        let Some(photo) = self.photo_of(transfer) else {
            return;
        };
        let Some((_, pull)) = self.pulls.get_mut(&photo) else {
            return;
        };
        let Phase::Receiving { link, received, window_end, progress, .. } = &mut pull.phase else {
            return;
        };
        // A piece that is not the next one comes from an earlier try on the same link.
        if *link != on || at != *received {
            return;
        }
        if size == 0 || data.len() > MAX_CHUNK || *received + size > *window_end {
            return self.pull_broke(cx, photo, "a chunk that was not asked for");
        }
        *received += size;
        *progress = now;
        pull.unwritten += 1;
        cx.disk(DiskAction::Write { spool: Spool::Pull(transfer), offset: at, data });
    }

    /// The disk has written a piece: the window may move on.
    pub(in crate::node) fn piece_written(
        &mut self,
        cx: &mut Context,
        spool: Spool,
        result: Result<(), DiskError>,
    ) {
        let Spool::Pull(transfer) = spool else { return };
        let Some(photo) = self.photo_of(transfer) else {
            return;
        };
        if let Err(error) = result {
            return self.pull_unwritable(cx, photo, &error);
        }
        let Some((_, pull)) = self.pulls.get_mut(&photo) else {
            return;
        };
        pull.unwritten = pull.unwritten.saturating_sub(1);
        if pull.phase == Phase::Draining {
            return self.pull_from_next(cx, photo);
        }
        let Phase::Receiving { from, bytes, received, window_end, .. } = pull.phase else {
            return;
        };
        if received < window_end || pull.unwritten > 0 {
            return;
        }
        if received == bytes {
            self.examine(cx, photo, from);
            return self.start_pulls(cx);
        }
        // Its holder has nothing of it in line at the moment: others that wait for that go first.
        self.start_pulls(cx);
        self.ask_for_window(cx, photo);
    }

    /// Asks a pull's holder for the next window.
    pub(super) fn ask_for_window(&mut self, cx: &mut Context, photo: PhotoId) {
        let Some((transfer, pull)) = self.pulls.get_mut(&photo) else {
            return;
        };
        let (transfer, lane) = (*transfer, pull.lane());
        let Phase::Receiving { from, link, bytes, received, window_end, ahead, progress, .. } =
            &mut pull.phase
        else {
            return;
        };
        let (offset, length) = (*received, (*bytes - *received).min(WINDOW));
        (*window_end, *progress) = (offset + length, cx.now());
        self.ledger.ask(*from, (transfer, lane), length, ahead);
        cx.send(*link, Message::AskForImage { transfer, photo, offset, length, lane });
    }

    /// A holder did not deliver: on to the next one.
    pub(super) fn pull_broke(&mut self, cx: &mut Context, photo: PhotoId, why: &str) {
        let Some((_, pull)) = self.pulls.get_mut(&photo) else {
            return;
        };
        if let Phase::Receiving { from, .. } | Phase::Inspecting { from } = pull.phase {
            pull.tried.insert(from);
            cx.log("copies", format!("{from} did not deliver {}: {why}", photo.short()));
        }
        self.pull_from_next(cx, photo);
    }

    /// This node's disk cannot take a photo: no other holder would help.
    pub(super) fn pull_unwritable(&mut self, cx: &mut Context, photo: PhotoId, error: &DiskError) {
        cx.write_failed(error);
        self.pull_failed(cx, photo, &format!("this daemon's folder cannot be written: {error}"));
    }

    /// Pulls from a node go on with another one.
    pub(super) fn pulls_lost(&mut self, cx: &mut Context, node: NodeId) {
        self.ledger.forget(node);
        let coming =
            |phase: &Phase| matches!(phase, Phase::Receiving { from, .. } if *from == node);
        let broken = self.pulls.iter().filter(|(_, (_, pull))| coming(&pull.phase));
        for photo in broken.map(|(photo, _)| *photo).collect::<Vec<_>>() {
            self.pull_broke(cx, photo, "the link is gone");
        }
    }

    /// A holder says that it cannot deliver.
    pub(in crate::node) fn no_image(
        &mut self,
        cx: &mut Context,
        on: LinkId,
        transfer: TransferId,
        reason: &str,
    ) {
        if let Some(node) = cx.mesh.node_at(on) {
            self.ledger.refused(node, transfer);
        }
        let Some(photo) = self.photo_of(transfer) else {
            return;
        };
        let phase = self.pulls.get(&photo).map(|(_, pull)| pull.phase);
        if matches!(phase, Some(Phase::Receiving { link, .. }) if link == on) {
            self.pull_broke(cx, photo, reason);
        }
    }

    /// Time has passed: pulls leave holders that deliver nothing.
    pub(super) fn tend_pulls(&mut self, cx: &mut Context) {
        let slow = self.pulls.iter().filter_map(|(photo, (_, pull))| {
            let why = self.is_slow(cx.now(), pull)?;
            Some((*photo, why))
        });
        for (photo, why) in slow.collect::<Vec<_>>() {
            self.pull_broke(cx, photo, why);
        }
    }

    /// Why a pull's holder delivers nothing, or too little.
    ///
    /// A holder sends one window after the other, on a home line for half a minute each. So one that sends anything at
    /// all that was asked of it is not silent, and a pull waits for as long as what is ahead of it may take.
    fn is_slow(&self, now: Time, pull: &Pull) -> Option<&'static str> {
        let Phase::Receiving { from, received, window_end, ahead, since, progress, .. } =
            pull.phase
        else {
            return None;
        };
        if received >= window_end {
            // The whole window has come and waits for the disk: that is slow, not the holder.
            return None;
        }
        let (stall, start, rate) = match pull.lane() {
            Lane::Get => (GET_STALL, GET / 2, GET_MIN_RATE),
            Lane::Replicate => (REPLICATE_STALL, PULL_START, PULL_MIN_RATE),
        };
        let (of_window, of_all) = self.ledger.ahead(from, pull.lane(), ahead);
        let wait = stall + Duration::from_secs(of_window / rate);
        let longest = start + Duration::from_secs((received + of_all) / rate);
        let came = self.ledger.last_came(from).max(progress);
        if now.since(came) >= stall || now.since(progress) >= wait {
            Some("nothing came for too long")
        } else {
            (now.since(since) >= longest).then_some("it comes too slowly")
        }
    }

    /// Another node pulls a photo from this one.
    pub(in crate::node) fn image_asked(
        &mut self,
        cx: &mut Context,
        link: LinkId,
        transfer: TransferId,
        photo: PhotoId,
        (offset, length): (u64, u64),
        lane: Lane,
    ) {
        let Some(node) = cx.mesh.node_at(link) else {
            return;
        };
        let serving = self.serving.entry(link).or_insert(0);
        let bytes = cx.table.record(photo).map(|record| record.photo.bytes);
        if bytes.is_none_or(|bytes| offset >= bytes)
            || length == 0
            || length > WINDOW
            || *serving >= SERVING
        {
            let reason = "not held here, or too much asked for".to_owned();
            self.offer_not_served(cx, photo, node);
            return cx.send(link, Message::NoImage { transfer, reason });
        }
        *serving += 1;
        self.target_moves(cx.now(), node);
        cx.link(LinkAction::Serve { link, transfer, photo, offset, length, lane });
    }

    /// A window is sent, or could not be read.
    pub(in crate::node) fn served(
        &mut self,
        cx: &mut Context,
        link: LinkId,
        photo: PhotoId,
        result: &Result<(), DiskError>,
    ) {
        if let Some(serving) = self.serving.get_mut(&link) {
            *serving = serving.saturating_sub(1);
        }
        match (cx.mesh.node_at(link), result) {
            (Some(node), Ok(())) => self.target_moves(cx.now(), node),
            (Some(node), Err(_)) => self.offer_not_served(cx, photo, node),
            (None, _) => {}
        }
        if *result == Err(DiskError::Gone) {
            cx.log("disk", format!("{} is gone from the folder", photo.short()));
        }
    }
}

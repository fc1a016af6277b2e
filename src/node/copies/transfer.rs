//! Moving bytes: receiving them window by window, and serving those of others.
//!
//! A window is about what comes from its holder in four seconds, and the next one is asked for when half of it is here: so
//! a fast line is never idle, and on a slow one nothing waits for long behind something else. Little that was received
//! waits in memory, for nothing more is asked for while the disk is behind.
//!
//! What has come stays: if anything goes wrong on the way, the pull goes on with the next holder where the last one has
//! stopped. The digest decides in the end. If it is wrong, all that was patched together is thrown away, and comes from
//! one holder the next time.

use std::time::Duration;

use super::Copies;
use super::pull::{Phase, Pull, Receiving};
use crate::node::context::Context;
use crate::node::limits::{
    GET, GET_MIN_RATE, GET_STALL, PULL_MIN_RATE, PULL_START, REPLICATE_STALL, SERVING, WINDOW,
};
use crate::node::{DiskAction, DiskError, LinkAction, LinkId, Spool, Time};
use crate::photo::PhotoId;
use crate::protocol::message::{Lane, TransferId};
use crate::protocol::{Blob, MAX_CHUNK, Message, NodeId};

/// About as many bytes as a daemon sends of a photo at a time.
const PIECE: u64 = 64 * 1024;

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
        let Phase::Receiving(Receiving { link, asked, progress, .. }) = &mut pull.phase else {
            return;
        };
        // A piece that is not the next one was on its way when the pull began anew.
        if *link != on || at != pull.received {
            return;
        }
        if size == 0 || data.len() > MAX_CHUNK || at + size > *asked {
            return self.pull_broke(cx, photo, "a chunk that was not asked for");
        }
        *progress = now;
        pull.received += size;
        pull.unwritten += 1;
        cx.disk(DiskAction::Write { spool: Spool::Pull(transfer), offset: at, data });
        self.let_read_along(cx, photo);
        self.ask_on(cx, photo);
    }

    /// The disk has written a piece.
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
        let Phase::Receiving(Receiving { from, bytes, .. }) = pull.phase else {
            return;
        };
        if pull.received == bytes && pull.unwritten == 0 {
            self.examine(cx, photo, from);
            return self.start_pulls(cx);
        }
        self.ask_on(cx, photo);
    }

    /// Asks for the next window of a pull, if it is time for that.
    fn ask_on(&mut self, cx: &mut Context, photo: PhotoId) {
        let Some((_, pull)) = self.pulls.get(&photo) else {
            return;
        };
        let Phase::Receiving(Receiving { bytes, asked, window, lane, .. }) = pull.phase else {
            return;
        };
        if lane != pull.lane_on_line() && pull.in_line() > 0 {
            return;
        }
        let is_behind = u64::from(pull.unwritten) * PIECE > window;
        if asked < bytes && 2 * pull.in_line() <= window && !is_behind {
            self.ask_for_window(cx, photo);
        }
    }

    /// Asks a pull's holder for the next window.
    pub(super) fn ask_for_window(&mut self, cx: &mut Context, photo: PhotoId) {
        let Some((transfer, pull)) = self.pulls.get_mut(&photo) else {
            return;
        };
        let (transfer, lane, now) = (*transfer, pull.lane_on_line(), cx.now());
        let Phase::Receiving(coming) = &mut pull.phase else {
            return;
        };
        let (from, link, offset) = (coming.from, coming.link, coming.asked);
        let length = self.ledger.window(from, now).min(coming.bytes - offset);
        if coming.lane != lane {
            (coming.lane, coming.since, coming.began_at) = (lane, now, offset);
        }
        (coming.asked, coming.window, coming.progress) = (offset + length, length, now);
        self.ledger.ask(from, (transfer, lane), length, &mut coming.ahead);
        cx.send(link, Message::AskForImage { transfer, photo, offset, length, lane });
    }

    /// What was asked of a holder for a pull, and has not come, is not wanted any more.
    pub(super) fn cancel(&mut self, cx: &mut Context, transfer: TransferId, pull: &Pull) {
        if let Phase::Receiving(Receiving { from, link, .. }) = pull.phase
            && pull.in_line() > 0
            && cx.mesh.link_to(from) == Some(link)
        {
            self.ledger.refused(from, transfer);
            cx.send(link, Message::Cancel { transfer });
        }
    }

    /// A holder did not deliver: on to the next one, from where this one has stopped.
    pub(super) fn pull_broke(&mut self, cx: &mut Context, photo: PhotoId, why: &str) {
        self.break_off(cx, photo, why, false);
    }

    /// The same; if the holder's link was lost, it may come back.
    fn break_off(&mut self, cx: &mut Context, photo: PhotoId, why: &str, is_lost: bool) {
        let Some((transfer, mut pull)) = self.pulls.remove(&photo) else {
            return;
        };
        self.cancel(cx, transfer, &pull);
        if let Some(from) = pull.from() {
            pull.tried.insert(from);
            match is_lost {
                true => pull.lost.insert(from),
                false => pull.lost.remove(&from),
            };
            let from = cx.called(from);
            cx.log("copies", format!("{from} did not deliver {}: {why}", photo.short()));
        }
        pull.phase = Phase::Queued;
        self.pulls.insert(photo, (transfer, pull));
        self.pull_from_next(cx, photo);
    }

    /// All bytes of a pull are here, and they are not the photo: it begins anew.
    pub(super) fn pull_is_wrong(&mut self, cx: &mut Context, photo: PhotoId) {
        let Some((transfer, pull)) = self.pulls.get_mut(&photo) else {
            return;
        };
        let patched = pull.patched;
        pull.throw_away(cx, *transfer);
        self.doubted.add(photo);
        if !patched {
            return self.pull_broke(cx, photo, "the bytes are not the photo");
        }
        let short = photo.short();
        cx.warn(
            "copies",
            format!("what has come of {short} bit by bit is not that photo: it comes anew"),
        );
        self.pull_from_next(cx, photo);
    }

    /// This node's disk cannot take a photo: no other holder would help.
    pub(super) fn pull_unwritable(&mut self, cx: &mut Context, photo: PhotoId, error: &DiskError) {
        cx.write_failed(error);
        let why = format!(
            "this daemon cannot take it on its way here: {error}; make room there, or ask another daemon"
        );
        self.pull_failed(cx, photo, &why);
    }

    /// Pulls from a node go on with another one.
    pub(super) fn pulls_lost(&mut self, cx: &mut Context, node: NodeId) {
        self.ledger.forget(node);
        let lacks_some = |pull: &Pull| match pull.phase {
            Phase::Receiving(coming) => coming.from == node && pull.received < coming.bytes,
            Phase::Queued | Phase::Inspecting { .. } | Phase::Installing | Phase::Ready { .. } => {
                false
            }
        };
        let broken = self.pulls.iter().filter(|(_, (_, pull))| lacks_some(pull));
        for photo in broken.map(|(photo, _)| *photo).collect::<Vec<_>>() {
            self.break_off(cx, photo, "the link is gone", true);
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
        if let Some((_, pull)) = self.pulls.get_mut(&photo)
            && let Phase::Receiving(coming) = &mut pull.phase
            && coming.link == on
            && pull.received < coming.bytes
        {
            // As a rule it sends nothing of another window either: there is nothing to cancel.
            coming.asked = pull.received;
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
    /// A holder sends one window after the other, on a home line for seconds each. So one that sends anything at all that
    /// was asked of it is not silent, and a pull waits for as long as what is ahead of it may take.
    fn is_slow(&self, now: Time, pull: &Pull) -> Option<&'static str> {
        let Phase::Receiving(coming) = pull.phase else {
            return None;
        };
        if pull.in_line() == 0 {
            // All that was asked for has come and waits for the disk: that is slow, not the holder.
            return None;
        }
        // That a client waits, too, is no reason to give up a copy earlier.
        let (stall, start, rate) = match coming.lane {
            Lane::Get if pull.keep.is_none() => (GET_STALL, GET / 2, GET_MIN_RATE),
            Lane::Get | Lane::Replicate => (REPLICATE_STALL, PULL_START, PULL_MIN_RATE),
        };
        let (of_window, of_all) = self.ledger.ahead(coming.from, coming.lane, coming.ahead);
        let wait = stall + Duration::from_secs(of_window / rate);
        let came_by_it = pull.received.saturating_sub(coming.began_at);
        let longest = start + Duration::from_secs((came_by_it + of_all) / rate);
        let came = self.ledger.last_came(coming.from).max(coming.progress);
        if now.since(came) >= stall || now.since(coming.progress) >= wait {
            Some("nothing came for too long")
        } else {
            (now.since(coming.since) >= longest).then_some("it comes too slowly")
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

    /// Another node no longer wants what it has asked for.
    pub(in crate::node) fn cancelled(&mut self, cx: &mut Context, link: LinkId, id: TransferId) {
        if cx.mesh.node_at(link).is_some() {
            cx.link(LinkAction::StopServing { link, transfer: id });
        }
    }

    /// A window is sent, or is no longer wanted, or could not be read.
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

//! Pulls: photos on their way to this node, and the reasons for them.
//!
//! A *pull* fetches one photo into a spool file, from one holder after the other until the bytes match the digest.
//! Everybody who needs the photo shares the pull: waiting clients, this node's own copy, and a drop that must verify a
//! keeper.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Copies;
use super::pull::{Phase, Pull, Receiving};
use crate::node::context::Context;
use crate::node::news::{Fetcher, News};
use crate::node::table::edges::is_current;
use crate::node::{DiskAction, DiskError, LinkId, Source, Spool};
use crate::photo::{Photo, PhotoId};
use crate::protocol::message::{OfferReply, TransferId};
use crate::protocol::{Facts, Holding, Looks, Message, NodeId, Record};

impl Copies {
    /// Pulls a photo to keep it as a replica.
    pub(super) fn pull_to_keep(
        &mut self,
        cx: &mut Context,
        photo: Arc<Photo>,
        facts: &Facts,
        offered_by: NodeId,
    ) {
        let id = photo.id;
        let pull = self.pull_of(cx, photo);
        pull.offered_by.insert(offered_by);
        pull.keep.get_or_insert_default().hear(facts);
        self.finish_ready(cx, id);
        self.start_pulls(cx);
    }

    /// Pulls a photo for a client, or for a comparison: the spool file stays until nobody needs it any more.
    pub(in crate::node) fn fetch(
        &mut self,
        cx: &mut Context,
        photo: Arc<Photo>,
        wanted_by: Fetcher,
    ) {
        let id = photo.id;
        match wanted_by {
            Fetcher::Client(link) | Fetcher::Stranger(link) => {
                if let Some(source) = self.asked_for(id, photo.bytes) {
                    return cx.tell(News::Deliver { link, photo, source });
                }
                let pull = self.pull_of(cx, photo);
                pull.waiting.insert(link);
                match wanted_by {
                    Fetcher::Stranger(_) => pull.strangers.insert(link),
                    Fetcher::Client(_) | Fetcher::Comparison => pull.strangers.remove(&link),
                };
            }
            Fetcher::Comparison => self.pull_of(cx, photo).verify = true,
        }
        self.hand_out(cx, id);
        self.let_read_along(cx, id);
        self.start_pulls(cx);
    }

    /// A photo that was pulled for a comparison is no longer needed.
    pub(in crate::node) fn unneeded(&mut self, cx: &mut Context, photo: PhotoId) {
        if let Some((_, pull)) = self.pulls.get_mut(&photo) {
            pull.verify = false;
        }
        self.finish_ready(cx, photo);
    }

    /// A client is gone, or has been answered.
    pub(in crate::node) fn client_done(&mut self, cx: &mut Context, link: LinkId) {
        let touched: Vec<PhotoId> = self
            .pulls
            .iter_mut()
            .filter_map(|(photo, (_, pull))| {
                (pull.waiting.remove(&link) | pull.reading.remove(&link)).then_some(*photo)
            })
            .collect();
        for photo in touched {
            self.finish_ready(cx, photo);
        }
    }

    /// The pull of a photo. If its bytes are kept here, they are only looked at.
    fn pull_of(&mut self, cx: &mut Context, photo: Arc<Photo>) -> &mut Pull {
        let kept = self.cache.forget(photo.id);
        let next = &mut self.next_transfer;
        let (_, pull) = self.pulls.entry(photo.id).or_insert_with(|| {
            let mut pull = Pull::new(photo);
            let transfer = kept.unwrap_or_else(|| {
                *next += 1;
                TransferId(*next)
            });
            if kept.is_some() {
                pull.is_here(cx.me());
                cx.disk(DiskAction::Inspect { spool: Spool::Pull(transfer) });
            }
            (transfer, pull)
        });
        pull
    }

    /// A pull fails for good: nobody can deliver the photo, or this node cannot take it.
    pub(super) fn pull_failed(&mut self, cx: &mut Context, photo: PhotoId, why: &str) {
        self.pull_ends(cx, photo, why);
        self.start_pulls(cx);
    }

    /// The same; others may be started then.
    pub(super) fn pull_ends(&mut self, cx: &mut Context, photo: PhotoId, why: &str) {
        let Some(pull) = self.let_go(cx, photo) else {
            return;
        };
        decline(cx, &pull);
        for link in pull.waiting {
            cx.tell(News::Undelivered { link, why: why.to_owned() });
        }
        if pull.verify {
            cx.tell(News::NotFetched(photo));
        }
    }

    /// Takes a pull away, with what is on its way and what has come.
    fn let_go(&mut self, cx: &mut Context, photo: PhotoId) -> Option<Pull> {
        let (transfer, pull) = self.pulls.remove(&photo)?;
        self.cancel(cx, transfer, &pull);
        if pull.has_spool() {
            cx.disk(DiskAction::Discard { spool: Spool::Pull(transfer) });
        }
        Some(pull)
    }

    /// The bytes of a spool file were looked at.
    pub(in crate::node) fn pull_inspected(
        &mut self,
        cx: &mut Context,
        transfer: TransferId,
        result: Result<Arc<Photo>, DiskError>,
    ) {
        let Some(photo) = self.photo_of(transfer) else {
            return;
        };
        let found = match result {
            Ok(found) if found.id == photo => found,
            Ok(_) | Err(DiskError::NotAPicture) => return self.pull_is_wrong(cx, photo),
            Err(error) => return self.pull_unwritable(cx, photo, &error),
        };
        let Some((_, pull)) = self.pulls.get_mut(&photo) else {
            return;
        };
        let Phase::Inspecting { from } = pull.phase else {
            return;
        };
        pull.photo = found;
        if pull.keep.is_some() {
            self.install_pull(cx, photo);
        } else {
            pull.phase = Phase::Ready { from };
            self.hand_out(cx, photo);
            self.finish_ready(cx, photo);
            self.start_pulls(cx);
        }
    }

    /// All bytes of a pull are in its spool file. Whoever only wants the photo has all that it needs when the digest is
    /// right. To compare it with another one, this node must have read it itself.
    pub(super) fn examine(&mut self, cx: &mut Context, photo: PhotoId, from: NodeId) {
        let Some((transfer, pull)) = self.pulls.get_mut(&photo) else {
            return;
        };
        pull.phase = Phase::Inspecting { from };
        let spool = Spool::Pull(*transfer);
        cx.disk(match pull.verify {
            true => DiskAction::Inspect { spool },
            false => DiskAction::Check { spool },
        });
    }

    /// If a spool file is ready: hands it to everything that waits for it.
    fn hand_out(&mut self, cx: &mut Context, photo: PhotoId) {
        let Some((transfer, pull)) = self.pulls.get_mut(&photo) else {
            return;
        };
        let Phase::Ready { from } = pull.phase else {
            return;
        };
        let source = Source::Spooled(Spool::Pull(*transfer));
        let waiting = std::mem::take(&mut pull.waiting);
        pull.reading.extend(&waiting);
        let is_read = is_current(&pull.photo);
        hand_over(cx, &pull.photo, waiting, pull.verify && is_read, source);
        if pull.verify && !is_read {
            self.examine(cx, photo, from);
        }
    }

    /// Clients get what there is of a photo while the rest of it comes. They hold its last bytes back themselves until all
    /// of them are right; if that fails, their answers end unfinished.
    pub(super) fn let_read_along(&mut self, cx: &mut Context, photo: PhotoId) {
        let Some((transfer, pull)) = self.pulls.get_mut(&photo) else {
            return;
        };
        let Phase::Receiving(Receiving { bytes, .. }) = pull.phase else {
            return;
        };
        // The answer says first how many bytes the photo has. One that is here at once is not worth the risk.
        let has_begun = 0 < pull.received && pull.received < bytes && bytes == pull.photo.bytes;
        if has_begun && !pull.waiting.is_empty() && !self.doubted.has(photo) {
            let source = Source::Spooled(Spool::Pull(*transfer));
            let waiting = std::mem::take(&mut pull.waiting);
            pull.reading.extend(&waiting);
            hand_over(cx, &pull.photo, waiting, false, source);
        }
    }

    /// A pulled photo is a replica now, or could not be installed.
    pub(in crate::node) fn pull_installed(
        &mut self,
        cx: &mut Context,
        photo: PhotoId,
        result: Result<(), DiskError>,
    ) {
        let Some((_, mut pull)) = self.pulls.remove(&photo) else {
            return;
        };
        match result {
            Ok(()) => {
                let facts = pull.keep.take().unwrap_or_default();
                let record = Record {
                    photo: pull.photo.clone(),
                    facts: Arc::new(facts),
                    holding: Holding::Replica,
                    looks: Looks::default(),
                };
                cx.table.claim(cx.me(), &record);
                hand_over(cx, &pull.photo, pull.waiting, pull.verify, Source::Held(photo));
            }
            Err(error) => {
                cx.write_failed(&error);
                decline(cx, &pull);
                for link in pull.waiting.clone() {
                    self.fetch(cx, pull.photo.clone(), pull.fetcher(link));
                }
                if pull.verify {
                    cx.tell(News::NotFetched(photo));
                }
            }
        }
        self.start_pulls(cx);
    }

    /// Ends a pull that is ready: it becomes a replica if one is wanted by now; else it is no pull any more when nobody reads
    /// it.
    pub(super) fn finish_ready(&mut self, cx: &mut Context, photo: PhotoId) {
        let Some((_, pull)) = self.pulls.get(&photo) else {
            return;
        };
        // Whoever reads the file has it open, whatever it is called.
        let is_ready = matches!(pull.phase, Phase::Ready { .. });
        if is_ready && pull.keep.is_some() && !pull.verify {
            return self.install_pull(cx, photo);
        }
        // An inspection or installation is left to end, which comes as an event.
        let interruptible = !matches!(pull.phase, Phase::Inspecting { .. } | Phase::Installing);
        if pull.is_unwanted() && interruptible {
            match is_ready {
                true => self.keep_or_discard(cx, photo),
                false => drop(self.let_go(cx, photo)),
            }
            self.start_pulls(cx);
        }
    }

    /// The bytes are right: they become a replica.
    fn install_pull(&mut self, cx: &mut Context, photo: PhotoId) {
        let Some((transfer, pull)) = self.pulls.get_mut(&photo) else {
            return;
        };
        pull.phase = Phase::Installing;
        let action = DiskAction::Install {
            spool: Spool::Pull(*transfer),
            photo: pull.photo.clone(),
            facts: pull.keep.clone().unwrap_or_default(),
            holding: Holding::Replica,
        };
        cx.disk(action);
    }
}

/// Tells the nodes that offered a photo that it is not kept here after all: they need not wait.
fn decline(cx: &mut Context, pull: &Pull) {
    for node in &pull.offered_by {
        let (photo, verdict) = (pull.photo.id, OfferReply::Busy);
        cx.send_to(*node, Message::KeepAnswer { photo, verdict });
    }
}

/// A photo's bytes are here: hands them to clients and comparisons.
fn hand_over(
    cx: &mut Context,
    photo: &Arc<Photo>,
    waiting: BTreeSet<LinkId>,
    verify: bool,
    source: Source,
) {
    for link in waiting {
        cx.tell(News::Deliver { link, photo: photo.clone(), source });
    }
    if verify {
        cx.tell(News::Fetched { photo: photo.clone(), source });
    }
}

//! A limit on how many of the folder's own files go to the trash in an hour because of other nodes.
//!
//! A member who plants better look-alikes of everybody's photos has real bytes for them, and one who keeps copies of all
//! photos can prove them: so no proof stops either from emptying the folders of others as fast as disks can move files.
//! The limit leaves their owners days to notice, and the status tells them. It is one for the whole folder, whatever the
//! reason and whosever the version: ids cost nothing, so a limit for each of them is none. Only files wait for it, not
//! the list; replicas are the mesh's, and do not count.
//!
//! The notes in the trash say when each file went, so a restart forgets nothing.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::Drops;
use crate::node::Time;
use crate::node::context::Context;
use crate::node::limits::{GONE_LOOKED_AT, GONE_TOLD, RATE_FILES, RATE_SHARE, RATE_SPAN};
use crate::photo::PhotoId;
use crate::protocol::{Departure, Gone, Holding};

/// How many nodes are named whose versions took a file's place.
const NAMED: usize = 3;

/// The own files that went to the trash lately, and those that wait.
#[derive(Debug, Default)]
pub(super) struct Rate {
    /// Those that went, in order.
    gone: VecDeque<Left>,
    waiting: BTreeSet<PhotoId>,
}

/// A file that went.
#[derive(Clone, Copy, Debug)]
struct Left {
    /// Until when people are told.
    told_until: Time,
    /// The version that took its place, if one did.
    by: Option<PhotoId>,
}

impl Rate {
    /// What an earlier life has left: files that went before the start, in order.
    pub(super) fn after(gone: &[Gone]) -> Rate {
        let left = |gone: &Gone| {
            let told_until = Time(GONE_TOLD.saturating_sub(gone.ago));
            Left { told_until, by: gone.by }
        };
        Rate { gone: gone.iter().map(left).collect(), waiting: BTreeSet::new() }
    }

    /// How many went within [`RATE_SPAN`].
    fn lately(&self, now: Time) -> usize {
        let since = now + (GONE_TOLD - RATE_SPAN);
        self.gone.len() - self.gone.partition_point(|left| left.told_until <= since)
    }

    /// Time has passed: files that went long ago are forgotten.
    pub(super) fn tend(&mut self, now: Time) {
        while self.gone.front().is_some_and(|left| left.told_until <= now) {
            self.gone.pop_front();
        }
    }
}

impl Drops {
    /// Whether a copy must wait before it may go to the trash because of other nodes; it is tried again then.
    pub(super) fn waits_for_the_limit(
        &mut self,
        cx: &mut Context,
        photo: PhotoId,
        why: Departure,
    ) -> bool {
        if !counts(cx, photo, why) || cx.config().retire_now || self.count(cx) < limit(cx) {
            return false;
        }
        self.rate.waiting.insert(photo);
        cx.retry(photo, RATE_SPAN / 60);
        true
    }

    /// How many own files went lately, or are on their way.
    fn count(&self, cx: &Context) -> usize {
        let rounds = self.rounds.values().map(|round| (round.goes, round.why));
        let fetching = self.fetching.iter().map(|(photo, fetching)| (*photo, fetching.why));
        let on_their_way = rounds.chain(fetching).filter(|(photo, why)| counts(cx, *photo, *why));
        self.rate.lately(cx.now()) + on_their_way.count()
    }

    /// The disk has moved a copy to the trash.
    pub(super) fn note_gone(&mut self, cx: &Context, photo: PhotoId, why: Departure) {
        if counts(cx, photo, why) {
            let by = match why {
                Departure::Replaced { by, .. } => Some(by),
                Departure::Surplus | Departure::Removed { .. } | Departure::Expired => None,
            };
            self.rate.gone.push_back(Left { told_until: cx.now() + GONE_TOLD, by });
        }
    }

    /// A photo is reviewed: the review decides again whether it waits.
    pub(in crate::node) fn reviewed(&mut self, photo: PhotoId) {
        self.rate.waiting.remove(&photo);
    }

    /// News for people about their files that wait, and those that went.
    pub(in crate::node) fn news_of_files(&self, cx: &Context) -> impl Iterator<Item = String> {
        let waiting = self.rate.waiting.len();
        let waiting = (waiting > 0).then(|| {
            format!(
                "{waiting} of this node's own files wait in the folder: others have enough copies of them, or better \
                 versions; at most {} go to the trash in an hour, so that you can look first (`duplicates`, `why \
                 NAME`): start with --retire-now if all is well",
                limit(cx)
            )
        });
        let gone = self.rate.gone.len();
        let gone = (gone > 0).then(|| {
            format!(
                "{gone} of this node's own files went to its trash in the last 30 days{}: see `trash list`",
                self.whose_versions(cx)
            )
        });
        waiting.into_iter().chain(gone)
    }

    /// The nodes whose versions took the places of the files that went last, those with the most first.
    fn whose_versions(&self, cx: &Context) -> String {
        let lately = self.rate.gone.iter().rev().take(GONE_LOOKED_AT);
        let mut files: BTreeMap<String, usize> = BTreeMap::new();
        for node in lately.filter_map(|left| cx.whose(left.by?)) {
            let versions = match node == cx.me() {
                true => "better versions of its own".to_owned(),
                false => format!("versions of {}", cx.called(node)),
            };
            *files.entry(versions).or_default() += 1;
        }
        let mut files: Vec<_> = files.into_iter().collect();
        files.sort_by_key(|(_, files)| Reverse(*files));
        let named = files.iter().take(NAMED);
        named.map(|(versions, files)| format!(", {files} for {versions}")).collect()
    }
}

/// Whether the departure of a copy counts.
fn counts(cx: &Context, photo: PhotoId, why: Departure) -> bool {
    let by_others = match why {
        // What its owner lets move to other disks is not limited.
        Departure::Surplus => {
            cx.table.get(photo).is_some_and(|entry| !cx.lets_move(entry, cx.me()))
        }
        Departure::Replaced { .. } => true,
        // Nor is what its owner removes at this very node.
        Departure::Removed { .. } => cx.table.is_withdrawn(photo),
        Departure::Expired => false,
    };
    by_others && cx.table.mine(photo).is_some_and(Holding::is_own)
}

/// How many own files may go within [`RATE_SPAN`].
fn limit(cx: &Context) -> usize {
    RATE_FILES.max(cx.table.sums().own / RATE_SHARE)
}

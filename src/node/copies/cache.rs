//! Hot photos: which of the photos that clients have asked for stay here for a while.
//!
//! A photo that another node holds comes into a spool file when a client asks for it. Here is decided whether that file
//! is worth its room once nobody reads it. This is all reckoning: the files themselves are the business of
//! [`hot`](super::hot).
//!
//! # By frequency, aged
//!
//! Each photo has a count of how often it was asked for, and all counts are halved every [`AGE`] asks. A photo enters
//! if there is room, or if it was asked for at least as often as those together that it would push out; these are the
//! least asked for, and among equals the longest not asked for. So somebody who looks at everything once pushes out only
//! what was asked for once, last month's favourites make way for this month's, and a large photo does not push out ten
//! small ones that are asked for as often as it is.
//!
//! Counting what is *not* kept as well is the idea of TinyLFU (Einziger, Friedman, Manes, 2017), which counts in a
//! sketch since its keys are millions. Here a map does: all counts together are less than twice `AGE`, and so is what a
//! halving costs.

use std::collections::{BTreeMap, BTreeSet};

use crate::node::limits::{CACHED_LEAST, CACHED_PART};
use crate::photo::PhotoId;
use crate::protocol::client::CacheReport;
use crate::protocol::message::TransferId;

/// After how many asks all counts are halved.
pub(super) const AGE: u64 = 2_000;

/// The photos that are kept, and how often all were asked for.
#[derive(Debug, Default)]
pub(super) struct Cache {
    /// How many bytes they may take.
    limit: u64,
    /// How many they take, each photo for [`size`].
    size: u64,
    kept: BTreeMap<PhotoId, Kept>,
    /// The same photos, the next to go first.
    order: BTreeSet<(Asks, PhotoId)>,
    /// What was asked for lately, whether it is kept or not.
    asks: BTreeMap<PhotoId, Asks>,
    /// How many asks there were in all.
    asked: u64,
    hits: u64,
    bytes_saved: u64,
}

/// A photo that is kept.
#[derive(Clone, Copy, Debug)]
struct Kept {
    transfer: TransferId,
    bytes: u64,
    /// Its place in the order.
    asks: Asks,
}

/// How much a photo was asked for. The greater, the more it is worth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Asks {
    /// How often, halved now and then.
    times: u64,
    /// Which ask of all was the last one for it.
    last: u64,
}

/// For how much a photo counts: a small file takes room, too.
fn size(bytes: u64) -> u64 {
    bytes.max(CACHED_LEAST)
}

impl Cache {
    /// An empty cache for so many bytes.
    pub(super) fn new(limit: u64) -> Cache {
        Cache { limit, ..Cache::default() }
    }

    /// A client asks for a photo.
    pub(super) fn asked(&mut self, photo: PhotoId) {
        self.asked += 1;
        if self.asked.is_multiple_of(AGE) {
            self.age();
        }
        let asks = self.asks.entry(photo).or_default();
        *asks = Asks { times: asks.times + 1, last: self.asked };
        let asks = *asks;
        self.reorder(photo, asks);
    }

    /// Halves all counts. What was asked for once is as if it never had been.
    fn age(&mut self) {
        for (photo, asks) in std::mem::take(&mut self.asks) {
            let asks = Asks { times: asks.times / 2, ..asks };
            self.reorder(photo, asks);
            if asks.times > 0 {
                self.asks.insert(photo, asks);
            }
        }
    }

    fn reorder(&mut self, photo: PhotoId, asks: Asks) {
        if let Some(kept) = self.kept.get_mut(&photo) {
            self.order.remove(&(kept.asks, photo));
            self.order.insert((asks, photo));
            kept.asks = asks;
        }
    }

    /// The bytes of a photo need not come from another node: they are here, or on their way already.
    pub(super) fn hit(&mut self, bytes: u64) {
        self.hits += 1;
        self.bytes_saved = self.bytes_saved.saturating_add(bytes);
    }

    /// The pull that has brought a photo, if it is kept.
    pub(super) fn get(&self, photo: PhotoId) -> Option<TransferId> {
        self.kept.get(&photo).map(|kept| kept.transfer)
    }

    /// Keeps a photo that a pull has brought, if it is worth it; returns those pulls whose photos make way for it.
    pub(super) fn admit(
        &mut self,
        photo: PhotoId,
        bytes: u64,
        transfer: TransferId,
    ) -> Option<Vec<TransferId>> {
        let asks = self.asks.get(&photo).copied()?;
        if size(bytes) > self.limit / CACHED_PART {
            return None;
        }
        let (mut left, mut worth) = (self.size, 0);
        let mut leaving = Vec::new();
        for (theirs, other) in &self.order {
            if left + size(bytes) <= self.limit {
                break;
            }
            worth += theirs.times;
            if worth > asks.times {
                return None;
            }
            left -= self.kept.get(other).map_or(0, |kept| size(kept.bytes));
            leaving.push(*other);
        }
        let evicted = leaving.into_iter().filter_map(|other| self.forget(other)).collect();
        self.kept.insert(photo, Kept { transfer, bytes, asks });
        self.order.insert((asks, photo));
        self.size += size(bytes);
        Some(evicted)
    }

    /// A photo is kept no longer. Returns the pull that had brought it.
    pub(super) fn forget(&mut self, photo: PhotoId) -> Option<TransferId> {
        let kept = self.kept.remove(&photo)?;
        self.order.remove(&(kept.asks, photo));
        self.size -= size(kept.bytes);
        Some(kept.transfer)
    }

    /// Those worth the least go until all that stay take so many bytes at most. Returns their pulls.
    pub(super) fn shrink_to(&mut self, most: u64) -> Vec<TransferId> {
        let mut evicted = Vec::new();
        while self.size > most
            && let Some((_, photo)) = self.order.first().copied()
        {
            evicted.extend(self.forget(photo));
        }
        evicted
    }

    /// How many bytes are kept, each photo counted for [`CACHED_LEAST`] at least.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// How many photos are counted.
    #[cfg(test)]
    pub(super) fn counted(&self) -> usize {
        self.asks.len()
    }

    pub(super) fn report(&self) -> CacheReport {
        CacheReport {
            photos: self.kept.len() as u64,
            bytes: self.kept.values().map(|kept| kept.bytes).sum(),
            limit: self.limit,
            hits: self.hits,
            misses: self.asked - self.hits,
            bytes_saved: self.bytes_saved,
        }
    }
}

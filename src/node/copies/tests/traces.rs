//! What the cache is worth, beside others: `make cache`.
//!
//! Two thousand photos are asked for twenty thousand times, some much more often than others (by Zipf's law, the n-th
//! favourite n times less often than the first one). In some traces somebody looks at everything once in the middle, or
//! the favourites are others from the middle on.
//!
//! Beside it are LRU, which everybody knows; [moka], an implementation of W-TinyLFU; and a cache that has
//! known beforehand how often each photo will be asked for. None of them but the last knows more than what came before.
//!
//! [moka]: https://docs.rs/moka

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasherDefault, DefaultHasher};

use super::super::cache::Cache;
use crate::photo::PhotoId;
use crate::protocol::message::TransferId;

const PHOTOS: u32 = 2_000;
const GETS: usize = 20_000;

/// By how many points others may be better.
const POINTS: f64 = 2.0;

/// What is asked for, one photo after the other, and how large the photos are.
struct Trace {
    name: String,
    gets: Vec<u32>,
    bytes: Vec<u64>,
}

/// What a cache has spared: of a hundred gets, and of a hundred bytes.
#[derive(Clone, Copy, Default)]
struct Spared {
    gets: f64,
    bytes: f64,
}

/// Numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    /// One from 0 to 1.
    fn roll(&mut self) -> f64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn shuffled(&mut self) -> Vec<u32> {
        let mut all: Vec<u32> = (0..PHOTOS).collect();
        for at in (1..all.len()).rev() {
            all.swap(at, (self.roll() * (at + 1) as f64) as usize);
        }
        all
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Plain,
    OnePass,
    NewFavourites,
}

fn trace(kind: Kind, exponent: f64) -> Trace {
    let mut dice = Dice(7);
    let bytes = (0..PHOTOS).map(|_| (200_000.0 * 125_f64.powf(dice.roll())) as u64).collect();
    let weights = (1..=PHOTOS).map(|rank| f64::from(rank).powf(-exponent));
    let sums: Vec<f64> = weights
        .scan(0.0, |sum, weight| {
            *sum += weight;
            Some(*sum)
        })
        .collect();
    let (before, after) = (dice.shuffled(), dice.shuffled());
    let mut gets = Vec::with_capacity(GETS + PHOTOS as usize);
    for number in 0..GETS {
        if number == GETS / 2 && kind == Kind::OnePass {
            gets.extend(0..PHOTOS);
        }
        let wanted = dice.roll() * sums[sums.len() - 1];
        let rank = sums.partition_point(|sum| *sum <= wanted).min(sums.len() - 1);
        let is_late = number >= GETS / 2 && kind == Kind::NewFavourites;
        gets.push(if is_late { after[rank] } else { before[rank] });
    }
    let what = match kind {
        Kind::Plain => "",
        Kind::OnePass => ", one looks at all",
        Kind::NewFavourites => ", new favourites",
    };
    Trace { name: format!("{exponent:.1}{what}"), gets, bytes }
}

impl Trace {
    /// What is spared by a cache that says of each get whether it has the photo.
    fn spared(&self, mut has: impl FnMut(u32, u64) -> bool) -> Spared {
        let (mut gets, mut saved, mut all) = (0, 0, 0);
        for photo in &self.gets {
            let bytes = self.bytes[*photo as usize];
            all += bytes;
            if has(*photo, bytes) {
                gets += 1;
                saved += bytes;
            }
        }
        let part = |of: u64, all: u64| 100.0 * of as f64 / all as f64;
        Spared { gets: part(gets, self.gets.len() as u64), bytes: part(saved, all) }
    }

    fn ours(&self, limit: u64) -> Spared {
        let ids: Vec<PhotoId> =
            (0..PHOTOS).map(|number| PhotoId::of(&number.to_be_bytes())).collect();
        let mut cache = Cache::new(limit);
        self.spared(|photo, bytes| {
            let id = ids[photo as usize];
            cache.asked(id);
            let has = cache.get(id).is_some();
            if !has {
                cache.admit(id, bytes, TransferId(photo));
            }
            has
        })
    }

    fn lru(&self, limit: u64) -> Spared {
        let (mut last, mut order) = (BTreeMap::new(), BTreeSet::new());
        let (mut now, mut size) = (0, 0);
        self.spared(|photo, bytes| {
            now += 1;
            let before = last.insert(photo, now);
            match before {
                Some(at) => drop(order.remove(&(at, photo))),
                None => size += bytes,
            }
            order.insert((now, photo));
            while size > limit
                && let Some((_, oldest)) = order.pop_first()
            {
                last.remove(&oldest);
                size -= self.bytes[oldest as usize];
            }
            before.is_some()
        })
    }

    fn moka(&self, limit: u64) -> Spared {
        // It weighs in numbers of 32 bits.
        let weigh = |_: &u32, bytes: &u64| u32::try_from(bytes / 1_000).unwrap();
        // What it keeps depends a little on its hashes: always the same ones, so that the figures are.
        let hashes = BuildHasherDefault::<DefaultHasher>::default();
        let cache = moka::sync::Cache::builder().max_capacity(limit / 1_000).weigher(weigh);
        let cache = cache.build_with_hasher(hashes);
        self.spared(|photo, bytes| {
            let has = cache.get(&photo).is_some();
            if !has {
                cache.insert(photo, bytes);
            }
            cache.run_pending_tasks();
            has
        })
    }

    /// By how often a byte of each photo will be asked for.
    fn known_beforehand(&self, limit: u64) -> Spared {
        let mut times = vec![0_u64; PHOTOS as usize];
        self.gets.iter().for_each(|photo| times[*photo as usize] += 1);
        let worth =
            |photo: &u32| times[*photo as usize] as f64 / self.bytes[*photo as usize] as f64;
        let mut all: Vec<u32> = (0..PHOTOS).collect();
        all.sort_by(|one, other| worth(other).total_cmp(&worth(one)));
        let mut left = limit;
        let mut kept = BTreeSet::new();
        for photo in all {
            if let Some(rest) = left.checked_sub(self.bytes[photo as usize]) {
                left = rest;
                kept.insert(photo);
            }
        }
        let mut seen = BTreeSet::new();
        self.spared(|photo, _| !seen.insert(photo) && kept.contains(&photo))
    }
}

#[test]
fn it_spares_about_as_much_as_the_best_known() {
    let kinds = [Kind::Plain, Kind::OnePass, Kind::NewFavourites];
    println!("of 100 gets (of 100 bytes) no transfer is taken by\n");
    println!(
        "favourites               cache     LRU          moka         this         known beforehand"
    );
    for (exponent, limit) in [(1.0, 256), (1.0, 1_000), (0.8, 256), (0.8, 1_000)] {
        for kind in kinds {
            let (trace, limit) = (trace(kind, exponent), limit * 1_000_000);
            let (lru, moka, ours) = (trace.lru(limit), trace.moka(limit), trace.ours(limit));
            let known = trace.known_beforehand(limit);
            let text = |spared: Spared| format!("{:.1} ({:.0})", spared.gets, spared.bytes);
            println!(
                "{:24} {:4} MB   {:12} {:12} {:12} {}",
                trace.name,
                limit / 1_000_000,
                text(lru),
                text(moka),
                text(ours),
                text(known)
            );
            assert!(
                ours.gets >= moka.gets - POINTS,
                "{}: {} of {}",
                trace.name,
                ours.gets,
                moka.gets
            );
            assert!(
                ours.bytes >= moka.bytes - POINTS,
                "{}: {} of {}",
                trace.name,
                ours.bytes,
                moka.bytes
            );
            assert!(ours.gets > lru.gets, "{}", trace.name);
        }
    }
}

//! Which photos stay for clients.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::cache::{AGE, Cache};
use crate::node::limits::{CACHED_LEAST, CACHED_PART};
use crate::photo::PhotoId;
use crate::protocol::message::TransferId;

const MB: u64 = 1_000_000;

fn photo(number: u64) -> PhotoId {
    PhotoId::of(&number.to_be_bytes())
}

/// A photo is asked for, and when it has come, offered to the cache; whether it stays.
fn get(cache: &mut Cache, number: u32, bytes: u64) -> bool {
    let id = photo(number.into());
    cache.asked(id);
    if cache.get(id).is_none() {
        cache.admit(id, bytes, TransferId(number));
    }
    cache.get(id).is_some()
}

#[test]
fn what_nobody_has_asked_for_does_not_stay() {
    let mut cache = Cache::new(100 * MB);
    assert_eq!(cache.admit(photo(1), MB, TransferId(1)), None);
    assert!(get(&mut cache, 2, MB));
}

#[test]
fn one_photo_takes_no_more_than_a_part() {
    let mut cache = Cache::new(100 * MB);
    assert!(get(&mut cache, 1, 100 * MB / CACHED_PART));
    assert!(!get(&mut cache, 2, 100 * MB / CACHED_PART + 1));
    assert!(!get(&mut Cache::new(0), 3, 1));
}

#[test]
fn small_files_take_room_too() {
    let mut cache = Cache::new(10 * CACHED_LEAST);
    let stay = (0..20).filter(|number| get(&mut cache, *number, 1)).count();
    // Each was asked for once, so that the last ones have pushed out the first.
    assert_eq!(stay, 20);
    let kept = (0..20).filter(|number| cache.get(photo(*number)).is_some());
    assert_eq!(kept.collect::<Vec<_>>(), (10..20).collect::<Vec<_>>());
}

#[test]
fn a_look_at_everything_pushes_out_no_favourite() {
    let mut cache = Cache::new(100 * MB);
    for _ in 0..3 {
        (0..6).for_each(|favourite| _ = get(&mut cache, favourite, 10 * MB));
    }
    (100..1_000).for_each(|number| _ = get(&mut cache, number, 10 * MB));
    assert!((0..6).all(|favourite| cache.get(photo(favourite)).is_some()));
}

#[test]
fn new_favourites_take_the_place_of_old_ones() {
    let mut cache = Cache::new(40 * MB);
    for _ in 0..10 {
        (0..4).for_each(|old| _ = get(&mut cache, old, 10 * MB));
    }
    for round in 0..AGE {
        (10..14).for_each(|new| _ = get(&mut cache, new, 10 * MB));
        if (10..14).all(|new| cache.get(photo(new)).is_some()) {
            // As often as the old ones, of which some asks are forgotten by then.
            assert!(round <= 10, "{round}");
            return;
        }
    }
    panic!("they never came in");
}

/// What happens to a cache.
#[derive(Clone, Debug)]
enum Happens {
    Get(u32),
    Forget(u32),
    Shrink(u64),
}

fn happens() -> impl Strategy<Value = Happens> {
    let number = 0..40u32;
    prop_oneof![
        20 => number.clone().prop_map(Happens::Get),
        1 => number.prop_map(Happens::Forget),
        1 => (0..100u64).prop_map(|part| Happens::Shrink(part * MB)),
    ]
}

/// The bytes of a photo, by its number.
fn bytes(number: u32) -> u64 {
    u64::from(number * number) * 20_000 + 1
}

proptest! {
    #[test]
    fn the_limit_holds_and_nothing_is_forgotten(all in prop::collection::vec(happens(), 1..400)) {
        let mut cache = Cache::new(100 * MB);
        // The files that lie on the disk.
        let mut files: BTreeMap<TransferId, u32> = BTreeMap::new();
        let mut last = 0;
        let mut gets = 0;
        for happens in all {
            match happens {
                Happens::Get(number) => {
                    gets += 1;
                    let id = photo(number.into());
                    cache.asked(id);
                    if cache.get(id).is_none() {
                        last += 1;
                        if let Some(evicted) = cache.admit(id, bytes(number), TransferId(last)) {
                            for transfer in evicted {
                                prop_assert!(files.remove(&transfer).is_some());
                            }
                            files.insert(TransferId(last), number);
                        }
                    } else {
                        cache.hit(bytes(number));
                    }
                }
                Happens::Forget(number) => {
                    if let Some(transfer) = cache.forget(photo(number.into())) {
                        prop_assert_eq!(files.remove(&transfer), Some(number));
                    }
                }
                Happens::Shrink(most) => {
                    for transfer in cache.shrink_to(most) {
                        prop_assert!(files.remove(&transfer).is_some());
                    }
                    prop_assert!(cache.size() <= most);
                }
            }
            for (transfer, number) in &files {
                prop_assert_eq!(cache.get(photo((*number).into())), Some(*transfer));
            }
            let report = cache.report();
            prop_assert_eq!(report.photos as usize, files.len());
            prop_assert_eq!(report.bytes, files.values().map(|number| bytes(*number)).sum::<u64>());
            prop_assert!(report.bytes <= cache.size() && cache.size() <= 100 * MB);
            prop_assert_eq!(report.hits + report.misses, gets);
        }
    }
}

#[test]
fn what_is_counted_stays_little() {
    let mut cache = Cache::new(100 * MB);
    for number in 0..20 * AGE {
        cache.asked(photo(number));
        assert!(cache.counted() < 2 * AGE as usize);
    }
}

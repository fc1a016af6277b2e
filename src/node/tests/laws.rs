//! Laws: what must hold for all tables, whatever they are of.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;

use crate::balance::Ratio;
use crate::node::plan::placement::{Candidate, target, trim_order};
use crate::node::table::Table;
use crate::node::table::names::Found;
use crate::node::table::verdict::Verdict;
use crate::photo::{Fingerprint, Format, Photo, PhotoId, Relation};
use crate::protocol::{Facts, Holding, Looks, NodeId, Record};

const ME: NodeId = NodeId(1);

/// The fingerprint of a version of a picture. Versions stand on a line: neighbours are similar, others are not.
fn fingerprint(picture: u8, step: u8) -> Fingerprint {
    let mut bytes = blake3::hash(&[picture]).as_bytes().repeat(3);
    bytes.truncate(73);
    // The first number of the cue, of which 15 more or less is near.
    bytes[59] = step * 12;
    let view = bytes.as_slice().try_into().unwrap();
    Fingerprint::made_up(view, view, &[]).unwrap()
}

/// One of a few dozen photos: versions of a few pictures, in chains.
pub(in crate::node) fn photo(n: u8) -> Arc<Photo> {
    let (picture, step) = (n % 3, n / 3 % 6);
    // Whether a version is better than its neighbour follows no order along the chain.
    let width = 1 + u32::from(n.wrapping_mul(73) % 11);
    Arc::new(Photo {
        width,
        height: 1,
        format: Format::Jpeg,
        fingerprint: Some(fingerprint(picture, step)),
        ..Photo::opaque(PhotoId::of(&[n]), 1)
    })
}

/// One of the eight photos of the picture that a photo is of.
fn version(n: u8, other: u8) -> Arc<Photo> {
    photo(n % 3 + 3 * other)
}

/// What nodes say: who, of which photo, under which of a few names, and how it is held.
pub(in crate::node) fn records() -> impl Strategy<Value = Vec<(NodeId, Record)>> {
    let holding =
        prop_oneof![Just(Holding::Retired), Just(Holding::Replica), Just(Holding::Original)];
    // Photos that a step away on the line of versions, be they found the same or others.
    let looks = (0..4_u8, prop::collection::btree_set(0..8_u8, 0..3));
    let word = (2..6_u64, 0..24_u8, 0..4_u8, holding, any::<bool>(), looks);
    prop::collection::vec(word, 0..40).prop_map(|words| {
        let mut table = BTreeMap::new();
        for (node, n, name, holding, apart, (better, others)) in words {
            let mut facts = Facts::named(format!("{name}.jpg"));
            if apart {
                facts.distinct.insert(photo(n ^ 3).id);
            }
            let mut looks = Looks::default();
            for other in others {
                looks.note(version(n, other).id, Relation::Different);
            }
            if better < 2 {
                looks.note(version(n, better).id, Relation::Variant);
            }
            let record = Record { photo: photo(n), facts: Arc::new(facts), holding, looks };
            // Of one photo, each node says one thing.
            table.insert((NodeId(node), record.photo.id), record);
        }
        let words = table.into_iter();
        words.map(|((node, _), record)| (node, record)).collect()
    })
}

/// All that follows from a table.
pub(super) fn summary(table: &mut Table) -> Vec<String> {
    table.sweep(usize::MAX);
    while table.judge(1) {}
    let entries = table.after(None);
    let mut lines: Vec<String> = entries
        .map(|entry| {
            format!("{:?} {:?} {:?} {:?}", entry.photo.id, entry.verdict, entry.claims, entry.facts)
        })
        .collect();
    lines.extend(table.labels().iter().cloned());
    lines.extend((1..6).map(|node| format!("{:?}", table.load(NodeId(node)))));
    lines
}

/// The collection by its plain definition: best first, a photo is a keeper unless a better keeper is similar to it.
fn keepers(words: &[(NodeId, Record)]) -> BTreeSet<PhotoId> {
    let photos: BTreeMap<PhotoId, Arc<Photo>> =
        words.iter().map(|(_, record)| (record.photo.id, record.photo.clone())).collect();
    let apart: BTreeSet<(PhotoId, PhotoId)> = words
        .iter()
        .flat_map(|(_, record)| record.facts.distinct.iter().map(|old| (record.photo.id, *old)))
        .collect();
    let refuses = |(_, record): &(NodeId, Record), one: &Photo, other: &Photo| {
        record.photo.id == one.id && record.looks.differs.contains(&other.id)
    };
    let alike = |one: &Photo, other: &Photo| {
        one.relation(other) != Relation::Different
            && !apart.contains(&(one.id, other.id))
            && !apart.contains(&(other.id, one.id))
            && !words.iter().any(|word| refuses(word, one, other) || refuses(word, other, one))
    };
    let mut best_first: Vec<&Arc<Photo>> = photos.values().collect();
    best_first.sort_by_key(|photo| Reverse(photo.rank()));
    let mut keepers: Vec<&Arc<Photo>> = Vec::new();
    for photo in best_first {
        if !keepers.iter().any(|keeper| alike(keeper, photo)) {
            keepers.push(photo);
        }
    }
    keepers.iter().map(|photo| photo.id).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn order_repetition_and_detours_of_what_is_said_do_not_matter(
        (words, shuffled) in records().prop_flat_map(|words| {
            let twice: Vec<_> = words.iter().chain(&words).cloned().collect();
            (Just(words), Just(twice).prop_shuffle())
        }),
        detour in 0..4_usize,
        pace in 0..3_usize,
    ) {
        let mut plain = Table::new(ME);
        for (node, record) in &words {
            plain.claim(*node, record);
        }
        let mut other = Table::new(ME);
        for (at, (node, record)) in shuffled.iter().enumerate() {
            if detour > 0 && at % 4 == detour {
                // It held it in another way before, said other things of it, and on an earlier link; and somebody else
                // who said so has it no longer.
                let mut facts = Facts::named("other.jpg");
                facts.distinct.insert(photo(at as u8 % 24).id);
                let mut looks = Looks::default();
                looks.note(photo(at as u8 % 24).id, Relation::Different);
                let before = Record {
                    holding: Holding::Original,
                    facts: Arc::new(facts),
                    looks,
                    ..record.clone()
                };
                other.claim(NodeId(9), &before);
                other.claim(*node, &before);
                other.judge(pace);
                other.set_away(*node);
                other.remove(NodeId(9), before.photo.id);
            }
            other.claim(*node, record);
            other.judge(pace);
        }
        // What was said on an earlier link is said again on the present one.
        for (node, record) in &words {
            other.claim(*node, record);
        }
        prop_assert_eq!(summary(&mut plain), summary(&mut other));
    }

    #[test]
    fn the_collection_is_what_the_photos_alone_decide(words in records(), gone in 1..6_u64) {
        let mut table = Table::new(ME);
        for (node, record) in &words {
            table.claim(*node, record);
            table.judge(2);
        }
        // A node goes, and all that it had.
        let (left, stays): (Vec<_>, Vec<_>) =
            words.into_iter().partition(|(node, _)| *node == NodeId(gone));
        for (node, record) in left {
            table.remove(node, record.photo.id);
        }
        // What it alone knew of photos that others have is not forgotten: let them say it too.
        let known = |(node, record): (NodeId, Record)| {
            let facts = table.get(record.photo.id).unwrap().facts.clone();
            (node, Record { facts, ..record })
        };
        let stays: Vec<_> = stays.into_iter().map(known).collect();
        while table.judge(7) {}
        let best: BTreeSet<PhotoId> = table
            .after(None)
            .filter(|entry| entry.verdict == Verdict::Keeper)
            .map(|entry| entry.photo.id)
            .collect();
        prop_assert_eq!(best, keepers(&stays));
        for entry in table.after(None) {
            if let Verdict::Loser(keeper) = entry.verdict {
                prop_assert!(table.get(keeper).unwrap().verdict == Verdict::Keeper);
                prop_assert!(table.get(keeper).unwrap().photo.same_picture(&entry.photo));
            }
        }
    }

    #[test]
    fn labels_are_unique_and_lead_to_their_photo(words in records()) {
        let mut table = Table::new(ME);
        for (node, record) in &words {
            table.claim(*node, record);
        }
        while table.judge(64) {}
        let labels = table.labels();
        let unique: BTreeSet<&String> = labels.iter().collect();
        prop_assert_eq!(unique.len(), labels.len());
        let shown: Vec<_> = table.after(None).filter(|entry| table.is_shown(entry)).collect();
        prop_assert_eq!(shown.len(), labels.len());
        for entry in shown {
            let id = entry.photo.id;
            prop_assert_eq!(table.find(&table.label(id)), Found::One(id));
            prop_assert_eq!(table.find(&id.to_string()), Found::One(id));
        }
    }

    #[test]
    fn photos_go_to_whoever_has_least(loads in prop::collection::vec(0..20_u64, 1..8), photos in 0..60) {
        let mut candidates: Vec<Candidate> = (1..)
            .zip(&loads)
            .map(|(node, load)| Candidate {
                node: NodeId(node),
                doubtful: false,
                new_member: true,
                exchanges: false,
                has_room: true,
                fullness: Ratio::new(*load, 1_u64),
            })
            .collect();
        let (mut last, mut loads) = (NodeId(0), loads);
        for _ in 0..photos {
            last = target(&candidates, last).unwrap();
            let chosen = last.0 as usize - 1;
            prop_assert_eq!(Some(&loads[chosen]), loads.iter().min());
            loads[chosen] += 1;
            candidates[chosen].fullness = Ratio::new(loads[chosen], 1_u64);
        }
    }

    #[test]
    fn originals_go_last_and_enough_of_them_stay(
        held in prop::collection::vec((any::<bool>(), any::<bool>(), 0..9_u64), 0..9),
        spare in any::<bool>(),
    ) {
        use crate::node::plan::placement::Copy;
        let copy = |(node, (original, keeps_originals, load)): (u64, &(bool, bool, u64))| Copy {
            node: NodeId(node),
            movable: !*original,
            fullness: Ratio::new(*load, 1_u64),
            keeps_originals: *keeps_originals,
        };
        let held: Vec<Copy> = (1..).zip(&held).map(copy).collect();
        let order = trim_order(PhotoId([7; 32]), spare, &held);
        let goes: Vec<&Copy> = order
            .iter()
            .map(|node| held.iter().find(|copy| copy.node == *node).unwrap())
            .collect();
        prop_assert!(goes.is_sorted_by_key(|copy| !copy.movable));
        for copy in goes {
            prop_assert!(copy.movable || spare && !copy.keeps_originals);
        }
    }
}

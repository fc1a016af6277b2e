//! The index against comparing with all.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::photo::PhotoId;
use crate::photo::similarity::fingerprint::Fingerprint;
use crate::photo::similarity::index::SimilarityIndex;
use crate::photo::similarity::relation::Relation;
use crate::photo::similarity::view::VIEW_BYTES;

fn fingerprint(whole: &[u8; VIEW_BYTES], trimmed: &[u8; VIEW_BYTES]) -> Fingerprint {
    Fingerprint::made_up(whole, trimmed, &[]).expect("well formed")
}

/// Fingerprints that crowd around a few centres, at distances on both sides of what the rule allows.
fn crowded() -> impl Strategy<Value = Fingerprint> {
    let view = (0..6_u8, prop::collection::vec((0..VIEW_BYTES, any::<u8>()), 0..30), any::<u64>());
    let view = view.prop_map(|(centre, changes, jitter)| {
        let mut view: [u8; VIEW_BYTES] =
            std::array::from_fn(|at| centre.wrapping_mul(at as u8).wrapping_mul(37));
        for (at, value) in changes {
            view[at] = value;
        }
        for (place, number) in view[VIEW_BYTES - 14..].iter_mut().enumerate() {
            *number = 100 + centre * 9 + (jitter >> (place * 4) & 15) as u8;
        }
        view
    });
    (view.clone(), view, any::<bool>(), landmarks(), any::<bool>()).prop_map(
        |(whole, trimmed, plain, landmarks, graphic)| {
            let trimmed = if plain { whole } else { trimmed };
            let made_up = Fingerprint::made_up(&whole, &trimmed, &landmarks);
            let made_up = made_up.expect("well formed");
            if graphic { made_up.of_a_graphic() } else { made_up }
        },
    )
}

/// Landmarks of a few codes, in places of which some lie to each other as others do.
fn landmarks() -> impl Strategy<Value = Vec<u8>> {
    let landmark = (0..4_u64, 0..4_u64, 0..2_u64, 0..2_u64);
    prop::collection::btree_map(0..40_u64, landmark, 0..8).prop_map(|landmarks| {
        let bytes = landmarks.into_iter().flat_map(|(code, (x, y, size, turn))| {
            let bits = code << 21 | x << 19 | y << 12 | size << 2 | turn;
            bits.to_be_bytes().into_iter().skip(3)
        });
        bytes.collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn it_finds_exactly_what_comparing_with_all_finds(
        all in prop::collection::vec(crowded(), 1..400),
        removed in prop::collection::vec(any::<prop::sample::Index>(), 0..40),
        replaced in prop::collection::vec((any::<prop::sample::Index>(), crowded()), 0..40),
    ) {
        let id = |at: usize| PhotoId::of(&at.to_be_bytes());
        let mut index = SimilarityIndex::default();
        let mut plain: BTreeMap<PhotoId, Fingerprint> = BTreeMap::new();
        for (at, fingerprint) in all.iter().enumerate() {
            index.insert(id(at), *fingerprint);
            plain.insert(id(at), *fingerprint);
        }
        for (at, fingerprint) in replaced {
            index.insert(id(at.index(all.len())), fingerprint);
            plain.insert(id(at.index(all.len())), fingerprint);
        }
        for at in removed {
            index.remove(id(at.index(all.len())));
            plain.remove(&id(at.index(all.len())));
        }
        for fingerprint in &all {
            let expected: Vec<PhotoId> = plain
                .iter()
                .filter(|(_, other)| fingerprint.is_candidate(other))
                .map(|(photo, _)| *photo)
                .collect();
            let found = index.similar(fingerprint);
            prop_assert_eq!(&found, &expected);
            // What is not found is different, both ways round.
            for (photo, other) in &plain {
                let relation = fingerprint.relation(other);
                prop_assert_eq!(relation, other.relation(fingerprint));
                prop_assert!(relation == Relation::Different || found.contains(photo));
            }
        }
    }
}

#[test]
fn what_is_removed_leaves_nothing_behind() {
    let mut index = SimilarityIndex::default();
    let landmarks = [[1, 0, 0, 0, 0], [2, 0, 0, 0, 0]].concat();
    let made_up = Fingerprint::made_up(&[7; VIEW_BYTES], &[9; VIEW_BYTES], &landmarks);
    for round in 0..3 {
        index.insert(PhotoId::of(b"1"), made_up.expect("well formed"));
        assert_eq!((index.codes.len(), index.views.len()), (2, 2), "{round}");
        index.remove(PhotoId::of(b"1"));
        assert!(index.codes.is_empty() && index.photos.is_empty(), "{round}");
    }
}

#[test]
fn many_in_one_place_are_all_found() {
    let mut index = SimilarityIndex::default();
    let here = fingerprint(&[7; VIEW_BYTES], &[7; VIEW_BYTES]);
    for at in 0..1000_u32 {
        index.insert(PhotoId::of(&at.to_be_bytes()), here);
    }
    assert_eq!(index.similar(&here).len(), 1000);
}

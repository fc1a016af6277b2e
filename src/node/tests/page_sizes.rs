//! How large a page of records can be.

use std::sync::Arc;

use crate::node::mesh::pages::{Page, TOMBSTONE_BYTES};
use crate::photo::{Photo, PhotoId, Relation};
use crate::protocol::codec::{MAX_FRAME, MAX_VALUES, count_values, write_message};
use crate::protocol::{Facts, Holding, Looks, MemberName, Message, Record, Tombstone, Wish};

#[test]
fn no_tombstone_is_larger_than_thought() {
    let key = ed25519_dalek::SigningKey::from_bytes(&[1; 32]);
    let tombstone = Tombstone::sign(&key, PhotoId([255; 32]), u64::MAX, Wish::Removed);
    let written = serde_json::to_string(&tombstone).unwrap();
    assert!(written.len() < TOMBSTONE_BYTES, "{written}");
}

#[test]
fn the_densest_page_has_no_more_values_than_are_decoded() {
    let short = |prefix: &str| (0..Facts::MAX).map(|n| format!("{prefix}{n}")).collect();
    let owners = (0..Facts::MAX_OWNERS).map(|n| format!("{n}").parse().unwrap()).collect();
    let names = Facts { names: short("\",,"), aliases: short(""), ..Facts::default() };
    for facts in [names.clone(), Facts { owners, ..names }] {
        let (written, facts) = (&mut Vec::new(), Arc::new(facts));
        let mut page = Page::default();
        while !page.is_full() {
            let photo = Arc::new(Photo::opaque(PhotoId([9; 32]), 1));
            let (facts, holding) = (facts.clone(), Holding::Original);
            page.add(photo.id, Some(Record { photo, facts, holding, looks: Looks::default() }));
        }
        let (records, gone, tombstones) = (page.records, page.gone, page.tombstones);
        let info = Message::ImageInfo { records, gone, tombstones, complete: true };
        write_message(written, &info).unwrap();
        // What an opaque photo lacks is less than as much again.
        let values = count_values(&written[4..]).unwrap();
        assert!(values < MAX_VALUES * 3 / 4, "{values} values");
    }
}

#[test]
fn the_worst_page_fits_a_frame() {
    let names = |from: u8| {
        (0..Facts::MAX as u8).map(move |n| format!("{n}{}", "\u{1}".repeat(250 + from as usize)))
    };
    let ids = |seed: u8| (0..Facts::MAX as u8).map(move |n| PhotoId([seed + n; 32]));
    let facts = Facts {
        names: names(0).collect(),
        aliases: names(1).collect(),
        distinct: ids(100).collect(),
        owners: (0..Facts::MAX_OWNERS)
            .map(|n| format!("{n:0>width$}", width = MemberName::MAX).parse().unwrap())
            .collect(),
        dated: "2024-06-12T10:15:30".parse().ok(),
        kept: true,
    };
    let facts = Arc::new(facts);
    let looks = Looks {
        yields_to: Some(PhotoId([7; 32])),
        relation: Some(Relation::Variant),
        differs: (0..Looks::MAX as u8).map(|n| PhotoId([n; 32])).collect(),
        looked_by: u16::MAX,
    };
    let mut page = Page::default();
    while !page.is_full() {
        let photo = Arc::new(Photo::opaque(PhotoId([9; 32]), 1));
        let (facts, holding) = (facts.clone(), Holding::Original);
        page.add(photo.id, Some(Record { photo, facts, holding, looks: looks.clone() }));
    }
    let info = Message::ImageInfo {
        records: page.records,
        gone: page.gone,
        tombstones: page.tombstones,
        complete: true,
    };
    let written = write_message(&mut Vec::new(), &info).unwrap();
    assert!(written <= MAX_FRAME, "{written} bytes");
}

//! A table is what was said last, however it was cut into pages and in whatever order they came.

use std::collections::BTreeMap;
use std::mem::take;
use std::time::Duration;

use proptest::prelude::*;

use super::laws::{photo, records, summary};
use super::solo::{Solo, register};
use crate::photo::PhotoId;
use crate::protocol::{Holding, Looks, Message, NodeId, Record};

/// The nodes of [`records`].
const OTHERS: std::ops::Range<u64> = 2..6;

#[derive(Default)]
struct Page {
    records: Vec<Record>,
    gone: Vec<PhotoId>,
}

/// A node to which all others have registered, and told nothing yet.
fn listener() -> Solo {
    let mut solo = Solo::new();
    for n in OTHERS {
        solo.open(n, "127.0.0.1");
        solo.hear(n, Message::Register(register(n, Duration::from_secs(60))));
    }
    solo
}

fn hear(solo: &mut Solo, node: NodeId, page: &mut Page, complete: bool) {
    let Page { records, gone } = take(page);
    let tombstones = Vec::new();
    let info = Message::ImageInfo { records, gone, tombstones, complete };
    solo.hear(node.0, info);
}

/// What one who was told a page by every node knows in the end, and what people see of it.
fn told(mut pages: BTreeMap<NodeId, Page>, mut solo: Solo) -> (Vec<String>, Vec<String>) {
    for n in OTHERS.map(NodeId) {
        let page = pages.entry(n).or_default();
        hear(&mut solo, n, page, true);
    }
    (solo.list(), summary(&mut solo.node.cx.table))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn the_borders_and_the_order_of_pages_do_not_matter(
        (words, shuffled) in records().prop_flat_map(|words| {
            let twice: Vec<_> = words.iter().chain(&words).cloned().collect();
            (Just(words), Just(twice).prop_shuffle())
        }),
        passing in prop::collection::vec((OTHERS, 0..24_u8), 0..8),
        borders in prop::collection::vec((any::<bool>(), any::<bool>()), 80),
    ) {
        let mut plain: BTreeMap<NodeId, Page> = BTreeMap::new();
        for (node, record) in &words {
            plain.entry(*node).or_default().records.push(record.clone());
        }

        let mut solo = listener();
        let mut pages: BTreeMap<NodeId, Page> = BTreeMap::new();
        // At first each has a few more, of which nothing else is known, and which it does not have in the end.
        let mut gone = Vec::new();
        for (node, n) in passing {
            let (node, photo) = (NodeId(node), photo(n));
            if !plain.get(&node).is_some_and(|page| page.records.iter().any(|r| r.photo == photo)) {
                gone.push((node, photo.id));
                let (holding, looks) = (Holding::Original, Looks::default());
                let record = Record { photo, facts: Default::default(), holding, looks };
                hear(&mut solo, node, &mut Page { records: vec![record], gone: Vec::new() }, false);
            }
        }
        for ((node, record), (ends, goes)) in shuffled.into_iter().zip(borders) {
            let page = pages.entry(node).or_default();
            page.records.push(record);
            if goes && let Some((node, photo)) = gone.pop() {
                pages.entry(node).or_default().gone.push(photo);
            }
            if ends {
                hear(&mut solo, node, pages.entry(node).or_default(), false);
            }
        }
        for (node, photo) in gone {
            pages.entry(node).or_default().gone.push(photo);
        }
        prop_assert_eq!(told(pages, solo), told(plain, listener()));
    }
}

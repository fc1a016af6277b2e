//! What follows from the entries is the same however they came to be.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::node::tests::laws::{photo, records};
use crate::photo::Relation;
use crate::protocol::{Facts, Few};

const ME: NodeId = NodeId(3);

/// Something that happens to a table.
#[derive(Clone, Debug)]
enum Change {
    Tell(NodeId, Record),
    Unsay(NodeId, PhotoId),
    Away(NodeId),
    ToldAll(NodeId),
    Learn(PhotoId, Arc<Facts>),
    Found(PhotoId, PhotoId, Relation),
    Sweep(usize),
    Judge(usize),
    Count,
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let node = || (2..6_u64).prop_map(NodeId);
    let id = || (0..24_u8).prop_map(|n| photo(n).id);
    let facts = (0..4_u8, prop::collection::vec(id(), 0..3).prop_map(Few::from));
    let facts = facts.prop_map(|(name, distinct)| {
        Arc::new(Facts { distinct, ..Facts::named(format!("{name}.jpg")) })
    });
    let relation =
        prop_oneof![Just(Relation::Same), Just(Relation::Variant), Just(Relation::Different)];
    let told = || records().prop_map(|words| words.into_iter().map(|(n, r)| Change::Tell(n, r)));
    let other = prop_oneof![
        (node(), id()).prop_map(|(node, id)| Change::Unsay(node, id)),
        node().prop_filter("not this one", |node| *node != ME).prop_map(Change::Away),
        node().prop_map(Change::ToldAll),
        (id(), facts).prop_map(|(id, facts)| Change::Learn(id, facts)),
        (id(), id(), relation).prop_map(|(a, b, relation)| Change::Found(a, b, relation)),
        (0..4_usize).prop_map(Change::Sweep),
        (0..9_usize).prop_map(Change::Judge),
        Just(Change::Count),
    ];
    let others = prop::collection::vec(other, 0..40);
    (told(), told(), others)
        .prop_map(|(first, second, others)| (first.chain(second), others))
        .prop_flat_map(|(told, others)| {
            let mut all: Vec<Change> = told.collect();
            all.extend(others);
            Just(all).prop_shuffle()
        })
}

fn carry_out(table: &mut Table, change: Change) {
    match change {
        Change::Tell(node, record) => {
            table.claim(node, &record);
        }
        Change::Unsay(node, photo) => table.remove(node, photo),
        Change::Away(node) => table.set_away(node),
        Change::ToldAll(node) => table.forget_last_known(node),
        // What this node has not, it says nothing of.
        Change::Learn(photo, facts) if table.mine(photo).is_some() => table.learn(photo, &facts),
        Change::Found(photo, other, found) if table.mine(photo).is_some() => {
            let mut looks = table.my_looks(photo);
            looks.note(other, found);
            table.set_my_looks(photo, looks);
        }
        Change::Learn(..) | Change::Found(..) => {}
        Change::Sweep(most) => table.sweep(most),
        Change::Judge(most) => {
            table.judge(most);
        }
        Change::Count => {
            table.take_changed();
        }
    }
}

fn settle(table: &mut Table) {
    table.sweep(usize::MAX);
    while table.judge(64) {}
    table.take_changed();
    table.names.list();
}

/// A table that is told at once what another one knows in the end.
fn from_scratch(table: &Table) -> Table {
    let mut anew = Table::new(ME);
    let words = |current: bool| {
        let entries = table.entries.values();
        entries.flat_map(move |entry| {
            let claims = entry.claims.iter().filter(move |(_, claim)| claim.current == current);
            claims.map(move |(node, claim)| (node, entry, claim))
        })
    };
    for (node, entry, claim) in words(false).chain(words(true)) {
        if claim.current && !anew.is_swept() {
            anew.sweep(usize::MAX);
        }
        let looks = match node == ME {
            true => {
                anew.set_my_looks(entry.photo.id, table.my_looks(entry.photo.id));
                Looks::default()
            }
            false => claim.looks().cloned().unwrap_or_default(),
        };
        let (photo, facts) = (Arc::clone(entry.told_by(node)), Arc::clone(&claim.facts));
        anew.claim(node, &Record { photo, facts, holding: claim.holding, looks });
        if !claim.current {
            anew.sweeps.clear();
            anew.set_away(node);
            anew.sweep(usize::MAX);
        }
    }
    settle(&mut anew);
    anew
}

/// All that follows from the entries of a table.
fn indexes(table: &Table) -> Vec<String> {
    let entries = table.entries.values().map(|entry| {
        let said = (&entry.claims, &entry.facts);
        format!(
            "{:?} {:?} {:?} {:?} {said:?}",
            entry.photo.id, entry.verdict, entry.similar, entry.part
        )
    });
    let inventories: BTreeMap<_, _> =
        table.inventories.iter().filter(|(_, inventory)| !inventory.photos.is_empty()).collect();
    let known: BTreeSet<_> = table.entries.keys().collect();
    let accepted =
        table.accepted.iter().filter(|(_, worse)| worse.iter().any(|id| known.contains(id)));
    let mut all: Vec<String> = entries.collect();
    all.push(format!("{inventories:?}"));
    all.push(format!("{:?}", table.names));
    all.push(format!("{:?}", table.sums));
    all.push(format!("{:?}", accepted.collect::<Vec<_>>()));
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_table_changed_bit_by_bit_is_one_told_the_end_at_once(changes in changes()) {
        let mut table = Table::new(ME);
        for change in changes {
            carry_out(&mut table, change);
        }
        settle(&mut table);
        let anew = from_scratch(&table);
        for (bit_by_bit, at_once) in indexes(&table).into_iter().zip(indexes(&anew)) {
            prop_assert_eq!(bit_by_bit, at_once);
        }
    }
}

#[test]
fn who_comes_and_goes_leaves_no_heap_of_sweeps() {
    let mut table = Table::new(ME);
    for node in [1, 2].map(NodeId) {
        for n in 0..24 {
            let (photo, facts, looks) = (photo(n), Arc::default(), Looks::default());
            table.claim(node, &Record { photo, facts, holding: Holding::Original, looks });
        }
    }
    let both = |table: &mut Table, begin: fn(&mut Table, NodeId)| {
        begin(table, NodeId(1));
        begin(table, NodeId(2));
        assert!(table.sweeps.len() <= 4, "{} of two nodes", table.sweeps.len());
    };
    for _ in 0..100 {
        both(&mut table, Table::set_away);
        both(&mut table, Table::forget_last_known);
    }
    // Nothing was gone through meanwhile; in the end all that they have said is forgotten.
    table.sweep(usize::MAX);
    assert!(table.is_swept() && table.entries.is_empty());
}

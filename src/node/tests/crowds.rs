//! A member makes up any number of photos with one name, or of one picture: the table costs no more than before.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::laws::photo;
use super::versions::{pair, record};
use crate::node::limits::VERSIONS;
use crate::node::table::Table;
use crate::node::table::names::Found;
use crate::node::table::verdict::Verdict;
use crate::photo::{Photo, PhotoId};
use crate::protocol::{Facts, FileTime, Holding, MemberName, NodeId, Record};

const ME: NodeId = NodeId(1);
const LIAR: NodeId = NodeId(2);
const FRIEND: NodeId = NodeId(3);

fn settle(table: &mut Table) {
    while table.judge(64) {}
}

#[test]
fn any_number_of_photos_of_one_name_have_labels_of_their_own() {
    let mut table = Table::new(ME);
    let mut ids = Vec::new();
    for n in 0..30_000_u32 {
        // Many of them have their first digits in common.
        let mut id = *blake3::hash(&n.to_be_bytes()).as_bytes();
        id[..n as usize % 5].fill(7);
        ids.push(PhotoId(id));
        let facts = Arc::new(Facts::named("cat.jpg"));
        let photo = Arc::new(Photo::opaque(PhotoId(id), 1));
        table.claim(LIAR, &Record { facts, ..record(photo) });
    }
    // This one is named as one of them would be labelled.
    let label = format!("cat~{}.jpg", &ids[0].to_string()[..6]);
    let facts = Arc::new(Facts::named(&label));
    let other = Arc::new(Photo::opaque(PhotoId::of(b"other"), 1));
    table.claim(FRIEND, &Record { facts, ..record(Arc::clone(&other)) });
    settle(&mut table);
    let labels: BTreeSet<String> = table.labels().iter().cloned().collect();
    assert_eq!(labels.len(), ids.len() + 1);
    for id in ids.into_iter().chain([other.id]) {
        assert_eq!(table.find(&table.label(id)), Found::One(id));
    }
    assert_eq!(table.label(other.id), label);
    let Found::Ambiguous(named) = table.find("cat.jpg") else {
        panic!("it may be any of them");
    };
    assert_eq!(named.len(), 20);
    for unknown in ["cat~000000.jpg", "cat~.jpg", "cat~zzzzzz.jpg", "cat~", "~", "cat~é.jpg"] {
        assert_eq!(table.find(unknown), Found::Nothing, "{unknown}");
    }
}

#[test]
fn any_number_of_photos_of_one_picture_take_up_little_and_leave_room_when_they_go() {
    let (worse, better) = pair();
    let (worse, better) = (photo(worse), photo(better));
    let mut table = Table::new(ME);
    table.claim(ME, &record(Arc::clone(&worse)));
    for n in 0..2000_u32 {
        let id = PhotoId::of(&n.to_be_bytes());
        table.claim(LIAR, &record(Arc::new(Photo { id, ..Photo::clone(&better) })));
    }
    table.claim(FRIEND, &record(Arc::clone(&better)));
    settle(&mut table);
    let most = table.after(None).map(|entry| entry.similar.len()).max();
    assert!(most <= Some(VERSIONS), "{most:?}");
    table.set_away(LIAR);
    table.forget_last_known(LIAR);
    table.sweep(usize::MAX);
    table.connect_crowded(usize::MAX);
    settle(&mut table);
    let verdict = |photo: &Photo| table.get(photo.id).unwrap().verdict;
    assert_eq!([verdict(&better), verdict(&worse)], [Verdict::Keeper, Verdict::Loser(better.id)]);
}

/// A record of one photo with 32 names, aliases and distinct photos that somebody has made up.
fn flooded(photo: &Arc<Photo>, round: u32) -> Record {
    let made_up = |what: &str| (0..32).map(|n| format!("!{what} {round} {n}")).collect();
    let facts = Facts {
        names: made_up("name"),
        aliases: made_up("alias"),
        distinct: (0..32).map(|n: u8| PhotoId::of(&[round as u8, n])).collect(),
        ..Facts::default()
    };
    Record { facts: Arc::new(facts), ..record(Arc::clone(photo)) }
}

#[test]
fn nobody_pushes_out_a_name_by_making_up_others() {
    let photo = Arc::new(Photo::opaque(PhotoId::of(b"cat"), 1));
    let liars = [NodeId(2), NodeId(4), NodeId(9)];
    // The friend's own node, as a table of its own: what it tells after it has heard a lot.
    let mut owner = Table::new(FRIEND);
    let cat = Arc::new(Facts::named("cat.jpg"));
    owner.claim(FRIEND, &Record { facts: cat, ..record(Arc::clone(&photo)) });
    for round in 0..9 {
        owner.claim(liars[0], &flooded(&photo, round));
    }
    let told = owner.record(photo.id).unwrap();
    // Whoever hears of it, in whatever order, finds it by its name; and so does who has a copy from the liar.
    for holds in [false, true] {
        for last in [false, true] {
            let mut table = Table::new(ME);
            let tell = |table: &mut Table| {
                table.claim(FRIEND, &told);
            };
            if !last {
                tell(&mut table);
            }
            for (round, liar) in (100..).zip(&liars[..2]) {
                table.claim(*liar, &flooded(&photo, round));
            }
            if holds {
                table.claim(ME, &flooded(&photo, 100));
            }
            tell(&mut table);
            settle(&mut table);
            assert_eq!(table.find("cat.jpg"), Found::One(photo.id), "{holds} {last}");
            let entry = table.get(photo.id).unwrap();
            assert!(entry.facts.names.len() <= 2 * Facts::MAX);
            assert!(table.record(photo.id).is_none_or(|own| own.facts.names.len() <= Facts::MAX));
        }
    }
}

#[test]
fn what_this_nodes_people_say_finds_room_whatever_others_have_said() {
    let photo = Arc::new(Photo::opaque(PhotoId::of(b"cat"), 1));
    let mut table = Table::new(ME);
    table.claim(ME, &flooded(&photo, 1));
    table.claim(LIAR, &flooded(&photo, 2));
    let other = PhotoId::of(b"dog");
    let facts = Facts { distinct: [other].into(), ..Facts::named("cat.jpg") };
    table.learn(photo.id, &Arc::new(facts));
    let own = table.record(photo.id).unwrap().facts;
    assert!(own.distinct.contains(&other) && own.names.contains("cat.jpg"));
    assert_eq!([own.distinct.len(), own.names.len()], [Facts::MAX; 2]);
    assert!(table.get(photo.id).unwrap().facts.distinct.contains(&other));
}

#[test]
fn whatever_a_node_takes_over_it_can_tell() {
    let photo = Arc::new(Photo::opaque(PhotoId::of(b"cat"), 1));
    let cat = Arc::new(Facts::named("cat.jpg"));
    for adopts in [false, true] {
        let mut table = Table::new(ME);
        table.claim(ME, &Record { facts: Arc::clone(&cat), ..record(Arc::clone(&photo)) });
        table.learn(
            photo.id,
            &Arc::new(Facts { aliases: ["tom".into()].into(), ..Facts::default() }),
        );
        let more = Facts {
            names: (0..100).map(|n| format!("!{n}")).collect(),
            aliases: (0..100).map(|n| format!("!{n}")).collect(),
            distinct: (0..100).map(|n| PhotoId::of(&[n])).collect(),
            owners: (0..100).map(|n| MemberName::of_node(NodeId(n))).collect(),
            dated: None,
            kept: true,
        };
        match adopts {
            true => table.adopt(photo.id, &Arc::new(more)),
            false => table.learn(photo.id, &Arc::new(more)),
        }
        let told = table.record(photo.id).unwrap();
        let text = serde_json::to_string(&told).unwrap();
        assert_eq!(serde_json::from_str::<Record>(&text).unwrap(), told);
        // What is taken over from other versions comes after what was known.
        let known = told.facts.names.contains("cat.jpg") && told.facts.aliases.contains("tom");
        assert_eq!(known, adopts);
    }
}

#[test]
fn photos_that_this_node_has_itself_take_up_next_to_nothing_of_others_memory() {
    let mut table = Table::new(ME);
    let photo = |n: u32| Arc::new(Photo::opaque(PhotoId::of(&n.to_be_bytes()), 1));
    for n in 0..100 {
        let facts = Arc::new(Facts::named(format!("IMG_{n}.jpg")));
        for node in [ME, FRIEND, LIAR] {
            if node != LIAR || n >= 50 {
                table.claim(node, &Record { facts: Arc::clone(&facts), ..record(photo(n)) });
            }
        }
    }
    let each = table.memory_of(table.person(FRIEND)) / 100;
    assert!(each < 800, "{each}");
    for n in 0..100 {
        for node in [ME, FRIEND, LIAR] {
            table.remove(node, photo(n).id);
        }
    }
    let left = [ME, FRIEND, LIAR].map(|node| table.memory_of(table.person(node)));
    assert_eq!(left, [0; 3]);
}

/// Only whoever has a photo as their own says when it was made; nobody else moves it to another year, for any time.
#[test]
fn nobody_dates_what_is_not_theirs() {
    let dated = |text: &str| text.parse::<FileTime>().ok();
    let (own, forged) = (dated("2020-01-01T12:00:00"), dated("1990-01-01T00:00:00"));
    let photo = Arc::new(Photo::opaque(PhotoId::of(b"cat"), 3));
    let said = |dated, holding| {
        let facts = Arc::new(Facts { dated, ..Facts::named("cat.jpg") });
        Record { facts, holding, ..record(Arc::clone(&photo)) }
    };
    let mut table = Table::new(ME);
    table.claim(NodeId(2), &said(own, Holding::Original));
    table.claim(NodeId(3), &said(forged, Holding::Replica));
    table.claim(ME, &said(forged, Holding::Replica));
    let shown = |table: &Table| table.get(photo.id).and_then(|entry| entry.facts.dated);
    assert_eq!(shown(&table), own);
    table.claim(NodeId(3), &said(forged, Holding::Original));
    assert_eq!(shown(&table), forged, "who says that it is theirs is believed, like about names");
    table.claim(NodeId(3), &said(forged, Holding::Replica));
    assert_eq!(shown(&table), own, "and as long as they say so");
    let mut heard = Facts::default();
    heard.hear(&said(forged, Holding::Original).facts);
    assert_eq!(heard.dated, None, "it is in nobody else's record");
}

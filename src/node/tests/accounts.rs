//! What a photo's bytes are, when nodes differ about it: the same for all who only hear, and what one has read oneself.

use std::sync::Arc;
use std::time::Duration;

use super::super::{Action, Asker, ClientEvent, LinkAction};
use super::laws::photo;
use super::solo::{Solo, original};
use super::versions::{pair, record};
use super::world::CLIENT;
use crate::node::table::Table;
use crate::node::table::verdict::Verdict;
use crate::photo::{ACCOUNT, Photo, PhotoId, Relation};
use crate::protocol::{Holding, Looks, Message, NodeId, Record, Request};

const ME: NodeId = NodeId(1);

/// Two accounts of the better version of a picture, the lesser one first. By one of them it is another picture.
fn accounts() -> [Arc<Photo>; 2] {
    let right = photo(pair().1);
    let wrong = Photo { fingerprint: None, bytes: 7, ..Photo::clone(&right) };
    let mut both = [right, Arc::new(wrong)];
    both.sort();
    both
}

/// A table with the worse version, and with what others say of the better one.
fn table_of(words: &[&Arc<Photo>]) -> Table {
    let mut table = Table::new(ME);
    table.claim(NodeId(2), &record(photo(pair().0)));
    for (node, word) in (3..).zip(words) {
        table.claim(NodeId(node), &record(Arc::clone(word)));
    }
    table
}

/// All that the table makes of the better version.
fn state(table: &mut Table) -> (Arc<Photo>, Vec<PhotoId>, Vec<PhotoId>, u64) {
    while table.judge(1) {}
    let (worse, better) = pair();
    let [worse, better] = [worse, better].map(|n| table.get(photo(n).id).unwrap());
    let similar = |similar: &std::collections::BTreeSet<PhotoId>| similar.iter().copied().collect();
    (
        better.photo.clone(),
        similar(&better.similar),
        similar(&worse.similar),
        table.load(NodeId(3)).bytes,
    )
}

#[test]
fn who_only_hears_of_it_takes_the_same_account_in_whatever_order() {
    let [lesser, greater] = &accounts();
    for words in [[lesser, greater], [greater, lesser]] {
        assert_eq!(state(&mut table_of(&words)), state(&mut table_of(&[lesser])));
    }
}

#[test]
fn what_a_node_has_read_itself_stands() {
    for own in &accounts() {
        for said in &accounts() {
            let mut table = table_of(&[said]);
            let mine = Record { holding: Holding::Retired, ..record(Arc::clone(own)) };
            assert_eq!(table.claim(ME, &mine), own == said);
            assert_eq!(state(&mut table), state(&mut table_of(&[own])));
            for said in &accounts() {
                let agrees = table.claim(NodeId(4), &record(Arc::clone(said)));
                assert_eq!(agrees, own == said);
                assert_eq!(state(&mut table), state(&mut table_of(&[own])));
            }
        }
    }
}

#[test]
fn a_wrong_account_counts_for_no_longer_than_it_is_told() {
    let right = photo(pair().1);
    let lies = [
        Photo { bytes: 9, ..Photo::clone(&right) },
        Photo { account: u16::MAX, bytes: 9, ..Photo::clone(&right) },
        Photo { account: ACCOUNT - 1, bytes: 9, ..Photo::clone(&right) },
    ];
    for lie in lies.map(Arc::new) {
        let mut table = table_of(&[&lie, &right]);
        let told =
            |table: &Table, node| Arc::clone(table.get(right.id).unwrap().told_by(NodeId(node)));
        assert_eq!([told(&table, 3), told(&table, 4)], [lie.clone(), right.clone()]);
        table.claim(NodeId(5), &record(Arc::clone(&right)));
        assert_eq!(state(&mut table).0, right, "the more say so");
        for node in [4, 5] {
            table.remove(NodeId(node), right.id);
        }
        assert_eq!(state(&mut table).0, lie, "nobody says anything else");
        table.claim(NodeId(4), &record(Arc::clone(&right)));
        table.remove(NodeId(3), right.id);
        assert_eq!(state(&mut table).0, right);
    }
}

#[test]
fn of_others_accounts_the_one_of_more_persons_counts() {
    let right = photo(pair().1);
    // Of two it is the lesser, which would count if as many said so.
    let lie = Arc::new(Photo { bytes: 0, ..Photo::clone(&right) });
    assert!(lie < right);
    assert_eq!(state(&mut table_of(&[&right, &lie])).0, lie);
    assert_eq!(state(&mut table_of(&[&right, &lie, &right])).0, right);
}

#[test]
fn each_holder_is_asked_for_as_many_bytes_as_it_has_told() {
    let mut solo = Solo::new();
    let right = original(&[7; 100]);
    let lie = Arc::new(Photo { bytes: 1, ..Photo::clone(&right.photo) });
    solo.join(1, Duration::ZERO, &[]);
    solo.announce(1, vec![Record { photo: lie, ..right.clone() }], true);
    solo.join(2, Duration::ZERO, &[]);
    solo.announce(2, vec![right], true);
    let (link, image_name) = (CLIENT, "p.jpg".to_owned());
    let request = Request::GetImageRequest { image_name };
    let mut actions = solo.tell(ClientEvent::Asked { link, by: Asker::Owner, request });
    let lengths = |actions: &[Action]| {
        let asked = actions.iter().filter_map(|action| match action {
            Action::Link(LinkAction::Send {
                link,
                message: Message::AskForImage { transfer, length, .. },
            }) => Some((link.0, *length, *transfer)),
            _ => None,
        });
        asked.collect::<Vec<_>>()
    };
    let mut asked = Vec::new();
    while let [(node, length, transfer)] = lengths(&actions)[..] {
        asked.push((node, length));
        let reason = "not here".to_owned();
        actions = solo.hear(node, Message::NoImage { transfer, reason });
    }
    asked.sort_unstable();
    assert_eq!(asked, [(1, 1), (2, 100)]);
}

#[test]
fn what_a_node_has_read_takes_the_place_of_any_account() {
    let right = photo(pair().1);
    for account in [ACCOUNT - 1, ACCOUNT, u16::MAX] {
        let lie = Arc::new(Photo { account, bytes: 9, ..Photo::clone(&right) });
        let mut table = table_of(&[&lie]);
        table.claim(ME, &record(Arc::clone(&right)));
        assert_eq!(state(&mut table).0, right);
        assert!(table.is_read(right.id));
        // By the rules of an earlier program this node has read no more than how long the file is.
        let old = by_version(ACCOUNT - 1);
        let mut table = table_of(&[&lie]);
        table.claim(ME, &record(Arc::clone(&old)));
        assert_eq!(state(&mut table).0, old);
    }
}

/// The better version as a program of this version describes it; an earlier one would have said other things.
fn by_version(account: u16) -> Arc<Photo> {
    Arc::new(Photo { account, ..Photo::clone(&photo(pair().1)) })
}

/// Whether the table takes the pair for versions of one picture.
fn alike(table: &Table) -> bool {
    let (worse, better) = pair();
    let similar = &table.get(photo(worse).id).unwrap().similar;
    similar.contains(&photo(better).id)
}

#[test]
fn of_two_accounts_the_higher_version_counts_in_whatever_order() {
    let [old, new] = [by_version(ACCOUNT - 1), by_version(ACCOUNT)];
    assert!(!alike(&table_of(&[&old])), "by an earlier program's rules nothing can be told");
    for words in [[&old, &new], [&new, &old]] {
        let mut table = Table::new(ME);
        table.claim(NodeId(2), &record(photo(pair().0)));
        for (node, word) in (3..).zip(words) {
            assert!(table.claim(NodeId(node), &record(Arc::clone(word))), "nobody lies");
        }
        assert_eq!(state(&mut table).0, new);
        assert!(alike(&table));
    }
}

#[test]
fn what_a_node_has_read_by_earlier_rules_gives_way_until_it_has_read_it_anew() {
    let [old, new] = [by_version(ACCOUNT - 1), by_version(ACCOUNT)];
    let mut table = table_of(&[]);
    table.claim(ME, &record(Arc::clone(&old)));
    assert!(table.get(old.id).unwrap().verified);
    let shorter = Photo { bytes: 7, ..Photo::clone(&new) };
    table.claim(NodeId(5), &record(Arc::new(shorter)));
    assert_eq!(state(&mut table).0, old, "its own file is as long as it is");
    table.claim(NodeId(6), &record(Arc::clone(&new)));
    assert_eq!(state(&mut table).0, new);
    table.claim(ME, &record(Arc::clone(&old)));
    assert_eq!(state(&mut table).0, new, "told again");
    assert!(!table.get(old.id).unwrap().verified, "it has not read that itself");
    table.claim(ME, &record(Arc::clone(&new)));
    assert!(table.get(old.id).unwrap().verified);
}

#[test]
fn what_a_node_has_read_by_its_own_rules_stands_against_later_ones() {
    let [new, later] = [by_version(ACCOUNT), by_version(ACCOUNT + 1)];
    let mut table = table_of(&[]);
    table.claim(ME, &record(Arc::clone(&new)));
    table.claim(NodeId(5), &record(later));
    assert_eq!(state(&mut table).0, new);
    assert!(alike(&table));
}

#[test]
fn what_its_holders_have_accepted_stays_accepted_though_its_account_is_old() {
    let (worse, better) = pair();
    let mut looks = Looks::default();
    looks.note(photo(better).id, Relation::Same);
    let accepted = Record { looks, ..record(photo(worse)) };
    let old = by_version(ACCOUNT - 1);
    // In whichever order it is heard of.
    for first in [true, false] {
        let mut table = Table::new(ME);
        if first {
            table.claim(NodeId(2), &accepted);
        }
        table.claim(NodeId(3), &record(Arc::clone(&old)));
        table.claim(NodeId(2), &accepted);
        assert!(alike(&table));
        while table.judge(1) {}
        assert_eq!(table.get(photo(worse).id).unwrap().verdict, Verdict::Loser(old.id));
        // By the present rules they are two.
        let other = Photo { fingerprint: None, ..Photo::clone(&photo(better)) };
        table.claim(NodeId(3), &record(Arc::new(other)));
        assert!(!alike(&table));
        while table.judge(1) {}
        assert_eq!(table.get(photo(worse).id).unwrap().verdict, Verdict::Keeper);
    }
}

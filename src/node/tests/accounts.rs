//! What a photo's bytes are, when nodes differ about it: the same for all who only hear, and what one has read oneself.

use std::sync::Arc;

use super::super::catalog::Catalog;
use super::laws::photo;
use super::versions::{pair, record};
use crate::photo::{Photo, PhotoId};
use crate::protocol::{Holding, NodeId, Record};

const ME: NodeId = NodeId(1);

/// Two accounts of the better version of a picture, the lesser one first. By one of them it is another picture.
fn accounts() -> [Arc<Photo>; 2] {
    let right = photo(pair().1);
    let wrong = Photo {
        fingerprint: None,
        bytes: 7,
        ..Photo::clone(&right)
    };
    let mut both = [right, Arc::new(wrong)];
    both.sort();
    both
}

/// A table with the worse version, and with what others say of the better one.
fn table(words: &[&Arc<Photo>]) -> Catalog {
    let mut catalog = Catalog::new(ME, false);
    catalog.claim(NodeId(2), &record(photo(pair().0)));
    for (node, word) in (3..).zip(words) {
        let agrees = catalog.claim(NodeId(node), &record(Arc::clone(word)));
        assert_eq!(agrees, *word == words[0]);
    }
    catalog
}

/// All that the table makes of the better version.
fn state(catalog: &mut Catalog) -> (Arc<Photo>, Vec<PhotoId>, Vec<PhotoId>, u64) {
    while catalog.judge(1) {}
    let (worse, better) = pair();
    let [worse, better] = [worse, better].map(|n| &catalog.entries[&photo(n).id]);
    let similar = |similar: &std::collections::BTreeSet<PhotoId>| similar.iter().copied().collect();
    (
        better.photo.clone(),
        similar(&better.similar),
        similar(&worse.similar),
        catalog.load(NodeId(3)).bytes,
    )
}

#[test]
fn who_only_hears_of_it_takes_the_same_account_in_whatever_order() {
    let [lesser, greater] = &accounts();
    for words in [[lesser, greater], [greater, lesser]] {
        assert_eq!(state(&mut table(&words)), state(&mut table(&[lesser])));
    }
}

#[test]
fn what_a_node_has_read_itself_stands() {
    for own in &accounts() {
        for said in &accounts() {
            let mut catalog = table(&[said]);
            let mine = Record {
                holding: Holding::Retired,
                ..record(Arc::clone(own))
            };
            assert_eq!(catalog.claim(ME, &mine), own == said);
            assert_eq!(state(&mut catalog), state(&mut table(&[own])));
            for said in &accounts() {
                let agrees = catalog.claim(NodeId(4), &record(Arc::clone(said)));
                assert_eq!(agrees, own == said);
                assert_eq!(state(&mut catalog), state(&mut table(&[own])));
            }
        }
    }
}

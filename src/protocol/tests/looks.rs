//! What a node remembers of its looks.

use std::collections::BTreeSet;

use crate::photo::{PhotoId, Relation};
use crate::protocol::Looks;

fn id(n: u8) -> PhotoId {
    PhotoId([n; 32])
}

#[test]
fn what_was_accepted_by_an_earlier_rule_stays_until_it_is_looked_at_anew() {
    let mut looks = Looks::accepted_earlier(id(1), None);
    looks.differs.insert(id(9));
    looks = looks.remembered();
    assert!(looks.differs.is_empty(), "may be looked at again");
    assert_eq!(looks.accepts(id(1)), Some(Relation::Variant));
    assert_eq!(looks.accepted(id(1)), None);
    looks.note(id(1), Relation::Same);
    assert_eq!(looks.accepted(id(1)), Some(Relation::Same));
    assert_eq!(looks.clone().remembered(), looks);
    looks.note(id(1), Relation::Different);
    assert_eq!(looks.accepts(id(1)), None);
    assert_eq!(looks.differs, BTreeSet::from([id(1)]));
}

#[test]
fn no_more_than_so_many_are_remembered_as_others() {
    let mut looks = Looks::default();
    for n in (0..20).rev() {
        looks.note(id(n), Relation::Different);
    }
    assert_eq!(looks.differs.len(), Looks::MAX);
    let mut told = looks.clone();
    told.differs.extend((0..200).map(id));
    assert_eq!(told.bounded().differs, (0..16).map(id).collect());
    looks.note(id(50), Relation::Same);
    assert_eq!(looks.accepts(id(50)), Some(Relation::Same));
}

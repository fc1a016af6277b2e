//! How far others can fill a node's table.

use std::sync::Arc;
use std::time::Duration;

use super::super::{CloseReason, LinkEvent, LinkId};
use super::solo::{Solo, original};
use crate::node::table::bounds::Bounds;
use crate::protocol::{Facts, Holding, Looks, NodeId, Record};

#[test]
fn who_tells_too_much_is_left_out_and_nobody_else() {
    let mut solo = Solo::new();
    // Each is told by one node, and a few hundred bytes are room enough to begin with one more.
    let (of_member, all) = (2 * 2000, 3);
    solo.node.cx.table.bounds = Bounds { of_member, all };
    solo.join(1, Default::default(), &[b"1", b"2", b"3"]);
    assert_eq!(solo.status().photos, 2);
    let note = "1 photo of node 0000000000000001 left out: what one member tells takes up at most 4000 bytes of this computer's memory, and all tell of at most 3 photos";
    assert!(solo.status().notes.contains(&note.to_owned()));
    // What it knows already it hears of as before, from whomever.
    solo.join(2, Default::default(), &[b"1", b"4"]);
    assert_eq!(solo.status().photos, 3);
    solo.announce(1, vec![original(b"1")], true);
    assert_eq!(solo.node.cx.table.most_left_out(), Some((NodeId(1), 1)));
    solo.join(3, Default::default(), &[b"5"]);
    assert_eq!(solo.status().photos, 3, "the table is full");
    solo.hold(b"6");
    assert_eq!(solo.status().photos, 4, "its own finds a place");
}

#[test]
fn what_a_node_had_too_much_is_forgotten_with_the_rest_of_it() {
    let mut solo = Solo::new();
    // Each is told by one node, and a few hundred bytes are room enough to begin with one more.
    let (of_member, all) = (2 * 2000, 3);
    solo.node.cx.table.bounds = Bounds { of_member, all };
    solo.join(1, Default::default(), &[b"1", b"2", b"3"]);
    let (link, reason) = (LinkId(1), CloseReason::Remote);
    solo.tell(LinkEvent::Closed { link, reason });
    assert!(!solo.node.cx.table.knows_all(), "it may be back with them");
    solo.wait(Duration::from_secs(600));
    assert!(solo.node.cx.table.knows_all());
}

#[test]
fn who_has_told_too_much_can_make_nothing_of_it_larger() {
    let mut solo = Solo::new();
    solo.join(1, Default::default(), &[b"1"]);
    solo.node.cx.table.bounds.of_member = 1;
    let told = |solo: &Solo| {
        let entry = solo.node.cx.table.get(original(b"1").photo.id).unwrap();
        let claim = entry.claims.get(NodeId(1)).unwrap();
        (claim.holding, claim.facts.names.len(), claim.looks.is_some())
    };
    let (holding, looks) = (Holding::Retired, Looks::default());
    let facts = Facts { names: (0..30).map(|n| n.to_string()).collect(), ..Facts::default() };
    let record = Record { holding, looks, facts: Arc::new(facts), ..original(b"1") };
    solo.announce(1, vec![record], true);
    assert_eq!(told(&solo), (Holding::Retired, 0, false), "how it is held is heard all the same");
}

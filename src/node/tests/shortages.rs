//! Why a photo is on fewer nodes than wanted: each reason is given when it is the true one.

use std::time::Duration;

use super::super::limits::{DOUBT, OFFER, OFFERS_PER_NODE, RETRY, SETTLE, TICK};
use super::super::{CloseReason, DiskError, LinkEvent, LinkId};
use super::laws::photo;
use super::solo::{Solo, original, register};
use super::versions::{hold, pair, record};
use super::world::picture;
use crate::node::plan::placement::coordinator;
use crate::photo::PhotoId;
use crate::protocol::message::{OfferReply, TransferId};
use crate::protocol::{Answer, Facts, Holding, Message, NodeId, Record, Request};

const PIN: Duration = Duration::from_secs(60);

/// The reasons in a status, in the order of the photos.
fn reasons(solo: &mut Solo) -> Vec<String> {
    let risks = solo.status().at_risk.into_iter();
    risks.map(|risk| risk.reason).collect()
}

fn expect(solo: &mut Solo, beginning: &str) {
    let reasons = reasons(solo);
    let [reason] = &reasons[..] else {
        panic!("{reasons:?}");
    };
    assert!(reason.starts_with(beginning), "{reason}");
}

/// Bytes that nodes 1 and 9 have, and that this one of them is to copy.
pub(super) fn coordinated_by(node: u64) -> [u8; 10] {
    let mut all = (0..99).map(|n| [n; 10]);
    let of = |bytes: &[u8; 10]| coordinator(PhotoId::of(bytes), [1, 9].map(NodeId));
    let found = all.find(|bytes| of(bytes) == Some(NodeId(node)));
    found.expect("one of a hundred")
}

#[test]
fn nobody_else_is_here() {
    let mut solo = Solo::new();
    solo.hold(b"cat");
    solo.wait(SETTLE + TICK);
    expect(&mut solo, "only 1 node is here");
}

#[test]
fn somebody_has_not_told_all() {
    let mut solo = Solo::unscanned(|_| ());
    solo.hold(b"cat");
    solo.join(1, PIN, &[]);
    solo.wait(SETTLE + TICK);
    expect(&mut solo, "waiting until this node has looked through its folder");
    let mut solo = Solo::new();
    solo.hold(b"cat");
    solo.open(1, "127.0.0.1");
    solo.hear(1, Message::Register(register(1, PIN)));
    solo.wait(SETTLE + TICK);
    let waits = format!("waiting until node {} has told", NodeId(1));
    expect(&mut solo, &waits);
    let note = solo.status().notes.concat();
    assert!(note.contains("nothing is copied or moved"), "{note}");
    solo.wait(PIN);
    // It has had its time.
    expect(&mut solo, &format!("being copied to node {}", NodeId(1)));
    let note = solo.status().notes.concat();
    assert!(note.contains("nothing is moved or given up"), "{note}");
}

#[test]
fn it_is_new_and_then_on_its_way() {
    let mut solo = Solo::new();
    solo.join(1, PIN, &[]);
    solo.hold(b"cat");
    expect(&mut solo, "new, or just changed");
    solo.wait(SETTLE + TICK);
    expect(&mut solo, &format!("being copied to node {}", NodeId(1)));
}

#[test]
fn it_waits_in_line_however_long() {
    let mut solo = Solo::new();
    solo.join(1, PIN, &[]);
    for n in 0..OFFERS_PER_NODE + 3 {
        solo.hold(&[n as u8; 10]);
    }
    for span in [SETTLE + 2 * TICK, 3 * RETRY] {
        solo.wait(span);
        let reasons = reasons(&mut solo);
        let waits =
            reasons.iter().filter(|why| why.starts_with("waits for its turn: 3 photos in line"));
        assert_eq!(waits.count(), 3, "{reasons:?}");
    }
}

#[test]
fn who_is_asked_refuses_or_is_silent() {
    let mut solo = Solo::new();
    solo.join(1, PIN, &[]);
    let photo = solo.hold(b"cat");
    solo.wait(SETTLE + TICK);
    let verdict = OfferReply::Busy;
    solo.hear(1, Message::KeepAnswer { photo, verdict });
    solo.wait(SETTLE + TICK);
    let node = NodeId(1);
    expect(&mut solo, &format!("node {node} took no more copies"));

    let mut solo = Solo::new();
    solo.join(1, PIN, &[]);
    solo.hold(b"cat");
    solo.wait(OFFER + 2 * SETTLE);
    expect(&mut solo, &format!("node {node} did not take copies in time"));
}

#[test]
fn it_comes_here() {
    let mut solo = Solo::new();
    solo.join(1, PIN, &[b"cat"]);
    let (photo, facts) = (picture(b"cat"), Facts::default());
    solo.hear(1, Message::KeepThis { photo, facts });
    expect(&mut solo, "being copied to this node");
}

#[test]
fn it_is_the_task_of_another_holder() {
    let bytes = coordinated_by(1);
    let mut solo = Solo::with(|config| config.copies = 3);
    solo.hold(&bytes);
    solo.join(1, PIN, &[&bytes]);
    solo.join(2, PIN, &[]);
    solo.wait(3 * RETRY);
    let node = NodeId(1);
    expect(&mut solo, &format!("node {node}, which has it, is to copy it"));
}

#[test]
fn a_holder_is_away() {
    let mut solo = Solo::new();
    solo.hold(b"cat");
    solo.join(1, PIN, &[b"cat"]);
    let (link, reason) = (LinkId(1), CloseReason::Remote);
    solo.tell(LinkEvent::Closed { link, reason });
    let node = NodeId(1);
    expect(&mut solo, &format!("node {node} is away, and no other node is here to take a copy"));
    let away = |solo: &mut Solo| {
        let nodes = solo.status().nodes.into_iter();
        let mut nodes = nodes.filter(|other| other.id == node);
        let node = nodes.next().expect("it is remembered");
        (node.photos, node.originals, node.state)
    };
    let alone = "away for 0 s; no other node is here to copy its photos to";
    assert_eq!(away(&mut solo), (1, 1, alone.to_owned()), "what it had is still known");
    solo.join(2, PIN, &[]);
    expect(&mut solo, &format!("node {node} is away; copied anew in 60 s"));
    assert_eq!(away(&mut solo).2, "away for 0 s, its photos are copied in 60 s");
}

#[test]
fn who_asks_for_what_only_a_node_has_that_is_away_hears_so() {
    let mut solo = Solo::new();
    solo.join(1, PIN, &[b"cat"]);
    let (link, reason) = (LinkId(1), CloseReason::Remote);
    solo.tell(LinkEvent::Closed { link, reason });
    for image_name in ["p.jpg".to_owned(), PhotoId::of(b"cat").to_string()] {
        let answer = solo.ask(Request::GetImageRequest { image_name });
        let Some(Answer::NotFound { undelivered: true, reason, .. }) = answer else {
            panic!("{answer:?}");
        };
        assert!(reason.contains("last known on node 0000000000000001"), "{reason}");
    }
    // Nobody has ever heard of another one.
    let answer = solo.ask(Request::GetImageRequest { image_name: "none.jpg".to_owned() });
    assert!(matches!(answer, Some(Answer::NotFound { undelivered: false, .. })), "{answer:?}");
}

#[test]
fn it_is_in_the_trash_alone() {
    let mut solo = Solo::new();
    let cat = original(b"cat");
    hold(&mut solo, cat.photo.clone(), Holding::Retired);
    solo.join(1, PIN, &[]);
    solo.wait(SETTLE + TICK);
    expect(&mut solo, "only in the trash: test will take it out again");
    // As long as its holder may come back, it stays there.
    let mut solo = Solo::new();
    hold(&mut solo, cat.photo.clone(), Holding::Retired);
    solo.join(1, PIN, &[b"cat"]);
    let (link, reason) = (LinkId(1), CloseReason::Remote);
    solo.tell(LinkEvent::Closed { link, reason });
    solo.wait(SETTLE + TICK);
    let node = NodeId(1);
    expect(&mut solo, &format!("node {node} is away; copied anew in"));
}

#[test]
fn a_better_version_is_still_to_be_read() {
    let (worse, better) = pair();
    let mut solo = Solo::new();
    hold(&mut solo, photo(worse), Holding::Original);
    solo.join(1, PIN, &[]);
    let told: Vec<Record> = vec![record(photo(better))];
    solo.announce(1, told, false);
    solo.wait(SETTLE + TICK);
    let of_worse = |solo: &mut Solo| {
        let id = photo(worse).id;
        let mut risks = solo.status().at_risk.into_iter();
        risks.find(|risk| risk.id == id).map(|risk| risk.reason)
    };
    let reason = of_worse(&mut solo).expect("it is on one node");
    assert!(reason.starts_with("a better version is there"), "{reason}");
    solo.wait(DOUBT + RETRY);
    let reason = of_worse(&mut solo).expect("it is on one node");
    assert!(reason.starts_with("being copied to"), "{reason}");
}

#[test]
fn it_cannot_be_read_here() {
    let mut solo = Solo::new();
    solo.join(1, PIN, &[]);
    let photo = solo.hold(b"cat");
    solo.wait(SETTLE + TICK);
    let (link, transfer) = (LinkId(1), TransferId(1));
    let result = Err(DiskError::Gone);
    solo.tell(LinkEvent::Served { link, transfer, photo, result });
    expect(&mut solo, "tried just now; will be tried again");
}

#[test]
fn what_only_nodes_have_that_are_away_is_counted() {
    let mut solo = Solo::new();
    solo.join(1, PIN, &[b"cat", b"dog"]);
    solo.hold(b"cat");
    solo.wait(SETTLE + TICK);
    let away = |solo: &mut Solo| {
        let notes = solo.status().notes;
        notes.into_iter().find(|note| note.contains("not listed"))
    };
    assert_eq!(away(&mut solo), None);
    solo.tell(LinkEvent::Closed { link: LinkId(1), reason: CloseReason::Remote });
    let one = "1 photo is not listed: only nodes have it that are away";
    assert_eq!(away(&mut solo).as_deref(), Some(one));
    solo.open(2, "127.0.0.1");
    solo.hear(2, Message::Register(register(1, PIN)));
    solo.announce(2, vec![original(b"cat"), original(b"dog")], true);
    assert_eq!(away(&mut solo), None, "it is back");
}

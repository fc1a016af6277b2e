//! The drops alone, over a table of three entries: the smallest place in which to try to lose a photo.

use std::collections::BTreeMap;
use std::time::Duration;

use super::solo::{challenge, config, original, register};
use crate::node::context::Context;
use crate::node::drops::Drops;
use crate::node::limits::{SETTLE, STAGGER};
use crate::node::{Action, DiskAction, LinkAction, LinkId};
use crate::photo::{Nonce, PhotoId, Proof};
use crate::protocol::{Departure, Holding, Message, NodeId, Record};

const PIN: Duration = Duration::from_secs(60);
const PROOF: Proof = Proof([7; 32]);
const BYTES: &[u8] = b"cat";

/// Node 9 and its drops, when everything is at rest: it has a replica of a photo that two, or three, others have too.
fn at_rest(others: u64) -> (Context, Drops, PhotoId) {
    let mut cx = Context::new(config());
    cx.folder.set_scanned(0);
    for n in 1..=others {
        let (link, remote) = (LinkId(n), "127.0.0.1".to_owned());
        cx.mesh.link_opened(&mut cx.step, link, remote, None);
        cx.mesh.registered(&mut cx.step, &mut cx.members, link, register(n, PIN));
        cx.mesh.told_all(NodeId(n));
        cx.table.claim(NodeId(n), &original(BYTES));
    }
    let mine = Record { holding: Holding::Replica, ..original(BYTES) };
    cx.table.claim(cx.me(), &mine);
    cx.table.judge(10);
    let now = cx.now() + SETTLE + STAGGER;
    cx.set_now(now);
    cx.step.take_actions();
    (cx, Drops::new(&[]), mine.photo.id)
}

/// The round that was begun for a copy that is one too many.
fn begun(cx: &mut Context, drops: &mut Drops, photo: PhotoId) -> Option<Nonce> {
    drops.consider_trimming(cx, photo);
    challenge(&cx.step.take_actions())
}

/// What its own bytes prove: what all nodes would have to say.
fn read(cx: &mut Context, drops: &mut Drops, nonce: Nonce) {
    let right: BTreeMap<NodeId, Proof> = (1..=9).map(|n| (NodeId(n), PROOF)).collect();
    drops.proved(cx, nonce, Ok(right));
}

fn goes(cx: &mut Context) -> bool {
    let goes = |action: &Action| {
        let surplus = Departure::Surplus;
        matches!(action, Action::Disk(DiskAction::PutAway { departure, .. }) if *departure == surplus)
    };
    cx.step.take_actions().iter().any(goes)
}

#[test]
fn a_copy_goes_when_two_others_have_proven_theirs() {
    let (mut cx, mut drops, photo) = at_rest(2);
    let nonce = begun(&mut cx, &mut drops, photo).expect("two others are enough");
    assert_eq!(cx.table.mine(photo), Some(Holding::Retired), "nobody counts it any more");
    read(&mut cx, &mut drops, nonce);
    drops.proof_received(&mut cx, LinkId(1), nonce, Ok(PROOF));
    assert!(!goes(&mut cx), "one proof");
    drops.proof_received(&mut cx, LinkId(2), nonce, Ok(PROOF));
    assert!(goes(&mut cx), "two proofs");
}

#[test]
fn a_copy_stays_when_one_of_two_others_refuses() {
    let (mut cx, mut drops, photo) = at_rest(2);
    let nonce = begun(&mut cx, &mut drops, photo).expect("two others are enough");
    read(&mut cx, &mut drops, nonce);
    drops.proof_received(&mut cx, LinkId(1), nonce, Ok(PROOF));
    drops.proof_received(&mut cx, LinkId(2), nonce, Err("about to drop it too".into()));
    assert!(!goes(&mut cx));
    assert_eq!(cx.table.mine(photo), Some(Holding::Replica), "it counts again");
}

#[test]
fn a_copy_that_is_going_is_promised_to_no_lower_node() {
    let (mut cx, mut drops, photo) = at_rest(3);
    begun(&mut cx, &mut drops, photo).expect("three others are more than enough");
    drops.challenged(&mut cx, LinkId(3), photo, Nonce([1; 32]));
    let refuses = |action: &Action| {
        let Action::Link(LinkAction::Send { message: Message::Proof { proof, .. }, .. }) = action
        else {
            return false;
        };
        proof.is_none()
    };
    assert!(cx.step.take_actions().iter().any(refuses));
}

#[test]
fn a_copy_that_a_node_relies_on_does_not_go() {
    let (mut cx, mut drops, photo) = at_rest(3);
    drops.challenged(&mut cx, LinkId(3), photo, Nonce([1; 32]));
    assert_eq!(begun(&mut cx, &mut drops, photo), None);
    drops.released(&mut cx, LinkId(3), photo, Nonce([1; 32]));
    assert!(begun(&mut cx, &mut drops, photo).is_some());
}

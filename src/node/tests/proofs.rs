//! A proof is worth as much as the copy that it is about.

use std::collections::BTreeMap;
use std::time::Duration;

use super::solo::{Solo, about_to_drop, drop_within, original, proof};
use crate::node::{Action, DiskEvent, LinkAction};
use crate::photo::{Nonce, Proof};
use crate::protocol::{Facts, Holding, Message, NodeId};

#[test]
fn what_went_to_the_trash_while_a_proof_was_computed_is_not_proven() {
    let mut solo = Solo::new();
    let photo = solo.hold(b"everywhere");
    solo.join(1, Duration::from_secs(60), &[]);
    let nonce = Nonce([1; 32]);
    solo.hear(1, Message::Challenge { photo, nonce });
    // The friend has deleted their file, and a copy that is in the trash from before was read in its place.
    solo.tell(DiskEvent::Held {
        photo: original(b"everywhere").photo,
        facts: Facts::default(),
        holding: Holding::RetiredOriginal,
        files: 0,
    });
    let proofs = BTreeMap::from([(NodeId(9), Proof([7; 32]))]);
    let result = Ok(proofs);
    let actions = solo.tell(DiskEvent::Proved { nonce, result });
    let proven = actions.iter().find_map(|action| match action {
        Action::Link(LinkAction::Send {
            message: Message::Proof { proof, refused, .. }, ..
        }) => Some((proof.is_some(), refused.as_deref())),
        _ => None,
    });
    assert_eq!(proven, Some((false, Some("not held"))));
}

#[test]
fn a_proof_is_none_when_the_copy_is_gone_by_now() {
    let (mut solo, nonce) = about_to_drop([60; 3]);
    solo.compute(nonce);
    solo.hear(1, proof(nonce));
    let mut record = original(b"everywhere");
    record.holding = Holding::RetiredOriginal;
    solo.announce(1, vec![record], false);
    assert_eq!(drop_within(&solo.hear(2, proof(nonce))), None);
    assert!(drop_within(&solo.hear(3, proof(nonce))).is_some());
}

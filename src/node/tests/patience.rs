//! A member who never tells all their photos holds the others up for a while, and not for ever.

use std::time::Duration;

use super::super::limits::{PATIENCE, SETTLE, STAGGER, TICK};
use super::super::{Action, CloseReason, LinkEvent, LinkId};
use super::members::{Friends, hold, join, knock, of, replica};
use super::offers::offers;
use super::solo::{Solo, challenge, original};
use crate::photo::PhotoId;
use crate::protocol::{Holding, MemberFile, Record};

const GRACE: Duration = Duration::from_secs(60);
const CAT: &[u8] = b"cat";
/// Longer than anything here takes that is not held up.
const SOON: Duration = SETTLE.saturating_add(STAGGER.saturating_mul(8));

/// A member with many nodes, one of which is always here and has not told all.
struct Slow {
    member: MemberFile,
    node: u64,
}

impl Slow {
    fn come(&mut self, solo: &mut Solo) {
        let last = self.node;
        self.node = if last == 8 { 4 } else { last + 1 };
        knock(solo, self.node, &self.member);
        close(solo, last);
    }

    /// What happens in this time, in which each of them stays for a while.
    fn hold_up(&mut self, solo: &mut Solo, span: Duration) -> Vec<Action> {
        let end = solo.now + span;
        let mut actions = Vec::new();
        while solo.now < end {
            self.come(solo);
            actions.extend(solo.wait((GRACE / 2).min(end.since(solo.now))));
        }
        actions
    }
}

fn close(solo: &mut Solo, n: u64) {
    let (link, reason) = (LinkId(n), CloseReason::Remote);
    solo.tell(LinkEvent::Closed { link, reason });
}

/// Ana's node with a photo, those of ben and carl, who have it too if it is a replica, and dora, who is slow.
fn friends(record: Record) -> (Solo, Slow) {
    let mut friends = Friends::new();
    let [ana, ben, carl, dora] = ["ana", "ben", "carl", "dora"].map(|name| friends.invite(name));
    let mut solo = of(&ana);
    let is_replica = record.holding == Holding::Replica;
    let theirs = if is_replica { vec![record.clone()] } else { Vec::new() };
    hold(&mut solo, record);
    join(&mut solo, 1, &ben, theirs.clone());
    join(&mut solo, 2, &carl, theirs);
    (solo, Slow { member: dora, node: 3 })
}

#[test]
fn copies_are_made_after_one_grace_however_often_a_member_comes_again() {
    let (mut solo, mut dora) = friends(original(CAT));
    assert_eq!(offers(&dora.hold_up(&mut solo, GRACE - TICK)), []);
    assert_eq!(offers(&dora.hold_up(&mut solo, SOON)).len(), 1);
}

#[test]
fn copies_are_given_up_after_ten_times_as_long() {
    let (mut solo, mut dora) = friends(replica(CAT));
    assert_eq!(challenge(&dora.hold_up(&mut solo, PATIENCE * GRACE - TICK)), None);
    assert!(challenge(&dora.hold_up(&mut solo, SOON)).is_some());
}

#[test]
fn to_be_complete_makes_up_for_it_slowly() {
    let (mut solo, mut dora) = friends(original(b"dog"));
    dora.hold_up(&mut solo, GRACE);
    let node = dora.node;
    solo.announce(node, Vec::new(), true);
    solo.wait(PATIENCE * GRACE / 2);
    hold(&mut solo, original(CAT));
    assert_eq!(offers(&dora.hold_up(&mut solo, GRACE / 2 - TICK)), []);
    let offered = offers(&dora.hold_up(&mut solo, SOON));
    assert!(offered.iter().any(|(_, photo)| *photo == PhotoId::of(CAT)));
}

//! Which one of too many copies goes, and which ones never do.

use std::time::Duration;

use super::super::DiskEvent;
use super::super::limits::{SETTLE, STAGGER, TICK};
use super::members::{Friends, hold, join, of, replica};
use super::solo::{Solo, challenge, original};
use super::spaces::space;
use super::world::picture;
use crate::protocol::{Facts, Holding, Message};

const PIN: Duration = Duration::from_secs(60);
const TERABYTE: u64 = 1 << 40;
const CAT: &[u8] = b"cat";

#[test]
fn the_copy_on_the_fullest_disk_goes_first() {
    for (capacity, first) in [(TERABYTE / 2, false), (2 * TERABYTE, true)] {
        let mut solo = Solo::new();
        solo.join(1, PIN, &[]);
        solo.announce(1, vec![replica(CAT)], true);
        solo.join(2, PIN, &[CAT]);
        solo.has_disks(&[1, 2]);
        solo.hear(1, Message::Space(space(capacity, capacity)));
        hold(&mut solo, replica(CAT));
        assert_eq!(challenge(&solo.wait(SETTLE + TICK)).is_some(), first, "{capacity}");
        // Others may not come to it.
        assert!(first || challenge(&solo.wait(STAGGER)).is_some());
    }
}

#[test]
fn nobody_waits_for_a_copy_that_could_not_be_given_up() {
    let mut friends = Friends::new();
    let (ana, ben) = (friends.invite("ana"), friends.invite("ben"));
    let mut solo = of(&ben);
    join(&mut solo, 1, &ben, vec![original(CAT)]);
    join(&mut solo, 2, &ana, vec![replica(CAT)]);
    solo.has_disks(&[1, 2]);
    // Ana's disk is the fullest, but to her ben's two are one.
    solo.hear(2, Message::Space(space(TERABYTE / 2, TERABYTE / 2)));
    hold(&mut solo, replica(CAT));
    assert!(challenge(&solo.wait(SETTLE + TICK)).is_some());
}

#[test]
fn what_its_owner_has_taken_back_stays_however_many_have_it() {
    for kept in [false, true] {
        let mut solo = Solo::new();
        let (photo, facts) = (picture(CAT), Facts { kept, ..Facts::default() });
        solo.tell(DiskEvent::Held { photo, facts, holding: Holding::Original, files: 1 });
        (1..=3).for_each(|n| solo.join(n, PIN, &[CAT]));
        assert_eq!(challenge(&solo.wait(SETTLE + 5 * STAGGER)).is_none(), kept);
    }
}

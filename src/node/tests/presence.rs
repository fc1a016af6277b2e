//! Who is here, who is away, and what is said of them.

use std::time::Duration;

use super::super::limits::{RETELL, SETTLE};
use super::super::{Action, CloseReason, Event, LinkId};
use super::solo::{Solo, register};
use crate::protocol::{Message, NodeId};

const PIN: Duration = Duration::from_secs(60);

#[test]
fn who_is_here_is_told_again_to_one_after_the_other() {
    let mut solo = Solo::new();
    for n in 1..=2 {
        solo.join(n, PIN, &[]);
    }
    let actions = solo.wait(2 * RETELL + SETTLE);
    for (n, other) in [(1, 2), (2, 1)] {
        let told = actions.iter().any(|action| {
            matches!(action, Action::Send { link, message: Message::ConnectionUpdate { nodes } }
                if *link == LinkId(n) && nodes.contains_key(&NodeId(other)))
        });
        assert!(told, "{n} of {other}");
    }
}

#[test]
fn who_comes_and_goes_is_waited_for_longer_and_people_are_told_why() {
    let mut solo = Solo::new();
    let mut states = Vec::new();
    for n in 1..=2 {
        solo.open(n, "127.0.0.1");
        solo.hear(n, Message::Register(register(1, PIN)));
        solo.announce(n, Vec::new(), true);
        let (link, reason) = (LinkId(n), CloseReason::Remote);
        solo.tell(Event::Closed { link, reason });
        let nodes = solo.status().nodes;
        let other = nodes.into_iter().find(|node| node.id == NodeId(1));
        states.push(other.expect("it is remembered").state);
    }
    assert_eq!(
        states,
        [
            "away for 0 s, its photos are copied in 60 s",
            "away for 0 s, its photos are copied in 2 min: it has come and gone before",
        ]
    );
}

//! Who is here, who is away, and what is said of them.

use std::time::Duration;

use super::super::limits::{REANNOUNCE, REGISTER, SETTLE, SILENCE, TICK, UNMET, WISH_RESTS};
use super::super::{Action, CloseReason, DiskAction, Event, LinkAction, LinkEvent, LinkId};
use super::solo::{Solo, original, register};
use super::world::address;
use crate::protocol::group::Roster;
use crate::protocol::message::{PROTOCOL, Register};
use crate::protocol::{Message, NodeId};

const PIN: Duration = Duration::from_secs(60);

/// How long a node may be away in these tests.
const GRACE: Duration = Duration::from_secs(60);

#[test]
fn who_is_here_is_told_again_to_one_after_the_other() {
    let mut solo = Solo::new();
    for n in 1..=2 {
        solo.join(n, PIN, &[]);
    }
    let actions = solo.wait(2 * REANNOUNCE + SETTLE);
    for (n, other) in [(1, 2), (2, 1)] {
        let told = actions.iter().any(|action| {
            matches!(action, Action::Link(LinkAction::Send { link, message: Message::ConnectionUpdate { nodes, .. } })
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
        solo.wait(GRACE);
        let (link, reason) = (LinkId(n), CloseReason::Remote);
        solo.tell(LinkEvent::Closed { link, reason });
        let nodes = solo.status().nodes;
        let other = nodes.into_iter().find(|node| node.id == NodeId(1));
        states.push(other.expect("it is remembered").state);
    }
    assert_eq!(
        states,
        [
            "away for 0 s, waited for 60 s more",
            "away for 0 s, waited for 2 min more: it has come and gone before",
        ]
    );
}

#[test]
fn who_comes_and_goes_at_once_is_not_waited_for_longer() {
    let mut solo = Solo::new();
    for n in 1..=10 {
        solo.open(n, "127.0.0.1");
        solo.hear(n, Message::Register(register(1, PIN)));
        solo.wait(GRACE / 2);
        close(&mut solo, n, CloseReason::Remote);
        assert_eq!(state(&mut solo, 1), "away for 0 s, waited for 60 s more");
    }
}

#[test]
fn a_wish_for_copies_counts_at_once_and_a_new_one_when_it_has_rested() {
    let mut solo = Solo::new();
    let come = |solo: &mut Solo, n: u64, copies: u32| {
        close(solo, n - 1, CloseReason::Remote);
        solo.open(n, "127.0.0.1");
        solo.hear(n, Message::Register(Register { copies, ..register(1, PIN) }));
        solo.status().copies_wanted
    };
    assert_eq!(come(&mut solo, 1, 3), 3);
    // One who comes with another wish each time changes nothing.
    for n in 1..=5 {
        assert_eq!(come(&mut solo, 2 * n, 4), 3);
        solo.wait(WISH_RESTS / 2);
        assert_eq!(come(&mut solo, 2 * n + 1, 3), 3);
        solo.wait(WISH_RESTS / 2);
    }
    assert_eq!(come(&mut solo, 12, 4), 3);
    solo.wait(WISH_RESTS);
    assert_eq!(solo.status().copies_wanted, 4);
}

#[test]
fn what_a_node_had_is_told_for_as_long_as_it_is_remembered() {
    let mut solo = Solo::new();
    let had = |solo: &mut Solo| {
        let nodes = solo.status().nodes;
        let other = nodes.into_iter().find(|other| other.id == NodeId(1));
        other.map(|other| (other.alive, other.photos, other.originals))
    };
    solo.join(1, PIN, &[b"cat", b"dog"]);
    assert_eq!(had(&mut solo), Some((true, 2, 2)));
    close(&mut solo, 1, CloseReason::Remote);
    solo.wait(TICK);
    assert_eq!(had(&mut solo), Some((false, 2, 2)));
    solo.wait(2 * GRACE);
    assert_eq!(state(&mut solo, 1), "gone: it is waited for no longer");
    assert_eq!(
        had(&mut solo),
        Some((false, 2, 2)),
        "its claims are forgotten, their number is not"
    );
    // It comes back, and goes before it has told all; then with less.
    solo.open(2, "127.0.0.1");
    solo.hear(2, Message::Register(register(1, PIN)));
    assert_eq!(had(&mut solo), Some((true, 0, 0)));
    close(&mut solo, 2, CloseReason::Remote);
    assert_eq!(had(&mut solo), Some((false, 2, 2)));
    solo.open(3, "127.0.0.1");
    solo.hear(3, Message::Register(register(1, PIN)));
    solo.announce(3, vec![original(b"cat")], true);
    close(&mut solo, 3, CloseReason::Remote);
    solo.wait(TICK);
    assert_eq!(had(&mut solo), Some((false, 1, 1)));
}

/// How a node is described to people that has just gone.
fn state(solo: &mut Solo, node: u64) -> String {
    let nodes = solo.status().nodes;
    let other = nodes.into_iter().find(|other| other.id == NodeId(node));
    other.expect("it is remembered").state
}

fn close(solo: &mut Solo, n: u64, reason: CloseReason) {
    let link = LinkId(n);
    solo.tell(LinkEvent::Closed { link, reason });
}

#[test]
fn who_has_been_here_for_long_is_waited_for_as_at_first() {
    let mut solo = Solo::new();
    for n in 1..=2 {
        solo.open(n, "127.0.0.1");
        solo.hear(n, Message::Register(register(1, PIN)));
        if n == 2 {
            solo.wait(10 * PIN);
        }
        close(&mut solo, n, CloseReason::Remote);
    }
    let expected = "away for 0 s, waited for 60 s more";
    assert_eq!(state(&mut solo, 1), expected);
}

#[test]
fn who_loses_more_than_half_of_all_at_once_waits_longer_for_them() {
    let at_once = Duration::ZERO;
    let (gone, left) = (CloseReason::Remote, CloseReason::Left);
    for (vanish, apart, reason, longer) in [
        (3, at_once, gone.clone(), true),
        (2, at_once, gone.clone(), false),
        (3, 2 * SILENCE, gone, false),
        (3, at_once, left, false),
    ] {
        let mut solo = Solo::new();
        (1..=3).for_each(|n| solo.join(n, PIN, &[]));
        for n in 1..=vanish {
            close(&mut solo, n, reason.clone());
            if n < vanish {
                solo.wait(apart);
            }
        }
        let expected = match longer {
            true => "away for 0 s, waited for 4 min more",
            false => "away for 0 s, waited for 60 s more",
        };
        assert_eq!(state(&mut solo, vanish), expected, "{vanish} {reason}");
        if longer {
            assert_eq!(state(&mut solo, 1), expected, "the first ones, too");
        }
    }
}

#[test]
fn nobody_is_told_of_a_node_that_was_not_met() {
    let mut solo = Solo::new();
    solo.join(1, PIN, &[]);
    let nodes = [(NodeId(5), address(5))].into();
    solo.hear(1, Message::ConnectionUpdate { nodes, roster: Roster::default() });
    solo.open(2, "127.0.0.1");
    let actions = solo.hear(2, Message::Register(register(2, PIN)));
    let known: Vec<Vec<NodeId>> = actions
        .iter()
        .filter_map(|action| match action {
            Action::Link(LinkAction::Send {
                link: LinkId(2),
                message: Message::ConnectionUpdate { nodes, .. },
            })
            | Action::Disk(DiskAction::NoteNodes { nodes }) => {
                Some(nodes.keys().copied().collect())
            }
            _ => None,
        })
        .collect();
    assert_eq!(known, [vec![NodeId(1)], vec![NodeId(1), NodeId(2)]]);
}

/// Why a link was closed, if it was.
fn closed(actions: &[Action]) -> Option<&CloseReason> {
    actions.iter().find_map(|action| match action {
        Action::Link(LinkAction::Close { reason, .. }) => Some(reason),
        _ => None,
    })
}

#[test]
fn who_has_not_registered_is_not_listened_to() {
    let nodes = || [(NodeId(5), address(5))].into();
    for message in [
        Message::RequestInfo,
        Message::Heartbeat,
        Message::ConnectionUpdate { nodes: nodes(), roster: Roster::default() },
    ] {
        let mut solo = Solo::new();
        solo.open(1, "127.0.0.1");
        let actions = solo.hear(1, message);
        let closed = closed(&actions);
        assert!(matches!(closed, Some(CloseReason::Protocol(_))), "{closed:?}");
    }
}

#[test]
fn who_does_not_register_soon_is_closed_though_it_is_heard() {
    let mut solo = Solo::new();
    solo.open(1, "127.0.0.1");
    assert_eq!(closed(&solo.wait(REGISTER - TICK)), None);
    assert!(closed(&solo.wait(TICK)).is_some());
}

#[test]
fn who_is_not_heard_for_ten_seconds_is_closed_as_silent() {
    let mut solo = Solo::new();
    solo.join(1, PIN, &[]);
    let quiet = |solo: &mut Solo, ticks: u32| {
        let tick = |_| {
            solo.now = solo.now + TICK;
            solo.tell(Event::Tick)
        };
        (0..ticks).flat_map(tick).collect::<Vec<_>>()
    };
    let deadline = (SILENCE.as_millis() / TICK.as_millis()) as u32;
    for _ in 0..2 {
        assert_eq!(closed(&quiet(&mut solo, deadline - 1)), None);
        solo.tell(LinkEvent::Heard { link: LinkId(1) });
    }
    assert_eq!(closed(&quiet(&mut solo, deadline - 1)), None);
    assert_eq!(closed(&quiet(&mut solo, 1)), Some(&CloseReason::Silent));
}

#[test]
fn who_registers_twice_or_speaks_no_common_version_is_closed() {
    for (first, last) in [(PROTOCOL.1 + 1, PROTOCOL.1 + 2), (0, PROTOCOL.0 - 1)] {
        let mut solo = Solo::new();
        solo.open(1, "127.0.0.1");
        let mut other = register(1, PIN);
        (other.protocol_min, other.protocol_max) = (first, last);
        let actions = solo.hear(1, Message::Register(other));
        assert!(closed(&actions).is_some(), "{first} to {last}");
        assert!(solo.status().nodes.iter().all(|node| node.id != NodeId(1)));
    }
    let mut solo = Solo::new();
    solo.join(1, PIN, &[]);
    let actions = solo.hear(1, Message::Register(register(1, PIN)));
    assert!(closed(&actions).is_some());
}

#[test]
fn of_all_who_are_told_only_so_many_are_dialed_before_they_are_met() {
    let mut solo = Solo::new();
    solo.join(1, PIN, &[]);
    let told = 10..110;
    let nodes = told.map(|n| (NodeId(n), address(n as usize))).collect();
    solo.hear(1, Message::ConnectionUpdate { nodes, roster: Roster::default() });
    let actions = solo.wait(SETTLE + TICK);
    let dials = |action: &&Action| matches!(action, Action::Link(LinkAction::Dial { .. }));
    assert_eq!(actions.iter().filter(dials).count(), UNMET);
}

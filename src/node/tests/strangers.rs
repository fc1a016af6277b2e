//! Identities cost nothing: those that come once and go take no places, and nobody is kept busy by them.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::limits::{NODES, PAUSE, STAYED, STRANGER, TICK, UNMET};
use super::super::{Action, CloseReason, DiskAction, Event, LinkAction, LinkEvent, LinkId};
use super::members::{Friends, knock, node, of};
use super::solo::{Solo, register};
use super::world::address;
use crate::node::table::spread::Person;
use crate::protocol::{Address, Message, NodeId};

const PIN: Duration = Duration::from_secs(60);

/// Nodes whose numbers are their links' come and go at once.
fn come_and_go(solo: &mut Solo, numbers: impl Iterator<Item = u64>) {
    for n in numbers {
        solo.open(n, "127.0.0.1");
        solo.hear(n, Message::Register(register(n, PIN)));
        let (link, reason) = (LinkId(n), CloseReason::Remote);
        solo.tell(LinkEvent::Closed { link, reason });
    }
}

/// The nodes that are noted last.
fn noted(actions: &[Action]) -> Option<BTreeMap<NodeId, Address>> {
    let mut notes = actions.iter().filter_map(|action| match action {
        Action::Disk(DiskAction::NoteNodes { nodes }) => Some(nodes.clone()),
        _ => None,
    });
    notes.next_back()
}

/// Lets a long time pass, in steps that are just short enough to count.
fn pass(solo: &mut Solo, span: Duration) -> Vec<Action> {
    let end = solo.now + span;
    let mut actions = Vec::new();
    while solo.now < end {
        solo.now = solo.now + (PAUSE - TICK);
        actions.extend(solo.tell(Event::Tick));
    }
    actions
}

#[test]
fn who_comes_once_and_goes_takes_nobodys_place() {
    let mut solo = Solo::new();
    come_and_go(&mut solo, 100..100 + NODES as u64 + 8);
    let nodes = noted(&solo.wait(TICK)).expect("they are noted");
    assert_eq!(nodes.len(), UNMET);
    assert!(nodes.contains_key(&NodeId(100 + NODES as u64 + 7)), "the last ones");
    assert_eq!(solo.status().nodes.len(), 1 + UNMET);
    solo.join(1, PIN, &[]);
    assert!(solo.node.cx.mesh.is_here_completely(NodeId(1)));
}

#[test]
fn who_has_stayed_is_remembered_whoever_comes_after() {
    let mut solo = Solo::new();
    solo.join(1, PIN, &[]);
    solo.wait(STAYED);
    let (link, reason) = (LinkId(1), CloseReason::Remote);
    solo.tell(LinkEvent::Closed { link, reason });
    come_and_go(&mut solo, 100..300);
    let nodes = noted(&solo.wait(TICK)).expect("they are noted");
    assert_eq!((nodes.len(), nodes.contains_key(&NodeId(1))), (UNMET + 1, true));
}

#[test]
fn a_stranger_is_dialed_for_a_day() {
    let mut solo = Solo::new();
    come_and_go(&mut solo, 2..=2);
    let dials = |actions: &[Action]| {
        actions.iter().any(|action| {
            matches!(action, Action::Link(LinkAction::Dial { address: to }) if *to == address(2))
        })
    };
    let (half, quarter) = (STRANGER / 2, STRANGER / 4);
    for (span, dialed) in [(half, true), (quarter, true), (half, true), (quarter, false)] {
        assert_eq!(dials(&pass(&mut solo, span)), dialed);
        let (address, reason) = (address(2), "no route".to_owned());
        solo.tell(LinkEvent::DialFailed { address, reason });
    }
    assert_eq!(solo.status().nodes.len(), 1, "this node");
}

#[test]
fn whose_a_stranger_was_is_forgotten_with_it() {
    let mut friends = Friends::new();
    let (ana, ben) = (friends.invite("ana"), friends.invite("ben"));
    let mut solo = of(&ana);
    for n in 10..20 {
        knock(&mut solo, n, &ben);
        let (link, reason) = (LinkId(n), CloseReason::Remote);
        solo.tell(LinkEvent::Closed { link, reason });
    }
    let whose = |solo: &Solo| {
        let known = |n: &u64| matches!(solo.node.cx.table.person(node(*n)), Person::Member(_));
        (10..20).filter(known).count()
    };
    assert_eq!(whose(&solo), 10);
    pass(&mut solo, STRANGER);
    assert_eq!(whose(&solo), 0);
}

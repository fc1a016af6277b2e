//! A node that its friends do not expect back: nobody waits for it, and it is welcome if it comes all the same.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use super::super::limits::{REDIAL_MAX, SETTLE, TICK};
use super::super::{
    Action, Asker, ClientEvent, CloseReason, DiskAction, LinkAction, LinkEvent, LinkId,
};
use super::members::{Friends, hold, join, membership, node, of, replica};
use super::solo::{Solo, original, register};
use super::world::{CLIENT, address};
use crate::photo::PhotoId;
use crate::protocol::client::Refusal;
use crate::protocol::group::Roster;
use crate::protocol::message::Register;
use crate::protocol::{Answer, Facts, MemberFile, Message, NodeId, Record, Request};

const PIN: Duration = Duration::from_secs(60);
const CAT: &[u8] = b"cat";

fn forget(solo: &mut Solo, name: &str) -> Answer {
    solo.ask(Request::Forget { node: name.to_owned() }).expect("it is answered at once")
}

fn go(solo: &mut Solo, n: u64) {
    let (link, reason) = (LinkId(n), CloseReason::Remote);
    solo.tell(LinkEvent::Closed { link, reason });
}

fn id(n: u64) -> String {
    NodeId(n).to_string()
}

/// The nodes that people are told of, besides this one.
fn shown(solo: &mut Solo) -> BTreeSet<NodeId> {
    let Some(Answer::Members { members, .. }) = solo.ask(Request::Members) else {
        panic!("not the members");
    };
    let members = members.into_iter().flat_map(|member| member.nodes).map(|node| node.id);
    let status = solo.status().nodes.into_iter().map(|node| node.id);
    members.chain(status).filter(|node| *node != NodeId(9)).collect()
}

fn is_dialed(actions: &[Action], n: u64) -> bool {
    actions.iter().any(|action| {
        matches!(action, Action::Link(LinkAction::Dial { address: to }) if *to == address(n as usize))
    })
}

/// Lets time pass in which nobody answers at this node's address; whether it was dialed.
fn dials_in_vain(solo: &mut Solo, n: u64, span: Duration) -> bool {
    let (end, mut dialed) = (solo.now + span, false);
    while solo.now < end {
        if is_dialed(&solo.wait(TICK), n) {
            dialed = true;
            let (address, reason) = (address(n as usize), "no route".to_owned());
            solo.tell(LinkEvent::DialFailed { address, reason });
        }
    }
    dialed
}

/// Whether somebody is asked to keep the cat.
fn offers(actions: &[Action]) -> bool {
    actions.iter().any(|action| {
        matches!(action, Action::Link(LinkAction::Send { message: Message::KeepThis { photo, .. }, .. })
            if photo.id == PhotoId::of(CAT))
    })
}

#[test]
fn nobody_waits_for_a_node_that_is_forgotten() {
    let mut solo = Solo::with(|config| config.join = vec![address(1)]);
    solo.hold(CAT);
    solo.join(1, PIN, &[CAT, b"dog"]);
    solo.join(2, PIN, &[]);
    solo.wait(SETTLE + TICK);
    go(&mut solo, 1);
    assert!(!offers(&solo.wait(2 * SETTLE)), "it may be back soon");
    let request = Request::Forget { node: id(1) };
    let actions = solo.tell(ClientEvent::Asked { link: CLIENT, by: Asker::Owner, request });
    let noted = actions.iter().find_map(|action| match action {
        Action::Disk(DiskAction::NoteNodes { nodes }) => Some(nodes.clone()),
        _ => None,
    });
    assert_eq!(noted, Some(BTreeMap::from([(NodeId(2), address(2))])));
    assert_eq!(shown(&mut solo), [NodeId(2)].into());
    assert!(offers(&solo.wait(SETTLE + TICK)), "long before its grace is over");
    assert!(!dials_in_vain(&mut solo, 1, 3 * REDIAL_MAX), "not even where it was to be joined");
}

#[test]
fn people_are_told_of_how_many_photos_it_had() {
    let mut solo = Solo::new();
    solo.join(1, PIN, &[CAT, b"dog"]);
    go(&mut solo, 1);
    let (node, called) = (NodeId(1), format!("node {}", id(1)));
    assert_eq!(forget(&mut solo, &id(1)), Answer::Forgotten { node, called, photos: 2 });
}

#[test]
fn who_comes_again_is_one_of_them_as_before() {
    let mut solo = Solo::new();
    solo.join(1, PIN, &[CAT]);
    go(&mut solo, 1);
    forget(&mut solo, &id(1));
    solo.wait(TICK);
    assert_eq!(solo.list().len(), 0);
    solo.open(2, "127.0.0.1");
    solo.hear(2, Message::Register(register(1, PIN)));
    solo.announce(2, vec![original(CAT)], true);
    assert_eq!(shown(&mut solo), [NodeId(1)].into());
    assert_eq!(solo.list().len(), 1);
}

#[test]
fn who_is_forgotten_is_not_brought_back_by_what_others_tell() {
    let mut solo = Solo::new();
    solo.join(1, PIN, &[CAT]);
    solo.join(2, PIN, &[]);
    go(&mut solo, 1);
    forget(&mut solo, &id(1));
    let nodes = [(NodeId(1), address(1))].into();
    solo.hear(2, Message::ConnectionUpdate { nodes, roster: Roster::default() });
    assert_eq!(shown(&mut solo), [NodeId(2)].into());
    assert!(dials_in_vain(&mut solo, 1, 6 * REDIAL_MAX), "it may be there");
    assert!(!dials_in_vain(&mut solo, 1, 6 * REDIAL_MAX), "it is not");
    assert_eq!(shown(&mut solo), [NodeId(2)].into());
}

#[test]
fn who_is_here_is_not_forgotten_and_neither_is_the_node_itself() {
    let mut solo = Solo::new();
    solo.join(1, PIN, &[]);
    for (n, why) in [(1, "stop its daemon first"), (9, "the very node that was asked")] {
        let Answer::Refused { cause: Refusal::Request, error } = forget(&mut solo, &id(n)) else {
            panic!("{n} is not refused");
        };
        assert!(error.contains(why), "{error}");
    }
    assert!(solo.node.cx.mesh.is_here_completely(NodeId(1)));
}

/// Node `n`, of this member and name, was here.
fn visits(solo: &mut Solo, n: u64, member: &MemberFile, name: &str) {
    solo.open(n, "127.0.0.1");
    solo.hear(
        n,
        Message::Register(Register {
            node: node(n),
            member: Some(Box::new(membership(member, n))),
            name: name.parse().ok(),
            ..register(n, PIN)
        }),
    );
    go(solo, n);
}

#[test]
fn a_node_is_called_by_its_name_or_by_the_beginning_of_its_id() {
    let mut friends = Friends::new();
    let [ana, ben, carl] = ["ana", "ben", "carl"].map(|name| friends.invite(name));
    let whole = node(2).to_string();
    for (name, found) in [
        ("carl", Some(1)),
        ("carl/nas", Some(1)),
        ("laptop", Some(2)),
        ("ben/laptop", Some(2)),
        (&whole, Some(2)),
        (&whole[..6], Some(2)),
        ("ben/nas (5003)", Some(3)),
        ("ben", None),
        ("nas", None),
        ("ben/nas", None),
        ("", None),
        ("dan", None),
    ] {
        let mut solo = of(&ana);
        for (n, member, name) in
            [(1, &carl, "nas"), (2, &ben, "laptop"), (3, &ben, "nas"), (4, &ben, "nas")]
        {
            visits(&mut solo, n, member, name);
        }
        let answer = forget(&mut solo, name);
        match found {
            Some(n) => {
                assert!(
                    matches!(answer, Answer::Forgotten { node: of, .. } if of == node(n)),
                    "{name}: {answer:?}"
                );
            }
            None => assert!(matches!(answer, Answer::NotFound { .. }), "{name}: {answer:?}"),
        }
    }
}

#[test]
fn of_a_name_that_fits_several_or_none_all_that_may_be_meant_is_told() {
    let mut friends = Friends::new();
    let [ana, ben, carl] = ["ana", "ben", "carl"].map(|name| friends.invite(name));
    let mut solo = of(&ana);
    visits(&mut solo, 1, &ben, "nas");
    visits(&mut solo, 2, &ben, "laptop");
    join(&mut solo, 3, &carl, Vec::new());
    let [nas, laptop] = [("ben/nas", 1), ("ben/laptop", 2)]
        .map(|(called, n)| format!("{called}, node {}", node(n)));
    match forget(&mut solo, "ben") {
        Answer::NotFound { candidates, .. } => {
            let all: BTreeSet<String> = candidates.into_iter().collect();
            assert_eq!(all, [nas.clone(), laptop.clone()].into());
        }
        other => panic!("{other:?}"),
    }
    match forget(&mut solo, "dan") {
        Answer::NotFound { candidates, reason, .. } => {
            assert!(candidates.is_empty());
            assert!(reason.contains(&nas) && reason.contains(&laptop), "{reason}");
            assert!(!reason.contains("carl"), "he is here: {reason}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_a_friend_owns_and_has_said_outlives_all_nodes_of_theirs() {
    let mut friends = Friends::new();
    let (ana, ben) = (friends.invite("ana"), friends.invite("ben"));
    let mut solo = of(&ana);
    let owners = [ben.certificate.name()].into();
    let facts = Arc::new(Facts { owners, ..Facts::named("cat.jpg") });
    hold(&mut solo, Record { facts, ..replica(CAT) });
    join(&mut solo, 1, &ben, vec![original(CAT)]);
    go(&mut solo, 1);
    forget(&mut solo, "ben");
    solo.wait(TICK);
    let owners = solo.node.table().next().expect("it is here").1.owners.clone();
    assert!(owners.contains(&ben.certificate.name()), "{owners:?}");
    let Some(Answer::Members { members, .. }) = solo.ask(Request::Members) else {
        panic!("not the members");
    };
    let named = members.iter().find(|member| member.name == ben.certificate.name());
    assert!(named.is_some_and(|ben| ben.nodes.is_empty()), "a member without a node");
}

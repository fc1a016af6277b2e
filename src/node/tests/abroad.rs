//! Super-peers: where nodes say that theirs are, and how urgent it is what other groups ask for there: less than all that
//! the own clients wait for.

use std::sync::Arc;
use std::time::Duration;

use super::super::limits::SETTLE;
use super::super::{
    Action, Asker, ClientEvent, CloseReason, DiskEvent, LinkAction, LinkEvent, LinkId,
};
use super::members::{Friends, knock, membership, node, replica};
use super::solo::{Solo, register};
use super::world::CLIENT;
use crate::photo::PhotoId;
use crate::protocol::message::{Lane, Register};
use crate::protocol::{Address, Facts, Message, NodeId, Record, Request};

const CAT: &[u8] = b"cat";
const PIN: Duration = Duration::from_secs(60);

/// In which lanes bytes are asked of others.
fn lanes(actions: &[Action]) -> Vec<Lane> {
    let lanes = actions.iter().filter_map(|action| match action {
        Action::Link(LinkAction::Send { message: Message::AskForImage { lane, .. }, .. }) => {
            Some(*lane)
        }
        _ => None,
    });
    lanes.collect()
}

fn get(solo: &mut Solo, client: u64, shared: bool) -> Vec<Lane> {
    let (link, photo) = (LinkId(CLIENT.0 + client), PhotoId::of(CAT));
    let request = Request::GetExact { photo, shared };
    lanes(&solo.tell(ClientEvent::Asked { link, by: Asker::Owner, request }))
}

/// A node of ana's, who shares; ben has her photo.
fn with_a_photo_elsewhere() -> Solo {
    let mut friends = Friends::new();
    let (ana, ben) = (friends.invite("ana"), friends.invite("ben"));
    let mut solo = Solo::with(|config| {
        config.node = node(9);
        config.membership = Some(membership(&ana, 9));
        config.share = true;
    });
    solo.tell(DiskEvent::Room { free: 1 << 40, spare: 1 << 40 });
    knock(&mut solo, 1, &ben);
    let owners = [ana.certificate.name()].into_iter().collect();
    let facts = Arc::new(Facts { owners, ..Facts::named("p.jpg") });
    solo.announce(1, vec![Record { facts, ..replica(CAT) }], true);
    solo.wait(SETTLE);
    solo
}

#[test]
fn what_other_groups_wait_for_comes_like_a_copy() {
    assert_eq!(get(&mut with_a_photo_elsewhere(), 0, false), [Lane::Get]);
    assert_eq!(get(&mut with_a_photo_elsewhere(), 0, true), [Lane::Replicate]);
}

#[test]
fn where_the_super_peers_of_nodes_listen_is_told_while_these_are_here() {
    let mut solo = Solo::with(|config| config.bridge = Some(Address::new("here", 6000)));
    let bridge = |solo: &mut Solo, n: u64| {
        let nodes = solo.status().nodes.into_iter();
        let bridges = nodes.filter(|node| node.id == NodeId(n)).map(|node| node.bridge);
        bridges.flatten().next().map(|bridge| bridge.to_string())
    };
    assert_eq!(bridge(&mut solo, 9).as_deref(), Some("here:6000"));
    for (n, host, port, wanted) in [
        (1, "192.0.2.7", 6000, Some("192.0.2.7:6000")),
        (2, "0.0.0.0", 6000, Some("192.0.2.8:6000")),
        (3, "127.0.0.1", 6000, None),
        (4, "192.0.2.7", 22, None),
    ] {
        solo.open(n, "192.0.2.8");
        let (address, bridge_at) = (Address::new("192.0.2.8", 5000), Address::new(host, port));
        let register = Register { address, bridge: Some(bridge_at), ..register(n, PIN) };
        solo.hear(n, Message::Register(register));
        assert_eq!(bridge(&mut solo, n).as_deref(), wanted, "{host}");
    }
    solo.tell(LinkEvent::Closed { link: LinkId(1), reason: CloseReason::Remote });
    assert_eq!(bridge(&mut solo, 1), None);
}

#[test]
fn a_node_tells_whether_it_shares_and_where_its_super_peer_is() {
    for share in [false, true] {
        let at = share.then(|| Address::new("here", 6000));
        let mut solo = Solo::with(|config| {
            (config.share, config.bridge) = (share, at.clone());
        });
        solo.open(1, "127.0.0.1");
        let actions = solo.hear(1, Message::Register(register(1, PIN)));
        let told = actions.into_iter().find_map(|action| match action {
            Action::Link(LinkAction::Send { message: Message::Register(register), .. }) => {
                Some((register.share, register.bridge))
            }
            _ => None,
        });
        assert_eq!(told, Some((share, at)));
    }
}

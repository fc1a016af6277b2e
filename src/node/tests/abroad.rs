//! How urgent it is what other groups ask for: less than all that the own clients wait for.

use std::sync::Arc;

use super::super::limits::SETTLE;
use super::super::{Action, Asker, ClientEvent, DiskEvent, LinkAction, LinkId};
use super::members::{Friends, knock, membership, node, replica};
use super::solo::Solo;
use super::world::CLIENT;
use crate::photo::PhotoId;
use crate::protocol::message::Lane;
use crate::protocol::{Facts, Message, Record, Request};

const CAT: &[u8] = b"cat";

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

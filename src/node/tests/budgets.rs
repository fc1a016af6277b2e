//! What a member's nodes may ask of a node together: proofs, and promises.

use std::time::Duration;

use super::super::limits::{PINS, PROOF_BYTES, READ_LEAST, READ_SPAN};
use super::super::{Action, DiskEvent, LinkAction};
use super::members::{Friends, hold, join, membership, node};
use super::promises::begun;
use super::solo::{Solo, original};
use crate::photo::{MAX_PHOTO, Nonce, Photo, PhotoId, Proof};
use crate::protocol::{Message, Record};

const CAT: &[u8] = b"cat";

/// The node of ana's with a photo of this size. Nodes 1 and 2 are ben's, 3 and 4 ana's, too, and 5 is carl's.
fn friends(bytes: u64) -> Solo {
    let mut friends = Friends::new();
    let [ana, ben, carl] = ["ana", "ben", "carl"].map(|name| friends.invite(name));
    let mut solo = Solo::with(|config| {
        config.node = node(9);
        config.membership = Some(membership(&ana, 9));
        config.pin = Duration::from_secs(600);
    });
    let cat = original(CAT);
    let photo = Photo { bytes, ..Photo::clone(&cat.photo) };
    hold(&mut solo, Record { photo: photo.into(), ..cat });
    for (n, member) in (1..).zip([&ben, &ben, &ana, &ana, &carl]) {
        join(&mut solo, n, member, Vec::new());
    }
    solo
}

fn nonce(round: usize) -> Nonce {
    Nonce(*blake3::hash(&round.to_be_bytes()).as_bytes())
}

fn ask(solo: &mut Solo, n: u64, round: usize) -> Vec<Action> {
    let (photo, nonce) = (PhotoId::of(CAT), nonce(round));
    solo.hear(n, Message::Challenge { photo, nonce })
}

fn proved(solo: &mut Solo, nonce: Nonce) -> Vec<Action> {
    let proofs = [(node(9), Proof([7; 32]))];
    solo.tell(DiskEvent::Proved { nonce, result: Ok(proofs.into()) })
}

/// Why a challenge was refused at once, if it was.
fn refusal(actions: &[Action]) -> Option<&str> {
    actions.iter().find_map(|action| match action {
        Action::Link(LinkAction::Send { message: Message::Proof { refused, .. }, .. }) => {
            refused.as_deref()
        }
        _ => None,
    })
}

#[test]
fn so_many_bytes_are_read_for_one_member() {
    let mut solo = friends(MAX_PHOTO);
    let asked = [(1, false), (2, true), (3, false), (4, false), (5, false)];
    for (n, refused) in asked {
        let actions = ask(&mut solo, n, n as usize);
        assert_eq!(refusal(&actions).is_some(), refused, "node {n}");
    }
}

#[test]
fn members_have_their_turns_and_ones_own_nodes_come_first() {
    let mut solo = friends(1000);
    let asked = [(1, 0), (1, 1), (2, 2), (5, 3), (3, 4), (4, 5), (3, 6)];
    let mut order: Vec<Nonce> = Vec::new();
    for (n, round) in asked {
        order.extend(begun(&ask(&mut solo, n, round)));
    }
    for place in 0..asked.len() {
        let next = proved(&mut solo, order[place]);
        order.extend(begun(&next));
    }
    let (first, ends) = order.split_at(4);
    assert_eq!(first[0], nonce(0), "it was alone");
    assert!([4, 5, 6].iter().all(|round| first.contains(&nonce(*round))), "ana's");
    assert_eq!(ends, [3, 1, 2].map(nonce), "carl's, and then ben's");
}

#[test]
fn promises_are_shared() {
    let mut solo = friends(1);
    let at_a_time = (PROOF_BYTES / READ_LEAST) as usize;
    for round in 0..PINS / 2 {
        if round > 0 && round % at_a_time == 0 {
            solo.wait(READ_SPAN);
        }
        let actions = ask(&mut solo, 1 + round as u64 % 2, round);
        assert_eq!(refusal(&actions), None, "{round}");
        proved(&mut solo, nonce(round));
    }
    solo.wait(READ_SPAN);
    for (n, refused) in [(1, true), (2, true), (3, false), (5, false)] {
        let actions = ask(&mut solo, n, PINS + n as usize);
        assert_eq!(refusal(&actions).is_some(), refused, "node {n}");
    }
}

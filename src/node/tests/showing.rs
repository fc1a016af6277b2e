//! What other nodes are shown: how much of it, and how much this node does for that.

use super::super::limits::{DRAWING_BYTES, PREVIEWS_AT_WORK, PREVIEWS_OF_NODE, READ_SPAN, TICK};
use super::super::{Action, CloseReason, DiskEvent, LinkAction, LinkEvent, LinkId, Viewer};
use super::members::{Friends, hold, join, of};
use super::previews::{found, looks, without};
use super::solo::{Solo, original};
use super::world::jpeg;
use crate::photo::{Photo, PhotoId, PreviewSize};
use crate::protocol::message::AskId;
use crate::protocol::{Message, Record};

const BYTES: &[u8] = b"a photo";

/// The disk has drawn a photo for other nodes.
fn drawn(solo: &mut Solo, photo: PhotoId, size: PreviewSize) -> Vec<Action> {
    let (viewer, result) = (Viewer::Peer, Ok(jpeg(BYTES).into()));
    solo.tell(DiskEvent::PreviewFound { photo, size, viewer, result })
}

fn sends(actions: &[Action]) -> usize {
    let sends = |a: &&Action| matches!(a, Action::Link(LinkAction::SendPreview { .. }));
    actions.iter().filter(sends).count()
}

/// The answers that there is none, and which of them say that there may be later.
fn refusals(actions: &[Action]) -> Vec<bool> {
    let refusals = actions.iter().filter_map(|action| match action {
        Action::Link(LinkAction::Send { message: Message::NoPreview { later, .. }, .. }) => {
            Some(*later)
        }
        _ => None,
    });
    refusals.collect()
}

/// The node of ana's with so many photos of this size. Nodes 1 and 2 are ben's, and 3 is carl's.
fn friends(photos: usize, bytes: u64) -> (Solo, Vec<PhotoId>) {
    let mut friends = Friends::new();
    let [ana, ben, carl] = ["ana", "ben", "carl"].map(|name| friends.invite(name));
    let mut solo = of(&ana);
    let held = (0..photos).map(|n| {
        let record = original(&n.to_be_bytes());
        let photo = Photo { bytes, ..Photo::clone(&record.photo) };
        let id = photo.id;
        hold(&mut solo, Record { photo: photo.into(), ..record });
        id
    });
    let held = held.collect();
    for (n, member) in (1..).zip([&ben, &ben, &carl]) {
        join(&mut solo, n, member, Vec::new());
    }
    (solo, held)
}

fn ask(solo: &mut Solo, n: u64, id: u32, photo: PhotoId, size: PreviewSize) -> Vec<Action> {
    solo.hear(n, Message::AskForPreview { ask: AskId(id), photo, size })
}

#[test]
fn all_nodes_of_one_member_have_one_line() {
    let (mut solo, held) = friends(6, 1000);
    let mut ask = |n, at: usize| ask(&mut solo, n, at as u32, held[at], PreviewSize::View);
    assert_eq!([ask(1, 0), ask(2, 1), ask(1, 2), ask(2, 3)].map(|did| looks(&did)), [1, 1, 0, 0]);
    assert_eq!(looks(&ask(3, 4)), 1, "carl has a line of his own");
}

#[test]
fn who_comes_again_finds_the_places_taken_that_the_disk_still_draws_for() {
    let mut friends = Friends::new();
    let [ana, ben] = ["ana", "ben"].map(|name| friends.invite(name));
    let mut solo = of(&ana);
    let held: Vec<PhotoId> = (0..6).map(|n: u8| solo.hold(&[n; 9])).collect();
    let size = PreviewSize::View;
    let mut begun = 0;
    for round in 0..3_usize {
        join(&mut solo, 1, &ben, Vec::new());
        for photo in &held {
            begun += looks(&ask(&mut solo, 1, round as u32, *photo, size));
        }
        let (link, reason) = (LinkId(1), CloseReason::Remote);
        begun += looks(&solo.tell(LinkEvent::Closed { link, reason }));
    }
    assert_eq!(begun, PREVIEWS_AT_WORK);
    join(&mut solo, 1, &ben, Vec::new());
    begun = looks(&ask(&mut solo, 1, 9, held[4], size));
    let done = drawn(&mut solo, held[0], size);
    assert_eq!((begun, looks(&done), sends(&done)), (0, 1, 0), "nobody waits for the drawn one");
}

#[test]
fn only_so_much_is_drawn_for_one_member() {
    let bytes = DRAWING_BYTES / 4;
    let (mut solo, held) = friends(6, bytes);
    let size = PreviewSize::View;
    let mut refused = Vec::new();
    for (at, photo) in held.iter().enumerate() {
        let n = 1 + at as u64 % 2;
        let actions = ask(&mut solo, n, at as u32, *photo, size);
        refused.extend(refusals(&actions));
        drawn(&mut solo, *photo, size);
        solo.tell(LinkEvent::PreviewSent { link: LinkId(n) });
    }
    assert_eq!(refused, [true, true], "four of six, and the others later");
    assert!(refusals(&ask(&mut solo, 3, 9, held[5], size)).is_empty(), "carl has his own budget");
    assert!(refusals(&ask(&mut solo, 1, 10, held[5], PreviewSize::Grid)).is_empty(), "drawn once");
    solo.wait(READ_SPAN / 4 + TICK);
    assert!(refusals(&ask(&mut solo, 1, 11, held[5], size)).is_empty(), "with time there is more");
}

#[test]
fn whoever_asks_too_much_waits_and_then_is_refused() {
    let mut solo = without([1]);
    let held = solo.hold(BYTES);
    let mut actions = Vec::new();
    for ask in 0..PREVIEWS_OF_NODE as u32 + 5 {
        let (ask, size) = (AskId(ask), PreviewSize::Grid);
        actions.extend(solo.hear(1, Message::AskForPreview { ask, photo: held, size }));
    }
    assert_eq!((looks(&actions), refusals(&actions)), (1, vec![true; 5]));
    assert_eq!(sends(&found(&mut solo, held, Ok(jpeg(b"of another").into()))), 0, "is for people");
    let actions = drawn(&mut solo, held, PreviewSize::Grid);
    assert_eq!(sends(&actions), PREVIEWS_AT_WORK, "the others come when these are sent");
    let next = solo.tell(LinkEvent::PreviewSent { link: LinkId(1) });
    assert_eq!(looks(&next), 1);
    let unknown = Message::AskForPreview {
        ask: AskId(99),
        photo: PhotoId::of(b"unknown"),
        size: PreviewSize::Grid,
    };
    assert_eq!(looks(&solo.hear(1, unknown)), 0);
}

//! Photos that are new to a folder, or have lost a holder, get their copy at once, whatever else is not known yet.

use std::time::Duration;

use super::super::limits::{SETTLE, TICK, URGENT_RESTS};
use super::super::{Action, CloseReason, DiskEvent, LinkAction, LinkEvent, LinkId};
use super::solo::{Solo, original, register};
use crate::photo::PhotoId;
use crate::protocol::Message;

const PIN: Duration = Duration::from_secs(60);
const MINUTE: Duration = Duration::from_secs(60);

/// To whom photos are offered.
fn offered(actions: &[Action]) -> Vec<(LinkId, PhotoId)> {
    let offers = actions.iter().filter_map(|action| match action {
        Action::Link(LinkAction::Send { link, message: Message::KeepThis { photo, .. } }) => {
            Some((*link, photo.id))
        }
        _ => None,
    });
    offers.collect()
}

fn add(solo: &mut Solo, bytes: &[u8]) -> PhotoId {
    solo.tell(DiskEvent::Added { photo: PhotoId::of(bytes) });
    solo.hold(bytes)
}

#[test]
fn what_is_new_is_offered_while_the_folder_is_still_looked_through() {
    let mut solo = Solo::unscanned(|_| ());
    solo.join(1, PIN, &[]);
    let known = solo.hold(b"known before");
    let new = add(&mut solo, b"new");
    assert_eq!(offered(&solo.wait(URGENT_RESTS + TICK)), [(LinkId(1), new)]);
    assert!(!offered(&solo.wait(3 * MINUTE)).is_empty(), "again, since it was not taken");
    let actions = solo.tell(DiskEvent::Scanned { skipped: 0 });
    let all = offered(&[actions, solo.wait(SETTLE + TICK)].concat());
    assert!(all.contains(&(LinkId(1), known)), "{all:?}");
}

#[test]
fn what_is_new_is_offered_while_another_node_has_not_told_all_its_photos() {
    let mut solo = Solo::new();
    solo.join(1, PIN, &[]);
    solo.open(2, "127.0.0.1");
    let record = original(b"elsewhere");
    solo.announce(2, vec![record], false);
    let new = add(&mut solo, b"new");
    let all = offered(&solo.wait(URGENT_RESTS + TICK));
    assert!(all.iter().any(|(_, photo)| *photo == new), "{all:?}");
}

#[test]
fn what_another_node_has_too_is_offered_to_nobody() {
    let mut solo = Solo::unscanned(|_| ());
    solo.join(1, PIN, &[b"new"]);
    solo.join(2, PIN, &[]);
    add(&mut solo, b"new");
    assert_eq!(offered(&solo.wait(MINUTE)), []);
}

#[test]
fn what_changes_waits_until_it_is_quiet() {
    let mut solo = Solo::unscanned(|_| ());
    solo.join(1, PIN, &[]);
    add(&mut solo, b"new");
    assert_eq!(offered(&solo.wait(URGENT_RESTS - TICK)), []);
    solo.tell(DiskEvent::Missing { photo: PhotoId::of(b"new") });
    assert_eq!(offered(&solo.wait(MINUTE)), []);
}

#[test]
fn what_has_never_had_its_copies_is_offered_when_somebody_comes() {
    let mut solo = Solo::new();
    let new = add(&mut solo, b"new");
    let known = solo.hold(b"known before");
    solo.wait(MINUTE);
    solo.join(1, PIN, &[]);
    assert_eq!(offered(&solo.wait(URGENT_RESTS + 2 * TICK)), [(LinkId(1), new)]);
    assert_eq!(offered(&solo.wait(SETTLE)), [(LinkId(1), known)]);
}

#[test]
fn what_a_dead_node_had_is_offered_as_soon_as_it_is_waited_for_no_longer() {
    let mut solo = Solo::new();
    let kept = solo.hold(b"kept");
    solo.join(1, PIN, &[b"kept"]);
    solo.join(2, PIN, &[]);
    assert_eq!(offered(&solo.wait(MINUTE)), []);
    solo.tell(LinkEvent::Closed { link: LinkId(1), reason: CloseReason::Remote });
    assert_eq!(offered(&solo.wait(MINUTE - TICK)), [], "it may come back");
    assert_eq!(offered(&solo.wait(URGENT_RESTS + 3 * TICK)), [(LinkId(2), kept)]);
}

#[test]
fn what_a_node_had_that_comes_back_late_is_not_sent_to_it_before_it_has_told_all() {
    let mut solo = Solo::new();
    solo.hold(b"kept");
    solo.join(1, PIN, &[b"kept"]);
    solo.wait(MINUTE);
    solo.tell(LinkEvent::Closed { link: LinkId(1), reason: CloseReason::Remote });
    solo.wait(2 * MINUTE);
    solo.open(2, "127.0.0.1");
    solo.hear(2, Message::Register(register(1, PIN)));
    assert_eq!(offered(&solo.wait(SETTLE)), [], "it still looks through its folder");
    solo.announce(2, vec![original(b"kept")], true);
    assert_eq!(offered(&solo.wait(MINUTE)), []);
}

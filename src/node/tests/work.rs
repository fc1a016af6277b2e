//! What a step costs, however large the collection is: counted in entries of the table, not in time.

use std::time::Duration;

use super::super::limits::{PAGE_RECORDS, STEP_WORK, SWEEP};
use super::super::{Asker, ClientEvent, CloseReason, Event, LinkEvent, LinkId};
use super::solo::{Solo, original, register};
use super::world::CLIENT;
use crate::node::limits::TICK;
use crate::protocol::{Message, NodeId, Request};

const GRACE: Duration = Duration::from_secs(60);

/// A node among two, each of which has so many photos of its own, when everything is at rest.
fn among_photos(of_each: u32) -> Solo {
    let mut solo = Solo::new();
    for number in 0..of_each {
        solo.hold(&number.to_be_bytes());
    }
    solo.join(1, GRACE, &[]);
    let theirs: Vec<_> = (0..of_each).map(|number| original(&number.to_le_bytes())).collect();
    for page in theirs.chunks(PAGE_RECORDS) {
        solo.announce(1, page.to_vec(), false);
    }
    solo.announce(1, Vec::new(), true);
    solo
}

/// What one event costs, in its own step and in the dearest of those that follow from it.
fn cost(solo: &mut Solo, event: impl Into<Event>) -> (u64, u64) {
    let work = |solo: &mut Solo, event: Event| {
        let before = solo.node.work();
        solo.node.step(solo.now, event);
        solo.node.work() - before
    };
    let first = work(solo, event.into());
    let mut dearest = first;
    while solo.node.has_more() {
        dearest = dearest.max(work(solo, Event::Continue));
    }
    (first, dearest)
}

#[test]
fn status_costs_the_same_however_many_photos_there_are() {
    let ask = || ClientEvent::Asked { link: CLIENT, by: Asker::Owner, request: Request::Status };
    let costs = [1_000, 8_000].map(|of_each| {
        let mut solo = among_photos(of_each);
        cost(&mut solo, ask()).0
    });
    assert_eq!(costs[0], costs[1]);
    assert!(costs[0] < 1_000, "{costs:?}");
}

#[test]
fn no_step_looks_at_all_photos() {
    let mut solo = among_photos(20_000);
    let link = LinkId(1);
    let closed = LinkEvent::Closed { link, reason: CloseReason::Remote };
    for (what, event) in [
        ("a tick", Event::Tick),
        ("a node that goes", closed.into()),
        ("a request for the list", asked(Request::List { after: None, shared: false })),
        ("a request for the trash", asked(Request::TrashList { after: None })),
        ("a name that is not there", asked(Request::GetImageRequest { image_name: "x".into() })),
        ("a photo to restore", asked(Request::TrashRestore { image_name: "x".into() })),
        ("a stop", Event::Shutdown),
    ] {
        let (_, dearest) = cost(&mut solo, event);
        assert!(dearest <= STEP_WORK, "{what} looks at {dearest} photos");
    }
    // Its grace is over: what it has told is forgotten.
    solo.now = solo.now + Duration::from_secs(1);
    let mut dearest = 0;
    for _ in 0..(2 * GRACE.as_millis() / TICK.as_millis()) {
        solo.now = solo.now + TICK;
        dearest = dearest.max(cost(&mut solo, Event::Tick).1);
    }
    assert!(dearest <= STEP_WORK, "a node that stays away: {dearest} photos");
}

#[test]
fn no_step_looks_at_all_photos_of_a_node_that_is_forgotten() {
    let mut solo = among_photos(20_000);
    let reason = CloseReason::Remote;
    cost(&mut solo, LinkEvent::Closed { link: LinkId(1), reason });
    let forget = Request::Forget { node: NodeId(1).to_string() };
    let (_, dearest) = cost(&mut solo, asked(forget));
    assert_eq!(solo.node.table().count(), 20_000, "what it had is forgotten");
    assert!(dearest <= STEP_WORK, "{dearest} photos");
}

fn asked(request: Request) -> Event {
    ClientEvent::Asked { link: CLIENT, by: Asker::Owner, request }.into()
}

#[test]
fn what_a_node_tells_again_while_its_going_is_worked_off_counts() {
    let mut solo = Solo::new();
    let theirs: Vec<_> =
        (0..16 * SWEEP as u32).map(|number| original(&number.to_le_bytes())).collect();
    solo.join(1, GRACE, &[]);
    for page in theirs.chunks(PAGE_RECORDS) {
        solo.announce(1, page.to_vec(), false);
    }
    let held = |solo: &Solo| {
        let photos = solo.node.table();
        photos.filter(|(_, _, holders)| !holders.is_empty()).count()
    };
    assert_eq!(held(&solo), theirs.len());
    // It goes and is back before all of its photos have been gone through, and tells all of them again meanwhile.
    let mut hear = |event: LinkEvent| solo.node.step(solo.now, event.into());
    hear(LinkEvent::Closed { link: LinkId(1), reason: CloseReason::Remote });
    let link = LinkId(2);
    hear(LinkEvent::Opened { link, remote: "127.0.0.1".to_owned(), dialed: None });
    hear(LinkEvent::Received { link, message: Message::Register(register(1, GRACE)) });
    for page in theirs.chunks(PAGE_RECORDS) {
        let (records, gone, tombstones) = (page.to_vec(), Vec::new(), Vec::new());
        let message = Message::ImageInfo { records, gone, tombstones, complete: false };
        hear(LinkEvent::Received { link, message });
    }
    while solo.node.has_more() {
        solo.node.step(solo.now, Event::Continue);
    }
    assert_eq!(held(&solo), theirs.len());
}

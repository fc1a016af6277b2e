//! Small pictures: from whom they come, and what others can do with the questions.

use std::sync::Arc;
use std::time::Duration;

use super::super::limits::{PREVIEW, PREVIEW_NEXT, PREVIEW_PIECES, PREVIEWS_OF_NODE, TICK};
use super::super::{
    Action, Asker, ClientAction, ClientEvent, CloseReason, DiskAction, DiskError, DiskEvent,
    LinkAction, LinkEvent, LinkId, Viewer,
};
use super::World;
use super::solo::{Solo, original, register};
use super::world::jpeg;
use crate::photo::{Photo, PhotoId, PreviewSize};
use crate::protocol::message::{AskId, SHOWS_PREVIEWS};
use crate::protocol::{Answer, Blob, Message, Record, Request};

const PIN: Duration = Duration::from_secs(60);
const BYTES: &[u8] = b"a photo";

/// A node whose photo only the nodes of these numbers have.
pub(super) fn without(holders: impl IntoIterator<Item = u64>) -> Solo {
    let mut solo = Solo::new();
    for n in holders {
        join(&mut solo, n, true);
    }
    solo
}

pub(super) fn join(solo: &mut Solo, n: u64, shows: bool) {
    solo.open(n, "127.0.0.1");
    let features = if shows { vec![SHOWS_PREVIEWS.to_owned()] } else { Vec::new() };
    let register = crate::protocol::message::Register { features, ..register(n, PIN) };
    solo.hear(n, Message::Register(register));
    solo.announce(n, vec![original(BYTES)], true);
}

pub(super) fn photo() -> PhotoId {
    PhotoId::of(BYTES)
}

/// A client asks; what the node does when the disk has nothing.
pub(super) fn want(solo: &mut Solo, client: u64) -> Vec<Action> {
    let request = Request::GetPreview { photo: photo(), size: PreviewSize::Grid, shared: false };
    let (link, by) = (LinkId(client), Asker::Owner);
    let mut actions = solo.tell(ClientEvent::Asked { link, by, request });
    if looks(&actions) == 1 {
        actions.extend(found(solo, photo(), Err(DiskError::Gone)));
    }
    actions
}

pub(super) fn found(
    solo: &mut Solo,
    photo: PhotoId,
    result: Result<Blob, DiskError>,
) -> Vec<Action> {
    let (size, viewer) = (PreviewSize::Grid, Viewer::Owner);
    solo.tell(DiskEvent::PreviewFound { photo, size, viewer, result })
}

/// How many pictures are put into the cache.
pub(super) fn keeps(actions: &[Action]) -> usize {
    let keeps = |action: &&Action| matches!(action, Action::Disk(DiskAction::KeepPreview { .. }));
    actions.iter().filter(keeps).count()
}

pub(super) fn looks(actions: &[Action]) -> usize {
    let looks = |action: &&Action| matches!(action, Action::Disk(DiskAction::FindPreview { .. }));
    actions.iter().filter(looks).count()
}

/// The nodes that are asked, and by which questions.
pub(super) fn asked(actions: &[Action]) -> Vec<(u64, AskId)> {
    let asked = actions.iter().filter_map(|action| match action {
        Action::Link(LinkAction::Send { link, message: Message::AskForPreview { ask, .. } }) => {
            Some((link.0, *ask))
        }
        _ => None,
    });
    asked.collect()
}

/// What clients are answered: the picture, or whether nobody could deliver it.
pub(super) fn answers(actions: &[Action]) -> Vec<Result<Vec<u8>, bool>> {
    let answers = actions.iter().filter_map(|action| match action {
        Action::Client(ClientAction::Answer { answer, .. }) => match answer {
            Answer::Preview { image, bytes, .. } => {
                assert_eq!(*bytes, image.len() as u64);
                Some(Ok(image.to_vec()))
            }
            Answer::NotFound { undelivered, .. } => Some(Err(*undelivered)),
            other => panic!("{other:?}"),
        },
        _ => None,
    });
    answers.collect()
}

pub(super) fn piece(ask: AskId, bytes: u64, offset: u64, image: &[u8]) -> Message {
    Message::Preview { ask, bytes, offset, image: Blob::from(image.to_vec()) }
}

pub(super) fn whole(ask: AskId, image: &[u8]) -> Message {
    piece(ask, image.len() as u64, 0, image)
}

#[test]
fn any_node_shows_a_photo_of_another_one() {
    let mut world = World::new(2);
    world.run(5);
    let id = world.add(1, "cat.jpg", b"cat");
    [0, 1].into_iter().for_each(|n| world.scan(n));
    world.run(1);
    for n in [0, 1] {
        let answer =
            world.ask(n, Request::GetPreview { photo: id, size: PreviewSize::Grid, shared: false });
        let Answer::Preview { photo, image, .. } = answer else { panic!("{answer:?}") };
        assert_eq!((photo, image.to_vec()), (id, jpeg(b"cat")));
    }
}

#[test]
fn what_several_clients_want_is_asked_once() {
    let mut solo = without([1, 2]);
    let [(n, ask)] = asked(&want(&mut solo, 21))[..] else { panic!("one is asked") };
    assert_eq!(want(&mut solo, 22), []);
    let actions = solo.hear(n, whole(ask, &jpeg(BYTES)));
    assert_eq!(answers(&actions), [Ok(jpeg(BYTES)), Ok(jpeg(BYTES))]);
    assert!(actions.iter().any(|a| matches!(a, Action::Disk(DiskAction::KeepPreview { .. }))));
    assert_eq!(solo.hear(n, whole(ask, &jpeg(BYTES))), [], "the second time nobody waits");
}

#[test]
fn a_large_one_comes_in_pieces() {
    let mut solo = without([1]);
    let [(n, ask)] = asked(&want(&mut solo, 21))[..] else { panic!("one is asked") };
    let image = jpeg(&[7; 100]);
    let (first, second) = image.split_at(40);
    assert_eq!(answers(&solo.hear(n, piece(ask, 105, 0, first))), []);
    assert_eq!(answers(&solo.hear(n, piece(ask, 105, 40, second))), [Ok(image.clone())]);
}

#[test]
fn whoever_sends_rubbish_is_passed_over() {
    let max = PreviewSize::Grid.max_bytes() as u64;
    let rubbish: [&dyn Fn(AskId) -> Message; 6] = [
        &|ask| whole(ask, b"<html>"),
        &|ask| piece(ask, max + 1, 0, &[0xff, 0xd8, 0xff]),
        &|ask| piece(ask, 5, 1, &[0xff, 0xd8, 0xff]),
        &|ask| piece(ask, 5, 0, &[]),
        &|ask| piece(ask, 5, 0, &[0xff; 6]),
        &|ask| Message::NoPreview { ask, undrawable: false, later: false, reason: "no".to_owned() },
    ];
    for message in rubbish {
        let mut solo = without([1, 2]);
        let [(n, ask)] = asked(&want(&mut solo, 21))[..] else { panic!("one is asked") };
        assert_eq!(solo.hear(3 - n, message(ask)), [], "it is not for another node to answer");
        let [(other, ask)] = asked(&solo.hear(n, message(ask)))[..] else { panic!("the other") };
        assert_eq!(other, 3 - n);
        let end = solo.hear(other, message(ask));
        assert_eq!((asked(&end), answers(&end)), (vec![], vec![Err(true)]));
    }
}

#[test]
fn a_photo_that_cannot_be_drawn_is_said_to_be_so() {
    let mut solo = without([1]);
    let [(n, ask)] = asked(&want(&mut solo, 21))[..] else { panic!("one is asked") };
    let (undrawable, later, reason) = (true, false, "a raw file".to_owned());
    let no = Message::NoPreview { ask, undrawable, later, reason };
    assert_eq!(answers(&solo.hear(n, no)), [Err(false)]);
    let mut solo = Solo::new();
    let held = solo.hold(BYTES);
    let request = Request::GetPreview { photo: held, size: PreviewSize::Grid, shared: false };
    assert_eq!(solo.ask(request), None);
    assert_eq!(answers(&found(&mut solo, held, Err(DiskError::NotAPicture))), [Err(false)]);
}

#[test]
fn what_is_known_not_to_be_drawable_is_not_looked_for() {
    let mut solo = without([1]);
    let Record { photo, facts, holding, .. } = original(BYTES);
    let photo = Arc::new(Photo::opaque(photo.id, photo.bytes));
    let facts = Arc::unwrap_or_clone(facts);
    solo.tell(DiskEvent::Held { photo, facts, holding, files: 1 });
    let request =
        Request::GetPreview { photo: self::photo(), size: PreviewSize::View, shared: false };
    let (link, by) = (LinkId(21), Asker::Owner);
    let actions = solo.tell(ClientEvent::Asked { link, by, request });
    assert_eq!((looks(&actions), answers(&actions)), (0, vec![Err(false)]));
    let (ask, photo, size) = (AskId(7), self::photo(), PreviewSize::View);
    let actions = solo.hear(1, Message::AskForPreview { ask, photo, size });
    assert!(matches!(
        actions[..],
        [Action::Link(LinkAction::Send {
            message: Message::NoPreview { undrawable: true, .. },
            ..
        })]
    ));
}

#[test]
fn that_a_photo_cannot_be_drawn_is_believed_if_all_say_so() {
    for second_says_so in [true, false] {
        let mut solo = without([1, 2]);
        let (later, reason) = (false, String::new());
        let no =
            |ask, undrawable| Message::NoPreview { ask, undrawable, later, reason: reason.clone() };
        let [(n, ask)] = asked(&want(&mut solo, 21))[..] else { panic!("one is asked") };
        let actions = solo.hear(n, no(ask, true));
        let [(other, ask)] = asked(&actions)[..] else { panic!("the other is asked") };
        assert_eq!(answers(&actions), []);
        assert_eq!(answers(&solo.hear(other, no(ask, second_says_so))), [Err(!second_says_so)]);
    }
}

#[test]
fn this_disk_is_not_waited_for_alone_and_not_for_long() {
    let request = || Request::GetPreview { photo: photo(), size: PreviewSize::Grid, shared: false };
    let mut solo = without([1]);
    solo.hold(BYTES);
    assert_eq!(solo.ask(request()), None);
    let [(n, ask)] = asked(&solo.wait(PREVIEW_NEXT + TICK))[..] else { panic!("it is asked") };
    assert_eq!(answers(&solo.hear(n, whole(ask, &jpeg(BYTES)))), [Ok(jpeg(BYTES))]);
    assert_eq!(answers(&found(&mut solo, photo(), Ok(jpeg(BYTES).into()))), []);

    let mut solo = Solo::new();
    solo.hold(BYTES);
    let other = solo.hold(b"another");
    assert_eq!(solo.ask(request()), None);
    assert_eq!(answers(&solo.wait(PREVIEW - TICK)), []);
    let another = Request::GetPreview { photo: other, size: PreviewSize::Grid, shared: false };
    let (link, by) = (LinkId(22), Asker::Owner);
    solo.tell(ClientEvent::Asked { link, by, request: another });
    assert_eq!(answers(&found(&mut solo, other, Ok(jpeg(BYTES).into()))).len(), 1);
    assert_eq!(answers(&solo.wait(PREVIEW - TICK)), [], "the disk is busy, and not stuck");
    assert_eq!(answers(&solo.wait(2 * TICK)), [Err(true)]);
}

#[test]
fn who_sends_drop_by_drop_takes_bounded_memory() {
    let size = PreviewSize::View;
    let piece_of = size.max_bytes() - 1;
    let count = PREVIEW_PIECES / piece_of + 1;
    let mut solo = without([1, 2, 3]);
    let photos: Vec<Record> = (0..count).map(|n| original(&n.to_be_bytes())).collect();
    for n in 1..=3 {
        solo.announce(n, photos.clone(), true);
    }
    let drops = vec![0xff; piece_of];
    for (at, Record { photo, .. }) in photos.iter().enumerate() {
        let (photo, link) = (photo.id, LinkId(100 + at as u64));
        let request = Request::GetPreview { photo, size, shared: false };
        solo.tell(ClientEvent::Asked { link, by: Asker::Owner, request });
        let (viewer, result) = (Viewer::Owner, Err(DiskError::Gone));
        let actions = solo.tell(DiskEvent::PreviewFound { photo, size, viewer, result });
        let [(n, ask)] = asked(&actions)[..] else { panic!("one is asked") };
        let actions = solo.hear(n, piece(ask, size.max_bytes() as u64, 0, &drops));
        assert_eq!(asked(&actions).len(), usize::from(at + 1 == count), "{at}");
    }
}

#[test]
fn one_that_has_too_much_to_do_is_asked_again_later() {
    let mut solo = without([1]);
    let [(n, ask)] = asked(&want(&mut solo, 21))[..] else { panic!("one is asked") };
    let (undrawable, later, reason) = (false, true, "too much".to_owned());
    let actions = solo.hear(n, Message::NoPreview { ask, undrawable, later, reason });
    assert_eq!((asked(&actions), answers(&actions)), (vec![], vec![]), "not at once");
    let [(n, ask)] = asked(&solo.wait(PREVIEW_NEXT + TICK))[..] else { panic!("again") };
    assert_eq!(answers(&solo.hear(n, whole(ask, &jpeg(BYTES)))), [Ok(jpeg(BYTES))]);
}

#[test]
fn a_silent_holder_is_not_waited_for_alone_and_all_of_them_not_for_long() {
    let mut solo = without([1, 2]);
    let [(n, ask)] = asked(&want(&mut solo, 21))[..] else { panic!("one is asked") };
    assert_eq!(asked(&solo.wait(PREVIEW_NEXT - TICK)), []);
    let [(other, _)] = asked(&solo.wait(2 * TICK))[..] else { panic!("the other, too") };
    assert_eq!(other, 3 - n);
    let rest = PREVIEW - PREVIEW_NEXT - TICK;
    assert_eq!(answers(&solo.wait(rest - TICK)), []);
    assert_eq!(answers(&solo.wait(2 * TICK)), [Err(true)]);
    let late = solo.hear(n, whole(ask, &jpeg(BYTES)));
    assert_eq!((answers(&late), keeps(&late)), (vec![], 1), "too late, but for the next time");
}

#[test]
fn what_comes_late_is_waited_for_and_not_asked_for_again() {
    let mut solo = without([1]);
    let [(n, ask)] = asked(&want(&mut solo, 21))[..] else { panic!("one is asked") };
    let image = jpeg(BYTES);
    let (first, second) = image.split_at(4);
    solo.hear(n, piece(ask, image.len() as u64, 0, first));
    let (link, reason) = (LinkId(21), CloseReason::Remote);
    solo.tell(ClientEvent::Closed { link, reason });
    let again = want(&mut solo, 22);
    assert_eq!((asked(&again), answers(&again)), (vec![], vec![]), "it is on its way");
    let actions = solo.hear(n, piece(ask, image.len() as u64, 4, second));
    assert_eq!((answers(&actions), keeps(&actions)), (vec![Ok(image)], 1));
}

#[test]
fn one_that_sends_byte_by_byte_is_not_waited_for_alone() {
    let mut solo = without([1, 2]);
    let [(n, ask)] = asked(&want(&mut solo, 21))[..] else { panic!("one is asked") };
    let image = jpeg(BYTES);
    let mut others = Vec::new();
    for (offset, byte) in image.iter().enumerate().take(6) {
        solo.hear(n, piece(ask, 1000, offset as u64, &[*byte]));
        others.extend(asked(&solo.wait(Duration::from_secs(1))));
    }
    let [(other, ask)] = others[..] else { panic!("the other is asked, once: {others:?}") };
    assert_eq!(other, 3 - n);
    assert_eq!(answers(&solo.hear(other, whole(ask, &image))), [Ok(image)]);
}

#[test]
fn one_that_never_answers_is_asked_no_more() {
    let mut solo = without([1]);
    let photos: Vec<Record> =
        (0..=PREVIEWS_OF_NODE as u64).map(|n| original(&n.to_be_bytes())).collect();
    solo.announce(1, photos.clone(), true);
    let want = |solo: &mut Solo, Record { photo, .. }: &Record| {
        let request =
            Request::GetPreview { photo: photo.id, size: PreviewSize::Grid, shared: false };
        let (link, by) = (LinkId(21), Asker::Owner);
        solo.tell(ClientEvent::Asked { link, by, request });
        let actions = found(solo, photo.id, Err(DiskError::Gone));
        assert_eq!(answers(&solo.wait(PREVIEW + TICK)), [Err(true)]);
        asked(&actions).len()
    };
    let questions: Vec<usize> = photos.iter().map(|record| want(&mut solo, record)).collect();
    assert_eq!(questions, [vec![1; PREVIEWS_OF_NODE], vec![0]].concat());
    let (link, reason) = (LinkId(1), CloseReason::Remote);
    solo.tell(LinkEvent::Closed { link, reason });
    solo.open(2, "127.0.0.1");
    let features = vec![SHOWS_PREVIEWS.to_owned()];
    let again = crate::protocol::message::Register { features, ..register(1, PIN) };
    solo.hear(2, Message::Register(again));
    solo.announce(2, photos.clone(), true);
    assert_eq!(want(&mut solo, &photos[0]), 1, "over a new link it may do better");
}

#[test]
fn whose_link_is_lost_is_not_waited_for() {
    let mut solo = without([1, 2]);
    let [(n, _)] = asked(&want(&mut solo, 21))[..] else { panic!("one is asked") };
    let (link, reason) = (LinkId(n), CloseReason::Remote);
    let [(other, _)] = asked(&solo.tell(LinkEvent::Closed { link, reason }))[..] else {
        panic!("the other is asked")
    };
    assert_eq!(other, 3 - n);
    let (link, reason) = (LinkId(other), CloseReason::Remote);
    assert_eq!(answers(&solo.tell(LinkEvent::Closed { link, reason })), [Err(true)]);
}

#[test]
fn an_earlier_program_is_not_asked() {
    let mut solo = Solo::new();
    join(&mut solo, 1, false);
    let actions = want(&mut solo, 21);
    assert_eq!((asked(&actions), answers(&actions)), (vec![], vec![Err(true)]));
}

#[test]
fn a_new_photo_is_another_revision_and_a_look_is_none() {
    let mut solo = Solo::new();
    let first = solo.status().revision;
    assert_eq!(solo.status().revision, first);
    solo.hold(BYTES);
    let second = solo.status().revision;
    assert_ne!(second, first);
    join(&mut solo, 1, true);
    let third = solo.status().revision;
    assert_ne!(third, second, "another node has it, too");
    let (link, reason) = (LinkId(1), CloseReason::Remote);
    solo.tell(LinkEvent::Closed { link, reason });
    assert_ne!(solo.status().revision, third, "and is away");
}

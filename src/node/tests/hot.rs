//! Photos that stay for those who ask again.

use std::sync::Arc;

use super::super::{
    Action, Asker, ClientAction, ClientEvent, DiskAction, DiskError, DiskEvent, LinkAction, LinkId,
    Source, Spool,
};
use super::pulling::{
    PIN, SECOND, answered, asked, bytes, deliver, discards, get, inspect, offer, verdict, written,
};
use super::removals::{CAT, cat, node_of, say, word};
use super::solo::Solo;
use super::world::{CLIENT, picture};
use crate::photo::{Photo, PhotoId};
use crate::protocol::message::{Lane, OfferReply, TransferId};
use crate::protocol::{Answer, Facts, Holding, Message, Request, Wish};

const ROOM: u64 = 1 << 40;

/// Where a client's photo is read.
fn source(actions: &[Action]) -> Option<Source> {
    actions.iter().find_map(|action| match action {
        Action::Client(ClientAction::AnswerPhoto { source, .. }) => Some(*source),
        _ => None,
    })
}

fn keeps(actions: &[Action]) -> bool {
    actions.iter().any(|action| matches!(action, Action::Disk(DiskAction::Keep { .. })))
}

/// A client has all of a photo.
fn done(solo: &mut Solo) -> Vec<Action> {
    solo.tell(ClientEvent::Answered { link: CLIENT, result: Ok(()) })
}

/// A node that has fetched a photo of two others for a client, and lets so many bytes stay.
fn fetched(cache: u64) -> (Solo, TransferId, Vec<Action>) {
    let mut solo = Solo::with(|config| config.cache = cache);
    solo.tell(DiskEvent::Room { free: ROOM, spare: ROOM });
    (1..=2).for_each(|n| solo.join(n, PIN, &[&bytes()]));
    let (from, transfer) = asked(&get(&mut solo)).expect("it asks a holder");
    deliver(&mut solo, from, transfer);
    inspect(&mut solo, transfer, Ok(picture(&bytes())));
    let actions = done(&mut solo);
    (solo, transfer, actions)
}

/// The same, and it stays.
fn kept() -> (Solo, TransferId) {
    let (solo, transfer, actions) = fetched(1 << 30);
    assert!(keeps(&actions) && !discards(&actions), "{actions:?}");
    (solo, transfer)
}

#[test]
fn who_asks_again_waits_for_nobody() {
    let (mut solo, transfer) = kept();
    for _ in 0..3 {
        let actions = get(&mut solo);
        assert_eq!(source(&actions), Some(Source::Kept(Spool::Pull(transfer))));
        assert_eq!(asked(&actions), None);
        let actions = done(&mut solo);
        assert!(!keeps(&actions) && !discards(&actions));
    }
    let size = bytes().len() as u64;
    let cache = solo.status().cache;
    assert_eq!((cache.photos, cache.bytes, cache.limit), (1, size, 1 << 30));
    assert_eq!((cache.hits, cache.misses, cache.bytes_saved), (3, 1, 3 * size));
}

#[test]
fn where_nothing_is_to_stay_nothing_does() {
    for limit in [0, bytes().len() as u64] {
        let (mut solo, _, actions) = fetched(limit);
        assert!(discards(&actions) && !keeps(&actions));
        assert!(asked(&get(&mut solo)).is_some());
    }
}

#[test]
fn who_asks_meanwhile_shares_the_transfer() {
    let mut solo = Solo::with(|config| config.cache = 1 << 30);
    solo.tell(DiskEvent::Room { free: ROOM, spare: ROOM });
    solo.join(1, PIN, &[&bytes()]);
    assert!(asked(&get(&mut solo)).is_some());
    for n in 1..10 {
        let (link, image_name) = (LinkId(CLIENT.0 + n), "p.jpg".to_owned());
        let request = Request::GetImageRequest { image_name };
        let actions = solo.tell(ClientEvent::Asked { link, by: Asker::Owner, request });
        assert_eq!(asked(&actions), None);
    }
    assert_eq!((solo.status().cache.hits, solo.status().cache.misses), (9, 1));
}

#[test]
fn what_stays_is_no_copy() {
    let (mut solo, _) = kept();
    let photo = PhotoId::of(&bytes());
    assert!(solo.wait(SECOND).iter().all(|action| {
        !matches!(action, Action::Link(LinkAction::Send { message: Message::ImageInfo { .. }, .. }))
    }));
    assert!(solo.node.table().all(|(_, _, holders)| holders.len() == 2));
    let (transfer, length, lane) = (TransferId(1), 1, Lane::Replicate);
    let ask = Message::AskForImage { transfer, photo, offset: 0, length, lane };
    let refuses = |action: &Action| {
        matches!(action, Action::Link(LinkAction::Send { message: Message::NoImage { .. }, .. }))
    };
    assert!(solo.hear(1, ask).iter().any(refuses), "it is not served to other nodes");
}

#[test]
fn it_becomes_a_copy_without_a_transfer_when_it_has_been_looked_at() {
    let (mut solo, transfer) = kept();
    let (reply, actions) = offer(&mut solo, 1);
    assert_eq!(reply, Some(OfferReply::Accept));
    assert_eq!(asked(&actions), None);
    let spool = Spool::Pull(transfer);
    assert!(actions.contains(&Action::Disk(DiskAction::Inspect { spool })), "{actions:?}");
    let actions = inspect(&mut solo, transfer, Ok(picture(&bytes())));
    let installs = |action: &Action| matches!(action, Action::Disk(DiskAction::Install { spool: of, .. }) if *of == spool);
    assert!(actions.iter().any(installs), "{actions:?}");
    assert_eq!(solo.status().cache.photos, 0);
}

#[test]
fn what_has_rotted_meanwhile_becomes_no_copy() {
    let rotten: [Result<Arc<Photo>, DiskError>; 2] =
        [Ok(picture(b"something else")), Err(DiskError::NotAPicture)];
    for found in rotten {
        let (mut solo, transfer) = kept();
        offer(&mut solo, 1);
        let actions = inspect(&mut solo, transfer, found);
        assert!(discards(&actions));
        let (from, again) = asked(&actions).expect("it comes anew, from whoever has it");
        assert_eq!(verdict(&actions), None, "nobody is told to wait no longer");
        deliver(&mut solo, from, again);
        let actions = inspect(&mut solo, again, Ok(picture(&bytes())));
        let installs = |action: &Action| matches!(action, Action::Disk(DiskAction::Install { .. }));
        assert!(actions.iter().any(installs), "{actions:?}");
    }
}

#[test]
fn what_cannot_be_read_comes_anew() {
    let (mut solo, _) = kept();
    get(&mut solo);
    let result = Err(DiskError::Damaged);
    let actions = solo.tell(ClientEvent::Answered { link: CLIENT, result });
    assert!(discards(&actions));
    assert!(asked(&actions).is_some(), "{actions:?}");
    assert_eq!(answered(&actions), None);
}

#[test]
fn it_goes_when_the_folder_has_the_photo() {
    let (mut solo, _) = kept();
    let (photo, holding) = (picture(&bytes()), Holding::Original);
    let facts = Facts::named("mine.jpg");
    let actions = solo.tell(DiskEvent::Held { photo, facts, holding, files: 1 });
    assert!(discards(&actions));
    assert_eq!(source(&get(&mut solo)), Some(Source::Held(PhotoId::of(&bytes()))));
}

#[test]
fn it_goes_with_the_photo() {
    let (mut solo, _) = kept();
    let gone = vec![PhotoId::of(&bytes())];
    let (records, tombstones) = (Vec::new(), Vec::new());
    let info = Message::ImageInfo { records, gone, tombstones, complete: false };
    assert!(!discards(&solo.hear(1, info.clone())), "somebody still has it");
    assert!(discards(&solo.hear(2, info)));
}

#[test]
fn what_its_owner_removes_stays_nowhere() {
    let mut solo = Solo::with(|config| config.cache = 1 << 30);
    solo.tell(DiskEvent::Room { free: ROOM, spare: ROOM });
    solo.join(1, PIN, &[]);
    solo.announce(1, vec![cat(Holding::Replica, [node_of(5)])], false);
    let (link, image_name) = (CLIENT, "cat.jpg".to_owned());
    let request = Request::GetImageRequest { image_name };
    let ask = ClientEvent::Asked { link, by: Asker::Owner, request };
    let (from, transfer) = asked(&solo.tell(ask.clone())).expect("it is fetched");
    solo.hear(from, Message::Chunk { transfer, offset: 0, data: CAT.to_vec().into() });
    written(&mut solo, transfer, Ok(()));
    inspect(&mut solo, transfer, Ok(picture(CAT)));
    assert!(keeps(&done(&mut solo)));
    let actions = say(&mut solo, 1, vec![word(5, Wish::Removed)]);
    assert!(discards(&actions), "{actions:?}");
    assert!(matches!(answered(&solo.tell(ask)), Some(Answer::NotFound { .. })));
}

#[test]
fn it_makes_way_when_room_is_short() {
    let size = bytes().len() as u64;
    for (spare, stays) in [(size, true), (size - 1, false), (0, false)] {
        let (mut solo, _) = kept();
        solo.tell(DiskEvent::Room { free: ROOM, spare });
        let actions = solo.wait(SECOND);
        assert_eq!(discards(&actions), !stays, "{spare}");
        let answer = solo.status().cache.photos == 1;
        assert_eq!(answer, stays);
    }
}

use std::sync::Arc;

use crate::node::{
    Action, CloseReason, DiskAction, DiskError, DiskEvent, Event, LinkAction, LinkEvent, LinkId,
    Spool,
};
use crate::photo::{ACCOUNT, Format, Photo, PhotoId, Worth};
use crate::protocol::message::TransferId;
use crate::protocol::{Departure, Facts, Holding, Looks, Message, Record};
use crate::trace::{Direction, Entry, Kind, Recorder};

const LINK: LinkId = LinkId(5);

/// The kinds and types of what was told.
fn told(entries: Vec<Entry>) -> Vec<(Kind, String)> {
    entries.into_iter().map(|entry| (entry.kind, entry.what)).collect()
}

fn one(kind: Kind, what: &str) -> (Kind, String) {
    (kind, what.to_owned())
}

fn hears(recorder: &mut Recorder, message: Message) -> Vec<Entry> {
    recorder.event(0, &LinkEvent::Received { link: LINK, message }.into())
}

fn page(complete: bool) -> Message {
    Message::ImageInfo { records: Vec::new(), gone: Vec::new(), tombstones: Vec::new(), complete }
}

#[test]
fn time_that_passes_is_no_line() {
    let mut recorder = Recorder::default();
    for event in [Event::Tick, Event::Continue, LinkEvent::Heard { link: LINK }.into()] {
        assert_eq!(recorder.event(0, &event), []);
    }
}

#[test]
fn a_message_is_told_of_when_it_is_really_sent() {
    let mut recorder = Recorder::default();
    let send = LinkAction::Send { link: LINK, message: Message::RequestInfo };
    assert_eq!(recorder.action(0, &Action::Link(send)), []);
    let mut way = Direction::default();
    let first = way.sends(1, LINK, &Message::RequestInfo);
    let second = way.sends(2, LINK, &Message::Heartbeat);
    assert_eq!((first.n, second.n, second.link), (Some(1), Some(2), Some(5)));
}

#[test]
fn what_a_node_is_about_follows_from_its_folder_and_its_links() {
    let mut recorder = Recorder::default();
    let event = DiskEvent::Scanned { skipped: 0 };
    let all = told(recorder.event(0, &event.into()));
    assert_eq!(all, [one(Kind::Event, "Scanned"), one(Kind::State, "complete")]);
    let opened = LinkEvent::Opened { link: LINK, remote: String::new(), dialed: None };
    recorder.event(0, &opened.into());
    let all = told(hears(&mut recorder, register()));
    assert_eq!(
        all,
        [one(Kind::Recv, "register"), one(Kind::Name, "node"), one(Kind::State, "hearing")]
    );
    assert_eq!(told(hears(&mut recorder, page(false))), [one(Kind::Recv, "ImageInfo")]);
    let all = told(hears(&mut recorder, page(true)));
    assert_eq!(all, [one(Kind::Recv, "ImageInfo"), one(Kind::State, "complete")]);
    let closed = LinkEvent::Closed { link: LINK, reason: CloseReason::Remote };
    assert_eq!(told(recorder.event(0, &closed.into())), [one(Kind::Event, "Closed")]);
    let all = told(recorder.event(0, &Event::Shutdown));
    assert_eq!(all, [one(Kind::Event, "Shutdown"), one(Kind::State, "leaving")]);
}

fn register() -> Message {
    let json = r#"{"command":"register","protocolMin":2,"protocolMax":2,"node":"00000000000000bb",
        "boot":"00000000000000cc","name":"ben","address":"127.0.0.1:5000","copies":2}"#;
    serde_json::from_str(json).unwrap()
}

#[test]
fn what_a_node_has_follows_from_what_its_folder_reports() {
    let mut recorder = Recorder::default();
    let photo = PhotoId([7; 32]);
    let spool = Spool::Pull(TransferId(3));
    let install = DiskAction::Install {
        spool,
        photo: a_photo(photo),
        facts: Facts::default(),
        holding: Holding::Replica,
    };
    recorder.action(0, &Action::Disk(install.clone()));
    let failed = DiskEvent::Installed { spool, photo, result: Err(DiskError::Full) };
    assert_eq!(told(recorder.event(0, &failed.into())), [one(Kind::Event, "Installed")]);
    recorder.action(0, &Action::Disk(install));
    let done = DiskEvent::Installed { spool, photo, result: Ok(()) };
    let all = recorder.event(0, &done.into());
    assert_eq!(all[1].photo, ["07070707"]);
    assert_eq!(told(all), [one(Kind::Event, "Installed"), one(Kind::Has, "replica")]);
    for (departure, left) in [(Departure::Surplus, "trash"), (Departure::Expired, "nothing")] {
        let within = std::time::Duration::ZERO;
        recorder.action(0, &Action::Disk(DiskAction::PutAway { photo, departure, within }));
        let all = told(recorder.event(0, &DiskEvent::PutAway { photo, result: Ok(()) }.into()));
        assert_eq!(all, [one(Kind::Event, "PutAway"), one(Kind::Has, left)]);
    }
}

fn a_photo(id: PhotoId) -> Arc<Photo> {
    Arc::new(Photo {
        account: ACCOUNT,
        id,
        bytes: 10,
        format: Format::Jpeg,
        width: 4,
        height: 3,
        colour: true,
        camera: false,
        captured: None,
        fingerprint: None,
        worth: Worth::default(),
    })
}

#[test]
fn of_a_record_that_was_told_before_only_what_is_different_is_told() {
    let mut way = Direction::default();
    let record = |holding| Record {
        photo: a_photo(PhotoId([7; 32])),
        holding,
        facts: Arc::default(),
        looks: Looks::default(),
    };
    let page = |holding| Message::ImageInfo {
        records: vec![record(holding)],
        gone: Vec::new(),
        tombstones: Vec::new(),
        complete: false,
    };
    let first = way.sends(0, LINK, &page(Holding::Replica));
    assert_eq!(first.says, "ImageInfo: 07070707 (replica)");
    let second = way.sends(0, LINK, &page(Holding::Retired));
    assert_eq!(second.says, "ImageInfo: 07070707 now retired replica");
}

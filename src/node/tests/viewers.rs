//! Who is shown what: the owner, other members at this node, and other nodes; and what is removed, nobody.

use super::super::limits::{
    ASKED_FOR_MEMBERS, DRAWN_FOR_MEMBERS, DRAWN_FOR_OWNER, PREVIEWS_OF_MEMBER, PREVIEWS_OF_NODE,
    PREVIEWS_WANTED, SETTLE, TICK,
};
use super::super::{
    Action, Asker, ClientEvent, CloseReason, DiskAction, DiskError, DiskEvent, LinkAction,
    LinkEvent, LinkId, Viewer,
};
use super::members::{Friends, hold, membership, node, of, replica};
use super::previews::{answers, asked, keeps, looks, whole};
use super::solo::{Solo, original, register};
use super::world::jpeg;
use crate::photo::{PhotoId, PreviewSize};
use crate::protocol::message::{AskId, SHOWS_PREVIEWS};
use crate::protocol::{Holding, MemberFile, Message, Record, Request, Tombstone, Wish};

const CAT: &[u8] = b"cat";
const SIZE: PreviewSize = PreviewSize::Grid;

/// The node of ana's, where ben and carl are with a node each, 1 and 2, and these photos.
struct House {
    solo: Solo,
    ben: MemberFile,
    carl: MemberFile,
}

impl House {
    fn new(bens: Vec<Record>, carls: Vec<Record>) -> House {
        let mut friends = Friends::new();
        let [ana, ben, carl] = ["ana", "ben", "carl"].map(|name| friends.invite(name));
        let mut house = House { solo: of(&ana), ben, carl };
        house.join(1, bens);
        house.join(2, carls);
        house
    }

    fn join(&mut self, n: u64, records: Vec<Record>) {
        let member = if n == 1 { &self.ben } else { &self.carl };
        self.solo.open(n, "127.0.0.1");
        let mut register = register(n, std::time::Duration::from_secs(60));
        register.features = vec![SHOWS_PREVIEWS.to_owned()];
        register.node = node(n);
        register.member = Some(Box::new(membership(member, n)));
        self.solo.hear(n, Message::Register(register));
        self.solo.announce(n, records, true);
    }

    fn ben(&self) -> Asker {
        Asker::Member(Box::new(self.ben.certificate.clone()))
    }

    fn want(&mut self, link: u64, by: Asker, photo: PhotoId) -> Vec<Action> {
        let (link, request) =
            (LinkId(link), Request::GetPreview { photo, size: SIZE, shared: false });
        self.solo.tell(ClientEvent::Asked { link, by, request })
    }

    fn found(&mut self, viewer: Viewer, photo: PhotoId) -> Vec<Action> {
        let result = Ok(jpeg(CAT).into());
        self.solo.tell(DiskEvent::PreviewFound { photo, size: SIZE, viewer, result })
    }

    /// Ben says that he has removed the cat.
    fn ben_removes(&mut self) -> Vec<Action> {
        let signer = (&self.ben.certificate, &self.ben.key);
        let word = Tombstone::sign_as_member(signer, PhotoId::of(CAT), 1, Wish::Removed);
        let (records, gone, tombstones) = (Vec::new(), Vec::new(), vec![word]);
        let info = Message::ImageInfo { records, gone, tombstones, complete: false };
        let mut actions = self.solo.hear(1, info);
        actions.extend(self.solo.wait(TICK));
        actions
    }
}

fn forgets(actions: &[Action]) -> bool {
    let cat = PhotoId::of(CAT);
    actions.contains(&Action::Disk(DiskAction::ForgetPreview { photo: cat }))
}

fn is_refused(actions: &[Action]) -> bool {
    actions.iter().any(|action| {
        matches!(
            action,
            Action::Link(LinkAction::Send {
                message: Message::NoPreview { later: false, undrawable: false, .. },
                ..
            })
        )
    })
}

#[test]
fn the_owners_cache_is_neither_shown_to_another_member_nor_filled_for_one() {
    let mut house = House::new(vec![original(CAT)], Vec::new());
    let (cat, ben) = (PhotoId::of(CAT), house.ben());
    let actions = house.want(21, ben.clone(), cat);
    assert_eq!(looks(&actions), 0, "not in the cache");
    let [(n, ask)] = asked(&actions)[..] else { panic!("its holder is asked") };
    let actions = house.solo.hear(n, whole(ask, &jpeg(CAT)));
    assert_eq!((answers(&actions), keeps(&actions)), (vec![Ok(jpeg(CAT))], 0));

    // What the owner finds there is for the owner alone.
    let actions = house.want(21, ben, cat);
    let [(n, ask)] = asked(&actions)[..] else { panic!("it is asked again") };
    assert_eq!(looks(&house.want(22, Asker::Owner, cat)), 1);
    assert_eq!(answers(&house.found(Viewer::Owner, cat)), [Ok(jpeg(CAT))]);
    let actions = house.solo.hear(n, whole(ask, &jpeg(b"another")));
    assert_eq!(answers(&actions), [Ok(jpeg(b"another"))]);
    assert_eq!(keeps(&actions), 1, "the owner has looked for it, too");
}

#[test]
fn so_many_pictures_are_waited_for_and_no_more() {
    let mut solo = Solo::new();
    let held: Vec<PhotoId> =
        (0..=PREVIEWS_WANTED).map(|n| solo.hold(format!("photo {n}").as_bytes())).collect();
    let mut ask = |n: usize| {
        let request =
            Request::GetPreview { photo: held[n], size: PreviewSize::View, shared: false };
        let (link, by) = (LinkId(100 + n as u64), Asker::Owner);
        solo.tell(ClientEvent::Asked { link, by, request })
    };
    let actions: Vec<Action> = (0..PREVIEWS_WANTED).flat_map(&mut ask).collect();
    assert_eq!((looks(&actions), answers(&actions)), (DRAWN_FOR_OWNER, vec![]), "the others wait");
    assert_eq!(answers(&ask(PREVIEWS_WANTED)), [Err(true)]);
    for n in 0..PREVIEWS_WANTED as u64 {
        let (link, reason) = (LinkId(100 + n), CloseReason::Remote);
        solo.tell(ClientEvent::Closed { link, reason });
    }
    let (link, by) = (LinkId(100), Asker::Owner);
    let request = Request::GetPreview {
        photo: held[PREVIEWS_WANTED],
        size: PreviewSize::View,
        shared: false,
    };
    let actions = solo.tell(ClientEvent::Asked { link, by, request });
    assert_eq!((looks(&actions), answers(&actions)), (0, vec![]), "who hangs up makes room");
    let (photo, size, viewer) = (held[0], PreviewSize::View, Viewer::Owner);
    let result = Err(DiskError::Gone);
    let next = solo.tell(DiskEvent::PreviewFound { photo, size, viewer, result });
    let drawn = next.iter().filter_map(|action| match action {
        Action::Disk(DiskAction::FindPreview { photo, .. }) => Some(*photo),
        _ => None,
    });
    assert!(drawn.eq([held[PREVIEWS_WANTED]]), "and is drawn nothing");
}

#[test]
fn other_members_have_a_share_and_the_owner_goes_first() {
    let mut house = House::new(Vec::new(), Vec::new());
    let held: Vec<PhotoId> =
        (0..=PREVIEWS_OF_MEMBER).map(|n| house.solo.hold(&[n as u8])).collect();
    let mut actions = Vec::new();
    for (link, photo) in (100..).zip(&held) {
        let ben = house.ben();
        actions.extend(house.want(link, ben, *photo));
    }
    assert_eq!((looks(&actions), answers(&actions)), (DRAWN_FOR_MEMBERS, vec![Err(true)]));
    assert_eq!(looks(&house.want(21, Asker::Owner, held[0])), 1, "she waits for none of his");
    assert_eq!(answers(&house.found(Viewer::Owner, held[0])).len(), 2);
    for link in 0..=PREVIEWS_OF_MEMBER as u64 {
        let (link, reason) = (LinkId(100 + link), CloseReason::Remote);
        house.solo.tell(ClientEvent::Closed { link, reason });
    }
    let done = house.found(Viewer::Member, held[0]);
    assert_eq!(looks(&done), 0, "nothing is drawn that nobody waits for");
}

#[test]
fn half_of_what_a_node_is_asked_is_for_the_owner() {
    let photos: Vec<Record> = (0..40_u64).map(|n| original(&n.to_be_bytes())).collect();
    let mut house = House::new(photos.clone(), Vec::new());
    let carl = Asker::Member(Box::new(house.carl.certificate.clone()));
    let [mut bens, mut carls, mut anas] = [0; 3];
    for (link, record) in (100..).zip(&photos) {
        let photo = record.photo.id;
        match link - 100 {
            0..10 => bens += asked(&house.want(link, house.ben(), photo)).len(),
            10..20 => carls += asked(&house.want(link, carl.clone(), photo)).len(),
            _ => {
                house.want(link, Asker::Owner, photo);
                let (size, viewer, result) = (SIZE, Viewer::Owner, Err(DiskError::Gone));
                let event = DiskEvent::PreviewFound { photo, size, viewer, result };
                anas += asked(&house.solo.tell(event)).len();
            }
        }
    }
    assert_eq!((bens, carls), (10, ASKED_FOR_MEMBERS - 10));
    assert_eq!(anas, PREVIEWS_OF_NODE - ASKED_FOR_MEMBERS);
}

#[test]
fn what_is_removed_is_forgotten_and_shown_to_nobody_else() {
    let mut house = House::new(vec![replica(CAT)], Vec::new());
    let cat = PhotoId::of(CAT);
    let facts = crate::protocol::Facts {
        owners: [house.ben.certificate.name()].into(),
        ..crate::protocol::Facts::named("cat.jpg")
    };
    let removed = Record { facts: facts.into(), holding: Holding::Retired, ..original(CAT) };
    hold(&mut house.solo, removed);
    let ask = |id| Message::AskForPreview { ask: AskId(id), photo: cat, size: SIZE };
    assert_eq!(looks(&house.solo.hear(2, ask(1))), 1);
    let ben = house.ben();
    house.want(21, ben.clone(), cat);
    assert!(forgets(&house.ben_removes()));

    let actions = house.found(Viewer::Peer, cat);
    assert!(is_refused(&actions), "to another node, that has asked before");
    assert!(is_refused(&house.solo.hear(2, ask(2))), "and to one that asks now");
    let drawn = answers(&house.found(Viewer::Member, cat));
    assert!(drawn.iter().all(Result::is_err), "to a member for whom it was just being drawn");
    house.solo.tell(ClientEvent::Closed { link: LinkId(21), reason: CloseReason::Remote });
    assert_eq!(answers(&house.want(21, ben, cat)), [Err(false)], "to another member");
    assert_eq!(looks(&house.want(22, Asker::Owner, cat)), 1, "but it lies in her trash");
}

#[test]
fn what_was_removed_meanwhile_is_not_shown_when_it_comes() {
    let mut house = House::new(vec![original(CAT)], Vec::new());
    let cat = PhotoId::of(CAT);
    house.want(22, Asker::Owner, cat);
    let (size, viewer, result) = (SIZE, Viewer::Owner, Err(DiskError::Gone));
    let event = DiskEvent::PreviewFound { photo: cat, size, viewer, result };
    let [(n, ask)] = asked(&house.solo.tell(event))[..] else { panic!("ben is asked") };
    house.solo.announce(
        1,
        vec![Record { holding: Holding::RetiredOriginal, ..original(CAT) }],
        false,
    );
    assert!(forgets(&house.ben_removes()));
    let actions = house.solo.hear(n, whole(ask, &jpeg(CAT)));
    assert_eq!((answers(&actions), keeps(&actions)), (vec![Err(true)], 0));
}

#[test]
fn another_members_word_forgets_nothing() {
    let mut house = House::new(Vec::new(), vec![original(CAT)]);
    let mut actions = house.ben_removes();
    actions.extend(house.solo.wait(SETTLE + TICK));
    assert!(!forgets(&actions), "it is carl's");
    let link = LinkId(1);
    house.solo.tell(LinkEvent::Closed { link, reason: CloseReason::Remote });
    assert_eq!(looks(&house.want(22, Asker::Owner, PhotoId::of(CAT))), 1);
}

//! Who is shown what: the owner, other members at this node, and other nodes; and what is removed, nobody.

use super::super::limits::{DRAWN_FOR_MEMBERS, PREVIEWS_OF_MEMBER, SETTLE, TICK};
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
        let (link, request) = (LinkId(link), Request::GetPreview { photo, size: SIZE });
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

    let actions = house.found(Viewer::Node, cat);
    assert!(is_refused(&actions), "to another node, that has asked before");
    assert!(is_refused(&house.solo.hear(2, ask(2))), "and to one that asks now");
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

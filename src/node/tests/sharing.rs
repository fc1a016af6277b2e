//! What other groups may see: what all its owners share, and nothing else, not even that there is more.

use std::sync::Arc;
use std::time::Duration;

use super::super::limits::{LIST_PAGE, PAGE_LOOKED_AT, SETTLE};
use super::super::{Action, Asker, ClientAction, ClientEvent, CloseReason, LinkEvent, LinkId};
use super::claims::version;
use super::members::{Friends, hold, membership, node, of, replica};
use super::solo::{Solo, original, register};
use super::world::CLIENT;
use crate::photo::{PhotoId, PreviewSize};
use crate::protocol::client::Explanation;
use crate::protocol::message::Register;
use crate::protocol::{
    Answer, Facts, MemberFile, MemberName, Message, Record, Request, Tombstone, Wish,
};

const PIN: Duration = Duration::from_secs(60);
const CAT: &[u8] = b"cat";
const DOG: &[u8] = b"dog";

/// Node `n` of a member comes, on this link, and says whether it shares.
fn comes(solo: &mut Solo, (n, link): (u64, u64), member: &MemberFile, share: bool) {
    solo.open(link, "127.0.0.1");
    let member = Some(Box::new(membership(member, n)));
    solo.hear(
        link,
        Message::Register(Register { node: node(n), member, share, ..register(n, PIN) }),
    );
    solo.announce(link, Vec::new(), true);
}

fn goes(solo: &mut Solo, link: u64) {
    let (link, reason) = (LinkId(link), CloseReason::Remote);
    solo.tell(LinkEvent::Closed { link, reason });
}

/// A node that has nothing of its own, with a replica of one photo.
fn keeping(record: Record) -> (Friends, MemberFile, Solo) {
    let mut friends = Friends::new();
    let ana = friends.invite("ana");
    let mut solo = of(&ana);
    hold(&mut solo, record);
    (friends, ana, solo)
}

fn owned(bytes: &[u8], owners: &[&MemberFile]) -> Record {
    let owners = owners.iter().map(|owner| owner.certificate.name()).collect();
    let facts = Arc::new(Facts { owners, ..Facts::named("p.jpg") });
    Record { facts, ..replica(bytes) }
}

/// What a member's client is answered, if that does not take any bytes of a photo.
fn ask(solo: &mut Solo, request: Request) -> Option<Answer> {
    let membership = solo.node.cx.config().membership.as_ref();
    let certificate = membership.map(|membership| membership.certificate().clone());
    let by = certificate.map_or(Asker::Owner, |certificate| Asker::Member(Box::new(certificate)));
    let actions = solo.tell(ClientEvent::Asked { link: CLIENT, by, request });
    let (link, reason) = (CLIENT, CloseReason::Remote);
    solo.tell(ClientEvent::Closed { link, reason });
    actions.into_iter().find_map(|action| match action {
        Action::Client(ClientAction::Answer { answer, .. }) => Some(answer),
        _ => None,
    })
}

fn list(solo: &mut Solo, after: Option<PhotoId>, shared: bool) -> (Vec<PhotoId>, Option<PhotoId>) {
    match ask(solo, Request::List { after, shared }) {
        Some(Answer::Photos { photos, next }) => {
            (photos.into_iter().map(|photo| photo.id).collect(), next)
        }
        other => panic!("{other:?}"),
    }
}

/// What is asked for one photo, and what it is answered if it is looked up.
fn requests(photo: PhotoId) -> [(Request, bool); 4] {
    let explain = |image_name, exact| Request::Explain { image_name, exact, shared: true };
    [
        (Request::GetExact { photo, shared: true }, false),
        (Request::GetPreview { photo, size: PreviewSize::Grid, shared: true }, false),
        (explain(photo.to_string(), false), true),
        (explain(photo.to_string(), true), true),
    ]
}

/// Whether other groups can see a photo, in whatever way they ask. If not, each answer is that on a photo that does not
/// exist.
fn sees(solo: &mut Solo, photo: PhotoId) -> bool {
    let is_listed = list(solo, None, true).0.contains(&photo);
    let invented = PhotoId([0xee; 32]);
    for ((request, is_told), (unknown, _)) in requests(photo).into_iter().zip(requests(invented)) {
        let answer = ask(solo, request.clone());
        if is_listed {
            let told = matches!(answer, Some(Answer::Explained(_)));
            assert!(told || answer.is_none() && !is_told, "{request:?}: {answer:?}");
            continue;
        }
        let Some(Answer::NotFound { image_name, candidates, undelivered, reason }) = answer else {
            panic!("{request:?}: {answer:?}");
        };
        assert_eq!(image_name, photo.to_string());
        let image_name = invented.to_string();
        let as_if = Answer::NotFound { image_name, candidates, undelivered, reason };
        assert_eq!(ask(solo, unknown), Some(as_if), "{request:?}");
    }
    is_listed
}

fn explain(solo: &mut Solo, name: &str, shared: bool) -> Result<Explanation, Vec<String>> {
    match ask(solo, Request::Explain { image_name: name.to_owned(), exact: false, shared }) {
        Some(Answer::Explained(explanation)) => Ok(*explanation),
        Some(Answer::NotFound { candidates, .. }) => Err(candidates),
        other => panic!("{other:?}"),
    }
}

/// What is told of a photo's sharing.
fn why(solo: &mut Solo, bytes: &[u8]) -> Option<String> {
    explain(solo, &PhotoId::of(bytes).to_string(), false).expect("it is known").shared
}

const SHOWN: &str = "shown to other groups";

#[test]
fn a_photo_is_shown_if_its_owner_shares() {
    for share in [false, true] {
        let (mut friends, _, mut solo) = keeping(replica(CAT));
        let ben = friends.invite("ben");
        comes(&mut solo, (1, 1), &ben, share);
        assert!(!sees(&mut solo, PhotoId::of(CAT)), "nobody is known to own it");
        solo.announce(1, vec![original(CAT)], true);
        assert_eq!(sees(&mut solo, PhotoId::of(CAT)), share);
        assert_eq!(list(&mut solo, None, false).0, [PhotoId::of(CAT)]);
        assert_eq!(why(&mut solo, CAT), share.then(|| SHOWN.to_owned()));
    }
}

#[test]
fn what_lies_in_this_nodes_own_folder_is_shown_if_its_configuration_says_so() {
    for share in [false, true] {
        let mut solo = Solo::with(|config| config.share = share);
        let photo = solo.hold(CAT);
        assert_eq!(sees(&mut solo, photo), share, "without a group, too");
    }
}

#[test]
fn of_several_owners_every_one_must_share() {
    let (mut friends, _, mut solo) = keeping(original(CAT));
    hold(&mut solo, replica(DOG));
    let (ben, carl) = (friends.invite("ben"), friends.invite("carl"));
    comes(&mut solo, (1, 1), &ben, true);
    comes(&mut solo, (2, 2), &carl, false);
    solo.announce(1, vec![original(CAT), original(DOG)], true);
    solo.announce(2, vec![owned(DOG, &[&carl])], true);
    for photo in [CAT, DOG].map(PhotoId::of) {
        assert!(!sees(&mut solo, photo), "ben shares, but ana and carl do not");
    }
    assert_eq!(
        why(&mut solo, CAT).as_deref(),
        Some("not shown to other groups: ana does not share (--share)")
    );
    assert_eq!(
        why(&mut solo, DOG).as_deref(),
        Some("not shown to other groups: carl does not share (--share)")
    );
    // Carl has it no longer, and is an owner all the same.
    goes(&mut solo, 2);
    assert!(!sees(&mut solo, PhotoId::of(DOG)));
    comes(&mut solo, (2, 3), &carl, true);
    assert!(sees(&mut solo, PhotoId::of(DOG)));
    assert!(!sees(&mut solo, PhotoId::of(CAT)), "ana does not");
}

#[test]
fn an_owner_of_whom_no_node_was_heard_does_not_share() {
    let mut friends = Friends::new();
    let (ana, ben, carl) = (friends.invite("ana"), friends.invite("ben"), friends.invite("carl"));
    let mut solo = of(&ana);
    hold(&mut solo, owned(CAT, &[&ben, &carl]));
    comes(&mut solo, (1, 1), &ben, true);
    assert!(!sees(&mut solo, PhotoId::of(CAT)));
    let told = why(&mut solo, CAT).expect("ben shares");
    assert!(told.ends_with("whether they share has not been heard yet from carl"), "{told}");
    comes(&mut solo, (2, 2), &carl, true);
    assert!(sees(&mut solo, PhotoId::of(CAT)));
    let (link, removal) = (1, friends.file.remove(&"ben".parse().unwrap(), 1).unwrap());
    let roster = crate::protocol::group::Roster { removals: vec![removal], ..Default::default() };
    solo.hear(link, Message::ConnectionUpdate { nodes: Default::default(), roster });
    assert!(!sees(&mut solo, PhotoId::of(CAT)), "ben is no member any more");
}

#[test]
fn every_node_of_an_owner_must_say_so_for_as_long_as_it_is_remembered() {
    let (mut friends, _, mut solo) = keeping(replica(CAT));
    let ben = friends.invite("ben");
    comes(&mut solo, (1, 1), &ben, true);
    solo.announce(1, vec![original(CAT)], true);
    comes(&mut solo, (2, 2), &ben, false);
    let photo = PhotoId::of(CAT);
    assert!(!sees(&mut solo, photo), "ben's other computer does not share");
    goes(&mut solo, 2);
    assert!(!sees(&mut solo, photo), "it is away, and has said so");
    solo.wait(3 * PIN);
    assert!(!sees(&mut solo, photo), "it is gone, and has said so");
    let before = solo.status().revision;
    let forget = Request::Forget { node: node(2).to_string() };
    assert!(matches!(solo.ask(forget), Some(Answer::Forgotten { .. })));
    assert!(sees(&mut solo, photo), "nobody expects it back");
    assert_ne!(solo.status().revision, before, "whoever mirrors the list has to know that");
    goes(&mut solo, 1);
    assert!(sees(&mut solo, photo), "what ben has said counts while he is away");
}

#[test]
fn who_shares_no_longer_says_so_when_registering_again() {
    let (mut friends, _, mut solo) = keeping(replica(CAT));
    let ben = friends.invite("ben");
    let photo = PhotoId::of(CAT);
    for (link, share) in [(1, true), (2, false), (3, true)] {
        let before = solo.status().revision;
        comes(&mut solo, (1, link), &ben, share);
        solo.announce(link, vec![original(CAT)], true);
        assert_eq!(sees(&mut solo, photo), share);
        assert_ne!(solo.status().revision, before);
        goes(&mut solo, link);
    }
}

#[test]
fn a_worse_version_is_not_shown_nor_what_is_removed() {
    let mut friends = Friends::new();
    let ana = friends.invite("ana");
    let mut solo = Solo::with(|config| {
        config.node = node(9);
        config.membership = Some(membership(&ana, 9));
        config.share = true;
    });
    let (worse, better) = (version(10), version(20));
    let (worse_id, better_id) = (worse.photo.id, better.photo.id);
    hold(&mut solo, worse);
    assert!(sees(&mut solo, worse_id));
    hold(&mut solo, better);
    solo.wait(SETTLE);
    assert_eq!(list(&mut solo, None, true), (vec![better_id], None));
    let refused = |answer| matches!(answer, Some(Answer::NotFound { undelivered: false, .. }));
    for (request, is_told) in requests(worse_id) {
        let by_id = matches!(request, Request::Explain { exact: false, .. });
        let answer = ask(&mut solo, request);
        assert_eq!(refused(answer.clone()), !by_id, "{is_told}: {answer:?}");
    }
    let found = explain(&mut solo, "10.jpg", true).expect("its name leads to the better one");
    assert_eq!((found.photo.id, found.shared.as_deref()), (better_id, Some(SHOWN)));

    hold(&mut solo, original(CAT));
    assert!(sees(&mut solo, PhotoId::of(CAT)));
    let signer = (&ana.certificate, &ana.key);
    let word = Tombstone::sign_as_member(signer, PhotoId::of(CAT), 1, Wish::Removed);
    hold(&mut solo, owned(CAT, &[&ana]));
    comes(&mut solo, (1, 1), &friends.invite("ben"), true);
    let (records, gone, tombstones) = (Vec::new(), Vec::new(), vec![word]);
    solo.hear(1, Message::ImageInfo { records, gone, tombstones, complete: false });
    assert!(!sees(&mut solo, PhotoId::of(CAT)), "not even that it was removed");
}

#[test]
fn a_photo_of_very_many_owners_is_not_shown_since_some_may_have_found_no_room() {
    let mut solo = Solo::new();
    let most = Facts::MAX_OWNERS as u64;
    for n in (1..=most + 1).filter(|n| *n != 9).take(Facts::MAX_OWNERS) {
        assert_eq!(sees(&mut solo, PhotoId::of(CAT)), n > 1, "{n}");
        solo.open(n, "127.0.0.1");
        solo.hear(n, Message::Register(Register { share: true, ..register(n, PIN) }));
        solo.announce(n, vec![original(CAT)], true);
    }
    assert!(!sees(&mut solo, PhotoId::of(CAT)));
    let told = why(&mut solo, CAT).expect("all share");
    assert!(told.ends_with("it has so many owners that not all of them may be known"), "{told}");
}

#[test]
fn a_name_leads_to_the_shared_photos_that_have_it_as_if_there_were_no_others() {
    let (mut friends, ana, mut solo) = keeping(replica(b"nobody's"));
    let (ben, carl) = (friends.invite("ben"), friends.invite("carl"));
    comes(&mut solo, (1, 1), &ben, true);
    comes(&mut solo, (2, 2), &carl, false);
    solo.announce(1, vec![original(CAT)], true);
    solo.announce(2, vec![original(b"carl's")], true);
    assert_eq!(explain(&mut solo, "p.jpg", false).map_err(|all| all.len()), Err(3));
    let found = explain(&mut solo, "p.jpg", true).expect("one of three");
    assert_eq!(found.photo.id, PhotoId::of(CAT));
    solo.announce(1, vec![original(CAT), original(DOG)], true);
    assert_eq!(explain(&mut solo, "p.jpg", false).map_err(|all| all.len()), Err(4));
    assert_eq!(explain(&mut solo, "p.jpg", true).map_err(|all| all.len()), Err(2));
    // A photo of which the label alone is that name, and which is not shared, is not in the way.
    let mut solo = of(&ana);
    comes(&mut solo, (1, 1), &ben, true);
    hold(&mut solo, original(DOG));
    let facts = Facts { aliases: ["p.jpg".to_owned()].into(), ..Facts::named("cat.jpg") };
    solo.announce(1, vec![Record { facts: Arc::new(facts), ..original(CAT) }], true);
    let asked = |solo: &mut Solo, shared| explain(solo, "p.jpg", shared).map(|told| told.photo.id);
    assert_eq!(asked(&mut solo, false), Ok(PhotoId::of(DOG)));
    assert_eq!(asked(&mut solo, true), Ok(PhotoId::of(CAT)));
}

#[test]
fn who_does_not_share_is_named_and_of_many_the_first() {
    let mut friends = Friends::new();
    let members = ["ana", "ben", "carl", "dora", "eve", "fay"].map(|name| friends.invite(name));
    let owners: Vec<&MemberFile> = members.iter().skip(1).collect();
    let told = |owners: &[&MemberFile], somebody_shares: bool| {
        let mut solo = of(&members[0]);
        hold(&mut solo, owned(CAT, owners));
        for (n, member) in (1..).zip(owners) {
            comes(&mut solo, (n, n), member, false);
        }
        if somebody_shares {
            comes(&mut solo, (8, 8), &members[0], true);
        }
        why(&mut solo, CAT)
    };
    assert_eq!(told(&owners, false), None, "nobody shares anything");
    for (owners, words) in [
        (&owners[..0], "no owner of it is known"),
        (&owners[..1], "ben does not share (--share)"),
        (&owners[..3], "ben, carl, dora do not share (--share)"),
        (&owners[..4], "ben, carl, dora and another one do not share (--share)"),
        (&owners[..5], "ben, carl, dora and 2 others do not share (--share)"),
    ] {
        assert_eq!(told(owners, true), Some(format!("not shown to other groups: {words}")));
    }
}

#[test]
fn a_page_ends_after_so_many_photos_even_if_none_of_them_is_shared() {
    let (mut friends, _, mut solo) = keeping(replica(CAT));
    let (ben, carl) = (friends.invite("ben"), friends.invite("carl"));
    comes(&mut solo, (1, 1), &ben, false);
    let photos =
        |from: usize, to: usize| (from..to).map(|n| original(&n.to_be_bytes())).collect::<Vec<_>>();
    solo.announce(1, photos(0, PAGE_LOOKED_AT + 1), true);
    let (page, next) = list(&mut solo, None, true);
    assert_eq!(page, []);
    assert!(next.is_some(), "there is more to look at");
    assert_eq!(list(&mut solo, next, true), (vec![], None));
    comes(&mut solo, (2, 2), &carl, true);
    solo.announce(2, photos(PAGE_LOOKED_AT + 1, PAGE_LOOKED_AT + 1 + 2 * LIST_PAGE), true);
    let (mut all, mut after) = (0, None);
    loop {
        let (page, next) = list(&mut solo, after, true);
        all += page.len();
        assert!(next > after || next.is_none());
        match next {
            Some(_) => after = next,
            None => break,
        }
    }
    assert_eq!(all, 2 * LIST_PAGE);
}

#[test]
fn an_owner_from_before_the_group_shares_as_the_member_they_are_now() {
    let mut friends = Friends::new();
    let (ana, ben) = (friends.invite("ana"), friends.invite("ben"));
    let mut solo = of(&ana);
    let facts = Facts { owners: [MemberName::of_node(node(1))].into(), ..Facts::named("p.jpg") };
    hold(&mut solo, Record { facts: Arc::new(facts), ..replica(CAT) });
    comes(&mut solo, (2, 2), &ben, true);
    assert!(!sees(&mut solo, PhotoId::of(CAT)), "nobody knows whose node that was");
    comes(&mut solo, (1, 1), &ben, true);
    assert!(sees(&mut solo, PhotoId::of(CAT)));
}

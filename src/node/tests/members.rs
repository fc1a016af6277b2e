//! Persons: who may come in, whose proofs count, and who hears of it.

use std::sync::Arc;
use std::time::Duration;

use super::super::limits::{DOUBT, SETTLE, STAGGER, TICK};
use super::super::{Action, CloseReason, DiskEvent, LinkAction, LinkId};
use super::solo::{Solo, challenge, drop_within, original, proof, register};
use crate::photo::{Nonce, PhotoId, Proof};
use crate::protocol::group::{GroupFile, Roster};
use crate::protocol::{
    Address, Facts, Holding, MemberFile, MemberName, Membership, Message, NodeId, Record,
    Tombstone, Wish,
};

const PIN: Duration = Duration::from_secs(60);
const CAT: &[u8] = b"cat";

/// A group of friends.
pub(super) struct Friends {
    pub(super) file: GroupFile,
    invited: u8,
}

impl Friends {
    pub(super) fn new() -> Friends {
        Friends { file: GroupFile::new([1; 32], [2; 32]), invited: 0 }
    }

    pub(super) fn invite(&mut self, name: &str) -> MemberFile {
        self.invited += 1;
        self.file.invite(name.parse().unwrap(), [100 + self.invited; 32], 0).unwrap()
    }
}

/// The link key of node `n`, and with it its id.
pub(super) fn node(n: u64) -> NodeId {
    NodeId::of_key(&[n as u8; 32])
}

pub(super) fn membership(member: &MemberFile, n: u64) -> Membership {
    Membership::sign(&member.certificate, &member.key, [n as u8; 32])
}

/// Node 9, of this member.
pub(super) fn of(member: &MemberFile) -> Solo {
    Solo::with(|config| {
        config.node = node(9);
        config.membership = Some(membership(member, 9));
    })
}

/// Node `n` registers as this member's.
pub(super) fn knock(solo: &mut Solo, n: u64, member: &MemberFile) -> Vec<Action> {
    solo.open(n, "127.0.0.1");
    let mut register = register(n, PIN);
    register.node = node(n);
    register.member = Some(Box::new(membership(member, n)));
    solo.hear(n, Message::Register(register))
}

/// Node `n` comes in as this member's, with these photos.
pub(super) fn join(solo: &mut Solo, n: u64, member: &MemberFile, records: Vec<Record>) {
    let refused = refusal(&knock(solo, n, member));
    assert_eq!(refused, None);
    solo.announce(n, records, true);
}

fn refusal(actions: &[Action]) -> Option<String> {
    actions.iter().find_map(|action| match action {
        Action::Link(LinkAction::Close { reason: CloseReason::Refused(why), .. }) => {
            Some(why.clone())
        }
        _ => None,
    })
}

pub(super) fn replica(bytes: &[u8]) -> Record {
    Record { holding: Holding::Replica, ..original(bytes) }
}

pub(super) fn hold(solo: &mut Solo, record: Record) {
    let facts = Arc::unwrap_or_clone(record.facts);
    let (photo, holding) = (record.photo, record.holding);
    solo.tell(DiskEvent::Held { photo, facts, holding, files: 1 });
}

/// The node has found the right answers of all others.
pub(super) fn compute(solo: &mut Solo, nonce: Nonce) -> Vec<Action> {
    let proofs = (1..=8).map(|n| (node(n), Proof([7; 32]))).collect();
    solo.tell(DiskEvent::Proved { nonce, result: Ok(proofs) })
}

/// The question that a node asks when it wants to drop a copy, if it does.
pub(super) fn wants_to_drop(solo: &mut Solo) -> Option<Nonce> {
    challenge(&solo.wait(SETTLE + 8 * STAGGER))
}

#[test]
fn one_member_speaks_with_one_voice_however_many_nodes_prove() {
    let mut friends = Friends::new();
    let (ana, ben, carl) = (friends.invite("ana"), friends.invite("ben"), friends.invite("carl"));
    let mut solo = of(&ana);
    hold(&mut solo, replica(CAT));
    for n in 1..=3 {
        join(&mut solo, n, &ben, vec![replica(CAT)]);
    }
    assert_eq!(wants_to_drop(&mut solo), None, "only one other person has it");
    join(&mut solo, 4, &carl, vec![replica(CAT)]);
    let nonce = wants_to_drop(&mut solo).expect("ben and carl have it");
    compute(&mut solo, nonce);
    for n in 1..=3 {
        assert_eq!(drop_within(&solo.hear(n, proof(nonce))), None, "ben, once more");
    }
    assert!(drop_within(&solo.hear(4, proof(nonce))).is_some());
}

#[test]
fn other_computers_of_ones_own_count_one_by_one() {
    let mut friends = Friends::new();
    let ana = friends.invite("ana");
    let mut solo = of(&ana);
    hold(&mut solo, replica(CAT));
    for n in 1..=2 {
        join(&mut solo, n, &ana, vec![replica(CAT)]);
    }
    let nonce = wants_to_drop(&mut solo).expect("two others, who do not lie to it");
    compute(&mut solo, nonce);
    solo.hear(1, proof(nonce));
    assert!(drop_within(&solo.hear(2, proof(nonce))).is_some());
}

/// The node to which a photo is offered.
fn offered_to(actions: &[Action]) -> Option<LinkId> {
    actions.iter().find_map(|action| match action {
        Action::Link(LinkAction::Send { link, message: Message::KeepThis { .. } }) => Some(*link),
        _ => None,
    })
}

#[test]
fn a_copy_goes_to_a_member_who_has_none() {
    let mut friends = Friends::new();
    let (ana, ben) = (friends.invite("ana"), friends.invite("ben"));
    let mut solo = of(&ana);
    hold(&mut solo, original(CAT));
    join(&mut solo, 1, &ana, Vec::new());
    join(&mut solo, 2, &ben, vec![original(b"dog"), original(b"cow"), original(b"pig")]);
    let offered = offered_to(&solo.wait(SETTLE + 2 * TICK));
    assert_eq!(offered, Some(LinkId(2)), "though ana's other computer has more room");
}

#[test]
fn a_replica_moves_only_if_its_node_could_give_it_up_then() {
    let mut friends = Friends::new();
    let (ana, ben, carl) = (friends.invite("ana"), friends.invite("ben"), friends.invite("carl"));
    let offered = |copies: u32| {
        let mut solo = Solo::with(|config| {
            (config.node, config.copies) = (node(9), copies);
            config.membership = Some(membership(&ana, 9));
        });
        hold(&mut solo, replica(CAT));
        solo.hold(b"one that makes this disk fuller");
        join(&mut solo, 1, &ben, vec![original(CAT)]);
        join(&mut solo, 2, &carl, Vec::new());
        solo.has_disks(&[1, 2]);
        solo.wait(SETTLE + 2 * TICK);
        offered_to(&solo.hear(2, Message::Relieve { photos: 9, bytes: None }))
    };
    assert_eq!(offered(2), Some(LinkId(2)));
    assert_eq!(offered(3), None, "ben and carl are two, and ana wants three others to have it");
}

#[test]
fn two_computers_of_one_person_are_not_enough_while_a_friend_is_here() {
    let mut friends = Friends::new();
    let (ana, ben) = (friends.invite("ana"), friends.invite("ben"));
    let mut solo = of(&ana);
    hold(&mut solo, original(CAT));
    join(&mut solo, 1, &ana, vec![replica(CAT)]);
    solo.wait(SETTLE + 2 * TICK);
    assert_eq!(solo.status().under_replicated, 0, "nobody else is here");
    join(&mut solo, 2, &ben, Vec::new());
    solo.wait(SETTLE + 2 * TICK);
    assert_eq!(solo.status().under_replicated, 1);
}

#[test]
fn the_copies_wanted_are_what_two_members_agree_on() {
    let mut friends = Friends::new();
    let (ana, ben) = (friends.invite("ana"), friends.invite("ben"));
    let wish = |solo: &mut Solo, n: u64, member: &MemberFile, copies: u32| {
        solo.open(n, "127.0.0.1");
        let mut register = register(n, PIN);
        (register.node, register.copies) = (node(n), copies);
        register.member = Some(Box::new(membership(member, n)));
        solo.hear(n, Message::Register(register));
        solo.status().copies_wanted
    };
    let mut solo = of(&ana);
    assert_eq!(wish(&mut solo, 1, &ben, 400), 2, "one alone cannot have all copied 400 times");
    assert_eq!(wish(&mut solo, 2, &ben, 300), 2, "with as many nodes as he likes");
    let mut solo = Solo::with(|config| {
        (config.node, config.copies) = (node(9), 1);
        config.membership = Some(membership(&ana, 9));
    });
    assert_eq!(wish(&mut solo, 1, &ben, 3), 2, "nor leave all uncopied");
}

#[test]
fn who_does_not_belong_to_the_group_is_refused_in_words() {
    let mut friends = Friends::new();
    let (ana, ben) = (friends.invite("ana"), friends.invite("ben"));
    let again = friends.invite("ben");
    let mut others = Friends { file: GroupFile::new([1; 32], [3; 32]), invited: 0 };
    let stranger = others.invite("ben");
    let mut solo = of(&ana);
    join(&mut solo, 1, &again, Vec::new());
    let old = refusal(&knock(&mut solo, 2, &ben)).unwrap();
    assert!(old.contains("newer member file"), "{old}");
    let other = refusal(&knock(&mut solo, 3, &stranger)).unwrap();
    assert!(other.contains("belongs to group"), "{other}");
    solo.open(4, "127.0.0.1");
    let none = refusal(&solo.hear(4, Message::Register(register(4, PIN)))).unwrap();
    assert!(none.contains("--member"), "{none}");
    solo.open(5, "127.0.0.1");
    let mut borrowed = register(5, PIN);
    borrowed.node = node(5);
    borrowed.member = Some(Box::new(membership(&ana, 1)));
    let borrowed = refusal(&solo.hear(5, Message::Register(borrowed))).unwrap();
    assert!(borrowed.contains("is that of node"), "{borrowed}");
}

#[test]
fn what_another_wants_back_is_not_trimmed_again_at_once() {
    let mut friends = Friends::new();
    let [ana, ben, carl] = ["ana", "ben", "carl"].map(|name| friends.invite(name));
    let mut solo = of(&ana);
    solo.tell(DiskEvent::Room { free: 1 << 40, spare: 1 << 40 });
    for (n, member) in [(1, &ben), (2, &carl)] {
        join(&mut solo, n, member, vec![replica(CAT)]);
    }
    hold(&mut solo, Record { holding: Holding::Retired, ..replica(CAT) });
    // Node 1 is cut off from node 2, and so thinks that there are too few.
    let record = replica(CAT);
    let (photo, facts) = (record.photo, Facts::default());
    let id = photo.id;
    solo.hear(1, Message::KeepThis { photo, facts });
    solo.tell(DiskEvent::Returned { photo: id, result: Ok(Holding::Replica), file: None });
    assert_eq!(challenge(&solo.wait(DOUBT - SETTLE)), None);
    assert!(challenge(&solo.wait(2 * SETTLE + 8 * STAGGER)).is_some(), "in the end it goes");
}

#[test]
fn the_photos_of_a_members_own_computers_always_find_a_place() {
    let mut friends = Friends::new();
    let (ana, ben) = (friends.invite("ana"), friends.invite("ben"));
    let mut solo = of(&ana);
    solo.node.cx.table.bounds.of_member = 1;
    join(&mut solo, 1, &ana, vec![original(b"1"), original(b"2")]);
    join(&mut solo, 2, &ben, vec![original(b"3"), original(b"4")]);
    assert_eq!(solo.list().len(), 3, "the second one of ben's is left out");
}

#[test]
fn two_computers_of_one_member_are_told_apart() {
    let mut friends = Friends::new();
    let (ana, ben) = (friends.invite("ana"), friends.invite("ben"));
    let mut solo = of(&ana);
    let mut come = |n: u64, name: &str, port: u16| {
        solo.open(n, "127.0.0.1");
        let mut register = register(n, PIN);
        register.node = node(n);
        register.member = Some(Box::new(membership(&ben, n)));
        register.name = name.parse().ok();
        register.address = Address::new("127.0.0.1", port);
        solo.hear(n, Message::Register(register));
        [1, 2, 3].map(|n| solo.node.cx.called(node(n)))
    };
    let nobody = |n| format!("node {}", node(n));
    assert_eq!(come(1, "nas", 5001), ["ben".to_owned(), nobody(2), nobody(3)]);
    assert_eq!(come(2, "laptop", 5002), ["ben/nas".to_owned(), "ben/laptop".to_owned(), nobody(3)]);
    assert_eq!(come(3, "nas", 5003), ["ben/nas (5001)", "ben/laptop", "ben/nas (5003)"]);
}

#[test]
fn a_node_without_a_group_takes_in_no_member() {
    let ben = Friends::new().invite("ben");
    let refused = refusal(&knock(&mut Solo::new(), 1, &ben)).unwrap();
    assert!(refused.contains("without --member"), "{refused}");
}

#[test]
fn who_is_removed_goes_at_once_and_is_no_holder_any_more() {
    let mut friends = Friends::new();
    let (ana, ben, carl) = (friends.invite("ana"), friends.invite("ben"), friends.invite("carl"));
    let mut solo = of(&ana);
    join(&mut solo, 1, &ben, vec![original(CAT)]);
    join(&mut solo, 2, &carl, Vec::new());
    assert_eq!(solo.list().len(), 1);
    let removals = vec![friends.file.remove(&"ben".parse().unwrap(), 0).unwrap()];
    let roster = Roster { removals, ..Roster::default() };
    let nodes = std::collections::BTreeMap::new();
    let actions = solo.hear(2, Message::ConnectionUpdate { nodes, roster });
    assert!(refusal(&actions).is_some(), "his link is closed");
    solo.wait(TICK);
    assert_eq!(solo.list().len(), 0);
    assert!(solo.status().nodes.iter().all(|other| other.id != node(1)), "he is not waited for");
    let refused = refusal(&knock(&mut solo, 3, &ben)).unwrap();
    assert!(refused.contains("was removed"), "{refused}");
    join(&mut solo, 4, &friends.invite("ben"), Vec::new());
}

#[test]
fn a_word_signed_by_nobody_who_belongs_here_removes_nothing() {
    let mut friends = Friends::new();
    let (ana, ben) = (friends.invite("ana"), friends.invite("ben"));
    let stranger = Friends { file: GroupFile::new([1; 32], [3; 32]), invited: 0 }.invite("ben");
    let photo = PhotoId::of(CAT);
    let by = |member: &MemberFile, counter| {
        let signer = (&member.certificate, &member.key);
        Tombstone::sign_as_member(signer, photo, counter, Wish::Removed)
    };
    let mut solo = of(&ana);
    let owners = [ben.certificate.name()].into();
    let facts = Arc::new(Facts { owners, ..Facts::named("cat.jpg") });
    hold(&mut solo, Record { facts, ..replica(CAT) });
    join(&mut solo, 1, &ben, Vec::new());
    let say = |solo: &mut Solo, word: Tombstone| {
        let (records, gone, tombstones) = (Vec::new(), Vec::new(), vec![word]);
        solo.hear(1, Message::ImageInfo { records, gone, tombstones, complete: false });
        solo.list().len()
    };
    assert_eq!(say(&mut solo, Tombstone::sign(&ben.key, photo, 9, Wish::Removed)), 1);
    assert_eq!(say(&mut solo, by(&stranger, 9)), 1);
    assert_eq!(say(&mut solo, by(&ben, 1)), 0);
}

#[test]
fn nobody_invents_owners() {
    let mut friends = Friends::new();
    let (ana, ben) = (friends.invite("ana"), friends.invite("ben"));
    let mut solo = of(&ana);
    let invented = (0..20).map(|n| format!("friend{n}").parse::<MemberName>().unwrap());
    let facts = Arc::new(Facts { owners: invented.collect(), ..Facts::named("cat.jpg") });
    join(&mut solo, 1, &ben, vec![Record { facts, ..replica(CAT) }]);
    let told = solo.node.table().next().unwrap().1.owners.clone();
    assert!(told.is_empty(), "{told:?}");
}

#[test]
fn what_is_removed_at_one_computer_goes_at_the_owners_other_one_too() {
    let mut friends = Friends::new();
    let (ana, ben) = (friends.invite("ana"), friends.invite("ben"));
    let photo = PhotoId::of(CAT);
    let signer = (&ana.certificate, &ana.key);
    let word = Tombstone::sign_as_member(signer, photo, 1, Wish::Removed);
    let (mut before, mut after) = (of(&ana), of(&ana));
    hold(&mut before, original(CAT));
    for solo in [&mut before, &mut after] {
        join(solo, 1, &ana, Vec::new());
        join(solo, 2, &ben, vec![replica(CAT)]);
        let (records, gone, tombstones) = (Vec::new(), Vec::new(), vec![word.clone()]);
        solo.hear(1, Message::ImageInfo { records, gone, tombstones, complete: false });
    }
    hold(&mut after, original(CAT));
    let reads = |actions: &[Action]| format!("{actions:?}").contains("Prove");
    let went = before.wait(SETTLE + 4 * TICK);
    assert!(reads(&went), "the file that was here goes to the trash");
    assert!(!format!("{went:?}").contains("Lifted"), "and does not come back");
    let lifted = format!("{:?}", after.wait(SETTLE + 4 * TICK));
    assert!(lifted.contains("Lifted") && !lifted.contains("Prove"), "a later one is wanted");
}

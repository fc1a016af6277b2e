//! Whose signed words on photos count: those of a certificate that counts, by an owner on record.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::limits::{SETTLE, TICK};
use super::members::{Friends, hold, join, node, of, replica};
use super::solo::{Solo, original};
use crate::photo::PhotoId;
use crate::protocol::group::{Revocation, Roster};
use crate::protocol::{
    Answer, Facts, MemberFile, MemberName, Message, Record, Request, Tombstone, Wish,
};

const CAT: &[u8] = b"cat";

fn word(member: &MemberFile, wish: Wish) -> Tombstone {
    let signer = (&member.certificate, &member.key);
    Tombstone::sign_as_member(signer, PhotoId::of(CAT), 1, wish)
}

fn say(solo: &mut Solo, n: u64, word: Tombstone) {
    let (records, gone, tombstones) = (Vec::new(), Vec::new(), vec![word]);
    solo.hear(n, Message::ImageInfo { records, gone, tombstones, complete: false });
}

fn tell_roster(solo: &mut Solo, n: u64, roster: Roster) {
    solo.hear(n, Message::ConnectionUpdate { nodes: BTreeMap::new(), roster });
}

/// Somebody's later certificate is heard of.
fn renewed(solo: &mut Solo, n: u64, member: &MemberFile) {
    let certificates = vec![member.certificate.clone()];
    tell_roster(solo, n, Roster { certificates, ..Roster::default() });
}

fn removed(solo: &mut Solo, n: u64, removal: Revocation) {
    tell_roster(solo, n, Roster { removals: vec![removal], ..Roster::default() });
}

/// The photo, which is said to be owned by these.
fn owned(record: Record, owners: impl IntoIterator<Item = MemberName>) -> Record {
    let facts = Facts { owners: owners.into_iter().collect(), ..Facts::named("cat.jpg") };
    Record { facts: Arc::new(facts), ..record }
}

/// Whether the collection shows the photo, when all has settled.
fn is_shown(solo: &mut Solo) -> bool {
    solo.wait(SETTLE + 2 * TICK);
    !solo.list().is_empty()
}

#[test]
fn a_stolen_file_moves_nothing_on_its_owners_own_computers() {
    let mut friends = Friends::new();
    let (stolen, carl) = (friends.invite("ben"), friends.invite("carl"));
    let ben = friends.invite("ben");
    let mut solo = of(&ben);
    hold(&mut solo, original(CAT));
    join(&mut solo, 1, &carl, vec![replica(CAT)]);
    say(&mut solo, 1, word(&stolen, Wish::Removed));
    let did = solo.wait(SETTLE + 4 * TICK);
    assert!(!format!("{did:?}").contains("Prove"), "his file stays");
    assert!(is_shown(&mut solo));
}

#[test]
fn a_word_ends_with_its_certificate_in_whatever_order_they_are_heard() {
    for certificate_first in [true, false] {
        let mut friends = Friends::new();
        let (ana, old, carl) = (friends.invite("ana"), friends.invite("ben"), friends.invite("c"));
        let new = friends.invite("ben");
        let mut solo = of(&ana);
        hold(&mut solo, owned(replica(CAT), [old.certificate.name()]));
        join(&mut solo, 1, &carl, Vec::new());
        if certificate_first {
            renewed(&mut solo, 1, &new);
        } else {
            renewed(&mut solo, 1, &old);
            say(&mut solo, 1, word(&old, Wish::Removed));
            assert!(!is_shown(&mut solo));
            renewed(&mut solo, 1, &new);
        }
        say(&mut solo, 1, word(&old, Wish::Removed));
        assert!(is_shown(&mut solo), "certificate first: {certificate_first}");
        say(&mut solo, 1, word(&new, Wish::Removed));
        assert!(!is_shown(&mut solo), "he says it again");
    }
}

#[test]
fn what_only_a_removed_member_owned_is_removed_by_nobody() {
    let mut friends = Friends::new();
    let (ana, ben, cia) = (friends.invite("ana"), friends.invite("ben"), friends.invite("cia"));
    let names = [&ben, &cia].map(|member| member.certificate.name());
    // He may say that it is his own, too.
    for owners in [&names[1..], &names] {
        for word_first in [true, false] {
            let mut solo = of(&ana);
            hold(&mut solo, owned(replica(CAT), owners.iter().copied()));
            join(&mut solo, 1, &ben, Vec::new());
            renewed(&mut solo, 1, &cia);
            if word_first {
                say(&mut solo, 1, word(&ben, Wish::Removed));
            }
            removed(&mut solo, 1, friends.file.remove(&names[1], 0).unwrap());
            if !word_first {
                say(&mut solo, 1, word(&ben, Wish::Removed));
            }
            assert!(is_shown(&mut solo), "{owners:?}, word first: {word_first}");
        }
    }
}

#[test]
fn what_others_tell_of_a_removed_owner_is_believed() {
    let mut friends = Friends::new();
    let (ana, ben, cia) = (friends.invite("ana"), friends.invite("ben"), friends.invite("cia"));
    let mut solo = of(&ana);
    join(&mut solo, 1, &ben, Vec::new());
    removed(&mut solo, 1, friends.file.remove(&cia.certificate.name(), 0).unwrap());
    let owners = [&ben, &cia].map(|member| member.certificate.name());
    solo.announce(1, vec![owned(replica(CAT), owners)], true);
    say(&mut solo, 1, word(&ben, Wish::Removed));
    assert!(is_shown(&mut solo));
}

#[test]
fn what_a_node_of_before_the_group_owned_is_removed_by_whom_it_belongs_to_now() {
    let mut friends = Friends::new();
    let (ana, ben) = (friends.invite("ana"), friends.invite("ben"));
    let before = MemberName::of_node(node(2));
    let mut solo = of(&ana);
    hold(&mut solo, owned(replica(CAT), [before, ben.certificate.name()]));
    join(&mut solo, 1, &ben, Vec::new());
    say(&mut solo, 1, word(&ben, Wish::Removed));
    assert!(is_shown(&mut solo), "nobody knows whose it was");
    join(&mut solo, 2, &ben, Vec::new());
    assert!(!is_shown(&mut solo), "it was his own");
}

#[test]
fn who_is_no_owner_on_record_removes_nothing_whenever_they_say_it() {
    let mut friends = Friends::new();
    let (ana, ben, carl) = (friends.invite("ana"), friends.invite("ben"), friends.invite("c"));
    for word_first in [true, false] {
        for by_owner in [true, false] {
            let mut solo = of(&ana);
            join(&mut solo, 1, &ben, Vec::new());
            join(&mut solo, 2, &carl, Vec::new());
            let by = if by_owner { &ben } else { &carl };
            let record = owned(replica(CAT), [ben.certificate.name()]);
            if word_first {
                say(&mut solo, 2, word(by, Wish::Removed));
            }
            solo.announce(1, vec![record], true);
            if !word_first {
                say(&mut solo, 2, word(by, Wish::Removed));
            }
            assert_eq!(is_shown(&mut solo), !by_owner, "word first: {word_first}");
        }
    }
}

#[test]
fn the_words_of_a_removed_member_end_with_his_membership() {
    let mut friends = Friends::new();
    let (ana, ben, carl) = (friends.invite("ana"), friends.invite("ben"), friends.invite("c"));
    let mut solo = of(&ana);
    hold(&mut solo, owned(replica(CAT), [ben.certificate.name()]));
    join(&mut solo, 1, &carl, Vec::new());
    renewed(&mut solo, 1, &ben);
    say(&mut solo, 1, word(&ben, Wish::Removed));
    assert!(!is_shown(&mut solo));
    removed(&mut solo, 1, friends.file.remove(&ben.certificate.name(), 0).unwrap());
    assert!(is_shown(&mut solo), "it stays as nobody's");
}

#[test]
fn a_word_on_a_photo_that_nobody_has_says_nothing_of_it() {
    let mut friends = Friends::new();
    let (ana, ben) = (friends.invite("ana"), friends.invite("ben"));
    let mut solo = of(&ana);
    join(&mut solo, 1, &ben, Vec::new());
    say(&mut solo, 1, word(&ben, Wish::Removed));
    let image_name = PhotoId::of(CAT).to_string();
    let answer = solo.ask(Request::GetImageRequest { image_name });
    let Some(Answer::NotFound { reason, .. }) = answer else { panic!("{answer:?}") };
    assert!(!reason.contains("removed"), "{reason}");
}

#[test]
fn what_has_no_owner_on_record_is_removed_by_nobody() {
    let mut friends = Friends::new();
    let (ana, ben) = (friends.invite("ana"), friends.invite("ben"));
    let mut solo = of(&ana);
    hold(&mut solo, owned(replica(CAT), []));
    join(&mut solo, 1, &ben, Vec::new());
    say(&mut solo, 1, word(&ben, Wish::Removed));
    assert!(is_shown(&mut solo));
}

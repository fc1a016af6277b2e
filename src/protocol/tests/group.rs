//! Members: what proves them, the files that they carry about, and forgeries of both.

use ed25519_dalek::SigningKey;
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::protocol::group::{AnyFile, FileError, GroupFile, Invited, MEMBERS};
use crate::protocol::{
    Certificate, GroupKey, MemberFile, MemberName, Membership, NodeId, NodeName, Revocation, Visit,
};

/// When people are invited, in seconds since 1970.
const NOW: u64 = 1_790_000_000;

fn name(text: &str) -> MemberName {
    text.parse().unwrap()
}

/// A group, and its member ben.
fn group(seed: u8) -> (GroupFile, MemberFile) {
    let mut group = GroupFile::new([seed; 32], [seed + 1; 32]);
    let ben = group.invite(name("ben"), [seed + 2; 32], NOW).unwrap();
    (group, ben)
}

pub(super) fn visit() -> impl Strategy<Value = Box<Visit>> {
    any::<[u8; 32]>().prop_map(|handshake| {
        let MemberFile { key, certificate, .. } = group(1).1;
        Box::new(Visit::sign(&certificate, &key, &handshake))
    })
}

pub(super) fn membership() -> impl Strategy<Value = Box<Membership>> {
    any::<[u8; 32]>().prop_map(|link_key| {
        let MemberFile { key, certificate, .. } = group(1).1;
        Box::new(Membership::sign(&certificate, &key, link_key))
    })
}

pub(super) fn removal() -> impl Strategy<Value = Revocation> {
    any::<u64>()
        .prop_map(|serial| Revocation::sign(&SigningKey::from_bytes(&[1; 32]), name("ben"), serial))
}

/// The text with the byte at a place changed.
fn changed(text: &str, at: usize) -> String {
    let mut bytes = text.as_bytes().to_vec();
    bytes[at] = if bytes[at] == b'1' { b'2' } else { b'1' };
    String::from_utf8(bytes).unwrap()
}

/// Whether this is read back as it was written, and no byte of it can be changed.
fn is_sealed<T: Serialize + DeserializeOwned + PartialEq>(proof: &T) -> bool {
    let text = serde_json::to_string(proof).unwrap();
    let read = |text: &str| serde_json::from_str::<T>(text).ok();
    read(&text).as_ref() == Some(proof)
        && (0..text.len()).all(|at| read(&changed(&text, at)).is_none())
}

fn read<T: DeserializeOwned>(value: Value) -> Result<T, String> {
    serde_json::from_value(value).map_err(|error| error.to_string())
}

fn words<T>(result: Result<T, FileError>) -> String {
    result.err().expect("it was taken").to_string()
}

#[test]
fn proofs_are_read_back_and_nothing_in_them_can_be_changed() {
    let (mut group, MemberFile { key, certificate, .. }) = group(1);
    assert!(is_sealed(&certificate));
    assert!(is_sealed(&Membership::sign(&certificate, &key, [7; 32])));
    assert!(is_sealed(&group.remove(&name("ben"), NOW).unwrap()));
}

#[test]
fn a_certificate_of_another_group_or_name_or_serial_is_refused() {
    let (mut group_1, MemberFile { certificate, .. }) = group(1);
    let again = group_1.invite(name("ben"), [7; 32], NOW).unwrap().certificate;
    let others = [again, group(40).1.certificate];
    let written = |certificate: &Certificate| serde_json::to_value(certificate).unwrap();
    for field in ["group", "serial", "key", "signature"] {
        for other in
            others.iter().filter(|other| written(other)[field] != written(&certificate)[field])
        {
            let mut forged = written(&certificate);
            forged[field] = written(other)[field].clone();
            let error = read::<Certificate>(forged).unwrap_err();
            assert!(error.contains("signature is wrong"), "{field}: {error}");
        }
    }
    let mut forged = written(&certificate);
    forged["name"] = json!("ana");
    assert!(read::<Certificate>(forged).is_err());
}

#[test]
fn a_key_that_signs_anything_makes_no_group() {
    // The point of order one: with it, one signature fits any statement unless one looks closely.
    let mut weak = serde_json::to_value(group(1).1.certificate).unwrap();
    weak["group"] = json!(format!("01{}", "00".repeat(31)));
    weak["signature"] = json!(format!("01{}", "00".repeat(63)));
    assert!(read::<Certificate>(weak).is_err());
}

#[test]
fn one_statement_cannot_stand_for_another() {
    let (_, MemberFile { key, certificate, .. }) = group(1);
    let bytes = [7; 32];
    let membership = serde_json::to_value(Membership::sign(&certificate, &key, bytes)).unwrap();
    let visit = serde_json::to_value(Visit::sign(&certificate, &key, &bytes)).unwrap();
    let mut forged = membership.clone();
    forged["signature"] = visit["signature"].clone();
    assert!(read::<Membership>(forged).is_err(), "a connection's for a node's");
    let forged =
        json!({"certificate": membership["certificate"], "signature": membership["signature"]});
    let forged: Visit = read(forged).unwrap();
    assert!(forged.verify(&bytes).is_err(), "a node's for a connection's");
}

#[test]
fn a_visit_is_good_for_its_own_connection_alone() {
    let (_, MemberFile { key, certificate, .. }) = group(1);
    let visit = Visit::sign(&certificate, &key, &[1; 32]);
    let visit: Visit = read(serde_json::to_value(visit).unwrap()).unwrap();
    assert_eq!(visit.verify(&[1; 32]), Ok(&certificate));
    assert!(visit.verify(&[2; 32]).is_err());
    let stranger = Visit::sign(&certificate, &SigningKey::from_bytes(&[99; 32]), &[1; 32]);
    assert!(stranger.verify(&[1; 32]).is_err(), "with another's certificate");
}

#[test]
fn a_membership_names_the_node_of_its_key() {
    let (_, MemberFile { key, certificate, .. }) = group(1);
    let membership = Membership::sign(&certificate, &key, [7; 32]);
    assert_eq!(membership.node(), NodeId::of_key(&[7; 32]));
    assert_eq!((membership.name(), membership.group()), (name("ben"), certificate.group()));
}

#[test]
fn a_removal_voids_all_certificates_of_its_name_so_far() {
    let (mut ours, ben) = group(1);
    let ana = ours.invite(name("ana"), [7; 32], NOW).unwrap();
    let removal = ours.remove(&name("ben"), NOW).unwrap();
    let again = ours.invite(name("ben"), [8; 32], NOW).unwrap();
    let theirs = group(40).1;
    let voided = [&ben, &ana, &again, &theirs].map(|file| removal.voids(&file.certificate));
    assert_eq!(voided, [true, false, false, false]);
}

#[test]
fn files_are_read_back() {
    let (mut group, ben) = group(1);
    group.invite(name("ana"), [8; 32], NOW + 5).unwrap();
    let removal = group.remove(&name("ben"), NOW).unwrap();
    let read = GroupFile::from_text(&group.to_text()).unwrap();
    assert_eq!((read.to_text(), read.group()), (group.to_text(), group.group()));
    let invited = |name, serial, removed| Invited { name, serial, removed };
    let expected = [invited(name("ben"), NOW + 1, true), invited(name("ana"), NOW + 5, false)];
    assert_eq!(read.invited(), expected);
    let read = MemberFile::from_text(&ben.to_text()).unwrap();
    assert_eq!((read.to_text(), read.certificate), (ben.to_text(), ben.certificate.clone()));
    assert_eq!(Revocation::from_text(&removal.to_text()), Ok(removal.clone()));
    // As some mail programs leave them.
    let mailed = ben.to_text().replace('\n', "\r\n");
    assert_eq!(MemberFile::from_text(&mailed).unwrap().certificate, ben.certificate);
}

#[test]
fn a_changed_byte_anywhere_in_a_file_is_noticed() {
    let (mut group, ben) = group(1);
    let removal = group.remove(&name("ben"), NOW).unwrap();
    for text in [group.to_text(), ben.to_text(), removal.to_text()] {
        // How the last line ends is of no meaning.
        for at in 0..text.len() - 1 {
            assert!(AnyFile::from_text(&changed(&text, at)).is_err(), "byte {at} of {text}");
        }
    }
}

#[test]
fn one_kind_of_file_is_not_taken_for_another() {
    let (mut group, ben) = group(1);
    let removal = group.remove(&name("ben"), NOW).unwrap();
    let (group, ben, removal) = (group.to_text(), ben.to_text(), removal.to_text());
    assert!(matches!(AnyFile::from_text(&group), Ok(AnyFile::Group(_))));
    assert!(matches!(AnyFile::from_text(&ben), Ok(AnyFile::Member(_))));
    assert!(matches!(AnyFile::from_text(&removal), Ok(AnyFile::Removal(_))));
    assert_eq!(words(GroupFile::from_text(&ben)), "it is a member file, and not a group file");
    assert_eq!(words(MemberFile::from_text(&group)), "it is a group file, and not a member file");
    assert_eq!(words(MemberFile::from_text(&removal)), "it is a removal, and not a member file");
    assert_eq!(words(Revocation::from_text("")), "it is something else, and not a removal");
    let old = MemberFile::from_text("photomesh-key-0123").err();
    assert_eq!(old, Some(FileError::Earlier));
    assert!(FileError::Earlier.to_string().contains("photomesh group new"));
}

#[test]
fn serials_go_up() {
    let (mut group, ben) = group(1);
    let old_copy = group.clone();
    let serial = |file: &MemberFile| file.certificate.serial();
    assert_eq!(serial(&ben), NOW);
    // In the same second, by a clock that went back, and by an old copy of the file a second later.
    let second = group.invite(name("ben"), [5; 32], NOW).unwrap();
    let third = group.invite(name("ben"), [6; 32], NOW - 100).unwrap();
    let by_copy = old_copy.clone().invite(name("ben"), [7; 32], NOW + 3).unwrap();
    assert_eq!([&second, &third, &by_copy].map(serial), [NOW + 1, NOW + 2, NOW + 3]);
    assert!(by_copy.certificate.is_later_than(&third.certificate));
    assert_eq!(group.remove(&name("ben"), NOW).unwrap().serial(), NOW + 3);
    // Two of one serial: all choose the same.
    let twin = old_copy.clone().invite(name("ben"), [8; 32], NOW + 1).unwrap();
    let (a, b) = (&second.certificate, &twin.certificate);
    assert_eq!((serial(&twin), a.is_later_than(b)), (NOW + 1, !b.is_later_than(a)));
}

#[test]
fn a_group_has_room_for_so_many_and_no_two_alike() {
    let (mut group, _) = group(1);
    assert_eq!(words(group.invite(name("Ben"), [5; 32], NOW)), "there is a member ben already");
    assert!(words(group.remove(&name("cia"), NOW)).contains("known are: ben"));
    for number in 1..MEMBERS {
        group.invite(name(&format!("m{number}")), [5; 32], NOW).unwrap();
    }
    assert!(words(group.invite(name("late"), [5; 32], NOW)).contains("at most 64 members"));
    assert!(group.invite(name("ben"), [5; 32], NOW).is_ok(), "he is counted already");
}

#[test]
fn a_file_whose_key_is_another_one_is_refused() {
    let (_, ben) = group(1);
    let mixed = MemberFile { key: SigningKey::from_bytes(&[99; 32]), ..ben };
    assert!(
        words(MemberFile::from_text(&mixed.to_text())).contains("not the one in its certificate")
    );
}

#[test]
fn names_of_people_and_computers() {
    let longest = "a".repeat(32);
    for good in ["ana", "Ben", "7", "a.b-c_d", &longest] {
        assert_eq!(name(good).as_str(), good);
        assert_eq!(good.parse::<NodeName>().unwrap().to_string(), good);
        assert_eq!(read::<NodeName>(json!(good)).unwrap().to_string(), good);
    }
    let too_long = "a".repeat(33);
    for bad in ["", " ", ".", "-a", "a b", "a/b", "ä", "a\u{202e}b", "a\n", &too_long] {
        assert!(bad.parse::<MemberName>().is_err() && bad.parse::<NodeName>().is_err(), "{bad:?}");
        assert!(read::<MemberName>(json!(bad)).is_err(), "{bad:?}");
        assert!(read::<NodeName>(json!(bad)).is_err(), "{bad:?}");
    }
    let likes = [
        ("nas.local", "nas"),
        ("Anas Mac", "Anas-Mac"),
        ("büro", "b-ro"),
        ("-x", "x"),
        ("", "node"),
        ("...", "node"),
        (&too_long, &longest),
    ];
    for (host, expected) in likes {
        let like = NodeName::like(host).to_string();
        assert_eq!(like, expected, "{host:?}");
        assert!(like.parse::<NodeName>().is_ok(), "{like}");
    }
}

#[test]
fn a_secret_is_not_shown() {
    let (group, ben) = group(0xab);
    let shown = format!("{group:?} {ben:?} {:?}", GroupKey::new([0xab; 32]));
    for secret in [0xab_u8, 0xac, 0xad].map(|byte| format!("{byte:02x}").repeat(4)) {
        assert!(!shown.contains(&secret), "{shown}");
    }
}

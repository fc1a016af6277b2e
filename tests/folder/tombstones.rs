//! What owners have removed is remembered, and comes back as whatever it has to be.

use std::fs;
use std::io::Write;

use ed25519_dalek::SigningKey;
use photomesh::folder::StoreError;
use photomesh::photo::PhotoId;
use photomesh::protocol::Holding::{Original, Replica, RetiredOriginal};
use photomesh::protocol::group::GroupFile;
use photomesh::protocol::{MemberName, NodeId, Tombstone, Wish};

use super::{Options, Room, Told, told};

const FILE: &str = ".photomesh/tombstones";
const TRASH: &str = ".photomesh/trash";

#[test]
fn what_is_signed_is_there_after_a_start_and_is_signed_by_the_folder() {
    let mut room = Room::new();
    let photo = PhotoId::of(b"a photo");
    let first = room.folder.sign(photo, 1, Wish::Removed).unwrap();
    assert_eq!(first.owner(), MemberName::of_node(room.folder.identity().node()));
    let second = room.folder.sign(photo, 2, Wish::Lifted).unwrap();
    let other = room.folder.sign(PhotoId::of(b"b"), 1, Wish::Removed);
    let mut room = room.reopened();
    let mut known = room.folder.tombstones();
    known.sort_by_key(|tombstone| tombstone.photo() != photo);
    assert_eq!(known, [second, other.unwrap()]);
    // An older word changes nothing, whenever it comes.
    room.folder.note_tombstones(&[first]).unwrap();
    assert_eq!(room.reopened().folder.tombstones().len(), 2);
}

#[test]
fn others_words_are_kept_too() {
    let mut friend = Room::new();
    let theirs = friend.folder.sign(PhotoId::of(b"a"), 7, Wish::Removed);
    let theirs = theirs.unwrap();
    let mut room = Room::new();
    room.folder.note_tombstones(std::slice::from_ref(&theirs)).unwrap();
    assert_eq!(room.reopened().folder.tombstones(), [theirs]);
}

#[test]
fn torn_and_forged_lines_are_left_out_and_harm_no_other() {
    let mut room = Room::new();
    let good = room.folder.sign(PhotoId::of(b"a"), 1, Wish::Removed);
    let good = good.unwrap();
    let forged = fs::read_to_string(room.path(FILE)).unwrap();
    let forged = forged.replace("removed", "lifted").replace(":1,", ":2,");
    let mut file = fs::File::options().append(true).open(room.path(FILE)).unwrap();
    write!(file, "{forged}{}", &forged[..50]).unwrap();
    let mut room = room.reopened();
    assert_eq!(room.folder.tombstones(), std::slice::from_ref(&good));
    // The next one does not end up behind the torn line.
    let next = room.folder.sign(PhotoId::of(b"b"), 1, Wish::Removed);
    let next = next.unwrap();
    let known = room.reopened().folder.tombstones();
    assert_eq!(known.len(), 2);
    assert!(known.contains(&good) && known.contains(&next));
}

#[test]
fn nothing_is_signed_that_cannot_be_kept() {
    let mut room = Room::new();
    // A directory in its place: neither to be appended to nor to be replaced.
    fs::create_dir(room.path(FILE)).unwrap();
    let signed = room.folder.sign(PhotoId::of(b"a"), 1, Wish::Removed);
    assert!(matches!(signed, Err(StoreError::Io(_))), "{signed:?}");
    assert!(room.folder.tombstones().is_empty());
}

#[test]
fn a_removed_original_lies_in_the_trash_and_says_by_whom() {
    let mut room = Room::new();
    let cat = room.draw("2024/cat.jpg", 1);
    room.scan();
    let me = room.folder.identity().node();
    let others = room.remove(cat, NodeId(0xfeed));
    assert!(matches!(others, Err(StoreError::Io(_))), "{others:?}");
    assert!(room.path("2024/cat.jpg").is_file());
    room.remove(cat, me).unwrap();
    let copies = room.trash(TRASH);
    let note = fs::read(room.path(format!("{TRASH}/{}.json", copies[0]))).unwrap();
    let note: serde_json::Value = serde_json::from_slice(&note).unwrap();
    assert_eq!(note["why"], "removed");
    assert_eq!(note["removed_by"], me.to_string());
    let mut room = room.reopened();
    assert_eq!(told(&room.scan()), [Told::Held(cat, RetiredOriginal, 0), Told::Scanned(0)]);
    // For the mesh it comes back, but not into the folder from which its owner has removed it.
    assert_eq!(room.folder.restore(cat, Some(Replica)), Ok(Replica));
    assert!(!room.path("2024/cat.jpg").exists());
    room.remove(cat, NodeId(0xfeed)).unwrap();
    assert_eq!(room.folder.restore(cat, Some(Original)), Ok(Original));
    assert!(room.path("cat.jpg").is_file());
}

#[test]
fn what_was_said_by_an_earlier_member_file_is_said_again_by_the_new_one() {
    let mut group = GroupFile::new([1; 32], [2; 32]);
    let mut invite = |name: &str, key| group.invite(name.parse().unwrap(), [key; 32], 0).unwrap();
    let (ana, ben, ana_again) = (invite("ana", 3), invite("ben", 4), invite("ana", 5));
    let of = |member| Options { member: Some(member), ..Options::default() };
    let [cat, dog] = [PhotoId::of(b"cat"), PhotoId::of(b"dog")];

    let mut room = Room::with(Options::default());
    room.folder.sign(cat, 1, Wish::Removed).unwrap();
    let mut room = room.reopened_with(of(ana));
    room.folder.adopt_own_words().unwrap();
    // A thief can say the last word of all by it.
    room.folder.sign(dog, u64::MAX, Wish::Lifted).unwrap();
    let bens = Tombstone::sign_as_member((&ben.certificate, &ben.key), dog, 7, Wish::Removed);
    room.folder.note_tombstones(std::slice::from_ref(&bens)).unwrap();

    let mut room = room.reopened_with(of(ana_again.clone()));
    room.folder.adopt_own_words().unwrap();
    let room = room.reopened_with(of(ana_again.clone()));
    let known = room.folder.tombstones();
    let certificate = Some(&ana_again.certificate);
    let anew = known.iter().filter(|word| word.certificate() == certificate);
    let anew = anew.map(|word| (word.photo(), word.counter(), word.wish()));
    let mut said = [(cat, 1, Wish::Removed), (dog, 1 << 32, Wish::Lifted)];
    said.sort_by_key(|(photo, ..)| *photo);
    assert!(anew.eq(said), "{known:?}");
    assert!(known.contains(&bens), "nobody signs for others");
}

#[test]
fn a_word_that_changes_again_and_again_does_not_fill_the_disk() {
    let mut room = Room::new();
    let photo = PhotoId::of(b"a photo");
    let key = SigningKey::from_bytes(&[7; 32]);
    let words: Vec<Tombstone> =
        (1..=3_000).map(|n| Tombstone::sign(&key, photo, n, Wish::Removed)).collect();
    for some in words.chunks(100) {
        room.folder.note_tombstones(some).unwrap();
    }
    let lines = fs::read_to_string(room.path(FILE)).unwrap().lines().count();
    assert!(lines < 1_500, "{lines} lines for one word");
    assert_eq!(room.reopened().folder.tombstones(), words[2_999..]);
}

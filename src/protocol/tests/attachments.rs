//! Bytes of photos beside their JSON: they arrive as they went, and whatever is not as agreed is an error in words.

use proptest::prelude::*;

use super::frames::channels;
use super::round_trips::blob;
use crate::protocol::codec::{
    FrameError, FrameReader, FrameWriter, MAX_FRAME, count_values, decode, decode_attached,
    features, read_frame, reads_attachments,
};
use crate::protocol::message::TransferId;
use crate::protocol::{Blob, MAX_CHUNK, Message, Request};

const CHUNK: &str = r#"{"command":"chunk","transfer":1,"offset":0,"data":""}"#;

fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|n| (n * 7 % 251) as u8).collect()
}

fn chunk(data: impl Into<Blob>) -> Message {
    Message::Chunk { transfer: TransferId(1), offset: 0, data: data.into() }
}

/// A content with an attachment.
fn content(json: &str, attachment: &[u8]) -> Vec<u8> {
    let length = u32::try_from(json.len()).unwrap().to_be_bytes();
    [&length, json.as_bytes(), attachment].concat()
}

/// What is wrong with it.
fn complaint(content: &[u8]) -> String {
    match decode_attached::<Message>(content.to_vec()) {
        Err(FrameError::Malformed(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn bytes_lie_behind_their_envelope_as_they_are() {
    let mut wire = Vec::new();
    let mut writer = FrameWriter::new(&mut wire, None);
    writer.attach();
    writer.message(&chunk(vec![0xff, 0xd8, b'"'])).unwrap();
    writer.flush().unwrap();
    drop(writer);
    let content = content(CHUNK, &[0xff, 0xd8, b'"']);
    let length = u32::try_from(content.len()).unwrap().to_be_bytes();
    assert_eq!(wire, [&length[..], &content].concat());
}

#[test]
fn every_length_arrives_plain_and_sealed_among_other_frames() {
    let around = |middle: usize| middle - 1..middle + 2;
    let pieces = around(16 * 1024).chain(around(48 * 1024)).chain(around(96 * 1024));
    let lengths: Vec<usize> = (0..5).chain(pieces).chain([MAX_CHUNK - 1, MAX_CHUNK]).collect();
    let [ours, theirs] = channels();
    for (ours, theirs) in [(None, None), (Some(ours), Some(theirs))] {
        let mut wire = Vec::new();
        let mut writer = FrameWriter::new(&mut wire, ours);
        writer.attach();
        for length in &lengths {
            writer.message(&chunk(bytes(*length))).unwrap();
            writer.message(&Message::Heartbeat).unwrap();
            writer.request(&Request::Chunk { data: bytes(*length).into() }).unwrap();
        }
        writer.flush().unwrap();
        drop(writer);
        let mut reader = FrameReader::new(wire.as_slice(), theirs);
        let mut next = || reader.next(MAX_FRAME).unwrap().unwrap();
        for length in lengths.iter().copied() {
            assert!(
                decode_attached::<Message>(next()).unwrap() == chunk(bytes(length)),
                "{length}"
            );
            assert_eq!(decode_attached::<Message>(next()).unwrap(), Message::Heartbeat);
            let request = Request::Chunk { data: bytes(length).into() };
            assert!(decode_attached::<Request>(next()).unwrap() == request, "{length}");
        }
    }
}

#[test]
fn whoever_has_not_agreed_takes_no_attachment() {
    let attached = content(CHUNK, b"abc");
    for refused in [decode::<Message>(&attached).err(), decode::<Message>(&[0]).err()] {
        let Some(FrameError::Malformed(why)) = refused else {
            panic!("{refused:?}");
        };
        assert!(why.contains("has not agreed"), "{why}");
    }
}

#[test]
fn base64_is_understood_where_attachments_are_agreed_on() {
    let text = br#"{"command":"chunk","transfer":1,"offset":0,"data":"YWJj"}"#;
    assert_eq!(decode_attached::<Message>(text.to_vec()).unwrap(), chunk(b"abc".to_vec()));
}

#[test]
fn an_attachment_has_one_place_or_is_refused() {
    for other in [r#"{"command":"heartbeat"}"#, r#"{"command":"leave","reason":"so"}"#] {
        let why = complaint(&content(other, b"abc"));
        assert!(why.contains("cannot have one"), "{why}");
        // Not even one of nothing.
        assert!(complaint(&content(other, b"")).contains("cannot have one"));
    }
    let request = content(r#"{"command":"Status"}"#, b"abc");
    assert!(decode_attached::<Request>(request).is_err());
    let twice = content(&CHUNK.replace(r#""data":"""#, r#""data":"YWJj""#), b"abc");
    assert!(complaint(&twice).contains("in base64 and in an attachment"));
    let without = content(r#"{"command":"chunk","transfer":1,"offset":0}"#, b"abc");
    assert!(complaint(&without).contains("data"));
    // A later version may attach something to what this one does not know.
    let later = content(r#"{"command":"dance","steps":3}"#, b"abc");
    assert_eq!(decode_attached::<Message>(later).unwrap(), Message::Unknown);
}

#[test]
fn lengths_that_are_not_true_are_refused() {
    for claimed in [CHUNK.len() + 4, 1 << 20, (1 << 24) - 1] {
        let mut long = content(CHUNK, b"abc");
        long[..4].copy_from_slice(&u32::try_from(claimed).unwrap().to_be_bytes());
        assert!(complaint(&long).contains("ends before"), "{claimed}");
        assert!(count_values(&long).is_err());
    }
    for claimed in 0..CHUNK.len() {
        let mut short = content(CHUNK, b"abc");
        short[..4].copy_from_slice(&u32::try_from(claimed).unwrap().to_be_bytes());
        complaint(&short);
    }
    for end in 0..4 + CHUNK.len() {
        complaint(&content(CHUNK, b"")[..end]);
    }
}

#[test]
fn values_are_counted_in_the_json_alone() {
    let commas = vec![b','; MAX_CHUNK];
    assert_eq!(count_values(&content(CHUNK, &commas)).unwrap(), 4);
}

#[test]
fn abilities_are_named_and_unknown_ones_ignored() {
    assert!(reads_attachments(&features()));
    assert!(reads_attachments(&["later".to_owned(), "attachments".to_owned()]));
    assert!(!reads_attachments(&["attachments2".to_owned()]));
}

proptest! {
    #[test]
    fn whatever_is_attached_arrives(data in blob(), transfer in any::<u32>(), offset in any::<u64>()) {
        let message = Message::Chunk { transfer: TransferId(transfer), offset, data };
        let mut wire = Vec::new();
        let mut writer = FrameWriter::new(&mut wire, None);
        writer.attach();
        writer.message(&message).unwrap();
        writer.flush().unwrap();
        drop(writer);
        let content = read_frame(&mut wire.as_slice(), MAX_FRAME).unwrap().unwrap();
        prop_assert_eq!(decode_attached::<Message>(content).unwrap(), message);
    }

    #[test]
    fn no_content_is_too_odd_to_be_refused_in_words(
        prefix in any::<[u8; 3]>(), rest in prop::collection::vec(any::<u8>(), 0..100)
    ) {
        let odd = [&[0], &prefix[..], &rest].concat();
        prop_assert!(matches!(decode_attached::<Message>(odd), Err(FrameError::Malformed(_))));
    }
}

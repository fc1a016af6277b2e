//! The bytes of photos in text: written as everybody writes them, and read as strictly as ever.

use ::base64::Engine;
use ::base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use serde_json::Value;

use crate::protocol::codec::{decode, read_frame, write_request};
use crate::protocol::{Blob, Request};

/// What the portable engine of the same alphabet makes of a text.
fn portable(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

fn read(text: &str) -> Option<Vec<u8>> {
    serde_json::from_value::<Blob>(Value::from(text)).ok().map(|blob| blob.to_vec())
}

fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|n| (n * 7 % 251) as u8).collect()
}

#[test]
fn a_photo_is_written_in_standard_base64_whatever_its_length() {
    let around = |middle: usize| middle - 2..middle + 3;
    let pieces = around(48 * 1024).chain(around(96 * 1024)).chain(around(192 * 1024));
    for length in (0..200).chain(pieces) {
        let data = bytes(length);
        let mut wire = Vec::new();
        let request = Request::Chunk { data: data.clone().into() };
        let written = write_request(&mut wire, &request).unwrap();
        assert_eq!(written, wire.len());
        let content = read_frame(&mut wire.as_slice(), written).unwrap().unwrap();
        let json: Value = decode(&content).unwrap();
        assert!(json["data"] == STANDARD.encode(&data), "{length}");
        assert!(decode::<Request>(&content).unwrap() == request, "{length}");
    }
}

#[test]
fn what_nobody_writes_is_not_read() {
    let long = STANDARD.encode(bytes(299));
    assert_eq!(read(&long), Some(bytes(299)));
    let unpadded = long.trim_end_matches('=');
    assert!(unpadded.len() < long.len());
    let wrong =
        ["QQ", "QQ=", "QQ===", "QR==", "QQ==QQ==", "Q", "=", "====", "QUJ-", "QUJ_", "QUI "];
    for wrong in wrong.into_iter().chain([unpadded]) {
        assert_eq!(read(wrong), None, "{wrong}");
        assert_eq!(portable(wrong), None, "{wrong}");
    }
    // Wherever it is: in what is read many characters at a time, and in the rest.
    for place in 0..long.len() {
        for odd in ["=", "-", " ", "\n", "\u{0}", "ü"] {
            let mut wrong = long.clone();
            wrong.replace_range(place..=place, odd);
            assert_eq!(read(&wrong), portable(&wrong), "{odd:?} at {place}");
        }
    }
}

proptest! {
    #[test]
    fn nothing_is_read_otherwise_than_by_the_portable_engine(
        text in prop_oneof!["[A-Za-z0-9+/]{0,150}={0,3}", "[A-Za-z0-9+/=_-]{0,150}", ".{0,20}"]
    ) {
        prop_assert_eq!(read(&text), portable(&text));
    }
}

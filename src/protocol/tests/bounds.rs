//! What is longer than any correct program makes it is refused while it is read, or cut.

use ed25519_dalek::SigningKey;
use serde_json::{Value, json};

use crate::photo::PhotoId;
use crate::protocol::client::{MAX_DISTINCT, MAX_REMOVED};
use crate::protocol::codec::{FrameError, decode};
use crate::protocol::{Facts, Message, Request, Tombstone, Wish};

fn id(n: usize) -> String {
    PhotoId::of(&n.to_be_bytes()).to_string()
}

/// `most` things, and one more.
fn just_and_too_many(most: usize, thing: impl Fn(usize) -> Value) -> [Value; 2] {
    [most, most + 1].map(|count| (0..count).map(&thing).collect())
}

fn reads<T: serde::de::DeserializeOwned>(frame: &Value) -> bool {
    match decode::<T>(frame.to_string().as_bytes()) {
        Ok(_) => true,
        Err(FrameError::Malformed(why)) => {
            assert!(why.contains("more than") || why.contains("longer than"), "{why}");
            false
        }
        Err(other) => panic!("{other}"),
    }
}

fn record(n: usize) -> Value {
    json!({
        "id": id(n), "bytes": 1, "format": "opaque", "width": 0, "height": 0, "colour": false, "camera": false,
        "holding": "original",
    })
}

/// A page with one record, of which one field is replaced.
fn record_with(field: &str, value: Value) -> Value {
    let mut record = record(0);
    record[field] = value;
    json!({ "command": "ImageInfo", "records": [record] })
}

#[test]
fn a_record_says_only_so_much() {
    let name = |n: usize| json!(format!("{n}.jpg"));
    let photo = |n| json!(id(n));
    let node = |n| json!(format!("{n:016x}"));
    let long = |bytes: usize| json!(["a".repeat(bytes)]);
    let cases = [
        ("names", just_and_too_many(Facts::MAX, name)),
        ("names", [long(Facts::MAX_NAME), long(Facts::MAX_NAME + 1)]),
        ("aliases", just_and_too_many(Facts::MAX, name)),
        ("aliases", [long(Facts::MAX_NAME), long(Facts::MAX_NAME + 1)]),
        ("distinct", just_and_too_many(Facts::MAX, photo)),
        ("differs", just_and_too_many(Facts::MAX, photo)),
        ("owners", just_and_too_many(Facts::MAX_OWNERS, node)),
        // The same again and again is one name, and yet too much.
        ("names", just_and_too_many(Facts::MAX, |_| json!("a.jpg"))),
        ("captured", [40, 41].map(|bytes| json!("2".repeat(bytes)))),
    ];
    for (field, [enough, too_much]) in cases {
        assert!(reads::<Message>(&record_with(field, enough)), "{field}");
        assert!(!reads::<Message>(&record_with(field, too_much)), "{field}");
    }
}

#[test]
fn a_page_has_only_so_many_items() {
    let key = SigningKey::from_bytes(&[1; 32]);
    let word = |n: usize| json!(Tombstone::sign(&key, PhotoId([7; 32]), n as u64, Wish::Removed));
    let pages = [
        ("records", just_and_too_many(1024, record)),
        ("gone", just_and_too_many(1024, |n| json!(id(n)))),
        ("tombstones", just_and_too_many(1024, word)),
    ];
    for (list, [enough, too_much]) in pages {
        assert!(reads::<Message>(&json!({ "command": "ImageInfo", list: enough })), "{list}");
        assert!(!reads::<Message>(&json!({ "command": "ImageInfo", list: too_much })), "{list}");
    }
    let [enough, too_much] = [1024, 1025].map(|count| {
        let nodes = (0..count).map(|n: u64| (format!("{n:016x}"), json!("127.0.0.1:5000")));
        json!({ "command": "ConnectionUpdate", "nodes": nodes.collect::<serde_json::Map<_, _>>() })
    });
    assert!(reads::<Message>(&enough));
    assert!(!reads::<Message>(&too_much));
}

#[test]
fn a_frame_says_only_so_much() {
    let name = |bytes: usize| "a".repeat(bytes);
    let features = |features| {
        json!({
            "command": "register", "protocolMin": 1, "protocolMax": 1, "features": features, "node": "0000000000000001",
            "boot": "0000000000000002", "address": "127.0.0.1:5000", "copies": 2,
        })
    };
    let [some, too_many] = just_and_too_many(64, |n| json!(n.to_string())).map(features);
    assert!(reads::<Message>(&some) && !reads::<Message>(&too_many));
    let requests = [
        [1024, 1025].map(|n| json!({ "command": "GetImageRequest", "imageName": name(n) })),
        [1024, 1025].map(|n| json!({ "command": "Explain", "imageName": name(n) })),
        [1024, 1025].map(|n| json!({ "command": "TrashRestore", "imageName": name(n) })),
        [1024, 1025].map(|n| json!({ "command": "PlanRemoval", "imageName": name(n) })),
        [1024, 1025].map(|n| json!({ "command": "Put", "name": name(n), "bytes": 1 })),
        [1024, 1025].map(|n| json!({ "command": "Distinct", "imageNames": [name(n)] })),
        just_and_too_many(MAX_DISTINCT, |n| json!(n.to_string()))
            .map(|names| json!({ "command": "Distinct", "imageNames": names })),
        just_and_too_many(MAX_REMOVED, |n| json!(id(n)))
            .map(|photos| json!({ "command": "Remove", "photos": photos })),
    ];
    for [enough, too_much] in requests {
        assert!(reads::<Request>(&enough), "{enough}");
        assert!(!reads::<Request>(&too_much), "{too_much}");
    }
}

#[test]
fn of_long_words_the_beginning_is_read() {
    let long = "ü".repeat(100_000);
    let frames = [
        json!({ "command": "leave", "reason": long }),
        json!({ "command": "Error", "error": long }),
        json!({ "command": "noImage", "transfer": 1, "reason": long }),
        json!({ "command": "proof", "nonce": id(1), "refused": long }),
    ];
    for frame in frames {
        let message: Message = decode(frame.to_string().as_bytes()).unwrap();
        let said = json!(message);
        let words = ["reason", "error", "refused"].iter().find_map(|field| said[field].as_str());
        let words = words.unwrap();
        assert_eq!(words, "ü".repeat(512));
    }
    let frame = json!({ "command": "registerClient", "name": long });
    let request: Request = decode(frame.to_string().as_bytes()).unwrap();
    assert_eq!(
        request,
        Request::RegisterClient { name: "ü".repeat(512), member: None, features: Vec::new() }
    );
}

#[test]
fn what_is_wrong_with_a_frame_is_said_in_few_words() {
    let frame = record_with("holding", json!("a".repeat(100_000)));
    let error = decode::<Message>(frame.to_string().as_bytes()).unwrap_err().to_string();
    assert!(error.starts_with("not a valid command: unknown variant"), "{error:.80}");
    assert!(error.len() < 2000, "{} bytes", error.len());
}

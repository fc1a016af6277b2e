//! Owners' signed words, and forgeries of them.

use ed25519_dalek::SigningKey;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::photo::PhotoId;
use crate::protocol::{MemberName, NodeId, Tombstone, Wish};

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

fn written(tombstone: &Tombstone) -> Value {
    serde_json::to_value(tombstone).unwrap()
}

fn read(value: &Value) -> Result<Tombstone, String> {
    serde_json::from_value(value.clone()).map_err(|error| error.to_string())
}

#[test]
fn a_tombstone_proves_itself_and_names_its_owner() {
    let tombstone = Tombstone::sign(&key(1), PhotoId([7; 32]), 3, Wish::Removed);
    let same = read(&written(&tombstone)).unwrap();
    assert_eq!(same, tombstone);
    let link_key = key(1).verifying_key().to_montgomery().to_bytes();
    assert_eq!(same.owner(), MemberName::of_node(NodeId::of_key(&link_key)));
}

#[test]
fn nothing_in_a_tombstone_can_be_changed() {
    let tombstone = Tombstone::sign(&key(1), PhotoId([7; 32]), 3, Wish::Lifted);
    let other = Tombstone::sign(&key(2), PhotoId([7; 32]), 3, Wish::Lifted);
    for (field, value) in [
        ("photo", json!(PhotoId([8; 32]))),
        ("counter", json!(4)),
        ("wish", json!("removed")),
        ("key", written(&other)["key"].clone()),
        ("signature", written(&other)["signature"].clone()),
        ("signature", json!("00".repeat(64))),
        ("signature", json!("00")),
    ] {
        let mut forged = written(&tombstone);
        forged[field] = value;
        let error = read(&forged).unwrap_err();
        assert!(error.contains("signature") || error.contains("hex"), "{field}: {error}");
    }
}

#[test]
fn a_key_that_signs_anything_is_no_key() {
    // The point of order one: with it, the all-zero signature fits any statement unless one looks closely.
    let mut weak = written(&Tombstone::sign(&key(1), PhotoId([7; 32]), 1, Wish::Removed));
    weak["key"] = json!(format!("01{}", "00".repeat(31)));
    weak["signature"] = json!(format!("01{}", "00".repeat(63)));
    assert!(read(&weak).is_err());
}

#[test]
fn the_higher_counter_wins_and_in_doubt_the_photo_stays() {
    let word = |counter, wish| Tombstone::sign(&key(1), PhotoId([7; 32]), counter, wish);
    let (first, second) = (word(1, Wish::Lifted), word(2, Wish::Removed));
    assert!(second.is_later_than(&first) && !first.is_later_than(&second));
    let (removed, lifted) = (word(5, Wish::Removed), word(5, Wish::Lifted));
    assert!(lifted.is_later_than(&removed) && !removed.is_later_than(&lifted));
    assert!(!lifted.is_later_than(&lifted));
}

proptest! {
    #[test]
    fn no_flipped_bit_goes_unnoticed(seed: u8, counter: u64, at in 0..128_usize, bit in 0..4_u32) {
        let tombstone = Tombstone::sign(&key(seed), PhotoId([seed; 32]), counter, Wish::Removed);
        let mut forged = written(&tombstone);
        let mut digits: Vec<u8> = forged["signature"].as_str().unwrap().bytes().collect();
        let digit = char::from(digits[at]).to_digit(16).unwrap() ^ (1 << bit);
        digits[at] = char::from_digit(digit, 16).unwrap() as u8;
        forged["signature"] = json!(String::from_utf8(digits).unwrap());
        prop_assert!(read(&forged).is_err());
    }
}

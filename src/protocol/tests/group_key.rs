//! The group key as people carry it about.

use crate::protocol::GroupKey;

#[test]
fn text_is_read_back_and_any_single_change_is_noticed() {
    let key = GroupKey::new(std::array::from_fn(|i| i as u8 * 7));
    let text = key.to_text();
    assert_eq!(format!(" {text}\n").parse(), Ok(key));
    for at in 0..text.len() {
        let mut changed = text.clone().into_bytes();
        changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
        let changed = String::from_utf8(changed).unwrap();
        assert!(changed.parse::<GroupKey>().is_err(), "{changed}");
    }
}

#[test]
fn a_secret_is_not_shown() {
    let shown = format!("{:?}", GroupKey::new([0xab; 32]));
    assert!(!shown.contains("ab"), "{shown}");
}

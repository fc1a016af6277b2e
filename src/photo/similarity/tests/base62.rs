//! Bytes as text, there and back.

use proptest::prelude::*;

use crate::photo::similarity::base62::{from_base62, to_base62};

proptest! {
    #[test]
    fn what_is_written_is_read(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        prop_assert_eq!(from_base62(&to_base62(&bytes)), Some(bytes));
    }

    #[test]
    fn what_is_read_is_what_would_be_written(text in "[0-9A-Za-z:]{0,40}") {
        if let Some(bytes) = from_base62(&text) {
            prop_assert_eq!(to_base62(&bytes), text);
        }
    }
}

//! The order of ids.

use proptest::prelude::*;

use crate::photo::PhotoId;

proptest! {
    #[test]
    fn ids_are_ordered_as_their_bytes(a: [u8; 32], mut b: [u8; 32], shared in 0..=32_usize) {
        b[..shared].copy_from_slice(&a[..shared]);
        prop_assert_eq!(PhotoId(a).cmp(&PhotoId(b)), a.cmp(&b));
    }
}

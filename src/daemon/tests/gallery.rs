//! When a gallery that has failed is started again.

use std::time::Duration;

use super::super::gallery::next;
use super::super::limits::{GALLERY_REST, GALLERY_REST_MAX};

#[test]
fn a_gallery_that_fails_again_and_again_rests_longer_and_longer() {
    let soon = Duration::from_millis(50);
    let mut rest = next(Duration::ZERO, soon);
    assert_eq!(rest, GALLERY_REST);
    for _ in 0..10 {
        let longer = next(rest, soon);
        assert!(longer > rest || longer == GALLERY_REST_MAX);
        rest = longer;
    }
    assert_eq!(rest, GALLERY_REST_MAX);
    assert_eq!(next(rest, 2 * GALLERY_REST_MAX), GALLERY_REST, "it has lived long enough");
}

//! When a process beside the daemon that has failed is started again.

use std::time::Duration;

use super::super::companion::next;
use super::super::limits::{REST, REST_MAX};

#[test]
fn one_that_fails_again_and_again_rests_longer_and_longer() {
    let soon = Duration::from_millis(50);
    let mut rest = next(Duration::ZERO, soon);
    assert_eq!(rest, REST);
    for _ in 0..10 {
        let longer = next(rest, soon);
        assert!(longer > rest || longer == REST_MAX);
        rest = longer;
    }
    assert_eq!(rest, REST_MAX);
    assert_eq!(next(rest, 2 * REST_MAX), REST, "it has lived long enough");
}

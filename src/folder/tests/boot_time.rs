//! Deadlines of a computer that sleeps, and whose clock is set.

use std::time::Duration;

use crate::folder::Moment;

const HOUR: Duration = Duration::from_secs(3600);

#[test]
fn sleep_counts_and_a_clock_set_back_does_not() {
    let start = Moment::now();
    let minute = Duration::from_secs(60);
    let Moment { steady, wall } = start + minute;
    let asleep = wall + HOUR;
    let set_back = wall - HOUR;
    let after = |wall| Moment { steady, wall };
    assert_eq!(after(wall).since(start), minute);
    assert_eq!(after(asleep).since(start), minute + HOUR);
    assert_eq!(after(set_back).since(start), minute);
    assert!((start + minute).is_past_at(after(set_back)));
    assert!(!(start + 2 * minute).is_past_at(after(wall)));
    assert!((start + 2 * minute).is_past_at(after(asleep)));
}

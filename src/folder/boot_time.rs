//! A deadline that a sleeping computer cannot miss.

use std::ops::Add;
use std::time::{Duration, Instant, SystemTime};

/// A moment by both of a computer's clocks. The steady one stops while the computer is suspended, and the wall clock
/// jumps when it is set; the one that has gone further counts. So a promise that was made before a sleep ends in time,
/// and a wall clock set forward ends it early, which does no harm.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    steady: Instant,
    wall: SystemTime,
}

impl Moment {
    /// This moment.
    pub fn now() -> Moment {
        Moment { steady: Instant::now(), wall: SystemTime::now() }
    }

    /// Whether the moment has come, by either clock.
    pub fn is_past(self) -> bool {
        self.is_past_at(Moment::now())
    }

    fn is_past_at(self, now: Moment) -> bool {
        now.steady >= self.steady || now.wall >= self.wall
    }

    /// How much time has passed since `earlier`, by the clock that has gone further.
    pub fn since(self, earlier: Moment) -> Duration {
        let steady = self.steady.saturating_duration_since(earlier.steady);
        steady.max(self.wall.duration_since(earlier.wall).unwrap_or_default())
    }
}

impl Add<Duration> for Moment {
    type Output = Moment;

    fn add(self, time: Duration) -> Moment {
        Moment { steady: self.steady + time, wall: self.wall + time }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}

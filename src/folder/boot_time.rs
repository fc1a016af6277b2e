//! A deadline that a sleeping computer cannot miss.

use std::ops::Add;
use std::time::{Duration, Instant, SystemTime};

/// A moment by both of a computer's clocks. The steady one stops while the computer is suspended, and the wall clock
/// jumps when it is set; the one that has gone further counts. So a promise that was made before a sleep ends in time,
/// and a wall clock set forward ends it early, which does no harm.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    pub(super) steady: Instant,
    pub(super) wall: SystemTime,
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

    pub(super) fn is_past_at(self, now: Moment) -> bool {
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

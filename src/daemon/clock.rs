//! The node's time: it goes on while the computer sleeps.

use std::time::{Duration, Instant, SystemTime};

use crate::node::Time;

/// Counts from its making. The steady clock stands still while a computer is suspended, and the wall clock jumps when
/// it is set; each step is taken from the one that has gone further. So a suspension shows as a gap, which is how a
/// node learns that promises may be over, and a wall clock set forward looks like one, which does no harm.
pub(super) struct Clock {
    now: Duration,
    steady: Instant,
    wall: SystemTime,
}

impl Clock {
    pub(super) fn new() -> Clock {
        Clock {
            now: Duration::ZERO,
            steady: Instant::now(),
            wall: SystemTime::now(),
        }
    }

    pub(super) fn now(&mut self) -> Time {
        self.advance(Instant::now(), SystemTime::now())
    }

    fn advance(&mut self, steady: Instant, wall: SystemTime) -> Time {
        let by_steady = steady.saturating_duration_since(self.steady);
        let by_wall = wall.duration_since(self.wall).unwrap_or_default();
        self.now += by_steady.max(by_wall);
        (self.steady, self.wall) = (steady, wall);
        Time(self.now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn sleep_counts_and_a_clock_set_back_does_not() {
        let mut clock = Clock::new();
        let (steady, wall) = (clock.steady, clock.wall);
        let second = Duration::from_secs(1);
        let both = clock.advance(steady + second, wall + second);
        assert_eq!(both, Time(second));
        let asleep = clock.advance(steady + second, wall + second + HOUR);
        assert_eq!(asleep, Time(second + HOUR));
        let set_back = clock.advance(steady + 2 * second, wall);
        assert_eq!(set_back, Time(2 * second + HOUR));
    }
}

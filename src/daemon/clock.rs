//! The node's time: it goes on while the computer sleeps.

use std::time::Duration;

use crate::folder::Moment;
use crate::node::Time;

/// Counts from its making, in steps of what [`Moment::since`] tells. So a suspension shows as a gap, which is how a node
/// learns that promises may be over.
pub(super) struct Clock {
    now: Duration,
    last: Moment,
}

impl Clock {
    pub(super) fn new() -> Clock {
        Clock { now: Duration::ZERO, last: Moment::now() }
    }

    pub(super) fn now(&mut self) -> Time {
        let moment = Moment::now();
        self.now += moment.since(self.last);
        self.last = moment;
        Time(self.now)
    }
}

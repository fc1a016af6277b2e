//! When an address is dialed again: later each time that it fails.

use std::time::Duration;

use crate::node::Time;
use crate::node::limits::{REDIAL_MAX, REDIAL_MIN};

/// When to dial an address next.
#[derive(Clone, Copy, Debug)]
pub(super) struct Redial {
    pub(super) next: Time,
    pub(super) pause: Duration,
    pub(super) dialing: bool,
    /// When people were last told that it fails.
    pub(super) told: Option<Time>,
}

impl Redial {
    pub(super) fn at(next: Time) -> Redial {
        Redial { next, pause: REDIAL_MIN, dialing: false, told: None }
    }

    pub(super) fn failed(&mut self, now: Time) {
        *self = Redial {
            next: now + self.pause,
            pause: (self.pause * 2).min(REDIAL_MAX),
            dialing: false,
            told: self.told,
        };
    }
}

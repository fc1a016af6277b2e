//! Waiting for what must come, never longer than a deadline.

use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::support::wait::{INTERRUPTED, every};

/// How often to look where the time counts: a hundredth of what is waited for.
pub(crate) const SHARP: Duration = Duration::from_millis(2);

/// How often to look where the CPU of the daemon counts: to answer must cost nothing beside what it does.
pub(crate) const SELDOM: Duration = Duration::from_millis(50);

/// The longest that anything may take on a slow machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(180);

/// Looks again and again, so often, until `look` finds what it wants.
pub(crate) fn until<T>(
    what: &str,
    interval: Duration,
    look: impl FnMut() -> Result<T, String>,
) -> Result<T, String> {
    every(interval, what, PATIENCE, look)
}

/// An error if the user wants an end of it.
pub(crate) fn go_on() -> Result<(), String> {
    match INTERRUPTED.load(Ordering::Relaxed) {
        true => Err("interrupted".to_owned()),
        false => Ok(()),
    }
}

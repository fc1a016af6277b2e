//! Waiting for something to become true, never longer than a deadline.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How often to look. Short against what is waited for, long against the cost of looking.
const INTERVAL: Duration = Duration::from_millis(50);

/// Set when the user wants an end of it: nobody waits any longer.
pub(crate) static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Looks again and again until `look` finds what it wants. After the deadline, the reason why it last did not.
pub(crate) fn eventually<T>(
    what: &str,
    within: Duration,
    look: impl FnMut() -> Result<T, String>,
) -> Result<T, String> {
    every(INTERVAL, what, within, look)
}

/// The same, looking so often.
pub(crate) fn every<T>(
    interval: Duration,
    what: &str,
    within: Duration,
    mut look: impl FnMut() -> Result<T, String>,
) -> Result<T, String> {
    let start = Instant::now();
    loop {
        let why = match look() {
            Ok(found) => return Ok(found),
            Err(why) => why,
        };
        if INTERRUPTED.load(Ordering::Relaxed) {
            return Err("interrupted".to_owned());
        }
        if start.elapsed() > within {
            let seconds = within.as_secs_f32();
            return Err(format!("not within {seconds} s: {what}; at last: {why}"));
        }
        thread::sleep(interval);
    }
}

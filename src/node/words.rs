//! Phrases for people that every part may need.

use std::time::Duration;

/// A span of time, for people.
pub(in crate::node) fn spoken(span: Duration) -> String {
    match span.as_secs() {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds @ 120..7200 => format!("{} min", seconds / 60),
        seconds => format!("{} h", seconds / 3600),
    }
}

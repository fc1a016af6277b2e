//! Every limit of the core, with its reason.

use std::time::Duration;

/// How often time passes: short against every deadline, long against the cost of a tick.
pub const TICK: Duration = Duration::from_millis(100);

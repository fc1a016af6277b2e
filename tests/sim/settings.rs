//! What is the same for all hosts of a run.

use std::time::Duration;

use crate::flaws::Flaw;

/// What is the same for all hosts of a run.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) seed: u64,
    /// The most that a host wants; some may be content with fewer.
    pub(crate) copies: u32,
    /// How many times as long everything outside the machines takes.
    pub(crate) pace: u32,
    pub(crate) grace: Duration,
    /// The longest time for which a host's promises hold.
    pub(crate) pin: Duration,
    /// How long a photo stays in the trash.
    pub(crate) trash: Duration,
    /// Whether links and disks take random times; without it every link takes a millisecond.
    pub(crate) jitter: bool,
    /// Whether a failing disk fails at reading as well as at writing.
    pub(crate) unreadable: bool,
    /// Whether some photos are larger than what is asked for at a time.
    pub(crate) heavy: bool,
    /// Whether hosts have lines at home, and many photos are large for these.
    pub(crate) home_lines: bool,
    /// Whether disks are of different sizes, and whether owners let less lie on them for a while, or have them emptied.
    pub(crate) disks: bool,
    pub(crate) shrinking: bool,
    /// A known bug to plant.
    pub(crate) flaw: Option<Flaw>,
}

impl Settings {
    /// Daemons as people start them, in a world in which nothing goes wrong by itself.
    pub(crate) fn ordinary(seed: u64) -> Settings {
        Settings {
            seed,
            copies: 2,
            pace: 1,
            grace: Duration::from_secs(10 * 60),
            pin: Duration::from_secs(60),
            trash: Duration::from_secs(30 * 24 * 3600),
            jitter: true,
            unreadable: false,
            heavy: false,
            home_lines: false,
            disks: false,
            shrinking: false,
            flaw: None,
        }
    }
}

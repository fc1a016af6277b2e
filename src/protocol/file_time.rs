//! When a file was last changed, as its owner's clock on the wall said.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::bounds;

/// When a file was last changed, to the second: `YYYY-MM-DDTHH:MM:SS` by the clock on its owner's wall, without a time
/// zone, as cameras write it. From 1990 to 2105.
///
/// Of a picture that no camera has dated, such as a screenshot or a scan, it is often the only date. It is a hint for
/// people: nothing is decided by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileTime(
    /// Seconds since 1970 on that clock, which takes no more memory than nothing would.
    NonZeroU32,
);

impl FileTime {
    /// 1990. Earlier ones are those of file systems and archives that keep no time: 1970, or 1980.
    const EARLIEST: u32 = 631_152_000;

    /// The longest text of one.
    const MAX_TEXT: usize = 40;

    /// The time of a file that was last changed at this moment, where the clocks show this zone's time. None if that is no
    /// time of a file.
    pub fn of(changed: Timestamp, zone: &TimeZone) -> Option<FileTime> {
        FileTime::shown(zone.to_datetime(changed))
    }

    /// The time of which a clock shows this.
    fn shown(clock: DateTime) -> Option<FileTime> {
        let seconds = TimeZone::UTC.to_timestamp(clock).ok()?.as_second();
        let seconds = u32::try_from(seconds).ok().filter(|at| *at >= FileTime::EARLIEST)?;
        NonZeroU32::new(seconds).map(FileTime)
    }
}

impl fmt::Display for FileTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = Timestamp::from_second(self.0.get().into()).unwrap_or_default();
        write!(f, "{}", TimeZone::UTC.to_datetime(at))
    }
}

impl FromStr for FileTime {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<FileTime, &'static str> {
        let clock = text.parse().map_err(|_| "not a time of the form YYYY-MM-DDTHH:MM:SS")?;
        FileTime::shown(clock).ok_or("not a time between 1990 and 2105")
    }
}

impl Serialize for FileTime {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for FileTime {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<FileTime, D::Error> {
        let text: String = bounds::text::<_, { FileTime::MAX_TEXT }>(from)?;
        text.parse().map_err(D::Error::custom)
    }
}

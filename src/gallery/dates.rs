//! The date that is shown for a photo: when a camera took it, else a date in one of its names, else none.
//!
//! All of it as the camera's clock said, which names no time zone. File times are not asked: a copy has that of its
//! copying.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

/// Years that a clock may tell: before, nobody took photos; beyond, the clock is wrong, and would be first for ever.
const YEARS: std::ops::Range<i16> = 1826..2200;

/// Years that a number in a name may mean: before, there were no files.
const YEARS_IN_NAMES: std::ops::Range<i16> = 1970..2100;

/// Seconds of a day.
pub(super) const DAY: i64 = 24 * 60 * 60;

/// The date that is shown for a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    /// Seconds since 1970, by the camera's clock.
    pub(super) second: i64,
    /// Whether the time of day is known, and not only the day.
    pub(super) has_time: bool,
    /// Who says so.
    pub(super) source: Source,
}

/// Who tells a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// The camera, in the photo.
    Camera,
    /// The name of a file.
    Name,
}

impl Shown {
    /// The day, as days since 1970.
    pub(super) fn day(self) -> i64 {
        self.second.div_euclid(DAY)
    }

    /// The moment by the camera's clock.
    pub(super) fn moment(self) -> DateTime {
        let timestamp = jiff::Timestamp::from_second(self.second).unwrap_or_default();
        TimeZone::UTC.to_datetime(timestamp)
    }
}

/// The date of a photo with this moment of capture (`YYYY-MM-DDTHH:MM:SS`) and these names.
pub(super) fn shown<'a>(
    captured: Option<&str>,
    mut names: impl Iterator<Item = &'a str>,
) -> Option<Shown> {
    let camera = captured.and_then(moment).map(|at| at.shown(Source::Camera));
    camera.or_else(|| names.find_map(in_name).map(|at| at.shown(Source::Name)))
}

/// A day, and perhaps a time.
#[derive(Clone, Copy)]
struct At {
    day: Date,
    time: Option<Time>,
}

impl At {
    fn shown(self, source: Source) -> Shown {
        let at = self.day.to_datetime(self.time.unwrap_or(Time::midnight()));
        // Of the years allowed every moment is one of the clock's.
        let second = TimeZone::UTC.to_timestamp(at).map_or(0, jiff::Timestamp::as_second);
        Shown { second, has_time: self.time.is_some(), source }
    }
}

fn moment(captured: &str) -> Option<At> {
    let at: DateTime = captured.parse().ok()?;
    YEARS.contains(&at.year()).then(|| At { day: at.date(), time: Some(at.time()) })
}

/// The first date in a name: `IMG_20240612_101530.jpg`, `2024-06-12 10.15.30.jpg`, `IMG-20240612-WA0003.jpg`.
fn in_name(name: &str) -> Option<At> {
    let bytes = name.as_bytes();
    let starts = (0..bytes.len())
        .filter(|at| bytes[*at].is_ascii_digit() && (*at == 0 || !bytes[at - 1].is_ascii_digit()));
    starts.into_iter().find_map(|at| date_at(&bytes[at..]))
}

/// The date that a text of digits begins with.
fn date_at(text: &[u8]) -> Option<At> {
    let (year, rest) = digits(text, 4)?;
    let (mark, rest) = mark(rest, b"-_.");
    let (month, rest) = digits(rest, 2)?;
    // Either all parts have a mark between them, the same, or none has.
    let rest = match mark {
        Some(mark) => rest.strip_prefix(&[mark])?,
        None => rest,
    };
    let (day, rest) = digits(rest, 2)?;
    let year = i16::try_from(year).ok().filter(|year| YEARS_IN_NAMES.contains(year))?;
    let day = Date::new(year, month as i8, day as i8).ok()?;
    let time = time_at(rest);
    // A longer number is none: a phone's, perhaps, or a serial one.
    let longer = rest.first().is_some_and(u8::is_ascii_digit);
    (time.is_some() || !longer).then_some(At { day, time })
}

/// The time of day that follows a date.
fn time_at(text: &[u8]) -> Option<Time> {
    let (_, text) = mark(text, b"_- T.");
    let (hour, rest) = digits(text, 2)?;
    let (between, rest) = mark(rest, b".-:_");
    let (minute, rest) = digits(rest, 2)?;
    let rest = match between {
        Some(mark) => rest.strip_prefix(&[mark])?,
        None => rest,
    };
    let (second, rest) = digits(rest, 2)?;
    // Thousandths may follow, and nothing else that is a number.
    let more = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let time = Time::new(hour as i8, minute as i8, second as i8, 0).ok()?;
    matches!(more, 0 | 3).then_some(time)
}

fn mark<'a>(text: &'a [u8], marks: &[u8]) -> (Option<u8>, &'a [u8]) {
    match text.split_first() {
        Some((first, rest)) if marks.contains(first) => (Some(*first), rest),
        _ => (None, text),
    }
}

/// The number of so many digits that a text begins with, and the rest.
fn digits(text: &[u8], count: usize) -> Option<(u32, &[u8])> {
    let (number, rest) = text.split_at_checked(count)?;
    let number = std::str::from_utf8(number).ok()?;
    let all = number.bytes().all(|byte| byte.is_ascii_digit());
    Some((number.parse().ok().filter(|_| all)?, rest))
}

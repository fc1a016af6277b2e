//! The date that is shown for a photo: when a camera took it, else a date in one of its names, else the earliest time of
//! a file of it in its owners' folders, else none.
//!
//! All of it as the clock of the camera, or of the owner's computer, said, which names no time zone.

use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use crate::protocol::FileTime;
use crate::protocol::client::PhotoReport;

/// Years that a clock may tell: before, nobody took photos; beyond, the clock is wrong, and would be first for ever.
const YEARS: std::ops::Range<i16> = 1826..2200;

/// Years that a number in a name may mean: before, there were no files.
const YEARS_IN_NAMES: std::ops::Range<i16> = 1970..2100;

/// Seconds of a day.
const DAY: i64 = 24 * 60 * 60;

/// The date that is shown for a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    /// Seconds since 1970, by the camera's clock.
    pub(crate) second: i64,
    /// Whether the time of day is known, and not only the day.
    pub(crate) has_time: bool,
    /// What says so.
    pub(crate) source: Source,
}

/// What tells a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// The camera, in the photo.
    Camera,
    /// The name of a file.
    Name,
    /// The time of a file.
    File,
}

impl Shown {
    /// The day, as days since 1970.
    pub(crate) fn day(self) -> i64 {
        self.second.div_euclid(DAY)
    }

    /// The moment by the camera's clock.
    pub(crate) fn moment(self) -> DateTime {
        let timestamp = jiff::Timestamp::from_second(self.second).unwrap_or_default();
        TimeZone::UTC.to_datetime(timestamp)
    }
}

/// The date of a photo with this moment of capture (`YYYY-MM-DDTHH:MM:SS`), these names, and this time of its file.
pub(crate) fn shown<'a>(
    captured: Option<&str>,
    mut names: impl Iterator<Item = &'a str>,
    dated: Option<FileTime>,
) -> Option<Shown> {
    let camera = || captured.and_then(moment).map(|at| at.shown(Source::Camera));
    let name = || names.find_map(in_name).map(|at| at.shown(Source::Name));
    let file = || moment(&dated?.to_string()).map(|at| at.shown(Source::File));
    camera().or_else(name).or_else(file)
}

/// The date of a photo of which a daemon has told this.
pub(crate) fn of(photo: &PhotoReport) -> Option<Shown> {
    let names = [&photo.name].into_iter().chain(&photo.aliases);
    shown(photo.captured.as_deref(), names.map(String::as_str), photo.dated)
}

/// The time for a file of a photo of which a daemon has told this: its date, by the clock of this computer. Of a photo of
/// which only the day is known, the time that a file of it had on that day.
pub(super) fn for_file(photo: &PhotoReport) -> Option<SystemTime> {
    let date = of(photo)?;
    let dated = photo.dated.and_then(|dated| moment(&dated.to_string()));
    let dated = dated.map(|at| at.shown(Source::File)).filter(|dated| dated.day() == date.day());
    let date = dated.filter(|_| !date.has_time).unwrap_or(date);
    let second = TimeZone::system().to_timestamp(date.moment()).ok()?.as_second();
    let since = Duration::from_secs(second.unsigned_abs());
    if second < 0 { UNIX_EPOCH.checked_sub(since) } else { UNIX_EPOCH.checked_add(since) }
}

/// A day, a month or a year: `2024-06-12`, `2024-06` or `2024`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days {
    /// Its first day.
    first: Date,
    /// Its last day.
    last: Date,
}

impl FromStr for Days {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Days, &'static str> {
        const WRONG: &str = "a day, month or year looks like 2024-06-12, 2024-06 or 2024";
        if !text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
            return Err(WRONG);
        }
        let mut parts = text.split('-');
        let year = parts.next().filter(|year| year.len() == 4).and_then(|year| year.parse().ok());
        let mut rest = parts.map(|part| part.parse().ok().filter(|_| part.len() == 2).ok_or(WRONG));
        let (month, day) = (rest.next().transpose()?, rest.next().transpose()?);
        let first =
            year.and_then(|year| Date::new(year, month.unwrap_or(1), day.unwrap_or(1)).ok());
        let first = first.filter(|_| rest.next().is_none()).ok_or(WRONG)?;
        let last = match (month, day) {
            (None, _) => first.last_of_year(),
            (Some(_), None) => first.last_of_month(),
            (Some(_), Some(_)) => first,
        };
        Ok(Days { first, last })
    }
}

/// Which dates are asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Span {
    /// From the first day of these on.
    pub since: Option<Days>,
    /// To the last day of these.
    pub until: Option<Days>,
}

impl Span {
    /// Whether a photo's date is among them. If any are asked for, one without a date is not.
    pub(super) fn has(&self, photo: &PhotoReport) -> bool {
        if self.is_all() {
            return true;
        }
        of(photo).is_some_and(|date| {
            let day = date.moment().date();
            self.since.is_none_or(|days| days.first <= day)
                && self.until.is_none_or(|days| day <= days.last)
        })
    }

    /// Whether every date is, and none.
    pub(super) fn is_all(&self) -> bool {
        self.since.is_none() && self.until.is_none()
    }
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
    let ([year, month, day], rest) = three(text, 4, b"-_.")?;
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
    let ([hour, minute, second], rest) = three(text, 2, b".-:_")?;
    // Thousandths may follow, and nothing else that is a number.
    let more = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let time = Time::new(hour as i8, minute as i8, second as i8, 0).ok()?;
    matches!(more, 0 | 3).then_some(time)
}

/// Three numbers, of which the first has so many digits and the others have two, and the rest of the text. Either all have a
/// mark between them, the same, or none has.
fn three<'a>(text: &'a [u8], digits_of_first: usize, marks: &[u8]) -> Option<([u32; 3], &'a [u8])> {
    let (first, rest) = digits(text, digits_of_first)?;
    let (mark, rest) = mark(rest, marks);
    let (second, rest) = digits(rest, 2)?;
    let rest = match mark {
        Some(mark) => rest.strip_prefix(&[mark])?,
        None => rest,
    };
    let (third, rest) = digits(rest, 2)?;
    Some(([first, second, third], rest))
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

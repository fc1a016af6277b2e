//! Which part of a photo is wanted, and whether it is wanted at all: `Range`, `If-Range`, `If-None-Match`.

use std::ops::Range;

use super::head::{Head, Method};
use super::response::Response;

/// What is to be sent of something that has so many bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::gallery) enum Part {
    /// All of it.
    Whole,
    /// These bytes, not none.
    Some(Range<u64>),
    /// The wanted bytes are none of it.
    Nothing,
}

/// The part that a request wants of what has this length and ETag.
///
/// A range that cannot be understood, and several at a time, are as good as none: then all is sent, as RFC 9110 allows.
pub(in crate::gallery) fn part(head: &Head, etag: &str, length: u64) -> Part {
    let Some(range) = head.header("range").filter(|_| head.method == Method::Get) else {
        return Part::Whole;
    };
    // A date, or a weak ETag, proves nothing about bytes.
    if head.header("if-range").is_some_and(|known| known != etag) {
        return Part::Whole;
    }
    read(range, length)
}

fn read(range: &str, length: u64) -> Part {
    let Some((unit, range)) = range.split_once('=') else {
        return Part::Whole;
    };
    let Some((first, last)) = range.trim().split_once('-') else {
        return Part::Whole;
    };
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return Part::Whole;
    }
    let part = match (number(first), number(last)) {
        (Some(first), Some(last)) if first > last => return Part::Whole,
        (Some(first), Some(last)) => first..last.saturating_add(1).min(length),
        (Some(first), None) if last.is_empty() => first..length,
        (None, Some(count)) if first.is_empty() => length.saturating_sub(count)..length,
        _ => return Part::Whole,
    };
    if part.is_empty() { Part::Nothing } else { Part::Some(part) }
}

/// A number of digits alone; one that is larger than any is as large as can be.
fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}

/// The answer of this ETag, which is not made for a client that has it already.
///
/// # Errors
///
/// The answer that says why it cannot be made: that one has no ETag, and is not kept.
pub(in crate::gallery) fn tagged(
    head: &Head,
    etag: &str,
    caching: &'static str,
    make: impl FnOnce() -> Result<Response, Response>,
) -> Result<Response, Response> {
    let response = if is_known(head, etag) { Response::new(304) } else { make()? };
    Ok(response.header("ETag", etag).cached(caching))
}

/// Whether the client has what is of this ETag already.
pub(in crate::gallery) fn is_known(head: &Head, etag: &str) -> bool {
    let known = head.header("if-none-match").unwrap_or_default();
    known.trim() == "*"
        || known.split(',').any(|known| known.trim().trim_start_matches("W/") == etag)
}

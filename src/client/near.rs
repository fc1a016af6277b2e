//! Names that are nearly right. A daemon looks up exact names only; what else a person may have meant is found here, in
//! the list of all labels, so that it costs the daemon no more than a list.

use strsim::osa_distance;

use super::list::labels;
use super::prose::note;
use super::screen::{picture, plain};
use super::{Daemon, Failure, dates};
use crate::protocol::client::{Explanation, PhotoReport};
use crate::protocol::{Answer, Request, SafeName};

/// Of how many photos that a name can mean it is told what they are.
const DESCRIBED: usize = 8;

/// How many labels are suggested.
const SUGGESTED: usize = 3;

/// Names shorter than this are a part of too many others.
const SHORTEST_PART: usize = 3;

/// Longer names are not compared letter by letter, which takes time by the square of their length.
const LONGEST_COMPARED: usize = 64;

/// How many letters may be wrong at most, however long the name is.
const MOST_WRONG: usize = 3;

/// The fewest digits that a daemon takes for the beginning of an id.
const ID_DIGITS: usize = 6;

/// Asks for everything about one photo; not found if `exact` and no node has the photo that itself has this name.
pub(super) fn explain(
    daemon: &mut Daemon,
    name: &str,
    exact: bool,
) -> Result<Box<Explanation>, Failure> {
    let request = Request::Explain { image_name: name.to_owned(), exact, shared: false };
    let Answer::Explained(explanation) = daemon.ask(&request)? else {
        return Err(daemon.unexpected());
    };
    Ok(explanation)
}

/// Asks for a photo by its name, and if there is none by that of the only label that is the same but for upper and lower
/// case; standard error says so then. Returns the name by which it was found, too.
pub(super) fn ask_near<T>(
    daemon: &mut Daemon,
    name: &str,
    ask: impl Fn(&mut Daemon, &str) -> Result<T, Failure>,
) -> Result<(T, String), Failure> {
    let failure = match ask(daemon, name) {
        Ok(answer) => return Ok((answer, name.to_owned())),
        Err(failure @ Failure::NotFound(_)) => failure,
        Err(Failure::Ambiguous { name, candidates }) => {
            return Err(described(daemon, name, candidates));
        }
        Err(failure) => return Err(failure),
    };
    let Ok(labels) = labels(daemon) else {
        return Err(failure);
    };
    let Some(label) = same_but_for_case(name, &labels) else {
        return Err(advised(failure, name, &labels));
    };
    note!("{failure}; {} is taken, which differs in upper and lower case only", plain(label));
    Ok((ask(daemon, label)?, label.to_owned()))
}

/// A name can mean several photos: what they are, unless they are many.
fn described(daemon: &mut Daemon, name: String, mut candidates: Vec<String>) -> Failure {
    for candidate in candidates.iter_mut().take(DESCRIBED) {
        // That there are several is still so if nothing can be told of one.
        if let Ok(told) = explain(daemon, candidate, false) {
            // A worse version is told of by its own size; what is known of the date is the better one's.
            let worse = told.versions.iter().find(|version| Some(version.id) == told.meant);
            let (size, date) = match worse {
                Some(own) => (picture(own.width, own.height, own.format, own.bytes), None),
                None => {
                    let PhotoReport { width, height, format, bytes, .. } = told.photo;
                    (picture(width, height, format, bytes), dates::of(&told.photo))
                }
            };
            let date = date.map(|date| date.moment().strftime(", %Y-%m-%d").to_string());
            candidate.push_str(&format!(" ({size}{})", date.unwrap_or_default()));
        }
    }
    Failure::Ambiguous { name, candidates }
}

/// If a photo was not found, a failure that says what else may have been meant.
pub(super) fn suggest(daemon: &mut Daemon, name: &str, failure: Failure) -> Failure {
    if !matches!(failure, Failure::NotFound(_)) {
        return failure;
    }
    match labels(daemon) {
        Ok(labels) => advised(failure, name, &labels),
        Err(_) => failure,
    }
}

fn advised(failure: Failure, name: &str, labels: &[String]) -> Failure {
    let Failure::NotFound(mut text) = failure else {
        return failure;
    };
    if (1..ID_DIGITS).contains(&name.len()) && name.chars().all(|c| c.is_ascii_hexdigit()) {
        text.push_str(&format!("; an id needs {ID_DIGITS} digits at least"));
    }
    text.push_str(&advice(name, labels));
    Failure::NotFound(text)
}

/// `; did you mean this or that?`, of what is nearly called so; nothing if nothing is.
pub(super) fn advice(name: &str, all: &[String]) -> String {
    let near: Vec<String> = near(name, all).into_iter().map(plain).collect();
    match &near[..] {
        [] => String::new(),
        [one] => format!("; did you mean {one}?"),
        [more @ .., last] => format!("; did you mean {} or {last}?", more.join(", ")),
    }
}

/// The only label that is a name but for upper and lower case.
pub(super) fn same_but_for_case<'a>(name: &str, labels: &'a [String]) -> Option<&'a str> {
    let folded = SafeName::folded(name);
    let mut same = labels.iter().filter(|label| SafeName::folded(label) == folded);
    same.next().filter(|_| same.next().is_none()).map(String::as_str)
}

/// The few labels that a name may have been meant for, the likeliest first.
pub fn near<'a>(name: &str, labels: &'a [impl AsRef<str>]) -> Vec<&'a str> {
    let folded = SafeName::folded(name);
    let likeness = |label: &'a str| Some((wrong(&folded, label)?, label.len(), label));
    let mut near: Vec<_> = labels.iter().filter_map(|label| likeness(label.as_ref())).collect();
    near.sort_unstable();
    near.into_iter().map(|(.., label)| label).take(SUGGESTED).collect()
}

/// How wrong a name in lower case would be for this label; none if it is too wrong. What stands behind the last dot does
/// not count: `cat.jpg` may well have been meant for `cat.jpeg`.
fn wrong(name: &str, label: &str) -> Option<usize> {
    let label = SafeName::folded(label);
    let (stem, other) = (stem(name), stem(&label));
    if stem == other {
        return Some(0);
    }
    let length = stem.chars().count();
    if length >= SHORTEST_PART && label.contains(name) {
        return Some(1);
    }
    let most = (length / 3).min(MOST_WRONG);
    let comparable = length <= LONGEST_COMPARED && length.abs_diff(other.chars().count()) <= most;
    let wrong = comparable.then(|| osa_distance(stem, other))?;
    (wrong <= most).then_some(1 + wrong)
}

/// A name without its ending.
fn stem(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => name,
    }
}

//! What people search for, and which photos it is.
//!
//! Words with a blank between them must all fit. A word that is nothing special fits a photo that has it in one of its
//! names. Dates (`2024`, `2024-06`, `2024-06-12`, `june`) fit names, too: a photo may be called so.

use std::collections::BTreeMap;

use super::limits::{SEARCH, SEARCH_WORDS};
use super::snapshot::Shot;
use crate::photo::Format;
use crate::protocol::{NodeId, SafeName};

/// What people call the nodes, folded as names are.
pub(super) type Called = BTreeMap<NodeId, String>;

/// What is searched for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Query(Vec<Word>);

#[derive(Clone, Debug, PartialEq)]
enum Word {
    /// In one of the names.
    Name(String),
    /// The date begins so, as `YYYY-MM-DD`, or it is in a name.
    Date(String),
    /// The month, from 1 to 12, or its word is in a name.
    Month(i8, String),
    /// One that is called so has it.
    On(String),
    /// Nobody else has it.
    Only(String),
    Copies(Compare, f64),
    /// Millions of pixels.
    Pixels(Compare, f64),
    /// It has worse versions, which are put away.
    Versions,
    NoDate,
    Format(Format),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Compare {
    Less,
    AtMost,
    Equal,
    AtLeast,
    More,
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

impl Query {
    /// What a text searches for.
    ///
    /// # Errors
    ///
    /// In words, if it is longer than anything that people type.
    pub(super) fn read(text: &str) -> Result<Query, &'static str> {
        if text.len() > SEARCH {
            return Err("that is too long to search for");
        }
        let words: Vec<Word> = SafeName::folded(text).split_whitespace().map(Word::read).collect();
        match words.len() > SEARCH_WORDS {
            true => Err("those are too many words to search for"),
            false => Ok(Query(words)),
        }
    }

    /// Whether a photo is one of those.
    pub(super) fn fits(&self, shot: &Shot, called: &Called) -> bool {
        self.0.iter().all(|word| word.fits(shot, called))
    }
}

impl Word {
    fn read(text: &str) -> Word {
        let special = [prefixed, compared, fixed, month, date];
        let found = special.iter().find_map(|read| read(text));
        found.unwrap_or_else(|| Word::Name(text.to_owned()))
    }

    fn fits(&self, shot: &Shot, called: &Called) -> bool {
        let is = |node: &NodeId, name: &str| is_called(called, *node, name);
        match self {
            Word::Name(text) => shot.names.contains(text.as_str()),
            Word::Date(text) => {
                let date = shot.date.map(|date| date.moment().date().to_string());
                date.is_some_and(|date| date.starts_with(text.as_str()))
                    || shot.names.contains(text.as_str())
            }
            Word::Month(month, text) => {
                shot.date.is_some_and(|date| date.moment().month() == *month)
                    || shot.names.contains(text.as_str())
            }
            Word::On(name) => shot.holders.iter().any(|node| is(node, name)),
            Word::Only(name) => {
                !shot.holders.is_empty() && shot.holders.iter().all(|node| is(node, name))
            }
            Word::Copies(compare, number) => compare.fits(shot.holders.len() as f64, *number),
            Word::Pixels(compare, number) => {
                let pixels = f64::from(shot.width) * f64::from(shot.height) / 1e6;
                pixels > 0.0 && compare.fits(pixels, *number)
            }
            Word::Versions => shot.versions > 0,
            Word::NoDate => shot.date.is_none(),
            Word::Format(format) => shot.format == *format,
        }
    }
}

/// `on:anna`, `only:ben`.
fn prefixed(text: &str) -> Option<Word> {
    let (what, name) = text.split_once(':').filter(|(_, name)| !name.is_empty())?;
    match what {
        "on" => Some(Word::On(name.to_owned())),
        "only" => Some(Word::Only(name.to_owned())),
        _ => None,
    }
}

/// `copies<2`, `>10mp`.
fn compared(text: &str) -> Option<Word> {
    let (what, rest) = text.split_at(text.find(['<', '=', '>'])?);
    let signs = [
        ("<=", Compare::AtMost),
        (">=", Compare::AtLeast),
        ("<", Compare::Less),
        (">", Compare::More),
        ("=", Compare::Equal),
    ];
    let (number, compare) =
        signs.iter().find_map(|(sign, compare)| Some((rest.strip_prefix(sign)?, *compare)))?;
    let read = |number: &str| number.parse().ok().filter(|number: &f64| number.is_finite());
    match what {
        "copies" => Some(Word::Copies(compare, read(number)?)),
        "" => Some(Word::Pixels(compare, read(number.strip_suffix("mp")?)?)),
        _ => None,
    }
}

fn fixed(text: &str) -> Option<Word> {
    Some(match text {
        "versions" => Word::Versions,
        "nodate" => Word::NoDate,
        "jpeg" | "jpg" => Word::Format(Format::Jpeg),
        "png" => Word::Format(Format::Png),
        "gif" => Word::Format(Format::Gif),
        "webp" => Word::Format(Format::Webp),
        "bmp" => Word::Format(Format::Bmp),
        "tiff" | "tif" => Word::Format(Format::Tiff),
        "heic" => Word::Format(Format::Heic),
        "opaque" => Word::Format(Format::Opaque),
        _ => return None,
    })
}

fn month(text: &str) -> Option<Word> {
    let month = MONTHS.iter().zip(1..).find(|(name, _)| **name == text);
    month.map(|(name, number)| Word::Month(number, (*name).to_owned()))
}

/// `2024`, `2024-06`, `2024-06-12`.
fn date(text: &str) -> Option<Word> {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    let digits = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let is_date = digits && matches!(lengths[..], [4] | [4, 2] | [4, 2, 2]);
    is_date.then(|| Word::Date(text.to_owned()))
}

/// Whether a node's name, or the part of it that is its own, begins so: people type it letter by letter.
fn is_called(called: &Called, node: NodeId, name: &str) -> bool {
    let begins = |called: &str| called.split('/').any(|part| part.starts_with(name));
    let named = called.get(&node).is_some_and(|called| begins(called) || called.starts_with(name));
    named || node.to_string().starts_with(name)
}

impl Compare {
    fn fits(self, value: f64, with: f64) -> bool {
        match self {
            Compare::Less => value < with,
            Compare::AtMost => value <= with,
            Compare::Equal => value == with,
            Compare::AtLeast => value >= with,
            Compare::More => value > with,
        }
    }
}

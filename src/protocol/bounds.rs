//! What others may say at most. It is bounded while it is parsed: what is checked later has been stored by then.
//!
//! A list or a text that is longer than any correct program makes it is refused, and with it the frame. Words for people
//! may quote a path of any length, so they are cut.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// The longest text that a photo can be looked up by, in bytes: longer than any name, label or id.
pub(super) const LOOKUP: usize = 1024;

/// The most records, photos, owners' words or nodes in one list of a frame: all of them are one step of the core. Four
/// times as many as a daemon sends.
pub(super) const PAGE: usize = 1024;

/// The most abilities that a daemon or a client can name, and the longest name of one in bytes.
const FEATURES: usize = 64;

/// The longest words for people that are remembered, in bytes: some lines of a log.
const MAX_WORDS: usize = 1024;

/// A list of at most `MAX`.
pub(super) fn list<'de, D, C, const MAX: usize>(from: D) -> Result<C, D::Error>
where
    D: Deserializer<'de>,
    C: Default + IntoIterator + Extend<C::Item>,
    C::Item: Deserialize<'de>,
{
    from.deserialize_seq(List::<C, MAX>(PhantomData))
}

struct List<C, const MAX: usize>(PhantomData<C>);

impl<'de, C, const MAX: usize> Visitor<'de> for List<C, MAX>
where
    C: Default + IntoIterator + Extend<C::Item>,
    C::Item: Deserialize<'de>,
{
    type Value = C;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of at most {MAX}")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<C, A::Error> {
        let mut list = C::default();
        for _ in 0..MAX {
            match items.next_element()? {
                Some(item) => list.extend([item]),
                None => return Ok(list),
            }
        }
        match items.next_element::<IgnoredAny>()? {
            Some(_) => Err(A::Error::custom(format!("a list of more than {MAX}"))),
            None => Ok(list),
        }
    }
}

/// A map of at most `MAX`.
pub(super) fn map<'de, D, K, V, const MAX: usize>(from: D) -> Result<BTreeMap<K, V>, D::Error>
where
    D: Deserializer<'de>,
    K: Ord + Deserialize<'de>,
    V: Deserialize<'de>,
{
    from.deserialize_map(Map::<K, V, MAX>(PhantomData))
}

struct Map<K, V, const MAX: usize>(PhantomData<(K, V)>);

impl<'de, K, V, const MAX: usize> Visitor<'de> for Map<K, V, MAX>
where
    K: Ord + Deserialize<'de>,
    V: Deserialize<'de>,
{
    type Value = BTreeMap<K, V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a map of at most {MAX}")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<BTreeMap<K, V>, A::Error> {
        let mut map = BTreeMap::new();
        for _ in 0..MAX {
            match entries.next_entry()? {
                Some((key, value)) => map.insert(key, value),
                None => return Ok(map),
            };
        }
        match entries.next_key::<IgnoredAny>()? {
            Some(_) => Err(A::Error::custom(format!("a map of more than {MAX}"))),
            None => Ok(map),
        }
    }
}

/// A text of at most `MAX` bytes.
pub(super) fn text<'de, D: Deserializer<'de>, const MAX: usize>(
    from: D,
) -> Result<String, D::Error> {
    Text::<MAX>::deserialize(from).map(|text| text.0)
}

/// At most `MOST` texts of at most `MAX` bytes each.
pub(super) fn texts<'de, D, C, const MOST: usize, const MAX: usize>(from: D) -> Result<C, D::Error>
where
    D: Deserializer<'de>,
    C: FromIterator<String>,
{
    let texts = list::<D, Vec<Text<MAX>>, MOST>(from)?;
    Ok(texts.into_iter().map(|text| text.0).collect())
}

/// Names of abilities.
pub(super) fn features<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    texts::<D, _, FEATURES, FEATURES>(from)
}

struct Text<const MAX: usize>(String);

impl<'de, const MAX: usize> Deserialize<'de> for Text<MAX> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Text<MAX>, D::Error> {
        from.deserialize_str(Limit::<MAX>).map(Text)
    }
}

struct Limit<const MAX: usize>;

impl<const MAX: usize> Visitor<'_> for Limit<MAX> {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a text of at most {MAX} bytes")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<String, E> {
        match text.len() <= MAX {
            true => Ok(text.to_owned()),
            false => Err(E::custom(format!("a text of more than {MAX} bytes"))),
        }
    }
}

/// Words for people: of long ones the beginning.
pub(super) fn words<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    from.deserialize_str(Words)
}

/// As [`words`], where there may be none.
pub(super) fn some_words<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    struct Some(String);
    impl<'de> Deserialize<'de> for Some {
        fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Some, D::Error> {
            words(from).map(Some)
        }
    }
    Ok(Option::<Some>::deserialize(from)?.map(|words| words.0))
}

struct Words;

impl Visitor<'_> for Words {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("words")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<String, E> {
        Ok(cut(text, MAX_WORDS).to_owned())
    }
}

/// As much of the beginning of a text as has room in `max` bytes.
pub(super) fn cut(text: &str, max: usize) -> &str {
    let mut end = text.len().min(max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// What a decoder says of a frame, which may quote the whole of it.
pub(super) fn complaint(error: &impl fmt::Display) -> String {
    cut(&error.to_string(), MAX_WORDS).to_owned()
}

//! What a file holds besides one still picture.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize};

/// What a file holds besides one still picture: the most of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum More {
    /// Nothing, or nothing that this program knows.
    #[default]
    Nothing,
    /// Depth, or how bright its lights are: further pictures by which the first can be shown in other ways.
    Maps,
    /// A film of the same moment, appended to the picture.
    Film,
    /// Several frames, pages or pictures of which only the first was looked at.
    Frames,
}

/// A word of a later program is something that this one cannot compare.
impl<'de> Deserialize<'de> for More {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<More, D::Error> {
        Ok(match &*Cow::<str>::deserialize(from)? {
            "maps" => More::Maps,
            "film" => More::Film,
            "nothing" => More::Nothing,
            _ => More::Frames,
        })
    }
}

impl More {
    pub(in crate::photo) fn is_nothing(&self) -> bool {
        *self == More::Nothing
    }
}

//! Which version of a picture is the best: a total order on the photos alone.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

use super::{Format, More, Origin, Photo, PhotoId};

/// What counts for a photo's rank besides its size, its colour and its format.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Worth {
    /// How many half octaves of detail its pixels could hold and do not; 0 if it uses them, 6 if it was blown up to
    /// eight times its width.
    #[serde(default, skip_serializing_if = "super::is_zero")]
    pub missing: u8,
    /// How near the file is to what a camera wrote.
    #[serde(default, skip_serializing_if = "Origin::is_unknown")]
    pub origin: Origin,
    /// What it holds besides the picture.
    #[serde(default, skip_serializing_if = "More::is_nothing")]
    pub more: More,
}

impl Worth {
    /// Whether there is nothing to say.
    pub(super) fn is_plain(&self) -> bool {
        *self == Worth::default()
    }
}

/// How good a version of a picture is: the greatest is the one to keep.
///
/// Detail, then colour, then a camera's data and no trace of an editor, then a film, then the format, then bytes, then
/// the smaller digest: a total order on photos alone. Neither arrival nor file time, node or port has a say, so that the
/// same photos give the same collection everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    detail: u64,
    colour: bool,
    camera: bool,
    origin: Origin,
    more: More,
    format: Format,
    bytes: u64,
    id: Reverse<PhotoId>,
}

impl Photo {
    /// How good a version of its picture this photo is.
    pub fn rank(&self) -> Rank {
        Rank {
            detail: self.detail(),
            colour: self.colour,
            camera: self.camera,
            origin: self.worth.origin,
            more: self.worth.more,
            format: self.format,
            bytes: self.bytes,
            id: Reverse(self.id),
        }
    }

    /// The first point in which a better version outranks this one, in words for people.
    pub fn is_worse_by(&self, better: &Photo) -> &'static str {
        let (worse, than) = (self.rank(), better.rank());
        let is_smaller = self.pixels() < better.pixels();
        if worse.detail != than.detail {
            if is_smaller {
                "fewer pixels"
            } else {
                "less detail in its pixels: enlarged, or blurred"
            }
        } else if worse.colour != than.colour {
            "no colour"
        } else if worse.camera != than.camera {
            "no camera data"
        } else if worse.origin != than.origin {
            "edited, or farther from what its camera wrote"
        } else if worse.more != than.more {
            "without the film or the maps that come with it"
        } else if worse.format != than.format {
            "a format that keeps less"
        } else if worse.bytes != than.bytes {
            "fewer bytes"
        } else {
            "nothing but its digest"
        }
    }

    fn pixels(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// How many pixels the picture needs for the detail that it has.
    ///
    /// All of them, where its pixels are used, and in what a camera wrote: that may be out of focus, but nobody has
    /// blown it up. What was blown up counts as a little less than what it was, so that it never passes for it.
    fn detail(&self) -> u64 {
        let pixels = self.pixels();
        if self.worth.missing == 0 || self.is_camera_original() {
            return pixels;
        }
        // A half octave of width is half of the pixels.
        let halved = pixels.checked_shr(self.worth.missing.into()).unwrap_or(0);
        halved - halved / 4
    }

    /// Whether this is what a camera wrote: it names make, model and moment and the size that the picture still has,
    /// and there is no trace of an editor. Two such files of different pixels are two photos.
    pub fn is_camera_original(&self) -> bool {
        self.camera && self.captured.is_some() && self.worth.origin >= Origin::Camera
    }

    /// Whether it holds several frames, pages or pictures, of which only the first was looked at: it is the same as
    /// another file only if that has the same bytes.
    pub fn is_more_than_a_still(&self) -> bool {
        self.worth.more == More::Frames
    }
}

//! How large a small picture is.

use serde::{Deserialize, Serialize};

/// How large a small picture is wanted. Both are JPEG, upright, and never larger than the photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PreviewSize {
    /// For a grid of many: the shorter side has 320 pixels, the longer one at most 960. One that was made in passing may
    /// have a quarter less.
    Grid,
    /// For a screen: the longer side has at most 2048 pixels.
    View,
}

impl PreviewSize {
    /// All sizes.
    pub const ALL: [PreviewSize; 2] = [PreviewSize::Grid, PreviewSize::View];

    /// The most bytes that a small picture of this size has.
    pub fn max_bytes(self) -> usize {
        match self {
            PreviewSize::Grid => 64 * 1024,
            PreviewSize::View => 1536 * 1024,
        }
    }

    /// The most pixels of its longer side.
    pub fn longest(self) -> u32 {
        match self {
            PreviewSize::Grid => 960,
            PreviewSize::View => 2048,
        }
    }

    /// Whether these bytes can be a small picture of this size: not too many, and they begin and end as a JPEG does.
    ///
    /// Nothing more is looked at. A small picture is its holder's claim: no daemon ever decodes one of another, so that
    /// bytes which are made to harm a decoder find none.
    pub fn fits(self, bytes: &[u8]) -> bool {
        const BEGINNING: &[u8] = &[0xff, 0xd8, 0xff];
        const END: &[u8] = &[0xff, 0xd9];
        let is_whole = bytes.len() >= BEGINNING.len() + END.len();
        is_whole
            && bytes.len() <= self.max_bytes()
            && bytes.starts_with(BEGINNING)
            && bytes.ends_with(END)
    }

    /// Width and height in pixels of the small picture of one with these sides, neither of which may be 0.
    pub(in crate::photo) fn fitted(self, width: u32, height: u32) -> (u32, u32) {
        let (shorter, longer) = (width.min(height), width.max(height));
        let most_shorter = match self {
            PreviewSize::Grid => 320,
            PreviewSize::View => self.longest(),
        };
        let of_shorter = f64::from(most_shorter) / f64::from(shorter);
        let scale = of_shorter.min(f64::from(self.longest()) / f64::from(longer)).min(1.0);
        let scaled = |side: u32| ((f64::from(side) * scale).round() as u32).max(1);
        (scaled(width), scaled(height))
    }
}

//! How a picture must be turned to be seen as it was meant.

/// How the stored pixels must be turned to stand upright: the eight values of the EXIF tag `Orientation`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::photo) struct Orientation {
    /// Rows and columns change places, before anything else.
    pub(in crate::photo) transposed: bool,
    /// Left and right change places.
    pub(in crate::photo) mirrored: bool,
    /// Top and bottom change places.
    pub(in crate::photo) upended: bool,
}

impl Orientation {
    /// Shown as stored.
    pub(in crate::photo) const UPRIGHT: Orientation =
        Orientation { transposed: false, mirrored: false, upended: false };

    /// The orientation of an EXIF value; values that do not exist are shown as stored.
    pub(in crate::photo) fn from_exif(value: u32) -> Orientation {
        let (transposed, mirrored, upended) = match value {
            2 => (false, true, false),
            3 => (false, true, true),
            4 => (false, false, true),
            5 => (true, false, false),
            6 => (true, true, false),
            7 => (true, true, true),
            8 => (true, false, true),
            _ => (false, false, false),
        };
        Orientation { transposed, mirrored, upended }
    }

    /// The same, turned to the left by another quarter.
    pub(super) fn quarter_left(self) -> Orientation {
        Orientation {
            transposed: !self.transposed,
            mirrored: self.upended,
            upended: !self.mirrored,
        }
    }
}

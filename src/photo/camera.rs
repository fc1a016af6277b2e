//! What a camera wrote into a picture's file: how it was held, whether it was a camera at all, and when it fired.

use std::io::Cursor;

use exif::{Exif, In, Reader, Tag, Value};

use super::CaptureTime;

/// How the stored pixels must be turned to stand upright: the eight values of the EXIF tag `Orientation`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Orientation {
    /// Rows and columns change places, before anything else.
    pub(super) transposed: bool,
    /// Left and right change places.
    pub(super) mirrored: bool,
    /// Top and bottom change places.
    pub(super) upended: bool,
}

impl Orientation {
    /// Shown as stored.
    pub(super) const UPRIGHT: Orientation = Orientation {
        transposed: false,
        mirrored: false,
        upended: false,
    };

    /// The orientation of an EXIF value; values that do not exist are shown as stored.
    pub(super) fn from_exif(value: u32) -> Orientation {
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
        Orientation {
            transposed,
            mirrored,
            upended,
        }
    }
}

/// What the EXIF of a picture says, as far as it matters here.
#[derive(Debug)]
pub(super) struct ExifFacts {
    /// How to turn the picture.
    pub(super) orientation: Orientation,
    /// Whether a make or a model of a camera is named.
    pub(super) camera: bool,
    /// When it was taken.
    pub(super) captured: Option<CaptureTime>,
}

impl ExifFacts {
    /// Reads the EXIF of a JPEG, PNG, WebP or TIFF file. Without EXIF, or as far as it is damaged, nothing is said.
    pub(super) fn of(file: &[u8]) -> ExifFacts {
        let exif = Reader::new()
            .continue_on_error(true)
            .read_from_container(&mut Cursor::new(file))
            .or_else(|error| error.distill_partial_result(|_| {}));
        match exif {
            Ok(exif) => ExifFacts {
                orientation: Orientation::from_exif(number(&exif, Tag::Orientation).unwrap_or(1)),
                camera: text(&exif, Tag::Make).is_some() || text(&exif, Tag::Model).is_some(),
                captured: captured(&exif),
            },
            Err(_) => ExifFacts {
                orientation: Orientation::UPRIGHT,
                camera: false,
                captured: None,
            },
        }
    }
}

fn number(exif: &Exif, tag: Tag) -> Option<u32> {
    exif.get_field(tag, In::PRIMARY)?.value.get_uint(0)
}

/// A text field, if there is anything in it but blanks.
fn text(exif: &Exif, tag: Tag) -> Option<String> {
    let Value::Ascii(lines) = &exif.get_field(tag, In::PRIMARY)?.value else {
        return None;
    };
    let text = String::from_utf8_lossy(lines.first()?);
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0');
    (!text.is_empty()).then(|| text.to_owned())
}

/// `DateTimeOriginal`, the moment of the shutter. `DateTime` is that of the last edit and says nothing here.
fn captured(exif: &Exif) -> Option<CaptureTime> {
    let moment = text(exif, Tag::DateTimeOriginal)?;
    let fraction = text(exif, Tag::SubSecTimeOriginal);
    CaptureTime::from_exif(&moment, fraction.as_deref())
}

impl CaptureTime {
    /// The moment of an EXIF date (`YYYY:MM:DD HH:MM:SS`) and the digits of its sub-seconds. A clock that was never set
    /// (all zeros or blanks) tells no time.
    fn from_exif(moment: &str, fraction: Option<&str>) -> Option<CaptureTime> {
        const SHAPE: &[u8] = b"dddd:dd:dd dd:dd:dd";
        let fits = moment.len() == SHAPE.len()
            && moment.bytes().zip(SHAPE).all(|(byte, shape)| match shape {
                b'd' => byte.is_ascii_digit(),
                exactly => byte == *exactly,
            });
        if !fits || moment.starts_with("0000") {
            return None;
        }
        let (date, time) = moment.split_once(' ')?;
        let mut text = format!("{}T{time}", date.replace(':', "-"));
        let digits = fraction.filter(|digits| {
            digits.len() <= 9 && digits.bytes().all(|digit| digit.is_ascii_digit())
        });
        if let Some(digits) = digits {
            text.push('.');
            text.push_str(digits);
        }
        Some(CaptureTime(text))
    }
}

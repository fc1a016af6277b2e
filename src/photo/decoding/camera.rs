//! What a camera wrote into a picture's file: how it was held, whether it was a camera at all, and when it fired.

use super::format::Format;
use super::heic;
use super::orientation::Orientation;
use super::tiff::{Directory, Tiff};
use crate::photo::CaptureTime;

/// What the EXIF of a picture says, as far as it matters here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::photo) struct ExifFacts {
    /// How to turn the picture.
    pub(in crate::photo) orientation: Orientation,
    /// Whether a make or a model of a camera is named.
    pub(in crate::photo) camera: bool,
    /// When it was taken.
    pub(in crate::photo) captured: Option<CaptureTime>,
}

impl ExifFacts {
    /// What is said without EXIF.
    const NONE: ExifFacts =
        ExifFacts { orientation: Orientation::UPRIGHT, camera: false, captured: None };

    /// What this block of EXIF in a file of this format says. Without EXIF, or as far as it is damaged, nothing is said.
    pub(in crate::photo) fn of(format: Format, file: &[u8], exif: Option<&[u8]>) -> ExifFacts {
        let said = exif.and_then(ExifFacts::read).unwrap_or(ExifFacts::NONE);
        match format {
            // The container tells how to turn the picture; what EXIF says of it was true before.
            Format::Heic => ExifFacts { orientation: heic::orientation(file), ..said },
            Format::Opaque
            | Format::Gif
            | Format::Webp
            | Format::Jpeg
            | Format::Bmp
            | Format::Png
            | Format::Tiff => said,
        }
    }

    fn read(exif: &[u8]) -> Option<ExifFacts> {
        const ORIENTATION: u16 = 0x0112;
        const MAKE: u16 = 0x010f;
        const MODEL: u16 = 0x0110;
        /// Where the directory is that tells how the picture was taken.
        const EXIF_DIRECTORY: u16 = 0x8769;
        let exif = Tiff::new(exif)?;
        let picture = exif.first()?;
        let taken = picture.number(EXIF_DIRECTORY);
        let taken = taken.and_then(|offset| exif.directory(offset));
        Some(ExifFacts {
            orientation: Orientation::from_exif(picture.number(ORIENTATION).unwrap_or(1)),
            camera: text(&picture, MAKE).is_some() || text(&picture, MODEL).is_some(),
            captured: taken.as_ref().and_then(captured),
        })
    }
}

/// A text, if there is anything in it but blanks. It ends at the first zero.
fn text(directory: &Directory, tag: u16) -> Option<String> {
    /// As much as a JPEG could hold. What is longer was written by no camera.
    const MAX_BYTES: usize = 1 << 16;
    let value = directory.text(tag)?;
    if value.len() > MAX_BYTES {
        return None;
    }
    let line = value.split(|byte| *byte == 0).next()?;
    let text = String::from_utf8_lossy(line);
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// `DateTimeOriginal`, the moment of the shutter. `DateTime` is that of the last edit and says nothing here.
fn captured(taken: &Directory) -> Option<CaptureTime> {
    const DATE_TIME_ORIGINAL: u16 = 0x9003;
    const SUB_SECONDS_ORIGINAL: u16 = 0x9291;
    let moment = text(taken, DATE_TIME_ORIGINAL)?;
    let fraction = text(taken, SUB_SECONDS_ORIGINAL);
    CaptureTime::from_exif(&moment, fraction.as_deref())
}

impl CaptureTime {
    /// The moment of an EXIF date (`YYYY:MM:DD HH:MM:SS`) and the digits of its sub-seconds. A clock that was never set
    /// (all zeros or blanks) tells no time.
    pub(in crate::photo) fn from_exif(moment: &str, fraction: Option<&str>) -> Option<CaptureTime> {
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

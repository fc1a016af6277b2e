//! How near a file is to what a camera wrote: traces of editors in it, and of the camera.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize};

use super::format::Format;
use super::jpeg;
use super::tiff::{Directory, Tiff};

/// How near a file is to what a camera wrote, from far to near.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// A program has changed the picture since, or it has not the size that its camera names.
    Edited,
    /// It says nothing of that.
    #[default]
    Unknown,
    /// It names a camera's make and model, the moment and the size that it has.
    Camera,
    /// The same, laid out as cameras do and not as programs: with the camera's own notes or its small preview.
    Untouched,
}

/// A word of a later program says nothing to this one.
impl<'de> Deserialize<'de> for Origin {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Origin, D::Error> {
        Ok(match &*Cow::<str>::deserialize(from)? {
            "edited" => Origin::Edited,
            "camera" => Origin::Camera,
            "untouched" => Origin::Untouched,
            _ => Origin::Unknown,
        })
    }
}

impl Origin {
    pub(in crate::photo) fn is_unknown(&self) -> bool {
        *self == Origin::Unknown
    }

    /// What a file of this format with this EXIF says, if its picture has this size as stored; and by how many half
    /// octaves the picture is larger than the one that the camera took.
    pub(in crate::photo) fn of(
        format: Format,
        file: &[u8],
        exif: Option<&[u8]>,
        size: (u32, u32),
    ) -> (Origin, u8) {
        let container = match format {
            Format::Jpeg => Trail::of_jpeg(file),
            Format::Opaque
            | Format::Gif
            | Format::Webp
            | Format::Heic
            | Format::Bmp
            | Format::Png
            | Format::Tiff => Trail::default(),
        };
        let exif = exif.and_then(|exif| Trail::of_exif(exif, size));
        let exif = exif.unwrap_or_default();
        let origin = if container.edited || exif.edited {
            Origin::Edited
        } else if !exif.whole {
            Origin::Unknown
        } else if exif.own && !container.rewritten {
            Origin::Untouched
        } else {
            Origin::Camera
        };
        (origin, exif.enlarged)
    }
}

/// What was found.
#[derive(Default)]
struct Trail {
    /// A program that changes pictures has been at work.
    edited: bool,
    /// A program has written the file anew, changed or not.
    rewritten: bool,
    /// All that a camera names is there.
    whole: bool,
    /// So are things that only cameras write.
    own: bool,
    /// The half octaves by which the picture is larger than the size that the camera names.
    enlarged: u8,
}

impl Trail {
    fn of_jpeg(file: &[u8]) -> Trail {
        let mut trail = Trail::default();
        for (marker, content) in jpeg::header_segments(file) {
            match marker {
                // Cameras begin with their EXIF, programs with this.
                0xe0 => trail.rewritten |= content.starts_with(b"JFIF\0"),
                0xed => trail.edited |= content.starts_with(b"Photoshop 3.0\0"),
                0xe1 if content.starts_with(b"http://ns.adobe.com/xap/1.0/\0") => {
                    trail.edited |= names_an_editor_in_xmp(content);
                }
                _ => {}
            }
        }
        trail
    }

    fn of_exif(exif: &[u8], size: (u32, u32)) -> Option<Trail> {
        const MAKE: u16 = 0x010f;
        const MODEL: u16 = 0x0110;
        const SOFTWARE: u16 = 0x0131;
        const PROCESSING_SOFTWARE: u16 = 0x000b;
        const CHANGED: u16 = 0x0132;
        const EXIF_DIRECTORY: u16 = 0x8769;
        const TAKEN: u16 = 0x9003;
        const WIDTH: u16 = 0xa002;
        const HEIGHT: u16 = 0xa003;
        const MAKER_NOTE: u16 = 0x927c;
        let exif = Tiff::new(exif)?;
        let picture = exif.first()?;
        let is_editor = |tag| picture.text(tag).is_some_and(names_an_editor);
        let mut trail = Trail {
            edited: is_editor(SOFTWARE) || is_editor(PROCESSING_SOFTWARE),
            ..Trail::default()
        };
        let taken = picture.number(EXIF_DIRECTORY);
        let Some(taken) = taken.and_then(|offset| exif.directory(offset)) else {
            return Some(trail);
        };
        let moment = |directory: &Directory, tag| seconds(directory.text(tag)?);
        let (shot, changed) = (moment(&taken, TAKEN), moment(&picture, CHANGED));
        trail.edited |= shot.zip(changed).is_some_and(|(shot, changed)| changed > shot + SLACK);
        let named = taken.number(WIDTH).zip(taken.number(HEIGHT));
        let turned = (size.1, size.0);
        trail.edited |= named.is_some_and(|named| named != size && named != turned);
        trail.enlarged = named.map_or(0, |named| half_octaves(size, named));
        trail.whole = named.is_some()
            && shot.is_some()
            && [MAKE, MODEL].iter().all(|tag| picture.text(*tag).is_some());
        let has_preview = picture.next().is_some_and(|next| next > 0);
        trail.own = has_preview || taken.fields(MAKER_NOTE).next().is_some();
        Some(trail)
    }
}

/// By how many half octaves of its width a picture is larger than another: each doubles the pixels. Some cameras name a
/// few rows less than they store; that is no enlargement.
fn half_octaves(size: (u32, u32), named: (u32, u32)) -> u8 {
    let pixels = |(width, height)| u64::from(width) * u64::from(height);
    let (pixels, named) = (pixels(size), pixels(named));
    if named == 0 || pixels / 3 < named / 2 {
        return 0;
    }
    (0..64).find(|halvings| pixels >> halvings <= named).unwrap_or(0)
}

/// How much later than the shutter a camera may say that it wrote the file, in seconds: exposures take time.
const SLACK: u64 = 120;

/// The seconds of an EXIF date, by a calendar in which all months have 31 days: good enough to compare.
fn seconds(moment: &[u8]) -> Option<u64> {
    let moment = moment.get(..19)?;
    let number = |from: usize, to: usize| -> Option<u64> {
        std::str::from_utf8(&moment[from..to]).ok()?.parse().ok()
    };
    let days = (number(0, 4)? * 12 + number(5, 7)?) * 31 + number(8, 10)?;
    let minutes = (days * 24 + number(11, 13)?) * 60 + number(14, 16)?;
    (days >= 12 * 31).then_some(minutes * 60 + number(17, 19)?)
}

/// Parts of the names of programs that change pictures, in small letters. Cameras name the version of their own.
const EDITORS: [&str; 52] = [
    "acdsee",
    "affinity",
    "aftershot",
    "apple photos",
    "aperture",
    "canva",
    "capture one",
    "corel",
    "darktable",
    "digikam",
    "dxo",
    "facetune",
    "faststone",
    "gimp",
    "graphicconverter",
    "gthumb",
    "imagemagick",
    "instagram",
    "irfanview",
    "krita",
    "lightroom",
    "luminar",
    "meitu",
    "nero",
    "nik collection",
    "nx studio",
    "on1",
    "paint",
    "photofiltre",
    "photoimpact",
    "photolab",
    "photomatix",
    "photopea",
    "photoscape",
    "photoshop",
    "picasa",
    "picsart",
    "pixelmator",
    "pixlr",
    "polarr",
    "prisma",
    "ptgui",
    "rawtherapee",
    "remini",
    "shotwell",
    "snapseed",
    "topaz",
    "vsco",
    "windows photo",
    "xnview",
    "youcam",
    "zoner",
];

/// Whether a program's name is that of an editor.
fn names_an_editor(name: &[u8]) -> bool {
    /// No name is longer.
    const MAX_NAME: usize = 256;
    let name = name.get(..name.len().min(MAX_NAME)).unwrap_or_default();
    let name = String::from_utf8_lossy(name).to_lowercase();
    EDITORS.iter().any(|editor| name.contains(editor))
}

/// Whether XMP names an editor as the tool that made the picture, or that was last at work.
fn names_an_editor_in_xmp(xmp: &[u8]) -> bool {
    const FIELDS: [&[u8]; 2] = [b"CreatorTool", b"softwareAgent"];
    /// What stands between a field's name and its value, and as much of that as matters.
    const VALUE: usize = 64;
    FIELDS.iter().any(|field| {
        let places = xmp.windows(field.len()).enumerate();
        let mut named = places.filter(|(_, part)| part == field);
        named.any(|(at, _)| {
            let value = xmp.get(at + field.len()..).unwrap_or_default();
            names_an_editor(value.get(..value.len().min(VALUE)).unwrap_or_default())
        })
    })
}

//! Companions: files that belong to a photo but are not photos, such as sidecars and the film of a live photo.
//!
//! ```text
//! 2024/IMG_1.jpg                                              the photo
//! 2024/IMG_1.jpg.xmp  2024/IMG_1.MOV                          its companions: the same folder, the same stem
//! .photomesh/trash/0123456789ab-IMG_1.jpg                     the photo in the trash, with its one note
//! .photomesh/trash/0123456789ab-IMG_1.jpg.companions/IMG_1.jpg.xmp  IMG_1.MOV
//! ```
//!
//! They go where their photo goes, under their own names; if the photo comes back under another name, so do they. One
//! that belongs to several photos goes with the last of them. They are on no other disk, so a photo with companions is
//! never dropped as surplus, and their time in the trash is never over: only their owner deletes them, by hand.
//!
//! The photo moves first, with a note that lists its companions; they follow one by one. After a crash or an error in
//! between, each of them lies in one of the two places, and the end of the next scan moves them to their photo.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::layout;
use crate::platform::name_of_bytes;

/// The endings of companions' names, in upper or lower case.
pub(super) const ENDINGS: [&str; 7] = ["xmp", "aae", "json", "thm", "wav", "mov", "mp4"];

/// The endings of films' names that are not companions: a thumbnail beside such a film belongs to no photo.
pub(super) const FILMS: [&str; 5] = ["avi", "mpg", "mpeg", "m4v", "mts"];

/// How many companions of a photo are named at most; there are hardly ever more than one or two.
pub const NAMED: usize = 16;

/// A name or a path in a note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Name(#[serde(with = "layout::path_text")] pub(super) PathBuf);

pub(super) fn has_ending(name: &OsStr, endings: &[&str]) -> bool {
    let ending = Path::new(name).extension();
    ending.is_some_and(|ending| endings.iter().any(|known| ending.eq_ignore_ascii_case(known)))
}

/// Whether a file of this name is a companion of a photo of that name in the same folder.
pub(super) fn accompanies(name: &OsStr, photo: &OsStr) -> bool {
    let stem = Path::new(name).file_stem();
    has_ending(name, &ENDINGS)
        && name != photo
        && (stem == Path::new(photo).file_stem() || stem == Some(photo))
}

/// The name that a companion gets when its photo's name changes.
pub(super) fn renamed(name: &OsStr, photo: &OsStr, new: &OsStr) -> OsString {
    let stem = |name| Path::new(name).file_stem().unwrap_or(OsStr::new(""));
    let bytes = name.as_encoded_bytes();
    let (rest, mut new) = match bytes.strip_prefix(photo.as_encoded_bytes()) {
        Some(rest) => (rest, new.to_owned()),
        None => match bytes.strip_prefix(stem(photo).as_encoded_bytes()) {
            Some(rest) => (rest, stem(new).to_owned()),
            None => return name.to_owned(),
        },
    };
    new.push(name_of_bytes(rest.to_vec()));
    new
}

/// Whether a file is a thumbnail beside a picture, and so not a photo itself.
pub(super) fn is_thumbnail(path: &Path, is_file: impl Fn(&Path) -> bool) -> bool {
    let name = path.file_name().unwrap_or_default();
    let pictures = ["jpg", "jpeg", "heic", "dng", "cr2", "cr3", "crw", "nef", "arw", "tif"];
    has_ending(name, &["thm"])
        && pictures.iter().any(|ending| {
            is_file(&path.with_extension(ending))
                || is_file(&path.with_extension(ending.to_uppercase()))
        })
}

/// The directory for the companions of one of our own files.
pub(super) fn own_dir(file: &Path) -> PathBuf {
    layout::companions_dir(file)
}

/// The path of a companion with this name of the photo in `file`.
pub(super) fn path_of(name: &OsStr, file: &Path) -> PathBuf {
    match layout::is_ours(file) {
        true => own_dir(file).join(name),
        false => file.with_file_name(name),
    }
}

/// The name of a photo from which its companions' names derive.
pub(super) fn given_name(file: &Path) -> OsString {
    match layout::id_digits(file) {
        Some(_) => layout::label(file).into(),
        None => file.file_name().unwrap_or_default().to_owned(),
    }
}

//! Where files lie in the folder, and what their paths mean.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use crate::photo::PhotoId;
use crate::platform::name_of_bytes;
use crate::protocol::{Holding, SafeName};

/// The marker: it makes a folder a node's folder, and contains all files of the daemon.
pub(super) const MARKER: &str = ".photomesh";
/// Photos kept for the mesh.
pub(super) const REPLICAS: &str = ".photomesh/replicas";
/// Copies that are retired, with a note each.
pub(super) const TRASH: &str = ".photomesh/trash";
/// Exact copies on their way out, with a note each.
pub(super) const SURPLUS: &str = ".photomesh/trash/surplus";
/// Our own files whose bytes no longer match their digest.
pub(super) const DAMAGED: &str = ".photomesh/damaged";
/// Writes in progress.
pub(super) const TMP: &str = ".photomesh/tmp";
/// A file that is there while all that is here is to be handed over.
pub(super) const DRAINING: &str = ".photomesh/draining";
/// Our own directories in the marker, parents first.
pub(super) const OWN_DIRS: [&str; 5] = [TMP, REPLICAS, TRASH, SURPLUS, DAMAGED];

/// How many hex digits of the photo's id stand at the start of our own file names.
const ID_DIGITS: usize = 12;

/// How a file at this path, relative to the folder, counts.
pub(super) fn holding_at(path: &Path) -> Holding {
    if is_in(path, REPLICAS) {
        Holding::Replica
    } else if is_ours(path) {
        Holding::Retired
    } else {
        Holding::Original
    }
}

/// Whether a path is one of our own, not one of the friend's.
pub(super) fn is_ours(path: &Path) -> bool {
    is_in(path, MARKER)
}

/// Whether a path is this directory or leads into it.
pub(super) fn is_in(path: &Path, dir: &str) -> bool {
    let rest = path.as_os_str().as_encoded_bytes().strip_prefix(dir.as_bytes());
    rest.is_some_and(|rest| rest.first().is_none_or(|next| *next == b'/'))
}

/// Whether a path read from a note or an index stays in the folder: relative, with plain components only.
pub(super) fn is_inside(path: &Path) -> bool {
    let plain = |part| matches!(part, Component::Normal(_));
    path.components().all(plain) && path.file_name().is_some()
}

/// The ending of directory names for the companions of our own files.
const COMPANIONS: &str = ".companions";

/// The ending of note names.
const NOTE: &str = ".json";

/// The name of one of our own files: `<first digits of the id>-<safe name>`. Never the name of a note, whatever the
/// photo's name is: a photo taken for a note would be overlooked, or swept.
pub(super) fn own_name(photo: PhotoId, name: &str) -> SafeName {
    let id = photo.to_string();
    let name = SafeName::new(&format!("{}-{}", &id[..ID_DIGITS], SafeName::new(name)));
    // On some systems, names that differ only in case are the same. Numbers added later come before the ending.
    if is_note(OsStr::new(&name.as_str().to_lowercase())) {
        SafeName::new(&format!("{name}_"))
    } else {
        name
    }
}

/// Whether a file at this path may hold these bytes: our own files are named by their photo and hold only that. A file
/// that a person has put among them has no such name and may hold anything.
pub(super) fn may_hold(path: &Path, bytes: PhotoId) -> bool {
    id_digits(path).is_none_or(|digits| bytes.to_string().starts_with(digits))
}

/// The digits of the photo's id at the start of one of our own file names.
pub(super) fn id_digits(path: &Path) -> Option<&str> {
    let name = path.file_name()?.to_str()?;
    let (digits, _) = name.split_once('-')?;
    let is_digit = |digit: u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
    let ours = is_ours(path) && digits.len() == ID_DIGITS;
    (ours && digits.bytes().all(is_digit)).then_some(digits)
}

/// Whether a file in the trash is a note.
pub(super) fn is_note(name: &OsStr) -> bool {
    name.as_encoded_bytes().ends_with(NOTE.as_bytes())
}

/// Where the note of a copy lies.
pub(super) fn note_path(copy: &Path) -> PathBuf {
    let mut path = copy.as_os_str().to_owned();
    path.push(NOTE);
    PathBuf::from(path)
}

/// The directory for the companions of one of our own files.
pub(super) fn companions_dir(file: &Path) -> PathBuf {
    let mut path = file.as_os_str().to_owned();
    path.push(COMPANIONS);
    PathBuf::from(path)
}

/// The file of our own to which a companion at this path would belong, if its path is one.
pub(super) fn accompanied_by(companion: &Path) -> Option<PathBuf> {
    let dir = companion.parent().filter(|dir| is_ours(dir))?;
    let file = dir.as_os_str().as_encoded_bytes().strip_suffix(COMPANIONS.as_bytes())?;
    Some(PathBuf::from(name_of_bytes(file.to_vec())))
}

/// Whether a directory, by its name, is for the companions of one of our own files.
pub(super) fn is_for_companions(dir: &Path) -> bool {
    is_ours(dir) && dir.as_os_str().as_encoded_bytes().ends_with(COMPANIONS.as_bytes())
}

/// A file's name for people: without folders, and without the digits that [`own_name`] puts before it.
pub(super) fn label(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    match id_digits(path) {
        Some(_) => name[ID_DIGITS + 1..].to_owned(),
        None => name.into_owned(),
    }
}

/// The first of `name`, `name (2)`, `name (3)`, ... that is free in `dir`, by `is_free`.
///
/// Names that differ only in case count as the same, since on many systems they are.
pub(super) fn free_path(
    dir: &Path,
    name: &SafeName,
    is_free: impl Fn(&SafeName) -> bool,
) -> Option<PathBuf> {
    let numbered = (2..=MAX_NUMBER).map(|number| name.numbered(number));
    std::iter::once(name.clone()).chain(numbered).find(is_free).map(|name| dir.join(name.as_str()))
}

/// The most files of one name in one directory; beyond that, something is wrong.
const MAX_NUMBER: u32 = 9_999;

/// Paths in JSON: as text, or as bytes if a file name is not text. Whatever a person has written there, a path that is
/// read has the spelling that a walk gives it, `a/b` for `a//b` and `a/./b`.
pub(super) mod path_text {
    use std::path::{Component, Path, PathBuf};

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::platform::name_of_bytes;

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Text {
        Text(String),
        Bytes(Vec<u8>),
    }

    pub(in crate::folder) fn serialize<S: Serializer>(
        path: &Path,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match path.to_str() {
            Some(text) => text.serialize(serializer),
            None => path.as_os_str().as_encoded_bytes().serialize(serializer),
        }
    }

    pub(in crate::folder) fn deserialize<'de, D: Deserializer<'de>, P: From<PathBuf>>(
        deserializer: D,
    ) -> Result<P, D::Error> {
        let path = match Text::deserialize(deserializer)? {
            Text::Text(text) => PathBuf::from(text),
            Text::Bytes(bytes) => PathBuf::from(name_of_bytes(bytes)),
        };
        let parts = path.components().filter(|part| *part != Component::CurDir);
        Ok(parts.collect::<PathBuf>().into())
    }
}

//! The files that `put` is to put: those that are named and, for `put -r`, the photos below folders.

use std::fs::{self, DirEntry, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::Failure;
use crate::photo::{MAX_PHOTO, PhotoId, SNIFF_BYTES, recognise};

/// What was found below folders.
#[derive(Default)]
pub(super) struct Below {
    /// Files that begin like pictures, folder by folder, each in the order of its names.
    pub(super) photos: Vec<PathBuf>,
    /// How many other files there are.
    pub(super) others: u64,
    /// What could not be looked at.
    pub(super) failures: Vec<(PathBuf, Failure)>,
}

impl Below {
    /// Looks at a file, or at all below a folder but what is hidden. Links are not followed, so no way leads out of the
    /// folder, or round in it.
    pub(super) fn add(&mut self, path: &Path) {
        if !path.is_dir() {
            // It was named, so it is put whatever it is.
            return self.photos.push(path.to_owned());
        }
        let mut folders = vec![path.to_owned()];
        while let Some(folder) = folders.pop() {
            let read = fs::read_dir(&folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
            let mut entries = match read {
                Ok(entries) => entries,
                Err(error) => {
                    self.fail(&folder, &error);
                    continue;
                }
            };
            entries.sort_by_key(DirEntry::file_name);
            entries.retain(|entry| !entry.file_name().as_encoded_bytes().starts_with(b"."));
            let first = folders.len();
            for entry in entries {
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                    Ok(kind) if kind.is_file() => self.sort_in(entry.path()),
                    Ok(_) => {}
                    Err(error) => self.fail(&entry.path(), &error),
                }
            }
            // The last one is looked at first.
            folders[first..].reverse();
        }
    }

    fn sort_in(&mut self, path: PathBuf) {
        match is_picture(&path) {
            Ok(true) => self.photos.push(path),
            Ok(false) => self.others += 1,
            Err(error) => self.fail(&path, &error),
        }
    }

    fn fail(&mut self, path: &Path, error: &io::Error) {
        self.failures.push((path.to_owned(), Failure::unreadable(path, error)));
    }
}

/// Whether a file begins like a picture: then it is for the daemon to say what it is.
pub(super) fn is_picture(path: &Path) -> io::Result<bool> {
    let mut start = Vec::new();
    let mut file = File::open(path)?;
    let bytes = file.metadata()?.len();
    file.by_ref().take(SNIFF_BYTES).read_to_end(&mut start)?;
    // Its id does not matter for that.
    Ok(recognise(PhotoId::of(&[]), bytes, &start).is_ok())
}

/// Opens a file to be put, if it can be one, and tells its length in bytes.
pub(super) fn open(path: &Path) -> Result<(File, u64), Failure> {
    let shown = path.display();
    if path.as_os_str() == "-" {
        let text = "put takes no photo from standard input, since it needs a name: save it in a file first";
        return Err(Failure::Usage(text.to_owned()));
    }
    if path.is_dir() {
        let text = format!("{shown} is a folder: put -r {shown} adds all photos in it");
        return Err(Failure::Usage(text));
    }
    let unreadable = |error: io::Error| Failure::unreadable(path, &error);
    // Looked at before it is opened: a pipe would be waited for.
    if !path.metadata().map_err(unreadable)?.is_file() {
        return Err(Failure::Usage(format!("{shown} is not a file")));
    }
    let file = File::open(path).map_err(unreadable)?;
    let bytes = file.metadata().map_err(unreadable)?.len();
    if bytes > MAX_PHOTO {
        let limit = MAX_PHOTO >> 20;
        return Err(Failure::BadData(format!(
            "{shown} is larger than {limit} MiB, the most a photo may have"
        )));
    }
    Ok((file, bytes))
}

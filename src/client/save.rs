//! A fetched photo on the disk of the person who asked for it.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::time::SystemTime;

use super::Failure;
use crate::photo::PhotoId;
use crate::platform;
use crate::protocol::in_words;

/// A file is in the way, and is not to be replaced.
pub(super) fn exists(path: &Path) -> Failure {
    Failure::CannotCreate(format!(
        "{} is there already: give --force to replace it, or another name with -o FILE",
        path.display()
    ))
}

/// A file, or one in this folder, cannot be written.
pub(super) fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    Failure::Io(format!("cannot write {}: {}", path.display(), in_words(error)))
}

/// A file cannot be made in this folder.
pub(super) fn cannot_create(folder: &Path, error: &io::Error) -> Failure {
    let shown = folder.display();
    let text = if error.kind() == io::ErrorKind::NotFound && !folder.exists() {
        format!("the folder {shown} does not exist")
    } else if error.kind() == io::ErrorKind::NotFound {
        // What a folder says whose files are the system's own.
        format!("no file can be made in {shown}")
    } else if folder.exists() && !folder.is_dir() {
        format!("{shown} is a file, not a folder")
    } else {
        format!("cannot write into {shown}: {}", in_words(error))
    };
    Failure::CannotCreate(text)
}

/// The folder in which a file lies.
pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

/// Makes a folder if it is not there, and those it lies in.
pub(super) fn make_folder(folder: &Path) -> Result<(), Failure> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(folder).map_err(|error| {
        let shown = folder.display();
        let in_the_way = [io::ErrorKind::AlreadyExists, io::ErrorKind::NotADirectory];
        let why = match in_the_way.contains(&error.kind()) {
            true => "a file is in the way".to_owned(),
            false => in_words(&error),
        };
        Failure::CannotCreate(format!("cannot make the folder {shown}: {why}"))
    })
}

/// Whether a file is there with exactly the bytes of a photo of this length.
pub(super) fn is_there(path: &Path, id: PhotoId, bytes: u64) -> bool {
    // Looked at before it is opened: a pipe would be waited for.
    let may_be = path.metadata().is_ok_and(|meta| meta.is_file() && meta.len() == bytes);
    may_be && File::open(path).and_then(PhotoId::of_rest).is_ok_and(|found| found == id)
}

/// Writes a file that is there complete or not at all, even if the power fails: a temporary file beside it is synced
/// and renamed, then its directory is synced. All bytes are here already, so it takes but a moment, in which there must be
/// room for both, and in which a kill leaves the temporary file.
///
/// The file gets the time at which the photo was `taken`: by that, where there is nothing else to tell, others know the
/// day when it is put or copied elsewhere.
pub(super) fn save(
    bytes: &mut File,
    path: &Path,
    taken: Option<SystemTime>,
    force: bool,
) -> Result<(), Failure> {
    let failed = |error: io::Error| cannot_write(path, &error);
    let mut builder = tempfile::Builder::new();
    builder.prefix(".photomesh-").suffix(".part");
    // Temporary files are private by default; a photo gets the rights that the user's umask allows, like any new file.
    platform::like_any_file(&mut builder);
    let folder = folder_of(path);
    let made = builder.tempfile_in(folder);
    let mut file = made.map_err(|error| cannot_create(folder, &error))?;
    io::copy(bytes, file.as_file_mut()).map_err(failed)?;
    // Some disks know no such time; the photo counts for more.
    let _ = taken.map(|taken| file.as_file().set_modified(taken));
    file.as_file().sync_all().map_err(failed)?;
    let renamed = if force { file.persist(path) } else { file.persist_noclobber(path) };
    match renamed {
        Ok(_) => platform::sync_dir(folder_of(path)).map_err(failed),
        Err(refused) if refused.error.kind() == io::ErrorKind::AlreadyExists => Err(exists(path)),
        Err(refused) => Err(failed(refused.error)),
    }
}

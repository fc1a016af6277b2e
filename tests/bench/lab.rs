//! Where things are measured: the program, the photos, and folders that vanish.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::extent::{Extent, Wanted};
use crate::library::Library;
use crate::support::daemon::Daemon;

/// The program, how much is measured, and a folder for all of it.
pub(crate) struct Lab {
    pub(crate) extent: Extent,
    /// The photos that more than one section needs.
    pub(crate) library: Library,
    program: &'static Path,
    place: TempDir,
}

impl Lab {
    pub(crate) fn new(wanted: &Wanted) -> Result<Lab, String> {
        // Beside what is built, and so on a real disk: a temporary folder may be in memory, where fsync costs nothing.
        let place = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).map_err(|e| e.to_string())?;
        let program = Path::new(env!("CARGO_BIN_EXE_photomesh"));
        let library = Library::new(place.path(), wanted.extent.photos);
        Ok(Lab { extent: wanted.extent, library, program, place })
    }

    /// A folder that is removed when it goes out of scope.
    pub(crate) fn room(&self) -> Result<Room, String> {
        let folder = tempfile::tempdir_in(self.place.path());
        folder.map(Room).map_err(|error| format!("no folder: {error}"))
    }

    /// The program, for any command: on no daemon and of no group but those that are named.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(self.program);
        command.env_remove("PHOTOMESH_DAEMON").env_remove("PHOTOMESH_MEMBER");
        command
    }

    /// Starts a daemon on a folder.
    pub(crate) fn start(&self, folder: &Path, options: &[&str]) -> Result<Daemon, String> {
        Daemon::start_by(self.command(), folder, options)
    }

    /// Starts a daemon that joins the mesh of another one.
    pub(crate) fn join(
        &self,
        folder: &Path,
        other: &Daemon,
        options: &[&str],
    ) -> Result<Daemon, String> {
        let address = other.address().to_string();
        self.start(folder, &[&["--join", &address], options].concat())
    }
}

/// A folder with the folders of some daemons.
pub(crate) struct Room(TempDir);

impl Room {
    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// A folder in it.
    pub(crate) fn folder(&self, name: &str) -> Result<PathBuf, String> {
        let folder = self.0.path().join(name);
        fs::create_dir_all(&folder).map_err(|error| format!("no folder: {error}"))?;
        Ok(folder)
    }

    /// A folder in it with these files, as links, so that nothing of them is still to be written.
    pub(crate) fn folder_of(&self, name: &str, files: &[PathBuf]) -> Result<PathBuf, String> {
        let folder = self.folder(name)?;
        for file in files {
            let link =
                file.file_name().map(|name| folder.join(name)).ok_or("a file has no name")?;
            fs::hard_link(file, link).map_err(|error| format!("cannot link a photo: {error}"))?;
        }
        Ok(folder)
    }
}

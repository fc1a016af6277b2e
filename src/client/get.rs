//! `photomesh get`: a photo of the collection into a file.

use std::env;
use std::fs::File;
use std::io::{self, IsTerminal, Seek, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use indicatif::{HumanBytes, ProgressBar, ProgressStyle};

use super::connection::Missed;
use super::explain::{explain, told_instead};
use super::screen::plain;
use super::{Daemon, Failure};
use crate::photo::{Digest, MAX_PHOTO, PhotoId};
use crate::platform;
use crate::protocol::{Answer, Request, SafeName};

/// The longest that a daemon may be silent, however large it says that the photo is.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// How long a daemon may be silent before the first byte of a photo: it may have to fetch it from another node first,
/// and from a third one if that fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// The slowest transfer between daemons to wait for, in bytes a second: half of the slowest that they wait for, since
/// others may be waiting, too.
const SLOWEST: u64 = 16 * 1024;

/// How often a photo is asked for if it breaks off, or is not what it should be: the next time it may come from another
/// node's disk.
const ATTEMPTS: usize = 3;

/// Which photo to fetch, and where to put it.
#[derive(Clone, Debug)]
pub struct Get {
    /// A label, name, alias or the beginning of an id.
    pub name: String,
    /// Where the photo goes.
    pub destination: Destination,
    /// The photo that itself has this name, even if the collection shows a better version in its place.
    pub exact: bool,
    /// Replace an existing file.
    pub force: bool,
    /// Show the photo in the system's viewer.
    pub open: bool,
}

/// Where a fetched photo goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// Into this folder, under its label made safe.
    Folder(PathBuf),
    /// Into this file.
    File(PathBuf),
    /// To standard output.
    Output,
}

/// Fetches a photo. A file appears under its name complete and checked, or not at all, and no output begins before.
///
/// If the photo breaks off, or is not what it should be, it is asked for again: `connect` makes each connection.
pub fn get(
    connect: impl Fn() -> Result<Daemon, Failure>,
    wish: &Get,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let mut daemon = connect()?;
    if wish.open && wish.destination == Destination::Output {
        let text = "--open shows a file, and `-o -` makes none: leave one of them out";
        return Err(Failure::Usage(text.to_owned()));
    }
    // Asks about the photo first: so its file name, the time it may take and its digest are known before a byte is
    // sent.
    let photo = choose(&mut daemon, wish)?;
    if photo.bytes > MAX_PHOTO {
        return Err(Failure::BadData(format!(
            "{}: the daemon at {} says that it has {} bytes, and no photo has so many",
            photo.name,
            daemon.address(),
            photo.bytes
        )));
    }
    let path = match &wish.destination {
        Destination::Output => {
            io::copy(&mut fetch(daemon, connect, &photo, &env::temp_dir())?, out)?;
            return Ok(out.flush()?);
        }
        Destination::File(path) => path.clone(),
        Destination::Folder(folder) => folder.join(SafeName::new(&photo.name)),
    };
    if platform::is_sink(&path) {
        let mut bytes = fetch(daemon, connect, &photo, &env::temp_dir())?;
        let poured = File::options().write(true).open(&path);
        let poured = poured.and_then(|mut sink| io::copy(&mut bytes, &mut sink));
        return poured.map(drop).map_err(|error| cannot_write(&path, &error));
    }
    if !wish.force && path.symlink_metadata().is_ok() {
        return Err(exists(&path));
    }
    let mut bytes = fetch(daemon, connect, &photo, folder_of(&path))?;
    save(&mut bytes, &path, wish.force)?;
    eprintln!(
        "{}: {}, saved as {}",
        plain(&photo.name),
        HumanBytes(photo.bytes),
        plain(&path.to_string_lossy())
    );
    if wish.open { show(&path) } else { Ok(()) }
}

/// The photo to fetch.
struct Chosen {
    name: String,
    id: PhotoId,
    bytes: u64,
    /// Fetch it whatever the collection shows.
    exact: bool,
}

/// Finds out which photo is meant, and says so on standard error if it is not the one that itself has this name.
fn choose(daemon: &mut Daemon, wish: &Get) -> Result<Chosen, Failure> {
    let told = explain(daemon, &wish.name, wish.exact)?;
    let shown = &told.photo;
    if !wish.exact || told.meant == Some(shown.id) {
        if let Some(note) = told_instead(&wish.name, &told).filter(|_| !wish.exact) {
            let exact = match told.meant {
                Some(id) if id != shown.id => {
                    format!("this is that one. --exact fetches {} itself", plain(&wish.name))
                }
                Some(_) => "this is the better one. --exact ID fetches the other".to_owned(),
                None => "this is that one. --exact ID fetches one of the versions".to_owned(),
            };
            eprintln!("{note}; {exact}.");
        }
        return Ok(Chosen {
            name: shown.name.clone(),
            id: shown.id,
            bytes: shown.bytes,
            exact: wish.exact,
        });
    }
    let version = told.versions.into_iter().find(|version| told.meant == Some(version.id));
    let version = version.ok_or_else(|| daemon.unexpected())?;
    let asked = version.names.iter().find(|name| **name == wish.name);
    let name = asked.or(version.names.first()).cloned();
    Ok(Chosen {
        name: name.unwrap_or_else(|| version.id.short()),
        id: version.id,
        bytes: version.bytes,
        exact: true,
    })
}

/// Fetches a photo into a file of this folder that has no name, and so leaves nothing behind however this program ends.
/// What is not the photo, or not all of it, is thrown away, and it is asked for again over another connection.
fn fetch(
    mut daemon: Daemon,
    connect: impl Fn() -> Result<Daemon, Failure>,
    photo: &Chosen,
    folder: &Path,
) -> Result<File, Failure> {
    let failed = |error: io::Error| cannot_write(folder, &error);
    let mut left = ATTEMPTS;
    loop {
        left -= 1;
        let mut file = tempfile::tempfile_in(folder).map_err(failed)?;
        let write = |piece: &[u8]| file.write_all(piece).map_err(failed);
        match receive(&mut daemon, photo, write) {
            Ok(()) => {
                file.rewind().map_err(failed)?;
                return Ok(file);
            }
            Err(Missed::Finally(failure)) => return Err(failure),
            Err(Missed::Once { failure, .. }) if left == 0 => return Err(failure),
            Err(Missed::Once { why, .. }) => {
                eprintln!("photomesh: {}: {why}; it is asked for again", plain(&photo.name));
                drop((daemon, file));
                daemon = connect()?;
            }
        }
    }
}

/// Asks for the bytes of a photo, hands them to `write` as they come and checks them.
fn receive(
    daemon: &mut Daemon,
    photo: &Chosen,
    mut write: impl FnMut(&[u8]) -> Result<(), Failure>,
) -> Result<(), Missed> {
    let request = match photo.exact {
        true => Request::GetExact { photo: photo.id },
        false => Request::GetImageRequest { image_name: photo.id.to_string() },
    };
    let bar = progress(photo);
    let patience = PATIENCE + Duration::from_secs(photo.bytes / SLOWEST);
    daemon.be_patient(patience.min(LONGEST));
    let mut digest = Digest::default();
    let answer = daemon.ask_photo(&request, photo.bytes, |piece| {
        digest.add(piece);
        bar.inc(piece.len() as u64);
        write(piece)
    });
    bar.finish_and_clear();
    let Answer::ReceiveImage { .. } = answer? else {
        return Err(daemon.unexpected().into());
    };
    if digest.id() == photo.id {
        return Ok(());
    }
    Err(Missed::Once {
        why: "what came is not this photo",
        failure: Failure::BadData(format!(
            "{}: the bytes received are not those of photo {}; nothing was saved: try again, or ask another daemon",
            photo.name,
            photo.id.short()
        )),
    })
}

/// The progress of the transfer; shown only on a terminal.
fn progress(photo: &Chosen) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let template = "{spinner} {msg}: {bar:30} {percent} %, {bytes_per_sec}";
    let style =
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(photo.bytes).with_style(style).with_message(plain(&photo.name));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

fn exists(path: &Path) -> Failure {
    Failure::Io(format!(
        "{} is there already: give --force to replace it, or another name with -o FILE",
        path.display()
    ))
}

fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    Failure::Io(format!("cannot write {}: {error}", path.display()))
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

/// Writes a file that is there complete or not at all, even if the power fails: a temporary file beside it is synced
/// and renamed, then its directory is synced.
fn save(bytes: &mut File, path: &Path, force: bool) -> Result<(), Failure> {
    let failed = |error: io::Error| cannot_write(path, &error);
    let mut builder = tempfile::Builder::new();
    builder.prefix(".photomesh-").suffix(".part");
    // Temporary files are private by default; a photo gets the rights that the user's umask allows, like any new file.
    platform::like_any_file(&mut builder);
    let mut file = builder.tempfile_in(folder_of(path)).map_err(failed)?;
    io::copy(bytes, file.as_file_mut()).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    let renamed = if force { file.persist(path) } else { file.persist_noclobber(path) };
    match renamed {
        Ok(_) => platform::sync_dir(folder_of(path)).map_err(failed),
        Err(refused) if refused.error.kind() == io::ErrorKind::AlreadyExists => Err(exists(path)),
        Err(refused) => Err(failed(refused.error)),
    }
}

/// Starts the system's viewer and does not wait for it.
fn show(path: &Path) -> Result<(), Failure> {
    let viewer = if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(windows) {
        "explorer"
    } else {
        "xdg-open"
    };
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let started = Command::new(viewer)
        .arg(&path)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    match started {
        Ok(_) => Ok(()),
        Err(error) => Err(Failure::Io(format!(
            "the photo is saved, but `{viewer}` cannot be started to show it: {error}"
        ))),
    }
}

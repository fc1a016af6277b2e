//! `photomesh get`: a photo of the collection into a file.

use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use indicatif::{HumanBytes, ProgressBar, ProgressStyle};

use super::explain::{explain, told_instead};
use super::screen::plain;
use super::{Daemon, Failure};
use crate::photo::{MAX_PHOTO, PhotoId};
use crate::platform;
use crate::protocol::{Answer, Blob, Request, SafeName};

/// The longest that a daemon may be silent, however large it says that the photo is.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// How long a daemon may be silent before the first byte of a photo: it may have to fetch it from another node first,
/// and from a third one if that fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// The slowest transfer between daemons to wait for, in bytes a second: half of the slowest that they wait for, since
/// others may be waiting, too.
const SLOWEST: u64 = 16 * 1024;

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

/// Fetches a photo. A file appears under its name complete and checked, or not at all.
pub fn get(daemon: &mut Daemon, wish: &Get, out: &mut impl Write) -> Result<(), Failure> {
    if wish.open && wish.destination == Destination::Output {
        let text = "--open shows a file, and `-o -` makes none: leave one of them out";
        return Err(Failure::Usage(text.to_owned()));
    }
    // Asks about the photo first: so its file name, the time it may take and its digest are known before a byte is
    // sent.
    let photo = choose(daemon, wish)?;
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
            out.write_all(&fetch(daemon, &photo)?)?;
            return Ok(out.flush()?);
        }
        Destination::File(path) => path.clone(),
        Destination::Folder(folder) => folder.join(SafeName::new(&photo.name)),
    };
    if platform::is_sink(&path) {
        return pour(&path, &fetch(daemon, &photo)?);
    }
    if !wish.force && path.symlink_metadata().is_ok() {
        return Err(exists(&path));
    }
    save(&path, &fetch(daemon, &photo)?, wish.force)?;
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

/// Asks for the bytes of a photo and checks them.
fn fetch(daemon: &mut Daemon, photo: &Chosen) -> Result<Blob, Failure> {
    let request = match photo.exact {
        true => Request::GetExact { photo: photo.id },
        false => Request::GetImageRequest { image_name: photo.id.to_string() },
    };
    let bar = progress(photo);
    let patience = PATIENCE + Duration::from_secs(photo.bytes / SLOWEST);
    daemon.be_patient(patience.min(LONGEST));
    let answer = daemon.ask_photo(&request, photo.bytes, |bytes| bar.inc(bytes as u64));
    bar.finish_and_clear();
    let Answer::ReceiveImage { image, .. } = answer? else {
        return Err(daemon.unexpected());
    };
    if PhotoId::of(&image) != photo.id {
        return Err(Failure::BadData(format!(
            "{}: the bytes received are not those of photo {}; nothing was saved: try again, or ask another daemon",
            photo.name,
            photo.id.short()
        )));
    }
    Ok(image)
}

/// The progress of the transfer; shown only on a terminal.
fn progress(photo: &Chosen) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let template = "{spinner} {msg}: {bar:30} {percent} %, {bytes_per_sec}";
    let style =
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    // On the wire, four characters carry three bytes.
    let bar = ProgressBar::new(photo.bytes.div_ceil(3) * 4)
        .with_style(style)
        .with_message(plain(&photo.name));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

fn exists(path: &Path) -> Failure {
    Failure::Io(format!(
        "{} is there already: give --force to replace it, or another name with -o FILE",
        path.display()
    ))
}

fn pour(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let poured = File::options().write(true).open(path).and_then(|mut sink| sink.write_all(bytes));
    poured.map_err(|error| Failure::Io(format!("cannot write {}: {error}", path.display())))
}

/// Writes a file that is there complete or not at all, even if the power fails: a temporary file beside it is synced
/// and renamed, then its directory is synced.
fn save(path: &Path, bytes: &[u8], force: bool) -> Result<(), Failure> {
    let failed =
        |error: io::Error| Failure::Io(format!("cannot write {}: {error}", path.display()));
    let folder = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".photomesh-").suffix(".part");
    // Temporary files are private by default; a photo gets the rights that the user's umask allows, like any new file.
    platform::like_any_file(&mut builder);
    let mut file = builder.tempfile_in(folder).map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    let renamed = if force { file.persist(path) } else { file.persist_noclobber(path) };
    match renamed {
        Ok(_) => platform::sync_dir(folder).map_err(failed),
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

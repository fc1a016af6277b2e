//! The bytes of one photo: which it is, and all of it, checked.

use std::fs::File;
use std::io::{self, IsTerminal, Seek, Write};
use std::path::Path;
use std::time::{Duration, SystemTime};

use indicatif::{ProgressBar, ProgressStyle};

use super::connection::Missed;
use super::explain::told_instead;
use super::failure::accepted;
use super::near::{ask_near, explain, suggest};
use super::prose::note;
use super::save::{cannot_create, cannot_write};
use super::screen::plain;
use super::{Daemon, Failure, dates};
use crate::photo::{Digest, MAX_PHOTO, PhotoId, Relation};
use crate::protocol::client::Explanation;
use crate::protocol::{Answer, Request};

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

/// The photo to fetch.
pub(super) struct Chosen {
    /// Its label, or the name of a version that is not shown.
    pub(super) name: String,
    pub(super) id: PhotoId,
    /// Its length.
    pub(super) bytes: u64,
    /// When it was taken, as far as is known: the time for its file.
    pub(super) taken: Option<SystemTime>,
    /// Fetch it whatever the collection shows.
    exact: bool,
}

/// Finds out which photo is meant, and says so on standard error if it is not the one that itself has this name. So its
/// file name, the time it may take and its digest are known before a byte is sent.
pub(super) fn choose(daemon: &mut Daemon, name: &str, exact: bool) -> Result<Chosen, Failure> {
    let (told, name) = match exact {
        // Who wants one very version gets no other.
        true => match explain(daemon, name, exact) {
            Ok(told) => (told, name.to_owned()),
            Err(failure) => return Err(suggest(daemon, name, failure)),
        },
        false => ask_near(daemon, name, |daemon, name| explain(daemon, name, exact))?,
    };
    let chosen = pick(daemon, told, &name, exact)?;
    if chosen.bytes > MAX_PHOTO {
        return Err(Failure::BadData(format!(
            "{}: {} says that it has {} bytes, and no photo has so many",
            chosen.name,
            daemon.title(),
            chosen.bytes
        )));
    }
    Ok(chosen)
}

fn pick(
    daemon: &Daemon,
    told: Box<Explanation>,
    name: &str,
    exact: bool,
) -> Result<Chosen, Failure> {
    let shown = &told.photo;
    let taken = dates::for_file(shown);
    if !exact || told.meant == Some(shown.id) {
        if let Some(note) = told_instead(name, &told).filter(|_| !exact) {
            let exact = match told.meant {
                Some(id) if id != shown.id => {
                    format!("this is that one. --exact fetches {} itself", plain(name))
                }
                Some(_) => "this is the better one. --exact ID fetches the other".to_owned(),
                None => "this is that one. --exact ID fetches one of the versions".to_owned(),
            };
            note!("{note}; {exact}.");
        }
        let (name, id, bytes) = (shown.name.clone(), shown.id, shown.bytes);
        return Ok(Chosen { name, id, bytes, taken, exact });
    }
    let version = told.versions.into_iter().find(|version| told.meant == Some(version.id));
    let version = version.ok_or_else(|| daemon.unexpected())?;
    let asked = version.names.iter().find(|own| *own == name);
    let name = asked.or(version.names.first()).cloned();
    Ok(Chosen {
        name: name.unwrap_or_else(|| version.id.short()),
        id: version.id,
        bytes: version.bytes,
        taken: taken.filter(|_| version.relation != Relation::Different),
        exact: true,
    })
}

/// Fetches a photo into a file of this folder that has no name, and so leaves nothing behind however this program ends.
/// What is not the photo, or not all of it, is thrown away, and it is asked for again over another connection.
/// `turn` says on the screen which of several it is: `2 of 3: `.
pub(super) fn fetch(
    mut daemon: Daemon,
    connect: impl Fn() -> Result<Daemon, Failure>,
    photo: &Chosen,
    turn: &str,
    folder: &Path,
) -> Result<File, Failure> {
    let failed = |error: io::Error| cannot_write(folder, &error);
    let mut left = ATTEMPTS;
    loop {
        left -= 1;
        let made = tempfile::tempfile_in(folder);
        let mut file = made.map_err(|error| cannot_create(folder, &error))?;
        let write = |piece: &[u8]| file.write_all(piece).map_err(failed);
        match receive(&mut daemon, photo, turn, write) {
            Ok(()) => {
                file.rewind().map_err(failed)?;
                return Ok(file);
            }
            Err(Missed::Finally(failure)) => return Err(failure),
            Err(Missed::Once { failure, .. }) if left == 0 => return Err(failure),
            Err(Missed::Once { why, .. }) => {
                note!("photomesh: {}: {why}; it is asked for again", plain(&photo.name));
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
    turn: &str,
    mut write: impl FnMut(&[u8]) -> Result<(), Failure>,
) -> Result<(), Missed> {
    let request = match photo.exact {
        true => Request::GetExact { photo: photo.id, shared: false },
        false => Request::GetImageRequest { image_name: photo.id.to_string() },
    };
    let bar = progress(photo, turn);
    let patience = PATIENCE + Duration::from_secs(photo.bytes / SLOWEST);
    daemon.be_patient(patience.min(LONGEST));
    daemon.be_quiet();
    let mut digest = Digest::default();
    let answer = daemon.ask_photo(&request, photo.bytes, |piece| {
        digest.add(piece);
        bar.inc(piece.len() as u64);
        write(piece)
    });
    bar.finish_and_clear();
    let Answer::ReceiveImage { .. } = accepted(named(answer?, photo))? else {
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

/// The answer that a photo cannot be had, with its name: it was asked for by its id, which nobody has typed.
fn named(mut answer: Answer, photo: &Chosen) -> Answer {
    if let Answer::NotFound { image_name, .. } = &mut answer {
        image_name.clone_from(&photo.name);
    }
    answer
}

/// The progress of the transfer; shown only on a terminal.
fn progress(photo: &Chosen, turn: &str) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let template = "{spinner} {bar:20} {percent:>3} %, {bytes_per_sec}  {wide_msg}";
    let style =
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    let title = format!("{turn}{}", plain(&photo.name));
    let bar = ProgressBar::new(photo.bytes).with_style(style).with_message(title);
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

//! `photomesh get`: photos of the collection into files.

use std::collections::BTreeSet;
use std::env;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use indicatif::HumanBytes;
use serde::Serialize;

use super::fetch::{Chosen, choose, fetch};
use super::list::labels;
use super::pattern::Pattern;
use super::prose::note;
use super::save::{cannot_write, exists, folder_of, is_there, make_folder, save};
use super::screen::{count, plain, write_json};
use super::tally::{Failures, there_already};
use super::viewer::show;
use super::{Daemon, Failure};
use crate::photo::PhotoId;
use crate::platform;
use crate::protocol::SafeName;

/// Which photos to fetch, and where to put them.
#[derive(Clone, Debug)]
pub struct Get {
    /// Labels, names, aliases or the beginnings of ids. One with `*` or `?` that is no label stands for all labels that
    /// look like it.
    pub names: Vec<String>,
    /// Where the photos go.
    pub destination: Destination,
    /// The photos that themselves have these names, even if the collection shows better versions in their places.
    pub exact: bool,
    /// Replace existing files.
    pub force: bool,
    /// Show the photo in the system's viewer.
    pub open: bool,
    /// Write what has come of each photo to standard output, as a line of JSON.
    pub json: bool,
}

/// Where fetched photos go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// Into this folder, under their labels made safe. It is made if it is missing.
    Folder(PathBuf),
    /// Into this file; several photos into a folder of this name.
    File(PathBuf),
    /// To standard output, one photo only.
    Output,
}

/// Fetches photos. A file appears under its name complete and checked, or not at all, and no output begins before. A
/// file that is there already with the very bytes of the photo counts as fetched.
///
/// If a photo breaks off, or is not what it should be, it is asked for again: `connect` makes each connection.
///
/// # Errors
///
/// Of one photo what went wrong. Of several, or of a pattern, [`Failure::Partly`]: each that fails is named on standard
/// error, and the others are fetched all the same, unless the daemon cannot be reached any more.
pub fn get(
    connect: impl Fn() -> Result<Daemon, Failure>,
    wish: &Get,
    out: &mut impl Write,
) -> Result<(), Failure> {
    if wish.open && wish.destination == Destination::Output {
        let text = "--open shows a file, and `-o -` makes none: leave one of them out";
        return Err(Failure::Usage(text.to_owned()));
    }
    if wish.json && wish.destination == Destination::Output {
        let text = "--json and the photo itself cannot both go to standard output";
        return Err(Failure::Usage(text.to_owned()));
    }
    let mut daemon = connect()?;
    let labels = match wish.names.iter().any(|name| Pattern::is_one(name)) {
        true => labels(&mut daemon)?,
        false => Default::default(),
    };
    if let [name] = &wish.names[..]
        && !is_pattern(name, &labels)
    {
        let one = One { name, turn: "", destination: &wish.destination, wish, made: &[].into() };
        return one.get(daemon, &connect, out).map(drop);
    }
    drop(daemon);
    several(connect, wish, &labels, out)
}

/// Whether a name stands for all labels that look like it.
fn is_pattern(name: &String, labels: &[String]) -> bool {
    Pattern::is_one(name) && !labels.contains(name)
}

/// Fetches photos one after the other, each over a connection of its own, and counts them in the end.
fn several(
    connect: impl Fn() -> Result<Daemon, Failure>,
    wish: &Get,
    labels: &[String],
    out: &mut impl Write,
) -> Result<(), Failure> {
    let destination = folder_for_several(wish)?;
    let mut tally = Tally::default();
    let mut names = Vec::new();
    for name in &wish.names {
        if !is_pattern(name, labels) {
            names.push(name);
            continue;
        }
        let pattern = Pattern::new(name);
        let before = names.len();
        names.extend(labels.iter().filter(|label| pattern.matches(label)));
        if names.len() == before {
            let none = Failure::NotFound(format!("{name}: no photo has a name like this"));
            tally.fail(wish, name, &none, out)?;
        }
    }
    let mut seen = BTreeSet::new();
    names.retain(|name| seen.insert(*name));
    let mut made = BTreeSet::new();
    for (at, name) in names.iter().enumerate() {
        let daemon = match connect() {
            Ok(daemon) => daemon,
            Err(failure) => {
                // Nobody is there for the others either.
                tally.fail(wish, name, &failure, out)?;
                tally.failures.count += (names.len() - at - 1) as u64;
                break;
            }
        };
        let turn = format!("{} of {}: ", at + 1, names.len());
        let one = One { name, turn: &turn, destination: &destination, wish, made: &made };
        match one.get(daemon, &connect, out) {
            Ok(Got::Saved(file)) => {
                tally.saved += 1;
                made.insert(file);
            }
            Ok(Got::There) => tally.there += 1,
            Err(Failure::ReaderGone) => return Err(Failure::ReaderGone),
            Err(failure) => tally.fail(wish, name, &failure, out)?,
        }
    }
    tally.end(&destination)
}

/// Where several photos go: always into a folder.
fn folder_for_several(wish: &Get) -> Result<Destination, Failure> {
    if wish.open {
        let text = "--open shows one photo: leave it out, or name one";
        return Err(Failure::Usage(text.to_owned()));
    }
    match &wish.destination {
        Destination::Folder(folder) => Ok(Destination::Folder(folder.clone())),
        Destination::File(path) if path.exists() => Err(Failure::Usage(format!(
            "{} is a file, and several photos go into a folder: name one with -o FOLDER/",
            path.display()
        ))),
        Destination::File(path) => Ok(Destination::Folder(path.clone())),
        Destination::Output => {
            let text =
                "only one photo goes to standard output: name one, or a folder with -o FOLDER/";
            Err(Failure::Usage(text.to_owned()))
        }
    }
}

/// One of the photos.
struct One<'a> {
    name: &'a str,
    /// Which of several it is, for the screen: `2 of 3: `.
    turn: &'a str,
    destination: &'a Destination,
    wish: &'a Get,
    /// The names of files, in one case, that other photos of the same command have got: not even by force does one
    /// photo of a command take another's file, whatever a daemon calls it.
    made: &'a BTreeSet<String>,
}

/// A photo that is in a file now, for programs.
#[derive(Serialize)]
struct Fetched<'a> {
    asked: &'a str,
    name: &'a str,
    id: PhotoId,
    bytes: u64,
    file: &'a str,
    was_there: bool,
}

/// One of several that is not.
#[derive(Serialize)]
struct Failed<'a> {
    asked: &'a str,
    error: String,
    exit_code: u8,
}

/// What has come of it.
enum Got {
    /// It is in a new file of this name, in one case, or was written to an output.
    Saved(String),
    /// It was there already.
    There,
}

impl One<'_> {
    fn get(
        &self,
        mut daemon: Daemon,
        connect: &impl Fn() -> Result<Daemon, Failure>,
        out: &mut impl Write,
    ) -> Result<Got, Failure> {
        let photo = choose(&mut daemon, self.name, self.wish.exact)?;
        let path = match self.destination {
            Destination::Output => {
                let bytes = &mut fetch(daemon, connect, &photo, self.turn, &env::temp_dir())?;
                io::copy(bytes, out)?;
                out.flush()?;
                return Ok(Got::Saved(String::new()));
            }
            Destination::File(path) => path.clone(),
            Destination::Folder(folder) => {
                make_folder(folder)?;
                folder.join(SafeName::new(&photo.name))
            }
        };
        let file = SafeName::folded(&path.to_string_lossy());
        if platform::is_sink(&path) {
            let mut bytes = fetch(daemon, connect, &photo, self.turn, &env::temp_dir())?;
            let poured = File::options().write(true).open(&path);
            let poured = poured.and_then(|mut sink| io::copy(&mut bytes, &mut sink));
            poured.map_err(|error| cannot_write(&path, &error))?;
            return Ok(Got::Saved(file));
        }
        let shown = plain(&path.to_string_lossy());
        let force = self.wish.force && !self.made.contains(&file);
        if !force && path.symlink_metadata().is_ok() {
            if !is_there(&path, photo.id, photo.bytes) {
                return Err(exists(&path));
            }
            note!("{}: is there already, as {shown}", plain(&photo.name));
            self.tell(&photo, &path, true, out)?;
            self.open(&path)?;
            return Ok(Got::There);
        }
        let mut bytes = fetch(daemon, connect, &photo, self.turn, folder_of(&path))?;
        save(&mut bytes, &path, photo.taken, force)?;
        let size = HumanBytes(photo.bytes);
        note!("{}: {size}, saved as {shown}", plain(&photo.name));
        self.tell(&photo, &path, false, out)?;
        self.open(&path)?;
        Ok(Got::Saved(file))
    }

    fn tell(
        &self,
        photo: &Chosen,
        file: &Path,
        was_there: bool,
        out: &mut impl Write,
    ) -> io::Result<()> {
        if !self.wish.json {
            return Ok(());
        }
        let (asked, name, id, bytes) = (self.name, &photo.name, photo.id, photo.bytes);
        let file = file.to_string_lossy();
        write_json(out, &Fetched { asked, name, id, bytes, file: &file, was_there })?;
        out.flush()
    }

    fn open(&self, path: &Path) -> Result<(), Failure> {
        if self.wish.open { show(path) } else { Ok(()) }
    }
}

/// What has become of several photos.
#[derive(Default)]
struct Tally {
    saved: u64,
    there: u64,
    failures: Failures,
}

impl Tally {
    fn fail(
        &mut self,
        wish: &Get,
        asked: &str,
        failure: &Failure,
        out: &mut impl Write,
    ) -> io::Result<()> {
        self.failures.tell(failure);
        if wish.json {
            let (error, exit_code) = (failure.to_string(), failure.exit_code());
            write_json(out, &Failed { asked, error, exit_code })?;
            out.flush()?;
        }
        Ok(())
    }

    /// Says it in one line: `12 photos saved into holiday/, 1 was there already, 1 failed`.
    fn end(&self, destination: &Destination) -> Result<(), Failure> {
        if self.saved + self.there == 0 {
            let summary = "nothing saved".to_owned();
            return self.failures.end(summary, &format!("{} failed", self.failures.count));
        }
        let into = match destination {
            Destination::Folder(folder) if self.saved > 0 && !folder.as_os_str().is_empty() => {
                let folder = folder.to_string_lossy();
                format!(" into {}/", plain(folder.trim_end_matches('/')))
            }
            Destination::Folder(_) | Destination::File(_) | Destination::Output => String::new(),
        };
        let (saved, there) = (count(self.saved, "photo"), there_already(self.there));
        let summary = format!("{saved} saved{into}{there}");
        self.failures.end(summary, &format!("{} failed", self.failures.count))
    }
}

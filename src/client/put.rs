//! `photomesh put`: files into the collection.

use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::below::{Below, open};
use super::explain::kind;
use super::failure::accepted;
use super::prose::note;
use super::rehearsal::rehearse;
use super::screen::{count, plain, write_json};
use super::tally::{Failed, Failures, are_no_photos, there_already};
use super::{Daemon, Failure};
use crate::protocol::{Answer, FileTime, MAX_CHUNK, NodeId, Request};

/// What to put.
#[derive(Clone, Debug)]
pub struct Put {
    /// Files, and folders if `recursive`.
    pub files: Vec<PathBuf>,
    /// Put all photos below the folders. What is hidden is passed over, and no links are followed.
    pub recursive: bool,
    /// Only tell what would be stored, and send nothing of any file.
    pub dry_run: bool,
    /// Write what has come of each file as a line of JSON.
    pub json: bool,
}

/// Puts files into the folder of a daemon, one after the other, and reports each on its own line. A file that fails
/// does not stop the others, unless the daemon cannot be reached or is another member's; in the end standard error
/// counts them.
///
/// Every file has its own connection, made by `connect`: a daemon that refuses a file half-way closes it.
///
/// # Errors
///
/// Of one file what went wrong, of several [`Failure::Partly`]. [`Failure::Usage`] for a folder, unless it is recursive.
pub fn put(
    connect: impl Fn() -> Result<Daemon, Failure>,
    wish: &Put,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let mut below = Below::default();
    match wish.recursive {
        true => wish.files.iter().for_each(|path| below.add(path)),
        false => below.photos.clone_from(&wish.files),
    }
    let alone = !wish.recursive && wish.files.len() == 1;
    if wish.dry_run {
        return rehearse(&mut connect()?, &below, (alone, wish.json), out);
    }
    let mut tally = Tally::default();
    for (path, failure) in &below.failures {
        tally.fail(wish, path, failure, out)?;
    }
    tally.others = below.others;
    for (at, path) in below.photos.iter().enumerate() {
        let turn = match alone {
            true => String::new(),
            false => format!("{} of {}: ", at + 1, below.photos.len()),
        };
        // What would be the same with all other files.
        let mut hopeless = false;
        let answer = open(path).and_then(|(file, bytes)| match connect() {
            Ok(daemon) => put_file(daemon, path, file, bytes, &turn),
            Err(failure) => {
                hopeless = true;
                Err(failure)
            }
        });
        hopeless |= matches!(answer, Err(Failure::NotYours(_)));
        match answer.and_then(|answer| report(path, &answer, wish.json, out)) {
            Ok(became) => {
                out.flush()?;
                tally.count(&became);
            }
            Err(failure) if alone => return Err(failure),
            Err(Failure::ReaderGone) => return Err(Failure::ReaderGone),
            Err(failure) => {
                tally.fail(wish, path, &failure, out)?;
                if hopeless {
                    tally.failures.count += (below.photos.len() - at - 1) as u64;
                    break;
                }
            }
        }
    }
    if alone { Ok(()) } else { tally.end() }
}

/// What has become of a file.
enum Became {
    /// It is a photo of the collection now.
    Stored,
    /// It has been one before.
    There,
    /// The daemon has a better version.
    Worse,
}

/// What has become of several files.
#[derive(Default)]
struct Tally {
    stored: u64,
    /// Those that the collection had before.
    there: u64,
    /// Those of which the daemon has a better version.
    worse: u64,
    /// Those below a folder that are no pictures.
    others: u64,
    failures: Failures,
}

impl Tally {
    fn count(&mut self, became: &Became) {
        *match became {
            Became::Stored => &mut self.stored,
            Became::There => &mut self.there,
            Became::Worse => &mut self.worse,
        } += 1;
    }

    fn fail(
        &mut self,
        wish: &Put,
        path: &Path,
        failure: &Failure,
        out: &mut impl Write,
    ) -> io::Result<()> {
        self.failures.tell(failure);
        if wish.json {
            Failed::write(path, failure, out)?;
        }
        Ok(())
    }

    /// Says it in one line.
    fn end(&self) -> Result<(), Failure> {
        let mut summary =
            format!("{} stored{}", count(self.stored, "photo"), there_already(self.there));
        if self.worse > 0 {
            summary.push_str(&format!(", {} there in a better version", self.worse));
        }
        summary.push_str(&are_no_photos(self.others));
        let failed = format!("{} not stored", count(self.failures.count, "file"));
        self.failures.end(summary, &failed)
    }
}

/// What the daemon has answered about a file, for programs: `Stored` or `Have`, as the protocol has it.
#[derive(Serialize)]
struct Answered<'a> {
    file: &'a str,
    #[serde(flatten)]
    answer: &'a Answer,
}

impl Daemon {
    /// Puts a photo of so many bytes into the daemon's folder, from a file of this time. `fill` gives its pieces, one after
    /// the other, each of the length that is asked for.
    ///
    /// # Errors
    ///
    /// A broken connection, or what `fill` says; then the daemon keeps nothing once this is dropped.
    pub fn put(
        &mut self,
        name: String,
        bytes: u64,
        dated: Option<FileTime>,
        mut fill: impl FnMut(&mut [u8]) -> Result<(), Failure>,
    ) -> Result<Answer, Failure> {
        let send = || {
            self.send(&Request::Put { name, bytes, dated })?;
            let mut left = bytes;
            while left > 0 {
                let mut piece = vec![0; left.min(MAX_CHUNK as u64) as usize];
                fill(&mut piece)?;
                left -= piece.len() as u64;
                self.send(&Request::Chunk { data: piece.into() })?;
            }
            Ok(())
        };
        match send() {
            Ok(()) => self.heard(),
            // A daemon that refuses says why before it closes; that tells more than "connection reset".
            Err(Failure::Unreachable(broken)) => {
                self.heard().map_err(|_| Failure::Unreachable(broken))
            }
            Err(failure) => Err(failure),
        }
    }
}

fn put_file(
    mut daemon: Daemon,
    path: &Path,
    mut file: File,
    bytes: u64,
    turn: &str,
) -> Result<Answer, Failure> {
    let name = path.file_name().unwrap_or(path.as_os_str());
    let name = name.to_string_lossy().into_owned();
    let changed = file.metadata().and_then(|meta| meta.modified()).ok();
    let changed = changed.and_then(|at| Timestamp::try_from(at).ok());
    let dated = changed.and_then(|at| FileTime::of(at, &TimeZone::system()));
    let bar = progress(&format!("{turn}{}", plain(&name)), bytes);
    if !bar.is_hidden() {
        daemon.be_quiet();
    }
    let answer = daemon.put(name, bytes, dated, |piece| {
        file.read_exact(piece).map_err(|error| {
            if error.kind() != io::ErrorKind::UnexpectedEof {
                return Failure::unreadable(path, &error);
            }
            let shown = path.display();
            Failure::Io(format!("{shown} became shorter while it was read: try again"))
        })?;
        bar.inc(piece.len() as u64);
        Ok(())
    });
    bar.finish_and_clear();
    accepted(answer?)
}

/// Shown only on a terminal, until the daemon has answered: to store a file on two nodes takes longer than to send it.
fn progress(title: &str, bytes: u64) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style =
        ProgressStyle::with_template("{spinner} {bar:20} {bytes} of {total_bytes}  {wide_msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(bytes).with_style(style).with_message(title.to_owned());
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// Writes one line about one file; returns what has become of it. If it was not taken, that is a failure.
fn report(
    path: &Path,
    answer: &Answer,
    json: bool,
    out: &mut impl Write,
) -> Result<Became, Failure> {
    let became = if let Answer::Stored { already, .. } = answer {
        if *already { Became::There } else { Became::Stored }
    } else {
        Became::Worse
    };
    if json && let Answer::Stored { .. } | Answer::Have { .. } = answer {
        let file = &path.to_string_lossy();
        write_json(out, &Answered { file, answer })?;
        return Ok(became);
    }
    let file = plain(&path.to_string_lossy());
    if let Answer::Stored { name, id, copies, nodes, called, already, warning } = answer {
        let label = plain(name);
        let on = count(u64::from(*copies), "node");
        let named = |node: &NodeId| called.get(node).map_or(node.to_string(), |name| plain(name));
        let nodes: Vec<_> = nodes.iter().map(named).collect();
        let done = if *already { "is there already, as" } else { "stored as" };
        writeln!(out, "{file}: {done} {label} ({}), on {on}: {}", id.short(), nodes.join(", "))?;
        if let Some(warning) = warning {
            note!("photomesh: {file}: {}", plain(warning));
        }
        return Ok(became);
    }
    if let Answer::Have { name, id, relation, differs } = answer {
        let label = plain(name);
        let id = id.short();
        let kind = relation.map(|relation| format!(", {}", kind(relation)));
        let kind = kind.unwrap_or_default();
        let differs = match &differs[..] {
            [] => String::new(),
            _ => format!("; yours is {}", plain(&differs.join(", "))),
        };
        writeln!(out, "{file}: there already, in a better version: {label} ({id}{kind}{differs})")?;
        return Ok(became);
    }
    if let Answer::Refused { cause, error } = answer {
        let text = format!("{}: {error}", path.display());
        return Err(Failure::refused(*cause, text));
    }
    Err(Failure::BadData(format!(
        "{}: the daemon gave an answer that does not fit the question: is it a different version?",
        path.display()
    )))
}

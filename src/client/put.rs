//! `photomesh put`: files into the collection.

use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};

use super::explain::kind;
use super::screen::{count, plain};
use super::{Daemon, Failure};
use crate::photo::MAX_PHOTO;
use crate::protocol::{Answer, MAX_CHUNK, NodeId, Request};

/// Puts files into the folder of a daemon, one after the other, and reports each on its own line. A file that fails
/// does not stop the others.
///
/// Every file has its own connection, made by `connect`: a daemon that refuses a file half-way closes it.
pub fn put(
    connect: impl Fn() -> Result<Daemon, Failure>,
    files: &[PathBuf],
    out: &mut impl Write,
) -> Result<(), Failure> {
    let mut failed = 0;
    let mut exit_code = 0;
    for path in files {
        let answer = put_file(connect()?, path).and_then(|answer| report(path, &answer, out));
        match answer {
            Ok(()) => out.flush()?,
            Err(failure) if files.len() == 1 => return Err(failure),
            Err(Failure::ReaderGone) => return Err(Failure::ReaderGone),
            Err(failure) => {
                eprintln!("photomesh: {failure}");
                failed += 1;
                exit_code = failure.exit_code().max(exit_code);
            }
        }
    }
    if failed > 0 {
        let summary = format!("{failed} of {} files not stored", files.len());
        return Err(Failure::Partly { summary, exit_code });
    }
    Ok(())
}

fn put_file(mut daemon: Daemon, path: &Path) -> Result<Answer, Failure> {
    let shown = path.display();
    let unreadable = |error: io::Error| Failure::Io(format!("cannot read {shown}: {error}"));
    let mut file = File::open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(Failure::Io(format!("{shown} is not a file")));
    }
    let bytes = metadata.len();
    if bytes > MAX_PHOTO {
        let limit = MAX_PHOTO >> 20;
        return Err(Failure::BadData(format!(
            "{shown} is larger than {limit} MiB, the most a photo may have"
        )));
    }
    let name = path.file_name().unwrap_or(path.as_os_str());
    let name = name.to_string_lossy().into_owned();
    let bar = progress(&name, bytes);
    let sent = daemon.send(&Request::Put { name, bytes });
    let sent = sent.and_then(|()| send_bytes(&mut daemon, &mut file, path, bytes, &bar));
    bar.finish_and_clear();
    match sent {
        Ok(()) => daemon.answer(),
        // A daemon that refuses says why before it closes; that tells more than "connection reset".
        Err(Failure::Unreachable(broken)) => {
            daemon.answer().map_err(|_| Failure::Unreachable(broken))
        }
        Err(failure) => Err(failure),
    }
}

fn send_bytes(
    daemon: &mut Daemon,
    file: &mut File,
    path: &Path,
    bytes: u64,
    bar: &ProgressBar,
) -> Result<(), Failure> {
    let mut left = bytes;
    while left > 0 {
        let mut piece = vec![0; left.min(MAX_CHUNK as u64) as usize];
        file.read_exact(&mut piece).map_err(|error| {
            let shown = path.display();
            Failure::Io(if error.kind() == io::ErrorKind::UnexpectedEof {
                format!("{shown} became shorter while it was read: try again")
            } else {
                format!("cannot read {shown}: {error}")
            })
        })?;
        left -= piece.len() as u64;
        bar.inc(piece.len() as u64);
        daemon.send(&Request::Chunk { data: piece.into() })?;
    }
    Ok(())
}

/// Shown only on a terminal.
fn progress(name: &str, bytes: u64) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{msg}: {bar:30} {bytes} of {total_bytes}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(bytes).with_style(style).with_message(plain(name))
}

/// Writes one line about one file; if the file was not taken, that is a failure.
fn report(path: &Path, answer: &Answer, out: &mut impl Write) -> Result<(), Failure> {
    let file = plain(&path.to_string_lossy());
    if let Answer::Stored { name, id, copies, nodes, called, warning } = answer {
        let label = plain(name);
        let on = count(u64::from(*copies), "node");
        let named = |node: &NodeId| called.get(node).map_or(node.to_string(), |name| plain(name));
        let nodes: Vec<_> = nodes.iter().map(named).collect();
        writeln!(out, "{file}: stored as {label} ({}), on {on}: {}", id.short(), nodes.join(", "))?;
        if let Some(warning) = warning {
            eprintln!("photomesh: {file}: {}", plain(warning));
        }
        return Ok(());
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
        writeln!(
            out,
            "{file}: in the daemon's trash, its folder has a better version: {label} ({id}{kind}{differs})"
        )?;
        return Ok(());
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

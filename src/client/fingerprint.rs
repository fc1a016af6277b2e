//! `photomesh fingerprint`: the features that this program finds in pictures, for other programs to measure.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use super::Failure;
use super::screen::write_json;
use crate::photo::{COLUMNS, InspectError, Photo, inspect};
use crate::protocol::in_words;

/// Writes one CSV line per file, in the order given, after a header: the path, the [`COLUMNS`] by which the first look
/// decides, and the whole record as JSON.
///
/// The cells of a file without a fingerprint are empty; a file that is not a picture or cannot be read is also named on
/// standard error. Uses all cores.
pub fn fingerprint(files: &[PathBuf], out: &mut impl Write) -> Result<(), Failure> {
    writeln!(out, "path,{},record", COLUMNS.join(","))?;
    let next = AtomicUsize::new(0);
    let (done, results) = mpsc::channel();
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let (failed, exit_code) = thread::scope(|scope| {
        for _ in 0..workers.min(files.len()) {
            let (next, done) = (&next, done.clone());
            scope.spawn(move || {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(file) = files.get(at) else { break };
                    if done.send((at, read(file))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(done);
        write_in_order(files, results, out)
    })?;
    if failed > 0 {
        let summary = format!("{failed} of {} files have no fingerprint", files.len());
        return Err(Failure::Partly { summary, exit_code });
    }
    Ok(())
}

/// Reads one file.
pub(super) fn read(path: &Path) -> Result<Photo, Failure> {
    let shown = path.display();
    if path.is_dir() {
        let text = format!("{shown} is a folder: name a picture in it");
        return Err(Failure::Usage(text));
    }
    if !path.metadata().map_err(|error| Failure::unreadable(path, &error))?.is_file() {
        return Err(Failure::Io(format!("{shown} is not a file")));
    }
    let mut file = File::open(path).map_err(|error| Failure::unreadable(path, &error))?;
    inspect(&mut file).map_err(|error| cannot_inspect(&shown.to_string(), error))
}

/// Why a file is not recognised.
pub(super) fn cannot_inspect(shown: &str, error: InspectError) -> Failure {
    match error {
        InspectError::Io(error) => {
            Failure::Io(format!("cannot read {shown}: {}", in_words(&error)))
        }
        InspectError::NotAPicture | InspectError::TooLarge => {
            Failure::BadData(format!("{shown} is {error}"))
        }
    }
}

/// Writes the results as they come, in the order of the files. Returns how many failed, and the exit code of the worst.
fn write_in_order(
    files: &[PathBuf],
    results: mpsc::Receiver<(usize, Result<Photo, Failure>)>,
    out: &mut impl Write,
) -> Result<(usize, u8), Failure> {
    let mut failed = 0;
    let mut exit_code = 0;
    let mut early = BTreeMap::new();
    let mut written = 0;
    for (at, result) in results {
        early.insert(at, result);
        while let Some(result) = early.remove(&written) {
            let (columns, record) = match result {
                Ok(photo) => (photo.columns(), record(&photo)?),
                Err(failure) => {
                    failure.tell();
                    failed += 1;
                    exit_code = exit_code.max(failure.exit_code());
                    Default::default()
                }
            };
            let path = files[written].display().to_string();
            let cells = [path].into_iter().chain(columns).chain([record]);
            let cells: Vec<String> = cells.map(csv_cell).collect();
            writeln!(out, "{}", cells.join(","))?;
            written += 1;
        }
    }
    Ok((failed, exit_code))
}

/// A photo's whole record as nodes send it, in one line.
fn record(photo: &Photo) -> io::Result<String> {
    let mut line = Vec::new();
    write_json(&mut line, photo)?;
    Ok(String::from_utf8_lossy(line.trim_ascii_end()).into_owned())
}

/// A cell of a CSV file, in quotes where it needs them.
fn csv_cell(text: String) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

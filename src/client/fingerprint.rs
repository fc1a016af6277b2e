//! `photomesh fingerprint`: what this program sees in pictures, for other programs to measure.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use super::Failure;
#[cfg(doc)]
use crate::photo::Fingerprint;
use crate::photo::{InspectError, Photo, inspect};

/// Writes one CSV line per file, in the order given, after the header `path,whole,trimmed`.
///
/// The two columns are hex digits. Two pictures are the same if the Hamming distance of either column is at most
/// [`Fingerprint::max_distance`] and their cues agree, which this output leaves out and which decides hardly ever (see
/// [`crate::photo`]). The cells of a file without a fingerprint are empty; a file that is no picture or cannot be read
/// is named on standard error, too. All cores are put to work.
pub fn fingerprint(files: &[PathBuf], out: &mut impl Write) -> Result<(), Failure> {
    writeln!(out, "path,whole,trimmed")?;
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
        let files = files.len();
        return Err(Failure::Partly {
            failed,
            files,
            what: "have no fingerprint",
            exit_code,
        });
    }
    Ok(())
}

/// Reads one file.
pub(super) fn read(path: &Path) -> Result<Photo, Failure> {
    let shown = path.display();
    let unreadable = |error: io::Error| Failure::Io(format!("cannot read {shown}: {error}"));
    if !path.metadata().map_err(unreadable)?.is_file() {
        return Err(Failure::Io(format!("{shown} is not a file")));
    }
    let mut file = File::open(path).map_err(unreadable)?;
    inspect(&mut file).map_err(|error| match error {
        InspectError::Io(error) => unreadable(error),
        InspectError::NotAPicture | InspectError::TooLarge => {
            Failure::BadData(format!("{shown} is {error}"))
        }
    })
}

/// Writes the results as they come, each in its turn. Returns how many files have failed, and the exit code of the worst.
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
            let cells = match result {
                Ok(photo) => photo
                    .fingerprint
                    .map(|fingerprint| fingerprint.weighted_bits()),
                Err(failure) => {
                    eprintln!("photomesh: {failure}");
                    failed += 1;
                    exit_code = exit_code.max(failure.exit_code());
                    None
                }
            };
            let [whole, trimmed] = cells.unwrap_or_default().map(|bits| hex(&bits));
            writeln!(out, "{},{whole},{trimmed}", csv_cell(&files[written]))?;
            written += 1;
        }
    }
    Ok((failed, exit_code))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A path as a cell of a CSV file: in quotes where a reader would stumble otherwise.
fn csv_cell(path: &Path) -> String {
    let text = path.display().to_string();
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_in_the_order_of_the_files_and_strangers_have_empty_cells() {
        let folder = tempfile::tempdir().expect("a folder");
        let picture = folder.path().join("a, b.png");
        let text = folder.path().join("text.jpg");
        std::fs::write(&text, "no picture").expect("written");
        let drawn = image::GrayImage::from_fn(64, 64, |x, y| image::Luma([(x * y % 256) as u8]));
        drawn.save(&picture).expect("written");
        let files: Vec<PathBuf> = (0..50)
            .map(|at| {
                if at % 7 == 3 {
                    text.clone()
                } else {
                    picture.clone()
                }
            })
            .collect();
        let mut out = Vec::new();
        let failure = fingerprint(&files, &mut out).expect_err("some are no photos");
        assert_eq!(failure.exit_code(), 65);
        let missing = [folder.path().join("missing.jpg")];
        let failure = fingerprint(&missing, &mut Vec::new()).expect_err("it is not there");
        assert_eq!(failure.exit_code(), 74);
        let out = String::from_utf8(out).expect("text");
        let lines: Vec<&str> = out.lines().collect();
        assert_eq!(lines[0], "path,whole,trimmed");
        assert_eq!(lines.len(), 51);
        for (at, line) in lines[1..].iter().enumerate() {
            if at % 7 == 3 {
                assert!(line.ends_with("text.jpg,,"), "{line}");
            } else {
                assert!(
                    line.starts_with('"') && line.contains("a, b.png\","),
                    "{line}"
                );
            }
        }
    }
}

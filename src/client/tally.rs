//! Several photos or files of one command: what has failed, and the one line in the end.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use super::Failure;
use super::prose::note;
use super::screen::write_json;

/// The failures of a command that goes on with the others.
#[derive(Default)]
pub(super) struct Failures {
    pub(super) count: u64,
    /// The exit code of the worst.
    exit_code: u8,
}

impl Failures {
    /// Tells a failure on standard error, and counts it.
    pub(super) fn tell(&mut self, failure: &Failure) {
        failure.tell();
        self.count += 1;
        self.exit_code = self.exit_code.max(failure.exit_code());
    }

    /// The end of the command, with what has become of the others: `12 photos saved, 1 was there already`. `failed` says
    /// how many have failed.
    pub(super) fn end(&self, summary: String, failed: &str) -> Result<(), Failure> {
        if self.count == 0 {
            note!("{summary}");
            return Ok(());
        }
        let summary = format!("{summary}, {failed}");
        Err(Failure::Partly { summary, exit_code: self.exit_code })
    }
}

/// `, 2 were there already`; nothing if none were.
pub(super) fn there_already(count: u64) -> String {
    match count {
        0 => String::new(),
        1 => ", 1 was there already".to_owned(),
        count => format!(", {count} were there already"),
    }
}

/// `, 3 files are no photos`; nothing if all are.
pub(super) fn are_no_photos(others: u64) -> String {
    match others {
        0 => String::new(),
        1 => ", 1 file is no photo".to_owned(),
        others => format!(", {others} files are no photos"),
    }
}

/// One of several files that is not stored.
#[derive(Serialize)]
pub(super) struct Failed<'a> {
    file: &'a str,
    error: String,
    exit_code: u8,
}

impl Failed<'_> {
    /// Writes it as a line of JSON.
    pub(super) fn write(path: &Path, failure: &Failure, out: &mut impl Write) -> io::Result<()> {
        let (file, error) = (path.to_string_lossy(), failure.to_string());
        write_json(out, &Failed { file: &file, error, exit_code: failure.exit_code() })?;
        out.flush()
    }
}

//! The files behind the index and the tombstones: JSON lines, appended one by one and sometimes rewritten as a whole.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::disk::Disk;
use super::layout::{MARKER, TMP};

/// How many bytes of lines are collected before each write, when all are rewritten.
const BATCH: usize = 256 * 1024;

/// Appends lines, which never fails: a lost line breaks the journal, and a broken journal is rewritten.
#[derive(Debug)]
pub(super) struct Journal {
    disk: Disk,
    pub(super) path: PathBuf,
    tmp: PathBuf,
    file: Option<File>,
    /// How many lines the file has, outdated ones included.
    pub(super) lines: usize,
    /// Lines were appended since the last sync.
    unsynced: bool,
    /// The file lacks lines, or has some that make no sense: it must be rewritten.
    pub(super) broken: bool,
}

impl Journal {
    /// The journal of this name.
    pub(super) fn new(disk: &Disk, root: &Path, name: &str) -> Journal {
        Journal {
            disk: disk.clone(),
            path: root.join(MARKER).join(name),
            tmp: root.join(TMP).join(name),
            file: None,
            lines: 0,
            unsynced: false,
            broken: false,
        }
    }

    /// Appends a line, if the journal is not broken.
    pub(super) fn append(&mut self, line: &impl Serialize) {
        if !self.broken && self.try_append(line).is_err() {
            self.broken = true;
        }
    }

    fn try_append(&mut self, line: &impl Serialize) -> io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        let file = match self.file.take() {
            Some(file) => file,
            None => self.disk.append(&self.path)?,
        };
        self.disk.write(&file, &self.path, &text)?;
        self.file = Some(file);
        self.lines += 1;
        self.unsynced = true;
        Ok(())
    }

    /// Syncs appended lines.
    pub(super) fn sync(&mut self) {
        if let (true, Some(file)) = (self.unsynced, &self.file) {
            // After a failed sync nobody knows which lines are on the disk.
            self.broken = self.disk.sync(file, &self.path).is_err();
            self.unsynced = false;
        }
    }

    /// Writes a new file with just these lines in place of the old one. If that fails, the journal stays broken.
    pub(super) fn rewrite(
        &mut self,
        lines: impl Iterator<Item = impl Serialize>,
    ) -> io::Result<()> {
        self.file = None;
        let written = self.try_rewrite(lines);
        if let Ok(count) = written {
            self.lines = count;
            self.unsynced = false;
            self.broken = false;
        } else {
            let _ = self.disk.remove(&self.tmp);
        }
        written.map(drop)
    }

    fn try_rewrite(&self, lines: impl Iterator<Item = impl Serialize>) -> io::Result<usize> {
        let file = self.disk.create_private(&self.tmp)?;
        let mut count = 0;
        let mut text = Vec::new();
        for line in lines {
            serde_json::to_writer(&mut text, &line)?;
            text.push(b'\n');
            count += 1;
            if text.len() >= BATCH {
                self.disk.write(&file, &self.tmp, &text)?;
                text.clear();
            }
        }
        self.disk.write(&file, &self.tmp, &text)?;
        self.disk.sync(&file, &self.tmp)?;
        self.disk.place_spool(&self.tmp, &self.path)?;
        Ok(count)
    }
}

//! The knowledge of every file, so that a restart reads only changed files.
//!
//! In memory: two maps, from path to file and from digest to photo. On disk: `.photomesh/index`, one JSON line for
//! every change, appended, and rewritten at a start when too many lines are outdated. It is a *cache*: a line that
//! cannot be read is ignored, and losing all of it costs reading the photos again, never a photo. So it is synced now
//! and then, not with every change; acknowledgements rest on the files themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader};
use std::ops::Bound;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::disk::{self, Disk, Stamp};
use super::entry::{Content, FileEntry, PhotoEntry, Standing};
use super::file_path::FilePath;
use super::journal::Journal;
use super::journal_line::Line;
use super::layout::{self, holding_at};
use super::reread::is_outdated;
use crate::photo::{Photo, PhotoId};
use crate::protocol::{Facts, Few, Holding, Looks};

/// Raise this when lines change their meaning: an index of another version is ignored and every photo read again. A new
/// field is optional instead, and the account by [`crate::photo::inspect`] has its own version: a photo with an older
/// account stays known, and is [read again](super::reread) in the background.
const VERSION: u32 = 1;

/// The index is rewritten when it has twice as many lines as it needs, and this many more.
const SPARE_LINES: usize = 1_000;

/// How many seconds of running a crash may forget: the trash then stays a minute longer.
const RUNNING_STEP: u64 = 60;

/// The longest time that daemons can have run on a folder, in seconds: a hundred years. A file that says more is
/// damaged, and must not make the whole trash due.
pub(super) const MAX_RUNNING: u64 = 100 * 365 * 24 * 60 * 60;

/// The knowledge of every file and photo of the folder. Paths are relative to the folder.
#[derive(Debug)]
pub(super) struct Index {
    pub(super) files: BTreeMap<FilePath, FileEntry>,
    pub(super) photos: BTreeMap<PhotoId, PhotoEntry>,
    /// Photos to read again.
    outdated: BTreeSet<PhotoId>,
    /// How long daemons have run on this folder.
    running: Duration,
    /// The time in the journal, in seconds.
    running_logged: u64,
    journal: Journal,
}

impl Index {
    /// Reads the index of a folder; an empty one if there is none that can be read.
    pub(super) fn open(disk: &Disk, root: &Path) -> Index {
        let mut index = Index {
            files: BTreeMap::new(),
            photos: BTreeMap::new(),
            outdated: BTreeSet::new(),
            running: Duration::ZERO,
            running_logged: 0,
            journal: Journal::new(disk, root, "index"),
        };
        let intact = index.read().unwrap_or(false);
        index.photos.retain(|_, entry| !entry.files.is_empty());
        let photos = index.photos.iter();
        let outdated = photos.filter(|(_, entry)| is_outdated(&entry.photo));
        index.outdated = outdated.map(|(id, _)| *id).collect();
        let live = index.files.len() + index.photos.len();
        if !intact || index.journal.lines > 2 * live + SPARE_LINES {
            index.journal.broken = true;
        }
        index.flush();
        index
    }

    /// Takes in every line; returns whether all of them made sense.
    fn read(&mut self) -> io::Result<bool> {
        let mut reader = BufReader::new(disk::open(&self.journal.path)?);
        let mut intact = true;
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line)? > 0 {
            let first = self.journal.lines == 0;
            self.journal.lines += 1;
            match serde_json::from_slice(&line) {
                Ok(Line::Version(VERSION)) if first => {}
                Ok(Line::Version(_)) => return Ok(false),
                Ok(_) if first => return Ok(false),
                Ok(line) => intact &= self.replay(line),
                Err(_) => intact = false,
            }
            intact &= line.ends_with(b"\n");
            line.clear();
        }
        Ok(intact)
    }

    /// Takes in one line; returns whether it made sense.
    fn replay(&mut self, line: Line) -> bool {
        match line {
            Line::Version(_) => return false,
            Line::Photo { photo, facts, checked, looks } => {
                let id = photo.id;
                let files = self.photos.remove(&id).map(|old| old.files);
                let entry = PhotoEntry {
                    photo,
                    facts,
                    looks: looks.bounded(),
                    checked,
                    files: files.unwrap_or_default(),
                    told: None,
                };
                self.photos.insert(id, entry);
            }
            Line::File { path, stamp, content } => {
                let known = match content {
                    Content::Photo(id) => self.photos.contains_key(&id),
                    Content::Damaged(_) | Content::Other => true,
                };
                if !known || !layout::is_inside(&path) {
                    return false;
                }
                // An earlier program has noted none; what is noted does not change with the zone of the clock.
                if let Content::Photo(id) = content
                    && let Some(entry) = self.photos.get_mut(&id)
                    && holding_at(&path) == Holding::Original
                    && entry.facts.dated.is_none()
                {
                    entry.facts.date(stamp.dated());
                }
                self.link(path, stamp, content, false);
            }
            Line::Gone { path } => {
                self.unlink(&path);
            }
            Line::Running(seconds) if seconds <= MAX_RUNNING => {
                self.running = self.running.max(Duration::from_secs(seconds));
                self.running_logged = self.running();
            }
            Line::Running(_) => return false,
        }
        true
    }

    pub(super) fn file(&self, path: &Path) -> Option<&FileEntry> {
        self.files.get(path.as_os_str())
    }

    pub(super) fn files(&self) -> impl Iterator<Item = (&FilePath, &FileEntry)> {
        self.files.iter()
    }

    /// The files whose paths begin with this text.
    pub(super) fn files_beginning(&self, start: &OsStr) -> impl Iterator<Item = &FilePath> {
        let from = (Bound::Included(start), Bound::Unbounded);
        let files = self.files.range::<OsStr, _>(from).map(|(path, _)| path);
        let start = start.as_encoded_bytes();
        files.take_while(move |path| path.as_os_str().as_encoded_bytes().starts_with(start))
    }

    pub(super) fn photo(&self, id: PhotoId) -> Option<&PhotoEntry> {
        self.photos.get(&id)
    }

    pub(super) fn photos(&self) -> impl Iterator<Item = (PhotoId, &PhotoEntry)> {
        self.photos.iter().map(|(id, entry)| (*id, entry))
    }

    /// Remembers what the node was told of a photo, so that it is told only changes.
    pub(super) fn set_told(&mut self, id: PhotoId, told: Option<Standing>) {
        if let Some(entry) = self.photos.get_mut(&id) {
            entry.told = told;
        }
    }

    /// Adds a photo whose bytes have just been read; returns whether there are new facts, or a newer account.
    pub(super) fn put_photo(&mut self, photo: &Arc<Photo>, facts: &Facts) -> bool {
        let checked = self.running();
        let entry = self.photos.entry(photo.id).or_insert_with(|| PhotoEntry {
            photo: Arc::clone(photo),
            facts: Facts::default(),
            looks: Looks::default(),
            checked,
            files: Few::default(),
            told: None,
        });
        entry.checked = checked;
        let mut new = entry.facts.merge(facts);
        new |= entry.renew(photo);
        if is_outdated(&entry.photo) {
            self.outdated.insert(photo.id);
        } else {
            self.outdated.remove(&photo.id);
        }
        self.log_photo(photo.id);
        new
    }

    /// The photos to read again.
    pub(super) fn outdated(&self) -> impl Iterator<Item = PhotoId> {
        self.outdated.iter().copied()
    }

    /// Takes a newer account of a known photo's bytes; returns whether it is newer.
    pub(super) fn renew_photo(&mut self, photo: &Arc<Photo>) -> bool {
        let entry = self.photos.get(&photo.id);
        let newer = entry.is_some_and(|entry| photo.account > entry.photo.account);
        if newer {
            self.put_photo(photo, &Facts::default());
        }
        newer
    }

    /// Adds facts to a known photo.
    pub(super) fn put_facts(&mut self, id: PhotoId, facts: &Facts) {
        let Some(entry) = self.photos.get_mut(&id) else {
            return;
        };
        // What is said last, perhaps by a person, finds room before what was heard long ago.
        let mut all = Facts::default();
        all.merge(facts);
        all.merge(&entry.facts);
        if all != entry.facts {
            entry.facts = all;
            self.log_photo(id);
        }
    }

    /// Remembers the results of comparing a photo with others.
    pub(super) fn put_looks(&mut self, id: PhotoId, looks: &Looks) {
        if let Some(entry) = self.photos.get_mut(&id)
            && entry.looks != *looks
        {
            entry.looks = looks.clone();
            self.log_photo(id);
        }
    }

    /// Remembers that a photo's bytes were read just now, for good or, with `keep` unset, until the next start.
    pub(super) fn set_checked(&mut self, id: PhotoId, keep: bool) {
        let now = self.running();
        if let Some(entry) = self.photos.get_mut(&id) {
            entry.checked = now;
            if keep {
                self.log_photo(id);
            }
        }
    }

    /// Forgets a photo of which no file is left.
    pub(super) fn forget_photo(&mut self, id: PhotoId) {
        if self.photos.get(&id).is_some_and(|entry| entry.files.is_empty()) {
            self.photos.remove(&id);
            self.outdated.remove(&id);
        }
    }

    /// Sets the content of a file that was just seen. A photo must be put first.
    pub(super) fn set_file(&mut self, path: &Path, stamp: Stamp, content: Content) {
        let path = FilePath::from(path);
        self.link(path.clone(), stamp, content, true);
        self.journal.append(&Line::File { path, stamp, content });
    }

    /// Notes that a known file was seen, unchanged.
    pub(super) fn set_seen(&mut self, path: &Path) {
        if let Some(entry) = self.files.get_mut(path.as_os_str()) {
            entry.seen = true;
        }
    }

    /// Notes that a file may have changed: it does not count until it is read again.
    pub(super) fn set_unseen(&mut self, path: &Path) {
        if let Some(entry) = self.files.get_mut(path.as_os_str()) {
            entry.seen = false;
        }
    }

    /// Forgets a file; returns its content.
    pub(super) fn remove_file(&mut self, path: &Path) -> Option<Content> {
        let content = self.unlink(path)?;
        self.journal.append(&Line::Gone { path: path.into() });
        Some(content)
    }

    /// Notes that a file was moved, unchanged but for its stamp.
    pub(super) fn move_file(&mut self, from: &Path, to: &Path, stamp: Stamp) {
        if let Some(content) = self.remove_file(from) {
            self.set_file(to, stamp, content);
        }
    }

    /// How long daemons have run on this folder, in seconds.
    pub(super) fn running(&self) -> u64 {
        self.running.as_secs()
    }

    /// Lets time pass.
    pub(super) fn run(&mut self, time: Duration) {
        self.running = self.running.saturating_add(time);
        let now = self.running();
        if now >= self.running_logged.saturating_add(RUNNING_STEP) {
            self.running_logged = now;
            self.journal.append(&Line::Running(now));
        }
    }

    /// Daemons are known to have run for at least this many seconds.
    pub(super) fn has_run(&mut self, seconds: u64) {
        let more = seconds.saturating_sub(self.running());
        self.run(Duration::from_secs(more));
    }

    /// Syncs the lines. If some could not be appended, rewrites all of them.
    pub(super) fn flush(&mut self) {
        if !self.journal.broken {
            return self.journal.sync();
        }
        let photos = self.photos.values().map(PhotoEntry::line);
        let files = self.files.iter().map(|(path, entry)| Line::File {
            path: path.clone(),
            stamp: entry.stamp,
            content: entry.content,
        });
        let first = [Line::Version(VERSION), Line::Running(self.running())];
        let lines = first.into_iter().chain(photos).chain(files);
        // A cache: if it cannot be written now, it is written the next time.
        let _ = self.journal.rewrite(lines);
    }

    fn log_photo(&mut self, id: PhotoId) {
        if let Some(entry) = self.photos.get(&id) {
            self.journal.append(&entry.line());
        }
    }

    /// Links a file to its content, in memory.
    fn link(&mut self, path: FilePath, stamp: Stamp, content: Content, seen: bool) {
        self.unlink(&path);
        if let Content::Photo(id) = content
            && let Some(entry) = self.photos.get_mut(&id)
        {
            entry.files.insert(path.clone());
        }
        let entry = FileEntry { stamp, content, seen };
        self.files.insert(path, entry);
    }

    /// Unlinks a file from its content, in memory, and returns it.
    fn unlink(&mut self, path: &Path) -> Option<Content> {
        let content = self.files.remove(path.as_os_str())?.content;
        if let Content::Photo(id) = content
            && let Some(entry) = self.photos.get_mut(&id)
        {
            entry.files.remove(path.as_os_str());
        }
        Some(content)
    }
}

impl PhotoEntry {
    fn line(&self) -> Line {
        Line::Photo {
            photo: Arc::clone(&self.photo),
            facts: self.facts.clone(),
            checked: self.checked,
            looks: self.looks.clone(),
        }
    }
}

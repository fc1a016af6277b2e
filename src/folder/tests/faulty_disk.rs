//! A disk on faulty: it fails when told to, and a power cut takes back what was not synced.
//!
//! The model is harsher than most file systems are: without a sync nothing is sure to last, neither bytes nor names,
//! and of two unsynced operations either may last without the other. Only a rename is one operation: after a cut the
//! file has its old name or its new one, unless the directory it left was synced before the one it came to.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::io::Errno;

use crate::folder::disk::{self, Step};
use crate::folder::layout::MARKER;

/// Which steps fail; the first is number 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plan {
    /// None.
    Never,
    /// Only this one, with this error. A disk that is full or breaks can fail any step; other errors meet changes of
    /// names only, and only these are counted.
    Once(u64, Errno),
    /// This one and all after it: the machine is dead from here on.
    From(u64),
}

/// What a power cut takes of what was not synced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// Nothing: only the process died.
    Nothing,
    /// All of it.
    Everything,
    /// Bytes and new names, while names that were taken away stay away.
    WhatIsNew,
}

/// What became of the steps so far.
#[derive(Debug)]
pub(in crate::folder) struct FaultyDisk {
    state: Mutex<State>,
}

impl Step<'_> {
    /// Whether it gives a file another name.
    fn is_naming(self) -> bool {
        matches!(self, Step::Link(..) | Step::Rename(..))
    }
}

#[derive(Debug)]
struct State {
    plan: Plan,
    steps: u64,
    failed: bool,
    /// The friend makes a file of the very name that the next file in the folder is about to get.
    intruder: bool,
    /// After so many renames, the friend saves this file just before the next one.
    edit: Option<(u32, PathBuf)>,
    /// Where files are kept that have lost their names.
    attic: tempfile::TempDir,
    kept: u64,
    /// Files with unsynced bytes, and how many of their bytes are synced.
    unsynced: BTreeMap<PathBuf, u64>,
    /// Changes of names that are not synced, oldest first.
    names: Vec<Unsynced>,
}

/// A change of names, and what undoes it.
#[derive(Debug)]
enum Unsynced {
    Dir(PathBuf),
    New(PathBuf),
    Moved {
        from: PathBuf,
        to: PathBuf,
        /// What had the new name before.
        replaced: Option<PathBuf>,
        /// The loss of the old name is synced, the new name is not.
        adrift: bool,
    },
    Removed {
        path: PathBuf,
        kept: PathBuf,
    },
}

/// A directory for a faulty, in memory where there is such a place: the syncs of a thousand lives take their time.
pub(super) fn tempdir() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

impl FaultyDisk {
    pub(super) fn new(plan: Plan) -> FaultyDisk {
        FaultyDisk {
            state: Mutex::new(State {
                plan,
                steps: 0,
                failed: false,
                intruder: false,
                edit: None,
                attic: tempdir(),
                kept: 0,
                unsynced: BTreeMap::new(),
                names: Vec::new(),
            }),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a step has failed yet.
    pub(super) fn has_failed(&self) -> bool {
        self.state().failed
    }

    /// Whether the machine is dead.
    pub(super) fn is_dead(&self) -> bool {
        let state = self.state();
        state.failed && matches!(state.plan, Plan::From(_))
    }

    /// Lets the friend be faster, once.
    pub(super) fn intrude(&self) {
        self.state().intruder = true;
    }

    /// Lets the friend save a file after so many renames, just before the next one.
    pub(super) fn edit_after(&self, renames: u32, path: &Path) {
        self.state().edit = Some((renames, path.to_owned()));
    }

    /// The friend copies a file into the folder, or over one there, with a program that syncs nothing.
    pub(super) fn friend_writes(&self, root: &Path, path: &Path, bytes: &[u8]) {
        let mut state = self.state();
        let path = root.join(path);
        let above: Vec<&Path> = path.ancestors().take_while(|dir| *dir != root).collect();
        for dir in above.into_iter().skip(1).rev() {
            if dir.exists() {
                continue;
            }
            fs::create_dir(dir).unwrap();
            state.note(Step::MakeDir(dir));
        }
        state.note(Step::Create(&path));
        fs::write(&path, bytes).unwrap();
    }

    /// A step is about to be done: fails it, or notes what it leaves unsynced.
    pub(in crate::folder) fn step(&self, step: Step<'_>) -> io::Result<()> {
        let mut state = self.state();
        let counts = match state.plan {
            Plan::Once(_, error) => [Errno::NOSPC, Errno::IO].contains(&error) || step.is_naming(),
            Plan::Never | Plan::From(_) => true,
        };
        state.steps += u64::from(counts);
        let fails = match state.plan {
            Plan::Once(number, error) if counts && state.steps == number => Some(error),
            Plan::From(number) if state.steps >= number => Some(Errno::IO),
            Plan::Never | Plan::Once(..) | Plan::From(_) => None,
        };
        if let Some(error) = fails {
            state.failed = true;
            return Err(error.into());
        }
        state.note(step);
        Ok(())
    }

    /// The power goes and comes back.
    pub(super) fn cut(&self, cut: Cut) {
        if cut != Cut::Nothing {
            self.state().lose(cut);
        }
    }
}

impl State {
    fn note(&mut self, step: Step<'_>) {
        if let Step::Link(_, to) | Step::Rename(_, to) = step
            && self.intruder
            && !to.components().any(|part| part.as_os_str() == MARKER)
        {
            self.intruder = false;
            fs::write(to, "the friend's own").unwrap();
        }
        if let Step::Rename(..) = step {
            self.edit = match self.edit.take() {
                Some((0, path)) => {
                    fs::write(path, "the friend's edit").unwrap();
                    None
                }
                edit => edit.map(|(renames, path)| (renames - 1, path)),
            };
        }
        match step {
            Step::MakeDir(path) => self.names.push(Unsynced::Dir(path.to_owned())),
            Step::Create(path) => {
                if !path.exists() {
                    self.names.push(Unsynced::New(path.to_owned()));
                }
                self.unsynced.insert(path.to_owned(), 0);
            }
            Step::Write(path) => {
                let length = fs::metadata(path).map_or(0, |meta| meta.len());
                self.unsynced.entry(path.to_owned()).or_insert(length);
            }
            Step::Sync(path) => {
                self.unsynced.remove(path);
            }
            Step::SyncDir(dir) => self.sync_dir(dir),
            Step::Link(from, to) => {
                if !to.exists() {
                    self.names.push(Unsynced::New(to.to_owned()));
                    if let Some(length) = self.unsynced.get(from).copied() {
                        self.unsynced.insert(to.to_owned(), length);
                    }
                }
            }
            Step::Rename(from, to) => {
                let replaced = self.keep(to);
                self.names.push(Unsynced::Moved {
                    from: from.to_owned(),
                    to: to.to_owned(),
                    replaced,
                    adrift: false,
                });
                self.unsynced.remove(to);
                if let Some(length) = self.unsynced.remove(from) {
                    self.unsynced.insert(to.to_owned(), length);
                }
            }
            Step::Remove(path) => {
                self.unsynced.remove(path);
                if let Some(kept) = self.keep(path) {
                    let path = path.to_owned();
                    self.names.push(Unsynced::Removed { path, kept });
                }
            }
        }
    }

    /// Keeps a file that is about to lose its name.
    fn keep(&mut self, path: &Path) -> Option<PathBuf> {
        self.kept += 1;
        let kept = self.attic.path().join(self.kept.to_string());
        fs::hard_link(path, &kept).ok().map(|()| kept)
    }

    fn sync_dir(&mut self, dir: &Path) {
        self.names.retain_mut(|name| match name {
            Unsynced::Dir(path) | Unsynced::New(path) | Unsynced::Removed { path, .. } => {
                disk::parent(path) != dir
            }
            Unsynced::Moved { from, to, adrift, .. } => {
                *adrift |= disk::parent(from) == dir;
                disk::parent(to) != dir
            }
        });
    }

    fn lose(&mut self, cut: Cut) {
        for (path, length) in std::mem::take(&mut self.unsynced) {
            if let Ok(file) = File::options().write(true).open(path) {
                file.set_len(length).unwrap();
            }
        }
        while let Some(name) = self.names.pop() {
            match name {
                Unsynced::Dir(path) => {
                    let _ = fs::remove_dir(path);
                }
                Unsynced::New(path) => {
                    let _ = fs::remove_file(path);
                }
                Unsynced::Moved { from, to, replaced, adrift } => {
                    if adrift {
                        let _ = fs::remove_file(&to);
                    } else {
                        let _ = fs::rename(&to, from);
                    }
                    if let Some(kept) = replaced {
                        let _ = fs::hard_link(kept, to);
                    }
                }
                Unsynced::Removed { path, kept } => {
                    if cut == Cut::Everything {
                        let _ = fs::hard_link(kept, path);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::folder::disk::Disk;

    #[test]
    fn the_trial_takes_back_what_was_not_synced() {
        let dir = tempdir();
        let path = |name: &str| dir.path().join(name);
        let faulty = Arc::new(FaultyDisk::new(Plan::Never));
        let disk = Disk { faulty: Some(Arc::clone(&faulty)) };
        for name in ["bytes", "name", "moved"] {
            let file = disk.create(&path(name)).unwrap();
            disk.write(&file, &path(name), b"text").unwrap();
            if name != "bytes" {
                disk.sync(&file, &path(name)).unwrap();
            }
            if name != "name" {
                disk.sync_dir(dir.path()).unwrap();
            }
        }
        disk.place(&path("moved"), &path("there")).unwrap();
        // This synced the directory, and with it the other names.
        disk.remove(&path("name")).unwrap();
        let late = disk.create(&path("late")).unwrap();
        disk.sync(&late, &path("late")).unwrap();
        faulty.cut(Cut::Everything);
        assert_eq!(fs::read(path("bytes")).unwrap(), b"", "bytes were not synced");
        assert_eq!(fs::read(path("name")).unwrap(), b"text", "the removal was not");
        assert!(!path("late").exists(), "the name was not");
        assert_eq!(fs::read(path("there")).unwrap(), b"text", "all of it was");
    }
}

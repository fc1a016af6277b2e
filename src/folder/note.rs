//! The note beside every copy in the trash: why the copy is there, and where it belongs.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::companions::Name;
use super::disk::{self, Disk};
use super::file_path::FilePath;
use super::index::MAX_RUNNING;
use super::layout::{self, SURPLUS, TMP, TRASH, is_note};
use crate::photo::{PhotoId, Relation};
use crate::protocol::{Facts, Gone, Holding, Looks, MemberName};

/// A day in seconds.
pub(super) const DAY: u64 = 24 * 60 * 60;

/// A copy that is safe on enough other disks stays this many days of running; but a friend's own file stays the full
/// time of the trash, so that its owner can find it.
const SURPLUS_DAYS: u64 = 1;

/// The content of a note. Written as JSON, for people and for [`Folder::restore`](super::Folder::restore).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Note {
    /// The photo.
    pub(super) photo: PhotoId,
    /// Why it went to the trash.
    #[serde(flatten)]
    pub(super) why: Why,
    /// Its facts.
    #[serde(flatten)]
    pub(super) facts: Facts,
    /// Where the file was, relative to the folder.
    #[serde(with = "layout::path_text")]
    pub(super) original_path: PathBuf,
    /// Where it was returned to, if that is a different name and its companions have not followed yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) returned_to: Option<Name>,
    /// The files that came here with it, see [`companions`](super::companions).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) companions: Vec<Name>,
    /// How it was held.
    pub(super) holding: Holding,
    /// It is the friend's own, and went when these were let move to other disks (`--pool`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) pooled: bool,
    /// When it went to the trash: seconds since 1970, by this machine's clock.
    pub(super) when: u64,
    /// How long daemons had run on this folder by then, in seconds: the days in the trash count from there.
    pub(super) running: u64,
}

/// Why a copy went to the trash: on disk one word, with its fields beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "lowercase")]
pub(super) enum Why {
    /// The collection shows a better version.
    Retired(Better),
    /// Enough other nodes have it.
    Surplus,
    /// The same folder has it in another file.
    Duplicate(Better),
    /// Its owner has removed it from the collection.
    Removed {
        /// The node of that owner.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        removed_by: Option<MemberName>,
    },
    /// Found in the trash without a note.
    Unknown,
}

/// The photo that is kept in place of a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Better {
    /// The photo that is kept, if the note names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) replaced_by: Option<PhotoId>,
    /// How the copy relates to that one, by their pixels. Without this, the copy may be a variant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) relation: Option<Relation>,
}

impl Better {
    pub(super) fn of(keeper: PhotoId, relation: Relation) -> Better {
        Better { replaced_by: Some(keeper), relation: Some(relation) }
    }
}

impl Why {
    /// The directory for copies that go for this reason and were held in this way.
    pub(super) fn dir(self, holding: Holding) -> &'static str {
        match self {
            Why::Surplus => SURPLUS,
            Why::Duplicate(_) if holding == Holding::Replica => SURPLUS,
            Why::Duplicate(_) | Why::Retired(_) | Why::Removed { .. } | Why::Unknown => TRASH,
        }
    }
}

impl Note {
    /// A note with the present time.
    pub(super) fn new(photo: PhotoId, why: Why, path: &Path, facts: &Facts, running: u64) -> Note {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        Note {
            photo,
            why,
            facts: facts.clone(),
            original_path: path.to_owned(),
            returned_to: None,
            companions: Vec::new(),
            holding: layout::holding_at(path),
            pooled: false,
            when: now.map_or(0, |since| since.as_secs()),
            running,
        }
    }

    /// The better version for which the copy was retired, if it was.
    pub(super) fn better(&self) -> Option<Better> {
        match self.why {
            Why::Retired(better) => Some(better),
            Why::Surplus | Why::Duplicate(_) | Why::Removed { .. } | Why::Unknown => None,
        }
    }

    /// Whether the copy's time in the trash is over, `running` seconds of running into this folder's life. It is never
    /// over for a variant of the better version, nor for a copy with companions, which are nowhere else.
    pub(super) fn is_due(&self, running: u64, trash_days: u32) -> bool {
        let is_variant = |better: Better| better.relation != Some(Relation::Same);
        if self.better().is_some_and(is_variant) || !self.companions.is_empty() {
            return false;
        }
        let days = match self.is_spare_replica() || self.pooled {
            true => SURPLUS_DAYS.min(trash_days.into()),
            false => u64::from(trash_days),
        };
        self.is_older_than(days, running)
    }

    /// Whether it was kept for others, who have it in any case.
    pub(super) fn is_spare_replica(&self) -> bool {
        let is_spare = matches!(self.why, Why::Surplus | Why::Duplicate(_));
        is_spare && self.holding == Holding::Replica && self.companions.is_empty()
    }

    /// Whether the copy has been in the trash for this many days of running.
    pub(super) fn is_older_than(&self, days: u64, running: u64) -> bool {
        running.saturating_sub(self.running) >= days.saturating_mul(DAY)
    }
}

/// The notes of the trash, by the path of the copy relative to the folder.
#[derive(Debug)]
pub(super) struct Notes {
    disk: Disk,
    root: PathBuf,
    notes: BTreeMap<FilePath, Note>,
}

impl Notes {
    /// Reads the notes. A note without its copy was written just before a crash and is swept; a file that is not our
    /// note is left alone, whatever its name.
    pub(super) fn open(disk: &Disk, root: &Path) -> Notes {
        let mut notes = Notes { disk: disk.clone(), root: root.to_owned(), notes: BTreeMap::new() };
        for dir in [TRASH, SURPLUS] {
            // Copies that cannot be read here are found by the walk, if they exist at all.
            let entries = fs::read_dir(root.join(dir)).into_iter().flatten().flatten();
            for entry in entries.filter(|entry| is_note(&entry.file_name())) {
                let copy = Path::new(dir).join(entry.file_name()).with_extension("");
                notes.read(copy, &entry.path());
            }
        }
        notes
    }

    fn read(&mut self, copy: PathBuf, path: &Path) {
        let note = disk::open(path).map(|file| serde_json::from_reader(BufReader::new(file)));
        let Ok(Ok(note)) = note else {
            return;
        };
        let companions = self.root.join(layout::companions_dir(&copy));
        let is_gone = disk::look(&self.root.join(&copy)).is_ok_and(|stamp| stamp.is_none());
        if is_gone && !companions.is_dir() {
            // Best effort: it is swept again at the next start.
            let _ = self.disk.remove(path);
        } else {
            self.notes.insert(copy.into(), note);
        }
    }

    pub(super) fn get(&self, copy: &Path) -> Option<&Note> {
        self.notes.get(copy.as_os_str())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&FilePath, &Note)> {
        self.notes.iter()
    }

    /// The facts in a copy's note, if it is about this photo.
    pub(super) fn facts(&self, copy: &Path, photo: PhotoId) -> Facts {
        let note = self.get(copy).filter(|note| note.photo == photo);
        note.map(|note| note.facts.clone()).unwrap_or_default()
    }

    /// What the notes of these copies say about the better version for which a photo was retired.
    pub(super) fn looks(&self, copies: &[FilePath], photo: PhotoId) -> Looks {
        let notes = copies.iter().filter_map(|copy| self.get(copy));
        let mut better = notes.filter(|note| note.photo == photo).filter_map(Note::better);
        let better = better.find_map(|better| Some((better.replaced_by?, better.relation)));
        better.map_or_else(Looks::default, |(better, relation)| {
            Looks::accepted_earlier(better, relation)
        })
    }

    /// Updates the notes of these copies, if they were retired, with the better version for which they are there now.
    /// Best effort: without it, they are kept longer.
    pub(super) fn put_looks(&mut self, copies: &[FilePath], photo: PhotoId, looks: &Looks) {
        let Some(better) = looks.yields_to else {
            return;
        };
        for copy in copies {
            let note = self.get(copy).filter(|note| note.photo == photo);
            let Some(note) = note.filter(|note| note.better().is_some()) else {
                continue;
            };
            let better = Better { replaced_by: Some(better), relation: looks.accepts(better) };
            let new = Note { why: Why::Retired(better), ..note.clone() };
            if new != *note {
                let _ = self.write(copy, new);
            }
        }
    }

    /// The latest time at which a note was written, in seconds of running.
    pub(super) fn running(&self) -> u64 {
        let times = self.notes.values().map(|note| note.running);
        times.filter(|time| *time <= MAX_RUNNING).max().unwrap_or(0)
    }

    /// The folder's own files that went here because of other nodes, the earliest first, `running` seconds of running
    /// into this folder's life.
    pub(super) fn gone(&self, running: u64) -> Vec<Gone> {
        let went = |note: &Note| {
            let by = match note.why {
                Why::Retired(better) => better.replaced_by,
                Why::Surplus if note.pooled => return None,
                Why::Surplus => None,
                Why::Duplicate(_) | Why::Removed { .. } | Why::Unknown => return None,
            };
            let ago = Duration::from_secs(running.saturating_sub(note.running));
            note.holding.is_own().then_some(Gone { ago, by })
        };
        let mut gone: Vec<Gone> = self.notes.values().filter_map(went).collect();
        gone.sort_by_key(|gone| Reverse(gone.ago));
        gone
    }

    /// Writes a note for a copy that is about to come to `copy`; safe when it returns.
    pub(super) fn write(&mut self, copy: &Path, note: Note) -> io::Result<()> {
        let text = serde_json::to_string_pretty(&note)? + "\n";
        let tmp = self.root.join(TMP).join("note");
        self.disk.write_whole(&self.path(copy), &tmp, &text)?;
        self.notes.insert(copy.into(), note);
        Ok(())
    }

    /// Removes the note of a copy that is not there (any more). Best effort: one that stays is swept at the next start.
    pub(super) fn remove(&mut self, copy: &Path) {
        if self.notes.remove(copy.as_os_str()).is_some() {
            let _ = self.disk.remove(&self.path(copy));
        }
    }

    /// The full path of a copy's note.
    fn path(&self, copy: &Path) -> PathBuf {
        layout::note_path(&self.root.join(copy))
    }
}

//! Out of the trash for good: the only place where a photo is deleted.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use super::boot_time::Moment;
use super::layout::{SURPLUS, TRASH};
use super::note::{DAY, Note};
use super::{Change, Folder, StoreError};
use crate::photo::PhotoId;
use crate::protocol::{Gone, Holding};

/// How often the trash is searched for expired copies, in seconds of running.
const LOOK_EVERY: u64 = 60;

/// How often the node is reminded of an expired photo, in seconds of running.
const REMIND_EVERY: u64 = 60 * 60;

impl Folder {
    /// Deletes every copy of a photo in the trash, for good. The deadline is checked before each. A photo that is also
    /// stored stays as it is: the caller assumes that it is only in the trash.
    pub(super) fn purge(&mut self, photo: PhotoId, deadline: Moment) -> Result<(), StoreError> {
        if !self.index.stored_files_of(photo).is_empty() {
            return Err(StoreError::Io("it is not only in the trash".to_owned()));
        }
        let copies = self.index.files_of(photo);
        let notes = copies.iter().filter_map(|copy| self.notes.get(copy));
        if notes.into_iter().any(|note| !note.companions.is_empty())
            && !self.purge_asked.contains(&photo)
        {
            let text = "files that are nowhere else go with it: its owner has to say so";
            return Err(StoreError::Io(text.to_owned()));
        }
        self.delete_copies(photo, Some(deadline))?;
        self.purge_asked.remove(&photo);
        self.expired.remove(&photo);
        self.assumed(photo, None);
        Ok(())
    }

    fn delete_copies(&mut self, id: PhotoId, deadline: Option<Moment>) -> Result<(), StoreError> {
        let copies = self.index.files_held(id, Holding::Retired);
        if copies.is_empty() {
            return Err(StoreError::Gone);
        }
        for copy in copies {
            if deadline.is_some_and(Moment::is_past) {
                return Err(StoreError::TooLate);
            }
            match self.require_unchanged(&copy) {
                Ok(()) => {
                    let path = self.full(&copy);
                    // In this order a crash never leaves companions without the photo and its note.
                    let removed = self.delete_companions(&copy);
                    let removed = removed.and_then(|()| self.disk.remove(&path));
                    removed.map_err(|error| StoreError::at(&path, &error))?;
                }
                Err(StoreError::Gone) => {}
                Err(error) => return Err(error),
            }
            self.notes.remove(&copy);
            self.index.remove_file(&copy);
        }
        for dir in [TRASH, SURPLUS] {
            // Best effort: at worst, a power cut brings the copy back.
            let _ = self.disk.sync_dir(&self.full(Path::new(dir)));
        }
        Ok(())
    }

    /// Searches the trash, now and then, for copies that have been there long enough.
    pub(super) fn expire(&mut self, changes: &mut Vec<Change>) {
        let now = self.index.running();
        if now < self.expire_at {
            return;
        }
        self.expire_at = now.saturating_add(LOOK_EVERY);
        let mut cleaned = false;
        for photo in self.due(now) {
            if !self.index.stored_files_of(photo).is_empty() {
                // Reading takes a while: one at a time.
                if !cleaned {
                    cleaned = true;
                    self.drop_redundant(photo);
                }
            } else if self.expired.get(&photo).is_none_or(|told| now - told >= REMIND_EVERY) {
                self.expired.insert(photo, now);
                changes.push(Change::Expired { photo });
            }
        }
    }

    /// The folder's own files that went to its trash because of other nodes, as far as they lie there, the earliest
    /// first.
    pub fn gone(&self) -> Vec<Gone> {
        self.notes.gone(self.index.running())
    }

    /// The photos that are only in the trash, and whose every copy has been there for this many days of running. This
    /// folder's owner wants them deleted: from now on, even those with companions can be purged.
    pub fn in_trash_for(&mut self, days: u32) -> BTreeSet<PhotoId> {
        let now = self.index.running();
        let mut aged = self.of_which_all(|note| note.is_older_than(days.into(), now));
        aged.retain(|photo| self.index.stored_files_of(*photo).is_empty());
        self.purge_asked.extend(&aged);
        aged
    }

    /// The replicas that went because enough others had them, and are nowhere else in this folder: those in the trash for
    /// so long, the oldest first, and at most so many.
    ///
    /// Each is named once in a while only: the node may have reasons to keep the oldest, and then others have their turn.
    pub fn surplus(&mut self, older_than: Duration, most: usize) -> Vec<PhotoId> {
        let now = self.index.running();
        let is_old = |note: &Note| now.saturating_sub(note.running) >= older_than.as_secs();
        let old = self.of_which_all(|note| note.is_spare_replica() && is_old(note));
        let came = |photo: &PhotoId| {
            let copies = self.index.files_of(*photo).into_iter();
            copies.filter_map(|copy| self.notes.get(&copy)).map(|note| note.running).min()
        };
        let mut old: Vec<PhotoId> = old.into_iter().collect();
        old.retain(|photo| self.index.stored_files_of(*photo).is_empty());
        old.retain(|photo| self.expired.get(photo).is_none_or(|told| now - told >= REMIND_EVERY));
        old.sort_by_cached_key(came);
        old.truncate(most);
        self.expired.extend(old.iter().map(|photo| (*photo, now)));
        old
    }

    /// The days of running until the time of a photo's last copy in the trash is over. `Some(None)` if it never is: the
    /// photo stays until a person purges it.
    pub fn days_left(&self, photo: PhotoId) -> Option<Option<u32>> {
        let copies = self.index.files_of(photo).into_iter();
        let notes = copies.filter_map(|copy| self.notes.get(&copy));
        // Never counts as later than any number of days here.
        notes
            .map(|note| self.days_of(note).map_or((1, None), |days| (0, Some(days))))
            .max()
            .map(|(_, days)| days)
    }

    /// The number of days after which a copy's time is over by its note; none if it never is.
    fn days_of(&self, note: &Note) -> Option<u32> {
        let now = self.index.running();
        let is_due = |days: u32| {
            let then = now.saturating_add(u64::from(days) * DAY);
            self.is_due(note, then)
        };
        // Once it is over, it stays over: bisection finds the first such day.
        let (mut early, mut late) = (0, self.options.trash_days.saturating_add(1));
        if !is_due(late) {
            return None;
        }
        while early < late {
            let middle = early + (late - early) / 2;
            if is_due(middle) {
                late = middle;
            } else {
                early = middle + 1;
            }
        }
        Some(late)
    }

    /// The photos whose every copy in the trash has been there for its time.
    fn due(&self, now: u64) -> BTreeSet<PhotoId> {
        self.of_which_all(|note| self.is_due(note, now))
    }

    /// Whether a copy's time in the trash is over. It never is for a file of the folder's own that went for a better
    /// version, unless that is the folder's own, too: rank measures pixels, not truth.
    fn is_due(&self, note: &Note, now: u64) -> bool {
        let own =
            |photo| self.index.standing(photo).is_some_and(|it| it.holding == Holding::Original);
        let went_for_another = note.holding.is_own()
            && note.better().is_some_and(|better| !better.replaced_by.is_some_and(own));
        !went_for_another && note.is_due(now, self.options.trash_days)
    }

    /// The photos for which `says` holds for the notes of all copies in the trash.
    fn of_which_all(&self, says: impl Fn(&Note) -> bool) -> BTreeSet<PhotoId> {
        let (mut due, mut early) = (BTreeSet::new(), BTreeSet::new());
        for (_, note) in self.notes.iter() {
            if says(note) {
                due.insert(note.photo);
            } else {
                early.insert(note.photo);
            }
        }
        due.retain(|photo| !early.contains(photo) && self.index.photo(*photo).is_some());
        due
    }

    /// Deletes the trash copies of a photo that is also stored, once the stored file was read and found good.
    fn drop_redundant(&mut self, photo: PhotoId) {
        let stored = self.index.stored_files_of(photo);
        if stored.iter().any(|path| self.require_intact(photo, path).is_ok()) {
            // Best effort: the next look tries again.
            let _ = self.delete_copies(photo, None);
            self.tell_later(photo);
        }
    }
}

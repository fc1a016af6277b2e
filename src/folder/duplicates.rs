//! One file is enough: of several with the same bytes, all but one go to the trash.

use super::entry::Standing;
use super::file_path::FilePath;
use super::note::{Better, Why};
use super::{Change, Folder, StoreError};
use crate::photo::{PhotoId, Relation};
use crate::protocol::Holding;

impl Folder {
    /// The friend's folder has several files with the bytes of this photo: reads one and, if it is good, moves the
    /// others to the trash.
    ///
    /// The one nearest to the top and with the shortest name stays: `cat.jpg` rather than `backup/cat (2).jpg`.
    pub fn dedupe(&mut self, photo: PhotoId) -> Result<Vec<Change>, StoreError> {
        self.forget_absent(photo);
        let mut files = self.index.files_held(photo, Holding::Original);
        files.sort_by_key(|path| (path.components().count(), path.as_os_str().len(), path.clone()));
        let mut result = Ok(());
        while files.len() > 1 {
            let first = files.remove(0);
            match self.require_intact(photo, &first) {
                Ok(()) => {
                    result = self.put_duplicates_away(photo, &files);
                    break;
                }
                Err(StoreError::Damaged) => {}
                Err(error) => {
                    result = Err(error);
                    break;
                }
            }
        }
        if let Err(error) = result {
            self.tell_later(photo);
            return Err(error);
        }
        let mut changes = Vec::new();
        self.tell_anyway(photo, &mut changes);
        Ok(changes)
    }

    fn put_duplicates_away(
        &mut self,
        photo: PhotoId,
        files: &[FilePath],
    ) -> Result<(), StoreError> {
        let why = Why::Duplicate(Better::of(photo, Relation::Same));
        for path in files {
            match self.put_file_away(photo, path, why, None) {
                Ok(_) => {}
                Err(StoreError::Gone) => {
                    self.index.remove_file(path);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Moves the replicas of a photo that the friend's own folder also has to `trash/surplus`. Best effort: a replica
    /// that stays does no harm.
    pub(super) fn supersede(&mut self, photo: PhotoId) {
        let replicas = self.index.files_held(photo, Holding::Replica);
        let is_original = |standing: Standing| standing.holding == Holding::Original;
        if replicas.is_empty() || !self.index.standing(photo).is_some_and(is_original) {
            return;
        }
        let why = Why::Duplicate(Better::of(photo, Relation::Same));
        for path in replicas {
            let _ = self.put_file_away(photo, &path, why, None);
        }
    }
}

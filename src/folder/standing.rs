//! How the folder holds a photo, by the places of its files.

use std::cmp::Reverse;

use super::Folder;
use super::entry::Standing;
use super::file_path::FilePath;
use super::index::Index;
use super::layout::holding_at;
use crate::photo::PhotoId;
use crate::protocol::Holding;

impl Index {
    /// The files of a photo, best first: in the friend's folder, kept for the mesh, in the trash.
    pub(super) fn files_of(&self, id: PhotoId) -> Vec<FilePath> {
        let files = self.photos.get(&id).map(|entry| &entry.files);
        let mut files: Vec<FilePath> = files.into_iter().flatten().cloned().collect();
        files.sort_by_key(|path| Reverse(holding_at(path)));
        files
    }

    /// The files of a photo that count as a copy, best first.
    pub(super) fn stored_files_of(&self, id: PhotoId) -> Vec<FilePath> {
        let mut files = self.files_of(id);
        files.retain(|path| holding_at(path).is_stored());
        files
    }

    /// The files of a photo in the friend's folder, or those kept for the mesh, or those in the trash.
    pub(super) fn files_held(&self, id: PhotoId, holding: Holding) -> Vec<FilePath> {
        let files = self.photos.get(&id).map(|entry| &entry.files);
        let files = files.into_iter().flatten();
        files.filter(|path| holding_at(path) == holding).cloned().collect()
    }

    /// How the folder holds a photo, as far as it was seen; none if not at all.
    pub(super) fn standing(&self, id: PhotoId) -> Option<Standing> {
        let files = self.photos.get(&id)?.files.iter();
        let seen = files.filter(|path| self.file(path).is_some_and(|entry| entry.seen));
        seen.map(|path| Standing::of_one(holding_at(path))).reduce(Standing::and)
    }
}

impl Folder {
    /// Whether a photo is in the folder, or in its trash.
    pub fn holds(&self, photo: PhotoId) -> bool {
        self.standing(photo).is_some()
    }

    /// Where the best file of a photo lies that counts as a copy, relative to the folder, for people.
    pub fn stored_at(&self, photo: PhotoId) -> Option<String> {
        let files = self.index.stored_files_of(photo);
        files.first().map(|path| path.display().to_string())
    }

    /// How the folder holds a photo: by the places of its files and, for copies in the trash, by their notes.
    pub(super) fn standing(&self, id: PhotoId) -> Option<Standing> {
        let mut standing = self.index.standing(id)?;
        let was_own = |copy: &FilePath| {
            let seen = self.index.file(copy).is_some_and(|entry| entry.seen);
            let note = self.notes.get(copy).filter(|note| note.photo == id);
            seen && note.is_some_and(|note| note.holding.is_own())
        };
        if standing.holding == Holding::Retired && self.index.files_of(id).iter().any(was_own) {
            standing.holding = Holding::RetiredOriginal;
        }
        Some(standing)
    }
}

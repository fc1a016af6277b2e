//! How the folder holds a photo, by the places of its files.

use std::path::PathBuf;

use super::entry::Standing;
use super::index::Index;
use super::layout::holding_at;
use crate::photo::PhotoId;
use crate::protocol::Holding;

impl Index {
    /// The files of a photo, best first: in the friend's folder, kept for the mesh, in the trash.
    pub(super) fn files_of(&self, id: PhotoId) -> Vec<PathBuf> {
        let entry = self.photos.get(&id);
        let mut files: Vec<PathBuf> =
            entry.map_or(Vec::new(), |entry| entry.files.iter().cloned().collect());
        files.sort_by_key(|path| std::cmp::Reverse(holding_at(path)));
        files
    }

    /// The files of a photo that count as a copy, best first.
    pub(super) fn stored_files_of(&self, id: PhotoId) -> Vec<PathBuf> {
        let mut files = self.files_of(id);
        files.retain(|path| holding_at(path).is_stored());
        files
    }

    /// How the folder holds a photo, as far as it was seen; none if not at all.
    pub(super) fn standing(&self, id: PhotoId) -> Option<Standing> {
        let seen = |path: &&PathBuf| self.files.get(*path).is_some_and(|entry| entry.seen);
        let files = &self.photos.get(&id)?.files;
        let holding = files.iter().filter(seen).map(|path| holding_at(path)).max()?;
        let original = |path: &&PathBuf| holding_at(path) == Holding::Original;
        let originals = files.iter().filter(seen).filter(original).count();
        Some(Standing { holding, files: u32::try_from(originals).unwrap_or(u32::MAX) })
    }
}

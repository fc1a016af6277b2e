//! The results of comparing photos of this folder with others, kept so that a restart does not repeat the comparisons.
//!
//! The index has them with each photo; and the note of a retired copy names the better version, and says whether that
//! shows all of it.

use super::entry::Standing;
use super::{Change, Folder};
use crate::photo::PhotoId;
use crate::protocol::Looks;

impl Folder {
    /// Remembers the results of comparing a photo of this folder with others, and updates the notes of its copies in
    /// the trash.
    pub fn note_looks(&mut self, photo: PhotoId, looks: &Looks) {
        self.index.put_looks(photo, looks);
        let copies = self.index.files_of(photo);
        self.notes.put_looks(&copies, photo, looks);
    }

    /// Adds to `changes` the remembered results for a photo that is reported to the node for the first time. A result
    /// only in a note comes from an earlier program, or from before the index was lost.
    pub(super) fn recall(
        &self,
        id: PhotoId,
        standing: Option<Standing>,
        changes: &mut Vec<Change>,
    ) {
        let entry = self.index.photo(id).filter(|entry| entry.told.is_none());
        let (Some(entry), Some(standing)) = (entry, standing) else {
            return;
        };
        let mut looks = entry.looks.clone();
        if looks.is_empty() && !standing.holding.is_stored() {
            looks = self.notes.looks(&self.index.files_of(id), id);
        }
        if !looks.is_empty() {
            changes.push(Change::Recalled { photo: id, looks });
        }
    }
}

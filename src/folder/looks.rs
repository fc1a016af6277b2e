//! What the node has found by comparing photos of this folder with others, so that a restart does not compare them anew.
//!
//! The index has it with each photo; and the note of a copy that was put away for a better version says for which one, and
//! whether it is all there in that.

use super::entry::Standing;
use super::{Change, Folder};
use crate::photo::PhotoId;
use crate::protocol::Looks;

impl Folder {
    /// Remembers what was found by comparing a photo of this folder with others, and says so in the notes of its copies in
    /// the trash.
    pub fn note_looks(&mut self, photo: PhotoId, looks: &Looks) {
        self.index.put_looks(photo, looks);
        let copies = self.index.files_of(photo);
        self.notes.put_looks(&copies, photo, looks);
    }

    /// Adds to `changes` what is remembered of a photo that the node is told of for the first time. What only a note says, an
    /// earlier program has found, or one whose index is lost.
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

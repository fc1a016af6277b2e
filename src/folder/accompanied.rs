//! Reports to the node about companions: which files belong to which photo.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::companions::{ENDINGS, NAMED, accompanies, has_ending};
use super::entry::Content;
use super::layout;
use super::{Change, Folder};
use crate::photo::PhotoId;

/// The companions that were reported to the node.
#[derive(Debug, Default)]
pub(super) struct Accompanied {
    told: BTreeMap<PhotoId, Vec<String>>,
    /// Companions were moved since.
    pub(super) stale: bool,
}

impl Folder {
    /// If companions were moved: adds to `changes` the companions of photos where that is news to the node.
    pub(super) fn tell_moved_companions(&mut self, changes: &mut Vec<Change>) {
        if self.accompanied.stale {
            self.tell_companions(changes);
        }
    }

    /// Adds to `changes` the companions of photos where that is news to the node. Returns the number of companions.
    pub(super) fn tell_companions(&mut self, changes: &mut Vec<Change>) -> usize {
        self.accompanied.stale = false;
        let mut count = 0;
        let mut now: BTreeMap<PhotoId, Vec<String>> = BTreeMap::new();
        let files = self.index.files();
        let others = files.filter(|(_, entry)| entry.seen && entry.content == Content::Other);
        for (path, _) in others {
            let photos = self.photos_of_companion(path);
            count += usize::from(!photos.is_empty());
            for (photo, shown) in photos {
                now.entry(photo).or_default().push(shown);
            }
        }
        now.values_mut().for_each(|files| files.truncate(NAMED));
        let gone = self.accompanied.told.keys().filter(|photo| !now.contains_key(photo));
        let gone = gone.map(|photo| (*photo, Vec::new()));
        let told = &self.accompanied.told;
        let new = now.iter().filter(|(photo, files)| told.get(photo) != Some(files));
        let new = new.map(|(photo, files)| (*photo, files.clone()));
        changes.extend(gone.chain(new).map(|(photo, files)| Change::Companions { photo, files }));
        self.accompanied.told = now;
        count
    }

    /// The photos of which a file is a companion, and its name in the friend's folder.
    fn photos_of_companion(&self, path: &Path) -> BTreeSet<(PhotoId, String)> {
        let mut photos = BTreeSet::new();
        let name = path.file_name().unwrap_or_default();
        let photo_in = |file: &Path| match self.index.file(file).map(|entry| entry.content) {
            Some(Content::Photo(photo)) => Some(photo),
            Some(Content::Damaged(_) | Content::Other) | None => None,
        };
        if let Some(file) = layout::accompanied_by(path) {
            let old = self.notes.get(&file).map(|note| note.original_path.as_path());
            let old = old.filter(|old| !layout::is_ours(old)).unwrap_or(Path::new(""));
            let shown = old.with_file_name(name).display().to_string();
            photos.extend(photo_in(&file).map(|photo| (photo, shown)));
        } else if has_ending(name, &ENDINGS) && !layout::is_ours(path) {
            let stem = path.file_stem().unwrap_or_default();
            let dir = path.parent().unwrap_or(Path::new(""));
            let start = dir.join(stem);
            let alike = self.index.files_beginning(start.as_os_str());
            let beside = alike.filter(|file| file.parent() == Some(dir));
            let files =
                beside.filter(|file| accompanies(name, file.file_name().unwrap_or_default()));
            let shown = path.display().to_string();
            let found = files.filter_map(|file| photo_in(file));
            photos.extend(found.map(|photo| (photo, shown.clone())));
        }
        photos
    }
}

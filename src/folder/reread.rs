//! Reading photos whose account is by an earlier program, or says nothing of the picture: those that were only glanced
//! at, and all that came from other nodes, of which it was enough to know the digest.
//!
//! A folder of an earlier program is taken over as it is: its photos are known, reported, counted and served at once,
//! by their accounts in the index. In the background, a few photos at a time are read by the present rules, while no
//! scan has anything to read, and reported when read. Each new account is noted in the index, so that a restart goes on
//! where the last life stopped.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Seek};
use std::path::PathBuf;
use std::sync::Arc;

use super::disk::{self, Stamp};
use super::file_path::FilePath;
use super::{Change, Folder};
use crate::photo::{self, ACCOUNT, InspectError, Inspected, Photo, PhotoId};

/// How long a photo is left alone if it could not be read, in seconds of running: the next scan may find it changed or
/// moved, or the disk may be back.
const RETRY: u64 = 60;

/// The photos being read again.
#[derive(Debug, Default)]
pub(super) struct Rereading {
    /// Photos that were given out and have not come back.
    out: BTreeSet<PhotoId>,
    /// Photos that could not be read, and until when they are left alone, in seconds of running.
    failed: BTreeMap<PhotoId, u64>,
    /// How many were left when the node was last told.
    told: u64,
}

/// A photo to read again, on any thread.
#[derive(Debug)]
pub struct Reread {
    photo: PhotoId,
    /// The full paths of its files, best first, and their stamps.
    files: Vec<(PathBuf, Stamp)>,
}

/// The result of a [`Reread`].
#[derive(Debug)]
pub struct Reading {
    photo: PhotoId,
    /// Its account by the present rules.
    found: Found,
    /// What it looks like, if it can be drawn.
    picture: Option<Vec<u8>>,
}

impl Reading {
    /// The photo and its picture for a grid, if it could be drawn; none the second time.
    pub fn take_picture(&mut self) -> Option<(PhotoId, Vec<u8>)> {
        Some((self.photo, self.picture.take()?))
    }
}

#[derive(Debug)]
enum Found {
    Photo(Arc<Photo>),
    /// An unchanged file has other bytes than when it was last read.
    Rotten,
    /// No file of it can be read now, or all have changed.
    Nothing,
}

impl Reread {
    /// Reads the first unchanged file of the photo, and decodes it. May take long, and never fails. Then call
    /// [`Folder::take_reading`].
    pub fn read(self) -> Reading {
        let (mut found, mut picture) = (Found::Nothing, None);
        for file in &self.files {
            match read(self.photo, file) {
                Ok(Some(inspected)) => {
                    found = Found::Photo(Arc::new(inspected.photo));
                    picture = inspected.picture;
                    break;
                }
                Ok(None) => found = Found::Rotten,
                Err(_) => {}
            }
        }
        Reading { photo: self.photo, found, picture }
    }
}

/// The photo in one of its files; none if the bytes are different, although nobody has written to the file.
fn read(id: PhotoId, (path, stamp): &(PathBuf, Stamp)) -> io::Result<Option<Inspected>> {
    let mut file = disk::open(path)?;
    let stamp_now = |file: &std::fs::File| Ok::<_, io::Error>(Stamp::of(&file.metadata()?));
    let changed = || io::Error::other("it has changed");
    if stamp_now(&file)? != Some(*stamp) {
        return Err(changed());
    }
    let found = match photo::inspect_and_draw(&mut file) {
        Ok(inspected) => inspected,
        Err(InspectError::Io(error)) => return Err(error),
        // Not a picture by the present rules: a photo stays a photo all the same.
        Err(InspectError::NotAPicture | InspectError::TooLarge) => {
            file.rewind()?;
            let photo = Photo::opaque(PhotoId::of_rest(&mut file)?, stamp.size);
            Inspected { photo, picture: None }
        }
    };
    if stamp_now(&file)? != Some(*stamp) {
        return Err(changed());
    }
    Ok((found.photo.id == id).then_some(found))
}

impl Folder {
    /// A photo to read again, if there is one that is not being read already. The result goes to
    /// [`Folder::take_reading`].
    ///
    /// None before the first scan is complete: until then it is unknown which photos exist.
    pub fn next_to_reread(&mut self) -> Option<Reread> {
        if !self.scanning.is_idle() {
            return None;
        }
        let now = self.index.running();
        let Rereading { out, failed, .. } = &mut self.rereading;
        failed.retain(|_, until| *until > now);
        let mut outdated = self.index.outdated();
        let photo = outdated.find(|id| !out.contains(id) && !failed.contains_key(id))?;
        out.insert(photo);
        let stamped = |path: FilePath| Some((self.full(&path), self.index.file(&path)?.stamp));
        let files = self.index.files_of(photo).into_iter();
        Some(Reread { photo, files: files.filter_map(stamped).collect() })
    }

    /// Takes in the result of reading a photo again.
    pub fn take_reading(&mut self, reading: Reading) -> Vec<Change> {
        let Reading { photo: id, found, .. } = reading;
        self.rereading.out.remove(&id);
        let mut changes = Vec::new();
        match found {
            Found::Photo(photo) => {
                let was_told = self.index.photo(id).is_some_and(|entry| entry.told.is_some());
                if self.index.renew_photo(&photo) && was_told {
                    self.tell_anyway(id, &mut changes);
                }
            }
            Found::Rotten => {
                changes = self.damaged(id);
                self.try_later(id);
            }
            Found::Nothing => self.try_later(id),
        }
        changes
    }

    fn try_later(&mut self, photo: PhotoId) {
        let until = self.index.running().saturating_add(RETRY);
        self.rereading.failed.insert(photo, until);
    }

    /// Adds to `changes` how many photos are still to be read again, if that is news to the node.
    pub(super) fn tell_unread(&mut self, changes: &mut Vec<Change>) {
        let photos = self.index.outdated().count() as u64;
        if std::mem::replace(&mut self.rereading.told, photos) != photos {
            changes.push(Change::Unread { photos });
        }
    }
}

/// Whether a photo must be read again.
pub(super) fn is_outdated(photo: &Photo) -> bool {
    photo.account < ACCOUNT
}

//! Every photo that can exist in a run: what its bytes are, and what they say.
//!
//! Bytes are a function of a photo's token, so that disks full of photos cost nothing: a simulated disk keeps ids, and
//! whoever reads gets real bytes with a real BLAKE3 digest and gives real proofs.

use std::collections::BTreeMap;
use std::sync::Arc;

use photomesh::photo::{CaptureTime, Format, Photo, PhotoId, Relation};

use crate::pictures;
use crate::rng::mix;

/// What a photo to be made is like.
#[derive(Clone, Debug)]
pub(crate) struct Spec {
    /// How people call it in traces and scripts; also the stem of its file name.
    pub(crate) name: String,
    /// The picture: photos of different pictures are never similar. None for bytes that are no picture we can decode.
    pub(crate) picture: Option<u64>,
    /// Where on the line of this picture's versions it stands: neighbours are similar, those two or more apart are not.
    pub(crate) step: u32,
    /// Pixels along the longer side.
    pub(crate) width: u32,
    /// Length in bytes.
    pub(crate) bytes: u64,
    /// The moment its camera names.
    pub(crate) captured: Option<u32>,
    /// What is to be seen, where records do not see it: two with other contents look alike, and their pixels are
    /// different.
    pub(crate) content: u32,
    /// What somebody has drawn on it: with something else drawn on it, it is a variant.
    pub(crate) drawn: u32,
}

impl Spec {
    /// A photo of a picture of its own.
    pub(crate) fn plain(name: &str, picture: u64) -> Spec {
        Spec {
            name: name.to_owned(),
            picture: Some(picture),
            step: 0,
            width: 1200,
            bytes: 600,
            captured: None,
            content: 0,
            drawn: 0,
        }
    }
}

#[derive(Debug)]
struct Entry {
    photo: Arc<Photo>,
    token: u64,
    name: String,
    /// The picture, and what is to be seen and drawn on it.
    pixels: (Option<u64>, u32, u32),
}

/// All photos of a run.
#[derive(Debug, Default)]
pub(crate) struct Library {
    entries: BTreeMap<PhotoId, Entry>,
    names: BTreeMap<String, PhotoId>,
}

impl Library {
    /// Makes a photo; the same spec in the same place makes the same photo.
    pub(crate) fn make(&mut self, spec: &Spec) -> PhotoId {
        let salt = spec.name.bytes().fold(7, |hash, byte| mix(hash ^ u64::from(byte)));
        let token = mix(spec.picture.unwrap_or(0) ^ salt) ^ u64::from(spec.step) << 40;
        let id = PhotoId::of(&window(token, 0, spec.bytes));
        let decoded = spec.picture.is_some();
        let photo = Photo {
            account: photomesh::photo::ACCOUNT,
            id,
            bytes: spec.bytes,
            format: if decoded { Format::Jpeg } else { Format::Opaque },
            width: if decoded { spec.width } else { 0 },
            height: if decoded { spec.width * 3 / 4 } else { 0 },
            colour: decoded,
            camera: decoded && spec.captured.is_some(),
            captured: spec
                .captured
                .map(|second| CaptureTime(format!("2026-05-01T12:00:{:02}", second % 60))),
            fingerprint: spec.picture.map(|picture| pictures::fingerprint(picture, spec.step)),
            worth: photomesh::photo::Worth::default(),
        };
        let entry = Entry {
            photo: Arc::new(photo),
            token,
            name: spec.name.clone(),
            pixels: (spec.picture, spec.content, spec.drawn),
        };
        self.names.insert(spec.name.clone(), id);
        self.entries.insert(id, entry);
        id
    }

    /// The photo of this name in scripts.
    pub(crate) fn named(&self, name: &str) -> Option<PhotoId> {
        self.names.get(name).copied()
    }

    /// How people call a photo; its short id if it is nothing that was made here.
    pub(crate) fn name(&self, id: PhotoId) -> String {
        match self.entries.get(&id) {
            Some(entry) => entry.name.clone(),
            None => id.short(),
        }
    }

    pub(crate) fn photo(&self, id: PhotoId) -> &Arc<Photo> {
        &self.entries[&id].photo
    }

    /// A window of a photo's bytes; shorter at its end.
    pub(crate) fn window(&self, id: PhotoId, offset: u64, length: u64) -> Vec<u8> {
        let entry = &self.entries[&id];
        let end = entry.photo.bytes.min(offset.saturating_add(length));
        window(entry.token, offset, end.saturating_sub(offset))
    }

    /// What some bytes are, as the daemon's inspection would say.
    pub(crate) fn inspect(&self, bytes: &[u8]) -> Arc<Photo> {
        let id = PhotoId::of(bytes);
        match self.entries.get(&id) {
            Some(entry) => Arc::clone(&entry.photo),
            // Bytes damaged on the way: something that claims to be a picture and cannot be decoded.
            None => Arc::new(Photo::opaque(id, bytes.len() as u64)),
        }
    }

    /// How two photos stand to each other by their pixels.
    pub(crate) fn second_look(&self, one: PhotoId, other: PhotoId) -> Relation {
        let (one, other) = (self.entries[&one].pixels, self.entries[&other].pixels);
        match (one.0.is_some() && one.0 == other.0 && one.1 == other.1, one.2 == other.2) {
            (false, _) => Relation::Different,
            (true, false) => Relation::Variant,
            (true, true) => Relation::Same,
        }
    }

    /// How two photos stand to each other by both looks.
    pub(crate) fn relation(&self, one: PhotoId, other: PhotoId) -> Relation {
        let first = self.photo(one).relation(self.photo(other));
        first.min(self.second_look(one, other))
    }

    /// All photos, in order of their ids.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Arc<Photo>> {
        self.entries.values().map(|entry| &entry.photo)
    }
}

/// `length` bytes of the stream of a token, from `offset` on.
fn window(token: u64, offset: u64, length: u64) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(length as usize + 16);
    let first = offset / 8;
    let last = (offset + length).div_ceil(8);
    for block in first..last {
        bytes.extend_from_slice(&mix(token ^ block.wrapping_mul(0x9e37_79b9)).to_be_bytes());
    }
    bytes.drain(..(offset % 8) as usize);
    bytes.truncate(length as usize);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_of_a_photo_are_parts_of_its_bytes() {
        let whole = window(99, 0, 100);
        for offset in 0..100 {
            for length in 0..(100 - offset) {
                let part = window(99, offset, length);
                assert_eq!(part, whole[offset as usize..(offset + length) as usize]);
            }
        }
    }
}

//! The pictures of a folder on faulty, by the seed that they are drawn from.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use crate::folder::layout::TRASH;
use crate::photo::PhotoId;
use crate::protocol::Holding;

/// How many there are.
pub(super) const SPECIMENS: u32 = 11;

pub(super) fn id(seed: u32) -> PhotoId {
    PhotoId::of(picture(seed))
}

pub(super) fn picture(seed: u32) -> &'static [u8] {
    static PICTURES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| (0..SPECIMENS).map(draw).collect());
    &PICTURES[seed as usize]
}

/// What becomes of a picture that rots.
pub(super) fn spoiled(seed: u32) -> Vec<u8> {
    let mut bytes = picture(seed).to_owned();
    bytes[60] ^= 1;
    bytes
}

/// A photo that cannot be decoded: thousands of lives have no time for pictures.
fn draw(seed: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    bytes.extend((0..200).map(|number| (number * (2 * seed + 1)) as u8));
    bytes
}

/// What is in the file `dog.xmp`, which belongs to the photo 2.
pub(super) const COMPANION: &[u8] = b"five stars";

/// The companion of the photo 2 lies where that one does.
pub(super) fn check_companion(root: &Path, photo: Option<Holding>, context: &str) {
    let files_in = |dir: &Path| {
        let entries = fs::read_dir(dir).into_iter().flatten();
        entries.map(|entry| entry.unwrap().path()).collect::<Vec<PathBuf>>()
    };
    let files = match photo {
        Some(Holding::Retired | Holding::RetiredOriginal) => {
            let trash = files_in(&root.join(TRASH));
            trash.iter().flat_map(|dir| files_in(dir)).collect()
        }
        Some(Holding::Original | Holding::Replica) | None => files_in(root),
    };
    let named = |path: &&PathBuf| path.file_name().is_some_and(|name| name == "dog.xmp");
    let found = files.iter().find(named).and_then(|path| fs::read(path).ok());
    let found = found.as_deref();
    assert_eq!(found, Some(COMPANION), "{context}: companion of {photo:?}");
}

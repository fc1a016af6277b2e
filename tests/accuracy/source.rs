//! Where pictures come from, and files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use image::{RgbImage, imageops};

use crate::scenes::scene;

/// A file of a picture.
pub(crate) struct File {
    /// How its name ends.
    pub(crate) ending: &'static str,
    pub(crate) bytes: Vec<u8>,
}

impl File {
    pub(crate) fn new(ending: &'static str, bytes: Vec<u8>) -> File {
        File { ending, bytes }
    }
}

/// The photos that versions, bursts and screenshots are made of: those of a folder, or else drawn scenes.
#[derive(Clone)]
pub(crate) struct Scenery {
    files: Arc<[PathBuf]>,
}

/// Larger photos are made smaller, so that versions of them can be made in reasonable time.
const LONGEST_SIDE: u32 = 1600;

impl Scenery {
    /// The photos in a folder and the folders in it, as far as they can be decoded.
    pub(crate) fn of_folder(folder: Option<&Path>) -> Scenery {
        let mut files = Vec::new();
        if let Some(folder) = folder {
            find_files(folder, &mut files);
        }
        files.sort();
        Scenery { files: files.into() }
    }

    /// The files of the folder; none if the scenes are drawn.
    pub(crate) fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// The photo of this number; there is one for each.
    pub(crate) fn photo(&self, number: u64) -> RgbImage {
        let Some(at) = number.checked_rem(self.files.len() as u64) else {
            return scene(number);
        };
        let photo = image::open(&self.files[at as usize]).expect("it was opened before");
        match photo.width().max(photo.height()) > LONGEST_SIDE {
            true => photo.resize(LONGEST_SIDE, LONGEST_SIDE, imageops::FilterType::Triangle),
            false => photo,
        }
        .into_rgb8()
    }

    /// What the photo of this number is called.
    pub(crate) fn name(&self, number: u64) -> String {
        let at = number.checked_rem(self.files.len() as u64);
        at.map_or(format!("scene {number}"), |at| self.files[at as usize].display().to_string())
    }
}

/// Files under a folder whose beginning is that of a picture.
fn find_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            find_files(&path, files);
        } else if image::open(&path).is_ok() {
            files.push(path);
        }
    }
}

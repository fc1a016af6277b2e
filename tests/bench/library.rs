//! Photos that several sections use, made when the first of them does.

use std::cell::OnceCell;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::photos::{self, Kind};
use crate::plain::Wish;
use crate::support::daemon::Daemon;
use crate::support::rng::Rng;

/// The lengths of photos that are got.
const LENGTHS: [(&str, u64); 4] =
    [(".1 MB", 100_000), ("1 MB", 1_000_000), ("5 MB", 5_000_000), ("20 MB", 20_000_000)];

/// The lengths of the photos that are copied: these on the average.
const LEAST: u64 = 500_000;
const MOST: u64 = 2_500_000;

/// The numbers of their pictures.
const SPECIMENS: u64 = 1;
const SET: u64 = 1000;

/// The photos, in a folder that somebody else removes.
pub(crate) struct Library {
    place: PathBuf,
    count: u64,
    specimens: OnceCell<Vec<Specimen>>,
    set: OnceCell<Set>,
}

/// A photo that is got.
pub(crate) struct Specimen {
    pub(crate) label: &'static str,
    pub(crate) path: PathBuf,
    pub(crate) name: String,
    pub(crate) bytes: u64,
}

/// Photos that are copied, and how long they are together.
pub(crate) struct Set {
    pub(crate) files: Vec<PathBuf>,
    pub(crate) bytes: u64,
}

impl Specimen {
    pub(crate) fn of(label: &'static str, path: PathBuf) -> Result<Specimen, String> {
        let bytes = length(&path).map_err(|error| error.to_string())?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Specimen { label, path, name, bytes })
    }

    /// The wish for it at a daemon.
    pub(crate) fn at<'a>(&'a self, daemon: &'a Daemon) -> Wish<'a> {
        Wish { address: daemon.address(), name: &self.name, bytes: self.bytes }
    }
}

impl Library {
    pub(crate) fn new(place: &Path, count: u64) -> Library {
        let (specimens, set) = (OnceCell::new(), OnceCell::new());
        Library { place: place.to_owned(), count, specimens, set }
    }

    /// A photo of each length.
    pub(crate) fn specimens(&self) -> Result<&[Specimen], String> {
        made(&self.specimens, || self.make_specimens()).map(Vec::as_slice)
    }

    /// Photos of mixed lengths, as cameras make them.
    pub(crate) fn set(&self) -> Result<&Set, String> {
        made(&self.set, || self.make_set())
    }

    fn make_specimens(&self) -> Result<Vec<Specimen>, String> {
        let kinds = LENGTHS.map(|(_, bytes)| Kind::Bytes(bytes));
        let paths = self.lay("length", SPECIMENS, &kinds)?;
        let labels = LENGTHS.iter().map(|(label, _)| *label);
        labels.zip(paths).map(|(label, path)| Specimen::of(label, path)).collect()
    }

    fn make_set(&self) -> Result<Set, String> {
        let mut rng = Rng::new(self.count, 3);
        let kind = |_| Kind::Camera(LEAST + rng.below(MOST - LEAST));
        let kinds: Vec<Kind> = (0..self.count).map(kind).collect();
        let files = self.lay("photo", SET, &kinds)?;
        let bytes: io::Result<u64> = files.iter().map(|file| length(file)).sum();
        Ok(Set { files, bytes: bytes.map_err(|error| error.to_string())? })
    }

    fn lay(&self, name: &str, first: u64, kinds: &[Kind]) -> Result<Vec<PathBuf>, String> {
        let folder = self.place.join(name);
        fs::create_dir_all(&folder).map_err(|error| format!("no folder: {error}"))?;
        photos::lay(&folder, name, first, kinds)
    }
}

fn made<T>(cell: &OnceCell<T>, make: impl FnOnce() -> Result<T, String>) -> Result<&T, String> {
    if let Some(made) = cell.get() {
        return Ok(made);
    }
    let new = make()?;
    Ok(cell.get_or_init(|| new))
}

fn length(file: &Path) -> io::Result<u64> {
    fs::metadata(file).map(|data| data.len())
}

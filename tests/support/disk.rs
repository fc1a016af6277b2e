//! What is really on the disks, whatever daemons say about it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use photomesh::photo::PhotoId;

/// Writes a file as if it had lain there for an hour: a daemon takes what was touched just now only seconds later.
pub(crate) fn lay(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.set_modified(SystemTime::now() - Duration::from_secs(3600))
}

/// Every file under a folder, its daemon's own files included, and its digest. Spool files are left out, which are no
/// copies; and files that vanish meanwhile: a daemon may be at work.
pub(crate) fn files(folder: &Path) -> Vec<(PathBuf, PhotoId)> {
    let mut found = Vec::new();
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for path in entries.map(|entry| entry.path()) {
        if path.ends_with(".photomesh/tmp") {
            continue;
        }
        if path.is_dir() {
            found.extend(files(&path));
        } else if let Ok(bytes) = fs::read(&path) {
            found.push((path, PhotoId::of(&bytes)));
        }
    }
    found
}

/// The spool files in a daemon's folder.
pub(crate) fn spools(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder.join(".photomesh/tmp")).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}

/// On how many of these folders each photo counts as a copy: not in a trash, not half-written.
pub(crate) fn copies(folders: &[&Path]) -> BTreeMap<PhotoId, usize> {
    let mut copies = BTreeMap::new();
    for folder in folders {
        let counts = |path: &Path| {
            let own = path.strip_prefix(folder.join(".photomesh"));
            own.is_err() || own.is_ok_and(|own| own.starts_with("replicas"))
        };
        let mut held: Vec<PhotoId> = files(folder)
            .into_iter()
            .filter_map(|(path, id)| counts(&path).then_some(id))
            .collect();
        held.sort();
        held.dedup();
        for id in held {
            *copies.entry(id).or_insert(0) += 1;
        }
    }
    copies
}

/// Whether a folder still has these bytes anywhere, be it in its trash.
pub(crate) fn has(folder: &Path, id: PhotoId) -> bool {
    files(folder).iter().any(|(_, held)| *held == id)
}

//! What must be true after a power cut.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use photomesh::folder::{Change, Folder, Options};
use photomesh::photo::PhotoId;
use serde_json::Value;

use crate::life::word;
use crate::{Expected, Signed};

/// Opens a folder and compares it with what was heard of it; all that is wrong.
pub(crate) fn check(root: &Path, expected: &Expected, signed: &Signed) -> Vec<String> {
    let mut folder = match Folder::open(root, &Options::default()) {
        Ok(folder) => folder,
        Err(error) => return vec![format!("the folder cannot be opened: {error}")],
    };
    let mut problems = Vec::new();
    if !files_in(&root.join(".photomesh/tmp")).is_empty() {
        problems.push("leftovers in tmp".to_owned());
    }
    let mut held = scan(&mut folder, &mut problems);
    for (photo, allowed) in expected {
        let now = held.remove(photo).unwrap_or("none");
        if !allowed.contains(now) {
            problems.push(format!("{photo} is {now}, and should be {allowed:?}"));
        }
    }
    for (photo, now) in held {
        problems.push(format!("{photo}, which nobody knows, is {now}"));
    }
    let known: Signed = folder
        .tombstones()
        .iter()
        .map(|known| (known.photo().to_string(), known.counter()))
        .collect();
    for (photo, counter) in signed {
        let kept = known.get(photo);
        if kept < Some(counter) {
            problems.push(format!(
                "word {counter} about {photo} was signed, and the last one kept is {kept:?}"
            ));
        }
    }
    for dir in [".photomesh/trash", ".photomesh/trash/surplus"] {
        check_notes(&root.join(dir), &mut problems);
    }
    problems
}

/// Scans twice, as files may look as if somebody were writing them, and reads every photo.
fn scan(folder: &mut Folder, problems: &mut Vec<String>) -> BTreeMap<String, &'static str> {
    let mut walker = folder.walker();
    let mut held = BTreeMap::new();
    for _ in 0..2 {
        let absorbed = folder.absorb(walker.walk());
        let mut changes = absorbed.changes;
        for candidate in absorbed.candidates {
            changes.extend(folder.take(candidate.inspect()));
        }
        for change in changes {
            match change {
                Change::Added { .. } | Change::Recalled { .. } => {}
                Change::Held { photo, holding, .. } => {
                    let mut bytes = Vec::new();
                    let opened = folder.open_photo(photo.id).map_err(|error| error.to_string());
                    let read = opened.and_then(|(mut file, _)| {
                        let read = file.read_to_end(&mut bytes);
                        read.map_err(|error| error.to_string())
                    });
                    if read.is_err() || PhotoId::of(&bytes) != photo.id {
                        problems.push(format!("{} cannot be read: {read:?}", photo.id));
                    }
                    held.insert(photo.id.to_string(), word(Some(holding)));
                }
                Change::Missing { photo } => drop(held.remove(&photo.to_string())),
                Change::Scanned { .. } | Change::Companions { .. } | Change::Unread { .. } => {}
                Change::Damaged { .. } | Change::Expired { .. } | Change::Lost { .. } => {
                    problems.push(format!("{change:?}"));
                }
            }
        }
    }
    held
}

/// Every copy in the trash has the note that was written for it, and every note its copy.
fn check_notes(dir: &Path, problems: &mut Vec<String>) {
    for path in files_in(dir) {
        let name = path.file_name().unwrap().to_str().unwrap();
        if let Some(copy) = name.strip_suffix(".json") {
            if !dir.join(copy).exists() {
                problems.push(format!("{name} without its copy"));
            }
            continue;
        }
        let digest = PhotoId::of(&fs::read(&path).unwrap()).to_string();
        let note = fs::read(dir.join(format!("{name}.json"))).unwrap_or_default();
        let note: Value = serde_json::from_slice(&note).unwrap_or_default();
        if note["photo"] != digest || note["why"] == "unknown" {
            problems.push(format!("the note of {name} is {note}"));
        }
    }
}

/// The files in a directory.
pub(crate) fn files_in(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap());
    let paths = entries.map(|entry| entry.path());
    paths.filter(|path| path.is_file()).collect()
}

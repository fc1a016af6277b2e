//! How well pictures are told apart: `make accuracy [PHOTOS=dir] [SIZE=10] [ONLY=name] [DUMP=dir]`.
//!
//! Three questions, each with a table. Are different pictures that look alike kept apart: letters of one sender, pages
//! of one app, frames of a burst? All are drawn ([`families`]). Are versions of one picture found ([`versions`]), and
//! versions of different photos kept apart? These are made of the photos of a folder (put only different ones into it:
//! what is in it twice counts as a false pair), or else of drawn scenes.
//!
//! Every file is written, read and described as the daemon does it. Two are related by the first look, at their
//! records; and where that finds anything, by the second, at their pixels.
//!
//! Among the tests a small part of it is a check ([`quick`]).
//!
//! `SIZE` is how many pictures there are of a kind; `ONLY` leaves out the sets whose name it is no part of ("photos" and
//! "documents" are the sets of versions); `DUMP` writes all pictures into a folder instead.

#![expect(clippy::print_stdout, reason = "printing is what a benchmark is for")]

mod alike;
mod canvas;
mod dice;
mod dump;
mod families;
mod figures;
#[path = "../support/fingerprints.rs"]
mod fingerprints;
mod lens;
mod looks;
mod lookups;
mod parallel;
mod pen;
mod quick;
mod recall;
#[path = "../support/rng.rs"]
#[allow(dead_code, reason = "no test uses every helper")]
mod rng;
mod scenes;
mod source;
mod subject;
mod versions;

use std::path::PathBuf;
use std::process::ExitCode;

use looks::Costs;
use source::Scenery;

/// Pictures of a kind, if nothing is said.
const SIZE: usize = 10;

fn main() -> ExitCode {
    // Cargo says so where it is to measure. Among the tests it checks.
    if !std::env::args().any(|argument| argument == "--bench") {
        return match quick::check() {
            true => ExitCode::SUCCESS,
            false => ExitCode::FAILURE,
        };
    }
    let given = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    if given("LOOKUPS").is_some() {
        lookups::measure();
        return ExitCode::SUCCESS;
    }
    let photos = given("PHOTOS").map(PathBuf::from);
    let scenery = Scenery::of_folder(photos.as_deref());
    if let (Some(folder), true) = (photos, scenery.files().is_empty()) {
        eprintln!("no photos in {}", folder.display());
        return ExitCode::FAILURE;
    }
    let size = given("SIZE").and_then(|size| size.to_str()?.parse().ok()).unwrap_or(SIZE);
    let only = given("ONLY").map_or(String::new(), |only| only.to_string_lossy().into_owned());
    let mut groups = families::groups(size, &scenery);
    groups.retain(|group| group.name.contains(&only));
    let mut subjects = subject::all(size, size.div_ceil(SIZE), &scenery);
    subjects.retain(|subject| subject.set.contains(&only));
    if let Some(folder) = given("DUMP").map(PathBuf::from) {
        return match dump::write(&folder, &groups, &subjects) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("cannot write to {}: {error}", folder.display());
                ExitCode::FAILURE
            }
        };
    }
    let costs = Costs::default();
    if !groups.is_empty() {
        alike::report(&alike::measure(&groups, &costs));
    }
    if !subjects.is_empty() {
        let found = recall::measure(&subjects, &costs);
        for set in ["photos", "documents"] {
            found.report(set);
        }
        found.report_strangers(&costs);
    }
    costs.print();
    if only.is_empty() {
        lookups::measure();
    }
    ExitCode::SUCCESS
}

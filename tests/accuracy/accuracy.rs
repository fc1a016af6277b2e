//! How well pictures are told apart: `make accuracy [PHOTOS=dir]`.

#![expect(clippy::print_stdout, reason = "printing is what a benchmark is for")]

mod canvas;
mod dice;
mod dump;
mod families;
mod lens;
mod lookups;
mod parallel;
mod pen;
#[path = "../support/rng.rs"]
#[allow(dead_code, reason = "no test uses every helper")]
mod rng;
mod scenes;
mod source;
mod subject;
mod versions;

use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let folder = |name: &str| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let scenery = source::Scenery::of_folder(folder("PHOTOS").as_deref());
    let size = std::env::var("SIZE")
        .ok()
        .and_then(|size| size.parse().ok())
        .unwrap_or(10);
    let groups = families::groups(size, &scenery);
    let subjects = subject::all(size, size.div_ceil(10), &scenery);
    if let Some(folder) = folder("DUMP") {
        if let Err(error) = dump::write(&folder, &groups, &subjects) {
            eprintln!("cannot write to {}: {error}", folder.display());
            return ExitCode::FAILURE;
        }
        println!(
            "{} sets of look-alikes and {} pictures with versions in {}",
            groups.len(),
            subjects.len(),
            folder.display()
        );
        return ExitCode::SUCCESS;
    }
    lookups::measure();
    ExitCode::SUCCESS
}

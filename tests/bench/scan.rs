//! Reading a folder of new pictures.

use std::fs;
use std::path::PathBuf;

use crate::figures::Figures;
use crate::lab::{Lab, Room};
use crate::mesh::{ONE_COPY, ready};
use crate::patience::go_on;
use crate::photos::{self, Kind};
use crate::process;
use crate::report::Report;
use crate::table::Goal;

pub(crate) fn measure(lab: &Lab, report: &mut Report) -> Result<(), String> {
    report.begin(
        "scan of new pictures, CPU of one",
        "decoding them alone, with the image crate in one thread",
    );
    let (small, large) = (lab.extent.small, lab.extent.large);
    pictures(lab, report, ".2 megapixels", 6000, &vec![Kind::Pixels(200_000); small as usize])?;
    pictures(lab, report, "12 megapixels", 8000, &vec![Kind::Pixels(12_000_000); large as usize])
}

fn pictures(
    lab: &Lab,
    report: &mut Report,
    label: &str,
    first: u64,
    kinds: &[Kind],
) -> Result<(), String> {
    let room = lab.room()?;
    let files = photos::lay(&room.folder("pictures")?, "picture", first, kinds)?;
    let (mut ours, mut decoding) = (Vec::new(), Vec::new());
    for _ in 0..lab.extent.meshes {
        go_on()?;
        decoding.push(decode(&files)?);
        ours.push(scan(lab, &files)?);
    }
    let each = |seconds: Vec<Option<f64>>| -> Figures {
        seconds.into_iter().map(|seconds| Some(seconds? * 1e3 / files.len() as f64)).collect()
    };
    report.row(label, "ms", each(ours), each(decoding), Goal::None);
    Ok(())
}

/// The time that a daemon needs for the pictures, without what one needs that has none.
fn scan(lab: &Lab, files: &[PathBuf]) -> Result<Option<f64>, String> {
    let room = lab.room()?;
    let idle = start(lab, &room, &[])?;
    let busy = start(lab, &room, files)?;
    Ok(busy.zip(idle).map(|(busy, idle)| busy - idle))
}

fn start(lab: &Lab, room: &Room, files: &[PathBuf]) -> Result<Option<f64>, String> {
    let folder = room.folder_of(&format!("scanned-{}", files.len()), files)?;
    let daemon = ready(lab, &folder, files.len(), &ONE_COPY)?;
    Ok(process::cpu(daemon.id()))
}

fn decode(files: &[PathBuf]) -> Result<Option<f64>, String> {
    let before = process::threads_cpu();
    for file in files {
        let bytes = fs::read(file).map_err(|error| error.to_string())?;
        let picture = image::load_from_memory(&bytes).map_err(|error| error.to_string())?;
        std::hint::black_box(picture);
    }
    Ok(process::threads_cpu().zip(before).map(|(after, before)| after - before))
}

//! Photos that go to a second node: how long until all are safe, and how long to repair what a dead node had.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::time::Instant;

use crate::figures::Figures;
use crate::lab::Lab;
use crate::library::Set;
use crate::mesh::{lists, ready, safe};
use crate::patience::go_on;
use crate::repair::{self, Repaired};
use crate::report::Report;
use crate::table::Goal;

pub(crate) fn measure(lab: &Lab, report: &mut Report) -> Result<(), String> {
    let count = lab.extent.photos;
    let title = format!("{count} photos until all are on two nodes");
    report.begin(&title, "the same files copied one by one, with fsync of file and folder");
    let room = lab.room()?;
    let set = lab.library.set()?;
    let (mut copied, mut moved) = (Figures::default(), Figures::default());
    let (mut found, mut repaired) = (Figures::default(), Vec::new());
    for _ in 0..lab.extent.meshes {
        go_on()?;
        copied.push(copy(&room.folder("copied")?, set).map_err(|error| error.to_string())?);
        moved.push(replicate(lab, set, true)?);
        found.push(replicate(lab, set, false)?);
        repaired.push(repair::measure(lab, set)?);
    }
    let megabytes = set.bytes as f64 / 1e6;
    let rates = |seconds: &Figures| Figures(seconds.0.iter().map(|s| megabytes / s).collect());
    let speed = rates(&moved);
    report.row(
        "scanned before, from the second node's start",
        "s",
        moved,
        copied.clone(),
        Goal::AtMostOf(2.5),
    );
    report.row(
        "with the scan, both from their start",
        "s",
        found,
        copied.clone(),
        Goal::AtMostOf(2.5),
    );
    report.row("  rate of the first", "MB/s", speed.clone(), rates(&copied), Goal::None);
    report_repair(report, &repaired, speed);
    Ok(())
}

fn report_repair(report: &mut Report, repaired: &[Repaired], speed: Figures) {
    let title = "one of three nodes is killed (kill -9, --grace 1s)";
    report.begin(title, "the rate at which copies were made above");
    let each = |figure: fn(&Repaired) -> f64| Figures(repaired.iter().map(figure).collect());
    let noticed = each(|repaired| repaired.noticed * 1e3);
    report.row(
        "until another node notices",
        "ms",
        noticed,
        Figures::default(),
        Goal::AtMost(100.0),
    );
    let seconds = each(|repaired| repaired.seconds);
    report.row(
        "until all are on two again, the grace included",
        "s",
        seconds,
        Figures::default(),
        Goal::None,
    );
    let rate = each(Repaired::rate);
    report.row("  rate, without the grace", "MB/s", rate, speed, Goal::AtLeastOf(0.9));
    let lost = each(|repaired| repaired.bytes as f64 / 1e6);
    report.row("  what was copied", "MB", lost, Figures::default(), Goal::None);
}

/// How long it takes to copy the files as safely as a daemon does, in seconds.
fn copy(folder: &Path, set: &Set) -> io::Result<f64> {
    let start = Instant::now();
    let itself = File::open(folder)?;
    for (at, path) in set.files.iter().enumerate() {
        let bytes = fs::read(path)?;
        let mut file = File::create(folder.join(at.to_string()))?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        itself.sync_all()?;
    }
    let seconds = start.elapsed().as_secs_f64();
    fs::remove_dir_all(folder)?;
    Ok(seconds)
}

/// How long it takes until an empty node has all photos of another one, in seconds.
fn replicate(lab: &Lab, set: &Set, scanned: bool) -> Result<f64, String> {
    let room = lab.room()?;
    let photos = set.files.len();
    let (full, empty) = (room.folder_of("full", &set.files)?, room.folder("empty")?);
    if scanned {
        let holder = ready(lab, &full, photos, &[])?;
        lists(&holder, photos)?;
        let start = Instant::now();
        let other = lab.join(&empty, &holder, &[])?;
        safe(&holder, &other, photos as u64)?;
        return Ok(start.elapsed().as_secs_f64());
    }
    let start = Instant::now();
    let other = lab.start(&empty, &[])?;
    let holder = lab.join(&full, &other, &[])?;
    safe(&holder, &other, photos as u64)?;
    Ok(start.elapsed().as_secs_f64())
}

//! A large collection: starting over it, listing it, its memory, and a node that joins.

use std::process::Stdio;
use std::time::Instant;

use crate::figures::Figures;
use crate::lab::{Lab, Room};
use crate::mesh::{ONE_COPY, lists, ready};
use crate::patience::{PATIENCE, go_on};
use crate::photos::{self, Kind};
use crate::process;
use crate::report::Report;
use crate::support::daemon::Daemon;
use crate::table::Goal;

/// What a daemon has used up when it is ready.
#[derive(Default)]
struct Used {
    cpu: Vec<Option<f64>>,
    resident: Vec<Option<f64>>,
    peak: Vec<Option<f64>>,
}

impl Used {
    fn note(&mut self, daemon: &Daemon) {
        self.cpu.push(process::cpu(daemon.id()));
        self.resident.push(process::memory(daemon.id(), "VmRSS:"));
        self.peak.push(process::memory(daemon.id(), "VmHWM:"));
    }

    /// Of each run, how much more it is than that of an empty daemon, in parts of this size.
    fn beyond(these: &[Option<f64>], empty: &[Option<f64>], part: f64) -> Figures {
        let both = these.iter().zip(empty);
        both.map(|(full, empty)| Some(((*full)? - (*empty)?) / part)).collect()
    }
}

pub(crate) fn measure(lab: &Lab, report: &mut Report) -> Result<(), String> {
    let count = lab.extent.tiny as usize;
    report.begin(&format!("a folder of {count} tiny photos, nothing changed"), "");
    let room = lab.room()?;
    let folder = room.folder("holder")?;
    photos::lay(&folder, "tiny", 20_000, &vec![Kind::Tiny; count])?;
    let mut holder = ready(lab, &folder, count, &ONE_COPY)?;
    let (mut empties, mut holders, mut joiners) =
        (Used::default(), Used::default(), Used::default());
    for run in 0..lab.extent.runs {
        go_on()?;
        holder.stop(PATIENCE)?;
        let empty = room.folder(&format!("empty-{run}"))?;
        empties.note(&ready(lab, &empty, 0, &ONE_COPY)?);
        holder = ready(lab, &folder, count, &ONE_COPY)?;
        holders.note(&holder);
        let joiner = lab.join(&room.folder(&format!("joiner-{run}"))?, &holder, &ONE_COPY)?;
        lists(&joiner, count)?;
        joiners.note(&joiner);
    }
    let photos = count as f64;
    let starts = Used::beyond(&holders.cpu, &empties.cpu, photos / 1e5);
    report.row("start: CPU for 100,000", "s", starts, Figures::default(), Goal::AtMost(2.0));
    let joins = Used::beyond(&joiners.cpu, &empties.cpu, photos / 1e6);
    report.row(
        "an empty node joins: its CPU for 1,000,000",
        "s",
        joins,
        Figures::default(),
        Goal::AtMost(10.0),
    );
    report.note(&format!(
        "both beyond an empty daemon's start; the system counts in steps of 10 ms, here {} and {} s",
        1e3 / photos,
        1e4 / photos
    ));
    for (who, used, most) in [("holder", &holders, 1.2), ("joiner", &joiners, 0.8)] {
        let resident = Used::beyond(&used.resident, &empties.resident, photos * 1e3);
        let peak = Used::beyond(&used.peak, &empties.peak, photos * 1e3);
        let measure = format!("memory of the {who}, a photo");
        report.row(measure, "kB", resident, Figures::default(), Goal::AtMost(most));
        report.row("  at its peak", "kB", peak, Figures::default(), Goal::None);
    }
    list(lab, report, &room, &holder)
}

/// How long the client takes to list all.
fn list(lab: &Lab, report: &mut Report, room: &Room, holder: &Daemon) -> Result<(), String> {
    let empty = ready(lab, &room.folder("nothing")?, 0, &ONE_COPY)?;
    report.begin("listing it, the client's process included", "listing nothing");
    for options in [&["list"][..], &["list", "--json"]] {
        let (mut full, mut none) = (Figures::default(), Figures::default());
        for _ in 0..lab.extent.runs {
            none.push(timed(lab, &empty, options)?);
            full.push(timed(lab, holder, options)?);
        }
        report.row(format!("photomesh {}", options.join(" ")), "ms", full, none, Goal::None);
    }
    Ok(())
}

fn timed(lab: &Lab, daemon: &Daemon, options: &[&str]) -> Result<f64, String> {
    let mut command = lab.command();
    command.args(options).args(["--daemon", &daemon.address().to_string()]).stdout(Stdio::null());
    let start = Instant::now();
    let output = command.output().map_err(|error| format!("cannot run the client: {error}"))?;
    let milliseconds = start.elapsed().as_secs_f64() * 1e3;
    match output.status.success() {
        true => Ok(milliseconds),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

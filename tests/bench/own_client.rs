//! The program's own client: `photomesh get -o FILE`, a process for each photo.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::crowd::Moved;
use crate::figures::Figures;
use crate::lab::{Lab, Room};
use crate::library::Specimen;
use crate::mesh::{ONE_COPY, holder, lists};
use crate::patience::go_on;
use crate::process;
use crate::raw;
use crate::report::Report;
use crate::support::daemon::Daemon;
use crate::table::Goal;

/// In one run a photo is got until this many bytes have come, but not more than this often.
const BYTES: u64 = 40_000_000;
const MOST: u64 = 20;

pub(crate) fn measure(lab: &Lab, report: &mut Report) -> Result<(), String> {
    report.begin(
        "`photomesh get -o FILE`, a process each",
        "raw framed copy, one pair, nothing written",
    );
    let room = lab.room()?;
    let specimens = lab.library.specimens()?;
    let daemon = holder(lab, &room, &ONE_COPY)?;
    lists(&daemon, specimens.len())?;
    for specimen in specimens {
        let mut rates = (Figures::default(), Figures::default());
        let mut costs = (Vec::new(), Vec::new());
        for _ in 0..lab.extent.runs {
            go_on()?;
            let raw = raw::copy(&specimen.path, 1, lab.extent.span)?;
            let ours = gets(lab, &room, &daemon, specimen, None)?;
            rates.0.push(ours.rate());
            rates.1.push(raw.rate());
            costs.0.push(ours.cost());
            costs.1.push(raw.cost());
        }
        report.row(specimen.label, "MB/s", rates.0, rates.1, Goal::AtLeastOf(0.7));
        let (ours, raw) = (costs.0.into_iter().collect(), costs.1.into_iter().collect());
        report.row("  CPU of both ends", "s/GB", ours, raw, Goal::AtMost(0.8));
    }
    Ok(())
}

/// Gets a photo into a file several times, one after the other, in a group as the owner of this member file.
pub(crate) fn gets(
    lab: &Lab,
    room: &Room,
    daemon: &Daemon,
    specimen: &Specimen,
    member: Option<&Path>,
) -> Result<Moved, String> {
    let times = (BYTES / specimen.bytes).clamp(2, MOST);
    let file = room.path().join("got.jpg");
    let before = (process::childrens_cpu(), process::cpu(daemon.id()));
    let start = Instant::now();
    let mut whole = Figures::default();
    for _ in 0..times {
        let asked = Instant::now();
        get(lab.command(), daemon, specimen, &file, member)?;
        whole.push(asked.elapsed().as_secs_f64() * 1e3);
    }
    let seconds = start.elapsed().as_secs_f64();
    let since = |before: Option<f64>, now: Option<f64>| Some(now? - before?);
    let length = file.metadata().map_err(|error| error.to_string())?.len();
    if length != specimen.bytes {
        return Err(format!("{} came with {length} bytes", specimen.name));
    }
    Ok(Moved {
        bytes: times * specimen.bytes,
        seconds,
        own_cpu: since(before.0, process::childrens_cpu()),
        their_cpu: since(before.1, process::cpu(daemon.id())),
        first: Figures::default(),
        whole,
    })
}

fn get(
    mut command: Command,
    daemon: &Daemon,
    specimen: &Specimen,
    file: &Path,
    member: Option<&Path>,
) -> Result<(), String> {
    command.args(["get", &specimen.name, "--force", "--daemon", &daemon.address().to_string()]);
    command.arg("-o").arg(file).stdout(Stdio::null());
    if let Some(member) = member {
        command.arg("--member").arg(member);
    }
    let output = command.output().map_err(|error| format!("cannot run the client: {error}"))?;
    match output.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

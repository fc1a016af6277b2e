//! Gets of what only another daemon has: the asked one fetches it, and passes it on.

use std::fs;

use crate::figures::Figures;
use crate::lab::Lab;
use crate::library::Specimen;
use crate::mesh::{self, ONE_COPY, lists};
use crate::patience::go_on;
use crate::plain;
use crate::report::Report;
use crate::support::daemon::Daemon;
use crate::support::disk;
use crate::table::Goal;

/// From this length on the first byte should come long before the last one.
const LONG: u64 = 4_000_000;

pub(crate) fn measure(lab: &Lab, report: &mut Report) -> Result<(), String> {
    report.begin("get of what only another daemon has, one client", "the same from its holder");
    let room = lab.room()?;
    let specimens = lab.library.specimens()?;
    let holder = mesh::holder(lab, &room, &ONE_COPY)?;
    lists(&holder, specimens.len())?;
    let asked = lab.join(&room.folder("asked")?, &holder, &ONE_COPY)?;
    lists(&asked, specimens.len())?;
    for specimen in specimens {
        length(lab, report, &holder, &asked, specimen)?;
    }
    let kept = disk::copies(&[asked.folder()]).len();
    match kept {
        0 => Ok(()),
        _ => Err(format!("the asked daemon has kept {kept} of the photos: not all was relayed")),
    }
}

fn length(
    lab: &Lab,
    report: &mut Report,
    holder: &Daemon,
    asked: &Daemon,
    specimen: &Specimen,
) -> Result<(), String> {
    let bytes = fs::read(&specimen.path).map_err(|error| error.to_string())?;
    plain::check(&specimen.at(asked), &bytes)?;
    let mut rates = (Figures::default(), Figures::default());
    let mut costs = (Vec::new(), Vec::new());
    let mut times = (Figures::default(), Figures::default());
    for _ in 0..lab.extent.runs {
        go_on()?;
        let local = plain::gets(&specimen.at(holder), 1, lab.extent.span, &[holder])?;
        let ours = plain::gets(&specimen.at(asked), 1, lab.extent.span, &[holder, asked])?;
        rates.0.push(ours.rate());
        rates.1.push(local.rate());
        costs.0.push(ours.their_cost());
        costs.1.push(local.their_cost());
        times.0.0.extend(ours.first.median());
        times.1.0.extend(ours.whole.median());
    }
    let label = specimen.label;
    report.row(label, "MB/s", rates.0, rates.1, Goal::AtLeastOf(0.6));
    let (ours, local) = (costs.0.into_iter().collect(), costs.1.into_iter().collect());
    report.row("  CPU of the daemons", "s/GB", ours, local, Goal::AtMost(2.0));
    if specimen.bytes > LONG {
        report.row(
            "  first byte; baseline: the whole photo",
            "ms",
            times.0,
            times.1,
            Goal::AtMostOf(0.3),
        );
    }
    Ok(())
}

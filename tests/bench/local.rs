//! Gets of what the asked daemon has itself, over the plain wire.

use std::fs;

use crate::figures::Figures;
use crate::lab::Lab;
use crate::library::Specimen;
use crate::mesh::{ONE_COPY, holder, lists};
use crate::patience::go_on;
use crate::plain;
use crate::raw;
use crate::report::Report;
use crate::support::daemon::Daemon;
use crate::table::Goal;

/// How many clients ask at a time; of small photos so many more.
const CLIENTS: [usize; 3] = [1, 8, 32];
const MANY: usize = 200;

/// Below this length the goals are others: what counts there is the time of one get.
const LARGE: u64 = 500_000;

pub(crate) fn measure(lab: &Lab, report: &mut Report) -> Result<(), String> {
    report
        .begin("get of what the daemon has, plain wire (base64)", "raw framed copy, as many pairs");
    let room = lab.room()?;
    let specimens = lab.library.specimens()?;
    let daemon = holder(lab, &room, &ONE_COPY)?;
    lists(&daemon, specimens.len())?;
    for specimen in specimens {
        let bytes = fs::read(&specimen.path).map_err(|error| error.to_string())?;
        plain::check(&specimen.at(&daemon), &bytes)?;
        let many = (specimen.bytes < LARGE).then_some(MANY);
        for clients in CLIENTS.into_iter().chain(many) {
            cell(lab, report, &daemon, specimen, clients)?;
        }
    }
    Ok(())
}

fn cell(
    lab: &Lab,
    report: &mut Report,
    daemon: &Daemon,
    specimen: &Specimen,
    clients: usize,
) -> Result<(), String> {
    let mut rates = (Figures::default(), Figures::default());
    let mut costs = (Vec::new(), Vec::new());
    for _ in 0..lab.extent.runs {
        go_on()?;
        let raw = raw::copy(&specimen.path, clients, lab.extent.span)?;
        let ours = plain::gets(&specimen.at(daemon), clients, lab.extent.span, &[daemon])?;
        rates.0.push(ours.rate());
        rates.1.push(raw.rate());
        costs.0.push(ours.cost());
        costs.1.push(raw.cost());
    }
    let (label, plural) = (specimen.label, if clients == 1 { "" } else { "s" });
    let large = specimen.bytes >= LARGE;
    let of_raw = if large { Goal::AtLeastOf(0.5) } else { Goal::None };
    let dear = if large { Goal::AtMost(1.4) } else { Goal::None };
    report.row(format!("{label}, {clients} client{plural}"), "MB/s", rates.0, rates.1, of_raw);
    let (ours, raw) = (costs.0.into_iter().collect(), costs.1.into_iter().collect());
    report.row("  CPU of both ends", "s/GB", ours, raw, dear);
    Ok(())
}

//! `photomesh drain`: a daemon hands over all that it has, and then leaves.

use std::io::{self, IsTerminal, Write};
use std::thread;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::prose::note;
use super::screen::{count, plain};
use super::{Daemon, Failure};
use crate::protocol::client::{DrainOrder, DrainReport, StatusReport};
use crate::protocol::{Answer, Request};

/// How long until the daemon is asked again.
const PAUSE: Duration = Duration::from_secs(1);

/// When nothing has moved for so long, people are told why.
const STANDSTILL: Duration = Duration::from_secs(20);

/// Has a daemon hand over all that it has, and waits until it leaves: the others have everything without it then. Ctrl-C
/// ends the waiting only. With `cancel` it is to stay after all.
///
/// # Errors
///
/// As [`Daemon::ask`]. [`Failure::Unreachable`] if the daemon stops before all is handed over; started again, it goes on.
pub fn drain(daemon: &mut Daemon, cancel: bool, out: &mut impl Write) -> Result<(), Failure> {
    if cancel {
        ask(daemon, DrainOrder::Cancel)?;
        return Ok(writeln!(
            out,
            "this node stays, and its copies count; drained again, it is not heeded for an hour"
        )?);
    }
    let mut report = ask(daemon, DrainOrder::Begin)?;
    daemon.be_quiet();
    let bar = progress(report.left);
    let (mut left, mut moved, mut told) = (report.left, Instant::now(), String::new());
    while !report.done {
        bar.set_length(bar.length().unwrap_or(0).max(report.left));
        bar.set_position(bar.length().unwrap_or(0) - report.left);
        if report.left != left {
            (left, moved) = (report.left, Instant::now());
        } else if moved.elapsed() >= STANDSTILL {
            moved = Instant::now();
            let why = standstill(daemon)?;
            if why != told {
                bar.suspend(|| note!("{} left: {why}", count(left, "photo")));
                told = why;
            }
        }
        thread::sleep(PAUSE);
        report = ask(daemon, DrainOrder::Tell).map_err(gone)?;
        if !report.draining {
            bar.finish_and_clear();
            return Err(Failure::Usage("somebody has called it off".to_owned()));
        }
    }
    bar.finish_and_clear();
    let status = daemon.status().map_err(gone)?;
    say_what_stays(&status, out)
}

/// Tells what the others have by now, by whose word, and what lies in this folder alone.
fn say_what_stays(status: &StatusReport, out: &mut impl Write) -> Result<(), Failure> {
    let stay: Vec<String> = status
        .nodes
        .iter()
        .filter(|node| node.alive && !node.disk.draining)
        .map(|node| plain(&node.name()))
        .collect();
    writeln!(
        out,
        "all is handed over, by the word of {}; this daemon leaves now",
        stay.join(", ")
    )?;
    writeln!(
        out,
        "its folder stays as it is: look whether you find your photos elsewhere before you delete it"
    )?;
    let (companions, trash) = (status.folder.companions, status.trash);
    if companions > 0 {
        let files = count(companions, "file");
        writeln!(out, "only here: {files} beside photos (sidecars, films of live photos)")?;
    }
    if trash > 0 {
        writeln!(out, "in its trash: {}; some may be only here", count(trash, "photo"))?;
    }
    Ok(())
}

/// The daemon is gone before all was handed over.
fn gone(failure: Failure) -> Failure {
    if let Failure::Unreachable(text) = failure {
        return Failure::Unreachable(format!("{text}; when it is started again, it goes on"));
    }
    failure
}

fn ask(daemon: &mut Daemon, order: DrainOrder) -> Result<DrainReport, Failure> {
    let answer = daemon.ask(&Request::Drain { order })?;
    if let Answer::Refused { cause, error } = answer {
        return Err(Failure::refused(cause, error));
    }
    let Answer::Draining(report) = answer else {
        return Err(daemon.unexpected());
    };
    Ok(report)
}

/// Why nothing moves, by what the daemon says of the photos that lack copies.
fn standstill(daemon: &mut Daemon) -> Result<String, Failure> {
    let report = daemon.status()?;
    if report.nodes.iter().filter(|node| node.alive && !node.disk.draining).count() == 0 {
        return Ok("no node is here that stays".to_owned());
    }
    let reason = report.at_risk.first().map(|risk| plain(&risk.reason));
    Ok(reason.unwrap_or_else(|| "the other nodes are still telling what they have".to_owned()))
}

fn progress(photos: u64) -> ProgressBar {
    let style =
        ProgressStyle::with_template("handing over {bar:20} {pos} of {len} photos {elapsed}");
    match style {
        Ok(style) if io::stderr().is_terminal() => ProgressBar::new(photos).with_style(style),
        _ => ProgressBar::hidden(),
    }
}

//! How fast it all is, beside what the machine can do at the same moment: `make bench [QUICK=1] [JSON=1] [ONLY=name]`.
//!
//! Real daemons, of the program as it is released, on folders of made-up photos. Each measure is taken several times,
//! and right before each time its baseline, by this program itself: raw bytes over the loopback, files copied with
//! fsync, pictures decoded, bytes sealed in memory. So a ratio says something on a busy machine, too, where a rate does
//! not. What cannot be measured is in the table as well, with the reason.
//!
//! `ONLY` leaves out the sections whose name it is no part of.

#![expect(clippy::print_stdout, reason = "printing is what a benchmark is for")]

mod cipher;
mod copy;
mod crowd;
mod extent;
mod figures;
mod lab;
mod library;
mod local;
mod mesh;
mod own_client;
mod patience;
mod photos;
mod plain;
mod process;
mod raw;
mod relay;
mod repair;
mod report;
mod restart;
mod scan;
mod sealed;
#[path = "../support/mod.rs"]
mod support;
mod table;
mod waiting;

use std::process::ExitCode;
use std::sync::atomic::Ordering;

use extent::Wanted;
use lab::Lab;
use report::Report;
use support::wait::INTERRUPTED;

/// A part of the benchmark: its name for `ONLY`, and what does it.
type Section = (&'static str, fn(&Lab, &mut Report) -> Result<(), String>);

const SECTIONS: [Section; 8] = [
    ("get", local::measure),
    ("client", own_client::measure),
    ("relay", relay::measure),
    ("copy", copy::measure),
    ("waiting", waiting::measure),
    ("scan", scan::measure),
    ("restart", restart::measure),
    ("sealed", sealed::measure),
];

fn main() -> ExitCode {
    let interrupted = || INTERRUPTED.store(true, Ordering::Relaxed);
    if let Err(error) = ctrlc::set_handler(interrupted) {
        eprintln!("the benchmark cannot watch for Ctrl-C: {error}");
        return ExitCode::FAILURE;
    }
    let wanted = Wanted::read();
    let lab = match Lab::new(&wanted) {
        Ok(lab) => lab,
        Err(why) => {
            eprintln!("{why}");
            return ExitCode::FAILURE;
        }
    };
    let mut report = Report::new(wanted.json);
    for (name, measure) in SECTIONS {
        if !name.contains(&wanted.only) || INTERRUPTED.load(Ordering::Relaxed) {
            continue;
        }
        let measured = measure(&lab, &mut report);
        report.end_section(name, measured);
    }
    report.print();
    match report.is_whole() && !INTERRUPTED.load(Ordering::Relaxed) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

//! All that was measured, section by section.

use std::thread;
use std::time::Instant;

use serde_json::{Value, json};

use crate::figures::Figures;
use crate::process;
use crate::table::{Goal, Row, header};

/// Above this part of all cores, what other programs do disturbs what is measured.
const BUSY: f64 = 0.1;

/// Why there is no figure of what only Linux tells.
const NOT_TOLD: &str = "this system does not tell the time and memory of a process";

/// What is known, in the order in which it was found.
pub(crate) struct Report {
    json: bool,
    start: Instant,
    /// The text so far: the table is printed as a whole, since programs talk in between.
    lines: Vec<String>,
    /// What the rows that come next are about: the section and its baseline.
    title: String,
    /// The last row that is no detail of another one.
    about: String,
    rows: usize,
    before: Option<Machine>,
    disturbed: Vec<String>,
    whole: bool,
}

/// How busy the machine, and this program with its daemons, have been.
struct Machine {
    busy: f64,
    all: f64,
    ours: f64,
}

impl Machine {
    /// Only of daemons that have ended, so it is looked at between the sections.
    fn now() -> Option<Machine> {
        let (busy, all) = process::machine()?;
        let ours = process::own_cpu()? + process::childrens_cpu()?;
        Some(Machine { busy, all, ours })
    }

    /// The part of all cores that others have used since.
    fn others_since(&self, before: &Machine) -> f64 {
        let others = (self.busy - before.busy) - (self.ours - before.ours);
        (others / (self.all - before.all).max(1e-9)).max(0.0)
    }
}

impl Report {
    pub(crate) fn new(json: bool) -> Report {
        let mut report = Report {
            json,
            start: Instant::now(),
            lines: Vec::new(),
            title: String::new(),
            about: String::new(),
            rows: 0,
            before: Machine::now(),
            disturbed: Vec::new(),
            whole: true,
        };
        let cores = thread::available_parallelism().map_or(0, usize::from);
        let load = process::load();
        report.line(json!({ "cores": cores, "load": load }));
        let told = load.map_or("not known".to_owned(), |load| format!("{load:.1}"));
        report.lines.push(format!("{cores} cores, load at the start {told}"));
        if load.is_some_and(|load| load > cores as f64 / 4.0) {
            report
                .lines
                .push("WARNING: this machine is busy. Ratios say more than rates.".to_owned());
        }
        report
    }

    /// What the next rows are about, and what they are compared with.
    pub(crate) fn begin(&mut self, title: &str, baseline: &str) {
        eprintln!("{:5.0} s  {title} ...", self.start.elapsed().as_secs_f64());
        self.title = title.to_owned();
        self.lines.push(String::new());
        self.lines.push(match baseline {
            "" => title.to_owned(),
            _ => format!("{title}; baseline: {baseline}"),
        });
        self.lines.push(header());
    }

    /// A row; one that begins with two blanks is a detail of the one before.
    pub(crate) fn row(
        &mut self,
        measure: impl Into<String>,
        unit: &'static str,
        ours: Figures,
        baseline: Figures,
        goal: Goal,
    ) {
        let row = Row { measure: measure.into(), unit, ours, baseline, goal };
        if row.ours.0.is_empty() {
            return self.missing(&row.measure, NOT_TOLD);
        }
        self.rows += 1;
        let mut told = row.json();
        // Programs see each line by itself.
        match row.measure.strip_prefix("  ") {
            Some(detail) => told["measure"] = json!(format!("{}: {detail}", self.about)),
            None => self.about.clone_from(&row.measure),
        }
        told["section"] = json!(self.title);
        told["load"] = json!(process::load());
        self.line(told);
        self.lines.push(row.text());
    }

    /// What could not be measured, and why.
    fn missing(&mut self, measure: &str, why: &str) {
        self.line(json!({ "section": self.title, "measure": measure, "not_measured": why }));
        self.lines.push(format!("  {measure}: not measured: {why}"));
    }

    /// What a reader of the rows above should know.
    pub(crate) fn note(&mut self, text: &str) {
        self.line(json!({ "section": self.title, "note": text }));
        self.lines.push(format!("    {text}"));
    }

    /// A section is over, and its daemons have ended.
    pub(crate) fn end_section(&mut self, name: &str, measured: Result<(), String>) {
        if let Err(why) = measured {
            self.whole = false;
            self.missing(&format!("the rest of `{name}`"), &why);
        }
        let now = Machine::now();
        if let (Some(before), Some(now)) = (&self.before, &now) {
            let others = now.others_since(before);
            self.line(json!({ "section": name, "cpu_of_others": others }));
            if others > BUSY {
                self.disturbed.push(format!("{name} ({:.0} %)", others * 100.0));
            }
        }
        self.before = now;
    }

    /// Whether all was measured that this system can tell.
    pub(crate) fn is_whole(&self) -> bool {
        self.whole && self.rows > 0
    }

    /// Prints the table, unless all of it was printed for programs.
    pub(crate) fn print(&mut self) {
        let seconds = self.start.elapsed().as_secs_f64();
        self.line(json!({ "seconds": seconds }));
        if self.json {
            return;
        }
        for line in &self.lines {
            println!("{line}");
        }
        println!(
            "\nMedians; \"runs\" are the least and the greatest figure. A ratio is the median of the ratios of single runs.\n\
             MB and GB are 10^6 and 10^9 bytes of photo, s/GB seconds of a core. {seconds:.0} s in all."
        );
        if !self.disturbed.is_empty() {
            println!(
                "WARNING: other programs took more than {:.0} % of the cores in: {}.",
                BUSY * 100.0,
                self.disturbed.join(", ")
            );
        }
    }

    fn line(&self, value: Value) {
        if self.json {
            println!("{value}");
        }
    }
}

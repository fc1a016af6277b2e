//! A measure with its baseline and its goal, and how it is printed.

use serde_json::{Value, json};

use crate::figures::{Figures, short};

/// What was measured.
pub(crate) struct Row {
    pub(crate) measure: String,
    pub(crate) unit: &'static str,
    pub(crate) ours: Figures,
    pub(crate) baseline: Figures,
    pub(crate) goal: Goal,
}

/// What is hoped for.
#[derive(Clone, Copy)]
pub(crate) enum Goal {
    /// Nothing: it is good to know.
    None,
    /// At least so much of the baseline.
    AtLeastOf(f64),
    /// At most so many times the baseline.
    AtMostOf(f64),
    /// At most so much, whatever the baseline.
    AtMost(f64),
}

/// The line above the rows.
pub(crate) fn header() -> String {
    line(["measure", "", "ours", "runs", "baseline", "runs", "ratio", "goal"])
}

impl Row {
    fn ratio(&self) -> Option<f64> {
        self.ours.ratios(&self.baseline).median()
    }

    /// Whether the goal is reached; nothing if there is none.
    fn is_met(&self) -> Option<bool> {
        match self.goal {
            Goal::None => None,
            Goal::AtLeastOf(least) => self.ratio().map(|ratio| ratio >= least),
            Goal::AtMostOf(most) => self.ratio().map(|ratio| ratio <= most),
            Goal::AtMost(most) => self.ours.median().map(|ours| ours <= most),
        }
    }

    fn goal(&self) -> String {
        match self.goal {
            Goal::None => String::new(),
            Goal::AtLeastOf(least) => format!("ratio >= {least}"),
            Goal::AtMostOf(most) => format!("ratio <= {most}"),
            Goal::AtMost(most) => format!("ours <= {most}"),
        }
    }

    /// The row for people.
    pub(crate) fn text(&self) -> String {
        let figure = |figure: Option<f64>| figure.map_or("-".to_owned(), short);
        let spread = |figures: &Figures| {
            let runs = figures.spread().filter(|_| figures.0.len() > 1);
            runs.map_or(String::new(), |(least, most)| format!("{}-{}", short(least), short(most)))
        };
        let met = match self.is_met() {
            None => "",
            Some(true) => ": met",
            Some(false) => ": MISSED",
        };
        line([
            &self.measure,
            self.unit,
            &figure(self.ours.median()),
            &spread(&self.ours),
            &figure(self.baseline.median()),
            &spread(&self.baseline),
            &figure(self.ratio()),
            &format!("{}{met}", self.goal()),
        ])
    }

    /// The row for programs.
    pub(crate) fn json(&self) -> Value {
        let figures = |figures: &Figures| {
            let (least, most) = figures.spread().unzip();
            json!({ "median": figures.median(), "least": least, "most": most, "runs": figures.0 })
        };
        let goal = Some(self.goal()).filter(|goal| !goal.is_empty());
        json!({
            "measure": self.measure,
            "unit": self.unit,
            "ours": figures(&self.ours),
            "baseline": self.baseline.median().map(|_| figures(&self.baseline)),
            "ratio": self.ratio(),
            "goal": goal,
            "met": self.is_met(),
        })
    }
}

fn line(columns: [&str; 8]) -> String {
    let [measure, unit, ours, runs, baseline, baseline_runs, ratio, goal] = columns;
    let line = format!(
        "  {measure:<50} {unit:<8} {ours:>7} {runs:>13} {baseline:>9} {baseline_runs:>13} {ratio:>7}  {goal}"
    );
    line.trim_end().to_owned()
}

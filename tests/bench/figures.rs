//! What several runs of one measurement have found.

/// The figures of the runs, in their order.
#[derive(Clone, Default)]
pub(crate) struct Figures(pub(crate) Vec<f64>);

impl Figures {
    pub(crate) fn push(&mut self, figure: f64) {
        self.0.push(figure);
    }

    /// The middle one, or what lies in the middle of two, if there are any.
    pub(crate) fn median(&self) -> Option<f64> {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let (lower, upper) =
            (sorted.get(sorted.len().checked_sub(1)? / 2)?, sorted.get(sorted.len() / 2)?);
        Some(f64::midpoint(*lower, *upper))
    }

    /// The figure below which this part of all lie.
    pub(crate) fn quantile(&self, part: f64) -> Option<f64> {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let last = sorted.len().checked_sub(1)?;
        sorted.get((last as f64 * part).round() as usize).copied()
    }

    /// The least and the greatest.
    pub(crate) fn spread(&self) -> Option<(f64, f64)> {
        self.quantile(0.0).zip(self.quantile(1.0))
    }

    /// These to those: of each run by itself where both were measured in the same runs, since what disturbs a run
    /// disturbs both.
    pub(crate) fn ratios(&self, baseline: &Figures) -> Figures {
        let paired = self.0.len() == baseline.0.len();
        let middle = baseline.median();
        let of = |(run, ours): (usize, &f64)| {
            let other = if paired { baseline.0.get(run).copied() } else { middle };
            other.filter(|other| *other > 0.0).map(|other| ours / other)
        };
        Figures(self.0.iter().enumerate().filter_map(of).collect())
    }
}

/// Figures that a system may not tell: none if one of them is missing.
impl FromIterator<Option<f64>> for Figures {
    fn from_iter<T: IntoIterator<Item = Option<f64>>>(figures: T) -> Figures {
        let all: Option<Vec<f64>> = figures.into_iter().collect();
        Figures(all.unwrap_or_default())
    }
}

/// A figure as people read it: three digits that count.
pub(crate) fn short(figure: f64) -> String {
    match figure.abs() {
        size if size >= 100.0 => format!("{figure:.0}"),
        size if size >= 10.0 => format!("{figure:.1}"),
        size if size >= 1.0 => format!("{figure:.2}"),
        _ => format!("{figure:.3}"),
    }
}

//! From moments to heights. Time runs downwards, but not to scale: what happens at once needs room to be read, and a
//! second in which nothing happens needs none.

use crate::trace::story::{Item, Story};

/// What needs a line of text, and what only its place in the order, in pixels.
const TEXT: f64 = 17.0;
const POINT: f64 = 5.0;

/// A pause that is told of, in microseconds, and its height; one that is only seen.
const BREAK: u64 = 700_000;
const BREAK_HEIGHT: f64 = 30.0;
const PAUSE: u64 = 30_000;
const PAUSE_HEIGHT: f64 = 9.0;

/// A pause that is told of.
pub(super) struct Break {
    pub(super) y: f64,
    pub(super) from: u64,
    pub(super) to: u64,
}

/// The heights of everything.
pub(super) struct Scale {
    /// Where each item begins and ends.
    pub(super) items: Vec<(f64, f64)>,
    pub(super) breaks: Vec<Break>,
    pub(super) bottom: f64,
    /// Moments and their heights, both ascending.
    knots: Vec<(u64, f64)>,
}

impl Scale {
    pub(super) fn of(story: &Story, top: f64) -> Scale {
        let mut points: Vec<(u64, usize, usize, bool)> = Vec::new();
        for (at, item) in story.items.iter().enumerate() {
            points.push((item.begins(), item.line(), at, true));
            if let Item::Arrow(arrow) = item
                && arrow.heard > arrow.sent
            {
                points.push((arrow.heard, arrow.lines.1, at, false));
            }
        }
        points.sort_unstable();
        let mut items = vec![(top, top); story.items.len()];
        let (mut breaks, mut knots) = (Vec::new(), Vec::new());
        let mut y = top;
        let mut last = points.first().map_or(0, |(moment, ..)| *moment);
        for (moment, _, item, begins) in points {
            let pause = moment.saturating_sub(last);
            if pause >= BREAK {
                knots.push((last, y));
                breaks.push(Break { y: y + BREAK_HEIGHT / 2.0 + 4.0, from: last, to: moment });
                y += BREAK_HEIGHT;
            } else if pause >= PAUSE {
                y += PAUSE_HEIGHT;
            }
            y += if begins { TEXT } else { POINT };
            knots.push((moment, y));
            if begins {
                items[item] = (y, y);
            } else {
                items[item].1 = y;
            }
            last = moment;
        }
        Scale { items, breaks, bottom: y + TEXT, knots }
    }

    /// The height of a moment.
    pub(super) fn y(&self, moment: u64) -> f64 {
        let after = self.knots.partition_point(|(knot, _)| *knot < moment);
        let next = self.knots.get(after);
        let before = after.checked_sub(1).and_then(|before| self.knots.get(before));
        match (before, next) {
            (_, Some((knot, y))) if *knot == moment => *y,
            (Some((from, low)), Some((to, high))) => {
                let part = (moment - from) as f64 / (to - from).max(1) as f64;
                low + part * (high - low)
            }
            (Some((_, y)), None) => y + POINT,
            (None, Some((_, y))) => y - POINT,
            (None, None) => 0.0,
        }
    }
}

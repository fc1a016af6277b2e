//! Two pictures that lie on each other, compared window by window.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::plane::Plane;
use super::register::match_window;

/// Windows are squares of so many pixels, of half as many where a picture has few.
pub(super) const WINDOW: usize = 16;

/// A window is compared at its best shift by so many pixels.
const REACH: i32 = 2;

/// The standard deviation of a window with strong content, and what its best correlation must be.
const STRONG: (f32, f32) = (24.0, 0.7);

/// The same for faint content.
const FAINT: (f32, f32) = (12.0, 0.5);

/// With so little content a window may speak for two pictures, but not against them.
const SLIGHT: (f32, f32) = (5.0, 0.85);

/// By how much a window may be lighter in the other picture where that counts, in steps of 255.
const LIGHT: f32 = 24.0;

/// How many windows may lie between two parts of one drawing: the letters of a watermark, the words of a caption.
const GAP: usize = 4;

/// A place in the grid of windows.
pub(super) type Place = (usize, usize);

/// The windows of two pictures.
pub(super) struct Windows {
    pub(super) columns: usize,
    pub(super) rows: usize,
    /// Windows that both pictures have.
    pub(super) all: usize,
    /// Windows with content that agree.
    pub(super) agreeing: usize,
    /// Windows that are much lighter in one than in the other.
    pub(super) lighter: usize,
    /// Windows with strong content that do not, and with faint content.
    pub(super) strong: Vec<Place>,
    pub(super) faint: Vec<Place>,
}

impl Windows {
    pub(super) fn of(grid: &Plane, seen: &Plane, size: usize) -> Windows {
        let (columns, rows) = (grid.width / size, grid.height / size);
        let mut windows = Windows {
            columns,
            rows,
            all: 0,
            agreeing: 0,
            lighter: 0,
            strong: Vec::new(),
            faint: Vec::new(),
        };
        for y in 0..rows {
            for x in 0..columns {
                let Some(found) = match_window(grid, seen, x * size, y * size, size, REACH) else {
                    continue;
                };
                windows.all += 1;
                let content = found.one.max(found.other);
                if content >= STRONG.0 && found.correlation < STRONG.1 {
                    windows.strong.push((x, y));
                } else if content >= FAINT.0 && content < STRONG.0 && found.correlation < FAINT.1 {
                    windows.faint.push((x, y));
                } else if content >= FAINT.0
                    || (content >= SLIGHT.0 && found.correlation >= SLIGHT.1)
                {
                    windows.agreeing += 1;
                }
                windows.lighter += usize::from(found.light.abs() > LIGHT);
            }
        }
        windows
    }

    /// Whether a window at this point, or beside it, disagrees; counted from 0 to 1 across the picture.
    pub(super) fn is_off_near(&self, u: f64, v: f64) -> bool {
        let (x, y) = (
            (u * self.columns as f64) as usize,
            (v * self.rows as f64) as usize,
        );
        let mut all = self.strong.iter().chain(&self.faint);
        all.any(|at| at.0.abs_diff(x) <= 1 && at.1.abs_diff(y) <= 1)
    }

    /// The windows that disagree, but for the four corners, which some programs round off.
    pub(super) fn disagreeing(&self) -> Vec<Place> {
        let near = |at: usize, side: usize| at < 2 || at + 2 >= side;
        let all = self.strong.iter().chain(&self.faint).copied();
        all.filter(|(x, y)| !(near(*x, self.columns) && near(*y, self.rows)))
            .collect()
    }
}

/// Places in groups, each of which is connected but for small gaps; the largest first.
pub(super) fn clusters(places: &[Place]) -> Vec<Vec<Place>> {
    let mut left: BTreeSet<Place> = places.iter().copied().collect();
    let mut clusters = Vec::new();
    while let Some(first) = left.pop_first() {
        let mut cluster = vec![first];
        let mut at = 0;
        while at < cluster.len() {
            let (x, y) = cluster[at];
            at += 1;
            let near: Vec<Place> = left
                .iter()
                .filter(|other| other.0.abs_diff(x) <= GAP && other.1.abs_diff(y) <= GAP)
                .copied()
                .collect();
            for place in near {
                left.remove(&place);
                cluster.push(place);
            }
        }
        clusters.push(cluster);
    }
    clusters.sort_by_key(|cluster| Reverse(cluster.len()));
    clusters
}

/// Whether what differs at a place in one picture is there in the other a little way off.
pub(super) fn has_moved(grid: &Plane, seen: &Plane, cluster: &[Place], size: usize) -> bool {
    const ALIKE: f32 = 0.9;
    const FAR: i32 = 3;
    let mut looked = 0;
    let mut shifts: Vec<(i32, i32)> = Vec::new();
    let step = (cluster.len() / 24).max(1);
    let left = cluster.iter().map(|place| place.0).min().unwrap_or(0) * size;
    let top = cluster.iter().map(|place| place.1).min().unwrap_or(0) * size;
    let right = (cluster.iter().map(|place| place.0).max().unwrap_or(0) + 1) * size;
    let bottom = (cluster.iter().map(|place| place.1).max().unwrap_or(0) + 1) * size;
    for (from, to, sign) in [(grid, seen, 1), (seen, grid, -1)] {
        for (x, y) in cluster.iter().step_by(step) {
            let (x, y) = (x * size, y * size);
            let Some(own) = match_window(from, from, x, y, size, 0) else {
                continue;
            };
            if own.one < STRONG.0 {
                continue;
            }
            looked += 1;
            let mut best = (ALIKE, None);
            for to_y in (top..=(bottom - size).min(to.height - size)).step_by(2) {
                for to_x in (left..=(right - size).min(to.width - size)).step_by(2) {
                    let shift = (to_x as i32 - x as i32, to_y as i32 - y as i32);
                    if shift.0.abs() > FAR || shift.1.abs() > FAR {
                        let correlation = correlation_at(from, x, y, to, to_x, to_y, size);
                        if correlation > best.0 {
                            best = (correlation, Some(shift));
                        }
                    }
                }
            }
            // What goes one way here comes the other way there.
            shifts.extend(best.1.map(|(dx, dy)| (dx * sign, dy * sign)));
        }
    }
    // An edge is found anywhere along an edge; a thing that has moved has moved as a whole.
    let together = |shift: &(i32, i32)| {
        let near =
            |other: &&(i32, i32)| (other.0 - shift.0).abs() <= 4 && (other.1 - shift.1).abs() <= 4;
        shifts.iter().filter(near).count()
    };
    let most = shifts.iter().map(together).max().unwrap_or(0);
    most >= 4 && most * 4 >= looked
}

fn correlation_at(
    a: &Plane,
    x: usize,
    y: usize,
    b: &Plane,
    x2: usize,
    y2: usize,
    size: usize,
) -> f32 {
    let (mut sa, mut sb, mut aa, mut bb, mut ab) = (0.0_f32, 0.0_f32, 0.0_f32, 0.0_f32, 0.0_f32);
    for row in 0..size {
        let one = &a.cells[(y + row) * a.width + x..][..size];
        let other = &b.cells[(y2 + row) * b.width + x2..][..size];
        for (p, q) in one.iter().zip(other) {
            sa += p;
            sb += q;
            aa += p * p;
            bb += q * q;
            ab += p * q;
        }
    }
    let n = (size * size) as f32;
    let (va, vb) = (aa / n - (sa / n).powi(2), bb / n - (sb / n).powi(2));
    if va > 1.0 && vb > STRONG.0 * STRONG.0 / 2.0 {
        (ab / n - sa * sb / n / n) / (va * vb).sqrt()
    } else {
        0.0
    }
}

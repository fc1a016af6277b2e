//! Two pictures that lie on each other, compared window by window.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::matching::{Match, correlation_at, match_window};
use super::plane::Plane;

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
                let Some(found) = best_match(grid, seen, x * size, y * size, size) else {
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
        let (x, y) = ((u * self.columns as f64) as usize, (v * self.rows as f64) as usize);
        let mut all = self.strong.iter().chain(&self.faint);
        all.any(|at| at.0.abs_diff(x) <= 1 && at.1.abs_diff(y) <= 1)
    }

    /// The windows that disagree.
    pub(super) fn disagreeing(&self) -> Vec<Place> {
        self.strong.iter().chain(&self.faint).copied().collect()
    }
}

/// Looks for a window of either picture in the other one; the better match. A line that lies just inside of a window in
/// the one and just outside in the other is found in one of the two directions alone.
fn best_match(grid: &Plane, seen: &Plane, x: usize, y: usize, size: usize) -> Option<Match> {
    let found = match_window(grid, seen, x, y, size, REACH)?;
    if found.correlation >= STRONG.1 {
        return Some(found);
    }
    let back = match_window(seen, grid, x, y, size, REACH)?;
    let correlation = found.correlation.max(back.correlation);
    Some(Match { correlation, ..found })
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

/// Whether what differs at a place in one picture is there in the other a little way off: then a thing has moved, and
/// nothing was drawn on either.
///
/// One way off is tried after the other, for all windows alike: an edge is found anywhere along an edge, but a thing
/// moves as a whole, and to where the pictures differ, too.
pub(super) fn has_moved(grid: &Plane, seen: &Plane, cluster: &[Place], size: usize) -> bool {
    moved_to(grid, seen, cluster, size) || moved_to(seen, grid, cluster, size)
}

fn moved_to(from: &Plane, to: &Plane, cluster: &[Place], size: usize) -> bool {
    /// How many windows are looked for; how many of them must have moved one way, in percent: a half of where two
    /// pictures differ is where the thing was, the other where it is.
    const LOOKED_FOR: usize = 40;
    const MOVED_PERCENT: usize = 15;
    const FEWEST: usize = 6;
    let with_content = |place: &&Place| {
        let own = match_window(from, from, place.0 * size, place.1 * size, size, 0);
        own.is_some_and(|own| own.one >= FAINT.0)
    };
    let windows: Vec<Place> = cluster.iter().filter(with_content).copied().collect();
    let every = windows.len().div_ceil(LOOKED_FOR).max(1);
    let looked_for: Vec<Place> = windows.into_iter().step_by(every).collect();
    let search = Search { from, to, places: cluster.iter().copied().collect(), size };
    let ways: BTreeSet<(i32, i32)> =
        looked_for.iter().filter_map(|at| search.best_way(*at)).collect();
    ways.into_iter().any(|way| {
        let found = looked_for.iter().filter(|at| search.is_found(**at, way)).count();
        found >= FEWEST && found * 100 >= looked_for.len() * MOVED_PERCENT
    })
}

/// Looking for windows of one picture in the other, where the two differ.
struct Search<'a> {
    from: &'a Plane,
    to: &'a Plane,
    places: BTreeSet<Place>,
    size: usize,
}

impl Search<'_> {
    /// What windows must correlate to show the same.
    const ALIKE: f32 = 0.85;

    /// The least content of a window that can be told from others.
    const CONTENT: f32 = 8.5;

    /// How a window correlates with where it would be if it had moved this way; nothing beyond what differs.
    fn correlation(&self, at: Place, (dx, dy): (i32, i32)) -> Option<f32> {
        let (x, y) = (at.0 * self.size, at.1 * self.size);
        let to_x = usize::try_from(x as i32 + dx).ok()?;
        let to_y = usize::try_from(y as i32 + dy).ok()?;
        let half = self.size / 2;
        let middle = ((to_x + half) / self.size, (to_y + half) / self.size);
        let inside = to_x + self.size <= self.to.width && to_y + self.size <= self.to.height;
        (inside && self.places.contains(&middle)).then(|| {
            correlation_at(self.from, (x, y), self.to, (to_x, to_y), self.size, Self::CONTENT)
        })
    }

    /// The way that a window seems to have gone, a few pixels at least.
    fn best_way(&self, at: Place) -> Option<(i32, i32)> {
        const NEAR: i32 = 6;
        const STEP: usize = 3;
        let size = self.size as i32;
        let ways = |at: usize, low: Option<usize>, high: Option<usize>| {
            let to = |end: Option<usize>| (end.unwrap_or(at) as i32 - at as i32) * size;
            (to(low) - size / 2..=to(high) + size / 2).step_by(STEP)
        };
        let columns = || self.places.iter().map(|place| place.0);
        let rows = || self.places.iter().map(|place| place.1);
        let mut best: Option<(f32, (i32, i32))> = None;
        for dy in ways(at.1, rows().min(), rows().max()) {
            for dx in ways(at.0, columns().min(), columns().max()) {
                if dx.abs() <= NEAR && dy.abs() <= NEAR {
                    continue;
                }
                let found = self.correlation(at, (dx, dy)).filter(|found| *found > Self::ALIKE);
                if let Some(found) = found.filter(|found| best.is_none_or(|best| *found > best.0)) {
                    best = Some((found, (dx, dy)));
                }
            }
        }
        best.map(|(_, way)| way)
    }

    /// Whether a window has gone this way, give or take two pixels.
    fn is_found(&self, at: Place, (dx, dy): (i32, i32)) -> bool {
        let around = (-2..=2).flat_map(|y| (-2..=2).map(move |x| (dx + x, dy + y)));
        around
            .into_iter()
            .any(|way| self.correlation(at, way).is_some_and(|found| found > Self::ALIKE))
    }
}

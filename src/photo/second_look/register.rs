//! Laying one picture over the other exactly: window by window, from few pixels to many.

use super::map::{CORNERS, Map};
use super::matching::match_window;
use super::plane::Plane;

/// The second picture as the first one sees it: not a number where it does not reach.
pub(super) fn warp(other: &Plane, map: &Map, width: usize, height: usize, blur: bool) -> Plane {
    // First to the density of the target, so that no pixel is passed over.
    let (left, right) = (map.apply(0.0, 0.5), map.apply(1.0, 0.5));
    let (top, bottom) = (map.apply(0.5, 0.0), map.apply(0.5, 1.0));
    let length = |a: (f64, f64), b: (f64, f64)| (a.0 - b.0).hypot(a.1 - b.1).max(0.05);
    let side = |own: usize, wanted: f64| (wanted.round() as usize).clamp(1, own);
    let across = side(other.width, width as f64 / length(left, right));
    let down = side(other.height, height as f64 / length(top, bottom));
    let mut other = other.resized(across, down);
    if blur {
        other = other.blurred(1);
    }
    let (w, h) = (other.width as f64, other.height as f64);
    Plane::from_fn(width, height, |x, y| {
        let (u, v) = map.apply((x as f64 + 0.5) / width as f64, (y as f64 + 0.5) / height as f64);
        other.between((u * w) as f32, (v * h) as f32).unwrap_or(f32::NAN)
    })
}

/// Below this standard deviation a window is plain.
const TEXTURE: f32 = 6.0;

/// How far a guess was improved: the share of the windows with content that agree, and how many they are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fit {
    pub(super) map: Map,
    pub(super) agreeing: usize,
    pub(super) windows: usize,
}

/// Improves a map on pictures of this size, window by window, some rounds long; with `bent`, to a picture that was
/// photographed at an angle, too.
pub(super) fn refine(
    one: &Plane,
    other: &Plane,
    map: Map,
    longer: usize,
    bent: bool,
    rounds: usize,
) -> Fit {
    /// So many windows are needed for a linear map, and for one with a product term.
    const LINEAR: usize = 6;
    const BENT: usize = 40;
    let grid = one.with_longer(longer.min(one.longer())).blurred(1);
    let mut fit = Fit { map, agreeing: 0, windows: 0 };
    for _ in 0..rounds {
        let warped = warp(other, &fit.map, grid.width, grid.height, true);
        let (points, windows) = find_windows(&grid, &warped, &fit.map);
        fit.windows = windows;
        fit.agreeing = points.len();
        if points.len() < LINEAR {
            break;
        }
        let terms = if bent && points.len() >= BENT { 4 } else { 3 };
        if let Some(map) = fit_map(&points, terms, fit.map, 1.5 / longer as f64) {
            fit.map = map;
        }
    }
    fit
}

/// How well the two agree where a map lays them, on average over windows with content: 1 at best.
pub(super) fn agreement(one: &Plane, other: &Plane, map: &Map, longer: usize) -> f32 {
    const SIZE: usize = 16;
    let grid = one.with_longer(longer.min(one.longer())).blurred(1);
    let warped = warp(other, map, grid.width, grid.height, true);
    let places = |side: usize| (0..(side + 1).saturating_sub(SIZE)).step_by(SIZE);
    let all = places(grid.height).flat_map(|y| places(grid.width).map(move |x| (x, y)));
    let found = all.filter_map(|(x, y)| match_window(&grid, &warped, x, y, SIZE, 0));
    let (mut sum, mut count) = (0.0, 0.0_f32);
    for window in found.filter(|window| window.one.max(window.other) >= TEXTURE) {
        sum += window.correlation;
        count += 1.0;
    }
    sum / count.max(1.0)
}

/// Where windows of the grid are found, by the map so far; and how many have any content.
fn find_windows(grid: &Plane, warped: &Plane, map: &Map) -> (Vec<Point>, usize) {
    /// A window that correlates less is not found.
    const FOUND: f32 = 0.6;
    const REACH: i32 = 3;
    let size = if grid.longer() < 120 { 8 } else { 16 };
    let step = if grid.longer() > 300 { size * 2 } else { size };
    let (w, h) = (grid.width as f64, grid.height as f64);
    let (mut points, mut windows) = (Vec::new(), 0);
    let places = |side: usize| (0..(side + 1).saturating_sub(size)).step_by(step);
    for (x, y) in places(grid.height).flat_map(|y| places(grid.width).map(move |x| (x, y))) {
        let found = match_window(grid, warped, x, y, size, REACH);
        let Some(found) = found.filter(|found| found.one.max(found.other) >= TEXTURE) else {
            continue;
        };
        windows += 1;
        // At the edge of what was looked at it may be anywhere beyond.
        let at_edge = found.dx.abs().max(found.dy.abs()) > REACH as f32 - 0.1;
        if found.correlation <= FOUND || at_edge || found.one.min(found.other) <= TEXTURE / 2.0 {
            continue;
        }
        let middle = |at: usize| at as f64 + size as f64 / 2.0;
        let weight =
            |sharp: f32| f64::from((sharp * 20.0).min(1.0)) * f64::from(found.correlation).powi(2);
        points.push(Point {
            u: middle(x) / w,
            v: middle(y) / h,
            to: map.apply(
                (middle(x) + f64::from(found.dx)) / w,
                (middle(y) + f64::from(found.dy)) / h,
            ),
            across: weight(found.sharp_x),
            down: weight(found.sharp_y),
        });
    }
    (points, windows)
}

/// Where a window of the one picture was found in the other.
struct Point {
    u: f64,
    v: f64,
    to: (f64, f64),
    /// How much it says of either direction.
    across: f64,
    down: f64,
}

/// The map that fits best, with points left out that lie far from it.
fn fit_map(points: &[Point], terms: usize, start: Map, slack: f64) -> Option<Map> {
    let mut kept: Vec<&Point> = points.iter().collect();
    let mut map = start;
    for _ in 0..5 {
        // Where nothing speaks against it, what was is kept.
        let weight = kept.len() as f64 * 0.02;
        let anchors: Vec<Point> = CORNERS
            .iter()
            .map(|(u, v)| Point {
                u: *u,
                v: *v,
                to: start.apply(*u, *v),
                across: weight,
                down: weight,
            })
            .collect();
        let all: Vec<&Point> = kept.iter().copied().chain(&anchors).collect();
        map = Map {
            x: least_squares(&all, terms, |p| (p.to.0, p.across))?,
            y: least_squares(&all, terms, |p| (p.to.1, p.down))?,
        };
        let far = |p: &Point| {
            let (x, y) = map.apply(p.u, p.v);
            ((x - p.to.0) * p.across.sqrt()).hypot((y - p.to.1) * p.down.sqrt())
        };
        let mut distances: Vec<f64> = points.iter().map(far).collect();
        distances.sort_by(f64::total_cmp);
        let limit = (2.5 * distances[distances.len() / 2]).max(slack);
        kept = points.iter().filter(|p| far(p) <= limit).collect();
        if kept.len() < terms * 2 {
            return None;
        }
    }
    Some(map)
}

fn least_squares(
    points: &[&Point],
    terms: usize,
    to: impl Fn(&Point) -> (f64, f64),
) -> Option<[f64; 4]> {
    let mut matrix = [[0.0_f64; 5]; 4];
    for point in points {
        let row = [1.0, point.u, point.v, point.u * point.v];
        let (to, weight) = to(point);
        for i in 0..terms {
            for j in 0..terms {
                matrix[i][j] += weight * row[i] * row[j];
            }
            matrix[i][4] += weight * row[i] * to;
        }
    }
    for i in 0..terms {
        let pivot =
            (i..terms).max_by(|a, b| matrix[*a][i].abs().total_cmp(&matrix[*b][i].abs()))?;
        matrix.swap(i, pivot);
        if matrix[i][i].abs() < 1e-9 {
            return None;
        }
        for j in 0..terms {
            if j != i {
                let factor = matrix[j][i] / matrix[i][i];
                let pivot = matrix[i];
                for (cell, value) in matrix[j].iter_mut().zip(pivot) {
                    *cell -= factor * value;
                }
            }
        }
    }
    let mut found = [0.0; 4];
    for i in 0..terms {
        found[i] = matrix[i][4] / matrix[i][i];
    }
    Some(found)
}

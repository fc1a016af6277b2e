//! Laying one picture over the other exactly: window by window, from few pixels to many.

use super::map::{CORNERS, Map};
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
        let (u, v) = map.apply(
            (x as f64 + 0.5) / width as f64,
            (y as f64 + 0.5) / height as f64,
        );
        other
            .between((u * w) as f32, (v * h) as f32)
            .unwrap_or(f32::NAN)
    })
}

/// Two windows compared: the best correlation within so many pixels, and the shift it took; none where one of them is
/// not all there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Match {
    pub(super) correlation: f32,
    pub(super) dx: f32,
    pub(super) dy: f32,
    /// Standard deviations.
    pub(super) one: f32,
    pub(super) other: f32,
    /// By how much the other one is lighter.
    pub(super) light: f32,
    /// How sharply the peak falls off across and down: along an edge it does not.
    pub(super) sharp_x: f32,
    pub(super) sharp_y: f32,
}

pub(super) fn match_window(
    one: &Plane,
    other: &Plane,
    x: usize,
    y: usize,
    size: usize,
    reach: i32,
) -> Option<Match> {
    let area = (size * size) as f32;
    let mut mean = 0.0;
    let mut square = 0.0;
    for row in 0..size {
        for value in &one.cells[(y + row) * one.width + x..][..size] {
            mean += value;
            square += value * value;
        }
    }
    mean /= area;
    let own = (square / area - mean * mean).max(0.0);
    let mut best: Option<Match> = None;
    let mut grid = [[f32::NAN; 9]; 9];
    for dy in -reach..=reach {
        for dx in -reach..=reach {
            let (x2, y2) = (x as i32 + dx, y as i32 + dy);
            if x2 < 0
                || y2 < 0
                || x2 as usize + size > other.width
                || y2 as usize + size > other.height
            {
                continue;
            }
            let (mut sum, mut sq, mut ab) = (0.0_f32, 0.0_f32, 0.0_f32);
            for row in 0..size {
                let a = &one.cells[(y + row) * one.width + x..][..size];
                let b = &other.cells[(y2 as usize + row) * other.width + x2 as usize..][..size];
                for (a, b) in a.iter().zip(b) {
                    sum += b;
                    sq += b * b;
                    ab += a * b;
                }
            }
            let mean2 = sum / area;
            let var = (sq / area - mean2 * mean2).max(0.0);
            let cov = ab / area - mean * mean2;
            if sum.is_nan() {
                if dx == 0 && dy == 0 {
                    return None;
                }
                continue;
            }
            let correlation = if own < 1e-3 || var < 1e-3 {
                0.0
            } else {
                (cov / (own * var).sqrt()).clamp(-1.0, 1.0)
            };
            grid[(dy + 4) as usize][(dx + 4) as usize] = correlation;
            let found = Match {
                correlation,
                dx: dx as f32,
                dy: dy as f32,
                one: own.sqrt(),
                other: var.sqrt(),
                light: mean2 - mean,
                sharp_x: 0.0,
                sharp_y: 0.0,
            };
            if best.is_none_or(|best| correlation > best.correlation) {
                best = Some(found);
            }
        }
    }
    let mut best = best?;
    // Between the pixels: the peak of a parabola.
    let peak = |before: f32, at: f32, after: f32| {
        let bend = before - 2.0 * at + after;
        if bend.is_nan() || bend > -1e-4 {
            0.0
        } else {
            (0.5 * (before - after) / bend).clamp(-0.5, 0.5)
        }
    };
    let (gx, gy) = ((best.dx as i32 + 4) as usize, (best.dy as i32 + 4) as usize);
    if (1..8).contains(&gx) && (1..8).contains(&gy) {
        let c = grid[gy][gx];
        best.dx += peak(grid[gy][gx - 1], c, grid[gy][gx + 1]);
        best.dy += peak(grid[gy - 1][gx], c, grid[gy + 1][gx]);
        let fall = |before: f32, after: f32| (c - (before + after) / 2.0).max(0.0);
        best.sharp_x = fall(grid[gy][gx - 1], grid[gy][gx + 1]);
        best.sharp_y = fall(grid[gy - 1][gx], grid[gy + 1][gx]);
    }
    Some(best)
}

/// How far a guess was improved: the share of the windows with content that agree, and how many they are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fit {
    pub(super) map: Map,
    pub(super) agreeing: usize,
    pub(super) windows: usize,
}

/// Improves a map on pictures of this size, window by window.
pub(super) fn refine(
    one: &Plane,
    other: &Plane,
    map: Map,
    longer: usize,
    bent: bool,
    rounds: usize,
) -> Fit {
    const TEXTURE: f32 = 6.0;
    let small = one.with_longer(longer.min(one.longer()));
    let size = if small.longer() < 120 { 8 } else { 16 };
    let small_b = small.blurred(1);
    let mut fit = Fit {
        map,
        agreeing: 0,
        windows: 0,
    };
    for _ in 0..rounds {
        let warped = warp(other, &fit.map, small.width, small.height, true);
        let mut points = Vec::new();
        let mut windows = 0;
        let step = if longer > 300 { size * 2 } else { size };
        for y in (0..=small.height.saturating_sub(size)).step_by(step) {
            for x in (0..=small.width.saturating_sub(size)).step_by(step) {
                if small.height < size || small.width < size {
                    continue;
                }
                let Some(found) = match_window(&small_b, &warped, x, y, size, 3) else {
                    continue;
                };
                if found.one < TEXTURE && found.other < TEXTURE {
                    continue;
                }
                windows += 1;
                let edge = found.dx.abs() > 2.9 || found.dy.abs() > 2.9;
                if found.correlation > 0.6 && !edge && found.one.min(found.other) > TEXTURE / 2.0 {
                    points.push((
                        x as f64 + size as f64 / 2.0,
                        y as f64 + size as f64 / 2.0,
                        found,
                    ));
                }
            }
        }
        fit.windows = windows;
        fit.agreeing = points.len();
        let terms = match points.len() {
            0..6 => break,
            6..40 => 3,
            _ if bent => 4,
            _ => 3,
        };
        let (w, h) = (small.width as f64, small.height as f64);
        // Where each window was found: at the point that the map gives to its shifted centre.
        let places: Vec<Point> = points
            .iter()
            .map(|(x, y, found)| {
                let to = fit
                    .map
                    .apply((x + f64::from(found.dx)) / w, (y + f64::from(found.dy)) / h);
                {
                    let weight = |sharp: f32| {
                        f64::from((sharp * 20.0).min(1.0)) * f64::from(found.correlation).powi(2)
                    };
                    Point {
                        u: x / w,
                        v: y / h,
                        to,
                        across: weight(found.sharp_x),
                        down: weight(found.sharp_y),
                    }
                }
            })
            .collect();
        if let Some(map) = fit_map(&places, terms, fit.map, 1.5 / longer as f64) {
            fit.map = map;
        }
    }
    fit
}

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

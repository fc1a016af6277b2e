//! One window of a picture, looked for in the other one.

use super::plane::Plane;

/// The farthest that a window is looked for, in pixels.
const FARTHEST: usize = 3;

/// What came of looking for a window: the best correlation within so many pixels, and the shift it took.
#[derive(Clone, Copy, Debug)]
pub(super) struct Match {
    /// How well the two agree, 1 at best; light and contrast do not matter.
    pub(super) correlation: f32,
    /// How far it was found from its own place, in pixels and parts of them.
    pub(super) dx: f32,
    pub(super) dy: f32,
    /// How much content either has where it lies: the standard deviations, in steps of 255. At its best shift a plain
    /// window may touch an edge.
    pub(super) one: f32,
    pub(super) other: f32,
    /// By how much the other one is lighter.
    pub(super) light: f32,
    /// How sharply the peak falls off across and down: along an edge it does not.
    pub(super) sharp_x: f32,
    pub(super) sharp_y: f32,
}

/// Correlations by shift, with what was not looked at as no number.
type Peaks = [[f32; 2 * FARTHEST + 3]; 2 * FARTHEST + 3];

/// Looks for the square window of `one` that begins at (`x`, `y`) up to `reach` pixels from there in `other`, in all
/// directions. None where the other picture is not all there.
pub(super) fn match_window(
    one: &Plane,
    other: &Plane,
    x: usize,
    y: usize,
    size: usize,
    reach: i32,
) -> Option<Match> {
    let (mean, own) = mean_and_variance(one, x, y, size);
    let mut best: Option<Match> = None;
    let mut peaks: Peaks = [[f32::NAN; 2 * FARTHEST + 3]; 2 * FARTHEST + 3];
    for dy in -reach..=reach {
        for dx in -reach..=reach {
            let (Ok(x2), Ok(y2)) = (usize::try_from(x as i32 + dx), usize::try_from(y as i32 + dy))
            else {
                continue;
            };
            if x2 + size > other.width || y2 + size > other.height {
                continue;
            }
            let (mean2, variance) = mean_and_variance(other, x2, y2, size);
            if mean2.is_nan() {
                if dx == 0 && dy == 0 {
                    return None;
                }
                continue;
            }
            let covariance = mean_product(one, (x, y), other, (x2, y2), size) - mean * mean2;
            let correlation = match own.min(variance) < 1e-3 {
                true => 0.0,
                false => (covariance / (own * variance).sqrt()).clamp(-1.0, 1.0),
            };
            *peak_at(&mut peaks, dx, dy) = correlation;
            if best.is_none_or(|best| correlation > best.correlation) {
                best = Some(Match {
                    correlation,
                    dx: dx as f32,
                    dy: dy as f32,
                    one: own.sqrt(),
                    other: 0.0,
                    light: mean2 - mean,
                    sharp_x: 0.0,
                    sharp_y: 0.0,
                });
            }
        }
    }
    let (_, in_place) = mean_and_variance(other, x, y, size);
    best.map(|best| between_pixels(Match { other: in_place.sqrt(), ..best }, &mut peaks))
}

/// How two windows correlate where they lie; not at all unless both have as much content.
pub(super) fn correlation_at(
    a: &Plane,
    (x, y): (usize, usize),
    b: &Plane,
    (x2, y2): (usize, usize),
    size: usize,
    content: f32,
) -> f32 {
    let (mean_a, va) = mean_and_variance(a, x, y, size);
    let (mean_b, vb) = mean_and_variance(b, x2, y2, size);
    let least = content * content;
    if va > least && vb > least {
        (mean_product(a, (x, y), b, (x2, y2), size) - mean_a * mean_b) / (va * vb).sqrt()
    } else {
        0.0
    }
}

fn mean_and_variance(plane: &Plane, x: usize, y: usize, size: usize) -> (f32, f32) {
    let (mut sum, mut squares) = (0.0_f32, 0.0_f32);
    for row in y..y + size {
        for value in &plane.cells[row * plane.width + x..][..size] {
            sum += value;
            squares += value * value;
        }
    }
    let area = (size * size) as f32;
    let mean = sum / area;
    (mean, (squares / area - mean * mean).max(0.0))
}

fn mean_product(
    a: &Plane,
    (x, y): (usize, usize),
    b: &Plane,
    (x2, y2): (usize, usize),
    size: usize,
) -> f32 {
    let mut sum = 0.0_f32;
    for row in 0..size {
        let one = &a.cells[(y + row) * a.width + x..][..size];
        let other = &b.cells[(y2 + row) * b.width + x2..][..size];
        sum += one.iter().zip(other).map(|(a, b)| a * b).sum::<f32>();
    }
    sum / (size * size) as f32
}

fn peak_at(peaks: &mut Peaks, dx: i32, dy: i32) -> &mut f32 {
    let middle = FARTHEST as i32 + 1;
    &mut peaks[(dy + middle) as usize][(dx + middle) as usize]
}

/// Finds the peak between the pixels, as that of a parabola.
fn between_pixels(best: Match, peaks: &mut Peaks) -> Match {
    let (dx, dy) = (best.dx as i32, best.dy as i32);
    let mut at = |x, y| *peak_at(peaks, dx + x, dy + y);
    let (left, right, above, below) = (at(-1, 0), at(1, 0), at(0, -1), at(0, 1));
    let top = best.correlation;
    let offset = |before: f32, after: f32| {
        let bend = before - 2.0 * top + after;
        match bend.is_nan() || bend > -1e-4 {
            true => 0.0,
            false => (0.5 * (before - after) / bend).clamp(-0.5, 0.5),
        }
    };
    // Beyond what was looked at there is no number, and the greater of that and zero is zero.
    let fall = |before: f32, after: f32| (top - (before + after) / 2.0).max(0.0);
    Match {
        dx: best.dx + offset(left, right),
        dy: best.dy + offset(above, below),
        sharp_x: fall(left, right),
        sharp_y: fall(above, below),
        ..best
    }
}

//! Whether two pictures come from one shot or from two, told by the noise in them.
//!
//! Versions of one picture share its noise, as far as they have any. Of two shots of one scene, from a tripod or in a
//! burst, each has its own, however alike they look. Measured on JPEGs of quality 90 and noise of three steps: 0.00 to
//! 0.05 for two shots; 0.37 and more for resized, recoloured and recompressed versions, and 0.09 and more at a JPEG
//! quality of 10.

use super::lay::Laid;
use super::matching::match_window;
use super::plane::Plane;
use super::register::warp;

/// Noise is looked at where a window has less contrast than this.
const SMOOTH: f32 = 8.0;

/// So many smooth windows are needed to tell.
const LEAST: usize = 24;

/// Below this, in steps of 255, what is left of noise is that of the encoder.
const NOISE: f64 = 0.8;

/// Noises that differ more in strength than by this factor were not left as they came from one camera.
const ALIKE: f64 = 1.8;

/// The most that the noises of two shots have in common.
const COMMON: f64 = 0.06;

/// How far the density of pixels may differ: resizing takes the noise away.
const DENSITY: f64 = 0.04;

/// How peaked noise may be (its kurtosis; 3 for that of a sensor): the edges of an encoder's blocks are few and high.
const PEAKED: f64 = 9.0;

/// The side of a window, in pixels.
const WINDOW: usize = 16;

/// Whether the two were taken by two shots, as far as that can be told; if not, nothing is said.
pub(super) fn are_two_exposures(laid: &Laid) -> bool {
    let across = laid.map.apply(1.0, 0.5).0 - laid.map.apply(0.0, 0.5).0;
    let density = across * laid.other.luma.width as f64 / laid.one.luma.width as f64;
    if (density - 1.0).abs() > DENSITY {
        return false;
    }
    let (grid, seen) = laid.planes(laid.one.luma.longer(), false);
    let own = high(&grid);
    let others = warp(&high(&laid.other.luma), &laid.map, grid.width, grid.height, false);
    let (mut windows, mut one, mut other) = (0, 0.0, 0.0);
    let mut peaks = [0.0; 2];
    // For each shift by a pixel: where exactly they lie on each other is known to half of one.
    let mut common = [0.0_f64; 9];
    for y in (WINDOW..grid.height.saturating_sub(2 * WINDOW)).step_by(WINDOW) {
        for x in (WINDOW..grid.width.saturating_sub(2 * WINDOW)).step_by(WINDOW) {
            let window = match_window(&grid, &seen, x, y, WINDOW, 0);
            if window.is_none_or(|window| window.one.max(window.other) > SMOOTH) {
                continue;
            }
            windows += 1;
            for row in y..y + WINDOW {
                for column in x..x + WINDOW {
                    let noise = f64::from(own.at(column, row));
                    let theirs = f64::from(others.at(column, row));
                    one += noise * noise;
                    other += theirs * theirs;
                    peaks[0] += noise.powi(4);
                    peaks[1] += theirs.powi(4);
                    for (shift, sum) in common.iter_mut().enumerate() {
                        let (dx, dy) = (shift % 3, shift / 3);
                        *sum += noise * f64::from(others.at(column + dx - 1, row + dy - 1));
                    }
                }
            }
        }
    }
    let pixels = (windows * WINDOW * WINDOW).max(1) as f64;
    let strength = |sum: f64| (sum / pixels).sqrt();
    let (weaker, stronger) =
        (strength(one).min(strength(other)), strength(one).max(strength(other)));
    let most = common.into_iter().fold(f64::MIN, f64::max);
    let peaked = |peaks: f64, sum: f64| peaks * pixels > PEAKED * sum * sum;
    windows >= LEAST
        && !peaked(peaks[0], one)
        && !peaked(peaks[1], other)
        && weaker > NOISE
        && stronger < weaker * ALIKE
        && most < COMMON * (one * other).sqrt()
}

/// What is left of a picture without its soft parts.
fn high(plane: &Plane) -> Plane {
    let mut high = plane.blurred(1);
    for (soft, value) in high.cells.iter_mut().zip(&plane.cells) {
        *soft = value - *soft;
    }
    high
}

//! Where one picture may lie in the other: tried out on a few pixels, in all sizes and at all places.

use super::map::Map;
use super::plane::Plane;

/// A guess: the map from the first picture to the second, and how well they agree, 1 at best.
#[derive(Clone, Copy, Debug)]
pub(super) struct Guess {
    pub(super) map: Map,
    pub(super) score: f32,
}

/// The longer side of what is tried, in pixels: a photo in a chat is a third as wide as the screen, and 16 pixels of it
/// are the least that tell one photo from another.
const TRIED_SIDE: usize = 64;

/// The neighbourhood whose light and contrast are taken out, in these pixels.
const NEIGHBOURHOOD: usize = 4;

/// From one size that is tried to the next.
const SIZE_STEP: f64 = 0.965;

/// The smallest size that is tried, of the largest that fits.
const SMALLEST: f64 = 0.5;

/// The shortest side that is tried, in pixels.
const SHORTEST: usize = 9;

/// Guesses that agree less than this are none.
const LEAST: f32 = 0.25;

/// Where the second picture may lie in the first, or the first in the second: the best few guesses.
pub(super) fn guesses(one: &Plane, other: &Plane, most: usize) -> Vec<Guess> {
    let mut found = Vec::new();
    try_in(other, one, &mut |map, score| {
        found.push(Guess { map: map.back(), score });
    });
    try_in(one, other, &mut |map, score| found.push(Guess { map, score }));
    // The whole on the whole, whatever the sides: it may have been squeezed.
    let whole = structure(&one.with_longer(TRIED_SIDE));
    let squeezed = structure(&other.with_longer(TRIED_SIDE).resized(whole.width, whole.height));
    found.push(Guess { map: Map::WHOLE, score: correlation(&whole, &squeezed, 0, 0) });
    let whole = found.last().copied();
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    // What repeats itself, such as the lines of a form, lies well on itself in many ways: the plainest is always tried.
    let mut best: Vec<Guess> = whole.into_iter().collect();
    for guess in found {
        if !best.iter().any(|other| other.map.is_near(&guess.map)) {
            best.push(guess);
            if best.len() > most {
                break;
            }
        }
    }
    best
}

/// Structure alone: light and contrast of the neighbourhood are taken out, so that neither a vignette nor a sticker
/// weighs more than the place it takes.
fn structure(plane: &Plane) -> Plane {
    let mean = plane.blurred(NEIGHBOURHOOD);
    let mut flat = plane.clone();
    for (value, mean) in flat.cells.iter_mut().zip(&mean.cells) {
        *value -= mean;
    }
    let mut energy = flat.clone();
    energy.cells.iter_mut().for_each(|value| *value *= *value);
    let energy = energy.blurred(NEIGHBOURHOOD);
    for (value, energy) in flat.cells.iter_mut().zip(&energy.cells) {
        // Noise of four steps is no structure.
        *value /= (energy + 16.0).sqrt();
    }
    flat
}

/// Tries a picture in all sizes at all places within a field; tells maps from the picture to the field.
fn try_in(picture: &Plane, field: &Plane, found: &mut impl FnMut(Map, f32)) {
    let field = structure(&field.with_longer(TRIED_SIDE));
    // What is resized many times is made small first.
    let picture = &picture.with_longer((2 * TRIED_SIDE).min(picture.longer()));
    let (width, height) = (field.width as f64, field.height as f64);
    let fit = (width / picture.width as f64).min(height / picture.height as f64);
    let mut share = 1.0;
    while share > SMALLEST {
        let side = |side: usize, most: usize| {
            ((side as f64 * fit * share).round() as usize).clamp(1, most)
        };
        let w = side(picture.width, field.width);
        let h = side(picture.height, field.height);
        share *= SIZE_STEP;
        if w < SHORTEST || h < SHORTEST {
            break;
        }
        let small = structure(&picture.resized(w, h));
        for top in 0..=field.height - h {
            for left in 0..=field.width - w {
                let score = correlation(&small, &field, left, top);
                if score > LEAST {
                    let map = Map::part(
                        left as f64 / width,
                        top as f64 / height,
                        w as f64 / width,
                        h as f64 / height,
                    );
                    found(map, score);
                }
            }
        }
    }
}

/// How well a picture agrees with the part of a field that begins here.
fn correlation(picture: &Plane, field: &Plane, left: usize, top: usize) -> f32 {
    let (mut sum_a, mut sum_b, mut aa, mut bb, mut ab) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for y in 0..picture.height {
        let a = &picture.cells[y * picture.width..][..picture.width];
        let b = &field.cells[(y + top) * field.width + left..][..picture.width];
        for (a, b) in a.iter().zip(b) {
            sum_a += a;
            sum_b += b;
            aa += a * a;
            bb += b * b;
            ab += a * b;
        }
    }
    let count = picture.cells.len() as f32;
    let (va, vb) = (aa - sum_a * sum_a / count, bb - sum_b * sum_b / count);
    let cov = ab - sum_a * sum_b / count;
    if va <= 1e-3 || vb <= 1e-3 { 0.0 } else { cov / (va * vb).sqrt() }
}

//! Whether one picture is a part of the other.

use super::lay::Laid;
use super::map::CORNERS;
use super::matching::match_window;
use super::plane::Plane;

/// How the edges of two pictures lie to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// They show the same part of the world.
    Whole,
    /// One shows a part of the other: it is cut out of it, or has something around it.
    Part,
    /// Each shows something that the other does not: two pictures were taken.
    Astride,
}

/// How far edges that are the same may lie apart, of a side: a pixel or two are cut off by some programs.
const EDGE: f64 = 0.012;

/// How far a part may reach over the edge of the whole, of a side: what finding the place leaves open.
const OVER: f64 = 0.004;

/// By how much opposite sides of a picture must differ in length to say that it was photographed at an angle.
const KEYSTONE: f64 = 0.006;

impl Frame {
    pub(super) fn of(laid: &Laid) -> Frame {
        let here = CORNERS.map(|(u, v)| laid.map.apply(u, v));
        let there = CORNERS.map(|(x, y)| laid.map.source(x, y));
        let pixels = 1.2 / laid.one.luma.longer() as f64;
        let farthest = |points: &[(f64, f64); 4]| {
            let over = points.iter().map(|(x, y)| (-x).max(x - 1.0).max(-y).max(y - 1.0));
            over.fold(f64::MIN, f64::max)
        };
        let apart =
            here.iter().zip(&CORNERS).map(|(a, b)| (a.0 - b.0).abs().max((a.1 - b.1).abs()));
        if !laid.turned && apart.fold(0.0, f64::max) <= EDGE {
            let astride =
                farthest(&here).min(farthest(&there)) > OVER + pixels && is_shifted(&here);
            return if astride { Frame::Astride } else { Frame::Whole };
        }
        // A photographed print lies at an angle; of two shots of one scene no side is longer than the one across.
        let (width, height) = (laid.other.luma.width as f64, laid.other.luma.height as f64);
        let side = |a: usize, b: usize| {
            ((here[a].0 - here[b].0) * width).hypot((here[a].1 - here[b].1) * height).max(1e-6)
        };
        let differs = |a: f64, b: f64| (a / b - 1.0).abs() > KEYSTONE;
        let at_an_angle = differs(side(0, 1), side(3, 2)) || differs(side(0, 3), side(1, 2));
        if farthest(&here).min(farthest(&there)) <= OVER + pixels || at_an_angle {
            Frame::Part
        } else {
            Frame::Astride
        }
    }
}

/// The least that a part may show of the whole: less than this is half of it, and another picture.
const HALF: f64 = 0.515;

/// How much content the rest must have, for its size, to be a part of the picture; else it is a margin, or a screen
/// around it.
const REST: f64 = 0.5;

/// Whether one picture shows no more than a half of the other, and the other half shows something, too.
pub(super) fn is_half(laid: &Laid) -> bool {
    let (one, map) = match &laid.whole {
        Some((one, map)) => (one, map),
        None => (&laid.one, &laid.map),
    };
    let inside_other = |u: f64, v: f64| {
        let (x, y) = map.apply(u, v);
        (0.0..=1.0).contains(&x) && (0.0..=1.0).contains(&y)
    };
    let inside_one = |x: f64, y: f64| {
        let (u, v) = map.source(x, y);
        (0.0..=1.0).contains(&u) && (0.0..=1.0).contains(&v)
    };
    shows_a_half(&one.luma, inside_other) || shows_a_half(&laid.other.luma, inside_one)
}

/// Whether what of a picture lies inside is at most a half of it, and the rest has content.
fn shows_a_half(whole: &Plane, inside: impl Fn(f64, f64) -> bool) -> bool {
    const LONGER: usize = 128;
    const SIZE: usize = 8;
    const CONTENT: f32 = 8.0;
    let small = whole.with_longer(LONGER.min(whole.longer()));
    // Windows and those with content, outside and inside.
    let mut counts = [[0_usize; 2]; 2];
    for y in (0..=small.height.saturating_sub(SIZE)).step_by(SIZE) {
        for x in (0..=small.width.saturating_sub(SIZE)).step_by(SIZE) {
            let middle = |at: usize, side: usize| (at as f64 + SIZE as f64 / 2.0) / side as f64;
            let side = usize::from(inside(middle(x, small.width), middle(y, small.height)));
            let content = match_window(&small, &small, x, y, SIZE, 0)
                .is_some_and(|window| window.one >= CONTENT);
            counts[side][0] += 1;
            counts[side][1] += usize::from(content);
        }
    }
    let [rest, part] = counts;
    let share = |[all, with]: [usize; 2]| with as f64 / all.max(1) as f64;
    (part[0] as f64) < HALF * (rest[0] + part[0]) as f64 && share(rest) > REST * share(part)
}

/// Whether all corners lie off to the same side: another framing, and not edges that were cut on all sides.
fn is_shifted(corners: &[(f64, f64); 4]) -> bool {
    let off = |at: fn(&(f64, f64)) -> f64| {
        let sum: f64 = corners.iter().zip(&CORNERS).map(|(a, b)| at(a) - at(b)).sum();
        (sum / 4.0).abs()
    };
    off(|point| point.0) > OVER || off(|point| point.1) > OVER
}

//! Print, screenshots and other graphics, told from photographs by their pixels.

use super::plane::Plane;

/// Whether two pictures, as they lie on each other, are drawn by a machine or show print: large flat areas of few
/// values, or many steep edges.
///
/// Where most is flat, edges count as they are in the steeper of the two: a scan that is laid straight loses most of its
/// own. Elsewhere they must be in both, for words on a photograph do not make it print.
pub(super) fn are_graphics(grid: &Plane, seen: &Plane) -> bool {
    let (one, other) = (Shares::of(grid, seen), Shares::of(seen, grid));
    let flat = one.flat.min(other.flat);
    let (less, more) = (one.steep.min(other.steep), one.steep.max(other.steep));
    flat >= 0.8
        || (flat >= 0.65 && more >= 0.003)
        || (flat >= 0.4 && less >= 0.01)
        || (flat >= 0.25 && less >= 0.06)
}

/// What share of a picture's pixels are so.
struct Shares {
    /// Like their neighbours, and of one of its four most frequent values.
    flat: f64,
    /// At an edge.
    steep: f64,
}

impl Shares {
    /// Of a picture, as far as the other one reaches.
    fn of(plane: &Plane, other: &Plane) -> Shares {
        /// Neighbours that are alike, in steps of 255, and such that are not.
        const ALIKE: f32 = 2.0;
        const STEEP: f32 = 60.0;
        let (mut all, mut steep) = (0, 0);
        let mut values = [0_u32; 64];
        for y in 0..plane.height - 1 {
            for x in 0..plane.width - 1 {
                let value = plane.at(x, y);
                let (right, below) = (plane.at(x + 1, y), plane.at(x, y + 1));
                let step = (right - value).abs().max((below - value).abs());
                if step.is_nan() || other.at(x, y).is_nan() {
                    continue;
                }
                all += 1;
                if step <= ALIKE {
                    values[(value / 4.0).clamp(0.0, 63.0) as usize] += 1;
                }
                steep += u32::from(step > STEEP);
            }
        }
        values.sort_unstable();
        let flat: u32 = values[60..].iter().sum();
        let share = |count: u32| f64::from(count) / f64::from(all.max(1));
        Shares { flat: share(flat), steep: share(steep) }
    }
}

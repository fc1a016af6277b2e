//! Print, screenshots and other graphics, told from photographs by their pixels.

use super::plane::Plane;

/// Whether a picture is drawn by a machine or shows print, as far as the other one reaches: large flat areas of few
/// values, or many steep edges.
pub(super) fn is_graphic(plane: &Plane, other: &Plane) -> bool {
    /// Neighbours that are alike, in steps of 255, and such that are not.
    const ALIKE: f32 = 2.0;
    const STEEP: f32 = 60.0;
    let (mut all, mut steep) = (0, 0);
    let mut values = [0_u32; 64];
    for y in 0..plane.height - 1 {
        for x in 0..plane.width - 1 {
            let value = plane.at(x, y);
            let step = (plane.at(x + 1, y) - value).abs().max((plane.at(x, y + 1) - value).abs());
            if step.is_nan() || other.at(x, y).is_nan() {
                continue;
            }
            all += 1;
            if step <= ALIKE {
                values[(value / 4.0).clamp(0.0, 63.0) as usize] += 1;
            }
            steep += usize::from(step > STEEP);
        }
    }
    values.sort_unstable();
    let flat: u32 = values[60..].iter().sum();
    let (flat, steep) =
        (f64::from(flat) / f64::from(all.max(1)), steep as f64 / f64::from(all.max(1)));
    flat >= 0.8
        || (flat >= 0.4 && steep >= 0.01)
        || (flat >= 0.65 && steep >= 0.003)
        || (flat >= 0.25 && steep >= 0.06)
}

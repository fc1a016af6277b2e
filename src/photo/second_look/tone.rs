//! What the values of one picture have become in another: lighter, darker, with more contrast.

use super::plane::Plane;

/// Steps of grey in which values are counted.
pub(super) const BINS: usize = 32;

/// What the values of the first picture are in the second, on average, and how far they scatter.
pub(super) struct Tone {
    pub(super) mean: [f32; BINS],
    pub(super) deviation: [f32; BINS],
}

impl Tone {
    /// Takes the average over all pixels but those that are left out.
    pub(super) fn of(grid: &Plane, seen: &Plane, left_out: impl Fn(usize, usize) -> bool) -> Tone {
        /// Values that fewer pixels have say nothing.
        const LEAST: f64 = 8.0;
        // A page has a million pixels of nearly one value: too many for sums of 24 bits.
        let mut sums = [[0.0_f64; 3]; BINS];
        for y in 0..grid.height {
            for x in 0..grid.width {
                let (from, value) = (grid.at(x, y), seen.at(x, y));
                if !from.is_nan() && !value.is_nan() && !left_out(x, y) {
                    let (sum, value) = (&mut sums[bin(from)], f64::from(value));
                    for (sum, add) in sum.iter_mut().zip([1.0, value, value * value]) {
                        *sum += add;
                    }
                }
            }
        }
        let mut tone = Tone { mean: [0.0; BINS], deviation: [0.0; BINS] };
        for at in 0..BINS {
            let known = (0..BINS).filter(|other| sums[*other][0] >= LEAST);
            let nearest = known.min_by_key(|other| other.abs_diff(at)).unwrap_or(at);
            let [count, sum, squares] = match sums[nearest] {
                [0.0, ..] => [1.0, f64::from(middle(at)), f64::from(middle(at)).powi(2)],
                known => known,
            };
            let mean = sum / count;
            // What has no pixels of its own has changed by as much as its neighbour.
            let beyond = middle(at) - middle(nearest);
            tone.mean[at] = (mean as f32 + beyond).clamp(0.0, 255.0);
            tone.deviation[at] = (squares / count - mean * mean).max(0.0).sqrt() as f32;
        }
        tone
    }

    /// What a value of the first picture is expected to be in the second.
    pub(super) fn expected(&self, value: f32) -> f32 {
        let at = (value * BINS as f32 / 256.0 - 0.5).clamp(0.0, BINS as f32 - 1.001);
        let (low, rest) = (at as usize, at.fract());
        self.mean[low] * (1.0 - rest) + self.mean[low + 1] * rest
    }
}

/// The step that a value falls into.
pub(super) fn bin(value: f32) -> usize {
    (value * BINS as f32 / 256.0).clamp(0.0, BINS as f32 - 1.0) as usize
}

fn middle(bin: usize) -> f32 {
    (bin as f32 + 0.5) * 256.0 / BINS as f32
}

//! Which of two pictures has something on it that the other has not, told by the pixels where they differ.
//!
//! What people and programs draw has few values: letters, bars, arrows, black corners. Where a window differs, the
//! picture whose differing pixels have fewer values is the one that was drawn on. A caption makes the windows of one
//! picture simpler than those of the other; a thing that has moved makes some of one picture simpler, where it was, and
//! some of the other, where it is, and it has the same values in both places.

use super::plane::Plane;
use super::tone::{BINS, Tone, bin};
use super::windows::Place;

/// What the windows in which two pictures differ say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trace {
    /// Something was drawn on one of them.
    Drawn,
    /// Each shows, in another place, what the other one covers.
    Moved,
    /// Nothing is clear but that what differs has become lighter everywhere, or darker: a scan, a vignette, a filter.
    OneWay,
    /// Neither.
    Unclear,
}

/// A pixel differs if it lies so many steps of 255 from what its value becomes elsewhere in the picture, or so many
/// standard deviations of that.
const DIFFERS: (f32, f32) = (20.0, 2.5);

/// By how much more of its differing pixels must have one of [`FEW`] values in the picture that was drawn on.
const SIMPLER: f32 = 0.1;

/// A drawing has so few values within a window.
const FEW: usize = 3;

/// A thing has moved if of the windows this share, at least, is simpler in either picture; if the pixels that have
/// become lighter, or those that have become darker, are at least this share; and if what is drawn in the one and in
/// the other has so many of its values in common. Of 126 pairs in which somebody walks through the picture 120 have .42
/// and more in common; of 141 with a caption, bar, ring or sticker 11.
const MOVED: (f32, f32, f32) = (0.15, 0.1, 0.42);

/// Something is drawn on one of them if fewer windows are simpler in the other one, or all has become lighter, or
/// darker, or what is drawn has less in common.
const DRAWN: (f32, f32) = (0.15, 0.2);

/// It is not clear on which of them unless this share of the windows is simpler in one.
const CLEAR: f32 = 0.3;

/// Reads the windows in which two pictures differ, from either side.
pub(super) fn trace(grid: &Plane, seen: &Plane, off: &[Place], size: usize) -> Trace {
    let sides = [(grid, seen), (seen, grid)].map(|(a, b)| Signs::of(a, b, off, size));
    let all = |holds: fn(&Signs) -> bool| sides.iter().all(holds);
    let moved = sides.iter().filter(|signs| signs.show_a_movement()).count();
    match moved {
        2 => Trace::Moved,
        // Seen from one side only: it is none if from the other one all has become lighter, or darker.
        1 if all(Signs::go_both_ways) => Trace::Unclear,
        _ if all(|signs| signs.show_a_drawing() || signs.show_a_movement()) => Trace::Drawn,
        _ if all(|signs| signs.show_a_drawing() || !signs.go_both_ways()) => Trace::OneWay,
        _ => Trace::Unclear,
    }
}

/// What the windows say from one side.
struct Signs {
    /// The share of the windows that are simpler in either picture: the lesser one, and the greater one.
    rarer: f32,
    clearer: f32,
    /// The share of the pixels that have become lighter, or darker, whichever are fewer.
    both_ways: f32,
    /// What is drawn on the one and on the other have in common.
    common: f32,
}

impl Signs {
    fn show_a_movement(&self) -> bool {
        self.rarer >= MOVED.0 && self.go_both_ways() && self.common >= MOVED.2
    }

    fn show_a_drawing(&self) -> bool {
        let one_sided = self.rarer < DRAWN.0 || !self.go_both_ways() || self.common < DRAWN.1;
        self.clearer >= CLEAR && one_sided
    }

    fn go_both_ways(&self) -> bool {
        self.both_ways >= MOVED.1
    }

    fn of(grid: &Plane, seen: &Plane, off: &[Place], size: usize) -> Signs {
        let columns = grid.width / size + 1;
        let mut near = vec![false; columns * (grid.height / size + 1)];
        for (x, y) in off {
            for row in near.chunks_mut(columns).take(y + 2).skip(y.saturating_sub(1)) {
                row[x.saturating_sub(1)..=(x + 1).min(columns - 1)].fill(true);
            }
        }
        let tone = Tone::of(grid, seen, |x, y| near[y / size * columns + x / size]);
        // What is drawn on either picture, in values of the second, and how many windows show it.
        let mut drawn = [[0.0_f32; BINS]; 2];
        let mut simpler = [0_usize; 2];
        let (mut lighter, mut darker) = (0.0_f32, 0.0_f32);
        for place in off {
            let window = Window::of(grid, seen, *place, size, &tone);
            lighter += window.lighter;
            darker += window.darker;
            if window.count() < size as f32 {
                continue;
            }
            let few = window.values.map(|values| share_of_few(&values));
            let side = match few[0] - few[1] {
                more if more > SIMPLER => 0,
                more if more < -SIMPLER => 1,
                _ => continue,
            };
            simpler[side] += 1;
            for (sum, count) in drawn[side].iter_mut().zip(window.values_in_second(side)) {
                *sum += count;
            }
        }
        let share = |windows: usize| windows as f32 / off.len().max(1) as f32;
        Signs {
            rarer: share(simpler[0].min(simpler[1])),
            clearer: share(simpler[0].max(simpler[1])),
            both_ways: lighter.min(darker) / (lighter + darker).max(1.0),
            common: in_common(&drawn),
        }
    }
}

/// The pixels of a window that differ.
struct Window {
    /// How many have each value, in the first picture and in the second.
    values: [[f32; BINS]; 2],
    /// What the values of the first are expected to be in the second.
    expected: [f32; BINS],
    lighter: f32,
    darker: f32,
}

impl Window {
    fn of(grid: &Plane, seen: &Plane, (column, row): Place, size: usize, tone: &Tone) -> Window {
        let mut window =
            Window { values: [[0.0; BINS]; 2], expected: [0.0; BINS], lighter: 0.0, darker: 0.0 };
        for y in row * size..(row + 1) * size {
            for x in column * size..(column + 1) * size {
                let (own, to) = (grid.at(x, y), seen.at(x, y));
                if own.is_nan() || to.is_nan() {
                    continue;
                }
                let from = bin(own);
                let off = to - tone.mean[from];
                if off.abs() > DIFFERS.0.max(DIFFERS.1 * tone.deviation[from]) {
                    window.values[0][from] += 1.0;
                    window.values[1][bin(to)] += 1.0;
                    window.expected[bin(tone.mean[from])] += 1.0;
                    *if off > 0.0 { &mut window.lighter } else { &mut window.darker } += 1.0;
                }
            }
        }
        window
    }

    fn count(&self) -> f32 {
        self.lighter + self.darker
    }

    /// What one of the pictures has there, in values of the second.
    fn values_in_second(&self, side: usize) -> [f32; BINS] {
        if side == 0 { self.expected } else { self.values[1] }
    }
}

/// The share of pixels that have one of the few most frequent values.
fn share_of_few(values: &[f32; BINS]) -> f32 {
    let mut sorted = *values;
    sorted.sort_unstable_by(f32::total_cmp);
    let few: f32 = sorted[BINS - FEW..].iter().sum();
    few / values.iter().sum::<f32>().max(1.0)
}

/// How much two sets of values have in common, 1 at most; neighbouring values count for each other.
fn in_common([one, other]: &[[f32; BINS]; 2]) -> f32 {
    let soft = |values: &[f32; BINS]| {
        let all = values.iter().sum::<f32>().max(1.0);
        let at = |bin: usize| values[bin] / all;
        std::array::from_fn::<f32, BINS, _>(|bin| {
            let beside = at(bin.saturating_sub(1)) + at((bin + 1).min(BINS - 1));
            0.5 * at(bin) + 0.25 * beside
        })
    };
    soft(one).iter().zip(soft(other)).map(|(a, b)| a.min(b)).sum()
}

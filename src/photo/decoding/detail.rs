//! How fine the detail is that is really there: a copy that was blown up has many pixels and no more detail than before.
//!
//! A few rows of pixels, spread over the picture, are cut into windows of 64 pixels, and of each window it is asked how
//! strong its waves of each length are. In a picture of the world the strength falls as waves get shorter, about in
//! proportion to their length; in one that was enlarged four times, nothing is left of the shorter three quarters of
//! all waves. How many *half octaves* are missing at the short end is what is told: 0 for a picture that uses its
//! pixels, 4 for one that was enlarged to four times its width, 6 for eight times. Less is not told: pictures that are
//! slightly out of focus look the same, and a coarse copy of one, full of the noise of its compression, would pass for
//! the better. Measured in both directions it would be surer; rows alone are what a JPEG gives cheaply.
//!
//! Whole numbers throughout: every machine computes the same.

use std::collections::VecDeque;
use std::sync::OnceLock;

/// Pixels in a window.
pub(super) const WINDOW: usize = 64;

/// How many rows of a picture are looked at.
const ROWS: u64 = 32;

/// The most windows of a row that are looked at, evenly spread.
const MOST_ACROSS: usize = 32;

/// Fewer windows than this say nothing.
const FEWEST_WINDOWS: usize = 64;

/// The waves of each half octave, from long to short, as how many of them fit into a window. Those near a multiple of
/// eight are left out: that is where the blocks of a JPEG show.
const BANDS: [&[usize]; 7] =
    [&[3, 4], &[5], &[6], &[10, 11], &[12, 13, 14], &[18, 19, 20, 21, 22], &[26, 27, 28, 29, 30]];

/// One window in this many may be stronger than what a band is judged by: detail counts wherever it is.
const STRONGEST: usize = 32;

/// A band is empty if its waves, weighed by their number in a window, are weaker than those of the strongest band of
/// longer waves by more than the root of this. Of 125 photos in their first size one has so much empty that it is told,
/// a wall of fog; of 125 that were blown up eightfold, 122 (three are walls), by a bilinear filter 120.
const FALL: u64 = 12;

/// So many bands must be empty.
const FEWEST_EMPTY: usize = 3;

/// Collects the rows that matter.
pub(super) struct Detail {
    /// The rows that are looked at and have not come, from the top.
    wanted: VecDeque<usize>,
    /// How many rows have come.
    passed: usize,
    /// Of each window and wave the square of its strength.
    windows: Vec<[u32; WINDOW / 2]>,
}

/// The rows of a picture of this height that are looked at, from the top.
pub(super) fn wanted_rows(height: u32) -> impl Iterator<Item = usize> {
    let row = move |number: u64| (2 * number + 1) * u64::from(height) / (2 * ROWS);
    (0..ROWS).map(move |number| row(number) as usize)
}

impl Detail {
    /// Of a picture of this height.
    pub(super) fn new(height: u32) -> Detail {
        Detail { wanted: wanted_rows(height).collect(), passed: 0, windows: Vec::new() }
    }

    /// Takes the next row of all, and looks at it if it is one of those that matter.
    pub(super) fn add_row<T: Copy>(&mut self, row: &[T], luma: impl Fn(T) -> u8) {
        if self.wanted.front() == Some(&self.passed) {
            self.look_at(row, luma);
            while self.wanted.front() == Some(&self.passed) {
                self.wanted.pop_front();
            }
        }
        self.passed += 1;
    }

    /// Looks at a row that matters.
    pub(super) fn look_at<T: Copy>(&mut self, row: &[T], luma: impl Fn(T) -> u8) {
        let (windows, _) = row.as_chunks::<WINDOW>();
        let step = windows.len().div_ceil(MOST_ACROSS).max(1);
        for window in windows.iter().step_by(step) {
            let window = window.map(|pixel| i32::from(luma(pixel)));
            self.windows.push(strengths(&window));
        }
    }

    /// How many half octaves at the short end are missing: 4 to 7, or 0 for fewer and if there is too little to tell.
    pub(super) fn missing(mut self) -> u8 {
        if self.windows.len() < FEWEST_WINDOWS {
            return 0;
        }
        let levels = BANDS.map(|waves| {
            let weighed = |wave: &usize| {
                let square = strong(&mut self.windows, *wave).saturating_sub(ROUNDING);
                (wave * wave) as u64 * square
            };
            waves.iter().map(weighed).sum::<u64>() / waves.len() as u64
        });
        if levels.iter().all(|level| *level < FAINT) {
            return 0;
        }
        let is_empty = |band: &usize| {
            let longer = levels[..*band].iter().max();
            longer.is_some_and(|strongest| levels[*band] < strongest / FALL)
        };
        // What comes after the first empty one is noise.
        let empty = match (0..BANDS.len()).find(is_empty) {
            None => 0,
            Some(first) => BANDS.len() - first,
        };
        if empty < FEWEST_EMPTY {
            return 0;
        }
        empty as u8 + ROLL_OFF
    }
}

/// The strength of a wave that swings by one step of brightness.
const UNIT: u64 = 64;

/// The square of the strength that rounding to whole steps of brightness gives to every wave: .03 of a step's.
const ROUNDING: u64 = UNIT * UNIT * 3 / 100;

/// A picture that is weaker than this in all bands is a wall or a fog, which may well have no detail.
const FAINT: u64 = (8 * UNIT) * (8 * UNIT);

/// A copy that was blown up seems to have half an octave more than it has: what enlarges it blurs the end.
const ROLL_OFF: u8 = 1;

/// The squares of the strengths of a window's waves.
fn strengths(window: &[i32; WINDOW]) -> [u32; WINDOW / 2] {
    let tables = tables();
    let mean = window.iter().sum::<i32>() / WINDOW as i32;
    let faded: [i32; WINDOW] = std::array::from_fn(|x| (window[x] - mean) * tables.fade[x]);
    let mut squares = [0; WINDOW / 2];
    for wave in BANDS.into_iter().flatten() {
        let strength = |turned: &[[i32; WINDOW]; WINDOW / 2]| {
            // A value has 17 bits with its sign, a factor 9, and there are 64 of them.
            let sum: i32 = faded.iter().zip(&turned[*wave]).map(|(a, b)| a * b).sum();
            sum >> 14
        };
        let (even, odd) = (strength(&tables.even), strength(&tables.odd));
        squares[*wave] = (even * even + odd * odd) as u32;
    }
    squares
}

/// The square of the strength that only one window in [`STRONGEST`] exceeds.
fn strong(windows: &mut [[u32; WINDOW / 2]], wave: usize) -> u64 {
    let at = windows.len() - 1 - windows.len() / STRONGEST;
    let (_, window, _) = windows.select_nth_unstable_by_key(at, |window| window[wave]);
    window[wave].into()
}

/// The factors of a window, times 256.
struct Tables {
    /// Windows fade out at both ends: waves that do not fit in would show as short ones.
    fade: [i32; WINDOW],
    /// Of each wave its cosine and its sine.
    even: [[i32; WINDOW]; WINDOW / 2],
    odd: [[i32; WINDOW]; WINDOW / 2],
}

fn tables() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    TABLES.get_or_init(|| {
        let turn = |x: usize| std::f64::consts::TAU * (x % WINDOW) as f64 / WINDOW as f64;
        let rounded = |factor: f64| (256.0 * factor).round() as i32;
        let waves = |factor: fn(f64) -> f64| {
            std::array::from_fn(|wave| std::array::from_fn(|x| rounded(factor(turn(x * wave)))))
        };
        Tables {
            fade: std::array::from_fn(|x| rounded(0.5 - 0.5 * turn(x).cos())),
            even: waves(f64::cos),
            odd: waves(f64::sin),
        }
    })
}

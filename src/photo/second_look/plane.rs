//! Grey pictures in memory, resized and sampled between their pixels.

/// A picture of one channel, row by row, from 0 to 255.
#[derive(Clone, Debug)]
pub(super) struct Plane {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) cells: Vec<f32>,
}

impl Plane {
    pub(super) fn from_fn(
        width: usize,
        height: usize,
        mut value: impl FnMut(usize, usize) -> f32,
    ) -> Plane {
        let mut cells = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                cells.push(value(x, y));
            }
        }
        Plane { width, height, cells }
    }

    /// The value of a pixel.
    pub(super) fn at(&self, x: usize, y: usize) -> f32 {
        self.cells[y * self.width + x]
    }

    /// The longer side.
    pub(super) fn longer(&self) -> usize {
        self.width.max(self.height)
    }

    /// The value between pixels, whose centres lie on halves; none outside of the picture.
    pub(super) fn between(&self, x: f32, y: f32) -> Option<f32> {
        let inside = x >= 0.0 && y >= 0.0 && x <= self.width as f32 && y <= self.height as f32;
        inside.then(|| {
            let (x, y) = ((x - 0.5).max(0.0), (y - 0.5).max(0.0));
            let (left, top) = ((x as usize).min(self.width - 1), (y as usize).min(self.height - 1));
            let (right, bottom) = ((left + 1).min(self.width - 1), (top + 1).min(self.height - 1));
            let (fx, fy) = (x - left as f32, y - top as f32);
            let upper = self.at(left, top) * (1.0 - fx) + self.at(right, top) * fx;
            let lower = self.at(left, bottom) * (1.0 - fx) + self.at(right, bottom) * fx;
            upper * (1.0 - fy) + lower * fy
        })
    }

    /// The picture in another size, each pixel the exact average of the area it covers; enlarged linearly.
    pub(super) fn resized(&self, width: usize, height: usize) -> Plane {
        let (width, height) = (width.max(1), height.max(1));
        if (width, height) == (self.width, self.height) {
            return self.clone();
        }
        let across = Taps::new(self.width, width);
        let down = Taps::new(self.height, height);
        let mut rows = vec![0.0; width * self.height];
        for y in 0..self.height {
            let row = &self.cells[y * self.width..(y + 1) * self.width];
            for (x, tap) in across.taps.iter().enumerate() {
                rows[y * width + x] = tap
                    .weights
                    .iter()
                    .zip(&row[tap.first..])
                    .map(|(weight, value)| weight * value)
                    .sum();
            }
        }
        let mut cells = vec![0.0; width * height];
        for (y, tap) in down.taps.iter().enumerate() {
            let out = &mut cells[y * width..(y + 1) * width];
            for (weight, row) in
                tap.weights.iter().zip(rows[tap.first * width..].chunks_exact(width))
            {
                for (out, value) in out.iter_mut().zip(row) {
                    *out += weight * value;
                }
            }
        }
        Plane { width, height, cells }
    }

    /// The picture with its longer side of this many pixels.
    pub(super) fn with_longer(&self, longer: usize) -> Plane {
        let scale = longer as f32 / self.longer() as f32;
        let side = |side: usize| ((side as f32 * scale).round() as usize).max(1);
        self.resized(side(self.width), side(self.height))
    }

    /// A part of the picture: left, top, width and height of the whole, which may be a pixel off.
    pub(super) fn part(&self, [left, top, width, height]: [f64; 4]) -> Plane {
        let at = |share: f64, side: usize| ((share * side as f64).round() as usize).min(side - 1);
        let (x, y) = (at(left, self.width), at(top, self.height));
        let end = |share: f64, side: usize, start: usize| {
            ((share * side as f64).round() as usize).clamp(start + 1, side)
        };
        let right = end(left + width, self.width, x);
        let bottom = end(top + height, self.height, y);
        Plane::from_fn(right - x, bottom - y, |dx, dy| self.at(x + dx, y + dy))
    }

    /// The picture turned to the right.
    pub(super) fn turned(&self) -> Plane {
        Plane::from_fn(self.height, self.width, |x, y| self.at(y, self.height - 1 - x))
    }

    /// The picture averaged over boxes of this radius, twice: nearly a Gaussian.
    pub(super) fn blurred(&self, radius: usize) -> Plane {
        let mut blurred = self.clone();
        for _ in 0..2 {
            blurred = blurred.averaged_across(radius).averaged_down(radius);
        }
        blurred
    }

    fn averaged_across(&self, radius: usize) -> Plane {
        let mut averaged = self.clone();
        let rows = self.cells.chunks(self.width).zip(averaged.cells.chunks_mut(self.width));
        for (row, to) in rows {
            box_line(row, radius, |x, value| to[x] = value);
        }
        averaged
    }

    /// All columns at a time: one after the other would jump through the memory.
    fn averaged_down(&self, radius: usize) -> Plane {
        let mut averaged = self.clone();
        let row = |y: usize| &self.cells[y * self.width..][..self.width];
        let mut sums = vec![0.0_f64; self.width];
        let (mut start, mut end) = (0, 0);
        for y in 0..self.height {
            while end < (y + radius + 1).min(self.height) {
                sums.iter_mut().zip(row(end)).for_each(|(sum, value)| *sum += f64::from(*value));
                end += 1;
            }
            while start + radius < y {
                sums.iter_mut().zip(row(start)).for_each(|(sum, value)| *sum -= f64::from(*value));
                start += 1;
            }
            let to = &mut averaged.cells[y * self.width..][..self.width];
            for (cell, sum) in to.iter_mut().zip(&sums) {
                *cell = (sum / (end - start) as f64) as f32;
            }
        }
        averaged
    }
}

/// Averages a picture that comes row by row, so that the whole of it need not be in memory twice. Each pixel has so many
/// values.
pub(super) struct Reducer<const VALUES: usize> {
    across: Taps,
    down: Taps,
    width: usize,
    rows: usize,
    /// Averaged rows that are not finished, of each value.
    planes: [Plane; VALUES],
}

impl<const VALUES: usize> Reducer<VALUES> {
    /// For a picture of this size, of which so many pixels, across and down, are to make up one.
    pub(super) fn new(width: usize, height: usize, reduced: f64) -> Reducer<VALUES> {
        let side = |side: usize| ((side as f64 / reduced).round() as usize).max(1);
        let empty = Plane::from_fn(side(width), side(height), |_, _| 0.0);
        Reducer {
            across: Taps::new(width, side(width)),
            down: Taps::new(height, side(height)),
            width,
            rows: 0,
            planes: std::array::from_fn(|_| empty.clone()),
        }
    }

    /// Takes the next row, of whose pixels `values` are averaged; rows that are too short or too many count for nothing.
    pub(super) fn add_row(&mut self, row: &[[u8; 3]], values: impl Fn([u8; 3]) -> [f32; VALUES]) {
        if row.len() < self.width || self.rows >= self.down.from {
            return;
        }
        let sums: Vec<[f32; VALUES]> = self
            .across
            .taps
            .iter()
            .map(|tap| {
                let mut sum = [0.0; VALUES];
                for (weight, pixel) in tap.weights.iter().zip(&row[tap.first..]) {
                    for (sum, value) in sum.iter_mut().zip(values(*pixel)) {
                        *sum += weight * value;
                    }
                }
                sum
            })
            .collect();
        let row = self.rows;
        self.rows += 1;
        // The rows of the result that this one is a part of: one, or two that meet in it.
        let guess = row * self.down.taps.len() / self.down.from;
        for y in guess.saturating_sub(1)..(guess + 2).min(self.down.taps.len()) {
            let tap = &self.down.taps[y];
            let Some(weight) = row.checked_sub(tap.first).and_then(|at| tap.weights.get(at)) else {
                continue;
            };
            for (value, plane) in self.planes.iter_mut().enumerate() {
                let width = plane.width;
                for (cell, sum) in plane.cells[y * width..][..width].iter_mut().zip(&sums) {
                    *cell += weight * sum[value];
                }
            }
        }
    }

    /// A plane of each value; none if rows are missing.
    pub(super) fn finish(self) -> Option<[Plane; VALUES]> {
        (self.rows == self.down.from).then_some(self.planes)
    }
}

fn box_line(line: &[f32], radius: usize, mut put: impl FnMut(usize, f32)) {
    let mut sum = 0.0_f64;
    let mut end = 0;
    let mut start = 0;
    for at in 0..line.len() {
        while end < (at + radius + 1).min(line.len()) {
            sum += f64::from(line[end]);
            end += 1;
        }
        while start + radius < at {
            sum -= f64::from(line[start]);
            start += 1;
        }
        put(at, (sum / (end - start) as f64) as f32);
    }
}

/// Which pixels make up each pixel of another size, and how much of each.
struct Taps {
    from: usize,
    taps: Vec<Tap>,
}

struct Tap {
    first: usize,
    weights: Vec<f32>,
}

impl Taps {
    fn new(from: usize, to: usize) -> Taps {
        let scale = from as f64 / to as f64;
        let tap = |at: usize| {
            if scale >= 1.0 {
                let (start, end) = (at as f64 * scale, (at + 1) as f64 * scale);
                let first = start as usize;
                let last = ((end - 1e-9) as usize).min(from - 1);
                let weight = |pixel: usize| {
                    let covered = end.min((pixel + 1) as f64) - start.max(pixel as f64);
                    (covered / scale) as f32
                };
                return Tap { first, weights: (first..=last).map(weight).collect() };
            }
            let centre = ((at as f64 + 0.5) * scale - 0.5).clamp(0.0, (from - 1) as f64);
            let first = (centre as usize).min(from.saturating_sub(2));
            let share = (centre - first as f64) as f32;
            Tap { first, weights: if from == 1 { vec![1.0] } else { vec![1.0 - share, share] } }
        };
        Taps { from, taps: (0..to).map(tap).collect() }
    }
}

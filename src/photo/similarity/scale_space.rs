//! A picture seen ever more blurred, and the places in it that stand out: what landmarks are taken from.
//!
//! A place stands out where a blob of some size is lighter or darker than what surrounds it, more than at any
//! neighbouring place or size. Such places are found again in a version that is cut, framed or scaled, since what they
//! are made of is near them. Whole numbers throughout: every machine finds the same.

use crate::photo::decoding::mosaic::{DECODED_SIDE, Mosaic};

/// Cells of the picture that is looked at, in its own proportions: as many as a square of 128 has. Of 160 it found no
/// more versions, and took half as long again.
const AREA: u64 = 128 * 128;

/// The fewest cells of a side; a strip that is longer than this allows is squeezed.
const MIN_SIDE: usize = 16;

/// Cells hold eight steps for each of 255.
const STEPS: u64 = 8;

/// How often the picture is halved.
const OCTAVES: usize = 4;

/// A picture smaller than this on either side shows no places any more.
const MIN_OCTAVE_SIDE: usize = 24;

/// How far a place must stand out, in steps of a cell.
const MIN_STRENGTH: i32 = 12;

/// How many places are taken of a picture, the strongest first.
const MAX_PLACES: usize = 200;

/// Cells of a picture of any size.
pub(super) struct Plane {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) cells: Vec<i16>,
}

/// A place that stands out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// Where its middle is, in sixteenths of a cell.
    pub(super) x: i32,
    pub(super) y: i32,
    /// How large it is: sixteen times the binary logarithm of its radius in cells.
    pub(super) size: i32,
    strength: i32,
}

/// A picture in all degrees of blur that landmarks are described in.
pub(super) struct ScaleSpace {
    pub(super) width: usize,
    pub(super) height: usize,
    /// Two for each octave, with radii of 1 and 1.4 cells of it.
    pub(super) blurred: Vec<Plane>,
    pub(super) places: Vec<Place>,
}

impl ScaleSpace {
    /// Of a picture that is displayed in these proportions.
    pub(super) fn of(picture: &Mosaic<DECODED_SIDE, 1>, width: u32, height: u32) -> ScaleSpace {
        let base = resampled(picture, width, height);
        let (width, height) = (base.width, base.height);
        let mut blurred = Vec::new();
        let mut places = Vec::new();
        let mut current = blur(&base);
        for octave in 0..OCTAVES {
            if current.width.min(current.height) < MIN_OCTAVE_SIDE {
                break;
            }
            // The variance of each is the number of blurs behind it.
            let second = blur(&current);
            let third = blur(&second);
            let fourth = blur(&third);
            let sixth = blur(&blur(&fourth));
            let ninth = blur(&blur(&blur(&sixth)));
            // What a step from one degree of blur to the next takes away, on a par whatever the step.
            let layers = [
                Layer::between(&current, &second, 9),
                Layer::between(&second, &fourth, 9),
                Layer::between(&third, &sixth, 9),
                Layer::between(&fourth, &ninth, 7),
            ];
            // The sizes of the layers: 5, 13, 17 and 22 sixteenths of an octave.
            for (at, size, down, up) in [(1, 13, 8, 5), (2, 17, 5, 4)] {
                let found = layers[at].places(&layers[at - 1], &layers[at + 1]);
                places.extend(found.map(|(place, step)| {
                    let way = if step < 0 { down } else { up };
                    Place {
                        x: place.x << octave,
                        y: place.y << octave,
                        size: size + 16 * octave as i32 + step * way / 16,
                        ..place
                    }
                }));
            }
            let next = halved(&fourth);
            blurred.extend([current, second]);
            current = next;
        }
        let order = |place: &Place| (-place.strength, place.y, place.x, place.size);
        places.sort_unstable_by_key(order);
        places.truncate(MAX_PLACES);
        ScaleSpace { width, height, blurred, places }
    }
}

/// The difference of two degrees of blur.
struct Layer {
    width: usize,
    height: usize,
    cells: Vec<i16>,
}

impl Layer {
    fn between(sharp: &Plane, soft: &Plane, eighths: i32) -> Layer {
        let pairs = sharp.cells.iter().zip(&soft.cells);
        let difference = |(sharp, soft): (&i16, &i16)| {
            (((i32::from(*soft) - i32::from(*sharp)) * eighths) >> 3) as i16
        };
        Layer { width: sharp.width, height: sharp.height, cells: pairs.map(difference).collect() }
    }

    /// The places that stand out of this layer, its neighbours in it and those in the layers before and after; with
    /// each how much of the way to the layer before or after its size lies, in sixteenths.
    fn places(&self, before: &Layer, after: &Layer) -> impl Iterator<Item = (Place, i32)> {
        let inner = (2..self.height - 2).flat_map(|y| (2..self.width - 2).map(move |x| (x, y)));
        inner.filter_map(move |(x, y)| self.place(before, after, x, y))
    }

    #[inline]
    fn place(&self, before: &Layer, after: &Layer, x: usize, y: usize) -> Option<(Place, i32)> {
        let (at, width) = (y * self.width + x, self.width);
        let value = i32::from(self.cells[at]);
        let sign = value.signum();
        let strength = value * sign;
        let own = |at: usize| i32::from(self.cells[at]);
        if strength < MIN_STRENGTH
            || own(at - 1) * sign >= strength
            || own(at + 1) * sign > strength
            || own(at - width) * sign >= strength
            || own(at + width) * sign > strength
        {
            return None;
        }
        let around = [at - width, at, at + width].into_iter().flat_map(|at| at - 1..=at + 1);
        let higher = |cell: i16| i32::from(cell) * sign >= strength;
        if around.clone().any(|other| {
            own(other) * sign > strength
                || higher(before.cells[other])
                || higher(after.cells[other])
        }) {
            return None;
        }
        let across = own(at - 1) + own(at + 1) - 2 * value;
        let down = own(at - width) + own(at + width) - 2 * value;
        let skew =
            (own(at + width + 1) + own(at - width - 1) - own(at + width - 1) - own(at - width + 1))
                / 4;
        // An edge stands out, too, but anywhere along it.
        let (shape, sum) = (across * down - skew * skew, across + down);
        if shape <= 0 || sum * sum > 10 * shape {
            return None;
        }
        // The top of the parabola through three values, at most half a step away.
        let top = |less: i32, more: i32, bend: i32, unit: i32| match bend {
            0 => 0,
            bend => (unit * (more - less) / (-2 * bend)).clamp(-unit / 2, unit / 2),
        };
        let (smaller, larger) = (i32::from(before.cells[at]), i32::from(after.cells[at]));
        let place = Place {
            x: 16 * x as i32 + 8 + top(own(at - 1), own(at + 1), across, 16),
            y: 16 * y as i32 + 8 + top(own(at - width), own(at + width), down, 16),
            size: 0,
            strength,
        };
        Some((place, top(smaller, larger, smaller + larger - 2 * value, 16)))
    }
}

/// The picture in its own proportions.
fn resampled(picture: &Mosaic<DECODED_SIDE, 1>, width: u32, height: u32) -> Plane {
    let side = |this: u32, other: u32| -> usize {
        let square = 4 * AREA * u64::from(this.max(1)) / u64::from(other.max(1));
        (square.isqrt().div_ceil(2) as usize).clamp(MIN_SIDE, DECODED_SIDE)
    };
    let (width, height) = (side(width, height), side(height, width));
    // Lengths are counted in units of which a cell of the mosaic has as many as the new side has cells.
    let parts = |side: usize| -> Vec<(usize, Vec<u32>)> {
        let part = |cell: usize| {
            let (start, end) = (cell * DECODED_SIDE, (cell + 1) * DECODED_SIDE);
            let (first, last) = (start / side, (end - 1) / side);
            let weights = (first..=last)
                .map(|cell| (((cell + 1) * side).min(end) - (cell * side).max(start)) as u32);
            (first, weights.collect())
        };
        (0..side).map(part).collect()
    };
    let (across, down) = (parts(width), parts(height));
    let rows = picture.cells.as_flattened().chunks_exact(DECODED_SIDE);
    let narrowed: Vec<u32> = rows
        .flat_map(|row| {
            across.iter().map(|(first, weights)| {
                let cells = row[*first..].iter().zip(weights);
                cells.map(|(cell, weight)| u32::from(*cell) * weight).sum()
            })
        })
        .collect();
    let mut cells = Vec::with_capacity(width * height);
    for (first, weights) in &down {
        let mut sums = vec![0_u32; width];
        for (row, weight) in narrowed.chunks_exact(width).skip(*first).zip(weights) {
            for (sum, cell) in sums.iter_mut().zip(row) {
                *sum += cell * weight;
            }
        }
        // The weights of a cell add up to 256 in each direction.
        let scaled = |sum: u32| ((u64::from(sum) * STEPS + (1 << 15)) >> 16) as i16;
        cells.extend(sums.into_iter().map(scaled));
    }
    Plane { width, height, cells }
}

/// The picture blurred by 1, 4, 6, 4, 1 sixteenths in each direction: a variance of one cell.
fn blur(plane: &Plane) -> Plane {
    let (width, height) = (plane.width, plane.height);
    let mix = |[a, b, c, d, e]: [i16; 5]| -> i16 {
        let [a, b, c, d, e] = [a, b, c, d, e].map(i32::from);
        ((a + e + 4 * (b + d) + 6 * c + 8) >> 4) as i16
    };
    let mut across = Vec::with_capacity(width * height);
    let mut padded = vec![0; width + 4];
    for row in plane.cells.chunks_exact(width) {
        padded[2..width + 2].copy_from_slice(row);
        padded[..2].fill(row[0]);
        padded[width + 2..].fill(row[width - 1]);
        let (a, b, c) = (&padded[..width], &padded[1..=width], &padded[2..width + 2]);
        let (d, e) = (&padded[3..width + 3], &padded[4..]);
        across.extend((0..width).map(|x| mix([a[x], b[x], c[x], d[x], e[x]])));
    }
    let mut cells = Vec::with_capacity(width * height);
    for y in 0..height {
        let row = |row: usize| &across[row.min(height - 1) * width..][..width];
        let (a, b, c) = (row(y.saturating_sub(2)), row(y.saturating_sub(1)), row(y));
        let (d, e) = (row(y + 1), row(y + 2));
        cells.extend((0..width).map(|x| mix([a[x], b[x], c[x], d[x], e[x]])));
    }
    Plane { width, height, cells }
}

/// The averages of four cells each.
fn halved(plane: &Plane) -> Plane {
    let (width, height) = (plane.width / 2, plane.height / 2);
    let cell = |at: usize| i32::from(plane.cells[at]);
    let cells = (0..height).flat_map(|y| {
        (0..width).map(move |x| {
            let at = 2 * y * plane.width + 2 * x;
            let below = at + plane.width;
            ((cell(at) + cell(at + 1) + cell(below) + cell(below + 1) + 2) >> 2) as i16
        })
    });
    Plane { width, height, cells: cells.collect() }
}

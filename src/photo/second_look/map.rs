//! How one picture lies on the other.

/// Where a point of the one picture lies in the other, both counted from 0 to 1 across the whole picture: linear, and
/// with a product term for a picture that was photographed at an angle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Map {
    pub(super) x: [f64; 4],
    pub(super) y: [f64; 4],
}

/// The corners of a picture, in order around it.
pub(super) const CORNERS: [(f64, f64); 4] = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)];

impl Map {
    /// The whole on the whole.
    pub(super) const WHOLE: Map = Map { x: [0.0, 1.0, 0.0, 0.0], y: [0.0, 0.0, 1.0, 0.0] };

    /// Where a point lies in the other picture.
    pub(super) fn apply(&self, u: f64, v: f64) -> (f64, f64) {
        let along = |terms: &[f64; 4]| terms[0] + terms[1] * u + terms[2] * v + terms[3] * u * v;
        (along(&self.x), along(&self.y))
    }

    /// A part of the other picture that begins here and is this wide and high.
    pub(super) fn part(left: f64, top: f64, width: f64, height: f64) -> Map {
        Map { x: [left, width, 0.0, 0.0], y: [top, 0.0, height, 0.0] }
    }

    /// The map from a part of the one picture: left, top, width and height. Without a product term.
    pub(super) fn within(&self, [left, top, width, height]: [f64; 4]) -> Map {
        let from = |terms: &[f64; 4]| {
            let start = terms[0] + terms[1] * left + terms[2] * top;
            [start, terms[1] * width, terms[2] * height, 0.0]
        };
        Map { x: from(&self.x), y: from(&self.y) }
    }

    /// The way back of a map without turns.
    pub(super) fn back(&self) -> Map {
        let along = |start: f64, size: f64| (-start / size, 1.0 / size);
        let (left, width) = along(self.x[0], self.x[1]);
        let (top, height) = along(self.y[0], self.y[2]);
        Map::part(left, top, width, height)
    }

    /// Whether two maps lay all corners at about the same places.
    pub(super) fn is_near(&self, other: &Map) -> bool {
        const NEAR: f64 = 0.04;
        CORNERS.iter().all(|(u, v)| {
            let (a, b) = (self.apply(*u, *v), other.apply(*u, *v));
            (a.0 - b.0).abs() < NEAR && (a.1 - b.1).abs() < NEAR
        })
    }

    /// The point of the one picture that lies here in the other, found in steps.
    pub(super) fn source(&self, x: f64, y: f64) -> (f64, f64) {
        let (mut u, mut v) = (x, y);
        for _ in 0..30 {
            let (found_x, found_y) = self.apply(u, v);
            let (dx, dy) = (x - found_x, y - found_y);
            let (a, b) = (self.x[1] + self.x[3] * v, self.x[2] + self.x[3] * u);
            let (c, d) = (self.y[1] + self.y[3] * v, self.y[2] + self.y[3] * u);
            let area = a * d - b * c;
            if area.abs() < 1e-9 {
                break;
            }
            u += (dx * d - b * dy) / area;
            v += (a * dy - dx * c) / area;
        }
        (u, v)
    }
}

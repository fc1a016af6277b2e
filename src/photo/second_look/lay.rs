//! One picture laid over the other.

use super::map::{CORNERS, Map};
use super::picture::Picture;
use super::place::guesses;
use super::plane::Plane;
use super::register::{Fit, agreement, refine, warp};

/// Places that are tried for each way of turning the picture.
const GUESSES: usize = 4;

/// One picture with the other as it lies on it.
pub(super) struct Laid {
    /// The one that has fewer pixels for the same part: the grid.
    pub(super) one: Picture,
    /// The other, turned as it fits.
    pub(super) other: Picture,
    /// Where a point of the one lies in the other.
    pub(super) map: Map,
    /// The whole of the one and the first guess at where it lies in the other, if it is a part by now.
    pub(super) whole: Option<(Picture, Map)>,
    /// Whether the other was turned by a quarter.
    pub(super) turned: bool,
    /// Windows that have been found in the other, of all with anything in them.
    pub(super) found: usize,
    pub(super) windows: usize,
}

impl Laid {
    /// Lays the second picture over the first, or the first over the second, as well as it can be done.
    pub(super) fn new(a: &Picture, b: &Picture) -> Laid {
        let mut best: Option<(f64, Laid)> = None;
        // Upright first; then as if the mark was lost that says how the camera was held. Upside down nobody holds it.
        let right = b.turned();
        let left = right.turned().turned();
        for (turned, b) in [(false, b), (true, &right), (true, &left)] {
            for guess in guesses(&a.luma, &b.luma, GUESSES) {
                let laid = Laid::at(a, b, guess.map, turned);
                let share = laid.found as f64 / laid.windows.max(1) as f64;
                let score = share * (laid.found as f64).sqrt().min(6.0);
                if best.as_ref().is_none_or(|(other, _)| score > *other) {
                    best = Some((score, laid));
                }
            }
            if best
                .as_ref()
                .is_some_and(|(_, laid)| laid.found > 16 && laid.found * 10 > laid.windows * 7)
            {
                break;
            }
        }
        let mut laid = best.map_or_else(|| Laid::at(a, b, Map::WHOLE, false), |(_, laid)| laid);
        for (longer, rounds) in [(256, 3), (512, 2)] {
            if longer <= laid.one.luma.longer() || longer == 256 {
                let fit = refine(&laid.one.luma, &laid.other.luma, laid.map, longer, true, rounds);
                laid.take(fit);
            }
        }
        // A page with little on it, or with the same lines time and again, is laid best as it is.
        let agreement = |map: &Map| agreement(&laid.one.luma, &laid.other.luma, map, 512);
        if !laid.turned
            && laid.whole.is_none()
            && laid.map.is_near(&Map::WHOLE)
            && agreement(&Map::WHOLE) >= agreement(&laid.map)
        {
            laid.map = Map::WHOLE;
        }
        laid
    }

    /// Lays them as a guess says, and improves it a little.
    fn at(a: &Picture, b: &Picture, map: Map, turned: bool) -> Laid {
        // Pixels of the second for one of the first: the grid is laid over what is coarser.
        let across = map.x[1] * b.luma.width as f64 / a.luma.width as f64;
        let down = map.y[2] * b.luma.height as f64 / a.luma.height as f64;
        let (one, other, map) = match across * down >= 0.98 {
            true => (a, b, map),
            false => (b, a, map.back()),
        };
        // Of a screen that shows the other picture somewhere only that part is a grid for it.
        let (one, map, whole) = match part_with(&map) {
            Some(part) => (one.part(part), map.within(part), Some((one.clone(), map))),
            None => (one.clone(), map, None),
        };
        let fit = refine(&one.luma, &other.luma, map, 128, false, 3);
        let mut laid = Laid { one, other: other.clone(), map, whole, turned, found: 0, windows: 0 };
        laid.take(fit);
        laid
    }

    fn take(&mut self, fit: Fit) {
        self.map = fit.map;
        self.found = fit.agreeing;
        self.windows = fit.windows;
    }

    /// Both at this size, the second as the first sees it.
    pub(super) fn planes(&self, longer: usize, blur: bool) -> (Plane, Plane) {
        let mut grid = self.one.luma.with_longer(longer.min(self.one.luma.longer()));
        let seen = warp(&self.other.luma, &self.map, grid.width, grid.height, blur);
        if blur {
            grid = grid.blurred(1);
        }
        (grid, seen)
    }

    /// Both in the most detail that the coarser one has, where each shows all of the other.
    pub(super) fn finest(&self) -> (Plane, Plane) {
        let (one, other) = (self.one.finest(), self.other.finest());
        let grid = one.with_longer(one.longer().min(other.longer())).blurred(1);
        let seen = warp(other, &self.map, grid.width, grid.height, true);
        (grid, seen)
    }
}

/// The part of the one picture that the other lies on, with a margin, if that is less than most of it: left, top, width
/// and height.
fn part_with(map: &Map) -> Option<[f64; 4]> {
    const MARGIN: f64 = 0.06;
    const MOST: f64 = 0.7;
    let corners = CORNERS.map(|(x, y)| map.source(x, y));
    let side = |at: fn(&(f64, f64)) -> f64| {
        let all = || corners.iter().map(at);
        let (low, high) = (all().fold(f64::MAX, f64::min), all().fold(f64::MIN, f64::max));
        ((low - MARGIN).max(0.0), (high + MARGIN).min(1.0))
    };
    let ((left, right), (top, bottom)) = (side(|point| point.0), side(|point| point.1));
    let (width, height) = (right - left, bottom - top);
    let is_part = width > 0.1 && height > 0.1 && width * height < MOST;
    is_part.then_some([left, top, width, height])
}

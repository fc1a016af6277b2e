//! Whether two pictures have the same colours, up to what turns one picture into a version of itself.

use super::lay::Laid;
use super::plane::Plane;
use super::register::warp;

/// Cells in a row that are compared.
const CELLS: usize = 40;

/// How far a colour may lie from what is expected: so many steps of 255, or this share of its own strength, and less
/// aside, where it is another hue.
const TOLERANCE: (f32, f32, f32) = (9.0, 0.5, 0.2);

/// Where the colours of both vary by so many steps and those of one are the opposite of the other's to this degree, no
/// way of colouring a picture leads from one to the other.
const OPPOSITE: (f32, f32) = (3.0, -0.4);

/// The most that colours are strengthened.
const STRONGEST: f32 = 2.5;

/// The share of the cells whose colours contradict each other.
///
/// A version may be paler, stronger, grey, brownish or warmer: all colours are then stretched by one factor from grey,
/// which is not negative, and moved by one step. A red shirt does not become a blue one that way.
pub(super) fn contradiction(laid: &Laid, differs: impl Fn(f64, f64) -> bool) -> f32 {
    let grid = |plane: &Plane| plane.with_longer(CELLS.min(plane.longer()));
    let [blue, red] = laid.one.colours.each_ref().map(grid);
    let (width, height) = (blue.width, blue.height);
    let light = laid.one.luma.resized(width, height);
    let seen = |plane: &Plane| warp(plane, &laid.map, width, height, false);
    let other_light = seen(&laid.other.luma);
    let [blue, red] = [blue, red].map(|plane| by_light(&plane, &light));
    let other = laid.other.colours.each_ref();
    let [other_blue, other_red] = other.map(|plane| by_light(&seen(plane), &other_light));
    let mut cells = Vec::new();
    for at in 0..blue.cells.len() {
        let (x, y) = (at % width, at / width);
        let middle = |at: usize, side: usize| (at as f64 + 0.5) / side as f64;
        let there = [other_blue.cells[at], other_red.cells[at]];
        if !there[0].is_nan() && !differs(middle(x, width), middle(y, height)) {
            let edges = [[&blue, &red], [&other_blue, &other_red]];
            let edges = edges.map(|planes| planes.map(|plane| edge(plane, x, y)));
            cells.push(Cell {
                colours: [[blue.cells[at], red.cells[at]], there],
                edge: edges.as_flattened().iter().copied().fold(0.0, f32::max),
            });
        }
    }
    // The greyer one cannot tell the other's colours: what counts is the direction in which they can be told.
    share_off(&cells, 0).min(share_off(&cells, 1))
}

/// A cell of both pictures.
struct Cell {
    /// Its colour in either.
    colours: [[f32; 2]; 2],
    /// How far the colour of a neighbour lies from it, at most: there a cell that lies half a cell off is another
    /// colour.
    edge: f32,
}

/// How far the neighbours of a cell lie from it.
fn edge(plane: &Plane, x: usize, y: usize) -> f32 {
    let own = plane.at(x, y);
    let columns = [x.saturating_sub(1), (x + 1).min(plane.width - 1)];
    let rows = [y.saturating_sub(1), (y + 1).min(plane.height - 1)];
    let beside = columns.map(|x| plane.at(x, y)).into_iter();
    let all = beside.chain(rows.map(|y| plane.at(x, y)));
    // Beyond the edge of the other picture there is no number, which is no distance.
    all.map(|value| (value - own).abs()).fold(0.0, f32::max)
}

/// Colours as they would be in one light: in a shadow all of them are fainter.
fn by_light(colour: &Plane, light: &Plane) -> Plane {
    Plane::from_fn(colour.width, colour.height, |x, y| {
        colour.at(x, y) * 128.0 / (light.at(x, y) + 48.0)
    })
}

/// The share of the cells whose colour in the other picture no factor and step explains, from this one to that.
fn share_off(cells: &[Cell], from: usize) -> f32 {
    let count = cells.len().max(1) as f32;
    let pairs = || cells.iter().map(|cell| (cell.colours[from], cell.colours[1 - from]));
    let mut mean = [[0.0_f32; 2]; 2];
    for (a, b) in pairs() {
        for channel in 0..2 {
            mean[0][channel] += a[channel] / count;
            mean[1][channel] += b[channel] / count;
        }
    }
    let (mut across, mut spreads) = (0.0, [1e-3, 1e-3]);
    for (a, b) in pairs() {
        for channel in 0..2 {
            let (a, b) = (a[channel] - mean[0][channel], b[channel] - mean[1][channel]);
            across += a * b;
            spreads[0] += a * a;
            spreads[1] += b * b;
        }
    }
    let [own, theirs] = spreads.map(|spread| (spread / count).sqrt());
    let opposite = across / count < OPPOSITE.1 * own * theirs;
    // A brownish copy has one tint all over, and not everywhere as strongly.
    let tinted = mean[1][0].hypot(mean[1][1]) > theirs;
    if own.min(theirs) > OPPOSITE.0 && opposite && !tinted {
        return 1.0;
    }
    let factor = (across / spreads[0]).clamp(0.0, STRONGEST);
    let off = cells.iter().zip(pairs()).filter(|(cell, (a, b))| {
        let expected = |channel: usize| mean[1][channel] + factor * (a[channel] - mean[0][channel]);
        let miss = [0, 1].map(|channel| b[channel] - expected(channel));
        let strength = b[0].hypot(b[1]);
        // How much of the miss is no matter of strength.
        let aside = (miss[0] * b[1] - miss[1] * b[0]).abs() / strength.max(1.0);
        let tolerance = |share: f32| TOLERANCE.0.max(share * strength);
        miss[0].hypot(miss[1]) > tolerance(TOLERANCE.1) + cell.edge
            || aside > tolerance(TOLERANCE.2) + cell.edge / 2.0
    });
    off.count() as f32 / count
}

//! Crosswords and positions of chess.

use image::RgbImage;

use crate::canvas::{BLACK, Ink, WHITE, block, disc, frame, polygon, sheet};
use crate::dice::Dice;
use crate::pen::sans;

/// A grid of crossed words that is filled in; the black fields stay.
pub(super) fn crossword(shared: &mut Dice, dice: &mut Dice) -> RgbImage {
    let mut paper = sheet(1000, 1000, WHITE);
    for (row, column) in (0..15).flat_map(|row| (0..15).map(move |column| (row, column))) {
        let (x, y) = (50.0 + 60.0 * column as f32, 50.0 + 60.0 * row as f32);
        if shared.percent(18) {
            block(&mut paper, [x, y, x + 61.0, y + 61.0], BLACK);
        } else {
            frame(&mut paper, [x, y, x + 61.0, y + 61.0], 1.5, BLACK);
            let letter = char::from(b'A' + dice.whole(0, 25) as u8).to_string();
            sans(42.0, BLACK).centred(&mut paper, x + 30.0, y + 8.0, &letter);
        }
    }
    paper
}

/// A position of chess.
pub(super) fn chess(_: &mut Dice, dice: &mut Dice) -> RgbImage {
    let mut board = sheet(880, 880, [245; 3]);
    for (row, column) in (0..8).flat_map(|row| (0..8).map(move |column| (row, column))) {
        let (x, y) = (40.0 + 100.0 * column as f32, 40.0 + 100.0 * row as f32);
        let light = (row + column) % 2 == 0;
        let field = if light { [240, 217, 181] } else { [181, 136, 99] };
        block(&mut board, [x, y, x + 100.0, y + 100.0], field);
        if dice.percent(30) {
            let ink = dice.pick(&[[250; 3], [40; 3]]);
            let which = dice.pick(&[0, 0, 0, 1, 2, 3, 4, 5]);
            // An edge, so that white men stand out from light fields.
            man(&mut board, which, [x + 50.0, y + 50.0], 1.08, [110; 3]);
            man(&mut board, which, [x + 50.0, y + 50.0], 1.0, ink);
        }
    }
    board
}

/// A pawn, rook, knight, bishop, queen or king around a point.
fn man(board: &mut RgbImage, which: usize, [x, y]: [f32; 2], scale: f32, ink: Ink) {
    const FOOT: &[[f32; 2]] = &[[-28.0, 40.0], [-24.0, 28.0], [24.0, 28.0], [28.0, 40.0]];
    for shape in std::iter::once(&FOOT).chain(MEN[which]) {
        let place = |[a, b]: &[f32; 2]| [x + a * scale, y + b * scale];
        let placed: Vec<[f32; 2]> = shape.iter().map(place).collect();
        polygon(board, &placed, ink);
    }
    if which == 0 {
        disc(board, [x, y - 18.0 * scale], 14.0 * scale, ink);
    }
}

/// The polygons of each man above its foot, in pixels from the middle of a field of 100.
#[rustfmt::skip]
const MEN: [&[&[[f32; 2]]]; 6] = [
    &[&[[-20.0, 28.0], [-8.0, -8.0], [8.0, -8.0], [20.0, 28.0]]],
    &[
        &[[-18.0, 28.0], [-16.0, -14.0], [16.0, -14.0], [18.0, 28.0]],
        &[[-26.0, -12.0], [-26.0, -36.0], [-12.0, -36.0], [-12.0, -24.0], [-7.0, -24.0], [-7.0, -36.0],
          [7.0, -36.0], [7.0, -24.0], [12.0, -24.0], [12.0, -36.0], [26.0, -36.0], [26.0, -12.0]],
    ],
    &[&[[-20.0, 28.0], [-6.0, 2.0], [-24.0, 8.0], [-30.0, -4.0], [-8.0, -28.0], [-4.0, -38.0],
        [4.0, -28.0], [18.0, -16.0], [24.0, 4.0], [22.0, 28.0]]],
    &[
        &[[-18.0, 28.0], [-10.0, 4.0], [10.0, 4.0], [18.0, 28.0]],
        &[[0.0, -38.0], [14.0, -16.0], [14.0, -2.0], [0.0, 8.0], [-14.0, -2.0], [-14.0, -16.0]],
    ],
    &[&[[-24.0, 28.0], [-34.0, -20.0], [-18.0, -2.0], [-14.0, -34.0], [0.0, -6.0], [14.0, -34.0],
        [18.0, -2.0], [34.0, -20.0], [24.0, 28.0]]],
    &[
        &[[-24.0, 28.0], [-32.0, -6.0], [-16.0, -16.0], [0.0, -4.0], [16.0, -16.0], [32.0, -6.0], [24.0, 28.0]],
        &[[-5.0, -40.0], [5.0, -40.0], [5.0, -2.0], [-5.0, -2.0]],
        &[[-14.0, -34.0], [14.0, -34.0], [14.0, -24.0], [-14.0, -24.0]],
    ],
];

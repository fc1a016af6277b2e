//! Charts, maps and sheet music.

use std::f32::consts::TAU;

use image::RgbImage;

use crate::canvas::{BLACK, Ink, WHITE, block, disc, ellipse, line, paint, path, polygon, sheet};
use crate::dice::Dice;
use crate::pen::{bold, sans};

const INKS: [Ink; 5] =
    [[31, 119, 180], [255, 127, 14], [44, 160, 44], [214, 39, 40], [148, 103, 189]];

/// The axes of a chart, with its title.
fn axes(title: &str) -> RgbImage {
    let mut chart = sheet(1200, 850, WHITE);
    bold(40.0, BLACK).centred(&mut chart, 600.0, 30.0, title);
    for step in 0..=5 {
        let y = 730.0 - 120.0 * step as f32;
        block(&mut chart, [110.0, y, 1150.0, y + 2.0], [220; 3]);
        sans(26.0, [60; 3]).right(&mut chart, 95.0, y - 14.0, &(step * 20).to_string());
    }
    block(&mut chart, [110.0, 730.0, 1150.0, 733.0], BLACK);
    chart
}

/// A chart of bars.
pub(super) fn bars(_: &mut Dice, dice: &mut Dice) -> RgbImage {
    let values: Vec<f32> = (0..8).map(|_| dice.real(5.0, 95.0)).collect();
    bar_chart(&values)
}

/// A chart of bars whose figures are close to those of the others.
pub(super) fn close_bars(shared: &mut Dice, dice: &mut Dice) -> RgbImage {
    let mut value = || (shared.real(20.0, 90.0) + dice.real(-3.0, 3.0)).clamp(1.0, 99.0);
    let values: Vec<f32> = (0..8).map(|_| value()).collect();
    bar_chart(&values)
}

fn bar_chart(values: &[f32]) -> RgbImage {
    let mut chart = axes("Sales by quarter");
    for (place, value) in values.iter().enumerate() {
        let x = 150.0 + 125.0 * place as f32;
        block(&mut chart, [x, 730.0 - 6.0 * value, x + 80.0, 730.0], INKS[0]);
        sans(26.0, BLACK).centred(&mut chart, x + 40.0, 745.0, &format!("Q{}", place + 1));
        let text = format!("{value:.1}");
        sans(24.0, BLACK).centred(&mut chart, x + 40.0, 698.0 - 6.0 * value, &text);
    }
    chart
}

/// A chart of three lines.
pub(super) fn lines(_: &mut Dice, dice: &mut Dice) -> RgbImage {
    line_chart(|_| dice.real(8.0, 92.0))
}

/// A chart of three lines whose figures are close to those of the others.
pub(super) fn close_lines(shared: &mut Dice, dice: &mut Dice) -> RgbImage {
    line_chart(|_| (shared.real(10.0, 90.0) + dice.real(-3.0, 3.0)).clamp(1.0, 99.0))
}

fn line_chart(mut value: impl FnMut(usize) -> f32) -> RgbImage {
    let mut chart = axes("Visitors by month");
    for (row, ink) in INKS.iter().take(3).enumerate() {
        let points: Vec<[f32; 2]> = (0..12)
            .map(|month| [150.0 + 88.0 * month as f32, 730.0 - 6.0 * value(month)])
            .collect();
        path(&mut chart, &points, 4.0, *ink);
        for point in &points {
            disc(&mut chart, *point, 7.0, *ink);
        }
        let x = 250.0 + 260.0 * row as f32;
        block(&mut chart, [x, 795.0, x + 40.0, 801.0], *ink);
        sans(26.0, BLACK).write(&mut chart, x + 52.0, 782.0, ["north", "south", "east"][row]);
    }
    chart
}

/// A chart of shares.
pub(super) fn pie(_: &mut Dice, dice: &mut Dice) -> RgbImage {
    let weights: Vec<f32> = (0..5).map(|_| dice.real(0.2, 1.0)).collect();
    pie_chart(&weights)
}

/// A chart of shares that are close to those of the others.
pub(super) fn close_pie(shared: &mut Dice, dice: &mut Dice) -> RgbImage {
    let mut weight = || shared.real(0.3, 1.0) + dice.real(-0.04, 0.04);
    let weights: Vec<f32> = (0..5).map(|_| weight()).collect();
    pie_chart(&weights)
}

fn pie_chart(weights: &[f32]) -> RgbImage {
    let mut chart = sheet(1000, 800, WHITE);
    bold(40.0, BLACK).centred(&mut chart, 500.0, 30.0, "Where the money goes");
    let total: f32 = weights.iter().sum();
    let mut from = 0.0;
    for (place, weight) in weights.iter().enumerate() {
        let to = from + weight / total * TAU;
        let disc = [60.0, 130.0, 660.0, 730.0];
        paint(&mut chart, disc, INKS[place], |x, y| {
            let (x, y) = (x - 360.0, y - 430.0);
            let angle = y.atan2(x).rem_euclid(TAU);
            if (from..to).contains(&angle) { x.hypot(y) - 300.0 } else { 1.0 }
        });
        let y = 200.0 + 80.0 * place as f32;
        block(&mut chart, [720.0, y, 760.0, y + 40.0], INKS[place]);
        let name = ["rent", "food", "travel", "books", "other"][place];
        let share = format!("{name} {:.0} %", weight / total * 100.0);
        sans(34.0, BLACK).write(&mut chart, 780.0, y, &share);
        from = to;
    }
    chart
}

/// One map, with another way on it.
pub(super) fn route(shared: &mut Dice, dice: &mut Dice) -> RgbImage {
    let mut map = sheet(1200, 1200, [242, 239, 233]);
    for _ in 0..9 {
        let (x, y) = (shared.real(0.0, 1200.0), shared.real(0.0, 1200.0));
        let (wide, high) = (shared.real(80.0, 260.0), shared.real(80.0, 260.0));
        let ink = shared.pick(&[[200, 230, 190], [170, 211, 223], [224, 223, 223]]);
        ellipse(&mut map, [x - wide, y - high, x + wide, y + high], ink);
    }
    let across: Vec<f32> =
        (0..9).map(|step| 70.0 + 130.0 * step as f32 + shared.real(-30.0, 30.0)).collect();
    let down: Vec<f32> =
        (0..9).map(|step| 70.0 + 130.0 * step as f32 + shared.real(-30.0, 30.0)).collect();
    let corner = |column: usize, row: usize| [across[column] + 6.0 * row as f32 - 24.0, down[row]];
    for at in 0..9 {
        let (street, road): (Vec<_>, Vec<_>) =
            (0..9).map(|step| (corner(at, step), corner(step, at))).unzip();
        let wide = if at % 4 == 0 { 20.0 } else { 11.0 };
        for way in [street, road] {
            path(&mut map, &way, wide + 4.0, [200; 3]);
            path(&mut map, &way, wide, if at % 4 == 0 { [252, 214, 164] } else { WHITE });
        }
        let [x, y] = corner(at, (at * 5) % 9);
        sans(24.0, [90; 3]).write(&mut map, x + 14.0, y + 10.0, &shared.title(1));
    }
    let (mut column, mut row) = (dice.whole(0, 4) as usize, dice.whole(0, 4) as usize);
    let mut way = vec![corner(column, row)];
    while column < 8 && row < 8 && way.len() < 10 {
        if dice.percent(50) {
            column += 1
        } else {
            row += 1
        }
        way.push(corner(column, row));
    }
    path(&mut map, &way, 10.0, [30, 100, 230]);
    disc(&mut map, way[0], 20.0, [30, 160, 70]);
    disc(&mut map, way[way.len() - 1], 20.0, [210, 40, 40]);
    map
}

/// Another map in the same colours.
pub(super) fn map(_: &mut Dice, dice: &mut Dice) -> RgbImage {
    let place = u64::from(dice.whole(0, u32::MAX));
    route(&mut Dice::new("another place", place), dice)
}

/// A page of music.
pub(super) fn music(_: &mut Dice, dice: &mut Dice) -> RgbImage {
    let mut paper = sheet(1240, 1600, [253; 3]);
    bold(44.0, BLACK).centred(&mut paper, 620.0, 60.0, &dice.title(3));
    for staff in 0..9 {
        let top = 180.0 + 155.0 * staff as f32;
        for row in 0..5 {
            let y = top + 16.0 * row as f32;
            block(&mut paper, [80.0, y, 1160.0, y + 2.0], BLACK);
        }
        for bar in 0..=4 {
            let x = 80.0 + 270.0 * bar as f32;
            block(&mut paper, [x - 1.0, top, x + 2.0, top + 66.0], BLACK);
        }
        for note in 0..16 {
            let x = 120.0 + 67.5 * note as f32;
            let y = top + 65.0 - 8.0 * dice.whole(0, 9) as f32;
            if dice.percent(15) {
                continue;
            }
            let head = [x - 11.0, y - 8.0, x + 11.0, y + 8.0];
            ellipse(&mut paper, head, BLACK);
            if dice.percent(25) {
                ellipse(&mut paper, [x - 6.0, y - 4.0, x + 6.0, y + 4.0], [253; 3]);
            }
            line(&mut paper, [x + 10.0, y], [x + 10.0, y - 54.0], 2.5, BLACK);
            if dice.percent(30) {
                polygon(
                    &mut paper,
                    &[[x + 10.0, y - 54.0], [x + 26.0, y - 30.0], [x + 10.0, y - 42.0]],
                    BLACK,
                );
            }
        }
    }
    paper
}

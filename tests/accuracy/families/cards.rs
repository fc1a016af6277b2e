//! Cards, tickets and codes.

use std::f32::consts::PI;

use image::{RgbImage, imageops};

use crate::canvas::{BLACK, WHITE, block, disc, ellipse, frame, line, path, ring, rounded, sheet};
use crate::dice::Dice;
use crate::pen::{bold, mono, sans};

/// A drawn face before a grey wall, as for a passport.
pub(super) fn face(_: &mut Dice, dice: &mut Dice) -> RgbImage {
    const SKIN: [[u8; 3]; 4] = [[240, 200, 170], [200, 150, 110], [140, 95, 65], [255, 220, 195]];
    const HAIR: [[u8; 3]; 4] = [[40, 30, 20], [120, 70, 30], [200, 170, 90], [90, 90, 90]];
    let mut photo = sheet(420, 540, [225, 228, 232]);
    let (skin, hair) = (dice.pick(&SKIN), dice.pick(&HAIR));
    let shirt = dice.colour(20, 240);
    ellipse(&mut photo, [40.0, 430.0, 380.0, 700.0], shirt);
    let half = dice.real(92.0, 125.0);
    let long = if dice.percent(40) { 110.0 } else { 0.0 };
    ellipse(&mut photo, [195.0 - half, 60.0, 225.0 + half, 330.0 + long], hair);
    block(&mut photo, [172.0, 350.0, 248.0, 460.0], skin);
    ellipse(&mut photo, [210.0 - half, 100.0, 210.0 + half, 410.0], skin);
    let apart = dice.real(40.0, 55.0);
    let brow = dice.real(4.0, 10.0);
    for x in [210.0 - apart, 210.0 + apart] {
        ellipse(&mut photo, [x - 18.0, 210.0, x + 18.0, 236.0], WHITE);
        disc(&mut photo, [x, 223.0], 9.0, [40; 3]);
        line(&mut photo, [x - 25.0, 190.0], [x + 25.0, 187.0], brow, hair);
    }
    let nose = dice.real(5.0, 15.0);
    let shade = skin.map(|value| value - 40);
    line(&mut photo, [210.0, 240.0], [210.0 - nose, 300.0], 6.0, shade);
    let smile = dice.real(-12.0, 18.0);
    let mouth: Vec<[f32; 2]> = (0..=10)
        .map(|step| {
            let part = step as f32 / 10.0;
            [170.0 + 80.0 * part, 340.0 + smile * (PI * part).sin()]
        })
        .collect();
    path(&mut photo, &mouth, 6.0, [150, 40, 40]);
    if dice.percent(40) {
        for x in [210.0 - apart, 210.0 + apart] {
            ring(&mut photo, [x, 222.0], 30.0, 5.0, BLACK);
        }
    }
    imageops::fast_blur(&photo, 1.2)
}

/// A library card: another face, another name.
pub(super) fn library(shared: &mut Dice, dice: &mut Dice) -> RgbImage {
    let mut card = sheet(1200, 756, [238, 242, 248]);
    block(&mut card, [0.0, 0.0, 1200.0, 130.0], [30, 80, 60]);
    bold(56.0, WHITE).write(&mut card, 50.0, 32.0, "CITY LIBRARY OF NOWHERE");
    let photo = imageops::thumbnail(&face(shared, dice), 320, 411);
    imageops::replace(&mut card, &photo, 60, 200);
    let name = dice.name();
    let rows = [
        ("Name", name.clone()),
        ("Born", dice.date().replace("2026", &dice.whole(1940, 2015).to_string())),
        ("Card", dice.whole(10_000_000, 99_999_999).to_string()),
        ("Valid until", format!("{}/{}", dice.whole(1, 12), dice.whole(2027, 2031))),
    ];
    for (row, (what, value)) in rows.iter().enumerate() {
        let y = 195.0 + 105.0 * row as f32;
        sans(26.0, [100; 3]).write(&mut card, 440.0, y, what);
        sans(46.0, BLACK).write(&mut card, 440.0, y + 28.0, value);
    }
    line(&mut card, [440.0, 690.0], [900.0, 690.0], 2.0, [120; 3]);
    card
}

/// The page of a passport with the photo.
pub(super) fn passport(shared: &mut Dice, dice: &mut Dice) -> RgbImage {
    let mut page = sheet(1250, 880, [226, 232, 222]);
    for wave in 0..40 {
        let points: Vec<[f32; 2]> = (0..=50)
            .map(|step| {
                let x = step as f32 * 25.0;
                [x, wave as f32 * 22.0 + 9.0 * (x / 90.0 + wave as f32 / 3.0).sin()]
            })
            .collect();
        path(&mut page, &points, 1.5, [205, 216, 206]);
    }
    bold(34.0, [40, 50, 90]).write(&mut page, 60.0, 36.0, "PASSPORT   REPUBLIC OF NOWHERE");
    let photo = imageops::thumbnail(&face(shared, dice), 350, 450);
    imageops::replace(&mut page, &photo, 70, 120);
    let name = dice.name().to_uppercase();
    let (given, family) = name.split_once(' ').unwrap_or((&name, ""));
    let number = format!("C{}", dice.whole(10_000_000, 99_999_999));
    let born =
        format!("{:02} {:02} {}", dice.whole(1, 28), dice.whole(1, 12), dice.whole(1940, 2015));
    for (row, (what, value)) in [
        ("Passport No.", number.as_str()),
        ("Surname", family),
        ("Given names", given),
        ("Date of birth", &born),
        ("Nationality", "NOWHERE"),
    ]
    .iter()
    .enumerate()
    {
        let y = 120.0 + 95.0 * row as f32;
        sans(22.0, [90; 3]).write(&mut page, 480.0, y, what);
        sans(38.0, BLACK).write(&mut page, 480.0, y + 26.0, value);
    }
    let zone = format!("P<NWH{family}<<{given}{}", "<".repeat(44));
    mono(42.0, BLACK).write(&mut page, 60.0, 690.0, &zone[..44]);
    let zone = format!("{number}<4NWH{}{}", born.replace(' ', ""), "<".repeat(44));
    mono(42.0, BLACK).write(&mut page, 60.0, 760.0, &zone[..44]);
    page
}

/// A business card of one firm.
pub(super) fn business(_: &mut Dice, dice: &mut Dice) -> RgbImage {
    let mut card = sheet(1050, 600, [252; 3]);
    block(&mut card, [0.0, 0.0, 40.0, 600.0], [200, 90, 20]);
    disc(&mut card, [900.0, 130.0], 70.0, [200, 90, 20]);
    bold(50.0, WHITE).centred(&mut card, 900.0, 102.0, "OS");
    let name = dice.name();
    bold(56.0, BLACK).write(&mut card, 100.0, 90.0, &name);
    let post = dice.pick(&["Sales", "Accounts", "Engineering", "Design", "Support"]);
    sans(34.0, [90; 3]).write(&mut card, 100.0, 165.0, post);
    let pen = sans(32.0, [30; 3]);
    pen.write(&mut card, 100.0, 340.0, "Orange & Silver Ltd, 7 Bridge Street");
    pen.write(&mut card, 100.0, 390.0, &format!("+00 555 {}", dice.whole(100_000, 999_999)));
    let mail = format!("{}@orange-silver.example", name.to_lowercase().replace(' ', "."));
    pen.write(&mut card, 100.0, 440.0, &mail);
    card
}

/// A code of squares, in its layout like a QR code.
pub(super) fn code(_: &mut Dice, dice: &mut Dice) -> RgbImage {
    squares(dice, 33, 20)
}

/// So many modules a side, so many pixels each. The corners, the timing lines and the alignment mark stay.
fn squares(dice: &mut Dice, modules: u32, pixels: u32) -> RgbImage {
    const QUIET: u32 = 4;
    let side = modules + 2 * QUIET;
    let mut picture = sheet(side * pixels, side * pixels, WHITE);
    let mut module = |x: u32, y: u32, wide: u32, ink| {
        let edge = |at: u32| ((at + QUIET) * pixels) as f32;
        block(&mut picture, [edge(x), edge(y), edge(x + wide), edge(y + wide)], ink);
    };
    for (y, x) in (0..modules).flat_map(|y| (0..modules).map(move |x| (y, x))) {
        let timing = (x == 6 || y == 6) && (x + y) % 2 == 0;
        if timing || (x != 6 && y != 6 && dice.percent(50)) {
            module(x, y, 1, BLACK);
        }
    }
    let last = modules - 7;
    for (x, y) in [(0, 0), (last, 0), (0, last)] {
        module(x.max(1) - 1, y.max(1) - 1, 8, WHITE);
        module(x, y, 7, BLACK);
        module(x + 1, y + 1, 5, WHITE);
        module(x + 2, y + 2, 3, BLACK);
    }
    let mark = modules - 9;
    module(mark, mark, 5, BLACK);
    module(mark + 1, mark + 1, 3, WHITE);
    module(mark + 2, mark + 2, 1, BLACK);
    picture
}

/// A boarding pass in the app of an airline.
pub(super) fn boarding(_: &mut Dice, dice: &mut Dice) -> RgbImage {
    let mut screen = super::screens::phone(WHITE);
    block(&mut screen, [0.0, 90.0, 1080.0, 360.0], [200, 16, 46]);
    bold(80.0, WHITE).write(&mut screen, 80.0, 180.0, "BOARDING PASS");
    sans(52.0, BLACK).write(&mut screen, 80.0, 420.0, &dice.name().to_uppercase());
    bold(96.0, BLACK).write(&mut screen, 80.0, 530.0, "NWH  >  SMW");
    let seat = format!("Seat {}{}", dice.whole(1, 30), dice.pick(&['A', 'B', 'C', 'D', 'E', 'F']));
    let gate = format!("{seat}   Gate {}   {}", dice.whole(1, 40), dice.date());
    sans(50.0, BLACK).write(&mut screen, 80.0, 700.0, &gate);
    let code = squares(dice, 41, 18);
    imageops::replace(&mut screen, &code, 99, 900);
    sans(40.0, [110; 3]).centred(
        &mut screen,
        540.0,
        1900.0,
        "Please be at the gate 30 minutes early",
    );
    screen
}

/// A ticket of a theatre.
pub(super) fn ticket(_: &mut Dice, dice: &mut Dice) -> RgbImage {
    let mut paper = sheet(1400, 560, [250, 244, 225]);
    frame(&mut paper, [20.0, 20.0, 1380.0, 540.0], 4.0, [120, 30, 40]);
    bold(60.0, [120, 30, 40]).write(&mut paper, 70.0, 60.0, "NOWHERE MUNICIPAL THEATRE");
    sans(44.0, BLACK).write(&mut paper, 70.0, 170.0, &dice.title(4));
    let when = format!("{}   {}", dice.date(), dice.time());
    sans(38.0, BLACK).write(&mut paper, 70.0, 250.0, &when);
    let seat = format!("Row {}   Seat {}", dice.whole(1, 30), dice.whole(1, 40));
    bold(48.0, BLACK).write(&mut paper, 70.0, 340.0, &seat);
    sans(30.0, [80; 3]).write(&mut paper, 70.0, 450.0, "No admission after the beginning");
    let mut x = 1080.0;
    while x < 1320.0 {
        let wide = dice.whole(1, 4) as f32 * 4.0;
        block(&mut paper, [x, 120.0, x + wide, 420.0], BLACK);
        x += wide + dice.whole(1, 4) as f32 * 4.0;
    }
    mono(30.0, BLACK).write(
        &mut paper,
        1090.0,
        440.0,
        &dice.whole(100_000_000, 999_999_999).to_string(),
    );
    paper
}

/// The display of a meter, photographed month after month.
pub(super) fn meter(_: &mut Dice, dice: &mut Dice) -> RgbImage {
    let mut photo = sheet(1600, 1200, [190, 190, 186]);
    rounded(&mut photo, [300.0, 150.0, 1300.0, 1050.0], 40.0, [90; 3]);
    rounded(&mut photo, [308.0, 158.0, 1292.0, 1042.0], 36.0, [235, 235, 230]);
    block(&mut photo, [450.0, 330.0, 1150.0, 520.0], [150, 170, 140]);
    let reading = format!("{}.{}", dice.whole(10_000, 99_999), dice.whole(0, 9));
    mono(150.0, [20, 30, 20]).write(&mut photo, 480.0, 345.0, &reading);
    sans(52.0, [60; 3]).centred(&mut photo, 800.0, 700.0, "kWh   No. 4471120");
    imageops::fast_blur(&photo, 1.0)
}

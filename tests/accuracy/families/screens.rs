//! Screens: apps of a phone, slides, a spreadsheet, an editor.

use image::RgbImage;

use crate::canvas::{BLACK, Ink, WHITE, block, disc, rounded, sheet};
use crate::dice::Dice;
use crate::pen::{bold, icons, mono, sans};

const GREY: Ink = [120; 3];

/// A phone's screen with its status bar.
pub(super) fn phone(back: Ink) -> RgbImage {
    let mut screen = sheet(1080, 2160, back);
    block(&mut screen, [0.0, 0.0, 1080.0, 90.0], [30; 3]);
    sans(40.0, WHITE).write(&mut screen, 50.0, 24.0, "12:04");
    rounded(&mut screen, [940.0, 30.0, 1020.0, 62.0], 8.0, WHITE);
    screen
}

/// The app of a bank: other entries, another balance.
pub(super) fn bank(_: &mut Dice, dice: &mut Dice) -> RgbImage {
    let entries = u64::from(dice.whole(0, u32::MAX));
    account(&mut Dice::new("entries", entries), dice)
}

/// The app of a bank: the balance alone differs.
pub(super) fn balance(shared: &mut Dice, dice: &mut Dice) -> RgbImage {
    account(shared, dice)
}

fn account(entries: &mut Dice, balance: &mut Dice) -> RgbImage {
    let mut screen = phone(WHITE);
    block(&mut screen, [0.0, 90.0, 1080.0, 700.0], [0, 80, 160]);
    sans(52.0, WHITE).write(&mut screen, 80.0, 180.0, "Current account");
    let sum = format!("{:.2} EUR", balance.money(10_000, 99_999));
    bold(92.0, WHITE).write(&mut screen, 80.0, 330.0, &sum);
    sans(38.0, WHITE).write(&mut screen, 80.0, 560.0, "IBAN XX00 0000 0000 0000");
    for row in 0..7 {
        let y = 760.0 + 180.0 * row as f32;
        sans(46.0, BLACK).write(&mut screen, 80.0, y, &entries.title(2));
        let amount = format!("-{:.2}", entries.money(1, 300));
        sans(46.0, [160, 0, 0]).right(&mut screen, 1000.0, y, &amount);
        sans(34.0, GREY).write(&mut screen, 80.0, y + 62.0, &entries.date());
        block(&mut screen, [60.0, y + 130.0, 1020.0, y + 132.0], [220; 3]);
    }
    screen
}

/// The weather of another town.
pub(super) fn weather(_: &mut Dice, dice: &mut Dice) -> RgbImage {
    const SKIES: [&str; 4] = ["☀", "☁", "⛅", "☔"];
    let mut screen = phone([70, 130, 200]);
    sans(72.0, WHITE).centred(&mut screen, 540.0, 200.0, &dice.title(1));
    let warm = dice.whole(2, 34);
    bold(200.0, WHITE).centred(&mut screen, 540.0, 320.0, &format!("{warm}°"));
    icons(120.0, WHITE).centred(&mut screen, 540.0, 590.0, dice.pick(&SKIES));
    rounded(&mut screen, [60.0, 780.0, 1020.0, 1080.0], 40.0, [95, 150, 212]);
    for hour in 0..6 {
        let x = 140.0 + 160.0 * hour as f32;
        sans(36.0, WHITE).centred(&mut screen, x, 810.0, &format!("{} h", 13 + hour));
        icons(60.0, WHITE).centred(&mut screen, x, 880.0, dice.pick(&SKIES));
        let then = (warm + dice.whole(0, 6)).saturating_sub(3);
        sans(40.0, WHITE).centred(&mut screen, x, 985.0, &format!("{then}°"));
    }
    rounded(&mut screen, [60.0, 1130.0, 1020.0, 2060.0], 40.0, [95, 150, 212]);
    let days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    for (row, day) in days.iter().enumerate() {
        let y = 1170.0 + 125.0 * row as f32;
        sans(48.0, WHITE).write(&mut screen, 110.0, y, day);
        icons(56.0, WHITE).write(&mut screen, 560.0, y, dice.pick(&SKIES));
        let low = dice.whole(0, 15);
        let span = format!("{low}°  {}°", low + dice.whole(3, 15));
        sans(48.0, WHITE).right(&mut screen, 970.0, y, &span);
    }
    screen
}

/// A chat in one app.
pub(super) fn chat(_: &mut Dice, dice: &mut Dice) -> RgbImage {
    let mut screen = phone([232, 226, 216]);
    block(&mut screen, [0.0, 90.0, 1080.0, 240.0], [18, 110, 96]);
    disc(&mut screen, [110.0, 165.0], 50.0, [200; 3]);
    bold(50.0, WHITE).write(&mut screen, 190.0, 135.0, &dice.name());
    let mut y = 290.0;
    while y < 1780.0 {
        let mine = dice.percent(50);
        let lines = dice.whole(1, 3);
        let (left, right, ink) =
            if mine { (380.0, 1040.0, [216, 250, 200]) } else { (40.0, 700.0, WHITE) };
        let bottom = y + 50.0 + 54.0 * lines as f32;
        rounded(&mut screen, [left, y, right, bottom], 24.0, ink);
        for line in 0..lines {
            sans(42.0, BLACK).write(
                &mut screen,
                left + 30.0,
                y + 18.0 + 54.0 * line as f32,
                &dice.words(5),
            );
        }
        sans(26.0, GREY).right(&mut screen, right - 24.0, bottom - 36.0, &dice.time());
        y = bottom + 30.0;
    }
    rounded(&mut screen, [30.0, 2020.0, 930.0, 2130.0], 55.0, WHITE);
    sans(42.0, GREY).write(&mut screen, 80.0, 2048.0, "Message");
    disc(&mut screen, [1005.0, 2075.0], 55.0, [18, 140, 120]);
    screen
}

/// A page read on a phone: two words differ.
pub(super) fn article(shared: &mut Dice, dice: &mut Dice) -> RgbImage {
    let mut screen = phone([250; 3]);
    bold(60.0, BLACK).write(&mut screen, 60.0, 160.0, &shared.title(3));
    let pen = sans(26.0, [50; 3]);
    pen.fill(&mut screen, shared, [60.0, 280.0, 1020.0, 1000.0], 1.5);
    pen.write(
        &mut screen,
        60.0,
        1020.0,
        &format!("That is, he said, a matter of {}.", dice.words(2)),
    );
    pen.fill(&mut screen, shared, [60.0, 1060.0, 1020.0, 2060.0], 1.5);
    screen
}

/// The settings of a phone.
pub(super) fn settings(_: &mut Dice, dice: &mut Dice) -> RgbImage {
    let mut screen = phone([242, 242, 247]);
    bold(84.0, BLACK).write(&mut screen, 60.0, 160.0, "Settings");
    rounded(&mut screen, [40.0, 330.0, 1040.0, 2100.0], 40.0, WHITE);
    for row in 0..12 {
        let y = 370.0 + 143.0 * row as f32;
        let tint = dice.colour(40, 220);
        rounded(&mut screen, [80.0, y, 160.0, y + 80.0], 18.0, tint);
        sans(48.0, BLACK).write(&mut screen, 200.0, y + 12.0, &dice.title(2));
        let on = dice.percent(50);
        let (ink, knob) = if on { ([52, 199, 89], 960.0) } else { ([220; 3], 895.0) };
        rounded(&mut screen, [850.0, y + 4.0, 1005.0, y + 84.0], 40.0, ink);
        disc(&mut screen, [knob, y + 44.0], 35.0, WHITE);
        block(&mut screen, [200.0, y + 110.0, 1040.0, y + 112.0], [225; 3]);
    }
    screen
}

/// A code to be kept.
pub(super) fn verification(_: &mut Dice, dice: &mut Dice) -> RgbImage {
    let mut screen = phone(WHITE);
    sans(72.0, BLACK).centred(&mut screen, 540.0, 700.0, "Your backup code");
    let code = format!("{} {}", dice.whole(100, 999), dice.whole(100, 999));
    bold(130.0, BLACK).centred(&mut screen, 540.0, 890.0, &code);
    sans(46.0, [90; 3]).centred(&mut screen, 540.0, 1150.0, "Keep this code in a safe place.");
    rounded(&mut screen, [140.0, 1900.0, 940.0, 2040.0], 60.0, [0, 120, 210]);
    sans(60.0, WHITE).centred(&mut screen, 540.0, 1938.0, "Done");
    screen
}

/// The first slide of a chapter.
pub(super) fn title(_: &mut Dice, dice: &mut Dice) -> RgbImage {
    let mut slide = sheet(1600, 900, [0, 51, 102]);
    block(&mut slide, [0.0, 500.0, 1600.0, 510.0], [255, 180, 0]);
    bold(96.0, WHITE).write(&mut slide, 100.0, 360.0, &format!("Chapter {}", dice.whole(1, 40)));
    sans(54.0, WHITE).write(&mut slide, 100.0, 560.0, &dice.title(3));
    slide
}

/// A slide with a few points.
pub(super) fn points(_: &mut Dice, dice: &mut Dice) -> RgbImage {
    let mut slide = sheet(1600, 900, WHITE);
    block(&mut slide, [0.0, 0.0, 1600.0, 140.0], [0, 51, 102]);
    bold(64.0, WHITE).write(&mut slide, 80.0, 38.0, &dice.title(3));
    for row in 0..5 {
        let y = 210.0 + 115.0 * row as f32;
        disc(&mut slide, [110.0, y + 26.0], 10.0, [255, 180, 0]);
        sans(48.0, [30; 3]).write(&mut slide, 150.0, y, &dice.words(6));
    }
    block(&mut slide, [0.0, 860.0, 1600.0, 900.0], [0, 51, 102]);
    let page = dice.whole(1, 60).to_string();
    sans(26.0, WHITE).right(&mut slide, 1560.0, 866.0, &page);
    slide
}

/// A table of numbers.
pub(super) fn spreadsheet(_: &mut Dice, dice: &mut Dice) -> RgbImage {
    let mut window = sheet(1600, 900, WHITE);
    block(&mut window, [0.0, 0.0, 1600.0, 70.0], [33, 115, 70]);
    sans(30.0, WHITE).write(&mut window, 30.0, 18.0, "Budget   File   Edit   View   Insert   Data");
    for column in 0..10 {
        let x = 60.0 + 154.0 * column as f32;
        block(&mut window, [x, 70.0, x + 153.0, 108.0], [230; 3]);
        let letter = char::from(b'A' + column as u8).to_string();
        sans(26.0, [60; 3]).centred(&mut window, x + 76.0, 74.0, &letter);
    }
    for row in 0..20 {
        let y = 109.0 + 39.0 * row as f32;
        sans(24.0, [60; 3]).write(&mut window, 14.0, y + 6.0, &(row + 1).to_string());
        block(&mut window, [60.0, y + 37.0, 1600.0, y + 38.0], [205; 3]);
        sans(25.0, BLACK).write(&mut window, 68.0, y + 5.0, dice.word());
        for column in 1..10 {
            let x = 60.0 + 154.0 * column as f32;
            block(&mut window, [x - 1.0, y, x, y + 38.0], [205; 3]);
            let amount = format!("{:.2}", dice.money(1, 9999));
            sans(25.0, BLACK).right(&mut window, x + 146.0, y + 5.0, &amount);
        }
    }
    window
}

/// A program in an editor.
pub(super) fn editor(_: &mut Dice, dice: &mut Dice) -> RgbImage {
    const INKS: [Ink; 4] = [[200, 200, 210], [120, 180, 240], [220, 160, 110], [140, 200, 140]];
    let mut window = sheet(1600, 1000, [30, 30, 38]);
    block(&mut window, [0.0, 0.0, 1600.0, 50.0], [50, 50, 60]);
    block(&mut window, [0.0, 50.0, 260.0, 1000.0], [40, 40, 48]);
    sans(26.0, [190; 3]).write(&mut window, 290.0, 10.0, "main.rs");
    for row in 0..22 {
        let name = format!("{}.rs", dice.word());
        sans(24.0, [170; 3]).write(&mut window, 24.0, 70.0 + 40.0 * row as f32, &name);
    }
    let mut indent = 0;
    for row in 0..29 {
        let y = 64.0 + 32.0 * row as f32;
        mono(22.0, [100; 3]).right(&mut window, 330.0, y, &(row + 1).to_string());
        indent = (indent + dice.whole(0, 2)).clamp(1, 5) - 1;
        let mut x = 360.0 + 50.0 * indent as f32;
        for _ in 0..dice.whole(1, 6) {
            let word = format!("{} ", dice.word());
            x = mono(22.0, dice.pick(&INKS)).write(&mut window, x, y, &word);
        }
    }
    window
}

/// A frame around a photo that a phone shows: the gallery's, dark or light, or a chat's.
#[derive(Clone, Copy)]
pub(crate) enum App {
    GalleryDark,
    GalleryLight,
    Chat,
}

/// A screenshot of a photo in an app.
pub(crate) fn showing(app: App, photo: &RgbImage, dice: &mut Dice) -> RgbImage {
    let (back, ink) = match app {
        App::GalleryDark => (BLACK, WHITE),
        App::GalleryLight => (WHITE, BLACK),
        App::Chat => ([232, 226, 216], BLACK),
    };
    let mut screen = sheet(1080, 2160, back);
    sans(40.0, ink).write(&mut screen, 50.0, 24.0, &dice.time());
    rounded(&mut screen, [940.0, 30.0, 1020.0, 62.0], 8.0, ink);
    let wide = if matches!(app, App::Chat) { 800.0 } else { 1080.0 };
    let scale = (wide / photo.width() as f32).min(1440.0 / photo.height() as f32);
    let side = |side: u32| ((side as f32 * scale).round() as u32).max(1);
    let (width, height) = (side(photo.width()), side(photo.height()));
    let shown =
        image::imageops::resize(photo, width, height, image::imageops::FilterType::CatmullRom);
    let left = if matches!(app, App::Chat) { 240 } else { (1080 - width) / 2 };
    let top = (2160 - height) / 2;
    if let App::Chat = app {
        block(&mut screen, [0.0, 90.0, 1080.0, 240.0], [18, 110, 96]);
        disc(&mut screen, [110.0, 165.0], 50.0, [200; 3]);
        bold(50.0, WHITE).write(&mut screen, 190.0, 135.0, &dice.name());
        let (x, y) = (left as f32, top as f32);
        let card = [x - 12.0, y - 12.0, x + width as f32 + 12.0, y + height as f32 + 70.0];
        rounded(&mut screen, card, 24.0, [216, 250, 200]);
        sans(40.0, BLACK).write(&mut screen, x + 10.0, y + height as f32 + 12.0, &dice.words(3));
        rounded(&mut screen, [30.0, 2020.0, 930.0, 2130.0], 55.0, WHITE);
        disc(&mut screen, [1005.0, 2075.0], 55.0, [18, 140, 120]);
    } else {
        sans(48.0, ink).centred(&mut screen, 540.0, 130.0, &dice.date());
        sans(36.0, GREY).centred(&mut screen, 540.0, 190.0, &dice.time());
        for (place, sign) in ["❤", "✏", "ℹ", "✂"].iter().enumerate() {
            icons(64.0, ink).centred(&mut screen, 135.0 + 270.0 * place as f32, 2010.0, sign);
        }
    }
    image::imageops::replace(&mut screen, &shown, i64::from(left), i64::from(top));
    screen
}

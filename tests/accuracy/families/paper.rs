//! Print: letters, invoices, receipts, forms, pages of books and reports.

use image::RgbImage;

use super::charts;
use crate::canvas::{BLACK, WHITE, block, frame, line, sheet};
use crate::dice::Dice;
use crate::pen::{bold, mono, sans};

/// A4 at 150 dots an inch.
const PAGE: (u32, u32) = (1240, 1754);

fn page() -> RgbImage {
    sheet(PAGE.0, PAGE.1, [253; 3])
}

/// A letter of one sender: the head and the foot stay.
pub(super) fn letter(_: &mut Dice, dice: &mut Dice) -> RgbImage {
    let mut paper = page();
    block(&mut paper, [0.0, 0.0, 1240.0, 140.0], [70; 3]);
    bold(50.0, WHITE).write(&mut paper, 80.0, 40.0, "MUNICIPALITY OF NOWHERE");
    let pen = sans(28.0, BLACK);
    pen.write(&mut paper, 100.0, 260.0, &dice.name());
    let street = format!("{} {} Street", dice.whole(1, 99), dice.title(1));
    pen.write(&mut paper, 100.0, 300.0, &street);
    pen.write(&mut paper, 800.0, 260.0, &format!("No. {}", dice.whole(1_000_000, 9_999_999)));
    pen.write(&mut paper, 800.0, 300.0, &dice.date());
    bold(28.0, BLACK).write(&mut paper, 100.0, 420.0, &dice.title(4));
    pen.fill(&mut paper, dice, [100.0, 490.0, 1140.0, 1040.0], 1.45);
    pen.write(&mut paper, 100.0, 1100.0, "Yours sincerely");
    line(&mut paper, [100.0, 1240.0], [500.0, 1240.0], 2.0, BLACK);
    pen.write(&mut paper, 100.0, 1255.0, &dice.name());
    block(&mut paper, [0.0, 1660.0, 1240.0, 1754.0], [70; 3]);
    paper
}

/// An invoice of one firm.
pub(super) fn invoice(_: &mut Dice, dice: &mut Dice) -> RgbImage {
    let words = dice.whole(0, u32::MAX);
    filled_invoice(&mut Dice::new("what was bought", u64::from(words)), dice)
}

/// An invoice of one firm to one customer for the same things: the amounts alone differ.
pub(super) fn amounts(shared: &mut Dice, dice: &mut Dice) -> RgbImage {
    filled_invoice(shared, dice)
}

/// A page of small print, as contracts are: one sum differs.
pub(super) fn contract(shared: &mut Dice, dice: &mut Dice) -> RgbImage {
    let mut paper = page();
    bold(30.0, BLACK).write(&mut paper, 100.0, 110.0, "Terms");
    let pen = sans(20.0, BLACK);
    pen.fill(&mut paper, shared, [100.0, 180.0, 1140.0, 800.0], 1.4);
    let sum =
        format!("The rent is {:.2} a month and is paid until its third day.", dice.money(100, 999));
    pen.write(&mut paper, 100.0, 820.0, &sum);
    pen.fill(&mut paper, shared, [100.0, 860.0, 1140.0, 1640.0], 1.4);
    paper
}

fn filled_invoice(words: &mut Dice, sums: &mut Dice) -> RgbImage {
    const BLUE: [u8; 3] = [20, 90, 160];
    let mut paper = page();
    block(&mut paper, [80.0, 80.0, 400.0, 200.0], BLUE);
    bold(52.0, WHITE).write(&mut paper, 115.0, 110.0, "ACME LTD");
    bold(60.0, BLUE).write(&mut paper, 800.0, 90.0, "INVOICE");
    let pen = sans(28.0, BLACK);
    let number = format!("No. {}   {}", words.whole(1000, 9999), words.date());
    pen.write(&mut paper, 800.0, 180.0, &number);
    pen.write(&mut paper, 80.0, 300.0, &words.name());
    pen.write(&mut paper, 80.0, 340.0, &format!("{} {} Road", words.whole(1, 99), words.title(1)));
    block(&mut paper, [80.0, 480.0, 1160.0, 530.0], [220, 230, 240]);
    pen.write(&mut paper, 100.0, 490.0, "Item");
    pen.right(&mut paper, 1140.0, 490.0, "Amount");
    let mut total = 0.0;
    for row in 0..8 {
        let y = 550.0 + 60.0 * row as f32;
        let amount = sums.money(1, 999);
        total += amount;
        pen.write(&mut paper, 100.0, y, &words.title(4));
        pen.right(&mut paper, 1140.0, y, &format!("{amount:.2}"));
        block(&mut paper, [80.0, y + 45.0, 1160.0, y + 47.0], [200; 3]);
    }
    bold(40.0, BLACK).right(&mut paper, 1140.0, 1100.0, &format!("Total  {total:.2}"));
    pen.write(&mut paper, 80.0, 1250.0, "Payable within 30 days. Thank you for your custom.");
    block(&mut paper, [80.0, 1600.0, 1160.0, 1604.0], BLUE);
    sans(22.0, [90; 3]).write(
        &mut paper,
        80.0,
        1620.0,
        "Acme Ltd, 1 Harbour Road, Nowhere, VAT 000 0000 00",
    );
    paper
}

/// A receipt of one shop.
pub(super) fn receipt(_: &mut Dice, dice: &mut Dice) -> RgbImage {
    let mut paper = sheet(576, 1400, [250; 3]);
    bold(44.0, BLACK).centred(&mut paper, 288.0, 30.0, "CORNER SHOP");
    sans(22.0, BLACK).centred(&mut paper, 288.0, 88.0, "12 Harbour Road, Nowhere");
    sans(22.0, BLACK).centred(&mut paper, 288.0, 118.0, "VAT 000 0000 00");
    block(&mut paper, [20.0, 160.0, 556.0, 162.0], BLACK);
    let pen = mono(25.0, BLACK);
    let mut total = 0.0;
    for row in 0..20 {
        let y = 180.0 + 42.0 * row as f32;
        let price = dice.money(0, 30) + 0.5;
        total += price;
        pen.write(&mut paper, 20.0, y, &dice.words(2));
        pen.right(&mut paper, 556.0, y, &format!("{price:.2}"));
    }
    block(&mut paper, [20.0, 1030.0, 556.0, 1032.0], BLACK);
    bold(40.0, BLACK).write(&mut paper, 20.0, 1050.0, "TOTAL");
    bold(40.0, BLACK).right(&mut paper, 556.0, 1050.0, &format!("{total:.2}"));
    let till = format!("{} {}  till {}", dice.date(), dice.time(), dice.whole(1, 9));
    sans(24.0, BLACK).write(&mut paper, 20.0, 1140.0, &till);
    sans(28.0, BLACK).centred(&mut paper, 288.0, 1250.0, "Thank you for your visit");
    paper
}

/// Two lines on a sheet.
pub(super) fn note(_: &mut Dice, dice: &mut Dice) -> RgbImage {
    let mut paper = page();
    let pen = sans(44.0, [20, 20, 60]);
    pen.write(&mut paper, 160.0, 300.0, &dice.title(1));
    pen.write(&mut paper, 160.0, 390.0, &dice.words(5));
    pen.write(&mut paper, 160.0, 480.0, &dice.words(4));
    paper
}

/// A form that is filled in.
pub(super) fn form(_: &mut Dice, dice: &mut Dice) -> RgbImage {
    const FIELDS: [&str; 8] =
        ["Name", "Given name", "Street", "City", "Born", "Phone", "Employer", "Since"];
    let mut paper = page();
    bold(42.0, BLACK).centred(&mut paper, 620.0, 60.0, "APPLICATION FORM 27-B");
    for row in 0..14 {
        let y = 180.0 + 105.0 * row as f32;
        frame(&mut paper, [80.0, y, 1160.0, y + 80.0], 3.0, BLACK);
        sans(20.0, [60; 3]).write(&mut paper, 95.0, y + 6.0, FIELDS[row % 8]);
        let answer =
            if row % 3 == 0 { dice.whole(100_000, 99_999_999).to_string() } else { dice.title(2) };
        sans(38.0, [30, 30, 90]).write(&mut paper, 300.0, y + 25.0, &answer);
    }
    paper
}

/// A page of a book.
pub(super) fn book(_: &mut Dice, dice: &mut Dice) -> RgbImage {
    let mut paper = sheet(1000, 1500, [250, 247, 238]);
    sans(22.0, [60; 3]).centred(&mut paper, 500.0, 70.0, "THE HARBOUR IN WINTER");
    sans(27.0, [20; 3]).fill(&mut paper, dice, [120.0, 150.0, 880.0, 1360.0], 1.42);
    sans(22.0, [60; 3]).centred(&mut paper, 500.0, 1410.0, &dice.whole(1, 399).to_string());
    paper
}

/// A page of a report: two columns and a chart.
pub(super) fn report(shared: &mut Dice, dice: &mut Dice) -> RgbImage {
    let mut paper = page();
    bold(40.0, [20, 60, 110]).write(&mut paper, 90.0, 80.0, &dice.title(4));
    block(&mut paper, [90.0, 140.0, 1150.0, 143.0], [20, 60, 110]);
    let pen = sans(23.0, [30; 3]);
    pen.fill(&mut paper, dice, [90.0, 180.0, 600.0, 1640.0], 1.4);
    let chart = charts::bars(shared, dice);
    let chart = image::imageops::thumbnail(&chart, 510, 360);
    image::imageops::replace(&mut paper, &chart, 640, 190);
    sans(20.0, [90; 3]).write(&mut paper, 640.0, 560.0, &format!("Figure 1: {}", dice.words(4)));
    pen.fill(&mut paper, dice, [640.0, 620.0, 1150.0, 1640.0], 1.4);
    sans(20.0, [90; 3]).centred(&mut paper, 620.0, 1680.0, &dice.whole(1, 80).to_string());
    paper
}

/// A month of a wall calendar, with what is entered.
pub(super) fn calendar(_: &mut Dice, dice: &mut Dice) -> RgbImage {
    const MONTHS: [&str; 6] = ["January", "March", "May", "July", "October", "December"];
    let mut paper = sheet(1400, 1000, WHITE);
    block(&mut paper, [0.0, 0.0, 1400.0, 120.0], [180, 40, 50]);
    let month = format!("{} {}", dice.pick(&MONTHS), dice.whole(2020, 2029));
    bold(60.0, WHITE).centred(&mut paper, 700.0, 28.0, &month);
    let first = dice.whole(0, 6) as usize;
    for (column, day) in ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"].iter().enumerate() {
        sans(28.0, [90; 3]).write(&mut paper, 40.0 + 190.0 * column as f32, 135.0, day);
    }
    for cell in 0..42 {
        let (x, y) = (30.0 + 190.0 * (cell % 7) as f32, 180.0 + 133.0 * (cell / 7) as f32);
        frame(&mut paper, [x, y, x + 191.0, y + 134.0], 2.0, [170; 3]);
        if cell >= first && cell < first + 31 {
            bold(32.0, BLACK).write(&mut paper, x + 10.0, y + 6.0, &(cell - first + 1).to_string());
            if dice.percent(25) {
                sans(22.0, [30, 60, 150]).write(&mut paper, x + 14.0, y + 56.0, &dice.title(2));
                sans(22.0, [30, 60, 150]).write(&mut paper, x + 14.0, y + 88.0, &dice.time());
            }
        }
    }
    paper
}

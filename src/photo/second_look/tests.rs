//! What the second look makes of drawn pictures. The first look is left out: nothing here is a matter of records.

use std::fs::File;
use std::io::{Cursor, Write};

use image::{DynamicImage, ImageFormat, Rgb, RgbImage, imageops};

use super::compare::compare;
use super::picture::Picture;
use super::{Relation, SecondLook};

/// Numbers that look random and are the same in every run: SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, below: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % u64::from(below.max(1))) as u32
    }
}

/// A scene with as many things in it as a photo has, softly shaded.
fn scene(width: u32, height: u32, seed: u64) -> RgbImage {
    let mut random = Random(seed);
    let mut picture = RgbImage::from_fn(width, height, |x, y| {
        let shade = 90 + (x * 60 / width + y * 50 / height) as u8;
        Rgb([shade, shade / 2 + 60, 220 - shade])
    });
    for _ in 0..220 {
        let (cx, cy) = (random.below(width) as i64, random.below(height) as i64);
        let radius = i64::from(width / 60 + random.below(width / 12));
        let colour = [0; 3].map(|_| random.below(220) as u8);
        for y in (cy - radius).max(0)..(cy + radius).min(height.into()) {
            for x in (cx - radius).max(0)..(cx + radius).min(width.into()) {
                let far = (x - cx).pow(2) + (y - cy).pow(2);
                if far < radius * radius {
                    let light = (far * 35 / (radius * radius)) as u8;
                    let shaded = colour.map(|value| value.saturating_add(35 - light));
                    picture.put_pixel(x as u32, y as u32, Rgb(shaded));
                }
            }
        }
    }
    imageops::blur(&picture, 1.2)
}

/// A page of made-up signs in lines, as a letter has; the first `alike` of them are those of every page.
fn page(seed: u64, alike: u32) -> RgbImage {
    let mut page = RgbImage::from_pixel(900, 1200, Rgb([250; 3]));
    let (mut same, mut own) = (Random(1), Random(seed));
    for sign in 0..30 * 40 {
        let random = if sign < alike { &mut same } else { &mut own };
        let bits = random.below(1 << 20) | random.below(1 << 10) << 10;
        let (left, top) = (90 + sign % 40 * 18, 120 + sign / 40 * 32);
        // A space now and then, so that words differ in length.
        if bits % 6 == 0 {
            continue;
        }
        for at in 0..20 {
            if bits >> at & 1 == 1 {
                let (x, y) = (left + at % 4 * 3, top + at / 4 * 4);
                for (dx, dy) in (0..3).flat_map(|dx| (0..4).map(move |dy| (dx, dy))) {
                    page.put_pixel(x + dx, y + dy, Rgb([20; 3]));
                }
            }
        }
    }
    page
}

/// Noise of a sensor, of its own for each seed.
fn with_noise(picture: &RgbImage, seed: u64) -> RgbImage {
    let mut random = Random(seed);
    let mut noisy = picture.clone();
    for pixel in noisy.pixels_mut() {
        let noise = (0..4).map(|_| random.below(7) as i32 - 3).sum::<i32>();
        pixel.0 = pixel.0.map(|value| (i32::from(value) + noise).clamp(0, 255) as u8);
    }
    noisy
}

fn resized(picture: &RgbImage, width: u32, height: u32) -> RgbImage {
    imageops::resize(picture, width, height, imageops::FilterType::Lanczos3)
}

fn drawn_on(picture: &RgbImage, left: u32, top: u32, width: u32, height: u32) -> RgbImage {
    let mut drawn = picture.clone();
    for (x, y) in (left..left + width).flat_map(|x| (top..top + height).map(move |y| (x, y))) {
        let ink = (x / 9 + y / 7) % 3 == 0;
        drawn.put_pixel(x, y, Rgb(if ink { [20, 20, 20] } else { [250, 240, 40] }));
    }
    drawn
}

fn picture(pixels: &RgbImage, format: ImageFormat) -> Picture {
    let mut bytes = Cursor::new(Vec::new());
    let encoded = DynamicImage::from(pixels.clone()).write_to(&mut bytes, format);
    encoded.expect("encodes");
    let mut file: File = tempfile::tempfile().expect("a temporary file");
    file.write_all(bytes.get_ref()).expect("written");
    Picture::read(&mut file).expect("read").expect("decoded")
}

fn look(a: &RgbImage, b: &RgbImage) -> SecondLook {
    let (a, b) = (picture(a, ImageFormat::Png), picture(b, ImageFormat::Jpeg));
    let (there, back) = (compare(&a, &b), compare(&b, &a));
    assert_eq!(there.relation, back.relation, "{} / {}", there.why, back.why);
    there
}

#[track_caller]
fn assert_look(a: &RgbImage, b: &RgbImage, relation: Relation, why: &str) {
    let found = look(a, b);
    assert_eq!(found.relation, relation, "{}", found.why);
    assert!(found.why.contains(why), "{}", found.why);
}

#[test]
fn a_picture_in_another_size_colour_or_format_is_the_same() {
    let original = scene(800, 600, 1);
    let grey = DynamicImage::from(original.clone()).to_luma8();
    let grey = DynamicImage::from(grey).to_rgb8();
    let brown = RgbImage::from_fn(800, 600, |x, y| {
        let value = u16::from(grey.get_pixel(x, y)[0]);
        Rgb([value.min(240) as u8, (value * 9 / 10) as u8, (value * 7 / 10) as u8])
    });
    let squeezed = resized(&original, 500, 500);
    for version in [&resized(&original, 400, 300), &grey, &brown, &squeezed] {
        assert_look(&original, version, Relation::Same, "every part agrees");
    }
}

#[test]
fn a_part_or_a_picture_with_something_on_it_or_around_it_is_a_variant() {
    let original = scene(800, 600, 2);
    let cut = imageops::crop_imm(&original, 60, 30, 700, 540).to_image();
    assert_look(&original, &cut, Relation::Variant, "a part of the other");
    let mut framed = RgbImage::from_pixel(900, 760, Rgb([255; 3]));
    imageops::overlay(&mut framed, &original, 50, 50);
    assert_look(&original, &framed, Relation::Variant, "a part of the other");
    let mut screen = RgbImage::from_pixel(540, 1100, Rgb([0; 3]));
    imageops::overlay(&mut screen, &resized(&original, 540, 405), 0, 340);
    assert_look(&original, &screen, Relation::Variant, "a part of the other");
    let turned = imageops::rotate90(&original);
    assert_look(&original, &turned, Relation::Variant, "a part of the other");
    let stamped = drawn_on(&original, 500, 420, 220, 90);
    assert_look(&original, &stamped, Relation::Variant, "drawn on it");
}

/// A picture with a box of one colour on it.
fn boxed(picture: &RgbImage, left: u32, top: u32, width: u32, height: u32) -> RgbImage {
    filled(picture, [left, top, width, height], [235, 225, 60])
}

/// A picture with a box of ink on it.
fn inked(picture: &RgbImage, left: u32, top: u32, width: u32, height: u32) -> RgbImage {
    filled(picture, [left, top, width, height], [20; 3])
}

fn filled(picture: &RgbImage, [left, top, width, height]: [u32; 4], ink: [u8; 3]) -> RgbImage {
    let mut filled = picture.clone();
    for (x, y) in (left..left + width).flat_map(|x| (top..top + height).map(move |y| (x, y))) {
        filled.put_pixel(x, y, Rgb(ink));
    }
    filled
}

#[test]
fn what_is_drawn_in_several_places_is_on_one_picture_and_what_has_moved_on_both() {
    let original = scene(800, 600, 8);
    // Bars above and below, and something in the middle.
    let barred = boxed(&boxed(&original, 0, 0, 800, 60), 0, 540, 800, 60);
    let barred = boxed(&barred, 380, 250, 60, 60);
    assert_look(&original, &barred, Relation::Variant, "drawn on it");
    // A large flat thing has no texture by which it could be found in its other place, and before a soft ground neither
    // picture is the simpler one.
    for (left, other) in [(100, 480), (60, 560)] {
        let (here, there) =
            (boxed(&original, left, 150, 120, 300), boxed(&original, other, 150, 120, 300));
        let found = look(&here, &there);
        assert_eq!(found.relation, Relation::Different, "{left} {other}: {}", found.why);
    }
}

#[test]
fn other_pictures_are_different() {
    let original = scene(800, 600, 3);
    assert_eq!(look(&original, &scene(800, 600, 4)).relation, Relation::Different);
    let mirrored = imageops::flip_horizontal(&original);
    assert_eq!(look(&original, &mirrored).relation, Relation::Different);
    let upended = imageops::rotate180(&original);
    assert_eq!(look(&original, &upended).relation, Relation::Different);
    let half = imageops::crop_imm(&original, 0, 0, 400, 600).to_image();
    assert_look(&original, &half, Relation::Different, "half");
    let fog = |seed| with_noise(&RgbImage::from_pixel(800, 600, Rgb([180; 3])), seed);
    assert_eq!(look(&fog(1), &fog(2)).relation, Relation::Different);
}

#[test]
fn two_frames_of_a_burst_are_different() {
    let world = scene(900, 700, 5);
    let frame = |x, y| imageops::crop_imm(&world, x, y, 800, 600).to_image();
    let (one, other) = (frame(20, 20), frame(44, 32));
    assert_look(&one, &other, Relation::Different, "each shows something");
    // From a tripod: first something moves, then nothing but the noise differs.
    let (here, there) = (drawn_on(&one, 200, 300, 90, 160), drawn_on(&one, 470, 300, 90, 160));
    assert_eq!(look(&here, &there).relation, Relation::Different);
    let near = drawn_on(&one, 260, 300, 90, 160);
    assert_look(&here, &near, Relation::Different, "moved");
    let soft = imageops::blur(&one, 6.0);
    let shot = |seed| picture(&with_noise(&soft, seed), ImageFormat::Png);
    let found = compare(&shot(1), &shot(2));
    assert_eq!(found.relation, Relation::Different, "{}", found.why);
    assert!(found.why.contains("two shots"), "{}", found.why);
}

#[test]
fn pages_are_the_same_only_if_every_sign_is() {
    let letter = page(2, 0);
    let small = resized(&letter, 600, 800);
    assert_look(&letter, &small, Relation::Same, "every line agrees");
    assert_look(&letter, &page(3, 0), Relation::Different, "");
    // All but the last of 30 lines, and all but the last few signs.
    assert_look(&page(4, 1160), &page(5, 1160), Relation::Different, "written");
    assert_look(&page(6, 1192), &page(7, 1192), Relation::Different, "written");
    // A single sign, and a single stroke of one.
    assert_look(&page(6, 1199), &page(8, 1199), Relation::Different, "");
    assert_look(&letter, &inked(&letter, 454, 80, 6, 6), Relation::Different, "");
    // Something drawn on a page, or a part of it, may be all that matters.
    assert_eq!(look(&letter, &drawn_on(&letter, 400, 500, 120, 60)).relation, Relation::Different);
}

/// A page of small print: signs twelve pixels high, of which one is another for each seed.
fn small_print(seed: u64) -> RgbImage {
    const HEIGHT: u32 = 12;
    let mut page = RgbImage::from_pixel(1240, 1754, Rgb([250; 3]));
    let mut random = Random(1);
    for sign in 0..70 * 110 {
        let mut bits = random.below(1 << 18);
        if sign == 4000 {
            bits = [0b_111_101_101_101_101_111, 0b_111_100_111_101_101_111][seed as usize];
        }
        let (left, top) = (100 + sign % 110 * 9, 100 + sign / 110 * 22);
        for at in (0..18).filter(|at| bits >> at & 1 == 1) {
            let (x, y) = (left + at % 3 * 2, top + at / 3 * (HEIGHT / 6));
            for (dx, dy) in (0..2).flat_map(|dx| (0..2).map(move |dy| (dx, dy))) {
                page.put_pixel(x + dx, y + dy, Rgb([40; 3]));
            }
        }
    }
    page
}

/// As a scanner sees a page, a little askew.
fn scanned(page: &RgbImage, degrees: f32, seed: u64) -> RgbImage {
    let (sine, cosine) = degrees.to_radians().sin_cos();
    let (mx, my) = (page.width() as f32 / 2.0, page.height() as f32 / 2.0);
    let turned = RgbImage::from_fn(page.width(), page.height(), |x, y| {
        let (x, y) = (x as f32 - mx, y as f32 - my);
        let from = (mx + x * cosine - y * sine, my + x * sine + y * cosine);
        imageops::interpolate_bilinear(page, from.0, from.1).unwrap_or(Rgb([250; 3]))
    });
    with_noise(&imageops::blur(&turned, 0.7), seed)
}

#[test]
fn small_print_is_read_too() {
    let (zero, six) = (small_print(0), small_print(1));
    assert_look(&zero, &six, Relation::Different, "");
    assert_look(&zero, &zero, Relation::Same, "every line agrees");
    let (here, there) = (scanned(&zero, 0.2, 1), scanned(&six, -0.1, 2));
    assert_look(&here, &there, Relation::Different, "");
    assert_look(&here, &resized(&here, 930, 1316), Relation::Same, "every line agrees");
}

#[test]
fn what_is_small_at_an_edge_is_seen() {
    let page = page(1, 0);
    let noted = inked(&page, 894, 1192, 5, 7);
    assert_look(&page, &noted, Relation::Different, "");
}

#[test]
fn what_is_too_large_to_be_read_line_by_line_is_never_the_same() {
    let page = page(1, 0);
    let enlarged = imageops::resize(&page, 3600, 4800, imageops::FilterType::Nearest);
    assert_look(&enlarged, &enlarged, Relation::Variant, "too large");
    assert_look(&page, &enlarged, Relation::Same, "every line agrees");
}

#[test]
fn a_photograph_on_which_something_small_differs_is_a_variant() {
    let original = scene(1600, 1200, 4);
    assert_look(&original, &inked(&original, 700, 500, 9, 9), Relation::Variant, "small");
}

#[test]
fn a_page_with_a_few_words_or_with_the_same_lines_time_and_again_is_itself() {
    let note = page(9, 0);
    let mut short = RgbImage::from_pixel(900, 1200, Rgb([250; 3]));
    imageops::overlay(&mut short, &imageops::crop_imm(&note, 90, 120, 400, 56).to_image(), 90, 500);
    assert_look(&short, &resized(&short, 675, 900), Relation::Same, "every line agrees");
    let squares = RgbImage::from_fn(900, 900, |x, y| {
        let line = x % 60 < 2 || y % 60 < 2;
        let black = Random(u64::from(x / 60 * 31 + y / 60)).below(5) == 0;
        Rgb([if line || black { 10 } else { 250 }; 3])
    });
    assert_look(&squares, &squares, Relation::Same, "every line agrees");
    assert_look(&squares, &resized(&squares, 675, 675), Relation::Same, "every line agrees");
}

#[test]
fn a_thing_in_another_colour_is_another_thing() {
    let shirt = |colour: [u8; 3]| {
        RgbImage::from_fn(700, 700, |x, y| {
            let on_it = (200..500).contains(&x) && (150..600).contains(&y)
                || (100..600).contains(&x) && (150..260).contains(&y);
            Rgb(if on_it { colour } else { [245; 3] })
        })
    };
    let (red, blue) = (shirt([200, 30, 40]), shirt([30, 80, 190]));
    assert_eq!(look(&red, &blue).relation, Relation::Different);
    assert_eq!(look(&red, &shirt([20, 20, 20])).relation, Relation::Different);
    // As light as each other: of another hue, and paler and of the opposite one.
    let [purple, magenta] = [[140, 85, 200], [205, 40, 190]].map(shirt);
    assert_eq!(look(&purple, &magenta).relation, Relation::Different);
    let [green, pink] = [[200, 230, 120], [225, 195, 235]].map(shirt);
    assert_eq!(look(&green, &pink).relation, Relation::Different);
}

//! Small pictures on a terminal.

use image::{Rgb, RgbImage};

use super::super::sketch::{decode, draw};

fn drawn(picture: &RgbImage, room: (usize, usize)) -> String {
    let mut out = Vec::new();
    draw(picture, room, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_picture_fits_its_room_and_keeps_its_shape() {
    // Across and down, in cells; a cell is twice as high as wide.
    for ((width, height), (columns, rows)) in
        [((400, 300), (53, 20)), ((300, 400), (30, 20)), ((960, 20), (64, 1)), ((1, 2), (20, 20))]
    {
        let text = drawn(&RgbImage::new(width, height), (64, 20));
        let lines: Vec<_> = text.lines().collect();
        let cells = lines.first().map(|line| line.matches('\u{2580}').count());
        assert_eq!((cells, lines.len()), (Some(columns), rows), "{width} x {height}");
    }
}

#[test]
fn each_cell_has_the_colours_of_its_two_pixels() {
    let mut picture = RgbImage::new(1, 2);
    picture.put_pixel(0, 0, Rgb([255, 0, 0]));
    picture.put_pixel(0, 1, Rgb([0, 0, 255]));
    let text = drawn(&picture, (1, 1));
    let colours = [
        "\x1b[38;5;196;48;5;21m\u{2580}\x1b[0m\n",
        "\x1b[38;2;255;0;0;48;2;0;0;255m\u{2580}\x1b[0m\n",
    ];
    assert!(colours.contains(&text.as_str()), "{text:?}");
}

#[test]
fn what_is_no_picture_is_not_drawn() {
    assert!(decode(b"\xff\xd8 rubbish \xff\xd9").is_none());
    assert!(decode(b"").is_none());
}

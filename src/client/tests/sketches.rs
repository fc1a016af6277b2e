//! Small pictures on a terminal.

use image::{Rgb, RgbImage};

use super::super::sketch::{decode, draw, room_of_two, side_by_side};

fn drawn(picture: &RgbImage, room: (usize, usize)) -> String {
    draw(picture, room).into_iter().map(|line| line + "\n").collect()
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

#[test]
fn two_pictures_share_a_line_if_it_is_long_enough() {
    assert_eq!(room_of_two((80, 24)), Some((37, 12)));
    assert_eq!(room_of_two((300, 100)), Some((64, 20)), "what is said of them stays on the screen");
    assert_eq!(room_of_two((30, 24)), Some((12, 12)));
    assert_eq!(room_of_two((29, 24)), None);
    assert_eq!(room_of_two((0, 0)), None);
}

#[test]
fn of_two_pictures_the_second_begins_where_the_first_could_end() {
    let [flat, high] = [(4, 2), (2, 4)].map(|(width, height)| {
        draw(&RgbImage::new(width, height), (4, 2)).iter().map(|line| strip(line)).collect()
    });
    let shown = |drawn| side_by_side(drawn, ["shown", "not shown"], 10);
    assert_eq!(
        shown([flat, high]),
        [
            "    shown       not shown",
            "    \u{2580}\u{2580}\u{2580}\u{2580}        \u{2580}\u{2580}",
            "                \u{2580}\u{2580}",
        ]
    );
    let one = vec!["x".to_owned()];
    assert_eq!(shown([Vec::new(), one])[1], "    (no picture)x");
    assert_eq!(shown([Vec::new(), Vec::new()]), [""; 0]);
}

/// A line without its colours.
fn strip(line: &str) -> String {
    console::strip_ansi_codes(line).into_owned()
}

//! The timeline, the viewer and the search.

use serde_json::Value;

use super::chromium::Browser;
use super::page::{DESKTOP, PHONE, Screen};
use super::{PICTURES, house_with, open, origin};
use crate::support::pictures::{draw, jpeg, smaller};

/// Photos of three months, and some that nobody knows the day of.
fn photos() -> Vec<(String, Vec<u8>)> {
    let shapes = [(1200, 800), (800, 1200), (1000, 1000), (1600, 700)];
    let named = |number: u64| match number {
        0..30 => format!("IMG_20240{}{:02}_101530.jpg", 4 + number / 10, 1 + number % 10),
        _ => format!("picture {number}.jpg"),
    };
    let photo = |number: u64| {
        let (width, height) = shapes[number as usize % shapes.len()];
        (named(number), jpeg(&draw(number, width, height), 85))
    };
    (0..36).map(photo).collect()
}

/// Whether tiles lie over each other, or beyond the window.
const OVERLAPS: &str = "(() => { const all = [...document.querySelectorAll('.tile')].map(tile => tile.getBoundingClientRect()); \
    return all.some((a, i) => a.left < 0 || a.right > innerWidth + 1 || all.some((b, j) => i < j && \
    a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1)); })()";

#[test]
fn a_person_looks_at_the_timeline_and_at_a_photo() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let house = house_with(&photos());
    house.wait_for(36);
    let _friend = house.friend();
    let origin = origin(&house.gallery);
    for (screen, name) in [
        (DESKTOP, "timeline-1440"),
        (Screen { dark: true, ..DESKTOP }, "timeline-1440-dark"),
        (PHONE, "timeline-390"),
        (Screen { dark: true, ..PHONE }, "timeline-390-dark"),
    ] {
        let mut page = open(&mut browser, &house.gallery, "/", screen);
        page.says("June");
        page.until("the first screen has its pictures", &format!("{PICTURES} >= 6"));
        assert_eq!(page.eval(OVERLAPS), false, "tiles overlap on {name}");
        page.shot(name);
        page.is_sound(&origin);
    }

    let mut page = open(&mut browser, &house.gallery, "/photos", DESKTOP);
    page.until("there are pictures", &format!("{PICTURES} >= 6"));
    page.click(".tile a");
    page.says("1 of 36");
    page.says("Where it is");
    page.until(
        "the larger picture is there",
        "document.querySelector('dialog img.large').naturalWidth == 1600 || \
         document.querySelector('dialog img.large').naturalWidth >= 1000 || \
         document.querySelector('dialog img.large').naturalWidth >= 800",
    );
    page.shot("viewer-1440");
    page.key("ArrowRight");
    page.says("2 of 36");
    page.key("ArrowLeft");
    page.says("1 of 36");
    // Where the keyboard was before, it is again.
    page.key("Escape");
    page.until("the viewer is closed", "!document.querySelector('dialog.viewer[open]')");
    page.until("the tile has the focus", "document.activeElement.closest('.tile')");
    page.is_sound(&origin);

    page.key("/");
    page.until("the field for searching has the focus", "document.activeElement.matches('input')");
    // Nor does the viewer take it away, whose end is told of a moment after it has gone.
    page.key("Escape");
    page.click(".tile a");
    page.says("1 of 36");
    page.eval(
        "document.querySelector('dialog.viewer').close(); \
         document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: '/', bubbles: true }))",
    );
    page.until("the address is that of the photos", "location.pathname === '/photos'");
    page.until("the viewer has gone", "!document.querySelector('dialog.viewer[open]')");
    assert_eq!(page.eval("document.activeElement.matches('input')"), true);
    page.type_in("may");
    page.key("Enter");
    page.says("10 photos");
    page.shot("search-1440");
    let mut page = open(&mut browser, &house.gallery, "/search?q=pictur3", DESKTOP);
    page.says("Nothing is called pictur3");
    page.is_sound(&origin);
}

#[test]
fn zooming_in_shows_every_pixel_of_the_original() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    // Lines of one pixel, which no smaller picture can have.
    let mut picture = draw(1, 3000, 2000);
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        if (1400..1600).contains(&x) && (900..1100).contains(&y) {
            pixel.0 = if x % 2 == 0 { [255, 255, 255] } else { [0, 0, 0] };
        }
    }
    let bytes = crate::support::pictures::png(&picture);
    let house = house_with(&[("lines.png".to_owned(), bytes)]);
    house.wait_for(1);
    let mut page = open(&mut browser, &house.gallery, "/", DESKTOP);
    page.click(".tile a");
    page.until(
        "the picture is there",
        "document.querySelector('dialog img.large').naturalWidth > 0",
    );
    page.key("z");
    page.until(
        "the original is there",
        "document.querySelector('dialog img.whole').naturalWidth == 3000",
    );
    let script = "(async () => { const image = document.querySelector('dialog img.whole'); \
        const canvas = new OffscreenCanvas(4, 1); const context = canvas.getContext('2d'); \
        context.drawImage(image, 1500, 1000, 4, 1, 0, 0, 4, 1); \
        return [...context.getImageData(0, 0, 4, 1).data].filter((_, at) => at % 4 == 0); })()";
    assert_eq!(page.eval(script), serde_json::json!([255, 0, 255, 0]));
    let wide = "document.querySelector('dialog img.whole').getBoundingClientRect().width";
    assert_eq!(page.eval(wide).as_f64().map(f64::round), Some(3000.0), "a pixel is a pixel");
    page.shot("zoom-1440");
    page.is_sound(&origin(&house.gallery));
}

#[test]
fn a_worse_version_is_compared_and_ticked_off() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let picture = draw(7, 1200, 800);
    let house = house_with(&[
        ("beach.jpg".to_owned(), jpeg(&picture, 92)),
        ("beach small.jpg".to_owned(), jpeg(&smaller(&picture, 50), 85)),
        ("other.jpg".to_owned(), jpeg(&draw(8, 1200, 800), 85)),
    ]);
    house.wait_for(2);
    let mut page = open(&mut browser, &house.gallery, "/duplicates", DESKTOP);
    page.says("1 of 1");
    page.says("beach small.jpg");
    page.until(
        "both pictures are there",
        "[...document.querySelectorAll('.pair img.large')].every(image => image.naturalWidth > 0)",
    );
    page.shot("duplicates-1440");
    page.show_on(PHONE);
    page.shot("duplicates-390");
    page.is_sound(&origin(&house.gallery));
    page.key("s");
    page.says("All looked at");
    let all = house.gallery.web.get("/api/duplicates").json();
    assert_eq!(all["duplicates"][0]["reviewed"], Value::Bool(true));
}

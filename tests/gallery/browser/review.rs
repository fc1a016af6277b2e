//! Worse versions, looked at pair by pair.

use std::thread;
use std::time::Duration;

use serde_json::Value;

use super::chromium::Browser;
use super::page::{DESKTOP, Page};
use super::{house_with, open, origin};
use crate::house::House;
use crate::support::pictures::{draw, jpeg, smaller};

/// Longer than a wrong answer would take to arrive.
const A_WHILE: Duration = Duration::from_millis(800);

const BOTH: &str = "[...document.querySelectorAll('.pair img.large.shown')].length == 2";

/// A house with so many photos, each with a smaller version.
fn house_of(pairs: u64) -> House {
    let pair = |number: u64| {
        let picture = draw(60 + number, 900, 600);
        [
            (format!("{number}.jpg"), jpeg(&picture, 92)),
            (format!("{number} small.jpg"), jpeg(&smaller(&picture, 50), 85)),
        ]
    };
    let photos: Vec<_> = (0..pairs).flat_map(pair).collect();
    let house = house_with(&photos);
    house.wait_for(usize::try_from(pairs).unwrap());
    house
}

/// How many pairs have been answered.
fn answered(house: &House) -> usize {
    let all = house.gallery.web.get("/api/duplicates").json();
    let pairs = all["duplicates"].as_array().unwrap();
    pairs.iter().filter(|pair| pair["reviewed"] == Value::Bool(true)).count()
}

fn is_answered_once(page: &mut Page, house: &House) {
    page.says("1 of 3");
    thread::sleep(A_WHILE);
    assert_eq!(answered(house), 1, "a key that is held answers for one pair");
}

#[test]
fn a_key_that_is_held_answers_for_one_pair() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let house = house_of(4);
    let mut page = open(&mut browser, &house.gallery, "/duplicates", DESKTOP);
    page.says("1 of 4");
    page.until("both pictures are there", BOTH);
    page.key("w");
    page.until("one is wiped over the other", "document.querySelector('.pair.wiping')");
    page.key("w");
    page.until("they are side by side again", "!document.querySelector('.pair.wiping')");
    page.hold("s", 12);
    is_answered_once(&mut page, &house);
    page.is_sound(&origin(&house.gallery));
}

#[test]
fn a_pair_that_cannot_be_seen_cannot_be_answered() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let house = house_of(1);
    let mut page = open(&mut browser, &house.gallery, "/trash", DESKTOP);
    page.until("it knows how all is", "document.querySelector('.pill').innerText");
    page.block(&["*/view/*", "*/thumb/*"]);
    page.press("Duplicates");
    page.says("This picture cannot be had now.");
    page.key("s");
    thread::sleep(A_WHILE);
    assert_eq!(answered(&house), 0, "nobody can know of pictures that are not there");
    page.shot("review-1440-missing");
    // They come back by themselves, and the words go.
    page.block(&[]);
    page.until("both pictures are there", BOTH);
    page.until(
        "no words are left",
        "!document.querySelector('.pair').innerText.includes('cannot')",
    );
    // What is put off is not looked at.
    page.key("ArrowRight");
    page.says("1 pair waits for another look.");
    page.press("Look now");
    page.says("1 of 1");
    page.until("both pictures are there", BOTH);
    page.key("s");
    page.says("All looked at");
    assert_eq!(answered(&house), 1);
    page.is_sound(&origin(&house.gallery));
}

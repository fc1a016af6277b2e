//! What people change by clicks is asked of the daemon.

use std::fs;

use super::chromium::Browser;
use super::page::{DESKTOP, PHONE};
use super::{house_with, open, origin};
use crate::house::PATIENCE;
use crate::support::ask;
use crate::support::pictures::{draw, jpeg};
use crate::support::wait::eventually;

#[test]
fn photos_are_added_removed_and_taken_back_on_a_phone() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let house = house_with(&[]);
    let address = house.daemon.address().clone();
    let has = |names: &[&str]| {
        let labels = ask::labels(&address)?;
        if labels == names { Ok(()) } else { Err(format!("{labels:?}")) }
    };
    let origin = origin(&house.gallery);
    let files = house.place.path().join("phone");
    fs::create_dir(&files).unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = files.join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let files = [
        file("kitten & cat.jpg", &jpeg(&draw(30, 900, 600), 85)),
        file("dog.jpg", &jpeg(&draw(31, 600, 900), 85)),
        file("no.jpg", b"this is no picture"),
    ];

    let mut page = open(&mut browser, &house.gallery, "/", PHONE);
    page.says("No photos yet.");
    page.shot("empty-390");
    page.pick("input[type=file]", &files);
    page.says("3 of 3, 2 new, 1 not taken");
    eventually("both are there", PATIENCE, || has(&["dog.jpg", "kitten & cat.jpg"])).unwrap();
    page.shot("added-390");
    page.pick("input[type=file]", &files[..1]);
    page.says("4 of 4, 2 new, 1 there already, 1 not taken");
    page.is_sound(&origin);

    let mut page = open(&mut browser, &house.gallery, "/search?q=dog", DESKTOP);
    page.until("it is found", "document.querySelectorAll('.tile a[href]').length == 1");
    page.click(".tile a");
    page.says("1 of 1");
    page.key("Delete");
    page.press("Remove 1 photo");
    eventually("it is gone", PATIENCE, || has(&["kitten & cat.jpg"])).unwrap();
    page.press("Undo");
    eventually("it is back", PATIENCE, || has(&["dog.jpg", "kitten & cat.jpg"])).unwrap();

    page.go(&format!("{origin}/search?q=kitten"));
    page.until("it is found", "document.querySelectorAll('.tile a[href]').length == 1");
    page.click(".tile a");
    page.says("1 of 1");
    page.key("Delete");
    page.press("Remove 1 photo");
    eventually("it is gone", PATIENCE, || has(&["dog.jpg"])).unwrap();
    page.press("Trash");
    page.says("kitten & cat.jpg");
    page.shot("trash-1440");
    page.press("Restore");
    eventually("it is back", PATIENCE, || has(&["dog.jpg", "kitten & cat.jpg"])).unwrap();
    page.is_sound(&origin);
}

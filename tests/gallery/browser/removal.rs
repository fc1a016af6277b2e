//! Many photos are removed, others' stay, and what was removed comes back.

use std::fs;
use std::thread;
use std::time::Duration;

use super::chromium::Browser;
use super::page::{DESKTOP, Page};
use super::{house_with, open, origin};
use crate::house::{PATIENCE, program};
use crate::support::ask;
use crate::support::daemon::Daemon;
use crate::support::disk;
use crate::support::pictures::{draw, jpeg};
use crate::support::wait::eventually;

/// More than a daemon removes at a time.
const MANY: u64 = 130;

const FOCUSED: &str = "document.activeElement.innerText";

/// Ticks all photos: the first one, and with Shift the last one.
fn tick_all(page: &mut Page, photos: u64) {
    let last = format!(".tile[aria-posinset=\"{photos}\"] a[href]");
    page.click(".tile .tick");
    page.eval("scrollTo({top: document.scrollingElement.scrollHeight, behavior: 'instant'})");
    page.until("the last photo is there", &format!("document.querySelector('{last}')"));
    page.eval(&format!(
        "document.querySelector('{last}').dispatchEvent(new MouseEvent('click', \
         {{ shiftKey: true, bubbles: true, cancelable: true }}))"
    ));
    page.says(&format!("{photos} selected"));
}

#[test]
fn more_photos_than_a_daemon_takes_at_a_time_are_removed_and_taken_back() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let photo = |number: u64| (format!("{number:03}.jpg"), jpeg(&draw(number, 240, 160), 80));
    let photos: Vec<_> = (0..MANY).map(photo).collect();
    let house = house_with(&photos);
    house.wait_for(photos.len());
    let address = house.daemon.address().clone();
    let has = |count: usize| {
        let found = ask::labels(&address)?.len();
        if found == count { Ok(()) } else { Err(found.to_string()) }
    };
    let mut page = open(&mut browser, &house.gallery, "/photos", DESKTOP);
    page.until("there are photos", "document.querySelector('.tile a[href]')");
    tick_all(&mut page, MANY);
    page.press("Remove");
    page.says("Remove 130 photos?");
    page.until("there is a plan", "document.querySelector('.sheet .danger')");
    // A key that is pressed too early does no harm, and whoever goes back is where they were.
    assert_eq!(page.eval(FOCUSED), "Cancel");
    page.key("Escape");
    page.until("the dialog is closed", "!document.querySelector('.sheet')");
    assert_eq!(page.eval(FOCUSED), "Remove");
    page.press("Remove");
    page.press("Remove 130 photos");
    eventually("all are gone", PATIENCE, || has(0)).unwrap();
    page.says("130 photos are removed.");

    // One is back before: the others come back all the same.
    let thrown = house.gallery.web.get("/api/trash").json()["photos"][0]["id"].clone();
    let body = serde_json::json!({ "photo": thrown }).to_string();
    let web = &house.gallery.web;
    let back = web.ask("POST", "/api/trash/restore", &web.as_page(), body.as_bytes());
    assert_eq!(back.status, 200, "{}", back.json());
    page.press("Undo");
    eventually("all are back", PATIENCE, || has(photos.len())).unwrap();
    page.says("129 of 130 are back.");
    page.is_sound(&origin(&house.gallery));
}

#[test]
fn what_is_a_friends_stays_and_the_rest_goes() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let photo = |number: u64| (format!("{number}.jpg"), jpeg(&draw(number, 640, 480), 85));
    let house = house_with(&[photo(80), photo(81)]);
    let folder = house.place.path().join("friend");
    fs::create_dir(&folder).unwrap();
    disk::lay(&folder.join("theirs.jpg"), &jpeg(&draw(82, 640, 480), 85)).unwrap();
    let way_in = house.daemon.address().to_string();
    let _friend = Daemon::start(program(), &folder, &["--join", &way_in]).unwrap();
    house.wait_for(3);
    let mut page = open(&mut browser, &house.gallery, "/photos", DESKTOP);
    page.until("there are photos", "document.querySelectorAll('.tile a[href]').length == 3");
    tick_all(&mut page, 3);
    page.key("Delete");
    page.says("stays: theirs.jpg is not this computer's own");
    page.shot("remove-1440");
    page.press("Remove 2 photos");
    let address = house.daemon.address().clone();
    let rest = || {
        let labels = ask::labels(&address)?;
        if labels == ["theirs.jpg"] { Ok(()) } else { Err(format!("{labels:?}")) }
    };
    eventually("two are gone", PATIENCE, rest).unwrap();

    // However slowly it comes, and whatever is told meanwhile: each is in the trash once.
    page.slow_down(Duration::from_millis(300));
    page.go(&format!("{}/trash", origin(&house.gallery)));
    page.until("there is the trash", "document.querySelectorAll('.card').length > 0");
    thread::sleep(Duration::from_secs(2));
    assert_eq!(page.eval("document.querySelectorAll('.card').length"), 2);

    // An answer that comes late does not fetch back whoever has gone elsewhere.
    let id = house.id("theirs.jpg");
    page.eval(&format!(
        "for (const path of ['/p/{id}', '/health']) {{ history.pushState({{ inside: true }}, '', path); \
         dispatchEvent(new PopStateEvent('popstate')); }}"
    ));
    page.until("this is the health", "document.querySelector('.health').checkVisibility()");
    thread::sleep(Duration::from_secs(1));
    assert_eq!(page.eval("document.querySelector('dialog.viewer').open"), false);
    page.is_sound(&origin(&house.gallery));
}

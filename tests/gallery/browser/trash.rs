//! What lies in the trash, and for how long.

use serde_json::json;
use tempfile::TempDir;

use super::chromium::Browser;
use super::crowd::crowd;
use super::page::{DESKTOP, PHONE, Screen};
use super::{open, origin};
use crate::house::Gallery;

/// What is said last of each photo.
const STAYS: &str = "[...document.querySelectorAll('.trash .card')].map(card => card.querySelector('.text').lastChild.innerText)";

#[test]
fn of_every_photo_in_the_trash_it_is_said_how_long_it_stays() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let place = TempDir::new().unwrap();
    let gallery = Gallery::start(place.path(), &crowd(), &[]);
    for (screen, name) in [
        (DESKTOP, "trash-1440"),
        (Screen { dark: true, ..PHONE }, "trash-390-dark"),
        (Screen { width: 320, height: 568, ..PHONE }, "trash-320"),
    ] {
        let mut page = open(&mut browser, &gallery, "/trash", screen);
        page.says("IMG_5.jpg");
        let stays = json!([
            "26 days of running left, then it is deleted as soon as that is safe",
            "1 day of running left, then it is deleted as soon as that is safe",
            "Its time there is over: it is deleted as soon as that is safe",
            "Stays until you delete it",
            "How long it stays is not known yet",
            "Stays until you delete it",
        ]);
        assert_eq!(page.eval(STAYS), stays);
        page.shot(name);
        page.is_sound(&origin(&gallery));
    }
}

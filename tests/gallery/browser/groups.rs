//! Somebody looks at what another city shows.

use tempfile::TempDir;

use super::chromium::Browser;
use super::page::{DESKTOP, PHONE, Page, Screen};
use super::reach::nameless;
use super::{open, origin};
use crate::abroad::{HOSTILE, gallery, two};
use crate::foreign::{LARGE, liar};
use crate::house::Gallery;

/// The pictures of other groups that are there to be seen.
const SEEN: &str = "[...document.querySelectorAll('.groups .card img')].filter(image => image.naturalWidth > 0).length";

/// Logs in by a link, as a guest does.
fn guest<'b>(browser: &'b mut Browser, house: &Gallery, link: &str) -> Page<'b> {
    let mut page = open(browser, house, &format!("/health#{link}"), DESKTOP);
    page.until("it knows how all is", "document.querySelector('.pill').innerText");
    page
}

#[test]
fn a_guest_looks_at_another_group() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let (mut porto, aveiro) = two();
    let (gallery, _, _, [_, link]) = gallery(&aveiro);
    let origin = origin(&gallery);
    let mut page = guest(&mut browser, &gallery, &link);
    page.until(
        "there is a way there",
        "document.querySelector('[href=\"/groups\"]').checkVisibility()",
    );
    page.eval("document.querySelector('[href=\"/groups\"]').scrollIntoView()");
    page.shot("health-1440-groups");
    page.press("Other groups");
    page.until("both pictures are there", &format!("{SEEN} == 2"));
    assert_eq!(page.eval("location.pathname"), "/groups");
    assert_eq!(page.text("document.querySelector('.groups h2').innerText"), "porto");
    for (screen, name) in [
        (DESKTOP, "groups-1440"),
        (Screen { dark: true, ..DESKTOP }, "groups-1440-dark"),
        (PHONE, "groups-390"),
        (Screen { dark: true, ..PHONE }, "groups-390-dark"),
    ] {
        page.show_on(screen);
        page.shot(name);
        page.is_sound(&origin);
    }

    assert_eq!(nameless(&mut page), Vec::<String>::new());

    // By the keyboard, and as it is read aloud.
    page.show_on(DESKTOP);
    let hostile = format!("[alt={HOSTILE:?}]");
    page.eval(&format!("document.querySelector({hostile:?}).closest('button').focus()"));
    page.key("Enter");
    page.until("it is shown large", "document.querySelector('.foreign img')?.naturalWidth > 0");
    assert_eq!(page.text("document.querySelector('.foreign h2').innerText"), HOSTILE);
    let link = page.text("document.querySelector('.foreign a').getAttribute('href')");
    assert!(link.starts_with("/abroad/porto/photo/") && link.ends_with("?download"), "{link}");
    assert_eq!(nameless(&mut page), Vec::<String>::new(), "of the large picture");
    page.shot("group-photo-1440");
    page.show_on(PHONE);
    page.shot("group-photo-390");
    page.is_sound(&origin);
    page.key("Escape");
    page.until("it is closed", "!document.querySelector('.foreign')");
    let back = format!("document.activeElement.querySelector({hostile:?})");
    page.until("the keyboard is where it was", &back);

    porto.kill("ana");
    page.go(&format!("{origin}/groups"));
    page.says("out of reach");
    page.press("Retry");
    page.says("This group cannot be looked at now");
    page.shot("groups-390-away");
    page.is_sound(&origin);
}

#[test]
fn many_photos_come_page_by_page() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let place = TempDir::new().unwrap();
    let gallery = Gallery::start(place.path(), &liar(), &[]);
    let mut page = open(&mut browser, &gallery, "/groups", DESKTOP);
    let cards = "document.querySelectorAll('.groups .card').length";
    page.until("the first ones are there", &format!("{cards} == 60"));
    page.until("those in view are seen", &format!("{SEEN} > 0"));
    for more in [70, LARGE] {
        page.press("More");
        page.until("there are more", &format!("{cards} == {more}"));
        let place = "[...document.querySelectorAll('.groups .card')].findIndex(card => card.contains(document.activeElement))";
        let first = if more == LARGE { 70 } else { 60 };
        assert_eq!(page.eval(place), first, "the keyboard goes on with the first of them");
    }
    let left =
        "[...document.querySelectorAll('.groups .button')].some(one => one.checkVisibility())";
    assert_eq!(page.eval(left), false, "that is all");
    page.press("Photos");
    page.until("they are gone with their place", &format!("{cards} == 0"));
    page.is_sound(&origin(&gallery));
}

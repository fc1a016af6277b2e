//! Whoever has no session, or has one no longer.

use serde_json::json;

use super::chromium::Browser;
use super::page::{DESKTOP, PHONE};
use super::{open, origin};
use crate::house::PATIENCE;
use crate::sessions::{group, links};
use crate::support::wait::eventually;

#[test]
fn a_session_that_ends_below_an_open_photo_begins_again() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let group = group();
    let gallery = group.gallery("ana", &[]);
    let [owner, guest] = links(&gallery);
    let mut web = gallery.web.clone();
    web.headers = format!("Authorization: Bearer {owner}\r\n");
    let found = eventually("the photo is there", PATIENCE, || {
        let timeline = web.get("/api/timeline").json();
        if timeline["total"] == 1 { Ok(()) } else { Err(timeline.to_string()) }
    });
    found.unwrap();
    let origin = origin(&gallery);

    let mut page = open(&mut browser, &gallery, &format!("/#{owner}"), DESKTOP);
    page.until("there is the photo", "document.querySelector('.tile a[href]')");
    assert_eq!(page.eval("location.hash"), "", "the secret is not in the address");
    page.click(".tile a");
    page.says("Where it is");
    page.ask("Network.clearBrowserCookies", json!({}));
    page.key("Delete");
    page.says("Open the link that you were given");
    page.until("one can type", "document.activeElement.id == 'secret'");
    page.shot("door-1440");
    page.key("Escape");
    page.key("Escape");
    page.until("the door stays", "document.activeElement.id == 'secret'");
    page.type_in("not-the-secret");
    page.key("Enter");
    page.says("That is not a link of this gallery");
    page.type_in(&format!("{origin}/#{owner}"));
    page.key("Enter");
    page.until("one is in again", "!document.querySelector('.door')");
    page.says("Where it is");
    page.is_sound(&origin);

    // What is in the trash is its owner's to see: guests are not even offered it.
    let mut page = open(&mut browser, &gallery, &format!("/trash#{guest}"), PHONE);
    page.until("there is the photo", "document.querySelector('.tile a[href]')");
    page.until("these are the photos", "location.pathname == '/photos'");
    let offered = "document.querySelector('.tab[data-screen=trash]').checkVisibility()";
    page.until("there is no trash", &format!("!{offered}"));
    assert_eq!(page.eval("document.querySelectorAll('.toast').length"), 0, "nothing is refused");
    page.shot("guest-390");
    page.is_sound(&origin);
}

//! Whoever cannot see the page, or has no mouse, gets everywhere too.

use serde_json::{Value, json};

use super::chromium::Browser;
use super::page::{DESKTOP, Page, Screen};
use super::{house_with, open, origin};
use crate::support::pictures::{draw, jpeg};

/// Everything that can have the focus, and has no name that could be read aloud.
pub(super) fn nameless(page: &mut Page) -> Vec<String> {
    let tree = page.ask("Accessibility.getFullAXTree", json!({}));
    let nodes = tree["nodes"].as_array().unwrap().clone();
    let is_focusable = |node: &&Value| {
        let properties = node["properties"].as_array();
        properties
            .into_iter()
            .flatten()
            .any(|property| property["name"] == "focusable" && property["value"]["value"] == true)
    };
    let is_nameless = |node: &&Value| {
        node["role"]["value"] != "RootWebArea"
            && node["name"]["value"].as_str().unwrap_or_default().trim().is_empty()
    };
    let bad = nodes.iter().filter(is_focusable).filter(is_nameless);
    bad.map(|node| node.to_string()).collect()
}

#[test]
fn everything_has_a_name_and_can_be_reached_by_keys() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let photos: Vec<_> = (40..45)
        .map(|number| {
            (format!("IMG_2024060{}.jpg", number - 39), jpeg(&draw(number, 640, 480), 85))
        })
        .collect();
    let house = house_with(&photos);
    house.wait_for(photos.len());
    let origin = origin(&house.gallery);
    for path in ["/photos", "/duplicates", "/trash", "/health"] {
        let mut page = open(&mut browser, &house.gallery, path, DESKTOP);
        page.until("it knows how all is", "document.querySelector('.pill').innerText");
        assert_eq!(nameless(&mut page), Vec::<String>::new(), "{path}");
        // Narrow as a window enlarged four times.
        page.show_on(Screen { width: 320, height: 256, ..DESKTOP });
        page.is_sound(&origin);
    }
    // Who is alone is told what to do; the daemon's address would lead friends to their own computers.
    let mut page = open(&mut browser, &house.gallery, "/health", DESKTOP);
    page.says("photomesh help group");
    let mut page = open(&mut browser, &house.gallery, "/photos", DESKTOP);
    page.until("there are tiles", "document.querySelectorAll('.tile a[href]').length == 5");
    page.key("g");
    page.key("h");
    page.until("this is the health", "location.pathname == '/health'");
    page.key("g");
    page.key("p");
    page.until("these are the photos", "location.pathname == '/photos'");
    for _ in 0..30 {
        page.key("Tab");
        if page.eval("Boolean(document.activeElement.closest('.tile'))") == true {
            break;
        }
    }
    page.until("keys get to the photos", "document.activeElement.closest('.tile')");
    page.key("Enter");
    page.says("Where it is");
    assert_eq!(nameless(&mut page), Vec::<String>::new(), "in the viewer");
    page.key("Escape");
    page.key("?");
    page.says("Keys");
    page.is_sound(&origin);
}

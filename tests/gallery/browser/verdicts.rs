//! What is said of how the photos are, for everything that a daemon may tell.

use photomesh::protocol::client::{RiskReport, StatusReport};
use serde_json::json;
use tempfile::TempDir;

use super::chromium::Browser;
use super::crowd::{crowd, photo, status};
use super::page::{DESKTOP, Page};
use super::{open, origin};
use crate::house::Gallery;

/// What the page says: its sentence, what comes after that, and the bar.
fn said(page: &mut Page, status: &StatusReport) -> [String; 3] {
    let now = json!({ "status": status });
    let said = page.eval(&format!(
        "import(document.querySelector('link[href$=\"verdict.js\"]').href).then(({{ verdict }}) => {{ \
         const {{ title, more, pill }} = verdict({now}); \
         const text = (parts) => {{ const all = document.createElement('p'); \
         all.append(...[parts].flat(Infinity).filter(Boolean)); return all.textContent; }}; \
         return [text(title), text(more.map((part) => part && [part, ' '])).trim(), pill]; }})"
    ));
    [0, 1, 2].map(|at| said[at].as_str().unwrap_or_default().to_owned())
}

/// Two computers, of which the second may be away, and photos with so many copies.
fn told(is_away: bool, copies: &[u32]) -> StatusReport {
    let mut status = status();
    status.nodes[1].alive = !is_away;
    status.under_replicated = copies.len() as u64;
    let risk = |(number, copies): (usize, &u32)| RiskReport {
        name: photo(number).name,
        id: photo(number).id,
        copies: *copies,
        reason: "node 0000000000000002 is away; copied anew in 9 min".to_owned(),
    };
    status.at_risk = copies.iter().enumerate().map(risk).collect();
    status
}

#[test]
fn nothing_is_promised_that_nobody_knows() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let place = TempDir::new().unwrap();
    let gallery = Gallery::start(place.path(), &crowd(), &[]);
    let mut page = open(&mut browser, &gallery, "/health", DESKTOP);
    page.says("Every photo is on 2 computers.");
    // What only they had who are away is not counted by anybody: it may be missing.
    let only = "What nobody else has comes back with friend2.";
    for (status, sentence, more, bar) in [
        (
            told(false, &[]),
            "Every photo is on 2 computers.",
            "Any one of these computers could break now, and nothing would be lost.".to_owned(),
            "All on 2 computers",
        ),
        (
            told(true, &[]),
            "Every photo is on 2 computers.",
            format!("Friend2 is away, and any one of the others could break now, too. {only}"),
            "All on 2 computers",
        ),
        (
            told(true, &[1, 1]),
            "Friend2 is away. 2 photos are on one computer only.",
            format!(
                "You can look at all of them. The others wait for friend2 a while before they make second copies; \
                 there is nothing for you to do. {only}"
            ),
            "2 on one computer",
        ),
        // Who has a photo in the trash has it.
        (
            told(true, &[0, 1, 1]),
            "1 photo is only in the trash.",
            format!(
                "You can still look at what is there, and it is not deleted while nobody who is here has a copy. {only}"
            ),
            "3 at risk",
        ),
    ] {
        assert_eq!(said(&mut page, &status), [sentence.to_owned(), more, bar.to_owned()]);
    }
    page.is_sound(&origin(&gallery));
}

//! The page in a real browser, used as people do: looked at on a computer and on a phone, clicked, typed into; and what
//! that did is asked of the daemons.
//!
//! Each test has a browser of its own. Without Chromium there is nobody to look, which is said; with `BROWSER=required`
//! it is a failure. `SHOTS=DIR` keeps pictures of what was seen.

mod changes;
mod chromium;
pub(crate) mod crowd;
mod door;
mod groups;
mod health;
mod looks;
mod names;
mod page;
mod reach;
mod removal;
mod review;
mod trash;
mod verdicts;

use std::fs;

use tempfile::TempDir;

use self::chromium::Browser;
use self::page::{Page, Screen};
use super::house::{Gallery, House, PATIENCE, program};
use super::support::ask;
use super::support::daemon::Daemon;
use super::support::disk;
use super::support::wait::eventually;

/// A house with these photos.
fn house_with(photos: &[(String, Vec<u8>)]) -> House {
    let place = TempDir::new().unwrap();
    let folder = place.path().join("photos");
    fs::create_dir(&folder).unwrap();
    for (name, bytes) in photos {
        disk::lay(&folder.join(name), bytes).unwrap();
    }
    let daemon = Daemon::start(program(), &folder, &["--name", "anna"]).unwrap();
    let gallery = Gallery::start(place.path(), daemon.address(), &[]);
    House { place, daemon, gallery }
}

impl House {
    /// A second daemon, which has copies of all photos.
    fn friend(&self) -> Daemon {
        let folder = self.place.path().join("friend");
        fs::create_dir(&folder).unwrap();
        let way_in = self.daemon.address().to_string();
        let friend = Daemon::start(program(), &folder, &["--join", &way_in]).unwrap();
        let safe = || {
            let status = ask::status(self.daemon.address())?;
            match status.nodes.len() == 2 && status.under_replicated == 0 {
                true => Ok(()),
                false => Err(format!("{status:?}")),
            }
        };
        eventually("both have all", PATIENCE, safe).unwrap();
        friend
    }
}

/// A page of a gallery.
fn open<'b>(browser: &'b mut Browser, gallery: &Gallery, path: &str, screen: Screen) -> Page<'b> {
    Page::open(browser, &format!("{}{path}", origin(gallery)), screen)
}

fn origin(gallery: &Gallery) -> String {
    format!("http://{}", gallery.web.address())
}

/// How many pictures of the timeline are there to be seen.
const PICTURES: &str =
    "[...document.querySelectorAll('.tile img')].filter(image => image.naturalWidth > 0).length";

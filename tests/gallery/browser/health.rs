//! A computer fails while somebody looks.

use std::fs;
use std::time::Duration;

use tempfile::TempDir;

use super::chromium::Browser;
use super::crowd::crowd;
use super::page::{DESKTOP, PHONE, Screen};
use super::{open, origin};
use crate::house::{Gallery, PATIENCE, program};
use crate::support::ask;
use crate::support::daemon::Daemon;
use crate::support::disk;
use crate::support::pictures::{draw, jpeg};
use crate::support::wait::eventually;

/// How long until the page says that a computer has failed: what is promised, and what a busy machine takes beyond it.
const SEEN: Duration = Duration::from_secs(5);

/// Whether no text in the picture of the computers is drawn much smaller than it should be, or over another one.
const LEGIBLE: &str = "(() => { const svg = document.querySelector('.graph svg'); \
    const texts = [...svg.querySelectorAll('text')].map(text => text.getBoundingClientRect()); \
    return svg.clientWidth / svg.viewBox.baseVal.width > .9 && texts.every((a, i) => texts.every((b, j) => i >= j || \
    a.right < b.left || b.right < a.left || a.bottom < b.top + 4 || b.bottom < a.top + 4)); })()";

/// What is told of the disks, to those who see and to those who hear.
const DISKS: &str = "[...document.querySelectorAll('.disk')].map(disk => [disk.innerText, \
    disk.querySelector('[role=img]').ariaLabel, ...[...disk.querySelectorAll('span')].map(part => \
    Math.round(100 * part.offsetWidth / part.parentElement.clientWidth))])";

#[test]
fn how_full_disks_are_is_seen_and_heard() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let place = TempDir::new().unwrap();
    let gallery = Gallery::start(place.path(), &crowd(), &[]);
    for (screen, name) in [
        (DESKTOP, "disks-1440"),
        (Screen { dark: true, ..PHONE }, "disks-390-dark"),
        (Screen { width: 320, height: 568, ..PHONE }, "disks-320"),
    ] {
        let mut page = open(&mut browser, &gallery, "/health", screen);
        page.says("where the disks even out");
        let told = page.eval(DISKS);
        assert_eq!(told[0][0], "20 % of 100 GB, room for 80.0 GB");
        let heard =
            "Own photos: 5 % of the disk, others: 15 %. The disks even out at 35 %, if they can.";
        assert_eq!(told[0][1], heard);
        assert_eq!((&told[0][2], &told[0][3]), (&5.into(), &15.into()), "its parts");
        assert_eq!(told[1][0], "Over-full: 200 % of 10.0 GB");
        assert_eq!((&told[1][2], &told[1][3]), (&50.into(), &50.into()), "no wider than itself");
        page.eval("document.querySelector('.friends').scrollIntoView()");
        page.shot(name);
        page.is_sound(&origin(&gallery));
    }
}

#[test]
fn a_computer_that_fails_is_seen_at_once_and_so_is_the_repair() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let place = TempDir::new().unwrap();
    let mut daemons: Vec<Daemon> = Vec::new();
    for number in 0..3_u64 {
        let folder = place.path().join(format!("node{number}"));
        fs::create_dir(&folder).unwrap();
        for photo in 0..6 {
            let picture = draw(number * 10 + photo, 640, 480);
            disk::lay(&folder.join(format!("{number}-{photo}.jpg")), &jpeg(&picture, 85)).unwrap();
        }
        let join = daemons.first().map(|first| first.address().to_string());
        let mut options = vec!["--grace", "4s", "--pin", "2s"];
        options.extend(join.iter().flat_map(|address| ["--join", address.as_str()]));
        let daemon = Daemon::start(program(), &folder, &options).unwrap();
        daemons.push(daemon);
    }
    let first = daemons[0].address().clone();
    let all_safe = || {
        let status = ask::status(&first)?;
        match status.photos == 18 && status.under_replicated == 0 && status.nodes.len() == 3 {
            true => Ok(()),
            false => Err(format!("{status:?}")),
        }
    };
    eventually("all is safe", PATIENCE, all_safe).unwrap();

    let gallery = Gallery::start(place.path(), &first, &[]);
    gallery.wait_for(18);
    let mut page = open(&mut browser, &gallery, "/health", DESKTOP);
    page.says("Every photo is on 2 computers.");
    page.shot("health-1440-safe");
    daemons[2].kill().unwrap();
    let seen = page.until("somebody is away", "document.querySelector('.friends .dot.away')");
    assert!(seen < SEEN, "it took {seen:?} to see that");
    page.shot("health-1440-away");
    // The two others copy what it had; nobody need do anything.
    page.says("Every photo is on 2 computers.");
    page.shot("health-1440-repaired");
    page.is_sound(&origin(&gallery));
    page.show_on(PHONE);
    page.shot("health-390");
    page.is_sound(&origin(&gallery));
    page.show_on(Screen { width: 320, height: 568, ..PHONE });
    page.until("the picture can be read on a small phone", LEGIBLE);
    page.shot("health-320");
    page.is_sound(&origin(&gallery));

    for daemon in &mut daemons {
        daemon.kill().unwrap();
    }
    page.says("does not answer");
    page.shot("health-390-gone");
    page.is_sound(&origin(&gallery));
}

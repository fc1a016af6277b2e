//! What a node tells another of its own records: each of them, and that this is all only when it is.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::limits::PAGE_RECORDS;
use super::super::{Action, DiskAction, DiskEvent, LinkAction, LinkEvent, LinkId};
use super::solo::{Solo, original};
use crate::photo::PhotoId;
use crate::protocol::{Facts, Holding, Message, Record};

const PIN: Duration = Duration::from_secs(60);

/// What one page says: under how many names each photo is known, and whether this is all.
type Page = (BTreeMap<PhotoId, usize>, bool);

fn page(actions: &[Action]) -> Option<Page> {
    let mut pages = actions.iter().filter_map(|action| match action {
        Action::Link(LinkAction::Send {
            message: Message::ImageInfo { records, complete, .. },
            ..
        }) => {
            let names = |facts: &Facts| facts.names.len();
            let told = records.iter().map(|record| (record.photo.id, names(&record.facts)));
            Some((told.collect(), *complete))
        }
        _ => None,
    });
    let page = pages.next();
    assert!(pages.next().is_none(), "one page at a time");
    page
}

fn next(solo: &mut Solo) -> Option<Page> {
    page(&solo.tell(LinkEvent::PageSent { link: LinkId(1) }))
}

fn rename(solo: &mut Solo, n: usize) {
    let record = original(&n.to_be_bytes());
    solo.tell(DiskEvent::Held {
        photo: record.photo,
        facts: Facts::named("another.jpg"),
        holding: Holding::Original,
        files: 1,
    });
}

#[test]
fn before_the_first_scan_is_over_nothing_is_all() {
    let mut solo = Solo::unscanned(|_| ());
    let photo = solo.hold(b"cat");
    solo.join(1, PIN, &[]);
    let first = page(&solo.hear(1, Message::RequestInfo));
    assert_eq!(first, Some((BTreeMap::from([(photo, 1)]), false)));
    assert_eq!(next(&mut solo), None);
    let last = page(&solo.tell(DiskEvent::Scanned { skipped: 0 }));
    assert_eq!(last, Some((BTreeMap::new(), true)));
}

#[test]
fn what_changes_while_all_is_told_is_told_again_before_it_is_all() {
    let mut solo = Solo::new();
    let photos = PAGE_RECORDS + 10;
    for n in 0..photos {
        solo.hold(&n.to_be_bytes());
    }
    solo.join(1, PIN, &[]);
    let (mut known, complete) = page(&solo.hear(1, Message::RequestInfo)).expect("a page");
    assert_eq!((known.len(), complete), (PAGE_RECORDS, false));
    (0..photos).for_each(|n| rename(&mut solo, n));
    let mut sizes = Vec::new();
    while let Some((told, complete)) = next(&mut solo) {
        sizes.push((told.len(), complete));
        known.extend(told);
    }
    // The ten that are left of the first round are told as they are by now; of the others the news.
    assert_eq!(sizes, [(PAGE_RECORDS, false), (10, true)]);
    assert_eq!(known.len(), photos);
    assert!(known.values().all(|names| *names == 2));
    rename(&mut solo, photos);
    assert_eq!(next(&mut solo), None, "it was told at once, and once");
}

#[test]
fn who_asks_again_while_all_is_told_is_told_it_once() {
    let mut solo = Solo::new();
    for n in 0..=PAGE_RECORDS {
        solo.hold(&n.to_be_bytes());
    }
    solo.join(1, PIN, &[]);
    let sizes = |page: Option<Page>| page.map(|(told, complete)| (told.len(), complete));
    let first = page(&solo.hear(1, Message::RequestInfo));
    assert_eq!(sizes(first), Some((PAGE_RECORDS, false)));
    assert_eq!(page(&solo.hear(1, Message::RequestInfo)), None);
    assert_eq!(sizes(next(&mut solo)), Some((1, true)));
    // When all is told, it may ask again.
    next(&mut solo);
    assert_eq!(sizes(page(&solo.hear(1, Message::RequestInfo))), Some((PAGE_RECORDS, false)));
}

#[test]
fn names_that_others_know_are_written_down_whoever_had_the_photo_first() {
    for told_before in [false, true] {
        let mut solo = Solo::new();
        solo.join(1, PIN, &[]);
        let mut theirs = original(b"cat");
        theirs.facts = Facts::named("tom.jpg").into();
        let actions = if told_before {
            solo.announce(1, vec![theirs], false);
            let Record { photo, facts, .. } = original(b"cat");
            solo.tell(DiskEvent::Held {
                photo,
                facts: Facts::clone(&facts),
                holding: Holding::Original,
                files: 1,
            })
        } else {
            solo.hold(b"cat");
            solo.announce(1, vec![theirs], false)
        };
        let noted = actions.iter().any(|action| {
            let Action::Disk(DiskAction::NoteFacts { facts, .. }) = action else {
                return false;
            };
            ["p.jpg", "tom.jpg"].iter().all(|name| facts.names.contains(*name))
        });
        assert!(noted, "told before: {told_before}");
    }
}

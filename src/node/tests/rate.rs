//! How many of the folder's own files go to the trash in an hour, and what people are told of it.

use std::sync::Arc;
use std::time::Duration;

use super::super::limits::{GONE_TOLD, RATE_FILES, RATE_SPAN, SETTLE, TICK};
use super::super::{Action, DiskAction, DiskEvent, LinkAction};
use super::claims::{hold, version};
use super::solo::{Solo, proof};
use crate::photo::{Fingerprint, Photo, PhotoId};
use crate::protocol::{Departure, Gone, Holding, Message, Record};

const PIN: Duration = Duration::from_secs(60);
const HOUR: u64 = RATE_SPAN.as_secs();

/// Versions of many pictures, two of each: the worse ones and the better ones.
fn pictures(many: u8) -> (Vec<Record>, Vec<Record>) {
    let of = |picture: u8, width: u32| {
        let mut record = version(width);
        let digest = PhotoId::of(&[picture]).to_string().repeat(9);
        let view = digest.as_bytes().first_chunk().expect("long enough");
        let fingerprint = Fingerprint::made_up(view, view, &[]);
        record.photo = Arc::new(Photo {
            id: PhotoId::of(&[picture, width as u8]),
            fingerprint,
            ..(*record.photo).clone()
        });
        record
    };
    (0..many).map(|picture| (of(picture, 10), of(picture, 20))).unzip()
}

/// Lets time pass in which all proofs are right and the disk does what it is asked for; what went to the trash.
fn gone(solo: &mut Solo, seconds: u64) -> usize {
    let mut gone = 0;
    for _ in 0..seconds {
        let mut actions = solo.wait(Duration::from_secs(1));
        while !actions.is_empty() {
            let mut next = Vec::new();
            for action in actions {
                match action {
                    Action::Link(LinkAction::Send {
                        message: Message::Challenge { nonce, .. },
                        ..
                    }) => {
                        next.extend(solo.compute(nonce));
                        (1..=3).for_each(|n| next.extend(solo.hear(n, proof(nonce))));
                    }
                    Action::Disk(DiskAction::PutAway {
                        departure: Departure::Replaced { .. } | Departure::Surplus,
                        photo,
                        ..
                    }) => {
                        gone += 1;
                        next.extend(solo.tell(DiskEvent::PutAway { photo, result: Ok(()) }));
                    }
                    _ => {}
                }
            }
            actions = next;
        }
    }
    gone
}

/// A node whose worse versions are held in this way; of the better ones, which it keeps for the mesh, two other nodes
/// have one half each.
fn with_worse(solo: &mut Solo, holding: Holding, many: u8) {
    let (worse, better) = pictures(many);
    for (n, half) in (1..).zip(better.chunks(usize::from(many).div_ceil(2))) {
        solo.join(n, PIN, &[]);
        solo.announce(n, half.to_vec(), true);
    }
    for record in &worse {
        hold(solo, &Record { holding, ..record.clone() });
    }
    for record in &better {
        hold(solo, &Record { holding: Holding::Replica, ..record.clone() });
    }
}

#[test]
fn few_own_files_go_in_an_hour_on_whosever_account_and_the_list_does_not_wait() {
    let many = RATE_FILES as u8 + 15;
    for (holding, retire_now) in
        [(Holding::Original, false), (Holding::Original, true), (Holding::Replica, false)]
    {
        let mut solo = Solo::with(|config| config.retire_now = retire_now);
        with_worse(&mut solo, holding, many);
        let at_once = gone(&mut solo, 60);
        assert_eq!(solo.list().len(), usize::from(many));
        let news = solo.status().news.join("\n");
        if holding == Holding::Replica || retire_now {
            assert_eq!(at_once, usize::from(many), "{holding:?}");
            assert!(!news.contains("--retire-now"), "{news}");
        } else {
            assert_eq!(at_once, RATE_FILES);
            assert!(news.contains("15 of this node's own files wait"), "{news}");
            assert_eq!(gone(&mut solo, HOUR - 200), 0);
            assert_eq!(gone(&mut solo, 400), 15);
        }
    }
}

#[test]
fn own_files_that_others_have_too_go_by_the_same_limit() {
    let mut solo = Solo::new();
    with_worse(&mut solo, Holding::Original, 30);
    let surplus: Vec<[u8; 2]> = (0..30).map(|n| [n, n]).collect();
    let theirs: Vec<Record> = surplus.iter().map(|bytes| super::solo::original(bytes)).collect();
    solo.join(3, PIN, &[]);
    for n in 1..=3 {
        solo.announce(n, theirs.clone(), false);
    }
    for bytes in &surplus {
        solo.hold(bytes);
    }
    assert_eq!(gone(&mut solo, 120), RATE_FILES);
    let news = solo.status().news.join("\n");
    assert!(news.contains("of this node's own files wait"), "{news}");
}

#[test]
fn what_its_owner_lets_move_goes_without_limit() {
    let many = RATE_FILES as u8 + 15;
    let mut solo = Solo::with(|config| config.pools = true);
    solo.wait(solo.node.cx.config().grace);
    let all: Vec<[u8; 2]> = (0..many).map(|n| [n, n]).collect();
    for n in 1..=2 {
        solo.join(n, PIN, &[]);
        solo.announce(n, all.iter().map(|bytes| super::solo::original(bytes)).collect(), true);
    }
    for bytes in &all {
        solo.hold(bytes);
    }
    assert_eq!(gone(&mut solo, 60), usize::from(many));
}

#[test]
fn in_a_large_folder_it_is_one_own_file_in_twenty() {
    let mut solo = Solo::new();
    for n in 0..1200_u32 {
        solo.hold(&n.to_be_bytes());
    }
    with_worse(&mut solo, Holding::Original, 100);
    // Of these 1,300, those that have left count no more.
    let at_once = gone(&mut solo, 60);
    assert!((60..=65).contains(&at_once), "{at_once}");
}

#[test]
fn a_restart_does_not_begin_a_new_hour() {
    let ago = RATE_SPAN / 2;
    let earlier = |files| {
        move |config: &mut crate::node::Config| {
            config.gone = vec![Gone { ago, by: None }; files];
        }
    };
    let mut solo = Solo::with(earlier(RATE_FILES - 10));
    with_worse(&mut solo, Holding::Original, 30);
    assert_eq!(gone(&mut solo, 60), 10);
    assert_eq!(gone(&mut solo, HOUR / 2 - 120), 0);
    assert_eq!(gone(&mut solo, 240), 20);
}

#[test]
fn people_are_told_for_a_month_for_whose_versions_their_files_went() {
    let mut solo = Solo::with(|config| {
        let ago = GONE_TOLD - 2 * SETTLE;
        config.gone = vec![Gone { ago, by: None }];
    });
    let news = solo.status().news.join("\n");
    assert!(news.contains("1 of this node's own files went"), "{news}");
    solo.wait(2 * SETTLE + TICK);
    assert_eq!(solo.status().news.iter().filter(|note| note.contains("went")).count(), 0);
    with_worse(&mut solo, Holding::Original, 3);
    assert_eq!(gone(&mut solo, 60), 3);
    let news = solo.status().news.join("\n");
    let [one, two] = [1, 2].map(crate::protocol::NodeId);
    let expected = format!(
        "3 of this node's own files went to its trash in the last 30 days, 2 for versions of node {one}, 1 for \
         versions of node {two}"
    );
    assert!(news.contains(&expected), "{news}");
}

#[test]
fn a_better_version_of_ones_own_is_not_somebody_elses() {
    let ago = Duration::from_secs(1);
    let mut solo =
        Solo::with(|config| config.gone = vec![Gone { ago, by: Some(PhotoId::of(b"large")) }]);
    solo.hold(b"large");
    let expected = "1 of this node's own files went to its trash in the last 30 days, 1 for better versions of its own: \
                    see `trash list`";
    let status = solo.status();
    assert_eq!(status.news, [expected]);
    assert!(!status.notes.concat().contains("went"), "it is no trouble: {:?}", status.notes);
}

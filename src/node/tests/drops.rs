//! What holds back a copy that is to go, in whichever way it is to go.

use std::collections::BTreeSet;
use std::time::Duration;

use super::super::limits::{ROUNDS, SETTLE, TICK};
use super::super::{Action, DiskAction, DiskEvent, Event, LinkAction};
use super::solo::{Solo, challenge, original, register};
use super::versions::{hold, pair, record};
use super::{laws, world};
use crate::photo::{Nonce, PhotoId};
use crate::protocol::{Holding, Message, Request};

const PIN: Duration = Duration::from_secs(60);
/// Long enough that whoever may give up a copy has asked for proofs, and shorter than a promise.
const LONG: Duration = Duration::from_secs(40);
const BYTES: &[u8] = b"everywhere";

/// Why a copy is to go.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    /// There are too many.
    Surplus,
    /// It is a worse version.
    Worse,
    /// It has been in the trash for its time, and others have the photo.
    Trash,
    /// The same for a worse version.
    WorseTrash,
}

const WAYS: [Way; 4] = [Way::Surplus, Way::Worse, Way::Trash, Way::WorseTrash];

impl Way {
    fn photo(self) -> PhotoId {
        match self {
            Way::Surplus | Way::Trash => PhotoId::of(BYTES),
            Way::Worse | Way::WorseTrash => laws::photo(pair().0).id,
        }
    }

    /// Others have what they need for this node's copy to go.
    fn prepare(self, solo: &mut Solo) {
        let (worse, better) = pair();
        let worse = laws::photo(worse);
        match self {
            Way::Surplus => hold(solo, world::picture(BYTES), Holding::Original),
            Way::Trash => hold(solo, world::picture(BYTES), Holding::Retired),
            Way::Worse => hold(solo, worse, Holding::Original),
            Way::WorseTrash => hold(solo, worse, Holding::Retired),
        }
        let theirs = match self {
            Way::Surplus | Way::Trash => original(BYTES),
            Way::Worse | Way::WorseTrash => {
                hold(solo, laws::photo(better), Holding::Replica);
                record(laws::photo(better))
            }
        };
        let others = match self {
            Way::Surplus => 1..=3,
            Way::Trash => 1..=2,
            Way::Worse | Way::WorseTrash => 1..=1,
        };
        for n in others {
            solo.join(n, PIN, &[]);
            solo.announce(n, vec![theirs.clone()], true);
        }
    }

    /// Lets time pass, in which the folder says more than once what has been in the trash for its time.
    fn wait(self, solo: &mut Solo) -> Vec<Action> {
        let mut actions = Vec::new();
        for _ in 0..10 {
            actions.extend(solo.wait(LONG / 10));
            if matches!(self, Way::Trash | Way::WorseTrash) {
                let photo = self.photo();
                actions.extend(solo.tell(DiskEvent::Expired { photo }));
            }
        }
        actions
    }
}

/// The rounds that were begun.
fn rounds(actions: &[Action]) -> BTreeSet<Nonce> {
    let asked = actions.iter().filter_map(|action| match action {
        Action::Link(LinkAction::Send { message: Message::Challenge { nonce, .. }, .. }) => {
            Some(*nonce)
        }
        _ => None,
    });
    asked.collect()
}

#[test]
fn copies_go_when_nothing_is_against_it_in_one_round_at_a_time() {
    for way in WAYS {
        let mut solo = Solo::new();
        way.prepare(&mut solo);
        // Nobody answers, so a round takes half of the time of a promise.
        let mut actions = solo.wait(SETTLE + TICK);
        actions.extend(way.wait(&mut solo));
        assert!((1..=2).contains(&rounds(&actions).len()), "{way:?}");
    }
}

#[test]
fn a_photo_with_companions_is_not_surplus_until_it_has_none() {
    let mut solo = Solo::new();
    Way::Surplus.prepare(&mut solo);
    let photo = Way::Surplus.photo();
    let files = vec!["everywhere.xmp".to_owned()];
    solo.tell(DiskEvent::Companions { photo, files });
    let mut actions = solo.wait(SETTLE + TICK);
    actions.extend(Way::Surplus.wait(&mut solo));
    assert_eq!(rounds(&actions).len(), 0);
    let files = vec![];
    solo.tell(DiskEvent::Companions { photo, files });
    assert!(!rounds(&Way::Surplus.wait(&mut solo)).is_empty());
}

#[test]
fn who_leaves_gives_up_no_copy() {
    for way in WAYS {
        let mut solo = Solo::new();
        way.prepare(&mut solo);
        solo.tell(Event::Shutdown);
        assert_eq!(challenge(&way.wait(&mut solo)), None, "{way:?}");
    }
}

#[test]
fn who_may_have_promised_something_in_an_earlier_life_gives_up_no_copy() {
    for way in WAYS {
        let mut solo = Solo::before();
        way.prepare(&mut solo);
        assert_eq!(challenge(&way.wait(&mut solo)), None, "{way:?}");
    }
}

#[test]
fn while_somebody_has_not_told_all_no_copy_is_given_up() {
    for way in WAYS {
        let mut solo = Solo::new();
        way.prepare(&mut solo);
        solo.open(4, "127.0.0.1");
        solo.hear(4, Message::Register(register(4, PIN)));
        assert_eq!(challenge(&way.wait(&mut solo)), None, "{way:?}");
    }
}

#[test]
fn who_has_not_looked_through_its_own_folder_gives_up_no_copy() {
    for way in WAYS {
        let mut solo = Solo::unscanned(|_| ());
        way.prepare(&mut solo);
        assert_eq!(challenge(&way.wait(&mut solo)), None, "{way:?}");
    }
}

#[test]
fn what_is_promised_is_not_given_up() {
    for way in [Way::Surplus, Way::Worse] {
        let mut solo = Solo::new();
        way.prepare(&mut solo);
        let (photo, nonce) = (way.photo(), Nonce([1; 32]));
        solo.hear(1, Message::Challenge { photo, nonce });
        assert_eq!(challenge(&way.wait(&mut solo)), None, "{way:?}");
    }
}

#[test]
fn what_comes_back_from_the_trash_is_not_deleted() {
    for way in [Way::Trash, Way::WorseTrash] {
        let mut solo = Solo::new();
        way.prepare(&mut solo);
        let photo = way.photo();
        solo.ask(Request::TrashRestore { image_name: photo.to_string() });
        assert_eq!(challenge(&way.wait(&mut solo)), None, "{way:?}");
    }
}

#[test]
fn what_is_no_longer_in_the_trash_is_not_deleted() {
    let mut solo = Solo::new();
    solo.hold(BYTES);
    (1..=2).for_each(|n| solo.join(n, PIN, &[BYTES]));
    solo.wait(LONG);
    let photo = PhotoId::of(BYTES);
    assert_eq!(challenge(&solo.tell(DiskEvent::Expired { photo })), None);
}

#[test]
fn nothing_is_deleted_for_a_better_version_whose_holders_change_right_now() {
    let mut solo = Solo::with(|config| config.copies = 3);
    let way = Way::WorseTrash;
    way.prepare(&mut solo);
    solo.join(2, PIN, &[]);
    solo.wait(2 * SETTLE);
    solo.announce(2, vec![record(laws::photo(pair().1))], false);
    let photo = way.photo();
    assert_eq!(challenge(&solo.tell(DiskEvent::Expired { photo })), None);
    solo.wait(SETTLE);
    assert!(challenge(&solo.tell(DiskEvent::Expired { photo })).is_some());
}

#[test]
fn an_owner_who_keeps_his_originals_keeps_worse_versions_too() {
    let mut solo = Solo::with(|config| config.keep_originals = true);
    Way::Worse.prepare(&mut solo);
    assert_eq!(challenge(&Way::Worse.wait(&mut solo)), None);
}

#[test]
fn with_fewer_nodes_than_copies_are_wanted_all_of_them_are_enough() {
    let mut solo = Solo::with(|config| config.copies = 3);
    Way::Worse.prepare(&mut solo);
    assert!(challenge(&Way::Worse.wait(&mut solo)).is_some());
}

#[test]
fn so_many_rounds_go_on_at_a_time() {
    let mut solo = Solo::new();
    let photos: Vec<[u8; 2]> = (0..=ROUNDS as u8).map(|n| [n, n]).collect();
    let theirs: Vec<&[u8]> = photos.iter().map(|bytes| bytes.as_slice()).collect();
    for bytes in &photos {
        solo.hold(bytes);
    }
    (1..=3).for_each(|n| solo.join(n, PIN, &theirs));
    // Shorter than a round takes if nobody answers.
    let actions = solo.wait(PIN / 3);
    assert_eq!(rounds(&actions).len(), ROUNDS);
}

/// Whether a node that has several files of one photo wants one of them only.
fn dedupes(mut solo: Solo, others: u64, all_told: bool) -> bool {
    (1..=others).for_each(|n| solo.join(n, PIN, &[BYTES]));
    if !all_told {
        solo.open(4, "127.0.0.1");
        solo.hear(4, Message::Register(register(4, PIN)));
    }
    solo.tell(DiskEvent::Held {
        photo: world::picture(BYTES),
        facts: Default::default(),
        holding: Holding::Original,
        files: 2,
    });
    let actions = solo.wait(LONG);
    let dedupes = |action: &Action| matches!(action, Action::Disk(DiskAction::Dedupe { .. }));
    actions.iter().any(dedupes)
}

#[test]
fn one_file_of_several_is_enough_once_others_have_the_photo_too() {
    let keeping = || Solo::with(|config| config.keep_originals = true);
    assert!(dedupes(Solo::new(), 1, true));
    assert!(!dedupes(Solo::new(), 0, true), "alone in the world");
    assert!(!dedupes(Solo::new(), 1, false), "half a table");
    assert!(!dedupes(keeping(), 1, true), "the owner wants them all");
}

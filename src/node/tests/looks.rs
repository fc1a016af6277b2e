//! Second looks: what is compared when, what follows from it, and what does not.

use std::time::Duration;

use super::super::limits::{LOOKS, RETRY, SETTLE, STUCK};
use super::super::{
    Action, CloseReason, DiskAction, DiskError, DiskEvent, Event, LinkAction, LinkEvent, LinkId,
    Source,
};
use super::claims::{accepts, hold, told, version};
use super::solo::Solo;
use crate::photo::{PhotoId, Relation};
use crate::protocol::{Answer, Holding, Looks, Message, Record, Request};

const PIN: Duration = Duration::from_secs(60);
const LONG: Duration = Duration::from_secs(3600);

fn id(width: u32) -> PhotoId {
    version(width).photo.id
}

/// What is to be compared.
fn looks(actions: &[Action]) -> Vec<(PhotoId, PhotoId, Source)> {
    let looks = actions.iter().filter_map(|action| match action {
        Action::Disk(DiskAction::Look { worse, better, source }) => {
            Some((*worse, *better, *source))
        }
        _ => None,
    });
    looks.collect()
}

/// What is to be remembered of a photo.
fn noted(actions: &[Action], of: PhotoId) -> Option<Looks> {
    let noted = actions.iter().rev().find_map(|action| match action {
        Action::Disk(DiskAction::NoteLooks { photo, looks }) if *photo == of => Some(looks),
        _ => None,
    });
    noted.cloned()
}

fn found(solo: &mut Solo, result: Result<Relation, DiskError>) -> Vec<Action> {
    solo.tell(DiskEvent::Looked { worse: id(10), better: id(20), result })
}

/// A node that has two versions of a picture, as it compares them.
fn comparing() -> Solo {
    let mut solo = Solo::new();
    solo.pixels = None;
    hold(&mut solo, &version(10));
    hold(&mut solo, &version(20));
    let actions = solo.wait(2 * SETTLE);
    let here = Source::Held(id(20));
    assert_eq!(looks(&actions), [(id(10), id(20), here)]);
    solo
}

fn why(solo: &mut Solo, name: &str) -> String {
    let image_name = name.to_owned();
    match solo.ask(Request::Explain { image_name, exact: false, shared: false }) {
        Some(Answer::Explained(explanation)) => explanation.state,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_node_alone_hides_what_it_has_compared_and_nothing_else() {
    let mut solo = comparing();
    assert_eq!(solo.list(), ["10.jpg", "20.jpg"]);
    let actions = found(&mut solo, Ok(Relation::Same));
    assert_eq!(solo.list(), ["20.jpg"]);
    let remembered = noted(&actions, id(10)).expect("it is remembered");
    assert_eq!(remembered.accepted(id(20)), Some(Relation::Same));
    assert_eq!(looks(&solo.wait(LONG)), []);
}

#[test]
fn what_is_different_stays_in_the_list_and_is_not_compared_again() {
    let mut solo = comparing();
    let actions = found(&mut solo, Ok(Relation::Different));
    let remembered = noted(&actions, id(10)).expect("it is remembered");
    assert!(remembered.differs.contains(&id(20)));
    assert_eq!(looks(&solo.wait(LONG)), []);
    assert_eq!(solo.list(), ["10.jpg", "20.jpg"]);
    for (name, other) in [("10.jpg", "20.jpg"), ("20.jpg", "10.jpg")] {
        let state = why(&mut solo, name);
        let expected = format!("{other} looks alike, but this node has compared the pixels");
        assert!(state.contains(&expected), "{state}");
    }
}

#[test]
fn what_was_found_in_an_earlier_life_is_not_compared_again() {
    for (relation, shown) in
        [(Relation::Variant, &["20.jpg"][..]), (Relation::Different, &["10.jpg", "20.jpg"][..])]
    {
        let mut solo = Solo::new();
        solo.pixels = None;
        let mut looked = Looks::default();
        looked.note(id(20), relation);
        let photo = id(10);
        solo.tell(DiskEvent::Recalled { photo, looks: looked });
        hold(&mut solo, &version(10));
        hold(&mut solo, &version(20));
        assert_eq!(solo.list(), shown, "at once");
        assert_eq!(looks(&solo.wait(LONG)), []);
    }
}

#[test]
fn what_cannot_be_compared_is_left_alone_for_a_while() {
    let mut solo = comparing();
    let error = DiskError::Other("no memory".to_owned());
    found(&mut solo, Err(error));
    assert_eq!(looks(&solo.wait(STUCK - SETTLE)), []);
    assert_eq!(solo.list(), ["10.jpg", "20.jpg"]);
    assert_eq!(looks(&solo.wait(2 * RETRY)).len(), 1);
}

#[test]
fn a_refusal_counts_for_everybody_and_ends_with_its_record() {
    for leaves in [false, true] {
        let mut solo = Solo::new();
        solo.pixels = None;
        hold(&mut solo, &version(20));
        let mut theirs = version(10);
        theirs.looks.note(id(20), Relation::Different);
        for n in 1..=2 {
            solo.join(n, PIN, &[]);
        }
        solo.announce(1, vec![theirs], true);
        hold(&mut solo, &version(10));
        assert_eq!(looks(&solo.wait(LONG)), [], "nobody needs to look again");
        assert_eq!(solo.list(), ["10.jpg", "20.jpg"]);
        if leaves {
            let (link, reason) = (LinkId(1), CloseReason::Remote);
            solo.tell(LinkEvent::Closed { link, reason });
            assert_eq!(looks(&solo.wait(PIN - SETTLE)), [], "it is expected back");
            assert_eq!(looks(&solo.wait(LONG)).len(), 1);
        } else {
            let gone = Message::ImageInfo {
                records: Vec::new(),
                gone: vec![id(10)],
                tombstones: Vec::new(),
                complete: false,
            };
            solo.hear(1, gone);
            assert_eq!(looks(&solo.wait(2 * SETTLE)).len(), 1);
        }
        assert_eq!(solo.list(), ["10.jpg", "20.jpg"]);
    }
}

#[test]
fn many_look_alikes_are_compared_one_after_the_other_and_in_the_end_no_more() {
    let mut solo = Solo::new();
    solo.pixels = Some(Relation::Different);
    hold(&mut solo, &version(10));
    solo.join(1, PIN, &[]);
    let better = (11..=40).map(version).collect();
    solo.announce(1, better, true);
    // They are all versions of each other, so one is the keeper; the others differ from it by their holder's word.
    for width in 11..=40 {
        hold(&mut solo, &version(width));
    }
    solo.pixels = None;
    let mut compared = Vec::new();
    let mut open = Vec::new();
    for _ in 0..100 {
        open.extend(looks(&solo.wait(2 * SETTLE)));
        let of_it = open.iter().filter(|(worse, _, _)| *worse == id(10));
        assert!(of_it.count() <= 1, "one after the other");
        for (worse, better, _) in std::mem::take(&mut open) {
            if worse == id(10) {
                compared.push(better);
            }
            let result = Ok(Relation::Different);
            let looked = Event::Disk(DiskEvent::Looked { worse, better, result });
            open.extend(looks(&solo.tell(looked)));
        }
    }
    let mut unique = compared.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), compared.len(), "none is compared twice");
    assert!((1..=Looks::MAX).contains(&compared.len()), "{compared:?}");
    assert_eq!(looks(&solo.wait(LONG)), [], "it comes to rest");
    assert!(solo.list().contains(&"10.jpg".to_owned()));
}

#[test]
fn few_are_compared_at_a_time() {
    let mut solo = Solo::new();
    solo.pixels = None;
    hold(&mut solo, &version(200));
    let worse = 3 * LOOKS as u32;
    for width in 1..=worse {
        hold(&mut solo, &version(width));
    }
    let mut open = looks(&solo.wait(2 * SETTLE));
    assert_eq!(open.len(), LOOKS);
    let mut done = 0;
    while let Some((worse, better, _)) = open.pop() {
        let result = Ok(Relation::Same);
        let looked = Event::Disk(DiskEvent::Looked { worse, better, result });
        open.extend(looks(&solo.tell(looked)));
        assert!(open.len() <= LOOKS);
        done += 1;
    }
    assert_eq!(done, worse, "each has its turn, and at once");
    assert_eq!(solo.list(), ["200.jpg"]);
}

/// A node that has put a version away by an earlier program's rule, and has its better one.
fn put_away_earlier() -> (Solo, Vec<Action>) {
    let mut solo = Solo::new();
    solo.pixels = None;
    let looks = Looks::accepted_earlier(id(20), None);
    let photo = id(10);
    solo.tell(DiskEvent::Recalled { photo, looks });
    let worse = Record { holding: Holding::Retired, ..version(10) };
    hold(&mut solo, &worse);
    hold(&mut solo, &version(20));
    solo.join(1, PIN, &[]);
    solo.announce(1, vec![version(20)], true);
    let actions = solo.wait(2 * SETTLE);
    assert_eq!(solo.list(), ["20.jpg"], "what was put away stays away");
    (solo, actions)
}

fn does(actions: &[Action], wanted: impl Fn(&Action) -> bool) -> bool {
    actions.iter().any(wanted)
}

#[test]
fn what_an_earlier_rule_has_put_away_is_compared_anew() {
    let (mut solo, actions) = put_away_earlier();
    assert_eq!(looks(&actions).len(), 1);
    let photo = id(10);
    assert_eq!(solo.tell(DiskEvent::Expired { photo }), [], "not before");
    let actions = found(&mut solo, Ok(Relation::Same));
    let remembered = noted(&actions, photo).expect("its relation is noted");
    assert_eq!(remembered.accepted(id(20)), Some(Relation::Same));
    let challenges = |action: &Action| {
        let Action::Link(LinkAction::Send { message, .. }) = action else {
            return false;
        };
        matches!(message, Message::Challenge { .. })
    };
    let actions = solo.tell(DiskEvent::Expired { photo });
    assert!(does(&actions, challenges), "now its time counts");
}

#[test]
fn what_an_earlier_rule_has_put_away_and_is_different_comes_back() {
    let (mut solo, _) = put_away_earlier();
    let mut actions = found(&mut solo, Ok(Relation::Different));
    actions.extend(solo.wait(2 * SETTLE));
    assert_eq!(solo.list(), ["10.jpg", "20.jpg"]);
    let restores = |action: &Action| matches!(action, Action::Disk(DiskAction::Restore { photo, .. }) if *photo == id(10));
    assert!(does(&actions, restores));
}

#[test]
fn an_acceptance_by_one_who_has_it_in_the_trash_hides_it() {
    let mut solo = Solo::new();
    solo.join(1, PIN, &[]);
    let mut theirs = Record { holding: Holding::RetiredOriginal, ..version(10) };
    solo.announce(1, vec![version(20), theirs.clone()], true);
    assert_eq!(solo.list(), ["10.jpg", "20.jpg"], "nobody has compared them");
    theirs.looks = accepts(id(20));
    solo.announce(1, vec![theirs], false);
    assert_eq!(solo.list(), ["20.jpg"]);
}

#[test]
fn more_refusals_than_there_may_be_are_not_believed() {
    let mut solo = Solo::new();
    solo.join(1, PIN, &[]);
    let mut theirs = version(10);
    theirs.looks.differs = (0..=255).map(|n| PhotoId([n; 32])).collect();
    solo.announce(1, vec![theirs, version(20)], true);
    let entry = solo.node.cx.table.get(id(10)).expect("it is known");
    let told: Vec<usize> = entry.looks().map(|looks| looks.differs.len()).collect();
    assert_eq!(told, [Looks::MAX]);
}

#[test]
fn a_node_says_what_it_has_found_in_its_trash_too() {
    let (mut solo, _) = put_away_earlier();
    solo.hear(1, Message::RequestInfo);
    solo.tell(LinkEvent::PageSent { link: LinkId(1) });
    let mut actions = found(&mut solo, Ok(Relation::Variant));
    actions.extend(solo.tell(LinkEvent::PageSent { link: LinkId(1) }));
    let records = told(&actions);
    let record = records.iter().find(|record| record.photo.id == id(10));
    let accepts = record.and_then(|record| record.looks.accepts(id(20)));
    assert_eq!(accepts, Some(Relation::Variant));
}

//! The trash as a person sees it: which photo they mean who want one back, and whose took its place.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::super::limits::SETTLE;
use super::super::{Action, Asker, ClientAction, ClientEvent, DiskAction, DiskEvent};
use super::claims::{hold, version};
use super::members::{Friends, join, node, of};
use super::removals::{CAT, cat};
use super::solo::{Solo, original};
use super::world::CLIENT;
use crate::photo::{PhotoId, Relation};
use crate::protocol::{Answer, Facts, Holding, Looks, Record, Request};

/// A photo of these bytes with this name.
fn called(name: &str, bytes: &[u8], holding: Holding) -> Record {
    Record { facts: Arc::new(Facts::named(name)), holding, ..original(bytes) }
}

fn restore(name: &str) -> Request {
    Request::TrashRestore { image_name: name.to_owned() }
}

/// What a person is told who asks for a photo that is not one of the trash.
fn not_found(solo: &mut Solo, name: &str) -> (Vec<String>, String) {
    match solo.ask(restore(name)) {
        Some(Answer::NotFound { candidates, reason, .. }) => (candidates, reason),
        other => panic!("{other:?}"),
    }
}

#[test]
fn of_several_photos_of_one_name_each_is_told_with_what_it_is() {
    let mut solo = Solo::new();
    let (red, blue) = (PhotoId::of(b"red"), PhotoId::of(b"blue"));
    hold(&mut solo, &called("cat.jpg", b"red", Holding::Retired));
    hold(&mut solo, &called("cat.jpg", b"blue", Holding::RetiredOriginal));
    let (mut candidates, _) = not_found(&mut solo, "cat.jpg");
    candidates.sort();
    let mut told = [(red, 3), (blue, 4)].map(|(id, bytes)| {
        format!(
            "{} (cat.jpg, {bytes} bytes): no node that is here has it in its folder now",
            id.short()
        )
    });
    told.sort();
    assert_eq!(candidates, told);
    assert_eq!(solo.ask(restore(&blue.short())), None, "its id says which one");
}

#[test]
fn what_is_in_the_folder_too_is_not_said_to_be_nowhere() {
    let mut solo = Solo::new();
    let names = ["cat.jpg", "dog.jpg"].map(str::to_owned).into();
    let facts = Arc::new(Facts { names, ..Facts::default() });
    hold(&mut solo, &Record { facts, ..original(CAT) });
    for name in ["dog.jpg", &PhotoId::of(CAT).short()] {
        let (candidates, reason) = not_found(&mut solo, name);
        assert!(candidates.is_empty());
        assert!(reason.contains("in its folder, as cat.jpg"), "{reason}");
    }
    let (_, reason) = not_found(&mut solo, "owl.jpg");
    assert_eq!(reason, "nothing of this name is in this node's trash");
}

#[test]
fn the_folder_hears_by_which_name_a_photo_is_wanted_and_says_where_it_is() {
    let mut solo = Solo::new();
    hold(&mut solo, &cat(Holding::RetiredOriginal, []));
    let (link, request) = (CLIENT, restore("cat.jpg"));
    let actions = solo.tell(ClientEvent::Asked { link, by: Asker::Owner, request });
    let wanted = actions.iter().find_map(|action| match action {
        Action::Disk(DiskAction::Restore { called, .. }) => called.as_deref(),
        _ => None,
    });
    assert_eq!(wanted, Some("cat.jpg"));
    let (photo, result) = (PhotoId::of(CAT), Ok(Holding::Original));
    let file = Some("2019/cat (2).jpg".to_owned());
    let actions = solo.tell(DiskEvent::Returned { photo, result, file: file.clone() });
    let answer = actions.into_iter().find_map(|action| match action {
        Action::Client(ClientAction::Answer { answer, .. }) => Some(answer),
        _ => None,
    });
    let restored = Answer::Restored { name: "cat.jpg".to_owned(), id: photo, file };
    assert_eq!(answer, Some(restored));
}

/// The answer to a request that the folder is asked about first, and says nothing of.
fn asked(solo: &mut Solo, request: Request) -> Answer {
    let (link, by) = (CLIENT, Asker::Owner);
    let mut actions = solo.tell(ClientEvent::Asked { link, by, request });
    actions.extend(solo.tell(DiskEvent::DaysLeft { link, days: BTreeMap::new() }));
    let answer = actions.into_iter().find_map(|action| match action {
        Action::Client(ClientAction::Answer { answer, .. }) => Some(answer),
        _ => None,
    });
    answer.expect("an answer")
}

#[test]
fn friends_are_called_by_their_names() {
    let mut friends = Friends::new();
    let (ana, ben) = (friends.invite("ana"), friends.invite("ben"));
    for (bens, whose) in [(true, "20.jpg of ben;"), (false, "20.jpg of this node;")] {
        let mut solo = of(&ana);
        let looks = Looks::accepted_earlier(version(20).photo.id, Some(Relation::Same));
        solo.tell(DiskEvent::Recalled { photo: version(10).photo.id, looks: looks.clone() });
        hold(&mut solo, &Record { holding: Holding::RetiredOriginal, ..version(10) });
        if !bens {
            hold(&mut solo, &version(20));
        }
        let theirs = Record { holding: Holding::Retired, looks, ..version(10) };
        join(&mut solo, 1, &ben, if bens { vec![version(20), theirs] } else { vec![theirs] });
        solo.wait(2 * SETTLE);
        let Answer::Trash { photos, .. } = asked(&mut solo, Request::TrashList { after: None })
        else {
            panic!("not the trash");
        };
        assert!(photos[0].reason.contains(whose), "{}", photos[0].reason);
        let Answer::Duplicates { called, .. } =
            asked(&mut solo, Request::Duplicates { after: None })
        else {
            panic!("not the duplicates");
        };
        let names =
            [(node(1), "ben"), (node(9), "ana")].map(|(node, name)| (node, name.to_owned()));
        assert_eq!(called, names.into());
    }
}

#[test]
fn it_is_said_where_a_photo_is_that_went_because_others_keep_it() {
    for (pools, words) in
        [(false, "node 0000000000000001 keeps"), (true, "moved to the pool (--pool)")]
    {
        let mut solo = Solo::with(|config| config.pools = pools);
        hold(&mut solo, &cat(Holding::RetiredOriginal, []));
        solo.join(1, Duration::from_secs(60), &[CAT]);
        solo.wait(2 * SETTLE);
        let Answer::Trash { photos, .. } = asked(&mut solo, Request::TrashList { after: None })
        else {
            panic!("not the trash");
        };
        let reason = &photos[0].reason;
        assert!(reason.contains(words) && reason.contains("node 0000000000000001"), "{reason}");
    }
}

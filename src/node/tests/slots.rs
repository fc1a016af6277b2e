//! Which pulls run, and from whom: what comes slowly from one member holds up nobody else's photos.

use std::time::Duration;

use super::super::limits::{
    GET_STALL, GETS_IN_LINE, GETS_OF_MEMBER, PULL_MIN_RATE, PULL_QUEUE, PULL_START, PULLS,
    PULLS_IN_LINE, REPLICATE_STALL, TICK, WINDOW, WINDOW_FIRST, WINDOW_MOST,
};
use super::super::{
    Action, Asker, ClientEvent, CloseReason, DiskAction, DiskEvent, LinkAction, LinkId, Spool,
};
use super::members::{Friends, join, of, replica};
use super::pulling::{asked, verdict};
use super::solo::Solo;
use super::world::picture;
use crate::photo::PhotoId;
use crate::protocol::message::{OfferReply, TransferId};
use crate::protocol::{Facts, MAX_CHUNK, Message, Record, Request};

/// The node of ana's, with room; nodes 1 to 3 are ben's, and 4 is carl's. All of them have this.
fn friends(records: &[Record]) -> Solo {
    let mut friends = Friends::new();
    let [ana, ben, carl] = ["ana", "ben", "carl"].map(|name| friends.invite(name));
    let mut solo = of(&ana);
    solo.tell(DiskEvent::Room { free: 1 << 40, spare: 1 << 40 });
    for (n, member) in (1..).zip([&ben, &ben, &ben, &carl]) {
        join(&mut solo, n, member, records.to_vec());
    }
    solo
}

fn offer(solo: &mut Solo, n: u64, bytes: &[u8]) -> Vec<Action> {
    let (photo, facts) = (picture(bytes), Facts::default());
    solo.hear(n, Message::KeepThis { photo, facts })
}

/// All nodes that are asked for bytes.
fn all_asked(actions: &[Action]) -> Vec<u64> {
    let asked = actions.iter().filter_map(|action| match action {
        Action::Link(LinkAction::Send { link, message: Message::AskForImage { .. } }) => {
            Some(link.0)
        }
        _ => None,
    });
    asked.collect()
}

fn not_there(solo: &mut Solo, n: u64, transfer: TransferId) -> Vec<Action> {
    let reason = "gone".to_owned();
    solo.hear(n, Message::NoImage { transfer, reason })
}

#[test]
fn one_member_fills_no_more_than_their_share_of_the_running_pulls() {
    let mut solo = friends(&[]);
    let mut running = Vec::new();
    for n in 0..PULLS as u8 {
        running.extend(asked(&offer(&mut solo, 1 + u64::from(n) % 3, &[n; 10])));
    }
    assert_eq!(running.len(), PULLS / 2);
    assert!(asked(&offer(&mut solo, 4, b"cat")).is_some(), "carl is not held up");
    let (node, transfer) = running[0];
    assert_eq!(all_asked(&not_there(&mut solo, node, transfer)).len(), 1, "the next one of ben's");
}

#[test]
fn one_member_fills_no_more_than_their_share_of_the_line() {
    let mut solo = friends(&[]);
    for n in 0..=PULL_QUEUE / 2 {
        let actions = offer(&mut solo, 1 + n as u64 % 3, &n.to_be_bytes());
        let is_full = n == PULL_QUEUE / 2;
        assert_eq!(verdict(&actions) == Some(OfferReply::Busy), is_full, "{n}");
    }
    assert_eq!(verdict(&offer(&mut solo, 4, b"cat")), Some(OfferReply::Accept));
}

#[test]
fn who_sends_a_byte_now_and_then_is_left_for_another_holder() {
    let bytes = vec![7; 3 * MAX_CHUNK];
    let mut solo = friends(&[replica(&bytes)]);
    let (first, transfer) = asked(&offer(&mut solo, 1, &bytes)).expect("it pulls");
    let begun = solo.now;
    for offset in 0.. {
        let (link, data) = (first, vec![7].into());
        solo.hear(link, Message::Chunk { transfer, offset, data });
        solo.tell(DiskEvent::Written { spool: Spool::Pull(transfer), result: Ok(()) });
        let others = all_asked(&solo.wait(REPLICATE_STALL - TICK));
        if let [other] = others[..] {
            assert_ne!(first == 4, other == 4, "of another member");
            assert!(solo.now.since(begun) >= PULL_START);
            return;
        }
        assert!(solo.now.since(begun) < PULL_START + REPLICATE_STALL, "it waits for ever");
    }
}

#[test]
fn a_photo_that_comes_steadily_is_not_given_up() {
    let bytes = vec![7; 3 * MAX_CHUNK];
    let mut solo = friends(&[replica(&bytes)]);
    let (first, transfer) = asked(&offer(&mut solo, 1, &bytes)).expect("it pulls");
    let piece = 32 * 1024;
    for at in 0..bytes.len() / piece {
        assert!(all_asked(&solo.wait(Duration::from_secs(4))).is_empty());
        let (offset, data) = ((at * piece) as u64, vec![7; piece].into());
        solo.hear(first, Message::Chunk { transfer, offset, data });
        solo.tell(DiskEvent::Written { spool: Spool::Pull(transfer), result: Ok(()) });
    }
}

#[test]
fn a_holder_that_sends_one_photo_is_waited_for_with_the_next() {
    let [cat, dog] = [7, 8].map(|byte| vec![byte; 3 * MAX_CHUNK]);
    let mut solo = friends(&[]);
    let (_, transfer) = asked(&offer(&mut solo, 4, &cat)).expect("it pulls");
    asked(&offer(&mut solo, 4, &dog)).expect("it pulls that, too");
    let gives_up = |actions: &[Action]| {
        let ends = |action: &Action| matches!(action, Action::Disk(DiskAction::Discard { .. }));
        actions.iter().any(ends)
    };
    let piece = 64 * 1024;
    for at in 0..WINDOW_FIRST as usize / piece {
        assert!(!gives_up(&solo.wait(REPLICATE_STALL / 6)), "after {at} pieces");
        let (offset, data) = ((at * piece) as u64, vec![7; piece].into());
        solo.hear(4, Message::Chunk { transfer, offset, data });
        solo.tell(DiskEvent::Written { spool: Spool::Pull(transfer), result: Ok(()) });
    }
    assert!(!gives_up(&solo.wait(REPLICATE_STALL - TICK)), "the dog was behind the cat");
    assert!(gives_up(&solo.wait(2 * TICK)), "nothing at all comes any more");
}

#[test]
fn a_get_that_is_given_up_takes_no_pull_for_safety_along() {
    let [cat, dog, fox] = [7, 8, 9].map(|byte| vec![byte; 3 * MAX_CHUNK]);
    let mut solo = friends(&[]);
    solo.announce(4, vec![replica(&fox)], true);
    let (_, transfer) = asked(&offer(&mut solo, 4, &cat)).expect("it pulls");
    asked(&offer(&mut solo, 4, &dog)).expect("it pulls that, too");
    let piece = 64 * 1024;
    for at in 0..cat.len() / piece {
        solo.wait(REPLICATE_STALL / 6);
        let (offset, data) = ((at * piece) as u64, vec![7; piece].into());
        solo.hear(4, Message::Chunk { transfer, offset, data });
        solo.tell(DiskEvent::Written { spool: Spool::Pull(transfer), result: Ok(()) });
    }
    let (link, by) = (LinkId(1000), Asker::Owner);
    let request = Request::GetExact { photo: PhotoId::of(&fox), shared: false };
    asked(&solo.tell(ClientEvent::Asked { link, by, request })).expect("it asks for the fox");
    let declines = |actions: &[Action]| verdict(actions) == Some(OfferReply::Busy);
    let actions = solo.wait(GET_STALL + TICK);
    assert!(actions.iter().any(|action| matches!(action, Action::Client(_))), "no fox");
    assert!(!declines(&actions), "the dog has more time");
    assert!(declines(&solo.wait(REPLICATE_STALL)), "but not for ever");
}

#[test]
fn what_nobody_wants_any_more_is_cancelled() {
    let [cat, dog] = [7, 8].map(|byte| vec![byte; 3 * MAX_CHUNK]);
    let mut friends = Friends::new();
    let [ana, carl] = ["ana", "carl"].map(|name| friends.invite(name));
    let mut solo = of(&ana);
    join(&mut solo, 1, &carl, vec![replica(&cat), replica(&dog)]);
    let get = |solo: &mut Solo, link: u64, bytes: &[u8]| {
        let request = Request::GetExact { photo: PhotoId::of(bytes), shared: false };
        let actions =
            solo.tell(ClientEvent::Asked { link: LinkId(link), by: Asker::Owner, request });
        asked(&actions).expect("it asks carl's node").1
    };
    let unwanted = get(&mut solo, 1001, &cat);
    let (link, reason) = (LinkId(1001), CloseReason::Remote);
    let actions = solo.tell(ClientEvent::Closed { link, reason });
    let cancels = |action: &Action| matches!(action, Action::Link(LinkAction::Send { message: Message::Cancel { transfer }, .. }) if *transfer == unwanted);
    assert!(actions.iter().any(cancels));
    get(&mut solo, 1002, &dog);
    let actions = solo.wait(GET_STALL + TICK);
    assert!(
        actions.iter().any(|action| matches!(action, Action::Client(_))),
        "no time for the cat"
    );
}

#[test]
fn who_sends_for_clients_holds_up_what_comes_after_for_so_long_and_no_longer() {
    let cat = vec![7; 3 * MAX_CHUNK];
    let mut friends = Friends::new();
    let [ana, carl, dora] = ["ana", "carl", "dora"].map(|name| friends.invite(name));
    let mut solo = of(&ana);
    solo.tell(DiskEvent::Room { free: 1 << 40, spare: 1 << 40 });
    let small: Vec<Vec<u8>> = (0..16).map(|n| vec![n; MAX_CHUNK]).collect();
    join(&mut solo, 1, &carl, small.iter().map(|bytes| replica(bytes)).collect());
    join(&mut solo, 4, &dora, vec![]);
    asked(&offer(&mut solo, 1, &cat)).expect("it pulls");
    let line = 2 * (PULLS_IN_LINE + GETS_IN_LINE) * WINDOW_MOST;
    let most = PULL_START + Duration::from_secs(line / PULL_MIN_RATE);
    let begun = solo.now;
    for (n, bytes) in small.iter().cycle().enumerate() {
        let (link, by) = (LinkId(1000 + n as u64), Asker::Owner);
        let request = Request::GetExact { photo: PhotoId::of(bytes), shared: false };
        let (_, transfer) = asked(&solo.tell(ClientEvent::Asked { link, by, request })).unwrap();
        let data = bytes.clone().into();
        solo.hear(1, Message::Chunk { transfer, offset: 0, data });
        let reason = CloseReason::Remote;
        solo.tell(ClientEvent::Closed { link, reason });
        let actions = solo.wait(Duration::from_secs(20));
        if actions.iter().any(|a| {
            matches!(a, Action::Link(LinkAction::Send { message: Message::KeepAnswer { .. }, .. }))
        }) {
            return;
        }
        assert!(solo.now.since(begun) < most, "the cat is held for ever");
    }
}

#[test]
fn one_holder_is_asked_for_two_windows_at_a_time_and_for_as_many_small_photos() {
    let mut solo = friends(&[]);
    let large = |n: u8| vec![n; WINDOW as usize];
    let asks = |actions: &[Action]| all_asked(actions).len();
    let first = asked(&offer(&mut solo, 4, &large(1))).expect("it pulls");
    assert_eq!(asks(&offer(&mut solo, 4, &large(2))), 1);
    assert_eq!(asks(&offer(&mut solo, 4, &large(3))), 0, "two windows are in line");
    assert_eq!(asks(&offer(&mut solo, 1, &large(4))), 1, "others have lines of their own");
    assert_eq!(asks(&not_there(&mut solo, 4, first.1)), 1, "the third one's turn");
    let mut solo = friends(&[]);
    let small = (0..PULLS as u8 / 2).map(|n| asks(&offer(&mut solo, 4, &[n; 10])));
    assert_eq!(small.sum::<usize>(), PULLS / 2);
}

#[test]
fn the_next_photo_is_asked_for_when_there_is_room_in_the_line() {
    let mut solo = friends(&[]);
    let film = |n: u8| vec![n; 2 * WINDOW as usize];
    let (_, transfer) = asked(&offer(&mut solo, 4, &film(1))).expect("it pulls");
    asked(&offer(&mut solo, 4, &film(2))).expect("it pulls that, too");
    assert_eq!(all_asked(&offer(&mut solo, 4, &film(3))).len(), 0, "two windows are in line");
    let (offset, data) = (0, vec![1; WINDOW_FIRST as usize / 2].into());
    let begun = all_asked(&solo.hear(4, Message::Chunk { transfer, offset, data }));
    assert_eq!(begun, [4], "more of the first");
    assert!(all_asked(&solo.wait(TICK)).is_empty(), "there is more in line than before");
    let (offset, data) = (WINDOW_FIRST / 2, vec![1; WINDOW_FIRST as usize * 3 / 4].into());
    solo.hear(4, Message::Chunk { transfer, offset, data });
    assert_eq!(all_asked(&solo.wait(TICK)), [4], "the third film");
}

#[test]
fn the_clients_of_one_member_wait_for_so_many_photos_and_hold_up_nobody() {
    let mut friends = Friends::new();
    let [ana, ben, carl] = ["ana", "ben", "carl"].map(|name| friends.invite(name));
    let mut solo = of(&ana);
    solo.tell(DiskEvent::Room { free: 1 << 40, spare: 1 << 40 });
    let photos: Vec<Vec<u8>> = (0..=GETS_OF_MEMBER as u8 + 2).map(|n| vec![n; 10]).collect();
    join(&mut solo, 1, &carl, photos.iter().map(|bytes| replica(bytes)).collect());
    let mut get = |link: usize, by: Asker| {
        let (photo, link) = (PhotoId::of(&photos[link]), LinkId(1000 + link as u64));
        let request = Request::GetExact { photo, shared: false };
        let actions = solo.tell(ClientEvent::Asked { link, by, request });
        actions.iter().any(|action| matches!(action, Action::Client(_)))
    };
    let bens = || Asker::Member(Box::new(ben.certificate.clone()));
    let answered: Vec<bool> = (0..=GETS_OF_MEMBER).map(|link| get(link, bens())).collect();
    let refused = (0..=GETS_OF_MEMBER).map(|link| link == GETS_OF_MEMBER);
    assert!(answered.into_iter().eq(refused), "ben's last one is told to try again");
    assert!(!get(GETS_OF_MEMBER + 1, Asker::Owner));
    assert!(!get(GETS_OF_MEMBER + 2, Asker::Member(Box::new(carl.certificate.clone()))));
}

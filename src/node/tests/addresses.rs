//! Which addresses that others tell are dialed.

use std::time::Duration;

use super::super::limits::{REDIAL_MAX, REDIAL_MIN, TICK};
use super::super::{Action, CloseReason, Level, LinkAction, LinkEvent, LinkId};
use super::solo::{Solo, register};
use crate::protocol::message::Register;
use crate::protocol::{Address, Message};

const PIN: Duration = Duration::from_secs(60);

#[test]
fn only_what_a_member_can_have_is_dialed() {
    let here = Address::new("127.0.0.1", 5000);
    let there = Address::new("192.0.2.7", 5000);
    for (host, port, by_here, by_there) in [
        ("192.0.2.8", 5000, true, true),
        ("anna.example", 5000, true, true),
        ("2001:db8::1", 5000, true, true),
        ("127.0.0.1", 5001, true, false),
        ("localhost", 5001, true, false),
        ("LocalHost", 5001, true, false),
        ("::ffff:127.0.0.1", 5001, true, false),
        ("192.0.2.8", 22, false, false),
        ("0.0.0.0", 5000, false, false),
        ("::ffff:0.0.0.0", 5000, false, false),
        ("224.0.0.1", 5000, false, false),
        ("::ffff:224.0.0.1", 5000, false, false),
        ("255.255.255.255", 5000, false, false),
        ("ff02::1", 5000, false, false),
    ] {
        let address = Address::new(host, port);
        assert_eq!(address.is_possible_from(&here), by_here, "{address}");
        assert_eq!(address.is_possible_from(&there), by_there, "{address}");
    }
}

#[test]
fn who_gives_itself_an_impossible_address_does_not_come_in() {
    for (host, port, comes_in) in [
        ("127.0.0.1", 5001, true),
        ("127.9.9.9", 22, false),
        ("0.0.0.0", 22, false),
        ("224.0.0.1", 5001, false),
    ] {
        let mut solo = Solo::new();
        solo.open(1, "127.0.0.1");
        let told = Register { address: Address::new(host, port), ..register(1, PIN) };
        let actions = solo.hear(1, Message::Register(told));
        let refused = actions.iter().any(|action| {
            matches!(
                action,
                Action::Link(LinkAction::Close { reason: CloseReason::Refused(_), .. })
            )
        });
        assert_eq!(!refused, comes_in, "{host}:{port}");
        solo.tell(LinkEvent::Closed { link: LinkId(1), reason: CloseReason::Remote });
        let dials = solo.wait(10 * REDIAL_MAX).into_iter().filter(|action| {
            matches!(action, Action::Link(LinkAction::Dial { address }) if address.port() == port)
        });
        assert_eq!(dials.count() > 0, comes_in, "{host}:{port}");
    }
}

#[test]
fn where_nobody_listens_is_dialed_more_and_more_seldom_but_never_given_up() {
    let address = Address::new("127.0.0.1", 5001);
    let mut solo = Solo::with(|config| config.join = vec![address.clone()]);
    let mut pauses = Vec::new();
    let mut last = solo.now;
    while pauses.len() < 9 {
        let dials = |action: &Action| matches!(action, Action::Link(LinkAction::Dial { .. }));
        if solo.wait(TICK).iter().any(dials) {
            pauses.push(solo.now.since(last));
            last = solo.now;
            let (address, reason) = (address.clone(), "Connection refused".to_owned());
            solo.tell(LinkEvent::DialFailed { address, reason });
        }
    }
    let then = (0..8).map(|times| (REDIAL_MIN * (1 << times)).min(REDIAL_MAX));
    assert!(pauses[1..].iter().copied().eq(then), "{pauses:?}");
}

#[test]
fn who_breaks_the_protocol_each_time_is_dialed_more_and_more_seldom() {
    let mut solo = Solo::new();
    let mut pauses = Vec::new();
    let dials = |action: &Action| matches!(action, Action::Link(LinkAction::Dial { .. }));
    for link in 1..=9 {
        solo.open(link, "127.0.0.1");
        solo.hear(link, Message::Register(register(1, PIN)));
        let reason = CloseReason::Protocol("no number".to_owned());
        solo.tell(LinkEvent::Closed { link: LinkId(link), reason });
        let closed = solo.now;
        while !solo.wait(TICK).iter().any(dials) {}
        pauses.push(solo.now.since(closed));
    }
    let then = (0..9).map(|times| (REDIAL_MIN * (1 << times)).min(REDIAL_MAX));
    assert!(pauses.iter().copied().eq(then), "{pauses:?}");
    // Whose line is cut is dialed at once, whatever was before.
    solo.open(10, "127.0.0.1");
    solo.hear(10, Message::Register(register(1, PIN)));
    solo.tell(LinkEvent::Closed { link: LinkId(10), reason: CloseReason::Remote });
    let closed = solo.now;
    while !solo.wait(TICK).iter().any(dials) {}
    assert_eq!(solo.now.since(closed), REDIAL_MIN);
}

#[test]
fn that_nobody_can_be_joined_is_told_at_once_and_then_once_a_minute() {
    let address = Address::new("127.0.0.1", 5001);
    let mut solo = Solo::with(|config| config.join = vec![address.clone()]);
    let mut told = 0;
    let minutes = 5;
    for second in 0..minutes * 60 {
        let mut actions = solo.wait(Duration::from_secs(1));
        if second % 10 == 0 {
            let (address, reason) = (address.clone(), "Connection refused".to_owned());
            actions.extend(solo.tell(LinkEvent::DialFailed { address, reason }));
        }
        let tells = |action: &Action| matches!(action, Action::Log { topic: "join", .. });
        told += actions.iter().filter(|action| tells(action)).count() as u64;
    }
    assert_eq!(told, minutes);
}

#[test]
fn who_is_turned_away_is_told_what_may_be_the_matter() {
    let address = Address::new("127.0.0.1", 5001);
    let mut solo = Solo::with(|config| config.join = vec![address.clone()]);
    let mut hangs_up = |number: u64, reason: CloseReason| {
        let (link, remote) = (LinkId(number), "127.0.0.1".to_owned());
        solo.tell(LinkEvent::Opened { link, remote, dialed: Some(address.clone()) });
        let actions = solo.tell(LinkEvent::Closed { link, reason });
        solo.wait(Duration::from_secs(30));
        actions.into_iter().find_map(|action| match action {
            Action::Log { topic: "join", level: Level::Warn, text } => Some(text),
            _ => None,
        })
    };
    let told = hangs_up(1, CloseReason::Remote).expect("it is told");
    assert!(told.contains("127.0.0.1:5001") && told.contains("--member"), "{told}");
    assert_eq!(hangs_up(2, CloseReason::Io("reset".to_owned())), None, "not again so soon");
    let removed = CloseReason::Refused("you were removed".to_owned());
    assert!(hangs_up(3, removed).is_some_and(|told| told.contains("you were removed")));
    hangs_up(4, CloseReason::Remote);
    assert_eq!(hangs_up(5, CloseReason::Shutdown), None, "it has left by itself");
}

#[test]
fn that_this_node_refuses_another_or_has_it_already_is_not_said_to_be_its_hanging_up() {
    let address = Address::new("127.0.0.1", 5001);
    let opened = |link: LinkId| {
        let (remote, dialed) = ("127.0.0.1".to_owned(), Some(address.clone()));
        LinkEvent::Opened { link, remote, dialed }
    };
    let hung_up = |actions: &[Action]| {
        let says = |action: &Action| matches!(action, Action::Log { text, .. } if text.contains("hung up"));
        actions.iter().any(says)
    };
    let mut solo = Solo::with(|config| config.join = vec![address.clone()]);
    solo.tell(opened(LinkId(1)));
    let later = Register { protocol_min: u32::MAX, protocol_max: u32::MAX, ..register(1, PIN) };
    let (link, message) = (LinkId(1), Message::Register(later));
    let refuses = solo.tell(LinkEvent::Received { link, message });
    let closes = |action: &Action| matches!(action, Action::Link(LinkAction::Close { .. }));
    assert!(refuses.iter().any(closes) && !hung_up(&refuses), "{refuses:?}");

    let here = Register { address: address.clone(), ..register(2, PIN) };
    solo.open(2, "127.0.0.1");
    solo.hear(2, Message::Register(here));
    solo.tell(opened(LinkId(3)));
    let ends = solo.tell(LinkEvent::Closed { link: LinkId(3), reason: CloseReason::Remote });
    assert!(!hung_up(&ends), "of two links one ends early: {ends:?}");
}

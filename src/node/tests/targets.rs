//! Targets that take nothing: one member with many empty nodes keeps no photo from others.

use std::time::Duration;

use super::super::limits::{OFFER, OFFERS, RETRY, SETTLE, TICK};
use super::members::{Friends, hold, join, of};
use super::offers::offers;
use super::solo::{Solo, original};
use crate::photo::PhotoId;
use crate::protocol::message::{Lane, TransferId};
use crate::protocol::{Message, Record};

/// The node of ana's. Nodes 1 to 8 are ben's and have nothing; 10 is carl's and has these.
fn friends(records: Vec<Record>) -> Solo {
    let mut friends = Friends::new();
    let [ana, ben, carl] = ["ana", "ben", "carl"].map(|name| friends.invite(name));
    let mut solo = of(&ana);
    (1..=8).for_each(|n| join(&mut solo, n, &ben, Vec::new()));
    join(&mut solo, 10, &carl, records);
    solo
}

#[test]
fn who_asks_for_the_same_bytes_again_is_not_waited_for_longer() {
    let mut solo = friends(vec![original(b"dog")]);
    hold(&mut solo, original(b"cat"));
    let photo = PhotoId::of(b"cat");
    let [(first, _)] = offers(&solo.wait(SETTLE + 2 * TICK))[..] else {
        panic!("it is offered once");
    };
    let mut waited = Duration::ZERO;
    loop {
        let (transfer, offset, length, lane) = (TransferId(1), 0, 3, Lane::Replicate);
        solo.hear(first, Message::AskForImage { transfer, photo, offset, length, lane });
        waited += OFFER / 2;
        if let [(next, _)] = offers(&solo.wait(OFFER / 2))[..] {
            assert_eq!(next, 10, "carl, though other nodes of ben's have less");
            return;
        }
        assert!(waited < 3 * OFFER, "it waits for ever");
    }
}

#[test]
fn to_one_member_no_more_than_their_share_of_offers_is_open() {
    let theirs: Vec<Record> = (0..200_u8).map(|n| original(&[n; 9])).collect();
    let mut solo = friends(theirs);
    for n in 0..OFFERS as u8 {
        hold(&mut solo, original(&[n; 10]));
    }
    let open = offers(&solo.wait(SETTLE + RETRY));
    let to_ben = open.iter().filter(|(node, _)| *node != 10).count();
    assert_eq!(to_ben, OFFERS / 2);
    assert!(open.len() > to_ben, "the others find carl");
}

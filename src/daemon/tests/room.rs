//! The room for frames: who finds a place, and who waits.

use std::sync::Arc;
use std::thread;

use crossbeam_channel::{Receiver, unbounded};

use super::PATIENCE;
use crate::daemon::limits::{FRAMES, FRAMES_OF_SPEAKER};
use crate::daemon::room::{Place, Room, Speaker};
use crate::node::LinkId;

#[derive(Debug)]
enum Told {
    Waits,
    Placed(Place),
}

/// A frame comes on a link that takes so many bytes.
fn frame(room: &Arc<Room>, link: u64, bytes: usize) -> Receiver<Told> {
    let (tell, told) = unbounded();
    let room = Arc::clone(room);
    thread::spawn(move || {
        let speaker = Speaker::Link(LinkId(link));
        let place = room.place(speaker, bytes, || tell.send(Told::Waits).unwrap());
        // When the test is over, nobody listens.
        let _ = tell.send(Told::Placed(place));
    });
    told
}

fn placed(told: &Receiver<Told>) -> Place {
    match told.recv_timeout(PATIENCE).unwrap() {
        Told::Placed(place) => place,
        Told::Waits => panic!("it waits"),
    }
}

fn waits(told: &Receiver<Told>) {
    let first = told.recv_timeout(PATIENCE).unwrap();
    assert!(matches!(first, Told::Waits), "{first:?}");
}

#[test]
fn who_has_taken_their_share_waits_and_holds_up_nobody() {
    const MANY: usize = 4;
    let room = Room::new(FRAMES, FRAMES_OF_SPEAKER);
    let frames = (0..MANY).map(|_| frame(&room, 1, FRAMES_OF_SPEAKER / MANY));
    let mut places: Vec<Place> = frames.map(|told| placed(&told)).collect();
    let next = frame(&room, 1, 1);
    waits(&next);
    placed(&frame(&room, 2, FRAMES_OF_SPEAKER));
    places.pop();
    assert!(next.iter().any(|told| matches!(told, Told::Placed(_))));
}

#[test]
fn what_is_larger_than_a_share_takes_the_whole_of_it() {
    let room = Room::new(FRAMES, FRAMES_OF_SPEAKER);
    let giant = placed(&frame(&room, 1, usize::MAX));
    let next = frame(&room, 1, 1);
    waits(&next);
    drop(giant);
    assert!(next.iter().any(|told| matches!(told, Told::Placed(_))));
}

#[test]
fn all_together_take_no_more_than_there_is() {
    let room = Room::new(FRAMES, FRAMES_OF_SPEAKER);
    let shares = 0..FRAMES / FRAMES_OF_SPEAKER;
    let all = shares.map(|n| placed(&frame(&room, n as u64, FRAMES_OF_SPEAKER)));
    let all: Vec<Place> = all.collect();
    let next = frame(&room, 99, 1);
    waits(&next);
    drop(all);
    assert!(next.iter().any(|told| matches!(told, Told::Placed(_))));
}

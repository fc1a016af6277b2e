//! Small pictures on a link to another daemon: when they are sent, and what else is.

use super::peers::{CHUNKS, REPLICA, open_all, peer, receive, window};
use crate::daemon::limits::CHUNK;
use crate::daemon::socket::outbox::Picture;
use crate::node::{Event, LinkEvent};
use crate::protocol::Blob;
use crate::protocol::message::{AskId, Lane};

fn picture(ask: u32, pieces: usize) -> Picture {
    Picture { ask: AskId(ask), image: Blob::from(vec![7; pieces * CHUNK]) }
}

#[test]
fn who_asks_for_many_pictures_gets_copies_all_the_same() {
    let (mut stage, outbox) = peer();
    open_all(&stage, CHUNKS * CHUNK);
    assert!(outbox.serve(Lane::Replicate, window(REPLICA, u64::MAX)));
    assert_eq!(receive(&mut stage), "chunk 2");
    for ask in [1, 2] {
        assert!(outbox.show(picture(ask, CHUNKS / 3)));
    }
    // The system had taken some chunks by then.
    let received: Vec<String> = std::iter::repeat_with(|| receive(&mut stage))
        .skip_while(|frame| frame != "Preview")
        .take(2 * (CHUNKS / 3))
        .collect();
    let turns = received.chunks(2).all(|pair| pair == ["Preview", "chunk 2"]);
    assert!(turns, "{received:?}");
    let event = stage.next_event();
    assert!(matches!(event, Event::Link(LinkEvent::PreviewSent { .. })), "{event:?}");
}

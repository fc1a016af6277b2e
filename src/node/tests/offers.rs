//! To whom copies are offered, and by whom: each photo by one of its holders, and to each other node in its turn.

use std::time::Duration;

use super::super::Action;
use super::super::limits::{SETTLE, TICK};
use super::super::placement::coordinator;
use super::solo::{Solo, original};
use crate::photo::PhotoId;
use crate::protocol::{Message, NodeId};

const PIN: Duration = Duration::from_secs(60);

/// The node that each offer goes to, and of which photo it is.
fn offers(actions: &[Action]) -> Vec<(u64, PhotoId)> {
    let offered = actions.iter().filter_map(|action| match action {
        Action::Send {
            link,
            message: Message::KeepThis { photo, .. },
        } => Some((link.0, photo.id)),
        _ => None,
    });
    offered.collect()
}

#[test]
fn of_all_holders_the_coordinator_alone_offers_a_photo() {
    let mut coordinated = 0;
    for n in 0..20 {
        let bytes = [n; 10];
        let photo = PhotoId::of(&bytes);
        let mut solo = Solo::with(|config| config.copies = 4);
        solo.hold(&bytes);
        solo.join(1, PIN, &[&bytes]);
        solo.join(2, PIN, &[&bytes]);
        solo.join(3, PIN, &[]);
        let offered = offers(&solo.wait(10 * SETTLE));
        if coordinator(photo, [1, 2, 9].map(NodeId)) == Some(NodeId(9)) {
            coordinated += 1;
            assert_eq!(offered, [(3, photo)]);
        } else {
            assert_eq!(offered, []);
        }
    }
    assert!((1..20).contains(&coordinated), "{coordinated}");
}

#[test]
fn offers_go_to_the_least_loaded_and_among_equals_to_the_next_in_turn() {
    let mut solo = Solo::new();
    solo.join(1, PIN, &[b"a", b"b", b"c"]);
    solo.join(2, PIN, &[b"d"]);
    solo.join(3, PIN, &[b"e", b"f"]);
    let turns = (0..5_u8).map(|n| {
        let photo = solo.hold(&[n; 10]);
        let offered = offers(&solo.wait(SETTLE + TICK));
        let [(node, offered)] = offered[..] else {
            panic!("{offered:?}");
        };
        assert_eq!(offered, photo);
        if n % 2 == 0 {
            // Taken or not yet, it counts.
            solo.announce(node, vec![original(&[n; 10])], false);
        }
        node
    });
    assert_eq!(turns.collect::<Vec<_>>(), [2, 3, 2, 3, 1]);
}

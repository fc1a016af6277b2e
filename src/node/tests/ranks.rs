//! The friend's own file goes for a better version only by what this node has found in that one's bytes.

use std::sync::Arc;
use std::time::Duration;

use super::claims::{accepts, hold, version};
use super::pulling::asked;
use super::solo::{Solo, challenge};
use crate::photo::{ACCOUNT, Photo};
use crate::protocol::{Holding, Record};

use super::super::DiskEvent;

const PIN: Duration = Duration::from_secs(60);

/// A photo of poor pixels, as its bytes are, and as the one who planted it describes it.
fn poor() -> Record {
    version(5)
}

fn praised(account: u16) -> Record {
    let photo = Photo { account, width: 64_000, height: 64_000, ..Photo::clone(&poor().photo) };
    Record { photo: Arc::new(photo), ..poor() }
}

/// A node with a photo of its own, which it has found in an earlier life to be the same picture as the poor one.
fn owner() -> Solo {
    let mut solo = Solo::new();
    let looks = accepts(poor().photo.id);
    solo.tell(DiskEvent::Recalled { photo: version(10).photo.id, looks });
    hold(&mut solo, &version(10));
    solo
}

#[test]
fn an_original_does_not_go_for_what_others_say_of_a_copy_that_this_node_has_not_read_anew() {
    let mut solo = owner();
    let read_earlier = Photo { account: ACCOUNT - 1, ..Photo::clone(&poor().photo) };
    let photo = Arc::new(read_earlier);
    hold(&mut solo, &Record { photo, holding: Holding::Replica, ..poor() });
    solo.join(1, PIN, &[]);
    solo.announce(1, vec![praised(ACCOUNT)], true);
    assert_eq!(challenge(&solo.wait(PIN)), None);
    hold(&mut solo, &Record { holding: Holding::Replica, ..poor() });
    assert_eq!(challenge(&solo.wait(PIN)), None, "it has read it now");
}

#[test]
fn an_original_does_not_go_for_what_is_only_said_of_bytes_elsewhere() {
    let mut solo = owner();
    for n in 1..=2 {
        solo.join(n, PIN, &[]);
        solo.announce(n, vec![praised(ACCOUNT)], true);
    }
    let actions = solo.wait(PIN);
    assert!(asked(&actions).is_some(), "it wants to read them itself");
    assert_eq!(challenge(&actions), None);
}

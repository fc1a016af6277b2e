//! Noticing that what was sent is not the photo.

use crate::daemon::peer::send_check::{MOST, SendCheck};
use crate::photo::PhotoId;
use crate::protocol::message::TransferId;

const PHOTO: &[u8] = b"a photo of six and twenty b";

#[test]
fn only_a_photo_that_was_sent_whole_can_be_wrong() {
    let (right, wrong) = (PhotoId::of(PHOTO), PhotoId::of(b"another"));
    let size = PHOTO.len() as u64;
    let mut check = SendCheck::default();
    let whole = TransferId(1);
    for (photo, expected) in [(right, false), (wrong, true)] {
        check.add(whole, 0, &PHOTO[..9]);
        assert!(!check.is_wrong(whole, photo, size));
        check.add(whole, 9, &PHOTO[9..]);
        assert_eq!(check.is_wrong(whole, photo, size), expected);
    }
    let gap = TransferId(2);
    check.add(gap, 0, &PHOTO[..9]);
    check.add(gap, 10, &PHOTO[10..]);
    assert!(!check.is_wrong(gap, wrong, size));
    assert!(check.under_way.is_empty());
}

#[test]
fn those_that_are_never_finished_do_not_stand_in_the_way() {
    let mut check = SendCheck::default();
    for transfer in 0..1000 {
        check.add(TransferId(transfer), 0, &PHOTO[..9]);
    }
    let (last, size) = (TransferId(1000), PHOTO.len() as u64);
    check.add(last, 0, PHOTO);
    assert!(check.is_wrong(last, PhotoId::of(b"another"), size));
}

#[test]
fn however_many_are_asked_for_few_are_followed() {
    let mut check = SendCheck::default();
    for transfer in 0..1000 {
        check.add(TransferId(transfer), 0, PHOTO);
    }
    assert_eq!(check.under_way.len(), MOST);
}

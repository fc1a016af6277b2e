//! Which photos are remembered as doubted.

use super::super::doubted::Doubted;
use crate::node::limits::DOUBTED;
use crate::photo::PhotoId;

#[test]
fn of_doubted_photos_the_last_ones_are_remembered() {
    let photo = |number: usize| PhotoId::of(&number.to_be_bytes());
    let mut doubted = Doubted::default();
    (0..DOUBTED).for_each(|number| doubted.add(photo(number)));
    // What is wrong again is the last one then.
    doubted.add(photo(0));
    doubted.add(photo(DOUBTED));
    let forgotten = (0..=DOUBTED).filter(|number| !doubted.has(photo(*number)));
    assert_eq!(forgotten.collect::<Vec<_>>(), [1]);
}

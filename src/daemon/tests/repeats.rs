//! Who fills the log.

use std::time::Instant;

use crate::daemon::repeats::{COUNTED, KINDS, Repeats, WRITTEN};
use crate::node::Level;

#[test]
fn what_repeats_itself_is_written_a_few_times_and_counted() {
    let (mut repeats, now) = (Repeats::default(), Instant::now());
    let unknown = "ignoring a command of a later version";
    let written =
        (0..10_000).filter(|_| repeats.admits(now, (Level::Warn, "link"), unknown)).count() as u64;
    assert_eq!(written, WRITTEN);
    assert!(repeats.admits(
        now,
        (Level::Warn, "mesh"),
        "00000000000000aa is here, at 127.0.0.1:5001"
    ));
    assert_eq!(repeats.due(), Some(now + COUNTED));
    let told = repeats.take();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].0, Level::Warn, "who looks for warnings learns that one repeats itself");
    assert!(told[0].2.starts_with("9995 more lines like: ignoring a command"), "{told:?}");
    assert_eq!(repeats.due(), None);
    assert!(
        repeats.admits(now, (Level::Warn, "link"), unknown),
        "in the next minute it is news again"
    );
}

#[test]
fn links_and_photos_by_number_are_alike_and_nodes_are_not() {
    let (mut repeats, now) = (Repeats::default(), Instant::now());
    let loses = |link: u64| format!("loses link {link}: it went silent");
    let lost = (0..100)
        .filter(|link| repeats.admits(now, (Level::Warn, "link"), &loses(*link)))
        .count() as u64;
    let differs = |node: &str, photo: u64| {
        format!("{node} describes the bytes of {photo:08x} differently than before")
    };
    let by = |repeats: &mut Repeats, node: &str| {
        (0..100)
            .filter(|photo| repeats.admits(now, (Level::Warn, "table"), &differs(node, *photo)))
            .count() as u64
    };
    let one = by(&mut repeats, "00000000000000aa");
    let other = by(&mut repeats, "00000000000000ab");
    assert_eq!([lost, one, other], [WRITTEN; 3]);
}

#[test]
fn who_always_says_something_else_is_counted_too() {
    let (mut repeats, now) = (Repeats::default(), Instant::now());
    let goodbye = |n: u32| {
        let word: String = n.to_string().bytes().map(|b| char::from(b - b'0' + b'a')).collect();
        format!("goodbye: {word}")
    };
    let written =
        (0..10_000).filter(|n| repeats.admits(now, (Level::Warn, "mesh"), &goodbye(*n))).count();
    assert_eq!(written, KINDS);
    let told = repeats.take();
    let rest = format!("{} other lines were not written", 10_000 - KINDS);
    assert_eq!(told, [(Level::Warn, "mesh", rest)]);
}

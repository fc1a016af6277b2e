//! Times of files.

use jiff::Timestamp;
use jiff::tz::{self, TimeZone};

use crate::protocol::{Facts, FileTime};

fn at(text: &str) -> FileTime {
    text.parse().unwrap()
}

#[test]
fn it_is_what_a_clock_on_the_wall_showed() {
    let moment: Timestamp = "2024-06-12T23:15:30.9Z".parse().unwrap();
    let east = TimeZone::fixed(tz::offset(2));
    assert_eq!(FileTime::of(moment, &east), Some(at("2024-06-13T01:15:30")));
    assert_eq!(at("2024-06-13T01:15:30").to_string(), "2024-06-13T01:15:30");
}

#[test]
fn what_is_no_time_of_a_file_is_none() {
    for text in ["1970-01-01T00:00:00Z", "1980-01-01T00:00:00Z", "1989-12-31T23:59:59Z"] {
        assert_eq!(FileTime::of(text.parse().unwrap(), &TimeZone::UTC), None, "{text}");
    }
    assert_eq!(FileTime::of(Timestamp::MAX, &TimeZone::UTC), None);
    assert_eq!(FileTime::of(Timestamp::MIN, &TimeZone::UTC), None);
    for text in ["", "yesterday", "1989-12-31T23:59:59", "2200-01-01T00:00:00"] {
        assert!(serde_json::from_str::<FileTime>(&format!("\"{text}\"")).is_err(), "{text}");
    }
    let long = format!("\"2024-06-12T10:15:30.{}\"", "0".repeat(30));
    assert!(serde_json::from_str::<FileTime>(&long).is_err());
}

#[test]
fn the_earliest_of_all_counts_in_whatever_order_they_are_heard() {
    let dated = |text| Facts { dated: Some(at(text)), ..Facts::default() };
    let (early, late) = (dated("2020-01-01T00:00:00"), dated("2021-01-01T00:00:00"));
    for (one, other) in [(&early, &late), (&late, &early), (&early, &Facts::default())] {
        let mut facts = one.clone();
        assert_eq!(facts.merge(other), one == &late && other == &early);
        assert_eq!(facts, early);
    }
    let mut facts = Facts::default();
    assert!(facts.merge(&late));
    assert_eq!(facts, late);
}

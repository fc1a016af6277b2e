//! The date that is shown for a photo.

use crate::client::dates::{Days, Source, shown};
use crate::protocol::FileTime;

fn named(name: &str) -> Option<String> {
    let shown = shown(None, [name].into_iter(), None)?;
    assert_eq!(shown.source, Source::Name);
    let moment = shown.moment();
    Some(match shown.has_time {
        true => moment.to_string(),
        false => moment.date().to_string(),
    })
}

#[test]
fn names_tell_dates() {
    for (name, expected) in [
        ("IMG_20240612_101530.jpg", "2024-06-12T10:15:30"),
        ("PXL_20240612_101530123.jpg", "2024-06-12T10:15:30"),
        ("20240612_101530.jpg", "2024-06-12T10:15:30"),
        ("20240612101530.jpg", "2024-06-12T10:15:30"),
        ("IMG-20240612-WA0003.jpg", "2024-06-12"),
        ("2024-06-12 10.15.30.jpg", "2024-06-12T10:15:30"),
        ("2024-06-12.jpg", "2024-06-12"),
        ("2024_06_12 beach.jpg", "2024-06-12"),
        ("2024.06.12.jpg", "2024-06-12"),
        ("Screenshot_2024-06-12-10-15-30-99.png", "2024-06-12T10:15:30"),
        ("signal-2024-06-12-10-15-30-999.jpg", "2024-06-12T10:15:30"),
        ("Photo 2024-06-12T10:15:30.jpg", "2024-06-12T10:15:30"),
        ("20240612_999999.jpg", "2024-06-12"),
        ("12345 20240612.jpg", "2024-06-12"),
        ("Strand 20240229.jpg", "2024-02-29"),
    ] {
        assert_eq!(named(name).as_deref(), Some(expected), "{name}");
    }
}

#[test]
fn other_numbers_are_none() {
    for name in [
        "cat.jpg",
        "IMG_2041.jpg",
        "DSC20240.jpg",
        "20241312.jpg",
        "20240230.jpg",
        "20230229.jpg",
        "120240612.jpg",
        "202406121.jpg",
        "2024061210153.jpg",
        "2024-6-12.jpg",
        "2024-06_12.jpg",
        "19690612.jpg",
        "21500612.jpg",
        "0049 30 20240.jpg",
        "",
        "\u{662}\u{660}\u{662}\u{664}0612.jpg",
        "2024",
        "2024-",
        "2024-06",
        "2024-06-1",
    ] {
        assert_eq!(named(name), None, "{name}");
    }
}

#[test]
fn the_camera_knows_better_than_a_name() {
    let both = shown(Some("2019-07-14T12:00:01"), ["20240612.jpg"].into_iter(), None).unwrap();
    assert_eq!((both.source, both.has_time), (Source::Camera, true));
    assert_eq!(both.second, 1_563_105_601);
    assert_eq!(both.day(), 18_091);
    let fraction = shown(Some("2019-07-14T12:00:01.25"), [].into_iter(), None).unwrap();
    assert_eq!(fraction.second, both.second);
    let old = shown(Some("1931-07-14T12:00:01"), [].into_iter(), None).unwrap();
    assert_eq!((old.moment().year(), old.day()), (1931, -14_051));
    for broken in
        ["0000-00-00T00:00:00", "9999-12-31T23:59:59", "0001-01-01T00:00:00", "yesterday", ""]
    {
        assert_eq!(shown(Some(broken), [].into_iter(), None), None, "{broken}");
        let named = shown(Some(broken), ["x.jpg", "20240612.jpg"].into_iter(), None).unwrap();
        assert_eq!(named.source, Source::Name, "{broken}");
    }
}

#[test]
fn the_time_of_a_file_is_the_last_resort() {
    let dated: Option<FileTime> = "2021-03-04T05:06:07".parse().ok();
    let file = shown(None, ["cat.jpg"].into_iter(), dated).unwrap();
    assert_eq!((file.source, file.has_time), (Source::File, true));
    assert_eq!(file.moment().to_string(), "2021-03-04T05:06:07");
    let named = shown(None, ["20240612.jpg"].into_iter(), dated).unwrap();
    assert_eq!(named.source, Source::Name);
}

#[test]
fn days_are_a_day_a_month_or_a_year() {
    for right in ["2024", "2024-02", "2024-02-29", "0001"] {
        assert!(right.parse::<Days>().is_ok(), "{right}");
    }
    assert_ne!("2024".parse::<Days>(), "2024-01".parse::<Days>());
    for wrong in [
        "",
        "24",
        "2024-",
        "2024-2",
        "2024-13",
        "2023-02-29",
        "2024-01-01-01",
        "-2024",
        "2024-+1",
        "+024",
    ] {
        assert!(wrong.parse::<Days>().is_err(), "{wrong}");
    }
}

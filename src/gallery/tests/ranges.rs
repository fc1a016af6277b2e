//! Which part of a photo is sent.

use super::head;
use crate::gallery::http::range::{Part, is_known, part};

const ETAG: &str = "\"abc\"";

fn asked(method: &str, headers: &str) -> Part {
    let head = head(&format!("{method} / HTTP/1.1\r\nHost: a\r\n{headers}\r\n"));
    part(&head, ETAG, 1000)
}

#[test]
fn ranges() {
    let some = |first: u64, last: u64| Part::Some(first..last + 1);
    for (range, expected) in [
        ("bytes=0-0", some(0, 0)),
        ("bytes=0-", some(0, 999)),
        ("bytes=0-999", some(0, 999)),
        ("bytes=0-1000", some(0, 999)),
        ("bytes=500-599", some(500, 599)),
        ("bytes=999-", some(999, 999)),
        ("bytes=999-999", some(999, 999)),
        ("bytes=10-99999999999999999999999999", some(10, 999)),
        ("bytes=-1", some(999, 999)),
        ("bytes=-500", some(500, 999)),
        ("bytes=-1000", some(0, 999)),
        ("bytes=-5000", some(0, 999)),
        ("bytes=-99999999999999999999999999", some(0, 999)),
        ("BYTES=1-2", some(1, 2)),
        ("bytes= 1-2", some(1, 2)),
        ("bytes=1000-", Part::Nothing),
        ("bytes=1000-2000", Part::Nothing),
        ("bytes=99999999999999999999999999-", Part::Nothing),
        ("bytes=-0", Part::Nothing),
        ("bytes=5-4", Part::Whole),
        ("bytes=0-1,5-6", Part::Whole),
        ("bytes=0-0,", Part::Whole),
        ("bytes=-", Part::Whole),
        ("bytes=", Part::Whole),
        ("bytes", Part::Whole),
        ("bytes=a-b", Part::Whole),
        ("bytes=1-b", Part::Whole),
        ("bytes=+1-2", Part::Whole),
        ("bytes=1--2", Part::Whole),
        ("bytes=0x1-2", Part::Whole),
        ("bytes=1.5-2", Part::Whole),
        ("lines=1-2", Part::Whole),
        ("1-2", Part::Whole),
    ] {
        assert_eq!(asked("GET", &format!("Range: {range}\r\n")), expected, "{range}");
    }
    assert_eq!(asked("GET", ""), Part::Whole);
    assert_eq!(asked("HEAD", "Range: bytes=0-0\r\n"), Part::Whole);
    assert_eq!(asked("GET", "Range: bytes=0-1\r\nRange: bytes=2-3\r\n"), Part::Whole);
}

#[test]
fn a_range_of_something_else_is_none() {
    let with = |known: &str| asked("GET", &format!("Range: bytes=1-2\r\nIf-Range: {known}\r\n"));
    assert_eq!(with(ETAG), Part::Some(1..3));
    for other in ["\"abd\"", "W/\"abc\"", "abc", "Sat, 29 Oct 2022 19:43:31 GMT", ""] {
        assert_eq!(with(other), Part::Whole, "{other}");
    }
}

#[test]
fn nothing_is_sent_twice() {
    let known = |header: &str| {
        let text = format!("GET / HTTP/1.1\r\nHost: a\r\nIf-None-Match: {header}\r\n\r\n");
        is_known(&head(&text), ETAG)
    };
    for yes in ["\"abc\"", "W/\"abc\"", "\"x\", \"abc\"", "*", "\"x\",W/\"abc\",\"y\""] {
        assert!(known(yes), "{yes}");
    }
    for no in ["\"ab\"", "abc", "", "\"abc", "\"*\"", "\"x\", \"abcd\""] {
        assert!(!known(no), "{no}");
    }
}

//! From bytes to requests: what is understood, and what nobody gets past.

use super::head;
use crate::gallery::http::head::{Head, Method};

fn status(text: &str) -> u16 {
    match Head::read(text.as_bytes()) {
        Ok(Some((head, _))) => panic!("taken for {head:?}: {text:?}"),
        Ok(None) => 0,
        Err(malformed) => malformed.status,
    }
}

fn of(lines: &str) -> String {
    format!("GET / HTTP/1.1\r\nHost: localhost\r\n{lines}\r\n")
}

#[test]
fn a_request_is_understood() {
    let text = "PUT /api/upload/a%20b%2Fc%c3%a4.jpg?x=1&y=a+b&z HTTP/1.1\r\nHost: LOCALHOST:8080\r\n\
                Content-Length: 12\r\nExpect: 100-Continue\r\nX-A: 1\r\nx-a:  2 \r\n\r\n";
    let head = head(text);
    assert_eq!(head.method, Method::Put);
    assert_eq!(head.path, ["api", "upload", "a b/c\u{e4}.jpg"]);
    let query = [("x", "1"), ("y", "a b"), ("z", "")];
    assert_eq!(head.query, query.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert_eq!((head.body, head.expects_continue, head.keeps), (12, true, true));
    assert_eq!(head.header("x-a"), Some("1, 2"));
    assert_eq!(head.header("host"), Some("LOCALHOST:8080"));
    assert_eq!(super::head(&of("")).path, Vec::<String>::new());
}

#[test]
fn a_head_may_come_in_pieces_and_with_the_next_one() {
    let one = of("A: b\r\n");
    for end in 0..one.len() {
        assert_eq!(Head::read(&one.as_bytes()[..end]), Ok(None), "{end}");
    }
    let two = format!("\r\n{one}GET /next HTTP/1.1\r\n");
    let (first, length) = Head::read(two.as_bytes()).unwrap().unwrap();
    assert_eq!((first.path.len(), length), (0, one.len() + 2));
    assert_eq!(Head::read(&two.as_bytes()[length..]), Ok(None));
}

#[test]
fn old_clients_are_answered_once() {
    assert!(!head("GET / HTTP/1.0\r\n\r\n").keeps);
    assert!(!head("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").keeps);
    assert!(!head(&of("Connection: Keep-Alive, CLOSE\r\n")).keeps);
}

#[test]
fn no_request_is_smuggled() {
    for lines in [
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Content-Length: 5\r\nContent-Length: 5\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: 5, 5\r\n",
        "Content-Length: +5\r\n",
        "Content-Length: -5\r\n",
        "Content-Length: 0x5\r\n",
        "Content-Length: 5 6\r\n",
        "Content-Length:\r\n",
        "Content-Length: 99999999999999999999999\r\n",
        "Host: other\r\n",
        "A: b\nB: c\r\n",
        "A: b\n\r\nB: c\r\n",
        "A: b\rB: c\r\n",
        "A : b\r\n",
        " A: b\r\n",
        "A: b\r\n c\r\n",
        "A\r\n",
        "A: \0\r\n",
        ": b\r\n",
    ] {
        let text = of(lines).replacen("GET", "POST", 1);
        assert_eq!(status(&text), 400, "{lines:?}");
    }
    assert_eq!(status(&of("Content-Length: 5\r\n")), 400, "a GET has no body");
    assert!(head(&of("Content-Length: 0\r\n")).keeps);
    let chunked = "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    assert_eq!(status(chunked), 411);
    assert_eq!(status("POST / HTTP/1.1\r\nHost: a\r\n\r\n"), 411);
    assert_eq!(status("GET / HTTP/1.1\nHost: a\n\n"), 400);
    assert_eq!(status("GET / HTTP/1.1\n"), 400, "before its end is there");
}

#[test]
fn what_is_no_address_is_none() {
    for target in [
        "http://localhost/",
        "localhost",
        "*",
        "/a/../b",
        "/..",
        "/a/./b",
        "/%2e%2e/b",
        "/.%2E",
        "/%",
        "/%a",
        "/%zz",
        "/%ff",
        "/%c0%af",
        "/a%00b",
        "/a%0d%0aB:c",
        "/a%1bb",
        "/a?b=%0a",
        "/a#b",
        "/\u{e4}",
    ] {
        let text = format!("GET {target} HTTP/1.1\r\nHost: a\r\n\r\n");
        assert_eq!(status(&text), 400, "{target}");
    }
    let long = format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "a".repeat(2048));
    assert_eq!(status(&long), 414);
}

#[test]
fn heads_have_limits() {
    let many = "A: b\r\n".repeat(63);
    assert!(Head::read(of(&many).as_bytes()).unwrap().is_some());
    assert_eq!(status(&of(&"A: b\r\n".repeat(64))), 431);
    assert_eq!(status(&of(&format!("A: {}\r\n", "b".repeat(17_000)))), 431);
    let endless = "a".repeat(17_000);
    assert_eq!(status(&endless), 431, "before its end is there");
    assert_eq!(status("GET / HTTP/2.0\r\nHost: a\r\n\r\n"), 505);
    assert_eq!(status("GET / HTTP/0.9\r\n\r\n"), 505);
    assert_eq!(status("GET / HTTP/1.1\r\n\r\n"), 400, "no host");
    assert_eq!(status(&of("Expect: 200-ok\r\n")), 417);
    assert_eq!(status("\0\0\0\x10{\"command\":\"GetImageList\"}\r\n\r\n"), 400);
}

#[test]
fn all_methods_are_heard() {
    for (name, method) in
        [("HEAD", Method::Head), ("DELETE", Method::Other), ("get", Method::Other)]
    {
        assert_eq!(head(&format!("{name} / HTTP/1.1\r\nHost: a\r\n\r\n")).method, method);
    }
}

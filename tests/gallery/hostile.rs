//! Requests that no browser of a friend sends, to a real gallery: refused, and it goes on serving.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::time::{Duration, Instant};

use crate::house::{House, house, photo};
use crate::support::wait::eventually;

fn still_serves(house: &House) {
    assert_eq!(house.gallery.web.get("/api/timeline").status, 200);
}

#[test]
fn other_names_other_sites_and_other_origins_get_nothing() {
    let house = house();
    let web = &house.gallery.web;
    let port = web.address().rsplit(':').next().unwrap().to_owned();
    for host in ["evil.example", "evil.example:80", "127.0.0.1", &format!("evil.example:{port}")] {
        let head =
            format!("GET /api/timeline HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let heard = web.raw(head.as_bytes());
        assert!(heard.starts_with("HTTP/1.1 421 "), "{host}: {heard}");
        assert!(!heard.contains("ratios"), "{host}");
    }
    let localhost =
        format!("GET / HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n");
    assert!(web.raw(localhost.as_bytes()).starts_with("HTTP/1.1 200 "));
    let id = house.id("cat.jpg");
    let image =
        "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: image\r\n";
    let refused = web.ask("GET", &format!("/photo/{id}"), image, &[]);
    assert_eq!(refused.code(), (403, "cross-site".to_owned()));
    let link =
        "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n";
    assert_eq!(web.ask("GET", &format!("/p/{id}"), link, &[]).status, 200);

    let body = format!("{{\"photos\":[\"{id}\"]}}");
    let good = web.as_page();
    for (headers, code) in [
        (String::new(), "origin"),
        (good.replace("Origin: http://", "Origin: http://evil."), "origin"),
        (good.replace("Token: ", "Token: 0"), "token"),
    ] {
        let refused = web.ask("POST", "/api/remove", &headers, body.as_bytes());
        assert_eq!(refused.code(), (403, code.to_owned()), "{headers}");
    }
    house.wait_for(4);
}

#[test]
fn paths_lead_nowhere_else() {
    let house = house();
    let web = &house.gallery.web;
    let id = house.id("cat.jpg");
    for path in [
        "/..",
        "/../etc/passwd",
        "/a/../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/a/%2e%2e/x",
        "/%00",
        "http://evil.example/",
        "/%ff",
    ] {
        let heard =
            web.raw(format!("GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", web.address()).as_bytes());
        assert!(heard.starts_with("HTTP/1.1 400 "), "{path}: {heard}");
    }
    for path in [
        "/a/..%2f..%2fetc%2fpasswd/x",
        "/a/x/%2fetc%2fpasswd",
        "/photo/..%2f..%2fetc",
        "/photo/cat.jpg",
        "/thumb/x.jpg",
        "//etc/passwd",
        "/api/photo/12",
        "/index.html",
        "/api",
        "/p",
        "/api/page/-1",
        "/api/page/99999999999999999999999",
    ] {
        assert_eq!(web.get(path).status, 404, "{path}");
    }
    let named = web.get(&format!("/photo/{id}/..%2f..%2fetc%2fpasswd"));
    assert_eq!((named.status, named.body), (200, photo(2)), "a name is only a name");
    assert_eq!(web.ask("DELETE", &format!("/photo/{id}"), &web.as_page(), &[]).status, 405);
    let wrong = web.ask("POST", "/api/timeline", &web.as_page(), b"{}");
    assert_eq!((wrong.status, wrong.header("Allow")), (405, Some("GET, HEAD")));
    assert_eq!(web.get("/api/remove").header("Allow"), Some("POST"));
}

#[test]
fn nothing_is_smuggled_past() {
    let house = house();
    let web = &house.gallery.web;
    let host = web.address();
    let hidden = format!("GET /api/timeline HTTP/1.1\r\nHost: {host}\r\n\r\n");
    for head in [
        format!(
            "POST /api/remove HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n"
        ),
        format!(
            "POST /api/remove HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\n"
        ),
        format!(
            "PUT /api/upload/x HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        ),
        format!("GET / HTTP/1.1\nHost: {host}\n\n"),
        format!("GET / HTTP/1.1\r\nHost: {host}\r\nA: b\n\r\n"),
        format!("GET / HTTP/1.1\r\nHost: {host}\r\nContent-Length: 5\r\n\r\n"),
        format!(
            "POST /api/remove HTTP/1.1\r\nHost: {host}\r\nContent-Length: {}\r\n\r\n",
            hidden.len()
        ),
    ] {
        let heard = web.raw(format!("{head}{hidden}").as_bytes());
        let answers = heard.matches("HTTP/1.1 ").count();
        assert_eq!(answers, 1, "{head}: {heard}");
        assert!(!heard.contains("ratios"), "{head}");
    }
    let heard = web.raw(&b"a".repeat(2_000_000));
    assert!(heard.starts_with("HTTP/1.1 431 "), "{heard}");
    still_serves(&house);
}

#[test]
fn uploads_that_lie_leave_nothing() {
    let house = house();
    let web = &house.gallery.web;
    let head = |length: &str| {
        let page = web.as_page();
        let host = web.address();
        format!(
            "PUT /api/upload/x.jpg HTTP/1.1\r\nHost: {host}\r\n{page}Content-Length: {length}\r\n\r\n"
        )
    };
    let mut short = web.connect();
    short.write_all(head("100000").as_bytes()).unwrap();
    short.write_all(&photo(9)).unwrap();
    short.shutdown(Shutdown::Write).unwrap();
    let mut heard = String::new();
    short.read_to_string(&mut heard).unwrap();
    assert!(heard.starts_with("HTTP/1.1 400 ") && heard.contains("cut"), "{heard}");

    let huge = web.raw(head("99999999999").as_bytes());
    assert!(huge.starts_with("HTTP/1.1 413 "), "{huge}");
    let none = web.ask("PUT", "/api/upload/x.jpg", &web.as_page(), &[]);
    assert_eq!(none.code(), (400, "empty".to_owned()));
    let text = web.ask("PUT", "/api/upload/x.jpg", &web.as_page(), b"this is no picture at all");
    assert_eq!(text.code(), (415, "photo".to_owned()));
    let nonsense = web.ask("POST", "/api/remove", &web.as_page(), b"{\"photos\":[1]}");
    assert_eq!(nonsense.code(), (400, "body".to_owned()));
    let deep = "[".repeat(100_000);
    assert_eq!(web.ask("POST", "/api/remove", &web.as_page(), deep.as_bytes()).status, 400);
    let large = vec![b' '; 1024 * 1024 + 1];
    assert_eq!(web.ask("POST", "/api/remove", &web.as_page(), &large).status, 413);
    house.wait_for(4);
}

#[test]
fn half_requests_and_silent_ones_do_not_keep_others_out() {
    let house = house();
    let web = &house.gallery.web;
    let mut waiting = Vec::new();
    for number in 0..100 {
        let mut stream = web.connect();
        if number % 2 == 0 {
            stream.write_all(b"GET / HTTP/1.1\r\nHost: ").unwrap();
        }
        waiting.push(stream);
    }
    let began = Instant::now();
    still_serves(&house);
    assert!(began.elapsed() < Duration::from_secs(5));
    // More than there is room for: those that have said nothing make room, one after the other.
    for _ in 0..60 {
        waiting.push(web.connect());
    }
    still_serves(&house);
    drop(waiting);
    eventually("all is as before", Duration::from_secs(20), || {
        let silent = web.connect();
        let served = web.get("/api/timeline").status;
        drop(silent);
        if served == 200 { Ok(()) } else { Err(format!("{served}")) }
    })
    .unwrap();
}

#[test]
fn listeners_who_have_gone_leave_their_places() {
    let house = house();
    let web = &house.gallery.web;
    for round in 0..2 {
        for number in 0..48 {
            let mut stream = web.connect();
            let head = format!("GET /api/events HTTP/1.1\r\nHost: {}\r\n\r\n", web.address());
            stream.write_all(head.as_bytes()).unwrap();
            let mut status = [0; 12];
            stream.read_exact(&mut status).unwrap();
            assert_eq!(&status, b"HTTP/1.1 200", "{round}.{number}");
        }
    }
}

#[test]
fn half_heads_in_all_seats_keep_nobody_out() {
    let house = house();
    let web = &house.gallery.web;
    let mut half = Vec::new();
    for _ in 0..128 {
        let mut stream = web.connect();
        stream.write_all(b"G").unwrap();
        half.push(stream);
    }
    // Until all of them are surely read.
    std::thread::sleep(Duration::from_millis(500));
    for _ in 0..10 {
        still_serves(&house);
    }
}

#[test]
fn a_secret_is_short() {
    let house = house();
    let web = &house.gallery.web;
    let origin = format!("Origin: http://{}\r\n", web.address());
    let long = web.ask("POST", "/api/login", &origin, &[b' '; 1025]);
    assert_eq!(long.code(), (413, "too-large".to_owned()));
}

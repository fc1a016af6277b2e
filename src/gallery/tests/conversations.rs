//! One connection and its deadlines, over a pair of sockets.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::gallery::http::body::Body;
use crate::gallery::http::connection::Connection;
use crate::gallery::http::response::{Content, Response};
use crate::gallery::http::seats::Seats;
use crate::gallery::http::serve::{Handler, Request, converse};
use crate::gallery::limits::{DEADLINES, Deadlines};

/// Says the path, panics, or reads the body, as it is told.
struct Parrot;

fn parrot() -> Arc<dyn Handler> {
    Arc::new(Parrot)
}

impl Handler for Parrot {
    fn answer(self: Arc<Parrot>, request: &Request, body: &mut Body<'_>) -> Response {
        match request.head.path.first().map(String::as_str) {
            Some("panic") => panic!("as it was told"),
            Some("eat") => {
                let mut bytes = Vec::new();
                match body.read_to_end(&mut bytes) {
                    Ok(_) => text(String::from_utf8_lossy(&bytes).into_owned()),
                    Err(_) => Response::new(400),
                }
            }
            Some("large") => text("x".repeat(4_000_000)),
            Some("no") => Response::new(403),
            other => text(other.unwrap_or("home").to_owned()),
        }
    }
}

fn text(text: String) -> Response {
    Response::of(200, "text/plain", Content::Bytes(Box::new(text)))
}

struct Talk {
    socket: TcpStream,
    served: JoinHandle<()>,
}

/// Deadlines that a test can wait for, and that a busy machine does not miss.
fn short() -> Deadlines {
    let brief = Duration::from_millis(300);
    Deadlines { head: brief, idle: brief, body: brief, write: brief, linger: brief }
}

fn talk(deadlines: Deadlines) -> Talk {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let socket = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let (other, _) = listener.accept().unwrap();
    let served = thread::spawn(move || {
        let seat = Seats::new(1, 1).take(&other, Ipv4Addr::LOCALHOST.into()).unwrap().unwrap();
        let between = (Ipv4Addr::LOCALHOST.into(), Ipv4Addr::LOCALHOST.into());
        let connection = Connection::new(other, deadlines);
        converse(connection, between, &seat, &parrot(), &AtomicBool::new(false));
    });
    Talk { socket, served }
}

impl Talk {
    fn say(&mut self, text: &str) {
        self.socket.write_all(text.as_bytes()).unwrap();
    }

    /// All that comes until the connection ends.
    fn rest(mut self) -> String {
        let mut bytes = Vec::new();
        // A reset is an end, too.
        let _ = self.socket.read_to_end(&mut bytes);
        drop(self.socket);
        self.served.join().unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

const END: &str = "GET /bye HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

#[test]
fn requests_follow_each_other_without_waiting() {
    let mut talk = talk(DEADLINES);
    let one = "GET /one HTTP/1.1\r\nHost: a\r\n\r\n";
    let put = "PUT /eat HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nGET ";
    let head = "HEAD /two HTTP/1.1\r\nHost: a\r\n\r\n";
    talk.say(&format!("{one}{put}{head}{END}"));
    let heard = talk.rest();
    let bodies: Vec<&str> = heard
        .split("HTTP/1.1 200 OK\r\n")
        .skip(1)
        .map(|one| one.split("\r\n\r\n").nth(1).unwrap())
        .collect();
    assert_eq!(bodies, ["one", "GET ", "", "bye"]);
    assert_eq!(heard.matches("Connection: close").count(), 1);
    assert!(heard.contains("Content-Length: 3\r\n"), "{heard}");
    for every in ["nosniff", "no-referrer", "Content-Security-Policy: default-src 'none'", "Date: "]
    {
        assert_eq!(heard.matches(every).count(), 4, "{every}");
    }
}

#[test]
fn a_fault_ends_one_connection_with_words() {
    let mut talk = talk(DEADLINES);
    talk.say(&format!("GET /panic HTTP/1.1\r\nHost: a\r\n\r\n{END}"));
    let heard = talk.rest();
    assert!(heard.starts_with("HTTP/1.1 500 "), "{heard}");
    assert!(heard.contains("Connection: close") && !heard.contains("bye"), "{heard}");
}

#[test]
fn what_is_no_request_ends_the_connection() {
    for (said, status) in [
        ("nonsense\r\n\r\n", 400),
        ("GET / HTTP/1.1\nHost: a\n\n", 400),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            400,
        ),
        ("GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505),
    ] {
        let mut talk = talk(short());
        talk.say(&format!("{said}{END}"));
        let heard = talk.rest();
        assert!(heard.starts_with(&format!("HTTP/1.1 {status} ")), "{said:?}: {heard}");
        assert!(!heard.contains("bye"), "{said:?}");
    }
}

#[test]
fn a_head_of_two_megabytes_is_refused_and_the_refusal_is_read() {
    let mut talk = talk(DEADLINES);
    // It may be reset while it writes.
    let _ = talk.socket.write_all(&b"a".repeat(2_000_000));
    assert!(talk.rest().starts_with("HTTP/1.1 431 "));
}

#[test]
fn half_a_request_and_a_slow_one_are_not_waited_for() {
    let mut half = talk(short());
    half.say("GET / HT");
    let heard = half.rest();
    assert!(heard.starts_with("HTTP/1.1 408 "), "{heard}");

    let mut slow = talk(short());
    let began = Instant::now();
    let mut sent = 0;
    // A byte often enough for a deadline that counts from the last one.
    for byte in
        b"GET /a HTTP/1.1\r\nHost: a\r\nA: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb".iter()
    {
        thread::sleep(Duration::from_millis(20));
        if slow.socket.write_all(&[*byte]).is_err() {
            break;
        }
        sent += 1;
    }
    assert!(slow.rest().starts_with("HTTP/1.1 408 "));
    assert!(sent < 70 || began.elapsed() < Duration::from_secs(10));

    let quiet = talk(short());
    let began = Instant::now();
    assert_eq!(quiet.rest(), "", "nothing is said unasked");
    assert!(began.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_body_has_a_speed_and_a_length() {
    let put = "PUT /eat HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n";
    let mut silent = talk(short());
    silent.say(put);
    assert!(silent.rest().starts_with("HTTP/1.1 400 "));

    let mut short_one = talk(DEADLINES);
    short_one.say(&format!("{put}abc"));
    short_one.socket.shutdown(Shutdown::Write).unwrap();
    assert!(short_one.rest().starts_with("HTTP/1.1 400 "));

    let mut slow = talk(short());
    slow.say(put);
    let began = Instant::now();
    while slow.socket.write_all(b"ab").is_ok() && began.elapsed() < Duration::from_secs(10) {
        thread::sleep(Duration::from_millis(10));
    }
    assert!(began.elapsed() < Duration::from_secs(10), "it is far below the slowest");

    let mut fast = talk(short());
    fast.say(put);
    // Ten seconds' worth, and then nothing.
    fast.say(&"x".repeat(320 * 1024));
    let began = Instant::now();
    assert!(fast.rest().starts_with("HTTP/1.1 400 "));
    assert!(began.elapsed() < Duration::from_secs(5), "silence cannot be saved up for");
}

#[test]
fn an_answer_is_not_written_to_nobody() {
    let mut talk = talk(short());
    talk.say("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
    let began = Instant::now();
    // It does not read. The thread ends all the same.
    talk.served.join().unwrap();
    assert!(began.elapsed() < Duration::from_secs(10));
}

#[test]
fn bytes_are_wanted_before_they_cross_the_line() {
    let put = |path: &str| {
        format!(
            "PUT /{path} HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"
        )
    };
    let mut refused = talk(DEADLINES);
    refused.say(&put("no"));
    let heard = refused.rest();
    assert!(heard.starts_with("HTTP/1.1 403 ") && heard.contains("Connection: close"), "{heard}");

    let mut wanted = talk(DEADLINES);
    wanted.say(&put("eat"));
    let mut word = [0; 25];
    wanted.socket.read_exact(&mut word).unwrap();
    assert_eq!(&word, b"HTTP/1.1 100 Continue\r\n\r\n");
    wanted.say(&format!("abc{END}"));
    let heard = wanted.rest();
    assert!(heard.contains("\r\n\r\nabc") && heard.ends_with("bye"), "{heard}");
}

#[test]
fn a_body_that_nobody_reads_is_no_request() {
    let mut talk = talk(short());
    let hidden = "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n";
    talk.say(&format!(
        "PUT /no HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n{hidden}{END}",
        hidden.len()
    ));
    let heard = talk.rest();
    assert!(heard.starts_with("HTTP/1.1 403 "), "{heard}");
    assert!(!heard.contains("hidden") && !heard.contains("bye"), "{heard}");
}

/// The two ends of a new connection.
fn pair(listener: &TcpListener) -> (TcpStream, TcpStream) {
    let here = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    here.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    (here, listener.accept().unwrap().0)
}

#[test]
fn the_longest_idle_stands_up_and_nobody_who_is_busy() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let seats = Seats::new(2, 2);
    let (mut first, other) = pair(&listener);
    let here = Ipv4Addr::LOCALHOST.into();
    let seat = seats.take(&other, here).unwrap().unwrap();
    let (_second, other) = pair(&listener);
    let _second_seat = seats.take(&other, here).unwrap().unwrap();
    let (_third, other) = pair(&listener);
    let third_seat = seats.take(&other, here).unwrap().unwrap();
    assert_eq!(first.read(&mut [0; 1]).unwrap(), 0, "it was closed");
    drop(seat);
    assert_eq!(seats.taken(), 2, "a seat is given back once");
    let busy = Arc::clone(&seats);
    let (_fourth, other) = pair(&listener);
    let fourth_seat = busy.take(&other, here).unwrap().unwrap();
    drop((third_seat, fourth_seat));
    assert_eq!(seats.taken(), 0);
}

#[test]
fn half_a_head_keeps_no_seat() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let here = Ipv4Addr::LOCALHOST.into();
    let seats = Seats::new(1, 1);
    let (mut half, other) = pair(&listener);
    let seat = seats.take(&other, here).unwrap().unwrap();
    let served = thread::spawn(move || {
        let connection = Connection::new(other, DEADLINES);
        converse(connection, (here, here), &seat, &parrot(), &AtomicBool::new(false));
    });
    half.write_all(b"GET /half HTTP/1.1\r\n").unwrap();
    // Until it is surely read.
    thread::sleep(Duration::from_millis(200));
    let (_next, other) = pair(&listener);
    assert!(seats.take(&other, here).unwrap().is_some(), "it stands up for the next");
    served.join().unwrap();
}

#[test]
fn one_address_does_not_take_all_seats() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = |last| Ipv4Addr::new(192, 168, 1, last).into();
    let seats = Seats::new(3, 2);
    let mut held = Vec::new();
    for (last, there) in [(7, true), (7, true), (7, false), (8, true), (9, false)] {
        let (here, other) = pair(&listener);
        let seat = seats.take(&other, address(last)).unwrap();
        assert_eq!(seat.is_some(), there, "{last} after {}", held.len());
        // All of them are busy.
        held.extend(seat.inspect(|seat| seat.busy()).map(|seat| (here, seat)));
    }
    held[0].1.idle();
    let (_here, other) = pair(&listener);
    let own = seats.take(&other, address(7)).unwrap();
    assert!(own.is_some(), "somebody's own connection makes room for the next");
    assert_eq!(held[0].0.read(&mut [0; 1]).unwrap(), 0, "it was closed");
}

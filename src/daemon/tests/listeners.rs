//! The accept thread.

use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use super::{PATIENCE, Stage};
use crate::daemon::door::listener::Listener;

#[test]
fn who_comes_when_all_places_are_taken_is_told_so() {
    let stage = Stage::new();
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    let listener = Listener::start(socket, stage.services.clone(), 2).unwrap();
    let connect = || {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
        stream
    };
    let refusal = |stream: &mut TcpStream| {
        let mut answer = Vec::new();
        // A connection that was taken says nothing, and this times out.
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).contains("too many connections")
    };
    let mut first = connect();
    let mut second = connect();
    assert!(!refusal(&mut first) && !refusal(&mut second));
    assert!(refusal(&mut connect()));

    // As soon as one of them has left there is a place again.
    drop(first);
    let deadline = Instant::now() + PATIENCE;
    while refusal(&mut connect()) {
        assert!(Instant::now() < deadline, "no place became free");
        thread::sleep(Duration::from_millis(5));
    }
    let start = Instant::now();
    listener.stop();
    assert!(start.elapsed() < Duration::from_secs(5), "accept was not woken");
    assert!(TcpStream::connect(address).is_err());
}

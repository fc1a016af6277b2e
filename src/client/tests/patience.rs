//! How long a client waits.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use crate::client::patience::{NOTICE, Patient};

#[test]
fn a_notice_neither_ends_the_patience_nor_prolongs_it() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let socket = TcpStream::connect(address).expect("connected");
    let (mut daemon, _) = listener.accept().expect("accepted");
    let patience = NOTICE + Duration::from_millis(300);
    let address = address.to_string().parse().expect("an address");
    let start = Instant::now();
    let mut patient = Patient::new(socket, &address, patience);
    let silent = patient.read(&mut [0; 1]).expect_err("nothing was sent");
    assert_eq!(silent.kind(), ErrorKind::TimedOut);
    let waited = start.elapsed();
    assert!(waited >= patience && waited < patience * 4, "{waited:?}");

    patient.wait_again(patience, None);
    daemon.write_all(b"x").expect("sent");
    let mut byte = [0; 1];
    assert_eq!(patient.read(&mut byte).expect("it was sent"), 1);
    assert_eq!(&byte, b"x");
}

#[test]
fn much_that_came_fast_buys_no_long_silence() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let socket = TcpStream::connect(address).expect("connected");
    let (mut daemon, _) = listener.accept().expect("accepted");
    let patience = Duration::from_millis(300);
    let address = address.to_string().parse().expect("an address");
    let mut patient = Patient::new(socket, &address, patience);
    // By themselves they would buy eight seconds.
    daemon.write_all(&[7; 64 * 1024]).expect("sent");
    patient.read_exact(&mut [0; 64 * 1024]).expect("it was sent");
    let start = Instant::now();
    patient.read(&mut [0; 1]).expect_err("nothing more was sent");
    let waited = start.elapsed();
    assert!(waited < patience * 4, "{waited:?}");
}

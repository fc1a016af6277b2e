//! A line between two programs of which one may be of an earlier version: nobody hears that anything can be attached.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use photomesh::protocol::Address;
use photomesh::protocol::codec::ATTACHMENTS;

/// A listener that passes every connection on, as long as the program runs.
pub(crate) struct Line {
    address: Address,
    carried: Arc<Mutex<Vec<u8>>>,
}

impl Line {
    /// A line to a daemon. If it is an `old` one, that ability is never named on it.
    pub(crate) fn to(daemon: &Address, old: bool) -> io::Result<Line> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = Address::new("127.0.0.1", listener.local_addr()?.port());
        let carried = Arc::default();
        let (port, all) = (daemon.port(), Arc::clone(&carried));
        thread::spawn(move || {
            for visitor in listener.incoming() {
                let host = TcpStream::connect((Ipv4Addr::LOCALHOST, port));
                if let (Ok(visitor), Ok(host)) = (visitor, host) {
                    for (from, to) in [(&visitor, &host), (&host, &visitor)] {
                        let ends = (from.try_clone(), to.try_clone(), Arc::clone(&all));
                        if let (Ok(from), Ok(to), all) = ends {
                            thread::spawn(move || carry(from, to, &all, old));
                        }
                    }
                }
            }
        });
        Ok(Line { address, carried })
    }

    /// Where it begins.
    pub(crate) fn address(&self) -> &Address {
        &self.address
    }

    /// Whether such bytes were carried, either way.
    pub(crate) fn has_carried(&self, bytes: &[u8]) -> bool {
        let carried = self.carried.lock().unwrap_or_else(PoisonError::into_inner);
        carried.windows(bytes.len()).any(|window| window == bytes)
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream, all: &Mutex<Vec<u8>>, old: bool) {
    let mut piece = vec![0; 64 * 1024];
    while let Ok(read @ 1..) = from.read(&mut piece) {
        let piece = &mut piece[..read];
        // A register is so short that it comes in one piece.
        let place =
            piece.windows(ATTACHMENTS.len()).position(|part| part == ATTACHMENTS.as_bytes());
        if let Some(place) = place.filter(|_| old) {
            piece[place..place + ATTACHMENTS.len()].fill(b'x');
        }
        all.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(piece);
        if to.write_all(piece).is_err() {
            break;
        }
    }
    // The other way ends by itself.
    let _ = to.shutdown(Shutdown::Write);
}

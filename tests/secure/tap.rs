//! A listener on the line: passes everything on between two ends, notes it, and can change a bit of it.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use photomesh::protocol::Address;

/// Which way bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// From who dialed.
    Out,
    /// To who dialed.
    Back,
}

/// Stands between those who dial its address and a daemon.
pub(crate) struct Tap {
    address: Address,
    heard: [Arc<Mutex<Vec<u8>>>; 2],
}

impl Tap {
    /// Listens in front of a daemon; of everything that goes one way, the byte at an offset has a bit turned.
    pub(crate) fn before(daemon: &Address, flip: Option<(Way, usize)>) -> Tap {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard: [Arc<Mutex<Vec<u8>>>; 2] = Default::default();
        let (target, notes) = (daemon.clone(), heard.clone());
        thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                let Ok(far) = TcpStream::connect((target.host(), target.port())) else {
                    continue;
                };
                pass(&near, &far, Arc::clone(&notes[0]), offset(flip, Way::Out));
                pass(&far, &near, Arc::clone(&notes[1]), offset(flip, Way::Back));
            }
        });
        Tap { address: Address::new("127.0.0.1", port), heard }
    }

    /// Where to dial.
    pub(crate) fn address(&self) -> &Address {
        &self.address
    }

    /// What has gone one way, of all connections together.
    pub(crate) fn heard(&self, way: Way) -> Vec<u8> {
        self.heard[way as usize].lock().unwrap().clone()
    }
}

fn offset(flip: Option<(Way, usize)>, way: Way) -> Option<usize> {
    flip.filter(|(flipped, _)| *flipped == way).map(|(_, offset)| offset)
}

fn pass(from: &TcpStream, to: &TcpStream, note: Arc<Mutex<Vec<u8>>>, flip: Option<usize>) {
    let mut from = from.try_clone().unwrap();
    let mut to = to.try_clone().unwrap();
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        let mut passed = 0;
        while let Ok(read @ 1..) = from.read(&mut buffer) {
            let bytes = &mut buffer[..read];
            if let Some(byte) = flip.and_then(|at| bytes.get_mut(at.wrapping_sub(passed))) {
                *byte ^= 0x10;
            }
            passed += read;
            note.lock().unwrap().extend_from_slice(bytes);
            if to.write_all(bytes).is_err() {
                break;
            }
        }
        // An error says that it is closed already.
        let _ = to.shutdown(Shutdown::Write);
    });
}

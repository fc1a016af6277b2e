//! What the loopback can do: a thread that reads a file in pieces and sends it behind its length, and one that receives.

use std::fs::File;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use crate::crowd::{Got, Moved, crowd};

/// What is read, sent and received at a time.
const PIECE: usize = 128 * 1024;

/// So many pairs of threads move a file again and again.
pub(crate) fn copy(file: &Path, pairs: usize, span: Duration) -> Result<Moved, String> {
    let (senders, receivers) = connect(pairs).map_err(|error| format!("raw copy: {error}"))?;
    let receivers = Mutex::new(receivers);
    thread::scope(|scope| {
        for sender in senders {
            scope.spawn(|| serve(sender, file));
        }
        let moved = crowd(pairs, span, &[], |end| {
            let receiver = receivers.lock().ok().and_then(|mut all| all.pop());
            let stream = receiver.ok_or("raw copy: more clients than pairs")?;
            receive(stream, end).map_err(|error| format!("raw copy: {error}"))
        });
        // Whom nobody has taken would keep its server waiting.
        receivers.lock().map_err(|_| "a client panicked")?.clear();
        moved
    })
}

/// The ends of so many connections.
fn connect(pairs: usize) -> io::Result<(Vec<TcpStream>, Vec<TcpStream>)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    let pair = |_| Ok((TcpStream::connect(address)?, listener.accept()?.0));
    let pairs: io::Result<Vec<_>> = (0..pairs).map(pair).collect();
    Ok(pairs?.into_iter().unzip())
}

fn serve(mut stream: TcpStream, file: &Path) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut piece = vec![0; PIECE];
    let mut request = [0; 8];
    while stream.read_exact(&mut request).is_ok() {
        let mut file = File::open(file)?;
        stream.write_all(&file.metadata()?.len().to_be_bytes())?;
        loop {
            match file.read(&mut piece)? {
                0 => break,
                read => stream.write_all(&piece[..read])?,
            }
        }
    }
    Ok(())
}

fn receive(mut stream: TcpStream, end: Instant) -> io::Result<Got> {
    stream.set_nodelay(true)?;
    let mut got = Got::default();
    let mut piece = vec![0; PIECE];
    while Instant::now() < end {
        let asked = Instant::now();
        stream.write_all(&[0; 8])?;
        let mut length = [0; 8];
        stream.read_exact(&mut length)?;
        let first = Instant::now();
        let length = u64::from_be_bytes(length);
        drain(&mut stream, length, &mut piece)?;
        got.note(length, asked, first);
    }
    Ok(got)
}

/// Receives so many bytes and forgets them.
pub(crate) fn drain(stream: &mut TcpStream, bytes: u64, piece: &mut [u8]) -> io::Result<()> {
    let mut left = bytes;
    while left > 0 {
        let most = (piece.len() as u64).min(left) as usize;
        match stream.read(&mut piece[..most])? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => left -= read as u64,
        }
    }
    Ok(())
}

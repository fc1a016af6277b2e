//! A client that speaks the plain wire and does no more with an answer than to receive it.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use photomesh::photo::PhotoId;
use photomesh::protocol::Address;

use crate::crowd::{Got, Moved, crowd};
use crate::raw::drain;
use crate::support::ask;
use crate::support::daemon::Daemon;
use crate::support::wire::frame;

/// What is received at a time.
const PIECE: usize = 128 * 1024;

/// How long a daemon may be silent.
const SILENCE: Duration = Duration::from_secs(60);

/// A photo that a daemon is asked for.
pub(crate) struct Wish<'a> {
    pub(crate) address: &'a Address,
    pub(crate) name: &'a str,
    pub(crate) bytes: u64,
}

/// So many clients get a photo from a daemon again and again; `daemons` are those whose time counts.
pub(crate) fn gets(
    wish: &Wish,
    clients: usize,
    span: Duration,
    daemons: &[&Daemon],
) -> Result<Moved, String> {
    let processes: Vec<u32> = daemons.iter().map(|daemon| daemon.id()).collect();
    crowd(clients, span, &processes, |end| {
        let mut client = Client::connect(wish)?;
        let mut got = Got::default();
        while Instant::now() < end {
            client.get(&mut got)?;
        }
        Ok(got)
    })
}

/// An error unless what a daemon gives are the very bytes: nothing else is worth measuring.
pub(crate) fn check(wish: &Wish, photo: &[u8]) -> Result<(), String> {
    let (_, _, bytes) = ask::fetch(wish.address, wish.name)?;
    match PhotoId::of(&bytes) == PhotoId::of(photo) {
        true => Ok(()),
        false => Err(format!("{} comes with other bytes", wish.name)),
    }
}

/// A connection on which one photo is asked for.
pub(crate) struct Client<'a> {
    wish: &'a Wish<'a>,
    stream: TcpStream,
    request: Vec<u8>,
    piece: Vec<u8>,
}

impl<'a> Client<'a> {
    pub(crate) fn connect(wish: &'a Wish<'a>) -> Result<Client<'a>, String> {
        let connect = || {
            let stream = TcpStream::connect((wish.address.host(), wish.address.port()))?;
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(SILENCE))?;
            io::Result::Ok(stream)
        };
        let request = format!(r#"{{"command":"GetImageRequest","imageName":"{}"}}"#, wish.name);
        Ok(Client {
            wish,
            stream: connect().map_err(|error| format!("cannot connect: {error}"))?,
            request: frame(request.as_bytes()),
            piece: vec![0; PIECE],
        })
    }

    /// Gets the photo once.
    pub(crate) fn get(&mut self, got: &mut Got) -> Result<(), String> {
        self.exchange(got).map_err(|error| format!("get of {}: {error}", self.wish.name))
    }

    fn exchange(&mut self, got: &mut Got) -> io::Result<()> {
        let asked = Instant::now();
        self.stream.write_all(&self.request)?;
        let mut length = [0; 4];
        self.stream.read_exact(&mut length)?;
        let first = Instant::now();
        let length = u64::from(u32::from_be_bytes(length));
        // In base64 a photo is longer than it is; whatever is shorter is an answer that says no.
        if length < self.wish.bytes {
            let mut answer = vec![0; length as usize];
            self.stream.read_exact(&mut answer)?;
            return Err(io::Error::other(String::from_utf8_lossy(&answer).into_owned()));
        }
        drain(&mut self.stream, length, &mut self.piece)?;
        got.note(self.wish.bytes, asked, first);
        Ok(())
    }
}

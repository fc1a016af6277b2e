//! Encrypted links: who does not know the group's key gets nothing, and nobody in between reads or changes anything.
//!
//! The handshake is `XXpsk0` of the [Noise protocol framework](https://noiseprotocol.org/noise.html): both sides prove
//! the group key and a key pair of their own, and agree on keys that are forgotten with the link, so that a stolen group
//! key opens no recorded link. What travels is a sequence of records, each a 2-byte big-endian length and as many bytes
//! that the framework made; the first three are the handshake, the others carry the bytes of frames, cut anywhere.
//!
//! ```text
//! who dials                                    who listens
//!     48 bytes: e                        ──▶   wrong group key: closes, says nothing
//!     96 bytes: e, ee, s, es             ◀──
//!     64 bytes: s, se                    ──▶
//!     records                           ◀─▶
//! ```
//!
//! The listening side's first byte is its answer to a proof of the group key: a stranger does not even learn what
//! listens. That is all that the group key proves: that the other side is *of* the group. Who it is, it says inside,
//! with a signature over its key of the link or over the hash of the handshake (see [`super::group`]).
//!
//! A frame that is not encrypted begins with two bytes 0, which no first record does, so each side notices at
//! once if only one of them has a key.

use std::io::{self, ErrorKind, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use snow::{Builder, HandshakeState, StatelessTransportState};

use super::{GroupKey, NodeId};

/// The variant of the framework, and what the protocol inside is: both sides must mean the same.
const PATTERN: &str = "Noise_XXpsk0_25519_ChaChaPoly_BLAKE2s";
const PROLOGUE: &[u8] = b"photomesh/2";

/// The lengths of the handshake's records: keys of 32 bytes, tags of 16.
const HELLO: usize = 48;
const ANSWER: usize = 96;
const PROOF: usize = 64;

/// The largest record, and how much it is longer than what it carries, in bytes: set by the framework.
const MAX_RECORD: usize = 65_535;
const TAG: usize = 16;

/// The largest buffer that a quiet link keeps, in bytes: a record as this program makes them, and room to grow into it.
const KEPT: usize = 32 * 1024;

/// What a daemon or a client needs to take part in encrypted links.
#[derive(Clone)]
pub struct Credentials {
    /// What it shares with its friends.
    pub group: GroupKey,
    /// Its own X25519 private key. A node's is kept in its folder and makes its [`NodeId`]; a client draws one.
    pub own: [u8; 32],
}

/// An agreed secret: what is sealed at one end of a link can be opened at the other, once, in order.
pub struct Channel {
    noise: StatelessTransportState,
    /// Records sealed so far. The number of a record goes into its sealing and is never used twice.
    sealed: AtomicU64,
    remote: [u8; 32],
    handshake: Vec<u8>,
}

impl Channel {
    /// Shakes hands as the side that dialed.
    ///
    /// # Errors
    ///
    /// What the streams say, or in words why the other side is no friend.
    pub fn initiate(
        credentials: &Credentials,
        input: &mut impl Read,
        output: &mut impl Write,
    ) -> io::Result<Channel> {
        let mut noise = builder(credentials)?.build_initiator().map_err(broken_library)?;
        send(&mut noise, output)?;
        receive(&mut noise, input, ANSWER).map_err(hung_up)?;
        send(&mut noise, output)?;
        Channel::agreed(noise)
    }

    /// Shakes hands as the side that was dialed. Sends nothing before the other side has proven the group key.
    ///
    /// # Errors
    ///
    /// What the streams say, or in words why the other side is no friend.
    pub fn respond(
        credentials: &Credentials,
        input: &mut impl Read,
        output: &mut impl Write,
    ) -> io::Result<Channel> {
        Channel::respond_to_one_of(&[credentials], input, output).map(|(channel, _)| channel)
    }

    /// The same where several keys open the door; also which of them has, by its place.
    ///
    /// # Errors
    ///
    /// As [`Channel::respond`].
    pub fn respond_to_one_of(
        keys: &[&Credentials],
        input: &mut impl Read,
        output: &mut impl Write,
    ) -> io::Result<(Channel, usize)> {
        let hello = record(input, HELLO)?;
        let mut refused = invalid("there is no key to this door");
        for (place, credentials) in keys.iter().enumerate() {
            let mut noise = builder(credentials)?.build_responder().map_err(broken_library)?;
            match understand(&mut noise, &hello[..HELLO]) {
                Ok(()) => {
                    send(&mut noise, output)?;
                    receive(&mut noise, input, PROOF)?;
                    return Ok((Channel::agreed(noise)?, place));
                }
                Err(error) => refused = error,
            }
        }
        Err(refused)
    }

    fn agreed(noise: HandshakeState) -> io::Result<Channel> {
        let remote = noise.get_remote_static().and_then(|key| key.try_into().ok());
        let handshake = noise.get_handshake_hash().to_vec();
        let noise = noise.into_stateless_transport_mode().map_err(broken_library)?;
        let remote = remote.ok_or(ErrorKind::InvalidData)?;
        Ok(Channel { noise, sealed: AtomicU64::new(0), remote, handshake })
    }

    /// The X25519 public key that the other side has proven.
    pub fn remote_key(&self) -> &[u8; 32] {
        &self.remote
    }

    /// The only id that the other side may use as a node.
    pub fn remote(&self) -> NodeId {
        NodeId::of_key(&self.remote)
    }

    /// What names this connection: both ends know it, and nobody can bring about the same a second time.
    pub fn handshake(&self) -> &[u8] {
        &self.handshake
    }

    /// Makes a record, with its length, of as much of the bytes as one holds; how many those are.
    fn seal(&self, bytes: &[u8], record: &mut Vec<u8>) -> io::Result<usize> {
        let taken = bytes.len().min(MAX_RECORD - TAG);
        let number = self.sealed.fetch_add(1, Ordering::Relaxed);
        record.resize(2 + taken + TAG, 0);
        let length = self
            .noise
            .write_message(number, &bytes[..taken], &mut record[2..])
            .map_err(broken_library)?;
        record[..2].copy_from_slice(&record_length(length)?);
        Ok(taken)
    }

    fn open(&self, number: u64, record: &[u8], bytes: &mut Vec<u8>) -> io::Result<()> {
        bytes.resize(record.len(), 0);
        let length = self
            .noise
            .read_message(number, record, bytes)
            .map_err(|_| invalid("what arrived was changed on its way"))?;
        bytes.truncate(length);
        Ok(())
    }
}

/// The reading end of a link: opens what was sealed. Without a channel it passes everything on as it is.
pub struct Opening<R> {
    input: R,
    channel: Option<Arc<Channel>>,
    /// Records opened so far.
    opened: u64,
    record: Vec<u8>,
    bytes: Vec<u8>,
    /// How many of `bytes` have been taken.
    taken: usize,
}

impl<R> Opening<R> {
    /// An end over `input`, which must be right behind the handshake.
    pub fn new(input: R, channel: Option<Arc<Channel>>) -> Opening<R> {
        Opening { input, channel, opened: 0, record: Vec::new(), bytes: Vec::new(), taken: 0 }
    }

    /// Whether the next read needs bytes that have not been taken from the input yet.
    pub fn is_drained(&self) -> bool {
        self.taken == self.bytes.len()
    }

    /// What lies below.
    pub fn get_mut(&mut self) -> &mut R {
        &mut self.input
    }
}

impl<R: Read> Read for Opening<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(channel) = &self.channel else {
            return self.input.read(buffer);
        };
        while self.taken == self.bytes.len() {
            if !read_record(&mut self.input, &mut self.record)? {
                return Ok(0);
            }
            channel.open(self.opened, &self.record, &mut self.bytes)?;
            self.opened += 1;
            self.taken = 0;
        }
        let read = (&self.bytes[self.taken..]).read(buffer)?;
        self.taken += read;
        // Before a long wait, perhaps: a single large record does not keep its memory taken for as long as the link
        // lives.
        if self.taken == self.bytes.len()
            && self.record.capacity().max(self.bytes.capacity()) > KEPT
        {
            (self.record, self.bytes, self.taken) = (Vec::new(), Vec::new(), 0);
        }
        Ok(read)
    }
}

/// The writing end of a link: seals what is written, a record a write, so a buffer belongs on top. Without a channel it
/// passes everything on as it is.
pub struct Sealing<W> {
    output: W,
    channel: Option<Arc<Channel>>,
    record: Vec<u8>,
}

impl<W> Sealing<W> {
    /// An end over `output`.
    pub fn new(output: W, channel: Option<Arc<Channel>>) -> Sealing<W> {
        Sealing { output, channel, record: Vec::new() }
    }

    /// What lies below.
    pub fn get_mut(&mut self) -> &mut W {
        &mut self.output
    }
}

impl<W: Write> Write for Sealing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(channel) = &self.channel else {
            return self.output.write(bytes);
        };
        let taken = channel.seal(bytes, &mut self.record)?;
        self.output.write_all(&self.record)?;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

fn builder(credentials: &Credentials) -> io::Result<Builder<'_>> {
    let pattern = PATTERN.parse().map_err(broken_library)?;
    Builder::new(pattern)
        .psk(0, credentials.group.bytes())
        .and_then(|builder| builder.local_private_key(&credentials.own))
        .and_then(|builder| builder.prologue(PROLOGUE))
        .map_err(broken_library)
}

fn send(noise: &mut HandshakeState, output: &mut impl Write) -> io::Result<()> {
    let mut record = [0; 2 + ANSWER];
    let length = noise.write_message(&[], &mut record[2..]).map_err(broken_library)?;
    record[..2].copy_from_slice(&record_length(length)?);
    output.write_all(&record[..2 + length])?;
    output.flush()
}

/// Takes in the next record of the handshake, which has exactly this length.
fn receive(noise: &mut HandshakeState, input: &mut impl Read, length: usize) -> io::Result<()> {
    let record = record(input, length)?;
    understand(noise, &record[..length])
}

/// A record of the handshake, at the beginning of what is returned.
fn record(input: &mut impl Read, length: usize) -> io::Result<[u8; ANSWER]> {
    let mut claimed = [0; 2];
    input.read_exact(&mut claimed)?;
    if claimed != record_length(length)? {
        return Err(invalid("it is of no group, or no photomesh"));
    }
    let mut record = [0; ANSWER];
    input.read_exact(&mut record[..length])?;
    Ok(record)
}

fn understand(noise: &mut HandshakeState, record: &[u8]) -> io::Result<()> {
    let mut nothing = [0; ANSWER];
    noise
        .read_message(record, &mut nothing)
        .map(drop)
        .map_err(|_| invalid("it is of another group, or of an earlier version"))
}

/// Reads a record; `false` if the stream ends before it. The buffer grows with what arrives.
fn read_record(input: &mut impl Read, record: &mut Vec<u8>) -> io::Result<bool> {
    let mut length = [0; 2];
    if input.read(&mut length[..1])? == 0 {
        return Ok(false);
    }
    input.read_exact(&mut length[1..])?;
    let length = u16::from_be_bytes(length);
    record.clear();
    let read = input.take(u64::from(length)).read_to_end(record)?;
    if read < usize::from(length) {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    Ok(true)
}

/// Who knows no key, or another one, does not say so but hangs up.
fn hung_up(error: io::Error) -> io::Error {
    let kind = error.kind();
    if kind == ErrorKind::UnexpectedEof || kind == ErrorKind::ConnectionReset {
        io::Error::new(
            kind,
            "it hung up: it is of another group, or of an earlier version, or of no group",
        )
    } else {
        error
    }
}

fn record_length(length: usize) -> io::Result<[u8; 2]> {
    let length = u16::try_from(length).map_err(|_| ErrorKind::InvalidData)?;
    Ok(length.to_be_bytes())
}

fn invalid(why: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, why)
}

/// The library refuses what it was asked for: never for what the other side does, so this is a bug.
fn broken_library(error: snow::Error) -> io::Error {
    io::Error::other(format!("cannot encrypt: {error}"))
}

//! The cipher of encrypted links alone: bytes are sealed and opened again, in memory.

use std::time::Instant;

use snow::{Builder, Error, HandshakeState, StatelessTransportState};

/// The same cipher and hash as in the program; how the keys are agreed on does not matter for the speed.
const PATTERN: &str = "Noise_NN_25519_ChaChaPoly_BLAKE2s";

/// What one record carries: about as much as one of the program's.
const RECORD: usize = 32 * 1024;
const TAG: usize = 16;

/// Megabytes a second.
pub(crate) struct Speed {
    /// Of the slower of both ends, which is the most that a link can do whose ends work at the same time.
    pub(crate) link: f64,
    /// Seconds of a core for a gigabyte, at both ends.
    pub(crate) cost: f64,
}

/// Seals and opens these bytes.
pub(crate) fn measure(bytes: &[u8]) -> Result<Speed, String> {
    let (sealing, opening) = agree().map_err(|error| error.to_string())?;
    let mut records: Vec<Vec<u8>> =
        bytes.chunks(RECORD).map(|part| vec![0; part.len() + TAG]).collect();
    let start = Instant::now();
    for ((number, part), record) in (0..).zip(bytes.chunks(RECORD)).zip(&mut records) {
        sealing.write_message(number, part, record).map_err(|error| error.to_string())?;
    }
    let sealed = start.elapsed().as_secs_f64();
    let mut opened = vec![0; RECORD + TAG];
    let start = Instant::now();
    for (number, record) in (0..).zip(&records) {
        opening.read_message(number, record, &mut opened).map_err(|error| error.to_string())?;
    }
    let back = start.elapsed().as_secs_f64();
    let megabytes = bytes.len() as f64 / 1e6;
    let slower = sealed.max(back);
    Ok(Speed { link: megabytes / slower, cost: (sealed + back) / megabytes * 1e3 })
}

fn agree() -> Result<(StatelessTransportState, StatelessTransportState), Error> {
    let end = || Ok::<_, Error>(Builder::new(PATTERN.parse()?));
    let (mut dialer, mut listener) = (end()?.build_initiator()?, end()?.build_responder()?);
    pass(&mut dialer, &mut listener)?;
    pass(&mut listener, &mut dialer)?;
    Ok((dialer.into_stateless_transport_mode()?, listener.into_stateless_transport_mode()?))
}

fn pass(from: &mut HandshakeState, to: &mut HandshakeState) -> Result<(), Error> {
    let (mut message, mut nothing) = ([0; 128], [0; 128]);
    let length = from.write_message(&[], &mut message)?;
    to.read_message(&message[..length], &mut nothing).map(drop)
}

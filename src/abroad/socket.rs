//! What all sockets of a super-peer have in common.

use std::io;
use std::net::TcpStream;
use std::time::Duration;

use super::limits::{LONGEST, SILENCE, SLOWEST};
use crate::client::patience::Patient;
use crate::platform;
use crate::protocol::Address;

/// The reading end of a connection, whose other side may take so long until something comes, and may not trickle; what
/// is written must be taken in time, too.
pub(super) fn patient(stream: &TcpStream, patience: Duration) -> io::Result<Patient> {
    stream.set_nodelay(true)?;
    stream.set_write_timeout(Some(SILENCE))?;
    platform::give_up_on_lost(stream, SILENCE);
    let remote = stream.peer_addr()?;
    let address = Address::new(&remote.ip().to_string(), remote.port());
    Ok(Patient::quiet(stream.try_clone()?, &address, patience))
}

/// How long somebody may be silent who is to send a photo of so many bytes: it may have to come over a home line first,
/// behind others.
pub(super) fn time_for(bytes: u64) -> Duration {
    (SILENCE + Duration::from_secs(bytes / SLOWEST)).min(LONGEST)
}

/// A key pair for one link: who dials is no node.
pub(super) fn fresh_key() -> io::Result<[u8; 32]> {
    let mut own = [0; 32];
    getrandom::fill(&mut own).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(own)
}

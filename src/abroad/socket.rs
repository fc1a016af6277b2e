//! What all sockets of a super-peer have in common.

use std::io;
use std::net::TcpStream;
use std::time::Duration;

use crate::platform;

/// Neither waits for the other without end.
pub(super) fn prepare(stream: &TcpStream, patience: Duration) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(patience))?;
    stream.set_write_timeout(Some(patience))?;
    platform::give_up_on_lost(stream, patience);
    Ok(())
}

/// A key pair for one link: who dials is no node.
pub(super) fn fresh_key() -> io::Result<[u8; 32]> {
    let mut own = [0; 32];
    getrandom::fill(&mut own).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(own)
}

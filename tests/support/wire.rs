//! A connection to a daemon, byte by byte, for those who do not keep to the protocol.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use photomesh::protocol::Address;
use serde_json::Value;

/// How long a daemon may take to answer, on a busy machine.
const ANSWER: Duration = Duration::from_secs(30);

/// A connection to a daemon.
pub(crate) struct Wire {
    stream: TcpStream,
}

impl Wire {
    pub(crate) fn connect(address: &Address) -> io::Result<Wire> {
        let stream = TcpStream::connect((address.host(), address.port()))?;
        stream.set_read_timeout(Some(ANSWER))?;
        Ok(Wire { stream })
    }

    /// Sends bytes as they are.
    pub(crate) fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)
    }

    /// Sends a frame with this content.
    pub(crate) fn send_frame(&mut self, content: &[u8]) -> io::Result<()> {
        self.send(&frame(content))
    }

    /// Sends nothing more.
    pub(crate) fn finish(&self) -> io::Result<()> {
        self.stream.shutdown(Shutdown::Write)
    }

    /// The next frame; none at the end of the stream.
    pub(crate) fn receive(&mut self) -> io::Result<Option<Value>> {
        let mut length = [0; 4];
        if self.stream.read(&mut length[..1])? == 0 {
            return Ok(None);
        }
        self.stream.read_exact(&mut length[1..])?;
        let mut content = vec![0; u32::from_be_bytes(length) as usize];
        self.stream.read_exact(&mut content)?;
        Ok(Some(serde_json::from_slice(&content)?))
    }
}

/// A frame with this content.
pub(crate) fn frame(content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap_or(u32::MAX);
    [&length.to_be_bytes(), content].concat()
}

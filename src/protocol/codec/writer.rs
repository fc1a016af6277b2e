//! Frames going out.

use std::io::{self, BufWriter, Read, Write};
use std::sync::Arc;

use base64::Engine;
use serde::Serialize;

use crate::protocol::base64_engine::BASE64;
use crate::protocol::secure::{Channel, Sealing};
use crate::protocol::{Answer, Message, Request};

/// Writes frames to a stream of bytes, which it seals if the link is encrypted. They are collected: what is to arrive
/// now has to be [flushed](FrameWriter::flush).
pub struct FrameWriter<W: Write> {
    bytes: BufWriter<Sealing<W>>,
}

impl<W: Write> FrameWriter<W> {
    /// A record of an encrypted link is as large as this buffer, in bytes: enough that sealing costs little per byte.
    const BUFFER: usize = 16 * 1024;

    /// A writer to `output`, which must be right behind the handshake if there is a channel.
    pub fn new(output: W, channel: Option<Arc<Channel>>) -> FrameWriter<W> {
        let sealing = Sealing::new(output, channel);
        FrameWriter { bytes: BufWriter::with_capacity(Self::BUFFER, sealing) }
    }

    /// Writes a message between daemons.
    ///
    /// # Errors
    ///
    /// What the stream says; as for all frames, the link is of no use after that.
    pub fn message(&mut self, message: &Message) -> io::Result<()> {
        write_message(&mut self.bytes, message).map(drop)
    }

    /// Writes a client's request.
    ///
    /// # Errors
    ///
    /// What the stream says.
    pub fn request(&mut self, request: &Request) -> io::Result<()> {
        write_request(&mut self.bytes, request).map(drop)
    }

    /// Writes an answer without photo bytes: see [`write_answer`].
    ///
    /// # Errors
    ///
    /// What the stream says.
    pub fn answer(&mut self, answer: &Answer) -> io::Result<()> {
        write_answer(&mut self.bytes, answer).map(drop)
    }

    /// Writes an answer with photo bytes: see [`write_image`].
    ///
    /// # Errors
    ///
    /// What either stream says.
    pub fn image(&mut self, answer: &Answer, length: u64, bytes: &mut impl Read) -> io::Result<()> {
        write_image(&mut self.bytes, answer, length, bytes).map(drop)
    }

    /// Sends what was collected.
    ///
    /// # Errors
    ///
    /// What the stream says.
    pub fn flush(&mut self) -> io::Result<()> {
        self.bytes.flush()
    }

    /// The stream below, for whoever sets its deadlines. What is written to it directly is no frame.
    pub fn get_mut(&mut self) -> &mut W {
        self.bytes.get_mut().get_mut()
    }
}

/// Writes a message between daemons as one frame; its length on the wire, in bytes.
pub fn write_message(stream: &mut impl Write, message: &Message) -> io::Result<usize> {
    if let Message::Chunk { data, .. } = message {
        write_around(stream, message, "data", data.len() as u64, &mut &**data)
    } else {
        write_plain(stream, message)
    }
}

/// Writes a client's request as one frame.
pub fn write_request(stream: &mut impl Write, request: &Request) -> io::Result<usize> {
    if let Request::Chunk { data } = request {
        write_around(stream, request, "data", data.len() as u64, &mut &**data)
    } else {
        write_plain(stream, request)
    }
}

/// Writes an answer without photo bytes as one frame. For [`Answer::ReceiveImage`] there is [`write_image`].
pub fn write_answer(stream: &mut impl Write, answer: &Answer) -> io::Result<usize> {
    write_plain(stream, answer)
}

/// Writes a `ReceiveImage` as one frame with its bytes, of which there must be `length`, taken from `bytes` piece by
/// piece.
///
/// # Errors
///
/// With [`io::ErrorKind::UnexpectedEof`] if there are fewer; the frame is torn then and the link must be closed.
pub fn write_image(
    stream: &mut impl Write,
    answer: &Answer,
    length: u64,
    bytes: &mut impl Read,
) -> io::Result<usize> {
    write_around(stream, answer, "image", length, bytes)
}

fn write_plain(stream: &mut impl Write, value: &impl Serialize) -> io::Result<usize> {
    let json = serde_json::to_vec(value)?;
    stream.write_all(&frame_length(json.len() as u64)?)?;
    stream.write_all(&json)?;
    Ok(4 + json.len())
}

fn write_around(
    stream: &mut impl Write,
    envelope: &impl Serialize,
    field: &str,
    length: u64,
    payload: &mut impl Read,
) -> io::Result<usize> {
    let mut head = serde_json::to_string(envelope)?;
    let closing = head.pop();
    debug_assert_eq!(closing, Some('}'), "an envelope is a JSON object");
    head.push_str(if head.ends_with('{') { "\"" } else { ",\"" });
    head.push_str(field);
    head.push_str("\":\"");
    let tail = b"\"}";
    let content = head.len() as u64 + length.div_ceil(3) * 4 + tail.len() as u64;
    stream.write_all(&frame_length(content)?)?;
    stream.write_all(head.as_bytes())?;
    write_base64(stream, length, payload)?;
    stream.write_all(tail)?;
    Ok(4 + content as usize)
}

/// How much of a photo is read and encoded at a time, in bytes: a multiple of 3, so that the pieces of text have no
/// padding in between, and so few that both forms of a piece stay in the processor's cache.
const PIECE: usize = 48 * 1024;

fn write_base64(stream: &mut impl Write, length: u64, payload: &mut impl Read) -> io::Result<()> {
    let mut bytes = vec![0; PIECE.min(length as usize)];
    let mut text = vec![0; bytes.len().div_ceil(3) * 4];
    let mut left = length;
    while left > 0 {
        let piece = &mut bytes[..PIECE.min(left as usize)];
        payload.read_exact(piece)?;
        let written = BASE64.encode_slice(&*piece, &mut text).map_err(io::Error::other)?;
        stream.write_all(&text[..written])?;
        left -= piece.len() as u64;
    }
    Ok(())
}

fn frame_length(content: u64) -> io::Result<[u8; 4]> {
    let too_long =
        |_| io::Error::new(io::ErrorKind::InvalidInput, "a frame cannot be longer than 4 GiB");
    u32::try_from(content).map(u32::to_be_bytes).map_err(too_long)
}

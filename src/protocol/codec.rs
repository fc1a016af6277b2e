//! Frames: a 4-byte big-endian length, then that many bytes of UTF-8 JSON.
//!
//! JSON carries metadata. Photo bytes never pass through a JSON escaper: the envelope is serialized without them, and
//! they are written as base64 between its last field and its closing brace.

use std::fmt;
use std::io::{self, Read, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Answer, MAX_CHUNK, Message, Request};
use crate::photo::MAX_PHOTO;

/// The largest frame a daemon accepts, in bytes: a page of records or a chunk with room to spare.
pub const MAX_FRAME: usize = 1024 * 1024;

/// The largest frame a daemon accepts of who has not said that it is one, in bytes: a request, or a `register`. So many
/// strangers can hold at most as much memory each.
pub const MAX_REQUEST: usize = 16 * 1024;

/// The largest frame with a chunk, in bytes: the chunk in base64 and its envelope.
pub const MAX_CHUNK_FRAME: usize = MAX_CHUNK.div_ceil(3) * 4 + 1024;

/// The largest frame a client accepts, in bytes: the largest photo in base64 and its envelope.
pub const MAX_ANSWER: usize = (MAX_PHOTO as usize).div_ceil(3) * 4 + 64 * 1024;

/// Why a frame could not be read.
#[derive(Debug)]
pub enum FrameError {
    /// The length is beyond the limit; nothing after it was read.
    TooLarge {
        /// The length that the frame claims.
        claimed: usize,
        /// The limit.
        limit: usize,
        /// What the four length bytes look like, if they are text: a hint that another protocol is spoken.
        text: Option<String>,
    },
    /// The stream ended within a frame.
    Torn,
    /// The content is not the JSON of a known command.
    Malformed(String),
    /// Reading failed.
    Io(io::Error),
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FrameError::TooLarge { text: Some(text), .. } => write!(
                f,
                "this is a photomesh daemon: it expects frames of a 4-byte length and JSON, not text beginning with {text:?}"
            ),
            FrameError::TooLarge { claimed, limit, text: None } => {
                write!(f, "a frame of {claimed} bytes is over the limit of {limit}")
            }
            FrameError::Torn => f.write_str("the connection ended within a frame"),
            FrameError::Malformed(why) => write!(f, "not a valid command: {why}"),
            FrameError::Io(error) => write!(f, "{error}"),
        }
    }
}

/// Reads one frame's content; `None` if the stream ends before it begins.
///
/// The buffer grows with the bytes that have arrived, never with the length that is claimed.
pub fn read_frame(stream: &mut impl Read, limit: usize) -> Result<Option<Vec<u8>>, FrameError> {
    let mut header = [0; 4];
    if !fill(stream, &mut header)? {
        return Ok(None);
    }
    let claimed = u32::from_be_bytes(header) as usize;
    if claimed > limit {
        let printable = header.iter().all(|byte| (b' '..=b'~').contains(byte));
        let text = printable.then(|| header.iter().copied().map(char::from).collect());
        return Err(FrameError::TooLarge { claimed, limit, text });
    }
    let mut content = Vec::new();
    let read = stream.take(claimed as u64).read_to_end(&mut content).map_err(FrameError::Io)?;
    if read < claimed { Err(FrameError::Torn) } else { Ok(Some(content)) }
}

/// Fills the buffer; `false` if the stream ended before its first byte.
fn fill(stream: &mut impl Read, buffer: &mut [u8; 4]) -> Result<bool, FrameError> {
    let mut filled = 0;
    while filled < buffer.len() {
        match stream.read(&mut buffer[filled..]) {
            Ok(0) if filled == 0 => return Ok(false),
            Ok(0) => return Err(FrameError::Torn),
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(FrameError::Io(error)),
        }
    }
    Ok(true)
}

/// Understands a frame's content.
pub fn decode<T: DeserializeOwned>(content: &[u8]) -> Result<T, FrameError> {
    serde_json::from_slice(content).map_err(|error| FrameError::Malformed(error.to_string()))
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

fn write_base64(stream: &mut impl Write, length: u64, payload: &mut impl Read) -> io::Result<()> {
    let mut piece = vec![0; MAX_CHUNK.min(length as usize)];
    let mut left = length;
    while left > 0 {
        let size = piece.len().min(left as usize);
        payload.read_exact(&mut piece[..size])?;
        stream.write_all(STANDARD.encode(&piece[..size]).as_bytes())?;
        left -= size as u64;
    }
    Ok(())
}

fn frame_length(content: u64) -> io::Result<[u8; 4]> {
    let too_long =
        |_| io::Error::new(io::ErrorKind::InvalidInput, "a frame cannot be longer than 4 GiB");
    u32::try_from(content).map(u32::to_be_bytes).map_err(too_long)
}

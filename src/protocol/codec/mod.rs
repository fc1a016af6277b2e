//! Frames: a 4-byte big-endian length, then that many bytes of content.
//!
//! ```text
//!            FrameWriter                                                FrameReader
//! Message ─▶ content ─▶ frame ─▶ buffer ─▶ Sealing ─▶ W  ~~~  R ─▶ buffer ─▶ Opening ─▶ frame ─▶ decode ─▶ Message
//! ```
//!
//! A content is JSON in UTF-8, which carries metadata. Photo bytes never pass through a JSON escaper. If the reader has
//! said that it can read attachments, they lie behind the JSON as they are: see [`content`]. Otherwise the envelope is
//! serialized without them, and they are written as base64 between its last field and its closing brace.
//!
//! Both ends work on any stream of bytes and know neither sockets nor clocks. Whoever lends them a stream decides how
//! long it may block; [`FrameReader::begins`] tells a patient reader when a frame has begun.

use std::{fmt, io};

use super::{MAX_CHUNK, in_words};
use crate::photo::MAX_PHOTO;

mod content;
mod photo;
mod reader;
mod writer;

pub use content::{
    ATTACHMENTS, Carrier, count_values, decode, decode_attached, features, reads_attachments,
};
pub use photo::PhotoError;
pub use reader::{FrameReader, read_frame};
pub use writer::{FrameWriter, write_answer, write_image, write_message, write_request};

/// The largest frame a daemon accepts, in bytes: a page of records or a chunk with room to spare.
pub const MAX_FRAME: usize = 1024 * 1024;

/// The largest frame a daemon accepts of who has not said that it is one, in bytes: a request, or a `register`. So many
/// strangers can hold at most as much memory each.
pub const MAX_REQUEST: usize = 16 * 1024;

/// The most values in one frame that a daemon decodes. In the densest page of records, 256 with all the names that a
/// photo can have, there are some 22,000.
pub const MAX_VALUES: usize = 32 * 1024;

/// The largest frame with a chunk, in bytes: the chunk in base64 and its envelope.
pub const MAX_CHUNK_FRAME: usize = MAX_CHUNK.div_ceil(3) * 4 + 1024;

/// The largest frame with a photo of `bytes` that a client accepts, in bytes: the photo in base64 and its envelope.
pub fn answer_with(bytes: u64) -> usize {
    (bytes.min(MAX_PHOTO) as usize).div_ceil(3) * 4 + photo::ENVELOPE
}

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
            FrameError::Io(error) => f.write_str(&in_words(error)),
        }
    }
}

//! Frames going out.

use std::io::{self, BufWriter, Read, Write};
use std::sync::Arc;

use base64::Engine;
use serde::Serialize;

use super::content::PREFIX;
use crate::protocol::base64_engine::BASE64;
use crate::protocol::between::Between;
use crate::protocol::secure::{Channel, Sealing};
use crate::protocol::{Answer, Message, Request};

/// Writes frames to a stream of bytes, which it seals if the link is encrypted. They are collected: what is to arrive
/// now has to be [flushed](FrameWriter::flush).
pub struct FrameWriter<W: Write> {
    bytes: BufWriter<Sealing<W>>,
    form: Form,
}

/// How the bytes of photos are written.
#[derive(Clone, Copy, Debug)]
enum Form {
    /// In the JSON: everybody can read that.
    Base64,
    /// As they are, behind the JSON.
    Attached,
}

impl<W: Write> FrameWriter<W> {
    /// A record of an encrypted link is as large as this buffer, in bytes: enough that sealing costs little per byte.
    const BUFFER: usize = 16 * 1024;

    /// A writer to `output`, which must be right behind the handshake if there is a channel.
    pub fn new(output: W, channel: Option<Arc<Channel>>) -> FrameWriter<W> {
        let sealing = Sealing::new(output, channel);
        FrameWriter { bytes: BufWriter::with_capacity(Self::BUFFER, sealing), form: Form::Base64 }
    }

    /// From now on attaches the bytes of photos: the other side has said that it
    /// [can read that](super::reads_attachments).
    pub fn attach(&mut self) {
        self.form = Form::Attached;
    }

    /// Writes a message between daemons.
    ///
    /// # Errors
    ///
    /// What the stream says; as for all frames, the link is of no use after that.
    pub fn message(&mut self, message: &Message) -> io::Result<()> {
        message_in(self.form, &mut self.bytes, message).map(drop)
    }

    /// Writes a client's request.
    ///
    /// # Errors
    ///
    /// What the stream says.
    pub fn request(&mut self, request: &Request) -> io::Result<()> {
        request_in(self.form, &mut self.bytes, request).map(drop)
    }

    /// Writes a question to another group.
    ///
    /// # Errors
    ///
    /// What the stream says.
    pub fn between(&mut self, question: &Between) -> io::Result<()> {
        write_plain(&mut self.bytes, question).map(drop)
    }

    /// Writes an answer without a photo's own bytes: see [`write_answer`].
    ///
    /// # Errors
    ///
    /// What the stream says.
    pub fn answer(&mut self, answer: &Answer) -> io::Result<()> {
        answer_in(self.form, &mut self.bytes, answer).map(drop)
    }

    /// Writes an answer with photo bytes, of which there must be `length`, taken from `bytes` piece by piece.
    ///
    /// # Errors
    ///
    /// What either stream says. With [`io::ErrorKind::UnexpectedEof`] there are fewer bytes; the frame is torn then,
    /// and the link must be closed.
    pub fn image(&mut self, answer: &Answer, length: u64, bytes: &mut impl Read) -> io::Result<()> {
        let payload = Payload::Stream(length, bytes);
        write_around(self.form, &mut self.bytes, answer, "image", payload).map(drop)
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

/// Writes a message between daemons as one frame, a photo in base64; its length on the wire, in bytes.
pub fn write_message(stream: &mut impl Write, message: &Message) -> io::Result<usize> {
    message_in(Form::Base64, stream, message)
}

/// Writes a client's request as one frame, a photo in base64.
pub fn write_request(stream: &mut impl Write, request: &Request) -> io::Result<usize> {
    request_in(Form::Base64, stream, request)
}

/// Writes an answer as one frame, a small picture in base64. For [`Answer::ReceiveImage`] there is [`write_image`].
pub fn write_answer(stream: &mut impl Write, answer: &Answer) -> io::Result<usize> {
    answer_in(Form::Base64, stream, answer)
}

/// Writes a `ReceiveImage` as one frame with its bytes in base64: see [`FrameWriter::image`].
pub fn write_image(
    stream: &mut impl Write,
    answer: &Answer,
    length: u64,
    bytes: &mut impl Read,
) -> io::Result<usize> {
    write_around(Form::Base64, stream, answer, "image", Payload::Stream(length, bytes))
}

fn message_in(form: Form, stream: &mut impl Write, message: &Message) -> io::Result<usize> {
    if let Message::Chunk { data, .. } = message {
        write_around(form, stream, message, "data", Payload::Whole(data))
    } else if let Message::Preview { image, .. } = message {
        write_around(form, stream, message, "image", Payload::Whole(image))
    } else {
        write_plain(stream, message)
    }
}

fn request_in(form: Form, stream: &mut impl Write, request: &Request) -> io::Result<usize> {
    if let Request::Chunk { data } = request {
        write_around(form, stream, request, "data", Payload::Whole(data))
    } else {
        write_plain(stream, request)
    }
}

fn answer_in(form: Form, stream: &mut impl Write, answer: &Answer) -> io::Result<usize> {
    if let Answer::Preview { image, .. } = answer {
        write_around(form, stream, answer, "image", Payload::Whole(image))
    } else {
        write_plain(stream, answer)
    }
}

fn write_plain(stream: &mut impl Write, value: &impl Serialize) -> io::Result<usize> {
    let json = serde_json::to_vec(value)?;
    stream.write_all(&length_of(json.len() as u64)?)?;
    stream.write_all(&json)?;
    Ok(4 + json.len())
}

fn write_around(
    form: Form,
    stream: &mut impl Write,
    envelope: &impl Serialize,
    field: &str,
    payload: Payload<'_>,
) -> io::Result<usize> {
    let mut head = serde_json::to_string(envelope)?;
    let closing = head.pop();
    debug_assert_eq!(closing, Some('}'), "an envelope is a JSON object");
    head.push_str(if head.ends_with('{') { "\"" } else { ",\"" });
    head.push_str(field);
    head.push_str("\":\"");
    let tail = "\"}";
    let json = (head.len() + tail.len()) as u64;
    let content = match form {
        Form::Base64 => json + payload.length().div_ceil(3) * 4,
        Form::Attached => PREFIX as u64 + json + payload.length(),
    };
    stream.write_all(&length_of(content)?)?;
    match form {
        Form::Base64 => {
            stream.write_all(head.as_bytes())?;
            write_base64(stream, payload)?;
            stream.write_all(tail.as_bytes())?;
        }
        Form::Attached => {
            head.push_str(tail);
            stream.write_all(&length_of(json)?)?;
            stream.write_all(head.as_bytes())?;
            payload.pieces(|piece| stream.write_all(piece))?;
        }
    }
    Ok(4 + content as usize)
}

/// The bytes of a photo, or of a part of it.
enum Payload<'a> {
    Whole(&'a [u8]),
    /// So many bytes, to be read.
    Stream(u64, &'a mut dyn Read),
}

/// How much of a photo is read and encoded at a time, in bytes: a multiple of 3, so that the pieces of text have no
/// padding in between, and so few that both forms of a piece stay in the processor's cache.
const PIECE: usize = 48 * 1024;

impl Payload<'_> {
    fn length(&self) -> u64 {
        match self {
            Payload::Whole(bytes) => bytes.len() as u64,
            Payload::Stream(length, _) => *length,
        }
    }

    /// Hands on all of it, in pieces of which only the last is smaller than [`PIECE`].
    fn pieces(self, mut take: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        match self {
            Payload::Whole(bytes) => bytes.chunks(PIECE).try_for_each(take),
            Payload::Stream(mut left, stream) => {
                let mut bytes = vec![0; PIECE.min(left as usize)];
                while left > 0 {
                    let piece = &mut bytes[..PIECE.min(left as usize)];
                    stream.read_exact(piece)?;
                    take(piece)?;
                    left -= piece.len() as u64;
                }
                Ok(())
            }
        }
    }
}

fn write_base64(stream: &mut impl Write, payload: Payload<'_>) -> io::Result<()> {
    let mut text = vec![0; PIECE.min(payload.length() as usize).div_ceil(3) * 4];
    payload.pieces(|piece| {
        let written = BASE64.encode_slice(piece, &mut text).map_err(io::Error::other)?;
        stream.write_all(&text[..written])
    })
}

/// A length as it is written.
fn length_of(bytes: u64) -> io::Result<[u8; 4]> {
    let too_long =
        |_| io::Error::new(io::ErrorKind::InvalidInput, "a frame cannot be longer than 4 GiB");
    u32::try_from(bytes).map(u32::to_be_bytes).map_err(too_long)
}

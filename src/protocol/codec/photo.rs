//! An answer with a photo, whose bytes are handed on as they come: a photo is never in memory as a whole.

use std::io::{self, BufRead, BufReader, Read, Take};

use base64::DecodeError;
use base64::read::DecoderReader;

use super::FrameError;
use super::content::{PREFIX, check_length, decode, fill, json_length, out_of_place, past_the_end};
use crate::protocol::base64_engine::BASE64;
use crate::protocol::{Answer, Blob};

/// The longest JSON beside a photo's bytes, in bytes. An answer without a photo can be as long, too.
pub(super) const ENVELOPE: usize = 64 * 1024;

/// How much of a photo is read at a time, in bytes.
const PIECE: usize = 128 * 1024;

/// Why an answer to a request for a photo could not be read. `E` is the failure of whoever takes its bytes.
#[derive(Debug)]
pub enum PhotoError<E> {
    /// Before it had begun.
    Frame(FrameError),
    /// In the middle of it: bytes of the photo may have been handed on.
    Within(FrameError),
    /// The bytes could not be taken.
    Taker(E),
}

impl<E> From<FrameError> for PhotoError<E> {
    fn from(error: FrameError) -> PhotoError<E> {
        PhotoError::Within(error)
    }
}

/// Reads a frame of this length, with a photo of at most `limit` bytes, without the bytes in the answer.
pub(super) fn read<R: Read, E>(
    stream: &mut R,
    length: usize,
    limit: u64,
    take: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<Answer, PhotoError<E>> {
    let mut frame = stream.take(length as u64);
    let prefix = exactly(&mut frame, PREFIX.min(length))?;
    match prefix.first_chunk().copied().and_then(json_length) {
        Some(json) => attached(frame, json, limit, take),
        None => in_base64(frame, prefix, take),
    }
}

fn attached<E>(
    mut frame: Take<impl Read>,
    json: usize,
    limit: u64,
    mut take: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<Answer, PhotoError<E>> {
    let malformed = |error| Err(PhotoError::Within(FrameError::Malformed(error)));
    if json > ENVELOPE {
        return malformed(format!("{json} bytes of JSON beside a photo are over {ENVELOPE}"));
    }
    let attachment = frame.limit().checked_sub(json as u64).ok_or_else(|| past_the_end(json))?;
    let mut answer: Answer = decode(&exactly(&mut frame, json)?)?;
    let Answer::ReceiveImage { bytes, image, .. } = &mut answer else {
        return Err(out_of_place().into());
    };
    fill(image, Blob::default())?;
    check_length(attachment, *bytes)?;
    if attachment > limit {
        return malformed(format!("an attachment of {attachment} bytes for a photo of {limit}"));
    }
    let mut piece = vec![0; PIECE.min(attachment as usize)];
    loop {
        match frame.read(&mut piece) {
            Ok(0) if frame.limit() > 0 => return Err(FrameError::Torn.into()),
            Ok(0) => return Ok(answer),
            Ok(read) => take(&piece[..read]).map_err(PhotoError::Taker)?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(failed(error).into()),
        }
    }
}

/// Reads an answer whose photo, if there is any, is the text of its field `image`. What comes before and behind that is
/// its envelope. No text in JSON has a quote in it that is not escaped, so the field is found without a parser.
fn in_base64<E>(
    mut frame: Take<impl Read>,
    mut json: Vec<u8>,
    mut take: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<Answer, PhotoError<E>> {
    while !begins_image(&json) {
        if frame.limit() == 0 {
            return Ok(decode(&json)?);
        }
        if json.len() > ENVELOPE {
            let error = format!("more than {ENVELOPE} bytes of JSON before a photo");
            return Err(FrameError::Malformed(error).into());
        }
        let mut next = [0];
        frame.read_exact(&mut next).map_err(failed)?;
        json.extend(next);
    }
    let mut text = Text { frame: BufReader::with_capacity(PIECE, frame), is_over: false };
    let mut bytes = DecoderReader::new(&mut text, &*BASE64);
    let mut piece = Vec::with_capacity(PIECE);
    loop {
        piece.clear();
        if let Err(error) = (&mut bytes).take(PIECE as u64).read_to_end(&mut piece) {
            return Err(broken_text(error, &text).into());
        }
        if piece.is_empty() {
            break;
        }
        take(&piece).map_err(PhotoError::Taker)?;
    }
    json.push(b'"');
    let Text { mut frame, .. } = text;
    let behind = (&mut frame).take(ENVELOPE as u64).read_to_end(&mut json).map_err(failed)?;
    if behind == ENVELOPE {
        let error = format!("{ENVELOPE} bytes of JSON or more behind a photo");
        return Err(FrameError::Malformed(error).into());
    }
    match frame.get_ref().limit() {
        0 => Ok(decode(&json)?),
        _ => Err(FrameError::Torn.into()),
    }
}

/// Whether the text of the field `image` begins where this ends.
fn begins_image(json: &[u8]) -> bool {
    let key = json.strip_suffix(b"\"").map(<[u8]>::trim_ascii_end);
    let key = key.and_then(|json| json.strip_suffix(b":")).map(<[u8]>::trim_ascii_end);
    let before = key.and_then(|json| json.strip_suffix(b"\"image\""));
    before.is_some_and(|json| matches!(json.trim_ascii_end().last(), Some(b'{' | b',')))
}

/// The text in a frame up to its closing quote, which is taken, too.
struct Text<R> {
    frame: BufReader<Take<R>>,
    is_over: bool,
}

impl<R: Read> Read for Text<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.is_over {
            return Ok(0);
        }
        let available = self.frame.fill_buf()?;
        if available.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let available = &available[..available.len().min(buffer.len())];
        let quote = available.iter().position(|byte| *byte == b'"');
        let read = quote.unwrap_or(available.len());
        buffer[..read].copy_from_slice(&available[..read]);
        self.is_over = quote.is_some();
        self.frame.consume(read + usize::from(self.is_over));
        Ok(read)
    }
}

/// Exactly so many bytes, which are few.
fn exactly(frame: &mut Take<impl Read>, bytes: usize) -> Result<Vec<u8>, FrameError> {
    let mut read = vec![0; bytes];
    frame.read_exact(&mut read).map_err(failed)?;
    Ok(read)
}

/// What a failed read says: the frame has more bytes, so the end of the stream is none of it.
fn failed(error: io::Error) -> FrameError {
    if error.kind() == io::ErrorKind::UnexpectedEof {
        FrameError::Torn
    } else {
        FrameError::Io(error)
    }
}

/// What is wrong with the text of a photo.
fn broken_text<R>(error: io::Error, text: &Text<R>) -> FrameError {
    let is_wrong = error.get_ref().is_some_and(|error| error.is::<DecodeError>());
    if is_wrong {
        FrameError::Malformed(format!("the photo is not in base64: {error}"))
    } else if error.kind() == io::ErrorKind::UnexpectedEof && text.frame.get_ref().limit() == 0 {
        FrameError::Malformed("the text of the photo does not end".to_owned())
    } else {
        failed(error)
    }
}

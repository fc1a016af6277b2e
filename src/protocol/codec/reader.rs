//! Frames coming in.

use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;

use super::photo::{self, PhotoError};
use super::{FrameError, answer_with};
use crate::protocol::Answer;
use crate::protocol::secure::{Channel, Opening};

/// Reads frames from a stream of bytes, which it opens if the link is encrypted.
pub struct FrameReader<R> {
    bytes: Opening<BufReader<R>>,
}

impl<R: Read> FrameReader<R> {
    /// A reader of `input`, which must be right behind the handshake if there is a channel.
    pub fn new(input: R, channel: Option<Arc<Channel>>) -> FrameReader<R> {
        FrameReader { bytes: Opening::new(BufReader::new(input), channel) }
    }

    /// Waits until the next frame begins; `false` if the stream ends instead. On an encrypted link it is the record
    /// with the frame that begins.
    ///
    /// # Errors
    ///
    /// What the stream says.
    pub fn begins(&mut self) -> io::Result<bool> {
        Ok(!self.bytes.is_drained() || !self.bytes.get_mut().fill_buf()?.is_empty())
    }

    /// The content of the next frame, of at most `limit` bytes; `None` if the stream ends before it.
    ///
    /// # Errors
    ///
    /// See [`FrameError`]. Whatever it is, nothing more can be read.
    pub fn next(&mut self, limit: usize) -> Result<Option<Vec<u8>>, FrameError> {
        read_frame(&mut self.bytes, limit)
    }

    /// How long the next frame will be, for whoever has to find room for it first; `None` if the stream ends before it.
    /// Its [content](FrameReader::content) follows.
    ///
    /// # Errors
    ///
    /// As [`FrameReader::next`].
    pub fn length(&mut self, limit: usize) -> Result<Option<usize>, FrameError> {
        read_length(&mut self.bytes, limit)
    }

    /// The content of a frame of this [length](FrameReader::length).
    ///
    /// # Errors
    ///
    /// As [`FrameReader::next`].
    pub fn content(&mut self, length: usize) -> Result<Vec<u8>, FrameError> {
        read_content(&mut self.bytes, length)
    }

    /// As [`FrameReader::next`], telling `watch` of every number of bytes that arrives.
    ///
    /// # Errors
    ///
    /// As [`FrameReader::next`].
    pub fn next_watched(
        &mut self,
        limit: usize,
        watch: impl FnMut(usize),
    ) -> Result<Option<Vec<u8>>, FrameError> {
        read_frame(&mut Watched { stream: &mut self.bytes, watch }, limit)
    }

    /// The next answer, which may be a photo of at most `limit` bytes. They are handed to `take` as they come, whether
    /// in base64 or attached, and are not in the answer; that they are right is for `take` to see. `None` if the stream
    /// ends before the answer.
    ///
    /// # Errors
    ///
    /// See [`PhotoError`]. Whatever it is, nothing more can be read.
    pub fn photo<E>(
        &mut self,
        limit: u64,
        take: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<Option<Answer>, PhotoError<E>> {
        let length = self.length(answer_with(limit)).map_err(PhotoError::Frame)?;
        length.map(|length| photo::read(&mut self.bytes, length, limit, take)).transpose()
    }

    /// The stream below, for whoever sets its deadlines. Its bytes belong to the frames.
    pub fn get_mut(&mut self) -> &mut R {
        self.bytes.get_mut().get_mut()
    }
}

/// A stream that tells how much was read from it.
struct Watched<'a, R, W> {
    stream: &'a mut R,
    watch: W,
}

impl<R: Read, W: FnMut(usize)> Read for Watched<'_, R, W> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.stream.read(buffer)?;
        (self.watch)(read);
        Ok(read)
    }
}

/// Reads one frame's content; `None` if the stream ends before it begins.
///
/// The buffer grows with the bytes that have arrived, never with the length that is claimed.
pub fn read_frame(stream: &mut impl Read, limit: usize) -> Result<Option<Vec<u8>>, FrameError> {
    let length = read_length(stream, limit)?;
    length.map(|length| read_content(stream, length)).transpose()
}

fn read_length(stream: &mut impl Read, limit: usize) -> Result<Option<usize>, FrameError> {
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
    Ok(Some(claimed))
}

fn read_content(stream: &mut impl Read, length: usize) -> Result<Vec<u8>, FrameError> {
    let mut content = Vec::new();
    let read = stream.take(length as u64).read_to_end(&mut content).map_err(FrameError::Io)?;
    if read < length { Err(FrameError::Torn) } else { Ok(content) }
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

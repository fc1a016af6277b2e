//! The content of a frame: JSON, and perhaps an attachment, which is bytes of a photo as they are.
//!
//! ```text
//!   JSON alone          {"command":"chunk","transfer":1,"offset":0,"data":"/9j/4AAQ..."}
//!   with an attachment  00 00 00 36 {"command":"chunk","transfer":1,"offset":0,"data":""} FF D8 FF E0 00 10 ...
//!                       length of   the field of the bytes is there, and empty            the bytes, to the end
//!                       the JSON                                                          of the frame
//! ```
//!
//! The first byte tells which of the two it is: JSON begins with a brace, and no length of JSON is so large that its
//! first byte is not 0.
//!
//! An attachment lies *within* the frame. So the frame's length counts it from the beginning, and whatever holds for
//! frames holds for it: limits, room in memory, deadlines, and that a frame which ends short is torn.
//!
//! A side says that it can read attachments by naming [`ATTACHMENTS`] among its features when it registers. Nobody
//! attaches anything for a side that has not, which gets base64, as from the first version on.

use serde::de::DeserializeOwned;

use super::{FrameError, MAX_VALUES};
use crate::protocol::bounds::complaint;
use crate::protocol::{Answer, Blob, Message, Request};

/// The ability to read attachments, by its name among the features in `register`, `registerClient` and `Registered`.
pub const ATTACHMENTS: &str = "attachments";

/// What this program names as its features.
pub fn features() -> Vec<String> {
    vec![ATTACHMENTS.to_owned()]
}

/// Whether a side with these features can read attachments.
pub fn reads_attachments(features: &[String]) -> bool {
    features.iter().any(|feature| feature == ATTACHMENTS)
}

/// The length of the JSON's length, in bytes.
pub(super) const PREFIX: usize = 4;

/// The length of the JSON in a content that begins so; none if there is no attachment.
pub(super) fn json_length(prefix: [u8; PREFIX]) -> Option<usize> {
    (prefix[0] == 0).then_some(u32::from_be_bytes(prefix) as usize)
}

/// The JSON, and where the attachment begins if there is one.
fn split(content: &[u8]) -> Result<(&[u8], Option<usize>), FrameError> {
    let Some(length) = content.first_chunk().copied().and_then(json_length) else {
        return Ok((content, None));
    };
    let start = PREFIX.saturating_add(length);
    let json = content.get(PREFIX..start).ok_or_else(|| past_the_end(length))?;
    Ok((json, Some(start)))
}

pub(super) fn past_the_end(length: usize) -> FrameError {
    FrameError::Malformed(format!("its JSON should have {length} bytes, and it ends before that"))
}

/// How many values a frame has: the commas of its JSON outside of texts, and one. A list or an object counts as what is
/// in it.
///
/// # Errors
///
/// If there are more than any daemon or client sends. It is counted before it is decoded: while the decoder does not
/// know yet what a frame says, it keeps each value in 32 bytes or more, and two bytes are enough for one.
pub fn count_values(content: &[u8]) -> Result<usize, FrameError> {
    let (json, _) = split(content)?;
    let (mut values, mut in_text, mut escaped) = (1, false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_text,
            b'"' => in_text = !in_text,
            b',' if !in_text => values += 1,
            _ => {}
        }
    }
    match values > MAX_VALUES {
        true => Err(FrameError::Malformed(format!("more than {MAX_VALUES} values in one frame"))),
        false => Ok(values),
    }
}

/// Decodes a content without an attachment: whoever is at the other end has not been told that it may send any.
///
/// # Errors
///
/// If it makes no sense, or has an attachment.
pub fn decode<T: DeserializeOwned>(content: &[u8]) -> Result<T, FrameError> {
    if content.first() == Some(&0) {
        let error = "it has an attachment, and who reads it has not agreed to that";
        return Err(FrameError::Malformed(error.to_owned()));
    }
    serde_json::from_slice(content).map_err(|error| FrameError::Malformed(complaint(&error)))
}

/// Decodes a content with or without an attachment, which is not copied.
///
/// # Errors
///
/// If it makes no sense, has an attachment and is nothing that can have one, or has its bytes in base64 as well.
pub fn decode_attached<T: Carrier>(content: Vec<u8>) -> Result<T, FrameError> {
    let (json, start) = split(&content)?;
    let mut said: T = decode(json)?;
    if let Some(start) = start {
        said.attach(Blob::behind(content, start))?;
    }
    Ok(said)
}

/// What may be said in a frame with an attachment.
pub trait Carrier: DeserializeOwned {
    /// Takes in the attached bytes.
    ///
    /// # Errors
    ///
    /// If there is no place for them.
    fn attach(&mut self, bytes: Blob) -> Result<(), FrameError>;
}

impl Carrier for Message {
    /// A command of a later version may have an attachment: both are ignored.
    fn attach(&mut self, bytes: Blob) -> Result<(), FrameError> {
        if let Message::Chunk { data, .. } | Message::Preview { image: data, .. } = self {
            fill(data, bytes)
        } else if matches!(self, Message::Unknown) {
            Ok(())
        } else {
            Err(out_of_place())
        }
    }
}

impl Carrier for Request {
    fn attach(&mut self, bytes: Blob) -> Result<(), FrameError> {
        if let Request::Chunk { data } = self { fill(data, bytes) } else { Err(out_of_place()) }
    }
}

impl Carrier for Answer {
    fn attach(&mut self, attachment: Blob) -> Result<(), FrameError> {
        if let Answer::ReceiveImage { bytes, image, .. } | Answer::Preview { bytes, image, .. } =
            self
        {
            check_length(attachment.len() as u64, *bytes)?;
            fill(image, attachment)
        } else {
            Err(out_of_place())
        }
    }
}

/// Refuses an attachment that is not as long as the photo that it is said to be.
pub(super) fn check_length(attachment: u64, photo: u64) -> Result<(), FrameError> {
    let error = || format!("an attachment of {attachment} bytes for a photo of {photo}");
    if attachment == photo { Ok(()) } else { Err(FrameError::Malformed(error())) }
}

/// Puts the attached bytes where they belong, which must have been left empty for them.
pub(super) fn fill(field: &mut Blob, bytes: Blob) -> Result<(), FrameError> {
    if field.is_empty() {
        *field = bytes;
        return Ok(());
    }
    let error = "it has bytes in base64 and in an attachment".to_owned();
    Err(FrameError::Malformed(error))
}

pub(super) fn out_of_place() -> FrameError {
    FrameError::Malformed("it has an attachment, and cannot have one".to_owned())
}

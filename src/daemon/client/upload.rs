//! Receiving a photo that a client puts: its chunks go to a spool file as they come.

use std::fs::{self, File};
use std::io::Write;
use std::time::{Duration, Instant};

use crate::daemon::disk::uploads::Upload;
use crate::daemon::limits::UPLOAD_MIN_RATE;
use crate::daemon::services::Services;
use crate::daemon::socket::link::{Link, read_failure};
use crate::node::{CloseReason, DiskError};
use crate::photo::MAX_PHOTO;
use crate::protocol::client::Refusal;
use crate::protocol::codec::FrameError;
use crate::protocol::{Answer, Blob, MAX_CHUNK, Request};

/// How a conversation ends.
pub(super) enum Stop {
    /// The client has done something that cannot be answered: it is told, and the link closed.
    Broken(String),
    /// The writer has ended: it has written the last answer, or the link is gone.
    Answered,
    /// There is nobody to tell anything any more.
    Over(CloseReason),
}

impl From<FrameError> for Stop {
    fn from(error: FrameError) -> Stop {
        match error {
            FrameError::Io(error) => Stop::Over(read_failure(&error)),
            FrameError::TooLarge { .. } | FrameError::Torn | FrameError::Malformed(_) => {
                Stop::Broken(error.to_string())
            }
        }
    }
}

/// Reads chunks, one per call of `next_request`, until `bytes` bytes are in the spool file of this link. If the photo was
/// `refused` before, there is no such file.
///
/// # Errors
///
/// The inner error is an answer: the photo is not stored, and why is for the client, whose other chunks have been read
/// and thrown away so that it can go on asking. The outer one ends the link. No file is left in either case.
pub(super) fn receive(
    services: &Services,
    link: &Link,
    bytes: u64,
    refused: Option<Answer>,
    mut next_request: impl FnMut() -> Result<Request, FrameError>,
) -> Result<Result<(), Answer>, Stop> {
    if bytes > MAX_PHOTO {
        let limit = MAX_PHOTO >> 20;
        return Err(Stop::Broken(format!(
            "a photo of {bytes} bytes is over the limit of {limit} MiB"
        )));
    }
    let begin =
        || services.disk.upload(link.id, bytes).and_then(Sink::create).map_err(cannot_store);
    let mut sink = refused.map_or_else(begin, Err);
    // The time counts from when the disk is ready: that it has much to do is no fault of the client.
    let deadline =
        Instant::now() + link.deadlines.frame + Duration::from_secs(bytes / UPLOAD_MIN_RATE);
    let mut left = bytes;
    while left > 0 {
        if Instant::now() > deadline {
            return Err(Stop::Broken("the photo came too slowly".to_owned()));
        }
        let data = chunk(next_request()?, left)?;
        left -= data.len() as u64;
        sink = sink.and_then(|mut sink| sink.write(&data).map(|()| sink).map_err(cannot_store));
    }
    Ok(sink.map(Sink::keep))
}

fn cannot_store(error: DiskError) -> Answer {
    Answer::Refused { cause: Refusal::Disk, error: error.cannot_store() }
}

/// The bytes of a chunk, of a photo of which so many are missing.
fn chunk(request: Request, left: u64) -> Result<Blob, Stop> {
    let broken = |what: &str| Err(Stop::Broken(what.to_owned()));
    let Request::Chunk { data } = request else {
        return broken("the Chunks of a Put are missing");
    };
    if data.is_empty() || data.len() > MAX_CHUNK {
        broken("a Chunk is empty or too large")
    } else if data.len() as u64 > left {
        broken("the Chunks hold more bytes than their Put announced")
    } else {
        Ok(data)
    }
}

/// A spool file being written; it is removed unless it is kept.
struct Sink {
    file: File,
    upload: Upload,
    keep: bool,
}

impl Sink {
    fn create(upload: Upload) -> Result<Sink, DiskError> {
        let file = File::create(&upload.path).map_err(DiskError::from)?;
        let keep = false;
        Ok(Sink { file, upload, keep })
    }

    fn write(&mut self, data: &[u8]) -> Result<(), DiskError> {
        self.file.write_all(data).map_err(DiskError::from)
    }

    fn keep(mut self) {
        self.keep = true;
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        if !self.keep {
            // What cannot be removed is swept at the next start.
            let _ = fs::remove_file(&self.upload.path);
        }
    }
}

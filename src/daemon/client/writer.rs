//! The thread that writes to a client: answers, and photos that it has checked.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, bounded, select};

use crate::daemon::disk::jobs::Disk;
use crate::daemon::inbox::Input;
use crate::daemon::services::Services;
use crate::daemon::socket::frames::SocketWriter;
use crate::daemon::socket::link::{Link, write_failure};
use crate::daemon::socket::reply::{Delivery, PhotoBytes, Reply};
use crate::daemon::threads;
use crate::node::{ClientEvent, CloseReason, DiskError};
use crate::photo::{Digest, Photo, PhotoId};
use crate::protocol::{Answer, Blob, in_words};

/// An answer is written, so the next request may be read.
pub(super) struct Turn;

/// The ways to a client's writer, and the one back to its reader. No queue holds more than one thing, because each waits
/// for the one before.
pub(super) struct Ways {
    /// For the state thread and the folder thread, which answer requests.
    pub(super) replies: Sender<Reply>,
    /// For the reader: what it answers itself.
    pub(super) own: Sender<Answer>,
    /// One for each answer that is written. Ends when the writer has.
    pub(super) turns: Receiver<Turn>,
}

/// Starts the thread. It ends when the reader has, when the state thread has, when it has written an
/// [`Answer::Error`], or when the link ends.
pub(super) fn start(services: &Services, link: &Arc<Link>) -> io::Result<Ways> {
    let (replies, from_node) = bounded(1);
    let (own, from_reader) = bounded(1);
    let (to_reader, turns) = bounded(1);
    let mut writer = Writer {
        link: Arc::clone(link),
        out: SocketWriter::new(Arc::clone(link)),
        replies: from_node,
        own: from_reader,
        turns: to_reader,
        disk: services.disk.clone(),
        inbox: services.clients.clone(),
    };
    threads::spawn_writer(link.port(), move || match writer.run() {
        Ok(()) => writer.link.stop_writing(),
        Err(reason) => writer.link.end(reason),
    })?;
    Ok(Ways { replies, own, turns })
}

struct Writer {
    link: Arc<Link>,
    out: SocketWriter,
    replies: Receiver<Reply>,
    own: Receiver<Answer>,
    turns: Sender<Turn>,
    disk: Disk,
    inbox: Sender<Input>,
}

impl Writer {
    fn run(&mut self) -> Result<(), CloseReason> {
        loop {
            let reply = select! {
                recv(self.replies) -> reply => reply.map_err(|_| CloseReason::Shutdown)?,
                recv(self.own) -> answer => match answer {
                    Ok(answer) => Reply::Answer(answer),
                    Err(_) => return Ok(()),
                },
            };
            let answered = match reply {
                Reply::Answer(answer) => {
                    if let Answer::Error { error } = &answer {
                        self.link.set_close_reason(CloseReason::Protocol(error.clone()));
                        return self.write(&answer);
                    }
                    self.write(&answer)?;
                    true
                }
                Reply::Photo(delivery) => self.deliver(delivery)?,
            };
            // The reader has taken the turn before, so there is room; if it has ended, that shows above.
            if answered {
                let _ = self.turns.try_send(Turn);
            }
        }
    }

    fn write(&mut self, answer: &Answer) -> Result<(), CloseReason> {
        self.out.answer(answer).map_err(|error| write_failure(&error))
    }

    /// Sends a photo; `false` if it cannot be read as what it should be. The node hears which, and answers the same
    /// request in another way then.
    ///
    /// A whole file is read twice: once to be sure of it, once to send it. So the photo is never in memory as a whole, and
    /// a client never gets the first half of a damaged one. What comes from another node is sent while it
    /// comes, but for the last piece, for which everything before must be right.
    fn deliver(&mut self, delivery: Delivery) -> Result<bool, CloseReason> {
        let Delivery { name, label, photo, bytes } = delivery;
        let answer = Answer::ReceiveImage {
            image_name: name,
            label,
            id: photo.id,
            bytes: photo.bytes,
            image: Blob::default(),
        };
        let result = match bytes {
            PhotoBytes::Held(opened) => match opened.and_then(|(file, _)| check(file, &photo)) {
                Ok(file) => Ok(self.send(&answer, &photo, file)?),
                Err(error) => {
                    if error != DiskError::Gone {
                        self.disk.suspect(photo.id);
                    }
                    Err(error)
                }
            },
            PhotoBytes::Kept(opened) => match opened.and_then(|(file, _)| check(file, &photo)) {
                Ok(file) => Ok(self.send(&answer, &photo, file)?),
                Err(error) => Err(error),
            },
            PhotoBytes::Spooled(Ok(reader)) => {
                let checked = Checked::new(reader, &photo);
                Ok(self.send(&answer, &photo, checked)?)
            }
            PhotoBytes::Spooled(Err(error)) => Err(error),
        };
        let answered = result.is_ok();
        let event = ClientEvent::Answered { link: self.link.id, result };
        self.inbox.send(event.into()).map_err(|_| CloseReason::Shutdown)?;
        Ok(answered)
    }

    fn send(
        &mut self,
        answer: &Answer,
        photo: &Photo,
        mut bytes: impl Read,
    ) -> Result<(), CloseReason> {
        let sent = self.out.image(answer, photo.bytes, &mut bytes);
        sent.map_err(|error| write_failure(&error))
    }
}

/// A photo that is read for the first time. All of it must be right before its last bytes are given out.
struct Checked<R> {
    bytes: R,
    digest: Digest,
    id: PhotoId,
    /// How many bytes are still to come.
    left: u64,
}

impl<R: Read> Checked<R> {
    fn new(bytes: R, photo: &Photo) -> Checked<R> {
        Checked { bytes, digest: Digest::default(), id: photo.id, left: photo.bytes }
    }
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.bytes.read(buffer)?;
        self.digest.add(&buffer[..read]);
        self.left = self.left.saturating_sub(read as u64);
        let is_wrong =
            (read == 0 && !buffer.is_empty()) || (self.left == 0 && self.digest.id() != self.id);
        match is_wrong {
            true => Err(io::Error::other("other nodes did not deliver the photo to its end")),
            false => Ok(read),
        }
    }
}

/// How much of a photo is checked at a time, in bytes. On the heap, from which it goes back when the photo is checked: a
/// thread keeps what it has ever used of its stack.
const CHECKED: usize = 64 * 1024;

/// Reads a file through and gives it back, at its start, if it is the photo.
fn check(mut file: File, photo: &Photo) -> Result<File, DiskError> {
    let unreadable = |error: io::Error| DiskError::Other(in_words(&error));
    let mut digest = Digest::default();
    let mut piece = vec![0; CHECKED];
    loop {
        match file.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => digest.add(&piece[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(unreadable(error)),
        }
    }
    if digest.id() != photo.id {
        return Err(DiskError::Damaged);
    }
    file.rewind().map_err(unreadable)?;
    Ok(file)
}

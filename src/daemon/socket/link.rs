//! One connection, as its threads share it: the socket, the stamp that says "it lives", and why it ended.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use crate::daemon::limits::{Deadlines, LINGER, WRITE_PIECE};
use crate::node::{CloseReason, LinkId};
use crate::protocol::in_words;
use crate::protocol::secure::{Channel, Credentials};

/// One connection. The socket is closed when the last of its threads lets go of this.
pub(in crate::daemon) struct Link {
    pub(in crate::daemon) id: LinkId,
    /// How long the other side may take.
    pub(in crate::daemon) deadlines: Deadlines,
    stream: TcpStream,
    channel: OnceLock<Arc<Channel>>,
    heard: AtomicBool,
    /// Both sides can read attachments.
    attaches: AtomicBool,
    reason: OnceLock<CloseReason>,
}

impl Link {
    pub(in crate::daemon) fn new(id: LinkId, stream: TcpStream, deadlines: Deadlines) -> Link {
        Link {
            id,
            deadlines,
            stream,
            channel: OnceLock::new(),
            heard: AtomicBool::new(false),
            attaches: AtomicBool::new(false),
            reason: OnceLock::new(),
        }
    }

    /// Encrypts the link from here on, if this daemon is of a group. To be called before anything else is sent or read.
    ///
    /// # Errors
    ///
    /// In words that fit behind "turned away" and "cannot join".
    pub(in crate::daemon) fn secure(
        self: &Arc<Link>,
        credentials: Option<&Credentials>,
        side: Side,
        within: Duration,
    ) -> io::Result<()> {
        let Some(credentials) = credentials else {
            return Ok(());
        };
        let mut input = Incoming::new(Arc::clone(self));
        input.deadline = Some(Instant::now() + within);
        let mut output = Outgoing::new(Arc::clone(self));
        output.begin();
        let channel = match side {
            Side::Dialed => Channel::initiate(credentials, &mut input, &mut output),
            Side::Accepted => Channel::respond(credentials, &mut input, &mut output),
        }?;
        // Nothing was in it, or the sealing would start anew and the other side notice.
        let _ = self.channel.set(Arc::new(channel));
        Ok(())
    }

    /// The secret that the link is encrypted with, if it is; it proves a key of the other side.
    pub(in crate::daemon) fn channel(&self) -> Option<Arc<Channel>> {
        self.channel.get().cloned()
    }

    /// Ends the connection both ways, which wakes the threads that read or write it. The first reason given stays.
    pub(in crate::daemon) fn end(&self, reason: CloseReason) {
        self.set_close_reason(reason);
        self.shut(Shutdown::Both);
    }

    /// Notes why the connection is about to end; the first reason given stays.
    pub(in crate::daemon) fn set_close_reason(&self, reason: CloseReason) {
        let _ = self.reason.set(reason);
    }

    /// Why the connection ended; something must be the reason even if a thread panicked before it could tell.
    pub(in crate::daemon) fn reason(&self) -> CloseReason {
        let bug = || CloseReason::Io("the thread of this link failed".to_owned());
        self.reason.get().cloned().unwrap_or_else(bug)
    }

    /// The other side's host, as a literal address.
    pub(in crate::daemon) fn remote(&self) -> String {
        let unknown = |_| "an unknown host".to_owned();
        self.stream.peer_addr().map_or_else(unknown, |remote| remote.ip().to_string())
    }

    /// The ports of both sides, the lower one first, as both of them know them.
    pub(in crate::daemon) fn ports(&self) -> Option<String> {
        let here = self.stream.local_addr().ok()?.port();
        let there = self.stream.peer_addr().ok()?.port();
        Some(format!("{}-{}", here.min(there), here.max(there)))
    }

    /// The other side's port, for names of threads.
    pub(in crate::daemon) fn port(&self) -> u16 {
        self.stream.peer_addr().map_or(0, |remote| remote.port())
    }

    /// Reads nothing more: to the reader it is as if the other side had no more to say.
    pub(in crate::daemon) fn stop_reading(&self) {
        self.shut(Shutdown::Read);
    }

    /// Tells the other side that nothing more will be sent.
    pub(in crate::daemon) fn stop_writing(&self) {
        self.shut(Shutdown::Write);
    }

    /// From now on bytes of photos are attached to what is sent, and may be to what comes: the other side has said that
    /// it can read that, and this one always can.
    pub(in crate::daemon) fn agree_to_attachments(&self) {
        self.attaches.store(true, Ordering::Relaxed);
    }

    /// Whether both sides can read attachments.
    pub(in crate::daemon) fn has_attachments(&self) -> bool {
        self.attaches.load(Ordering::Relaxed)
    }

    /// Whether bytes have arrived since the last call.
    pub(in crate::daemon) fn take_heard(&self) -> bool {
        self.heard.swap(false, Ordering::Relaxed)
    }

    /// The other side is not listened to: that it is silent is no fault of it.
    pub(in crate::daemon) fn count_as_heard(&self) {
        self.heard.store(true, Ordering::Relaxed);
    }

    /// Ends what is sent and lets the other side read it: see [`Link::drain`].
    pub(in crate::daemon) fn linger(self: &Arc<Link>) {
        self.stop_writing();
        self.drain();
    }

    /// Reads what still comes, for a moment, and throws it away: to close a socket with unread input resets the
    /// connection, and a reset overtakes the last frame that was sent.
    pub(in crate::daemon) fn drain(self: &Arc<Link>) {
        let mut rest = Incoming::new(Arc::clone(self));
        rest.deadline = Some(Instant::now() + LINGER);
        let mut scratch = [0; 4096];
        while rest.read(&mut scratch).is_ok_and(|read| read > 0) {}
    }

    fn shut(&self, how: Shutdown) {
        // An error says that the socket is not connected any more, which is as good.
        let _ = self.stream.shutdown(how);
    }
}

/// The reading end, with a deadline. Whatever arrives stamps the link as alive.
pub(super) struct Incoming {
    link: Arc<Link>,
    /// When reading fails with a timeout; none waits for ever.
    pub(super) deadline: Option<Instant>,
}

impl Incoming {
    pub(super) fn new(link: Arc<Link>) -> Incoming {
        Incoming { link, deadline: None }
    }
}

impl Read for Incoming {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.deadline.map(time_left).transpose()?;
        let mut stream = &self.link.stream;
        stream.set_read_timeout(left)?;
        let read = stream.read(buffer)?;
        if read > 0 {
            self.link.heard.store(true, Ordering::Relaxed);
        }
        Ok(read)
    }
}

/// Who began a connection.
#[derive(Clone, Copy, Debug)]
pub(in crate::daemon) enum Side {
    /// This daemon.
    Dialed,
    /// The other side.
    Accepted,
}

/// The writing end, with a limit to the time that every piece takes: a socket's own timeout counts per call, which a
/// reader of single bytes can draw out for ever. What is to be written may take its time to come.
pub(super) struct Outgoing {
    link: Arc<Link>,
    /// Of the time for this piece.
    left: Duration,
    piece: usize,
}

impl Outgoing {
    pub(super) fn new(link: Arc<Link>) -> Outgoing {
        Outgoing { link, left: Duration::ZERO, piece: 0 }
    }

    /// Begins a piece.
    pub(super) fn begin(&mut self) {
        self.left = self.link.deadlines.write;
        self.piece = 0;
    }
}

impl Write for Outgoing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.left.is_zero() {
            return Err(ErrorKind::TimedOut.into());
        }
        let mut stream = &self.link.stream;
        stream.set_write_timeout(Some(self.left))?;
        let begun = Instant::now();
        let written = stream.write(bytes)?;
        self.left = self.left.saturating_sub(begun.elapsed());
        self.piece += written;
        if self.piece >= WRITE_PIECE {
            self.begin();
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The time left until a deadline: never zero, which to a socket means "no timeout".
fn time_left(deadline: Instant) -> io::Result<Duration> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(ErrorKind::TimedOut.into()) } else { Ok(left) }
}

/// Whether an error means that a deadline has passed. Linux reports a socket's timeout as `WouldBlock`.
pub(in crate::daemon) fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::WouldBlock)
}

/// What a failed read says about the link.
pub(in crate::daemon) fn read_failure(error: &io::Error) -> CloseReason {
    if is_timeout(error) { CloseReason::Silent } else { CloseReason::Io(in_words(error)) }
}

/// What a failed write says about the link.
pub(in crate::daemon) fn write_failure(error: &io::Error) -> CloseReason {
    if is_timeout(error) { CloseReason::Slow } else { CloseReason::Io(in_words(error)) }
}

//! The thread that writes to another daemon: messages first, then what a person waits for, then what safety wants.
//!
//! Bytes of photos go out a chunk at a time, and before each chunk the queues are looked at anew: a heartbeat waits for
//! one chunk at most, a get never for a replication. Small pictures and photos take turns, a piece of each: whoever asks
//! for one picture after the other would get no copy else.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;

use crossbeam_channel::{Receiver, Select, Sender, TryRecvError};

use super::pictures::Pictures;
use super::send_check::SendCheck;
use crate::daemon::disk::jobs::Disk;
use crate::daemon::inbox::Input;
use crate::daemon::limits::CHUNK;
use crate::daemon::services::Services;
use crate::daemon::socket::frames::SocketWriter;
use crate::daemon::socket::link::{Link, write_failure};
use crate::daemon::socket::outbox::{Queues, Window, WriterCommand};
use crate::daemon::socket::reply::Opened;
use crate::daemon::threads;
use crate::daemon::trace::Trace;
use crate::node::{DiskError, LinkEvent};
use crate::protocol::message::TransferId;
use crate::protocol::{Blob, Message, codec, in_words};
use crate::trace::Direction;

/// Starts the thread. It ends when told to, when its outbox is gone, or when the link ends.
pub(in crate::daemon) fn start(
    services: &Services,
    link: &Arc<Link>,
    queues: Queues,
) -> io::Result<()> {
    let mut writer = Writer {
        out: SocketWriter::new(Arc::clone(link)),
        link: Arc::clone(link),
        messages: queues.messages,
        pictures: Pictures::new(queues.pictures),
        is_turn_of_photos: false,
        lanes: [LaneQueue::new(queues.gets), LaneQueue::new(queues.replicas)],
        disk: services.disk.clone(),
        inbox: services.inbox.clone(),
        trace: services.trace.clone(),
        sent: Direction::default(),
    };
    let ending = queues.ending;
    threads::spawn_writer(link.port(), move || {
        match writer.run() {
            Ok(()) => writer.link.stop_writing(),
            Err(error) => writer.link.end(write_failure(&error)),
        }
        drop(ending);
    })
}

struct Writer {
    link: Arc<Link>,
    out: SocketWriter,
    messages: Receiver<WriterCommand>,
    pictures: Pictures,
    /// Whether a piece of a picture went last.
    is_turn_of_photos: bool,
    /// The more urgent one first.
    lanes: [LaneQueue; 2],
    disk: Disk,
    inbox: Sender<Input>,
    trace: Trace,
    /// What the trace knows of what has gone out.
    sent: Direction,
}

/// The windows of one lane: the one that is being sent, and those that wait.
struct LaneQueue {
    waiting: Receiver<Window>,
    /// Those that wait and were looked at already; they go first.
    looked_at: VecDeque<Window>,
    current: Option<Sending>,
    check: SendCheck,
}

struct Sending {
    window: Window,
    bytes: Source,
}

/// Where a window's bytes come from.
enum Source {
    /// The folder thread is asked to open the file.
    Opening(Receiver<Opened>),
    /// The file, at the next byte to send.
    File {
        file: File,
        size: u64,
        /// How many bytes are left to send.
        left: u64,
    },
}

impl LaneQueue {
    fn new(waiting: Receiver<Window>) -> LaneQueue {
        let (looked_at, current, check) = (VecDeque::new(), None, SendCheck::default());
        LaneQueue { waiting, looked_at, current, check }
    }

    fn next(&mut self) -> Option<Window> {
        self.looked_at.pop_front().or_else(|| self.waiting.try_recv().ok())
    }

    /// Takes back the windows of a pull.
    fn take_back(&mut self, transfer: TransferId) -> Vec<Window> {
        let of_pull = |sending: &mut Sending| sending.window.transfer == transfer;
        let mut taken: Vec<Window> =
            self.current.take_if(of_pull).map(|sending| sending.window).into_iter().collect();
        let waiting = std::mem::take(&mut self.looked_at).into_iter();
        for window in waiting.chain(self.waiting.try_iter()) {
            match window.transfer == transfer {
                true => taken.push(window),
                false => self.looked_at.push_back(window),
            }
        }
        taken
    }
}

impl Writer {
    fn run(&mut self) -> io::Result<()> {
        loop {
            match self.messages.try_recv() {
                Ok(WriterCommand::Message(message)) => self.send(&named(message))?,
                Ok(WriterCommand::Cancel(transfer)) => self.cancel(transfer),
                Ok(WriterCommand::Close) | Err(TryRecvError::Disconnected) => {
                    return self.out.flush();
                }
                Err(TryRecvError::Empty) => {
                    if !self.send_piece_of_either()? {
                        self.out.flush()?;
                        self.wait();
                    }
                }
            }
        }
    }

    fn send(&mut self, message: &Message) -> io::Result<()> {
        self.trace.sends(&mut self.sent, self.link.id, message);
        self.out.message(message)?;
        if matches!(message, Message::ImageInfo { .. }) {
            self.out.flush()?;
            self.report(LinkEvent::PageSent { link: self.link.id });
        }
        Ok(())
    }

    /// Sends nothing more of the windows of a pull.
    fn cancel(&mut self, transfer: TransferId) {
        let taken = self.lanes.each_mut().map(|lane| lane.take_back(transfer));
        for window in taken.into_iter().flatten() {
            self.report_served(&window, Ok(()));
        }
    }

    /// Sends a piece of a small picture or of a photo, whose turn it is if there are both; `false` if there is neither.
    fn send_piece_of_either(&mut self) -> io::Result<bool> {
        if self.is_turn_of_photos && self.send_chunk()? {
            self.is_turn_of_photos = false;
            return Ok(true);
        }
        self.is_turn_of_photos = self.send_picture()?;
        Ok(self.is_turn_of_photos || self.send_chunk()?)
    }

    /// Sends a piece of a small picture; `false` if there is none.
    fn send_picture(&mut self) -> io::Result<bool> {
        let Some((message, is_last)) = self.pictures.next() else {
            return Ok(false);
        };
        self.send(&message)?;
        if is_last {
            self.out.flush()?;
            self.report(LinkEvent::PreviewSent { link: self.link.id });
        }
        Ok(true)
    }

    /// Sends the most urgent chunk there is; `false` if there is none right now.
    fn send_chunk(&mut self) -> io::Result<bool> {
        for lane in 0..self.lanes.len() {
            let queue = &mut self.lanes[lane];
            if queue.current.is_none()
                && let Some(window) = queue.next()
            {
                let bytes = Source::Opening(self.disk.open(window.photo));
                queue.current = Some(Sending { window, bytes });
            }
            if let Some(sending) = &mut queue.current
                && let Some(piece) = sending.next(&mut queue.check)
            {
                self.send_piece(lane, piece)?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Sends what [`Sending::next`] came to, and tells the node when that is the end of a window.
    fn send_piece(&mut self, lane: usize, piece: Piece) -> io::Result<()> {
        let (message, end, sound) = match piece {
            Piece::Chunk(message) => (Some(message), None, true),
            Piece::End { sound } => (None, Some(Ok(())), sound),
            Piece::Failed(message, error) => {
                // A disk that cannot read a file any more has more than this window to tell about.
                let readable = !matches!(error, DiskError::Other(_));
                (Some(message), Some(Err(error)), readable)
            }
        };
        if let Some(message) = message {
            self.send(&message)?;
        }
        if let Some(result) = end
            && let Some(Sending { window, .. }) = self.lanes[lane].current.take()
        {
            self.out.flush()?;
            if !sound {
                self.disk.suspect(window.photo);
            }
            self.report_served(&window, result);
        }
        Ok(())
    }

    fn report_served(&self, window: &Window, result: Result<(), DiskError>) {
        let Window { transfer, photo, .. } = *window;
        self.report(LinkEvent::Served { link: self.link.id, transfer, photo, result });
    }

    /// Waits until there may be something to do.
    fn wait(&self) {
        let mut select = Select::new();
        select.recv(&self.messages);
        select.recv(&self.pictures.waiting);
        for lane in &self.lanes {
            match &lane.current {
                None => {
                    select.recv(&lane.waiting);
                }
                Some(sending) => {
                    if let Source::Opening(opened) = &sending.bytes {
                        select.recv(opened);
                    }
                }
            }
        }
        select.ready();
    }

    fn report(&self, event: LinkEvent) {
        // Without a state thread the daemon stops, which closes this link too.
        let _ = self.inbox.send(event.into());
    }
}

/// Names what this link can do, where the node says who it is.
fn named(mut message: Message) -> Message {
    if let Message::Register(register) = &mut message {
        register.features.extend(codec::features());
    }
    message
}

/// The next piece of a window.
enum Piece {
    Chunk(Message),
    /// Of the window; and whether the photo's bytes were right, as far as can be told.
    End {
        sound: bool,
    },
    Failed(Message, DiskError),
}

impl Sending {
    /// The next piece, or none while the file is still being opened.
    fn next(&mut self, check: &mut SendCheck) -> Option<Piece> {
        if let Source::Opening(opened) = &self.bytes {
            let opened = match opened.try_recv() {
                Ok(opened) => opened,
                Err(TryRecvError::Empty) => return None,
                Err(TryRecvError::Disconnected) => Err(DiskError::Gone),
            };
            match opened.and_then(|file| self.seek(file)) {
                Ok(bytes) => self.bytes = bytes,
                Err(error) => return Some(self.failed(error)),
            }
        }
        let Source::File { file, size, left } = &mut self.bytes else {
            return None;
        };
        let Window { transfer, photo, .. } = self.window;
        if *left == 0 {
            let sound = !check.is_wrong(transfer, photo, *size);
            return Some(Piece::End { sound });
        }
        let mut data = vec![0; CHUNK.min(usize::try_from(*left).unwrap_or(CHUNK))];
        if let Err(error) = file.read_exact(&mut data) {
            return Some(self.failed(DiskError::Other(in_words(&error))));
        }
        check.add(transfer, self.window.offset, &data);
        let sent = data.len() as u64;
        let chunk = Message::Chunk { transfer, offset: self.window.offset, data: Blob::from(data) };
        *left -= sent;
        self.window.offset += sent;
        Some(Piece::Chunk(chunk))
    }

    fn seek(&self, (mut file, size): (File, u64)) -> Result<Source, DiskError> {
        let left = size.saturating_sub(self.window.offset).min(self.window.length);
        file.seek(SeekFrom::Start(self.window.offset))
            .map_err(|error| DiskError::Other(in_words(&error)))?;
        Ok(Source::File { file, size, left })
    }

    fn failed(&self, error: DiskError) -> Piece {
        let answer = Message::NoImage { transfer: self.window.transfer, reason: error.to_string() };
        Piece::Failed(answer, error)
    }
}

//! The accept thread: takes connections in, up to a number, and gives each a thread.

use std::borrow::Cow;
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::Instant;

use crossbeam_channel::{Receiver, bounded};
use serde::Deserialize;

use super::connection_limits::ConnectionLimits;
use crate::daemon::limits::{ACCEPT_PAUSE, ACCEPT_PAUSE_MAX, DIAL, FIRST_FRAME};
use crate::daemon::peer::reader;
use crate::daemon::services::Services;
use crate::daemon::socket::frames::{SocketReader, SocketWriter};
use crate::daemon::socket::link::{Link, Side};
use crate::daemon::{Failure, IN_USE, IO_ERROR, client, threads};
use crate::node::CloseReason;
use crate::process::wake_accept;
use crate::protocol::codec::FrameError;
use crate::protocol::{Address, Answer, Message, in_words};

/// The accept thread, as the daemon holds it.
pub(in crate::daemon) struct Listener {
    stopping: Arc<AtomicBool>,
    /// The connections that are still open when the thread ends.
    links: Receiver<Vec<Weak<Link>>>,
    bound: SocketAddr,
}

/// Takes a port to listen on; `otherwise` says what to do if that cannot be.
///
/// # Errors
///
/// In words that say what to do, and with an exit code of its own if the port is taken.
pub(in crate::daemon) fn bind(
    host: &str,
    port: u16,
    otherwise: &str,
) -> Result<TcpListener, Failure> {
    TcpListener::bind((host, port)).map_err(|error| {
        let address = Address::new(host, port);
        let kind = error.kind();
        if kind == io::ErrorKind::AddrInUse {
            let message =
                format!("{address} is in use: another daemon runs there, perhaps; {otherwise}");
            return Failure { code: IN_USE, message };
        }
        let message = if kind == io::ErrorKind::PermissionDenied {
            format!("not allowed to listen on {address}: only ports above 1023 are free to all; {otherwise}")
        } else {
            format!("cannot listen on {address}: {}; {otherwise}", in_words(&error))
        };
        Failure { code: IO_ERROR, message }
    })
}

impl Listener {
    /// Starts to accept, at most `capacity` connections at a time.
    pub(in crate::daemon) fn start(
        listener: TcpListener,
        services: Services,
        capacity: usize,
    ) -> io::Result<Listener> {
        let bound = listener.local_addr()?;
        let stopping = Arc::new(AtomicBool::new(false));
        let limits = ConnectionLimits::new(capacity, services.group.is_some());
        let acceptor = Acceptor { listener, services, stopping: Arc::clone(&stopping), limits };
        let (left_open, links) = bounded(1);
        threads::spawn("accept", move || {
            // Nobody waits for it if the daemon could not start.
            let _ = left_open.send(acceptor.run());
        })?;
        Ok(Listener { stopping, links, bound })
    }

    /// Accepts no more; the accepted connections that are still open.
    pub(in crate::daemon) fn stop(self) -> Vec<Weak<Link>> {
        self.stopping.store(true, Ordering::Relaxed);
        wake_accept(self.bound, DIAL);
        self.links.recv_timeout(DIAL).unwrap_or_default()
    }
}

struct Acceptor {
    listener: TcpListener,
    services: Services,
    stopping: Arc<AtomicBool>,
    limits: ConnectionLimits<Link>,
}

impl Acceptor {
    fn run(mut self) -> Vec<Weak<Link>> {
        let mut pause = ACCEPT_PAUSE;
        loop {
            let accepted = self.listener.accept();
            if self.stopping.load(Ordering::Relaxed) {
                return self.limits.into_links();
            }
            match accepted {
                Ok((stream, from)) => {
                    pause = ACCEPT_PAUSE;
                    if let Err(error) = self.welcome(stream, from) {
                        let text = format!("turned {from} away: {}", in_words(&error));
                        self.services.console.news("net", text);
                    }
                }
                Err(error) => {
                    let text = format!("cannot accept: {}", in_words(&error));
                    self.services.console.warn("net", text);
                    thread::sleep(pause);
                    pause = ACCEPT_PAUSE_MAX.min(pause * 2);
                }
            }
        }
    }

    fn welcome(&mut self, stream: TcpStream, from: SocketAddr) -> io::Result<()> {
        let link = self.services.link(stream)?;
        if let Err(refusal) = self.limits.admit(from.ip(), &link) {
            // A frame as small as this fits into the socket's buffer, so the accept thread does not wait. A
            // handshake here would block.
            if self.services.group.is_none() {
                say_error(&link, refusal);
            }
            return Err(io::Error::other(refusal));
        }
        let services = self.services.clone();
        threads::spawn_reader(from.port(), move || attend(&services, &link))
    }
}

/// Serves an accepted connection until it ends. Its first frame tells whether a daemon or a client is there.
fn attend(services: &Services, link: &Arc<Link>) {
    if let Err(error) = link.secure(services.credentials(), Side::Accepted, FIRST_FRAME) {
        let (remote, error) = (link.remote(), in_words(&error));
        services.console.news("net", format!("turned {remote} away: {error}"));
        return link.end(CloseReason::Protocol(error));
    }
    let mut frames = SocketReader::new(Arc::clone(link));
    let first = frames.first(Instant::now() + FIRST_FRAME);
    let greeting = match first {
        Ok(Some(content)) => Greeting::read(&frames, content),
        Ok(None) => return link.end(CloseReason::Remote),
        Err(error) => Err(error),
    };
    match greeting {
        Ok(Greeting::Peer(register)) => {
            reader::serve_peer(services, link, &mut frames, Some(register), None);
        }
        Ok(Greeting::Client(content)) => {
            client::reader::serve_client(services, link, frames, content)
        }
        Err(error) => {
            say_error(link, &error.to_string());
            link.linger();
            link.end(CloseReason::Protocol(error.to_string()));
        }
    }
}

/// What the first frame tells.
enum Greeting {
    /// A daemon registers.
    Peer(Message),
    /// Anything else is a client's first request, to be understood by whoever serves it.
    Client(Vec<u8>),
}

impl Greeting {
    fn read(frames: &SocketReader, content: Vec<u8>) -> Result<Greeting, FrameError> {
        #[derive(Deserialize)]
        struct Envelope<'a> {
            #[serde(borrow)]
            command: Cow<'a, str>,
        }
        let envelope: Envelope<'_> = serde_json::from_slice(&content)
            .map_err(|error| FrameError::Malformed(error.to_string()))?;
        if envelope.command == "register" {
            reader::message(frames, content).map(Greeting::Peer)
        } else {
            Ok(Greeting::Client(content))
        }
    }
}

/// Tells whoever is there what is wrong, as a frame that daemons and clients alike understand.
fn say_error(link: &Arc<Link>, error: &str) {
    let answer = Answer::Error { error: error.to_owned() };
    // The link is closed whether this arrives or not.
    let _ = SocketWriter::new(Arc::clone(link)).answer(&answer);
}

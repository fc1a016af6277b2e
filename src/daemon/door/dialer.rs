//! Dialing other daemons, each dial in a thread of its own: names take time to resolve and hosts to answer.

use std::io;
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::Arc;

use crate::daemon::limits::{DIAL, FIRST_FRAME, MAX_DIALS};
use crate::daemon::peer::reader;
use crate::daemon::services::Services;
use crate::daemon::socket::frames::SocketReader;
use crate::daemon::socket::link::{Link, Side};
use crate::daemon::threads;
use crate::node::LinkEvent;
use crate::protocol::{Address, in_words};

/// Starts dials and knows how many are under way.
pub(in crate::daemon) struct Dialer {
    services: Services,
    /// One clone per dial, beside this one: the strong count tells how many are under way.
    under_way: Arc<()>,
}

impl Dialer {
    pub(in crate::daemon) fn new(services: Services) -> Dialer {
        Dialer { services, under_way: Arc::new(()) }
    }

    /// Dials in the background.
    ///
    /// # Errors
    ///
    /// If the dial cannot even begin; otherwise its end is told to the state thread.
    pub(in crate::daemon) fn dial(&self, address: &Address) -> Result<(), String> {
        if Arc::strong_count(&self.under_way) > MAX_DIALS {
            return Err("too many dials at a time".to_owned());
        }
        let services = self.services.clone();
        let address = address.clone();
        let under_way = Arc::clone(&self.under_way);
        // The thread that dialed becomes the reader of the link.
        threads::spawn_reader(address.port(), move || {
            let connected = connect(&services, &address);
            drop(under_way);
            serve(&services, address, connected);
        })
        .map_err(|error| in_words(&error))
    }
}

/// Connects to the first of a host's addresses that accepts, and encrypts the link if this daemon is of a group. If not,
/// nothing is said to other computers, who would read it on the way.
fn connect(services: &Services, address: &Address) -> io::Result<Arc<Link>> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for candidate in (address.host(), address.port()).to_socket_addrs()? {
        if services.group.is_none() && !candidate.ip().is_loopback() {
            last = io::Error::new(
                io::ErrorKind::PermissionDenied,
                "it is another computer, which takes a group: see `photomesh group --help`",
            );
            continue;
        }
        match TcpStream::connect_timeout(&candidate, DIAL) {
            Ok(stream) => {
                let link = services.link(stream)?;
                link.secure(services.credentials(), Side::Dialed, FIRST_FRAME)?;
                return Ok(link);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn serve(services: &Services, address: Address, connected: io::Result<Arc<Link>>) {
    match connected {
        Ok(link) => {
            let mut frames = SocketReader::new(Arc::clone(&link));
            reader::serve_peer(services, &link, &mut frames, None, Some(address));
        }
        Err(error) => {
            let reason = in_words(&error);
            // Without a state thread nobody waits for the answer.
            let _ = services.inbox.send(LinkEvent::DialFailed { address, reason }.into());
        }
    }
}

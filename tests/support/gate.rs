//! The gate before a daemon: the address that others have of it, whatever port it listens on this time.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::thread;
use std::time::Duration;

use photomesh::protocol::Address;

use super::roads::Roads;

/// How long a daemon may take to accept; it is on this machine.
const CONNECT: Duration = Duration::from_secs(5);

/// A listener that passes every connection on to its daemon, over the [`Roads`].
pub(crate) struct Gate {
    port: u16,
    inside: Arc<Inside>,
}

struct Inside {
    node: usize,
    roads: Arc<Roads>,
    /// Where the daemon listens; 0 while it does not run.
    daemon: AtomicU16,
    closing: AtomicBool,
}

impl Gate {
    /// Opens the gate of the daemon of this number.
    pub(crate) fn open(node: usize, roads: Arc<Roads>) -> io::Result<Gate> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        let inside = Arc::new(Inside {
            node,
            roads,
            daemon: AtomicU16::new(0),
            closing: AtomicBool::new(false),
        });
        let guard = Arc::clone(&inside);
        thread::spawn(move || guard.attend(port, &listener));
        Ok(Gate { port, inside })
    }

    /// What others call the daemon.
    pub(crate) fn address(&self) -> Address {
        Address::new("127.0.0.1", self.port)
    }

    /// From now on the daemon listens here, or nowhere.
    pub(crate) fn lead_to(&self, daemon: Option<&Address>) {
        let port = daemon.map_or(0, Address::port);
        self.inside.daemon.store(port, Ordering::Relaxed);
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.inside.closing.store(true, Ordering::Relaxed);
        // Nothing but a connection wakes `accept`.
        drop(TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)));
    }
}

impl Inside {
    fn attend(self: &Arc<Inside>, port: u16, listener: &TcpListener) {
        for visitor in listener.incoming() {
            if self.closing.load(Ordering::Relaxed) {
                return;
            }
            if let Ok(visitor) = visitor {
                let inside = Arc::clone(self);
                // A visitor who cannot be let in is turned away, as happens in networks.
                thread::spawn(move || drop(inside.admit(port, visitor)));
            }
        }
    }

    fn admit(&self, port: u16, visitor: TcpStream) -> io::Result<()> {
        let from = visitor.peer_addr()?;
        let dialer = self.roads.dialer(from.port(), port);
        let daemon = SocketAddr::from((Ipv4Addr::LOCALHOST, self.daemon.load(Ordering::Relaxed)));
        let host = TcpStream::connect_timeout(&daemon, CONNECT)?;
        for stream in [&visitor, &host] {
            stream.set_nodelay(true)?;
        }
        let (way, back) = ((dialer, Some(self.node)), (Some(self.node), dialer));
        let answers = (host.try_clone()?, visitor.try_clone()?);
        let roads = Arc::clone(&self.roads);
        thread::spawn(move || roads.carry(back, answers.0, answers.1));
        self.roads.carry(way, visitor, host);
        Ok(())
    }
}

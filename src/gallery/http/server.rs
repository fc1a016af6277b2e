//! The accept thread, and the end of it all.

use std::io::{self, Read};
use std::net::{IpAddr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, Builder};
use std::time::{Duration, Instant};

use super::connection::Connection;
use super::response::Response;
use super::seats::Seats;
use super::serve::{Handler, converse};
use crate::gallery::limits::{
    ACCEPT_PAUSE, ACCEPT_PAUSE_MAX, CONNECTIONS, CONNECTIONS_OF_ADDRESS, DEADLINES, RETRY_AFTER,
    STACK, STOP,
};
use crate::gallery::say;
use crate::platform;
use crate::process::{spawn, wake_accept};
use crate::protocol::in_words;

/// The accept thread, as the gallery holds it.
pub(in crate::gallery) struct Server {
    bound: SocketAddr,
    seats: Arc<Seats>,
    stopping: Arc<AtomicBool>,
}

/// Which connections are taken in, by this computer's address and the other side's.
pub(in crate::gallery) type Welcome = fn(IpAddr, IpAddr) -> bool;

impl Server {
    /// Starts to accept.
    pub(in crate::gallery) fn start(
        listener: TcpListener,
        handler: Arc<dyn Handler>,
        welcome: Welcome,
    ) -> io::Result<Server> {
        let bound = listener.local_addr()?;
        let seats = Seats::new(CONNECTIONS, CONNECTIONS_OF_ADDRESS);
        let stopping = Arc::new(AtomicBool::new(false));
        let acceptor = Acceptor {
            listener,
            handler,
            welcome,
            seats: Arc::clone(&seats),
            stopping: Arc::clone(&stopping),
        };
        spawn("accept", move || acceptor.run())?;
        Ok(Server { bound, seats, stopping })
    }

    /// Accepts no more, and lets answers that are under way end, for a while. Whoever listens to events is to be told by
    /// others.
    pub(in crate::gallery) fn stop(self) {
        /// How long `accept` may take to wake.
        const WAKE: Duration = Duration::from_secs(1);
        let deadline = Instant::now() + STOP;
        self.stopping.store(true, Ordering::Relaxed);
        wake_accept(self.bound, WAKE);
        while self.seats.taken() > 0 && Instant::now() < deadline {
            self.seats.close_idle();
            thread::sleep(Duration::from_millis(10));
        }
    }
}

struct Acceptor {
    listener: TcpListener,
    handler: Arc<dyn Handler>,
    welcome: Welcome,
    seats: Arc<Seats>,
    stopping: Arc<AtomicBool>,
}

impl Acceptor {
    fn run(self) {
        let mut pause = ACCEPT_PAUSE;
        loop {
            let accepted = self.listener.accept();
            if self.stopping.load(Ordering::Relaxed) {
                return;
            }
            match accepted.and_then(|(stream, _)| self.take_in(stream)) {
                Ok(()) => pause = ACCEPT_PAUSE,
                Err(error) => {
                    say(&format!("cannot take a connection in: {}", in_words(&error)));
                    thread::sleep(pause);
                    pause = ACCEPT_PAUSE_MAX.min(pause * 2);
                }
            }
        }
    }

    fn take_in(&self, stream: TcpStream) -> io::Result<()> {
        // Whoever has hung up in the meantime is no trouble of this computer.
        let (Ok(local), Ok(remote)) = (stream.local_addr(), stream.peer_addr()) else {
            return Ok(());
        };
        let between = (local.ip().to_canonical(), remote.ip().to_canonical());
        if !(self.welcome)(between.0, between.1) {
            return Ok(());
        }
        stream.set_nodelay(true)?;
        platform::give_up_on_lost(&stream, DEADLINES.write);
        let Some(seat) = self.seats.take(&stream, between.1)? else {
            turn_away(stream);
            return Ok(());
        };
        let (handler, stopping) = (Arc::clone(&self.handler), Arc::clone(&self.stopping));
        let thread = Builder::new().name(format!("http-{}", remote.port())).stack_size(STACK);
        let connection = Connection::new(stream, DEADLINES);
        thread.spawn(move || converse(connection, between, &seat, &handler, &stopping)).map(drop)
    }
}

/// Says that there is no room, without waiting for anybody: so small an answer fits into the socket's buffer.
fn turn_away(stream: TcpStream) {
    let response = Response::refusal(503, "busy", "too many connections: try again in a moment");
    let response = response.header("Retry-After", RETRY_AFTER);
    // Nothing more can be done for whoever does not get it.
    let _ = stream.set_nonblocking(true);
    if let Ok(socket) = stream.try_clone() {
        let _ = Connection::new(socket, DEADLINES).answer(response, false, false);
    }
    let _ = stream.shutdown(Shutdown::Write);
    // What has come already would reset the connection, and with it what was sent.
    let _ = (&stream).read(&mut [0; 4096]);
}

//! What programs that run until they are told to stop have in common, the daemon and the gallery: threads that do not
//! die unseen, the wish to stop, and a way to wake `accept`.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, Builder, JoinHandle};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};

/// The exit code of a process that ends on a bug of its own (`EX_SOFTWARE`).
const SOFTWARE_ERROR: i32 = 70;

/// The exit code after a second signal, which does not wait for anything.
const KILLED_BY_SIGNAL: i32 = 130;

/// Starts a thread that the process cannot do without. Should it panic, the process ends: better one that others see die
/// than one that is deaf in one ear.
///
/// The system shows the first 15 bytes of a name.
///
/// # Errors
///
/// If the system has no thread left.
pub(crate) fn spawn(
    name: &str,
    body: impl FnOnce() + Send + 'static,
) -> io::Result<JoinHandle<()>> {
    Builder::new().name(name.to_owned()).spawn(move || {
        let _guard = EndsProcess;
        body();
    })
}

/// Ends the process if dropped by a panic.
struct EndsProcess;

impl Drop for EndsProcess {
    fn drop(&mut self) {
        if thread::panicking() {
            process::exit(SOFTWARE_ERROR);
        }
    }
}

/// From now on the first SIGINT or SIGTERM is a wish to stop, for which there must be room; whoever wishes it twice means
/// it. To be called once.
///
/// # Errors
///
/// If the system cannot be asked for that.
pub(crate) fn wish_on_signal(wish: Sender<()>) -> Result<(), ctrlc::Error> {
    let stopping = AtomicBool::new(false);
    ctrlc::set_handler(move || {
        if stopping.swap(true, Ordering::Relaxed) {
            process::exit(KILLED_BY_SIGNAL);
        }
        // If there is no room, somebody else has wished it before.
        let _ = wish.try_send(());
    })
}

/// The wish to stop, as an event: of a signal, or of the end of standard input, if the program that has started this one
/// is to be survived by nobody. To be called once.
///
/// # Errors
///
/// In words, if the system has no thread left or cannot be asked for signals.
pub(crate) fn stop_wishes(until_stdin_ends: bool) -> Result<Receiver<()>, String> {
    let (wish, wishes) = bounded(1);
    if until_stdin_ends {
        let wish = wish.clone();
        let listen = move || {
            // Whatever comes, and however it ends: nobody is there any more.
            let _ = io::copy(&mut io::stdin(), &mut io::sink());
            let _ = wish.try_send(());
        };
        spawn("stdin", listen).map_err(|error| format!("cannot start a thread: {error}"))?;
    }
    wish_on_signal(wish).map_err(|error| format!("cannot watch for signals: {error}"))?;
    Ok(wishes)
}

/// Wakes whoever accepts connections at this address of this computer: nothing but a connection does. If there cannot be
/// one, accepting fails, too, and they look by themselves.
pub(crate) fn wake_accept(mut bound: SocketAddr, patience: Duration) {
    if bound.ip().is_unspecified() {
        let v4 = bound.is_ipv4();
        bound.set_ip(if v4 { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() });
    }
    drop(TcpStream::connect_timeout(&bound, patience));
}

//! Starting threads: each with a name, and none that can die unseen.

use std::thread::{self, Builder, JoinHandle};
use std::{io, process};

use super::limits::LINK_STACK;

/// The exit code of a process that ends on a bug of its own (`EX_SOFTWARE`).
const SOFTWARE_ERROR: i32 = 70;

/// Starts a thread that the daemon cannot do without. Should it panic, the process ends: better a node that its mesh
/// sees die than one that is deaf in one ear.
///
/// The system shows the first 15 bytes of a name.
pub(super) fn spawn(
    name: &str,
    body: impl FnOnce() + Send + 'static,
) -> io::Result<JoinHandle<()>> {
    Builder::new().name(name.to_owned()).spawn(move || {
        let _guard = EndsProcess;
        body();
    })
}

/// Starts a thread that serves one connection, on a small stack. Should it panic, it takes only its connection along.
pub(super) fn spawn_link(name: String, body: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let builder = Builder::new().name(name).stack_size(LINK_STACK);
    builder.spawn(body).map(drop)
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

//! Starting threads: each with a name, and none that can die unseen.

use std::io;
use std::thread::Builder;

pub(super) use crate::process::spawn;

/// The stack of a reader, in bytes. It parses JSON, whose nesting serde bounds, shakes hands on encrypted links, and
/// resolves the names that it dials, for which the system's library takes as much as it likes.
const READER_STACK: usize = 256 * 1024;

/// The stack of a writer, in bytes. It makes JSON, hashes and seals, all from buffers on the heap.
const WRITER_STACK: usize = 128 * 1024;

/// Starts the thread that reads a connection to this port of the other side. Should it panic, it takes only its
/// connection along.
pub(super) fn spawn_reader(port: u16, body: impl FnOnce() + Send + 'static) -> io::Result<()> {
    spawn_link(format!("rd-{port}"), READER_STACK, body)
}

/// Starts the thread that writes to a connection, as [`spawn_reader`].
pub(super) fn spawn_writer(port: u16, body: impl FnOnce() + Send + 'static) -> io::Result<()> {
    spawn_link(format!("wr-{port}"), WRITER_STACK, body)
}

/// A stack costs address space when the thread starts, and memory only as far down as the thread has ever been in it.
fn spawn_link(name: String, stack: usize, body: impl FnOnce() + Send + 'static) -> io::Result<()> {
    Builder::new().name(name).stack_size(stack).spawn(body).map(drop)
}

//! Who may sit down: a bounded number of connections, and who has to stand up for another one.

use std::collections::BTreeMap;
use std::io;
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use crate::gallery::lock;

/// The connections that are open.
pub(in crate::gallery) struct Seats {
    most: usize,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    next: u64,
    seats: BTreeMap<u64, Sitting>,
}

struct Sitting {
    stream: TcpStream,
    /// Since when it has no request; none while one is being answered.
    idle_since: Option<Instant>,
}

/// A connection's seat, given back when dropped.
pub(in crate::gallery) struct Seat {
    seats: Arc<Seats>,
    number: u64,
}

impl Seats {
    /// Seats for so many.
    pub(in crate::gallery) fn new(most: usize) -> Arc<Seats> {
        Arc::new(Seats { most, taken: Mutex::default() })
    }

    /// A seat for this connection. If all are taken, the connection that has had no request for the longest time is
    /// closed for it; none if all are busy.
    pub(in crate::gallery) fn take(
        self: &Arc<Seats>,
        stream: &TcpStream,
    ) -> io::Result<Option<Seat>> {
        let stream = stream.try_clone()?;
        let mut taken = lock(&self.taken);
        if taken.seats.len() >= self.most {
            let idle =
                taken.seats.iter().filter_map(|(seat, held)| Some((held.idle_since?, *seat)));
            let Some((_, longest)) = idle.min() else {
                return Ok(None);
            };
            if let Some(held) = taken.seats.remove(&longest) {
                close(&held.stream);
            }
        }
        let number = taken.next;
        taken.next += 1;
        taken.seats.insert(number, Sitting { stream, idle_since: Some(Instant::now()) });
        Ok(Some(Seat { seats: Arc::clone(self), number }))
    }

    /// Closes those that have no request.
    pub(in crate::gallery) fn close_idle(&self) {
        let taken = lock(&self.taken);
        let idle = taken.seats.values().filter(|held| held.idle_since.is_some());
        idle.for_each(|held| close(&held.stream));
    }

    /// How many are taken.
    pub(in crate::gallery) fn taken(&self) -> usize {
        lock(&self.taken).seats.len()
    }
}

impl Seat {
    /// A request has begun.
    pub(super) fn busy(&self) {
        self.set(None);
    }

    /// It is answered.
    pub(super) fn idle(&self) {
        self.set(Some(Instant::now()));
    }

    fn set(&self, idle_since: Option<Instant>) {
        if let Some(held) = lock(&self.seats.taken).seats.get_mut(&self.number) {
            held.idle_since = idle_since;
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        lock(&self.seats.taken).seats.remove(&self.number);
    }
}

/// Wakes whoever reads from it, too.
fn close(stream: &TcpStream) {
    // An error says that it is closed.
    let _ = stream.shutdown(Shutdown::Both);
}

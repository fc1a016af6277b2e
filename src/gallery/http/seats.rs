//! Who may sit down: a bounded number of connections, and who has to stand up for another one.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Shutdown, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use crate::gallery::lock;

/// The connections that are open.
pub(in crate::gallery) struct Seats {
    most: usize,
    /// The most of one address, so that nobody alone takes all. This computer's own has no such bound: a proxy here
    /// brings everybody's connections.
    of_one: usize,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    next: u64,
    seats: BTreeMap<u64, Sitting>,
}

struct Sitting {
    stream: TcpStream,
    remote: IpAddr,
    doing: Doing,
}

/// What a connection is busy with, and since when it can be spared.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Doing {
    /// It has no request. One whose head has not come to its end is none: whoever sends a byte now and then would keep
    /// a seat as long as they like.
    Waiting(Instant),
    /// A request is being answered.
    Answering,
    /// All is said; what still comes is thrown away.
    Leaving(Instant),
}

impl Doing {
    fn spared_since(self) -> Option<Instant> {
        match self {
            Doing::Waiting(since) | Doing::Leaving(since) => Some(since),
            Doing::Answering => None,
        }
    }
}

/// A connection's seat, given back when dropped.
pub(in crate::gallery) struct Seat {
    seats: Arc<Seats>,
    number: u64,
}

impl Seats {
    /// Seats for so many, and for so many of one address.
    pub(in crate::gallery) fn new(most: usize, of_one: usize) -> Arc<Seats> {
        Arc::new(Seats { most, of_one, taken: Mutex::default() })
    }

    /// A seat for this connection from there. If all are taken, the connection that has had no whole request for the
    /// longest time is closed for it; if all of its address are, the one of its address. None if all are busy.
    pub(in crate::gallery) fn take(
        self: &Arc<Seats>,
        stream: &TcpStream,
        remote: IpAddr,
    ) -> io::Result<Option<Seat>> {
        let stream = stream.try_clone()?;
        let mut taken = lock(&self.taken);
        let own = |held: &Sitting| held.remote == remote;
        let of_one = taken.seats.values().filter(|held| own(held)).count();
        let crowds = !remote.is_loopback() && of_one >= self.of_one;
        let room = match (crowds, taken.seats.len() >= self.most) {
            (true, _) => taken.make_room(own),
            (false, true) => taken.make_room(|_| true),
            (false, false) => true,
        };
        if !room {
            return Ok(None);
        }
        let number = taken.next;
        taken.next += 1;
        let doing = Doing::Waiting(Instant::now());
        taken.seats.insert(number, Sitting { stream, remote, doing });
        Ok(Some(Seat { seats: Arc::clone(self), number }))
    }

    /// Closes those that have no request.
    pub(in crate::gallery) fn close_idle(&self) {
        let taken = lock(&self.taken);
        let idle = taken.seats.values().filter(|held| matches!(held.doing, Doing::Waiting(_)));
        idle.for_each(|held| close(&held.stream));
    }

    /// How many are taken.
    pub(in crate::gallery) fn taken(&self) -> usize {
        lock(&self.taken).seats.len()
    }
}

impl Taken {
    /// Closes the one of these that can be spared the longest; whether there was one.
    fn make_room(&mut self, among: impl Fn(&Sitting) -> bool) -> bool {
        let spared = self.seats.iter().filter(|(_, held)| among(held));
        let spared = spared.filter_map(|(seat, held)| Some((held.doing.spared_since()?, *seat)));
        let longest = spared.min().and_then(|(_, seat)| self.seats.remove(&seat));
        longest.inspect(|held| close(&held.stream)).is_some()
    }
}

impl Seat {
    /// A whole head of a request has come.
    pub(in crate::gallery) fn busy(&self) {
        self.set(Doing::Answering);
    }

    /// It is answered.
    pub(in crate::gallery) fn idle(&self) {
        self.set(Doing::Waiting(Instant::now()));
    }

    /// It is answered, and nothing more is.
    pub(super) fn leaving(&self) {
        self.set(Doing::Leaving(Instant::now()));
    }

    fn set(&self, doing: Doing) {
        if let Some(held) = lock(&self.seats.taken).seats.get_mut(&self.number) {
            held.doing = doing;
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

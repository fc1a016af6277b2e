//! How many links each member has: whoever is of the group could else take all places, from whatever computers.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::limits::{CLIENTS_OF_MEMBER, LINKS_OF_MEMBER};
use crate::protocol::MemberName;

/// What is at the other end of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Client,
    Node,
}

/// The links that are open.
#[derive(Debug, Default)]
pub(super) struct Seats(Mutex<BTreeMap<(MemberName, Kind), usize>>);

/// A link's seat, given back when dropped.
#[derive(Debug)]
pub(super) struct Seat {
    seats: Arc<Seats>,
    of: (MemberName, Kind),
}

impl Seats {
    /// Takes a seat for a link of a member's.
    ///
    /// # Errors
    ///
    /// In words, if they have too many.
    pub(super) fn take(self: &Arc<Seats>, member: MemberName, kind: Kind) -> Result<Seat, String> {
        let (most, what) = match kind {
            Kind::Client => (CLIENTS_OF_MEMBER, "clients"),
            Kind::Node => (LINKS_OF_MEMBER, "links of daemons"),
        };
        let of = (member, kind);
        // A panic elsewhere cannot leave a number half-written, so a poisoned lock is as good as any.
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(of).or_default();
        if *count >= most {
            return Err(format!("{member} has {most} {what} here already: try again later"));
        }
        *count += 1;
        Ok(Seat { seats: Arc::clone(self), of })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.of) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.of);
            }
        }
    }
}

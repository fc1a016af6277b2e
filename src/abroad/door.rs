//! Where others come in: the key that opens a connection decides for good what may be asked on it.
//!
//! Whoever knows the secret of the own group is one of its clients, and asks about other groups. Whoever knows the key of
//! the circle is another group, and asks about this one. What the two may say are types of their own, which share no
//! frame.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use super::limits::{ARRIVING, CLIENTS, FIRST_FRAME, FOREIGNERS, TELL};
use super::{Abroad, answering, asking, lock, say, socket};
use crate::process::spawn;
use crate::protocol::codec::FrameError;
use crate::protocol::secure::{Channel, Credentials};

/// How long to rest when the system cannot accept: it may have no room for a moment.
const PAUSE: Duration = Duration::from_millis(200);

/// How many connections there are of each kind. Who has not proven any key yet takes no place of those who have.
#[derive(Debug, Default)]
pub(super) struct Seats {
    arriving: Mutex<BTreeMap<IpAddr, usize>>,
    clients: AtomicUsize,
    foreigners: AtomicUsize,
    /// When somebody was last turned away aloud.
    told: Mutex<Option<Instant>>,
}

impl Seats {
    /// Says why somebody was turned away, but not whenever they want it: the log is the owner's.
    fn tell(&self, text: &str) {
        let mut told = lock(&self.told);
        if told.is_none_or(|told| told.elapsed() >= TELL) {
            *told = Some(Instant::now());
            say(text);
        }
    }
}

/// A seat, free again when dropped.
struct Seat<'a>(&'a AtomicUsize);

impl<'a> Seat<'a> {
    fn take(taken: &'a AtomicUsize, most: usize) -> Option<Seat<'a>> {
        let seat = Seat(taken);
        (taken.fetch_add(1, Ordering::Relaxed) < most).then_some(seat)
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A place in the doorway, free again when dropped.
struct Arrival<'a>(&'a Seats, IpAddr);

impl<'a> Arrival<'a> {
    fn take(seats: &'a Seats, from: IpAddr) -> Option<Arrival<'a>> {
        let mut arriving = lock(&seats.arriving);
        let all: usize = arriving.values().sum();
        let theirs = arriving.entry(from).or_default();
        if all >= ARRIVING || *theirs >= ARRIVING / 4 {
            return None;
        }
        *theirs += 1;
        Some(Arrival(seats, from))
    }
}

impl Drop for Arrival<'_> {
    fn drop(&mut self) {
        let mut arriving = lock(&self.0.arriving);
        if let Some(theirs) = arriving.get_mut(&self.1) {
            *theirs -= 1;
        }
        arriving.retain(|_, theirs| *theirs > 0);
    }
}

/// Takes connections in for as long as the process lives.
pub(super) fn open(abroad: &Arc<Abroad>, listener: TcpListener) -> io::Result<()> {
    let abroad = Arc::clone(abroad);
    spawn("accept", move || {
        loop {
            let Ok((stream, from)) = listener.accept() else {
                thread::sleep(PAUSE);
                continue;
            };
            let guest = Arc::clone(&abroad);
            let name = format!("in-{}", from.port());
            let arrives = move || attend(&guest, stream, from.ip().to_canonical());
            let attend = thread::Builder::new().name(name).spawn(arrives);
            if attend.is_err() {
                thread::sleep(PAUSE);
            }
        }
    })
    .map(drop)
}

/// Serves a connection until it ends.
fn attend(abroad: &Abroad, stream: TcpStream, from: IpAddr) {
    let seats = &abroad.seats;
    let Some(arrival) = Arrival::take(seats, from) else {
        return;
    };
    if socket::prepare(&stream, FIRST_FRAME).is_err() {
        return;
    }
    let own = abroad.link_secret;
    let ours = Credentials { group: abroad.options.member.shared.clone(), own };
    let theirs = Credentials { group: abroad.circle_key.clone(), own };
    let keys = [&ours, &theirs];
    let Ok((channel, key)) = Channel::respond_to_one_of(&keys, &mut &stream, &mut &stream) else {
        // A stranger, who learns nothing and is not worth a line: there may be many.
        return;
    };
    let channel = Arc::new(channel);
    drop(arrival);
    let (taken, most) = match key {
        0 => (&seats.clients, CLIENTS),
        _ => (&seats.foreigners, FOREIGNERS),
    };
    let Some(_seat) = Seat::take(taken, most) else {
        return;
    };
    let outcome = match key {
        0 => asking::serve(abroad, stream, &channel),
        _ => answering::serve(abroad, stream, &channel),
    };
    if let Err(FrameError::Malformed(why)) = outcome {
        abroad.seats.tell(&format!("turned somebody away who knew the key: {why}"));
    }
}

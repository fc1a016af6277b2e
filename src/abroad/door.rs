//! Where others come in: the key that opens a connection decides for good what may be asked on it.
//!
//! Whoever knows the secret of the own group is one of its clients, and asks about other groups. Whoever knows the key of
//! the circle is another group, and asks about this one. What the two may say are types of their own, which share no
//! frame.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, TcpListener, TcpStream};
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

/// How many connections there are of each kind, by the host that they come from. Who has not proven any key yet takes no
/// place of those who have.
#[derive(Debug, Default)]
pub(super) struct Seats {
    arriving: Places,
    clients: Places,
    foreigners: Places,
    /// When somebody was last turned away aloud.
    told: Mutex<Option<Instant>>,
}

type Places = Mutex<BTreeMap<IpAddr, usize>>;

/// The host of an address: whoever has one of IPv6 has as many as they like below it.
fn host_of(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(ip) => {
            let network = u128::from(ip) >> 64 << 64;
            IpAddr::V6(network.into())
        }
        v4 => v4,
    }
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
struct Seat<'a>(&'a Places, IpAddr);

impl<'a> Seat<'a> {
    /// One of so many, of which no host has more than a quarter. Whoever sits at this computer is trusted with more.
    fn take(places: &'a Places, host: IpAddr, most: usize) -> Option<Seat<'a>> {
        let mut taken = lock(places);
        let all: usize = taken.values().sum();
        let share = if host.is_loopback() { most / 2 } else { most / 4 };
        let theirs = taken.entry(host).or_default();
        if all >= most || *theirs >= share {
            return None;
        }
        *theirs += 1;
        Some(Seat(places, host))
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        let mut taken = lock(self.0);
        if let Some(theirs) = taken.get_mut(&self.1) {
            *theirs -= 1;
        }
        taken.retain(|_, theirs| *theirs > 0);
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
    let Some(arrival) = Seat::take(&seats.arriving, host_of(from), ARRIVING) else {
        return;
    };
    // Before it is known who is no member any more, nobody comes in.
    let Ok(mut patient) = socket::patient(&stream, FIRST_FRAME) else {
        return;
    };
    if !lock(&abroad.circle).ready {
        return;
    }
    let own = abroad.link_secret;
    let ours = Credentials { group: abroad.options.member.shared.clone(), own };
    let theirs = Credentials { group: abroad.options.circle.key.clone(), own };
    let keys = [&ours, &theirs];
    let Ok((channel, key)) = Channel::respond_to_one_of(&keys, &mut patient, &mut &stream) else {
        // A stranger, who learns nothing and is not worth a line: there may be many.
        return;
    };
    let channel = Arc::new(channel);
    drop(arrival);
    let (taken, most) = match key {
        0 => (&seats.clients, CLIENTS),
        _ => (&seats.foreigners, FOREIGNERS),
    };
    let Some(_seat) = Seat::take(taken, host_of(from), most) else {
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

//! Other groups: a super-peer, through which a group looks at others and lets them look.
//!
//! ```text
//!      client of aveiro                                                     another client of porto
//!         │ get porto/cat.jpg                                                    │
//!         ▼                                                                      ▼
//!    super-peer of aveiro ── Between ──▶ super-peer of porto ── Request ──▶ its daemon ── Message ──▶ holder
//!         asking                              answering       (only what is shared)
//! ```
//!
//! It is a *client*: a process beside a daemon, as the gallery is. To the daemon a question from another city is one more
//! request to look at a photo; nothing of the mesh knows that there are other groups, so nothing that they do, or that a
//! super-peer does wrong, can move or delete a photo, or keep the mesh from its work. That is why there is no second copy
//! of the mesh's pulls, deadlines and tables in here.
//!
//! # What it promises
//!
//! **Only what is shared is shown**, and who shares is asked anew for each question: the daemon answers as if there were
//! nothing else. (`answering`; in the core `node/sharing.rs`)
//!
//! **Who speaks for a group is of that group**: a member has signed this end of this very link, and the group has not
//! removed them. The key of the circle alone makes nobody porto. ([`Greeting`])
//!
//! **The key decides.** With the group's secret one asks about others, with the circle's key about this group, and neither
//! opens the other's frames, or a daemon's door. (`door`)
//!
//! **A question crosses one border.** The asked group alone answers; so there are no loops, and nothing to flood.
//!
//! **No single super-peer is needed.** A client asks whichever of its own answers; that one asks whichever of the other
//! group's answers; and in the middle of a photo the next one goes on.
//!
//! **Nothing is stored here.** What passes through waits in a few pieces, and a slow reader stops the whole chain.
//!
//! # Its threads
//!
//! | thread | does |
//! |---|---|
//! | main | waits for the signal to stop |
//! | `accept`, `in-PORT` | take connections in; one serves each until it ends |
//! | `own` | looks what the own group shares |
//! | `circle` | asks the other groups what they share, a few at a time |
//! | without a name | receives a photo, while the one that has asked for it sends it on |
//!
//! # What is left out
//!
//! **A shared index.** The name of the group says whom to ask. Circles have at most 512 groups, and each question one hop.
//!
//! **Copies between groups.** Each group keeps its photos safe itself; others look. Nor does a super-peer keep what has
//! passed through: the asked group's daemon does, if it is asked often (`node/copies/hot.rs`).
//!
//! **A place of its own in the queue.** How many photos are sent to other groups at a time is bounded here, and how many
//! bytes of each are on their way, so that what the own group sends does not wait behind them in some router. But they do
//! share a slow line: a get within the group takes some twice as long while another group gets as much as it may
//! (`make lines`). On the line between the daemons it goes as the daemon orders it: behind what the own clients ask for,
//! beside copies that are being made.

#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "of all requests and answers a few may cross the border; whatever else there will be may not"
)]

mod answering;
mod answers;
mod asking;
mod circle;
mod door;
mod limits;
mod neighbour;
mod own;
mod pieces;
mod socket;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use ed25519_dalek::SigningKey;

use self::circle::Circle;
use self::door::Seats;
use self::limits::{ASKED, EAGER, GETS};
use self::neighbour::Neighbour;
use self::own::Links;
use crate::client::Failure;
use crate::process::{spawn, stop_wishes};
use crate::protocol::between::{Between, End, Greeting, GroupName, GroupReport};
use crate::protocol::secure::Channel;
use crate::protocol::{
    Address, Answer, CircleFile, GroupId, MemberFile, Membership, in_words, plain,
};

/// How a super-peer is to run.
#[derive(Clone, Debug)]
pub struct Options {
    /// The daemon whose group it speaks for.
    pub daemon: Address,
    /// Whose super-peer it is.
    pub member: MemberFile,
    /// What opens the doors of other groups' super-peers, and this one's.
    pub circle: CircleFile,
    /// What the group is called.
    pub name: GroupName,
    /// The interface to listen on.
    pub host: String,
    /// The port to listen on; 0 takes a free one.
    pub port: u16,
    /// Super-peers of other groups, any of the circle.
    pub link: Vec<Address>,
    /// Stop when standard input ends, too: the daemon that has started it is gone.
    pub until_stdin_ends: bool,
}

/// What all threads share.
struct Abroad {
    options: Options,
    /// The private key of the links that come in, and the member's word that it is theirs.
    link_secret: [u8; 32],
    membership: Membership,
    circle: Mutex<Circle>,
    seats: Seats,
    gets: Gets,
    links: Links,
}

/// Runs a super-peer until it is told to stop, by SIGINT or SIGTERM. Prints `super-peer of NAME at HOST:PORT` as the
/// first line on `out` once it accepts connections.
///
/// # Errors
///
/// [`Failure::Usage`] if the circle's key is the group's own; [`Failure::Unreachable`] if the port is taken.
pub fn run(options: Options, out: &mut impl Write) -> Result<(), Failure> {
    if options.circle.key == options.member.shared {
        let text = "the circle's key is the group's secret, which no other group may have: make another one with \
                    `photomesh circle new`";
        return Err(Failure::Usage(text.to_owned()));
    }
    let address = Address::new(&options.host, options.port);
    let listener = TcpListener::bind((address.host(), address.port())).map_err(|error| {
        let why = in_words(&error);
        Failure::Unreachable(format!("cannot listen on {address} ({why}): check --super"))
    })?;
    let wishes = stop_wishes(options.until_stdin_ends).map_err(Failure::Io)?;
    let local = listener.local_addr().map_err(|error| failed(&error))?;
    let name = options.name.clone();
    let abroad = Arc::new(Abroad::new(options).map_err(|error| failed(&error))?);
    door::open(&abroad, listener).map_err(|error| failed(&error))?;
    let own = Arc::clone(&abroad);
    spawn("own", move || own.watch_own()).map_err(|error| failed(&error))?;
    let others = Arc::clone(&abroad);
    spawn("circle", move || others.watch_others()).map_err(|error| failed(&error))?;
    // That nobody listens to that is no error.
    let _ = writeln!(out, "super-peer of {name} at {local}").and_then(|()| out.flush());
    let _ = wishes.recv();
    Ok(())
}

impl Abroad {
    fn new(options: Options) -> io::Result<Abroad> {
        // A node's id is made of its key, so that a super-peer that is started again is another one: nobody remembers it.
        let key = SigningKey::from_bytes(&socket::fresh_key()?);
        let link_key = key.verifying_key().to_montgomery().to_bytes();
        let MemberFile { key: member, certificate, .. } = &options.member;
        let membership = Membership::sign(certificate, member, link_key);
        let own = GroupReport::unheard(certificate.group(), options.name.clone());
        Ok(Abroad {
            link_secret: key.to_scalar_bytes(),
            membership,
            circle: Mutex::new(Circle::new(own, &options.link)),
            seats: Seats::default(),
            gets: Gets::default(),
            links: Links::default(),
            options,
        })
    }

    /// What this super-peer says of itself at one end of a link.
    fn greet(&self, end: End, channel: &Channel) -> Greeting {
        let MemberFile { key, certificate, .. } = &self.options.member;
        let circle = lock(&self.circle);
        let (name, removed) = (self.options.name.clone(), circle.removed.clone());
        let greeting = Greeting::sign(name, (certificate, key), removed, end, channel.handshake());
        Greeting { supers: circle.own.supers.clone(), ..greeting }
    }

    /// Of which group the other end of a link is.
    fn recognise(&self, theirs: &Greeting, end: End, channel: &Channel) -> Result<GroupId, String> {
        let group = theirs.verify(end, channel.handshake(), &[])?;
        // What the group has said before it does not unsay.
        let known = match group == self.membership.group() {
            true => lock(&self.circle).removed.clone(),
            false => lock(&self.circle).removed_by(group),
        };
        theirs.verify(end, channel.handshake(), &known)
    }

    /// Asks the other groups again and again what they share.
    fn watch_others(self: &Arc<Abroad>) {
        loop {
            let due = lock(&self.circle).due(Instant::now());
            for few in due.chunks(ASKED) {
                thread::scope(|scope| {
                    for address in few {
                        scope.spawn(|| self.sum_up(address));
                    }
                });
            }
            thread::sleep(EAGER / 2);
        }
    }

    fn sum_up(&self, address: &Address) {
        let asked = Neighbour::connect(self, address).and_then(|mut link| {
            let (group, remote) = (link.group, link.remote());
            link.ask(&Between::Summary).map(|answer| (group, remote, answer))
        });
        match asked {
            Ok((group, remote, Answer::Groups { groups })) => {
                lock(&self.circle).summed_up(group, &groups, remote);
            }
            Ok(_) | Err(_) => lock(&self.circle).failed(address, Instant::now()),
        }
    }
}

/// The photos that are being sent to other groups: no group takes more than half of what there is.
#[derive(Debug, Default)]
struct Gets(Mutex<BTreeMap<[u8; 32], usize>>);

/// The right to send one, given back when dropped.
struct Turn<'a>(&'a Gets, GroupId);

impl Gets {
    fn take(&self, group: GroupId) -> Option<Turn<'_>> {
        let mut busy = lock(&self.0);
        let all: usize = busy.values().sum();
        let theirs = busy.entry(*group.as_bytes()).or_default();
        if all >= GETS || *theirs >= GETS / 2 {
            return None;
        }
        *theirs += 1;
        Some(Turn(self, group))
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut busy = lock(&self.0.0);
        if let Some(theirs) = busy.get_mut(self.1.as_bytes()) {
            *theirs -= 1;
        }
        busy.retain(|_, theirs| *theirs > 0);
    }
}

fn failed(error: &io::Error) -> Failure {
    Failure::Io(format!("the super-peer cannot start: {}", in_words(error)))
}

/// A line for whoever sits before the terminal, or for the daemon's log.
fn say(text: &str) {
    // There is nowhere to report that nobody can be told.
    let _ = writeln!(io::stderr(), "photomesh: {}", plain(text));
}

/// Locks. A panic elsewhere leaves nothing half-changed behind these locks, so a poisoned one is as good as any.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

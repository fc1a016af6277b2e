//! People who put and get all the time, through whichever daemon comes to mind.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use photomesh::photo::PhotoId;
use photomesh::protocol::{Address, Answer};

use crate::COPIES;
use crate::ledger::{Item, Ledger, Promise};
use crate::mesh::{Doors, Mesh};
use crate::support::ask;
use crate::support::rng::Rng;
use crate::support::verdict::replaces;
use crate::tally::Tally;

/// How many there are.
const CLIENTS: u64 = 3;

/// How long one waits for an answer to a put, which comes within ten seconds if it comes.
const PATIENCE: Duration = Duration::from_secs(12);

/// Clients at work.
pub(crate) struct Clients {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<Tally>>,
}

impl Clients {
    /// Starts them on a mesh.
    pub(crate) fn start(mesh: &Mesh, ledger: &Arc<Ledger>, seed: u64) -> Clients {
        let stop = Arc::new(AtomicBool::new(false));
        let start = |number| {
            let mut client = Client {
                doors: mesh.doors(),
                ledger: Arc::clone(ledger),
                rng: Rng::new(seed, number),
                tally: Tally::default(),
            };
            let stop = Arc::clone(&stop);
            thread::spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    client.work();
                }
                client.tally
            })
        };
        let threads = (0..CLIENTS).map(start).collect();
        Clients { stop, threads }
    }

    /// Lets them finish what they are at; what they have done.
    pub(crate) fn stop(self) -> Tally {
        self.stop.store(true, Ordering::Relaxed);
        let mut tally = Tally::default();
        for thread in self.threads {
            tally.add(thread.join().unwrap());
        }
        tally
    }
}

struct Client {
    doors: Arc<Doors>,
    ledger: Arc<Ledger>,
    rng: Rng,
    tally: Tally,
}

impl Client {
    fn work(&mut self) {
        let pause = (Duration::from_millis(20), Duration::from_millis(250));
        thread::sleep(self.rng.span(pause.0, pause.1));
        let Some(door) = self.doors.any(&mut self.rng) else {
            return;
        };
        if self.rng.percent(30) {
            let item = self.ledger.draw(&mut self.rng);
            self.put(&door, &item);
        } else {
            let item = self.ledger.any(&mut self.rng);
            self.get(&door, &item);
        }
    }

    fn put(&mut self, door: &Address, item: &Item) {
        match ask::put(door, &item.name, &item.bytes, PATIENCE) {
            Ok(Answer::Stored { id, copies, nodes, .. }) => {
                let safe = copies as usize >= COPIES;
                let promise = if safe { Promise::Safe } else { Promise::Single };
                self.tally.count("puts acknowledged");
                if id != item.photo.id || nodes.len() != copies as usize {
                    let name = &item.name;
                    let wrong = format!("{name} was stored as {id} on {copies}: {nodes:?}");
                    self.ledger.wrong(wrong);
                }
                self.ledger.promise(id, promise);
            }
            Ok(Answer::Have { id, .. }) => {
                self.tally.count("puts answered with a better version");
                let better = self.ledger.get(id);
                if better.is_some_and(|better| replaces(&better.photo, &item.photo)) {
                    self.ledger.promise(id, Promise::Single);
                } else {
                    let wrong = format!("{id} is no better version of {}", item.name);
                    self.ledger.wrong(wrong);
                }
            }
            Ok(_) | Err(_) => self.tally.count("puts in vain"),
        }
    }

    fn get(&mut self, door: &Address, item: &Item) {
        match ask::fetch(door, &item.name) {
            Ok((_, id, bytes)) => {
                self.tally.count("gets");
                let same = |other: Arc<Item>| other.photo.same_picture(&item.photo);
                if PhotoId::of(&bytes) != id || !self.ledger.get(id).is_some_and(same) {
                    let name = &item.name;
                    self.ledger.wrong(format!("asked for {name}, got {id}"));
                }
            }
            Err(_) => self.tally.count("gets in vain"),
        }
    }
}

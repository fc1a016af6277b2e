//! The thread that walks through the folder again and again, so that photos which a friend adds, changes or takes away
//! are seen.

use std::convert::Infallible;
use std::io;
use std::time::Instant;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use super::super::limits::{WALK_PAUSE, WALK_SHARE};
use super::super::threads;
use crate::folder::{Walk, Walker};

/// Holds the scanner at work; it ends when this is gone.
pub(super) type Scanner = Sender<Infallible>;

/// Starts the thread; it waits until a walk is taken before it begins the next.
pub(super) fn start(walker: Walker) -> io::Result<(Scanner, Receiver<Walk>)> {
    let (scanner, stop) = bounded(0);
    let (found, walks) = bounded(0);
    threads::spawn("scan", move || run(walker, &found, &stop))?;
    Ok((scanner, walks))
}

fn run(mut walker: Walker, found: &Sender<Walk>, stop: &Receiver<Infallible>) {
    loop {
        let start = Instant::now();
        let walk = walker.walk();
        let pause = WALK_PAUSE.max(start.elapsed() * WALK_SHARE);
        if found.send(walk).is_err() {
            return;
        }
        match stop.recv_timeout(pause) {
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

//! A photo on its way through: one thread receives it piece by piece, another one sends it.

use std::io::{self, Read};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::limits::PIECES;

/// Whoever reads along is gone.
#[derive(Debug)]
pub(super) struct Gone;

/// The way in.
pub(super) struct Inlet(Sender<Vec<u8>>);

/// The way out. It ends where the way in does: the reader knows how much there should be.
pub(super) struct Outlet {
    pieces: Receiver<Vec<u8>>,
    piece: Vec<u8>,
    taken: usize,
}

/// Both ends. What is not read stops whoever writes.
pub(super) fn pipe() -> (Inlet, Outlet) {
    let (sender, pieces) = bounded(PIECES);
    (Inlet(sender), Outlet { pieces, piece: Vec::new(), taken: 0 })
}

impl Inlet {
    /// Passes a piece on, when there is room for it.
    pub(super) fn pass(&self, piece: &[u8]) -> Result<(), Gone> {
        self.0.send(piece.to_vec()).map_err(|_| Gone)
    }
}

impl Outlet {
    /// Waits for the first piece; `false` if there is none.
    pub(super) fn begins(&mut self) -> bool {
        while self.taken == self.piece.len() {
            match self.pieces.recv() {
                Ok(piece) => (self.piece, self.taken) = (piece, 0),
                Err(_) => return false,
            }
        }
        true
    }
}

impl Read for Outlet {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.begins() {
            return Ok(0);
        }
        let read = (&self.piece[self.taken..]).read(buffer)?;
        self.taken += read;
        Ok(read)
    }
}

//! Photos of which wrong bytes have come.
//!
//! From then on they come from one holder at a time, and clients get them when all of it is right: else whoever lies could
//! spoil what others send, and cut off each client anew.

use std::collections::{BTreeSet, VecDeque};

use crate::node::limits::DOUBTED;
use crate::photo::PhotoId;

/// The last of them, at most [`DOUBTED`].
#[derive(Debug, Default)]
pub(super) struct Doubted {
    photos: BTreeSet<PhotoId>,
    /// The oldest first.
    order: VecDeque<PhotoId>,
}

impl Doubted {
    pub(super) fn has(&self, photo: PhotoId) -> bool {
        self.photos.contains(&photo)
    }

    pub(super) fn add(&mut self, photo: PhotoId) {
        if !self.photos.insert(photo) {
            self.order.retain(|other| *other != photo);
        }
        self.order.push_back(photo);
        if self.order.len() > DOUBTED
            && let Some(oldest) = self.order.pop_front()
        {
            self.photos.remove(&oldest);
        }
    }
}

//! Bounds on the memory of all pictures that are being looked at at once.
//!
//! A scan decodes as many pictures as the machine has cores. Most of them need a few megabytes; a panorama may need
//! hundreds. Instead of hoping that the giants do not meet, each decode first takes what it will need out of a budget
//! and waits until it is there.
//!
//! There are several budgets because the need is learned in steps: the length of a file before it is read, the size of
//! its pixels after, and what is kept of them for people while they come. Everyone takes from [`FILES`] first, from
//! [`PIXELS`] second and from [`SKETCHES`] last, and from none of them again, or from an earlier one, before what was
//! taken is given back. So nobody waits in a circle.

use std::sync::{Condvar, Mutex, PoisonError};

/// The most bytes that a picture's pixels may take up in memory: 16 bits in three channels of 89 megapixels, or 8 bits
/// in three channels of 178.
pub(super) const MAX_PIXEL_BYTES: u64 = 512 * 1024 * 1024;

/// For the bytes of files: room for the largest one.
pub(in crate::photo) static FILES: Budget = Budget::new(crate::photo::MAX_PHOTO);

/// For decoded pixels: room for the largest picture that is decoded.
pub(super) static PIXELS: Budget = Budget::new(MAX_PIXEL_BYTES);

/// For small pictures that are being drawn: room for some of the largest.
pub(super) static SKETCHES: Budget = Budget::new(256 * 1024 * 1024);

/// Bytes that may be in use at once.
#[derive(Debug)]
pub(in crate::photo) struct Budget {
    total: u64,
    free: Mutex<u64>,
    returned: Condvar,
}

/// Some bytes of a budget, given back when dropped.
#[derive(Debug)]
pub(in crate::photo) struct Reserved {
    budget: &'static Budget,
    bytes: u64,
}

impl Budget {
    const fn new(total: u64) -> Budget {
        Budget { total, free: Mutex::new(total), returned: Condvar::new() }
    }

    /// Takes this many bytes, waiting until they are free. More than there is in all counts as all of it.
    pub(in crate::photo) fn reserve(&'static self, bytes: u64) -> Reserved {
        let bytes = bytes.min(self.total);
        // A panic elsewhere cannot leave the number half-written, so a poisoned lock is as good as any.
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        while *free < bytes {
            free = self.returned.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
        *free -= bytes;
        Reserved { budget: self, bytes }
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        let free = self.budget.free.lock();
        *free.unwrap_or_else(PoisonError::into_inner) += self.bytes;
        self.budget.returned.notify_all();
    }
}

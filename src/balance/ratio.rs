//! Bytes over a capacity, compared without rounding.

use std::cmp::Ordering;

/// A number of bytes over a capacity. Over none it is beyond all others.
#[derive(Clone, Copy, Debug)]
pub struct Ratio {
    bytes: u128,
    capacity: u128,
}

impl Ratio {
    /// So many bytes over this capacity.
    pub fn new(bytes: impl Into<u128>, capacity: impl Into<u128>) -> Ratio {
        let (bytes, capacity) = (bytes.into(), capacity.into());
        // Nothing over nothing would be equal to everything.
        Ratio { bytes: if capacity == 0 { 1 } else { bytes }, capacity }
    }

    /// The bytes that fill a capacity just as much, rounded down; none beyond all numbers.
    pub fn of(&self, capacity: u64) -> Option<u128> {
        (self.bytes * u128::from(capacity)).checked_div(self.capacity)
    }

    /// The bytes.
    pub(super) fn bytes(&self) -> u128 {
        self.bytes
    }

    /// The capacity.
    pub(super) fn capacity(&self) -> u128 {
        self.capacity
    }
}

impl Ord for Ratio {
    fn cmp(&self, other: &Ratio) -> Ordering {
        (self.bytes * other.capacity).cmp(&(other.bytes * self.capacity))
    }
}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Ratio) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ratio {
    fn eq(&self, other: &Ratio) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Ratio {}

//! What is in a cache of bounded size, in the order in which it was used.

use std::collections::BTreeMap;

/// Pictures that are bounded together, in the order in which they were used.
#[derive(Debug)]
pub(super) struct Shelf<K> {
    most: u64,
    bytes: u64,
    /// By picture: when it was used last, and its length in bytes.
    used: BTreeMap<K, (u64, u64)>,
    order: BTreeMap<u64, K>,
    clock: u64,
}

impl<K: Copy + Ord> Shelf<K> {
    pub(super) fn new(most: u64) -> Shelf<K> {
        Shelf { most, bytes: 0, used: BTreeMap::new(), order: BTreeMap::new(), clock: 0 }
    }

    /// A picture was used, if it is here.
    pub(super) fn touch(&mut self, key: K) {
        if let Some((at, length)) = self.used.get(&key).copied() {
            self.order.remove(&at);
            self.place(key, length);
        }
    }

    fn place(&mut self, key: K, length: u64) {
        self.clock += 1;
        self.used.insert(key, (self.clock, length));
        self.order.insert(self.clock, key);
    }

    /// Adds a picture; those that make room for it.
    pub(super) fn add(&mut self, key: K, length: u64) -> Vec<K> {
        self.forget(key);
        self.place(key, length);
        self.bytes += length;
        let mut gone = Vec::new();
        while self.bytes > self.most
            && let Some((_, oldest)) = self.order.first_key_value()
        {
            let oldest = *oldest;
            self.forget(oldest);
            gone.push(oldest);
        }
        gone
    }

    /// No longer counts a picture.
    pub(super) fn forget(&mut self, key: K) {
        if let Some((at, length)) = self.used.remove(&key) {
            self.order.remove(&at);
            self.bytes -= length;
        }
    }

    /// Whether a picture is counted.
    pub(super) fn has(&self, key: K) -> bool {
        self.used.contains_key(&key)
    }
}

//! All randomness of a run comes out of one seed, through SplitMix64.

use std::time::Duration;

/// A stream of random numbers (SplitMix64, Steele, Lea and Flood 2014).
#[derive(Clone, Debug)]
pub(crate) struct Rng(u64);

impl Rng {
    /// The stream of a seed and a purpose. Streams of different purposes do not disturb each other: a schedule that
    /// lost one of its faults still sees the same network.
    pub(crate) fn new(seed: u64, purpose: u64) -> Rng {
        let mut rng = Rng(seed ^ mix(purpose.wrapping_add(0x5eed)));
        rng.next();
        rng
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// A number below `limit`, which must not be 0.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    /// An index into something of this length.
    pub(crate) fn index(&mut self, length: usize) -> usize {
        self.below(length as u64) as usize
    }

    /// True `percent` times in a hundred.
    pub(crate) fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// A span of time from `least` up to `most`.
    pub(crate) fn span(&mut self, least: Duration, most: Duration) -> Duration {
        let width = (most.saturating_sub(least)).as_micros() as u64;
        least + Duration::from_micros(self.below(width.max(1)))
    }

    /// 32 random bytes.
    pub(crate) fn bytes(&mut self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for part in bytes.chunks_exact_mut(8) {
            part.copy_from_slice(&self.next().to_be_bytes());
        }
        bytes
    }

    /// Puts a slice into random order.
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.index(at + 1));
        }
    }
}

/// The stream that is known as SplitMix64 of a number.
impl From<u64> for Rng {
    fn from(number: u64) -> Rng {
        Rng(number)
    }
}

/// The output function of SplitMix64: a good hash of one number.
pub(crate) fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

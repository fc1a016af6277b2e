//! How much is measured.

use std::time::Duration;

/// What was asked for, in the environment.
pub(crate) struct Wanted {
    pub(crate) json: bool,
    pub(crate) only: String,
    pub(crate) extent: Extent,
}

/// How often, how long and of how many photos things are measured.
#[derive(Clone, Copy)]
pub(crate) struct Extent {
    /// Times of what takes a moment.
    pub(crate) runs: usize,
    /// How long clients ask in each of these.
    pub(crate) span: Duration,
    /// Times of what takes a mesh of its own.
    pub(crate) meshes: usize,
    /// Photos that go from one node to another.
    pub(crate) photos: u64,
    /// Pictures of .2 and of 12 megapixels that are scanned.
    pub(crate) small: u64,
    pub(crate) large: u64,
    /// Tiny photos over which a daemon starts again.
    pub(crate) tiny: u64,
}

/// A quarter of an hour on two cores.
const FULL: Extent = Extent {
    runs: 5,
    span: Duration::from_secs(1),
    meshes: 3,
    photos: 150,
    small: 300,
    large: 12,
    tiny: 10_000,
};

/// Three minutes.
const QUICK: Extent = Extent {
    runs: 3,
    span: Duration::from_millis(200),
    meshes: 2,
    photos: 40,
    small: 80,
    large: 4,
    tiny: 2_000,
};

impl Wanted {
    pub(crate) fn read() -> Wanted {
        let given = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        Wanted {
            json: given("JSON").is_some(),
            only: given("ONLY").unwrap_or_default(),
            extent: if given("QUICK").is_some() { QUICK } else { FULL },
        }
    }
}

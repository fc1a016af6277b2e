//! What the commands do without a daemon. What they do with one is tested in `tests/client`.

mod dates;
mod fingerprint;
mod near;
mod patience;
mod pattern;
mod prose;
mod same;
mod screen;
mod sketches;

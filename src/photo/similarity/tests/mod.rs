//! The text of fingerprints, and the index over many.

mod base62;
mod index;
mod text;

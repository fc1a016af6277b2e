//! What the parts of this folder remember by themselves.

mod cache;
mod doubted;
mod traces;

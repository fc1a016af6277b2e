//! What the tests with real daemons, and the demo, have in common.
#![allow(dead_code, reason = "no test uses every helper")]

pub(crate) mod agreement;
pub(crate) mod ask;
pub(crate) mod city;
pub(crate) mod daemon;
pub(crate) mod disk;
pub(crate) mod gate;
pub(crate) mod line;
pub(crate) mod pictures;
pub(crate) mod rng;
pub(crate) mod roads;
pub(crate) mod said;
pub(crate) mod sockets;
pub(crate) mod verdict;
pub(crate) mod wait;
pub(crate) mod wire;

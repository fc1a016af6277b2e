//! The folder room.

//! photomesh: one photo collection, kept between the computers of a few friends.

pub mod client;
pub mod daemon;
pub mod folder;
pub mod node;
pub mod photo;
pub mod protocol;

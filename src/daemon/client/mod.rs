//! One client.

pub(in crate::daemon) mod reader;
mod upload;
mod writer;

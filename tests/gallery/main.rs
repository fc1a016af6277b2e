//! A real daemon, a real gallery before it, and before that browsers, good ones and bad ones.
#![allow(clippy::unwrap_used, reason = "a test may end where its ground gives way")]

mod abroad;
mod browser;
mod changes;
mod child;
mod conventions;
mod crowds;
mod foreign;
mod hostile;
mod house;
mod restarts;
mod sessions;
#[path = "../support/mod.rs"]
mod support;
mod untruths;
mod web;

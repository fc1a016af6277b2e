//! A run of the mesh as a picture: who said what to whom, when it was sent, when it arrived, and what became of the photos
//! meanwhile.
//!
//! ```text
//!   one daemon                                          whoever looks at it
//!   event ──┐
//!   action ─┼─▶ Recorder ─▶ entries ─▶ Author ─▶ file ──┐
//!   frame ──┘                                           ├─▶ Run ─▶ Story ─┬─▶ SVG
//!   another daemon, or the simulator ─────────▶ file ───┘                 ├─▶ Mermaid
//!                                                                         └─▶ text
//! ```
//!
//! # What it promises
//!
//! **It only watches.** Nothing of the protocol is there for it, no node knows of it, and a daemon that cannot write its
//! trace goes on without.
//!
//! **It tells no secret.** There is neither a key nor a byte of a photo in a trace: words, lengths, and the beginnings of
//! ids. Names of photos, of nodes and of members are in it, as they are in the log.
//!
//! **Every arrow is true.** Links are first in, first out, so the n-th frame that one end sends is the n-th that the
//! other hears: two files are joined by counting (`joining.rs`). What was sent and not heard before its link ended is
//! lost, and ends in a cross. Where one side is not known the arrow is dashed.
//!
//! **No arrow goes back in time.** Clocks of computers differ. Each is set forward by the least by which no message
//! arrives before it was sent (`clocks.rs`), and the picture says so. That is all that can be known: how long a message
//! took beyond that, two clocks cannot tell.
//!
//! **A trace is hostile input.** A line that is none is passed over and counted, as is the half line at the end of the file
//! of a daemon that was killed; numbers may be anything; names are escaped for what they are put into. The picture says
//! what is missing.
//!
//! # Its state
//!
//! [`Recorder`] has a little: which links there are and how many frames they have brought, which photos are being
//! installed. All else is a function from lines to text, so that it is tested by comparing.
//!
//! # In reading order
//!
//! `line` is the format of the file, `entries` what each event, action and message is in it, `recorder` what can be
//! derived from them: what a node is about, and what it has.
//!
//! Then the way back. `reading` takes files in, `joining` makes frames of the two ends of links, `clocks` sets the
//! clocks, and `sight` is the run with all that. `arrows`, `marks`, `waits` and `bars` are what a picture is made of,
//! `story` puts them together, and `choice` is what a person wants to see. `svg`, `mermaid` and `text` draw.
//!
//! # What is left out
//!
//! Ticks are no lines, nor is the waiting of a writer for its socket. What waits within a node is known only as far as it
//! follows from what it says and hears: the grace of whoever is away from when the link ended, though a node that comes
//! and goes is waited for longer; a pin from the proof on. And heights are no scale: time runs downwards, but
//! what happens in one millisecond is drawn as far apart as it must be to be read.
//!
//! # Where it is from
//!
//! Lines of time side by side with slanted arrows between them are in Lamport's "Time, Clocks, and the Ordering of Events
//! in a Distributed System" (1978). Maelstrom, a workbench for learning distributed systems, draws one of every run,
//! which is where the idea is from to have one of each test.

mod arrows;
mod bars;
mod choice;
mod clocks;
mod entries;
mod joining;
mod limits;
mod line;
mod marks;
mod mermaid;
mod names;
mod reading;
mod recorder;
mod sight;
mod story;
mod svg;
#[cfg(test)]
mod tests;
mod text;
mod waits;
mod words;

pub use choice::Choice;
pub use line::{Author, Entry, Kind, Line};
pub use mermaid::mermaid;
pub use reading::{NoTrace, Run};
pub use recorder::{Direction, Recorder, State};
pub use story::Story;
pub use svg::svg;
pub use text::text;

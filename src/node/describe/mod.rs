//! The border in words: one plain line for each [`Event`](super::Event), [`Action`](super::Action) and
//! [`Message`](crate::protocol::Message).
//!
//! For logs, for the simulator's traces and for its stories, so that all of them say the same in the same words. The
//! core itself has no use for them. What a node does or is told is said with the node as the subject that the reader
//! has before them: `n1`, `finds cat (original)`.
//!
//! Photos and nodes are called by their [`Names`]: a log has no more than [`Ids`], a story has names.
//!
//! `words` has the words for small things and `records` those for records; `messages` and `clients` have what goes over
//! links, and `actions` and `events` are the two sides of the border.

mod actions;
mod clients;
mod events;
mod messages;
mod records;
mod words;

pub use actions::action;
pub use clients::request;
pub use events::event;
pub use messages::{chunks, command, message, message_since};
pub use records::Told;
pub use words::{Ids, Names};

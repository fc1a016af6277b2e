//! Who belongs to a group of friends, and what proves it.
//!
//! # The idea
//!
//! Node ids cost nothing: anybody can make as many as they like. So what counts in a mesh of friends are not nodes but
//! persons. One of them, the *founder*, makes the group: a signing key, whose public half names it. The founder
//! *invites* each friend with a [`Certificate`]: the group's signature over the friend's name and key. The friend signs
//! the keys of their own computers with that ([`Membership`]) and, at the start of each connection to a daemon, that
//! connection ([`Visit`]). So whoever is at the other end of a link is known to be *somebody*, once, however many nodes
//! they run.
//!
//! ```text
//!   group's key ──signs──▶ certificate: name, serial, member's key
//!                              member's key ──signs──▶ membership: a node's link key       (a daemon shows it)
//!                                           ──signs──▶ visit: this very connection         (a client shows it)
//!                                           ──signs──▶ tombstone: a photo, and a wish      (anybody passes it on)
//!   group's key ──signs──▶ revocation: name, serial: no certificate up to this one counts
//! ```
//!
//! # What can be relied on
//!
//! Every type here proves itself: there is no value with a wrong signature, since reading one from JSON checks it, in
//! the thread that reads the link or the file. (A [`Visit`] is for one connection, and is checked there.) What a
//! signature does not say (is this *my* group? is this link key the one at the other end?) is asked where it is known.
//!
//! # What is left out
//!
//! Nothing ends by the calendar, since clocks of home computers are wrong: of one name the highest serial counts. And
//! nobody but the founder can invite. If the founder's file is lost, the group goes on as it is.

mod certificate;
mod files;
mod membership;
mod name;
mod roster;
pub(super) mod signed;

pub use certificate::{Certificate, GroupId, Revocation};
pub use files::{AnyFile, CircleFile, FileError, GroupFile, Invited, MemberFile};
pub use membership::{Membership, Visit};
pub use name::{MemberName, NodeName};
pub use roster::Roster;

/// The most members of a group.
pub const MEMBERS: usize = 64;

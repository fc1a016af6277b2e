//! What a [`Node`](super::Node) asks its driver for.
//!
//! Every action that can fail, or takes time, comes back as an event: every failure enters by the same door as every
//! message.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

#[cfg(doc)]
use super::Event;
use super::{CloseReason, LinkId, Source, Spool};
use crate::photo::{Nonce, Photo, PhotoId, Relation};
use crate::protocol::message::{Lane, TransferId};
use crate::protocol::{
    Address, Answer, Blob, Facts, Holding, Looks, Message, NodeId, Tombstone, Wish,
};

/// What a node wants of its links.
pub type LinkAction = Action;
/// What a node wants of its disk.
pub type DiskAction = Action;
/// What a node wants for its clients.
pub type ClientAction = Action;

/// What a node wants done.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Connect to a daemon. Comes back as [`Event::Opened`] or [`Event::DialFailed`].
    Dial {
        /// Where to.
        address: Address,
    },
    /// Send a message, after all that was sent on this link before.
    Send {
        /// The link.
        link: LinkId,
        /// The message; never a chunk.
        message: Message,
    },
    /// Close a link once everything sent before is out, within a few seconds. Comes back as [`Event::Closed`].
    Close {
        /// The link.
        link: LinkId,
        /// Why.
        reason: CloseReason,
    },
    /// Send a window of a photo's bytes as chunks, behind all messages and, on [`Lane::Replicate`], behind all gets.
    /// Comes back as [`Event::Served`].
    Serve {
        /// The link.
        link: LinkId,
        /// The pull that the chunks belong to.
        transfer: TransferId,
        /// The photo.
        photo: PhotoId,
        /// Where to start, in bytes.
        offset: u64,
        /// How many bytes to send at most; the photo's end ends it earlier.
        length: u64,
        /// How urgent it is.
        lane: Lane,
    },
    /// Answer a client's request.
    Answer {
        /// The client's link.
        link: LinkId,
        /// The answer; never a `ReceiveImage`.
        answer: Answer,
    },
    /// Answer a client's request with a photo, whose bytes are checked against its digest before the first is sent.
    /// Comes back as [`Event::Answered`].
    AnswerPhoto {
        /// The client's link.
        link: LinkId,
        /// The name that was asked for.
        name: String,
        /// The photo's label.
        label: String,
        /// The photo.
        photo: Arc<Photo>,
        /// Where to read it.
        source: Source,
    },

    /// Write bytes into a spool file, made by the write at offset 0. Comes back as [`Event::Written`].
    Write {
        /// The spool file.
        spool: Spool,
        /// Where, in bytes.
        offset: u64,
        /// The bytes.
        data: Blob,
    },
    /// Digest and decode a spool file. Comes back as [`Event::Inspected`].
    Inspect {
        /// The spool file.
        spool: Spool,
    },
    /// Make an inspected spool file one of the folder's photos: sync, rename, sync the directory, note it in the index.
    /// Comes back as [`Event::Installed`].
    Install {
        /// The spool file.
        spool: Spool,
        /// What was found in it.
        photo: Arc<Photo>,
        /// What is known about it beyond its bytes.
        facts: Facts,
        /// As a replica, or as an original in the friend's folder.
        holding: Holding,
    },
    /// Remove a spool file, once who reads it is done.
    Discard {
        /// The spool file.
        spool: Spool,
    },
    /// Read a photo's bytes and compute these nodes' proofs. Comes back as [`Event::Proved`].
    Prove {
        /// Where to read.
        source: Source,
        /// The photo that the bytes must be.
        photo: PhotoId,
        /// The question.
        nonce: Nonce,
        /// Whose proofs to compute.
        provers: Vec<NodeId>,
    },
    /// Compare the pixels of a photo of this folder with those of a better version. Comes back as [`Event::Looked`].
    Look {
        /// The photo of this folder, be it in its trash.
        worse: PhotoId,
        /// The better version.
        better: PhotoId,
        /// Where to read that.
        source: Source,
    },
    /// Move every file of a photo that other nodes have been proven to hold to the surplus trash. Comes back as
    /// [`Event::PutAway`].
    Drop {
        /// The photo.
        photo: PhotoId,
        /// Do it within this time from now, or not at all: the promises end.
        within: Duration,
    },
    /// Move every file of a worse version of a picture to the trash. Comes back as [`Event::PutAway`].
    Retire {
        /// The worse version.
        photo: PhotoId,
        /// What the collection shows in its place.
        keeper: PhotoId,
        /// How it stands to that.
        relation: Relation,
        /// Do it within this time from now, or not at all.
        within: Duration,
    },
    /// Move every file of a photo that its owner has removed from the collection to the trash. Comes back as
    /// [`Event::PutAway`].
    Remove {
        /// The photo.
        photo: PhotoId,
        /// The node whose owner has removed it.
        by: NodeId,
        /// Do it within this time from now, or not at all.
        within: Duration,
    },
    /// Move a photo from the trash back to where it was. Comes back as [`Event::Returned`].
    Restore {
        /// The photo.
        photo: PhotoId,
        /// What it comes back as, whatever it was.
        holding: Option<Holding>,
    },
    /// Find the photos that are in the trash and nowhere else in the folder, and whose every copy has been there for so
    /// many days of running. Answered by [`Event::Aged`].
    FindAged {
        /// The client that wants to know.
        link: LinkId,
        /// Days of running.
        older_than: u32,
    },
    /// Find how much longer photos stay in the trash. Answered by [`Event::DaysLeft`].
    FindDaysLeft {
        /// The client that wants to know.
        link: LinkId,
        /// The photos.
        photos: Vec<PhotoId>,
    },
    /// Sign what this node's owner wants of a photo, and make it safe on disk. Comes back as [`Event::Signed`].
    Sign {
        /// The photo.
        photo: PhotoId,
        /// The number of this word of his on this photo.
        counter: u64,
        /// What he wants.
        wish: Wish,
    },
    /// Remember what other owners have said about their photos.
    NoteTombstones {
        /// Their words.
        tombstones: Vec<Tombstone>,
    },
    /// Delete a photo from the trash for good. Comes back as [`Event::PutAway`].
    Purge {
        /// The photo.
        photo: PhotoId,
        /// Do it within this time from now, or not at all.
        within: Duration,
    },
    /// The friend's folder has several files with the bytes of this photo: check one, keep it and move the others to
    /// the trash. Comes back as a [`Event::Held`].
    Dedupe {
        /// The photo.
        photo: PhotoId,
    },
    /// Remember what is known about a photo of this folder beyond its bytes.
    NoteFacts {
        /// The photo.
        photo: PhotoId,
        /// All that is known.
        facts: Facts,
    },
    /// Remember what was found by comparing a photo of this folder with others, and say so in the notes of its copies in
    /// the trash.
    NoteLooks {
        /// The photo.
        photo: PhotoId,
        /// All that was found.
        looks: Looks,
    },
    /// Remember the nodes of the mesh for the next start.
    NoteNodes {
        /// All nodes but this one, and where they listen.
        nodes: BTreeMap<NodeId, Address>,
    },
    /// A line for the log.
    Log {
        /// What it is about: one word.
        topic: &'static str,
        /// The line.
        text: String,
    },
    /// The node is done: stop the daemon.
    Exit {
        /// What is wrong, if something is; a wanted stop has nothing to say.
        error: Option<String>,
    },
}

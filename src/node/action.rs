//! Everything that a [`Node`](super::Node) asks its driver to do.
//!
//! What a node has to know of an action comes back as an event: failures enter by the same door as messages. The rest
//! (a note on disk, a line of the log) is the driver's affair.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

#[cfg(doc)]
use super::{ClientEvent, DiskEvent, LinkEvent};
use super::{CloseReason, LinkId, Source, Spool, Viewer};
use crate::photo::{Nonce, Photo, PhotoId, PreviewSize};
use crate::protocol::group::Roster;
use crate::protocol::message::{AskId, Lane, TransferId};
use crate::protocol::{
    Address, Answer, Blob, Departure, Facts, Holding, Looks, Message, NodeId, Tombstone, Wish,
};

/// How much a line of the log matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// For whoever looks for a fault.
    Debug,
    /// News.
    Info,
    /// Something is not as it should be, and may need a person.
    Warn,
}

/// A request to the driver.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Something with its links to other daemons.
    Link(LinkAction),
    /// Something with its folder.
    Disk(DiskAction),
    /// Something for a client.
    Client(ClientAction),
    /// A line for the log.
    Log {
        /// How much it matters.
        level: Level,
        /// Its topic: one word.
        topic: &'static str,
        /// The line.
        text: String,
    },
    /// The node is done: stop the daemon.
    Exit {
        /// The problem; none if the stop was wanted.
        error: Option<String>,
    },
}

/// A request about links to other daemons.
#[derive(Clone, Debug, PartialEq)]
pub enum LinkAction {
    /// Connect to a daemon. Comes back as [`LinkEvent::Opened`] or [`LinkEvent::DialFailed`].
    Dial {
        /// Where to.
        address: Address,
    },
    /// Send a message, after everything sent on this link before.
    Send {
        /// The link.
        link: LinkId,
        /// The message; never a chunk.
        message: Message,
    },
    /// Close a link once everything sent before is out, within a few seconds. Comes back as [`LinkEvent::Closed`].
    Close {
        /// The link.
        link: LinkId,
        /// Why.
        reason: CloseReason,
    },
    /// Send no more of the windows of a pull that are not sent yet. Each comes back as [`LinkEvent::Served`].
    StopServing {
        /// The link.
        link: LinkId,
        /// The pull.
        transfer: TransferId,
    },
    /// Send a small picture as `Preview`s, behind all messages and before all photos. Comes back as
    /// [`LinkEvent::PreviewSent`].
    SendPreview {
        /// The link.
        link: LinkId,
        /// The question that it answers.
        ask: AskId,
        /// The picture.
        image: Blob,
    },
    /// Send a window of a photo's bytes as chunks, behind all messages and, on [`Lane::Replicate`], behind all gets.
    /// Comes back as [`LinkEvent::Served`].
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
}

/// A request to the folder; carried out in the order asked.
#[derive(Clone, Debug, PartialEq)]
pub enum DiskAction {
    /// Append bytes to a spool file. Comes back as [`DiskEvent::Written`].
    Write {
        /// The spool file.
        spool: Spool,
        /// Where they begin, in bytes: at the file's end, or at 0, which makes the file anew.
        offset: u64,
        /// The bytes.
        data: Blob,
    },
    /// Tell the digest, length and format of what was written into a spool file, without a look at its picture. Comes
    /// back as [`DiskEvent::Inspected`].
    Check {
        /// The spool file.
        spool: Spool,
    },
    /// Digest and decode a spool file. Comes back as [`DiskEvent::Inspected`].
    Inspect {
        /// The spool file.
        spool: Spool,
    },
    /// Make a spool file one of the folder's photos, after it was checked or inspected: sync, rename, sync the directory,
    /// note it in the index. Comes back as [`DiskEvent::Installed`]. If it was only checked, the folder reads the photo
    /// when it has time, and reports it again.
    Install {
        /// The spool file.
        spool: Spool,
        /// What its bytes say.
        photo: Arc<Photo>,
        /// Its facts.
        facts: Facts,
        /// As a replica, or as an original in the friend's folder.
        holding: Holding,
    },
    /// Remove a spool file. Whoever has it open reads it to its end.
    Discard {
        /// The spool file.
        spool: Spool,
    },
    /// Close a pull's spool file, which is whole and no longer read, and leave it there as a [`Source::Kept`].
    Keep {
        /// The spool file.
        spool: Spool,
    },
    /// Read a photo's bytes and compute these nodes' proofs. Comes back as [`DiskEvent::Proved`].
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
    /// Compare the pixels of a photo of this folder with those of a better version. Comes back as [`DiskEvent::Looked`].
    Look {
        /// The photo of this folder, or of its trash.
        worse: PhotoId,
        /// The better version.
        better: PhotoId,
        /// Where to read that.
        source: Source,
    },
    /// Find a small picture: in the cache or, of a photo of this folder, by drawing it. Comes back as
    /// [`DiskEvent::PreviewFound`].
    FindPreview {
        /// The photo.
        photo: PhotoId,
        /// How large it is wanted.
        size: PreviewSize,
        /// Whether the photo is in the folder, or in its trash. Only if it is not, what another node has drawn is found.
        held: bool,
        /// Who is to see it: the owner goes first.
        viewer: Viewer,
    },
    /// Keep a small picture of a photo of another node in the cache, for this node's owner.
    KeepPreview {
        /// The photo.
        photo: PhotoId,
        /// How large it is.
        size: PreviewSize,
        /// The picture.
        image: Blob,
    },
    /// Forget what a photo looks like, which its owner has removed.
    ForgetPreview {
        /// The photo.
        photo: PhotoId,
    },
    /// Move every file of a photo to the trash or, if it is there already and its time is over, delete it for good.
    /// Comes back as [`DiskEvent::PutAway`].
    PutAway {
        /// The photo.
        photo: PhotoId,
        /// Why it goes, which also decides where to.
        departure: Departure,
        /// Do it within this time from now, or not at all: the promises that it relies on end then.
        within: Duration,
    },
    /// Move a photo from the trash back to where it was. Comes back as [`DiskEvent::Returned`].
    Restore {
        /// The photo.
        photo: PhotoId,
        /// How it is held from then on; none: as before.
        holding: Option<Holding>,
        /// The name by which a person has asked: of several copies the one whose file was called so comes back.
        called: Option<String>,
    },
    /// Find the photos that are only in the trash, and whose every copy has been there for this many days of running.
    /// Answered by [`DiskEvent::Aged`].
    FindAged {
        /// The client that wants to know.
        link: LinkId,
        /// Days of running.
        older_than: u32,
    },
    /// Find replicas that went to the trash because enough others had them, have been there for so long, and are nowhere
    /// else in this folder: the oldest, as many as can go at a time. Each comes back as [`DiskEvent::Expired`].
    FindSurplus {
        /// By the folder's time of running.
        older_than: Duration,
    },
    /// Find how much longer photos stay in the trash. Answered by [`DiskEvent::DaysLeft`].
    FindDaysLeft {
        /// The client that wants to know.
        link: LinkId,
        /// The photos.
        photos: Vec<PhotoId>,
    },
    /// Sign a tombstone of this node's owner, and make it safe on disk. Comes back as [`DiskEvent::Signed`].
    Sign {
        /// The photo.
        photo: PhotoId,
        /// Its number among this owner's tombstones of this photo.
        counter: u64,
        /// Whether the photo is removed, or not any longer.
        wish: Wish,
    },
    /// Remember tombstones of other owners.
    NoteTombstones {
        /// The tombstones.
        tombstones: Vec<Tombstone>,
    },
    /// The friend's folder has several files with the bytes of this photo: check one, keep it and move the others to
    /// the trash. Comes back as a [`DiskEvent::Held`].
    Dedupe {
        /// The photo.
        photo: PhotoId,
    },
    /// Remember the facts of a photo of this folder.
    NoteFacts {
        /// The photo.
        photo: PhotoId,
        /// All its facts.
        facts: Facts,
    },
    /// Remember the findings of comparing a photo of this folder with others, and note them with its copies in the
    /// trash.
    NoteLooks {
        /// The photo.
        photo: PhotoId,
        /// All findings.
        looks: Looks,
    },
    /// Remember whether all that is here is to be handed over, for the next start.
    NoteDraining {
        /// Whether it is.
        draining: bool,
    },
    /// Remember what the group has said about its members for the next start.
    NoteMembers {
        /// All that is known.
        roster: Roster,
    },
    /// Remember the nodes of the mesh for the next start.
    NoteNodes {
        /// All nodes but this one, and where they listen.
        nodes: BTreeMap<NodeId, Address>,
    },
}

/// A request about clients.
#[derive(Clone, Debug, PartialEq)]
pub enum ClientAction {
    /// Answer a client's request.
    Answer {
        /// The client's link.
        link: LinkId,
        /// The answer; never a `ReceiveImage`.
        answer: Answer,
    },
    /// Answer a client's request with a photo. Bytes of the folder, and those kept, are checked against its digest before
    /// the first is sent; those of a spool file into which they may still be coming, before the last. Comes back as [`ClientEvent::Answered`],
    /// unless it turned out too late that they are not the photo, which ends the link.
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
}

//! What daemons say to each other. The page of [`protocol`](super) has an example of each message, and says why their
//! names are of three kinds.
//!
//! # Guarantees
//!
//! Messages of one link arrive in the order sent, each once, or the link is closed; nothing is known about order
//! across links. A node only ever speaks for itself: no message makes a claim about another node's photos, and what a
//! message says is believed about its sender alone.
//!
//! # A link's life
//!
//! ```text
//! dialer                               listener
//!   register ───────────────────────────▶        who I am; the first frame on every link between daemons
//!            ◀─────────────────────────── register
//!   RequestInfo, ConnectionUpdate, space ◀────▶  the same from the other side
//!   ImageInfo ... ImageInfo(complete) ◀▶         my whole table in pages, then every change of it
//!   heartbeat ◀────────────────────────▶         when nothing else was said for a while
//!   leave ──────────────────────────────▶        a goodbye; otherwise the link just breaks
//! ```
//!
//! A photo moves by *offer and pull*: `keepThis` offers it. Who wants it asks for the first window of bytes by
//! `AskForImage` at once and answers the offer by `keepAnswer`; `chunk`s carry the bytes, the next window is asked for
//! while the last one comes, and the new holder acknowledges by announcing the photo in an `ImageInfo` of its own. If it
//! no longer wants what it has asked for, it says `Cancel`.
//!
//! What photos look like is asked for, too, by whoever shows them to people: `AskForPreview` is answered by `Preview`, in
//! pieces if it is large.
//!
//! A photo is *removed* by its owner alone: their node signs a tombstone, which proves itself and so may be passed on by
//! anybody; every node judges by it, and by who announces the photo as an original, what becomes of its own copies.
//!
//! A copy is given up by *withdraw, challenge, proof, release*. `ImageInfo` says that it counts no longer, `challenge`
//! asks others to show that they have the photo, `proof` shows it and promises to keep it, and `release` ends the
//! promise: see "How a copy is given up" in [`crate::node`].

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::group::Roster;
use super::{
    Address, Blob, Boot, Facts, Membership, NodeId, NodeName, Record, Space, Tombstone, bounds,
};
use crate::photo::{Nonce, Photo, PhotoId, PreviewSize, Proof};

/// The range of protocol versions this program speaks; the highest that both ends speak is used.
///
/// Version 2 knows members: who may do what is another question there, so it does not speak version 1.
pub const PROTOCOL: (u32, u32) = (2, 2);

/// The number that ties the chunks of one pull to the request; chosen by who pulls, unique within its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TransferId(pub u32);

/// The ability to say what photos look like, by its name among the features in `register`.
pub const SHOWS_PREVIEWS: &str = "previews";

/// The number that ties a small picture to the question; chosen by who asks, unique among its open questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AskId(pub u32);

/// What a pull is for. Bytes for a waiting person go before those for safety.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lane {
    /// A client waits for the photo.
    Get,
    /// The mesh makes a copy.
    Replicate,
}

/// How a node answers an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum OfferReply {
    /// It will pull the photo.
    #[serde(rename = "want")]
    Accept,
    /// It has the photo already; its own announcement says so, or soon will.
    #[serde(rename = "have")]
    AlreadyHeld,
    /// It has no room, no free slot, or cannot write: ask another one.
    #[serde(rename = "full")]
    Busy,
}

/// A message between two daemons.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "command")]
pub enum Message {
    /// The first frame in both directions: who is speaking.
    #[serde(rename = "register")]
    Register(Register),

    /// Nodes I know: all of them after registering, and each new one later. Addresses to dial, no more: it says nothing
    /// about whether they live.
    ConnectionUpdate {
        /// Their ids and where they listen.
        #[serde(deserialize_with = "bounds::map::<_, _, _, { bounds::PAGE }>")]
        nodes: BTreeMap<NodeId, Address>,
        /// What the group has said about its members, as far as I have heard. It goes before all records: these name
        /// members.
        #[serde(default, skip_serializing_if = "Roster::is_empty")]
        roster: Roster,
    },

    /// Send me all your records, from the first to the last.
    RequestInfo,

    /// A page of my records, or of changes to them.
    ImageInfo {
        /// Photos I hold, new or changed.
        #[serde(default, deserialize_with = "bounds::list::<_, _, { bounds::PAGE }>")]
        records: Vec<Record>,
        /// Photos that I announced before and no longer hold in any way.
        #[serde(default, deserialize_with = "bounds::list::<_, _, { bounds::PAGE }>")]
        gone: Vec<PhotoId>,
        /// What owners have said about photos that they have removed: my own words, and others' that I have heard.
        #[serde(
            default,
            skip_serializing_if = "Vec::is_empty",
            deserialize_with = "bounds::list::<_, _, { bounds::PAGE }>"
        )]
        tombstones: Vec<Tombstone>,
        /// With this page you know all that I hold: what you remember of me from before and have not heard again on
        /// this link is gone.
        #[serde(default)]
        complete: bool,
    },

    /// An offer: please keep a copy of this photo. I hold it.
    #[serde(rename = "keepThis")]
    KeepThis {
        /// The photo offered.
        photo: Arc<Photo>,
        /// What is known about it beyond its bytes.
        facts: Facts,
    },

    /// The answer to an offer.
    #[serde(rename = "keepAnswer")]
    KeepAnswer {
        /// The photo that was offered.
        photo: PhotoId,
        /// Whether it will be pulled.
        verdict: OfferReply,
    },

    /// Your disk is fuller than mine: offer me some of your replicas (as `keepThis`), and drop yours when I have them.
    #[serde(rename = "relieve")]
    Relieve {
        /// How many at most.
        photos: u32,
        /// How many bytes at most; but one photo may be larger.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bytes: Option<u64>,
    },

    /// How much of the collection may lie on my disk. Told when we have registered, and when it is something else. A node
    /// that has not told it, as an earlier program, may have room, and passes for one with a usual disk.
    #[serde(rename = "space")]
    Space(Space),

    /// Send me a window of the photo's bytes, in chunks.
    AskForImage {
        /// The pull this belongs to.
        transfer: TransferId,
        /// The photo wanted.
        photo: PhotoId,
        /// Where in the photo to start, in bytes.
        offset: u64,
        /// How many bytes to send; fewer come only at the photo's end.
        length: u64,
        /// How urgent it is.
        lane: Lane,
    },

    /// I no longer want what I have asked for and you have not sent yet. Not answered; pieces that are on their way still
    /// come. Whoever says so asks nothing more for this pull on this link.
    Cancel {
        /// The pull that it was for.
        transfer: TransferId,
    },

    /// A piece of a photo, in answer to `AskForImage`.
    #[serde(rename = "chunk")]
    Chunk {
        /// The pull this belongs to.
        transfer: TransferId,
        /// Where in the photo the piece starts, in bytes.
        offset: u64,
        /// The bytes, at most [`super::MAX_CHUNK`]; attached or in base64 on the wire, put there by [`super::codec`]
        /// itself, which is quicker than to have them escaped as text.
        #[serde(skip_serializing)]
        data: Blob,
    },

    /// The answer to `AskForImage` of a photo that I do not have, or can no longer read.
    #[serde(rename = "noImage")]
    NoImage {
        /// The pull that fails.
        transfer: TransferId,
        /// Why, for the log.
        #[serde(deserialize_with = "bounds::words")]
        reason: String,
    },

    /// What does this photo, of which you have a copy, look like? Asked only of nodes that name [`SHOWS_PREVIEWS`]. Answered
    /// by `Preview`s or by one `NoPreview`.
    AskForPreview {
        /// The question.
        ask: AskId,
        /// The photo.
        photo: PhotoId,
        /// How large the picture is wanted.
        size: PreviewSize,
    },

    /// A piece of a small picture, in answer to `AskForPreview`. The pieces come in order.
    Preview {
        /// The question.
        ask: AskId,
        /// The length of the whole in bytes.
        bytes: u64,
        /// Where in it the piece starts, in bytes.
        #[serde(default, skip_serializing_if = "crate::photo::is_zero")]
        offset: u64,
        /// The piece, at most [`super::MAX_CHUNK`]; attached or in base64 on the wire.
        #[serde(skip_serializing)]
        image: Blob,
    },

    /// The answer to `AskForPreview` of a photo that I do not have, or when too much was asked.
    NoPreview {
        /// The question.
        ask: AskId,
        /// Too much was asked: I may show it if you ask again in some seconds.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        later: bool,
        /// I have read the photo, and cannot draw it. Another program may.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        undrawable: bool,
        /// Why, for the log.
        #[serde(deserialize_with = "bounds::words")]
        reason: String,
    },

    /// I want to drop a copy of this photo, or a worse version of it: prove that you hold it, and keep it until I say
    /// `release`, or for the pin time at most.
    #[serde(rename = "challenge")]
    Challenge {
        /// The photo.
        photo: PhotoId,
        /// The question; also names this round.
        nonce: Nonce,
    },

    /// The answer to a challenge.
    #[serde(rename = "proof")]
    Proof {
        /// The round this belongs to.
        nonce: Nonce,
        /// The proof over the bytes; none is a refusal.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        proof: Option<Proof>,
        /// Why it was refused, for the log.
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            deserialize_with = "bounds::some_words"
        )]
        refused: Option<String>,
        /// After so many seconds it is worth to ask again, if I know that.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        wait: Option<u32>,
    },

    /// That round is over, whether I dropped my copy or kept it: you are free of the promise that came with your proof.
    #[serde(rename = "release")]
    Release {
        /// The photo.
        photo: PhotoId,
        /// The round that is over.
        nonce: Nonce,
    },

    /// I am alive. Sent when nothing else was; any byte received says the same.
    #[serde(rename = "heartbeat")]
    Heartbeat,

    /// I am going, on purpose. The link is closed after this.
    #[serde(rename = "leave")]
    Leave {
        /// Why, for people: "stopped", or what is wrong with my folder.
        #[serde(deserialize_with = "bounds::words")]
        reason: String,
    },

    /// Something you sent I cannot work with; the link is closed after this.
    Error {
        /// What, and what to do about it.
        #[serde(deserialize_with = "bounds::words")]
        error: String,
    },

    /// A command of a later version: logged and ignored, so that a mesh can be upgraded node by node.
    #[serde(other, skip_serializing)]
    Unknown,
}

/// Who a daemon is: the content of `register`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Register {
    /// The lowest protocol version spoken.
    pub protocol_min: u32,
    /// The highest protocol version spoken.
    pub protocol_max: u32,
    /// Optional abilities, by name; unknown ones are ignored. A node names what it can, [`SHOWS_PREVIEWS`]. What can be said on
    /// a link is between its two ends, and its link adds that: see [`codec::ATTACHMENTS`](super::codec::ATTACHMENTS).
    #[serde(default, deserialize_with = "bounds::features")]
    pub features: Vec<String>,
    /// The speaker's identity.
    pub node: NodeId,
    /// This life of it.
    pub boot: Boot,
    /// Whose node it is. Without a group nothing is said: each node is a member of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<Box<Membership>>,
    /// What its owner calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<NodeName>,
    /// Where it listens. With an unspecified host (`0.0.0.0`) it means the address the link comes from.
    pub address: Address,
    /// How many copies its owner wants of every photo; the mesh keeps the highest number among its live nodes.
    pub copies: u32,
    /// How long its promises hold, in milliseconds: who counts on one acts within half of that. Without it they are
    /// worth nothing.
    #[serde(default)]
    pub pin_ms: u64,
    /// Its owner wants no original moved to the trash for the mesh's sake.
    #[serde(default)]
    pub keep_originals: bool,
    /// Its owner lets other groups see their own photos, through the super-peers of this group. A photo of several owners
    /// is shown if all of them say so on all their nodes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub share: bool,
    /// Where its super-peer listens, if it has one. With an unspecified host it means the address the link comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bridge: Option<Address>,
}

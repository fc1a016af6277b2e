//! What super-peers of different groups say to each other.
//!
//! A *super-peer* is a program beside a daemon through which its group looks at other groups, and lets them look. Groups
//! that want this form a *circle*: they share the key in a [`CircleFile`](super::CircleFile), which opens the super-peers'
//! doors and no other.
//!
//! ```text
//!   who dials                            who listens
//!     handshake with the link key   ──▶
//!     link                          ──▶
//!                                  ◀──   link
//!     a question                    ──▶
//!                                  ◀──   its answer, one of a client's: see each question
//! ```
//!
//! These are all questions that there are between groups, and none changes anything. Each is about what the asked group
//! *shares*: photos of which every owner has said so. The asked group alone answers, and passes no question on.
//!
//! What is shown of a photo is the photo: which nodes have it, which versions of it there are and what else it is called
//! is nobody's business abroad, and is left out of the answers.

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::SigningKey;
use serde::{Deserialize, Serialize};

use super::client::PhotoReport;
use super::group::MEMBERS;
use super::{Address, Certificate, GroupId, Revocation, Visit, bounds};
use crate::photo::{PhotoId, PreviewSize};

/// The version of what is said here. Who speaks another one is turned away.
pub const BETWEEN_VERSION: u32 = 1;

/// The most groups of a circle that a super-peer knows.
pub const GROUPS: usize = 512;

/// The most super-peers of one group that others use.
pub const SUPERS: usize = 8;

/// A question to another group, or the greeting before the first one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "command")]
pub enum Between {
    /// Who speaks: the first frame of both sides.
    #[serde(rename = "link")]
    Link(Box<Greeting>),

    /// What the group shares, in numbers, and some of the circle whom this super-peer knows, each time others. Answered by
    /// `Groups`, of which the first is the group itself.
    Summary,

    /// A page of what the group shares. Answered by `Photos`, of which the last alone may be empty.
    List {
        /// Continue after the photo of this id; from the start without it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<PhotoId>,
    },

    /// A shared photo, looked up as by the group's own clients. Answered by `Explained` or `NotFound`.
    Explain {
        /// What to look up.
        #[serde(rename = "imageName", deserialize_with = "bounds::text::<_, { bounds::LOOKUP }>")]
        image_name: String,
    },

    /// The bytes of a shared photo. Answered by `ReceiveImage` with what is asked for, by `NotFound`, or by `Refused` if
    /// the super-peer has enough to do.
    Get {
        /// Its id.
        photo: PhotoId,
        /// From this byte on: what came before has come already, perhaps through another super-peer.
        #[serde(default)]
        from: u64,
    },

    /// What a shared photo looks like. Answered by `Preview` or `NotFound`.
    Preview {
        /// Its id.
        photo: PhotoId,
        /// How large the picture is wanted.
        size: PreviewSize,
    },
}

/// Who is at one end of a link between groups.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Greeting {
    /// The version of what it says.
    pub version: u32,
    /// What its group is called.
    pub name: GroupName,
    /// The member whose super-peer it is, signed for this very link and end.
    pub visit: Visit,
    /// Whom the group has removed: they speak for it no longer, although they know the circle's key.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "bounds::list::<_, _, MEMBERS>"
    )]
    pub removed: Vec<Revocation>,
    /// Where super-peers of its group can be reached, by its word: so a group that nobody has told of another one hears of
    /// it when that looks at it.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "bounds::list::<_, _, SUPERS>"
    )]
    pub supers: Vec<Address>,
}

/// Which end of a link somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It has dialed.
    Dialed,
    /// It was dialed.
    Listened,
}

impl End {
    /// The other one.
    pub fn other(self) -> End {
        match self {
            End::Dialed => End::Listened,
            End::Listened => End::Dialed,
        }
    }

    /// What is signed: the handshake's hash, and the end, so that nobody is told their own words.
    fn of(self, handshake: &[u8]) -> Vec<u8> {
        let end: &[u8] = match self {
            End::Dialed => b"between groups, dialed",
            End::Listened => b"between groups, listened",
        };
        [end, handshake].concat()
    }
}

impl Greeting {
    /// A member's word that one end of the link with this handshake is of their group.
    pub fn sign(
        name: GroupName,
        (certificate, key): (&Certificate, &SigningKey),
        removed: Vec<Revocation>,
        end: End,
        handshake: &[u8],
    ) -> Greeting {
        let visit = Visit::sign(certificate, key, &end.of(handshake));
        Greeting { version: BETWEEN_VERSION, name, visit, removed, supers: Vec::new() }
    }

    /// Of which group the other end of a link is.
    ///
    /// # Errors
    ///
    /// In words, if it speaks another version, has not signed this end of this link, or was removed by its group as far
    /// as it says itself or `known` does.
    pub fn verify(
        &self,
        end: End,
        handshake: &[u8],
        known: &[Revocation],
    ) -> Result<GroupId, String> {
        if self.version != BETWEEN_VERSION {
            return Err(format!("it speaks version {}, not {BETWEEN_VERSION}", self.version));
        }
        let certificate = self.visit.verify(&end.of(handshake))?;
        let mut removed = self.removed.iter().chain(known);
        match removed.any(|removal| removal.voids(certificate)) {
            true => Err(format!("{} was removed from the group", certificate.name())),
            false => Ok(certificate.group()),
        }
    }
}

/// A group of the circle, as a client or another group is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupReport {
    /// Its public key.
    pub id: GroupId,
    /// What it is called.
    pub name: GroupName,
    /// How many photos it shares.
    pub photos: u64,
    /// Their bytes.
    pub bytes: u64,
    /// How many nodes it has, and how many of them are here.
    pub nodes: u32,
    /// See `nodes`.
    pub here: u32,
    /// The addresses of its super-peers, as far as they are known.
    #[serde(default, deserialize_with = "bounds::list::<_, _, SUPERS>")]
    pub supers: Vec<Address>,
    /// For how many seconds none of them has answered; none if one has lately.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost_secs: Option<u64>,
}

impl GroupReport {
    /// What is known of a group that has told nothing yet but its name.
    pub fn unheard(id: GroupId, name: GroupName) -> GroupReport {
        let (photos, bytes, nodes, here) = (0, 0, 0, 0);
        GroupReport { id, name, photos, bytes, nodes, here, supers: Vec::new(), lost_secs: None }
    }
}

impl PhotoReport {
    /// What other groups are told of a photo.
    pub fn for_other_groups(self) -> PhotoReport {
        PhotoReport {
            holders: Vec::new(),
            originals: Vec::new(),
            aliases: Vec::new(),
            versions: 0,
            ..self
        }
    }
}

/// What a group is called: 1 to 32 letters, digits, `-` or `_`, and nothing that could be the beginning of an id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct GroupName(String);

impl GroupName {
    /// The longest name, in bytes.
    pub const MAX: usize = 32;

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for GroupName {
    type Err = String;

    fn from_str(text: &str) -> Result<GroupName, String> {
        let harmless = |b: u8| b.is_ascii_alphanumeric() || b"-_".contains(&b);
        let is_id = text.len() >= 6 && text.bytes().all(|b| b.is_ascii_hexdigit());
        match (1..=GroupName::MAX).contains(&text.len()) && text.bytes().all(harmless) && !is_id {
            true => Ok(GroupName(text.to_owned())),
            false => Err(format!(
                "a group's name has 1 to {} letters, digits, `-` or `_`, and is not a number of six or more hex digits",
                GroupName::MAX
            )),
        }
    }
}

impl fmt::Display for GroupName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for GroupName {
    type Error = String;

    fn try_from(text: String) -> Result<GroupName, String> {
        text.parse()
    }
}

impl From<GroupName> for String {
    fn from(name: GroupName) -> String {
        name.0
    }
}

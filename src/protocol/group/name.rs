//! The names of persons, and of their computers.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::protocol::NodeId;

/// A member's name: 1 to 32 letters, digits, `-`, `_` and `.`, unique in a group. It begins with a letter or digit.
///
/// Without a group each node is a member of its own, and its id is the name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MemberName([u8; MemberName::MAX]);

impl MemberName {
    /// The longest name, in bytes.
    pub const MAX: usize = 32;

    /// The member that a node is by itself, without a group.
    pub fn of_node(node: NodeId) -> MemberName {
        MemberName::padded(&node.to_string())
    }

    /// The node that is this member by itself, if it is one's name.
    pub fn as_node(&self) -> Option<NodeId> {
        self.as_str().parse().ok()
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        let length = self.0.iter().position(|byte| *byte == 0).unwrap_or(MemberName::MAX);
        std::str::from_utf8(&self.0[..length]).unwrap_or_default()
    }

    /// A short text with zeros behind it: a name so small that it can be copied like a number.
    fn padded(text: &str) -> MemberName {
        let mut bytes = [0; MemberName::MAX];
        bytes.iter_mut().zip(text.bytes()).for_each(|(to, from)| *to = from);
        MemberName(bytes)
    }
}

impl FromStr for MemberName {
    type Err = String;

    fn from_str(text: &str) -> Result<MemberName, String> {
        let harmless = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
        let begins = text.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric());
        if begins && text.len() <= MemberName::MAX && text.bytes().all(harmless) {
            Ok(MemberName::padded(text))
        } else {
            Err(format!(
                "a name has 1 to {} letters, digits, `-`, `_` or `.`, and begins with a letter or digit",
                MemberName::MAX
            ))
        }
    }
}

impl TryFrom<String> for MemberName {
    type Error = String;

    fn try_from(text: String) -> Result<MemberName, String> {
        text.parse()
    }
}

impl From<MemberName> for String {
    fn from(name: MemberName) -> String {
        name.as_str().to_owned()
    }
}

impl fmt::Display for MemberName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for MemberName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MemberName({})", self.as_str())
    }
}

/// What a person calls one of their nodes: by the same rules as [`MemberName`]. Two nodes may have one name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NodeName(MemberName);

impl NodeName {
    /// The name that is most like this text, such as a host's name up to its first dot; `node` if nothing is left of it.
    pub fn like(text: &str) -> NodeName {
        let text = text.split('.').find(|part| !part.is_empty()).unwrap_or_default();
        let replaced =
            |c: char| if c.is_ascii_alphanumeric() || "-_".contains(c) { c } else { '-' };
        let name: String = text.chars().map(replaced).collect();
        let name = name.trim_start_matches(['-', '_']);
        let name = &name[..name.len().min(MemberName::MAX)];
        NodeName(MemberName::padded(if name.is_empty() { "node" } else { name }))
    }
}

impl FromStr for NodeName {
    type Err = String;

    fn from_str(text: &str) -> Result<NodeName, String> {
        text.parse().map(NodeName)
    }
}

impl fmt::Display for NodeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for NodeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NodeName({self})")
    }
}

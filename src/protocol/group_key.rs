//! The secret that a group of friends shares.

use std::fmt;

/// 32 random bytes, in every member's file. Every daemon and client of a group proves at the start of each connection
/// that it knows them, and neither tells them: who does not know them gets no answer at all. Who the other side *is*
/// they do not say; see [`super::group`].
#[derive(Clone, PartialEq, Eq)]
pub struct GroupKey([u8; 32]);

impl GroupKey {
    /// A key of these bytes, which must be random.
    pub fn new(bytes: [u8; 32]) -> GroupKey {
        GroupKey(bytes)
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for GroupKey {
    /// Shows nothing of the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GroupKey(..)")
    }
}
